from rnnviz.tasks.examples import Example, table


def test_one_answer_at_the_end_is_a_column_of_its_own():
    read = table([Example(("a", "b"), ("", "x")), Example(("b", ""), ("", "y"))])

    assert read.columns.tolist() == ["0", "1", "answer"]
    assert read.to_numpy().tolist() == [["a", "b", "x"], ["b", "", "y"]]


def test_answers_at_several_steps_stand_below_what_is_seen_at_these():
    read = table([Example(("a", "b"), ("x", "")), Example(("b", "b"), ("", "y"))])

    assert read.columns.tolist() == ["sequence", "row", "0", "1"]
    assert read.to_numpy().tolist() == [
        [1, "seen", "a", "b"],
        [1, "answer", "x", ""],
        [2, "seen", "b", "b"],
        [2, "answer", "", "y"],
    ]
