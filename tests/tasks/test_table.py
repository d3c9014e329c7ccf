"""A CSV becomes a column of numbers or labels, or is refused with the reason."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks import csv_text, make_task, preparing, table
from rnnviz.tasks.csv_text import read_table
from rnnviz.tasks.in_steps import Reader

CSV = "day,visitors,weather\n1,10,sun\n2,12.5,rain\n3,-3e1,sun\n"


def numbers(read, name, gaps):
    """Return the numbers of one column, and its gaps."""
    found = table.numbers(read, [name], gaps)
    return found.values[:, 0], found.gap


def refusal(function, *arguments):
    with pytest.raises(ValueError, match=r".") as refused:
        function(*arguments)
    return str(refused.value)


def test_columns_are_read_by_their_names():
    read = read_table(CSV)
    assert read.names == ("day", "visitors", "weather")
    assert read.column("weather") == ("sun", "rain", "sun")
    assert numbers(read, "visitors", "dropped")[0].tolist() == [10, 12.5, -30]
    assert table.labels(read, "weather", "dropped").values == ("sun", "rain", "sun")
    assert [table.is_numeric(read, name) for name in read.names] == [True, True, False]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_separators_and_line_ends_of_all_kinds_are_read(separator, line_end):
    text = CSV.replace(",", separator).replace("\n", line_end) + line_end
    assert read_table(text).columns == read_table(CSV).columns


def test_quoted_cells_may_hold_separators_and_line_ends():
    read = read_table('a,b\n"x, y",1\n"two\nlines",2\n')
    assert read.column("a") == ("x, y", "two\nlines")


def test_a_decimal_comma_is_read_where_semicolons_separate():
    read = read_table("a;b\n1,5;x\n2,25;y\n")
    assert numbers(read, "a", "dropped")[0].tolist() == [1.5, 2.25]


GAPS = "a,b\n1,x\n,y\n3,\nNA,z\nnan,z\n9,w\n"


def test_gaps_in_numbers_are_reported_with_their_rows_and_dropped_or_filled():
    read = read_table(GAPS)
    dropped, gap = numbers(read, "a", "dropped")
    assert dropped.tolist() == [1, 3, 9]
    assert gap.rows == (3, 5, 6)
    assert gap.sentence() == "3 rows have no value and were dropped: 3, 5, 6."
    filled, gap = numbers(read, "a", "filled")
    assert filled.tolist() == [1, 2, 3, 5, 7, 9]
    assert "filled" in gap.sentence()


def test_gaps_in_labels_are_dropped_or_filled_with_the_one_before():
    read = read_table(GAPS)
    assert table.labels(read, "b", "dropped").values == ("x", "y", "z", "z", "w")
    assert table.labels(read, "b", "filled").values == ("x", "y", "y", "z", "z", "w")
    assert table.labels(read, "b", "filled").gap.sentence() == "Row 4 has no value and was filled."
    assert table.Gap((), "dropped").sentence() == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "CSV text must have a row of names and rows of values, got nothing"),
        ("a,b\n", "CSV text must have at least 2 rows of values below the names, got 0"),
        ("a,b\n1,2\n", "CSV text must have at least 2 rows of values below the names, got 1"),
        (
            "a,b\n1,2\n1,2,3\n",
            "each row must have 2 cells, as many as there are names in row 1, got 3 in row 3",
        ),
        (
            "a,b\n1,2\n\n1\n",
            "each row must have 2 cells, as many as there are names in row 1, got 1 in row 4",
        ),
        (
            ",".join(map(str, range(10_000))),
            "CSV text must have at most 100 columns, got 10,000 in row 1",
        ),
        (
            "a,b\n1," + "x" * 100_000,
            "each cell must have at most 1,000 characters, got 100,000 in row 2",
        ),
        ("a,a\n1,2\n3,4", "the names of columns must all be different, got 'a' twice"),
        ("x" * 5_000_001, "CSV text must have at most 5,000,000 characters, got 5,000,001"),
    ],
    ids=range(9),
)
def test_a_malformed_table_is_refused_with_its_row(text, sentence):
    assert refusal(read_table, text) == sentence


@pytest.mark.parametrize("text", ['a,b\n"open,1\n2,3', 'a,b\n"x"y,1\n1,2', "a\n" + "y" * 200_000])
def test_what_the_reader_cannot_read_is_refused_in_our_words(text):
    assert "row" in refusal(read_table, text) or "cell" in refusal(read_table, text)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (["1", "inf"], "from -1e30 to 1e30, got 'inf' in row 3"),
        (["1", "-Infinity"], "got '-Infinity' in row 3"),
        (["1", "1e999"], "got '1e999' in row 3"),
        (["1", "2", "three"], "got 'three' in row 4"),
        (["1", "1_000"], "got '1_000' in row 3"),
        (["4", "4", "4"], "at least 2 different numbers, got 4 throughout"),
        (["nan", "NaN"], "at least 2 different numbers, got none"),
        (["1e10", "10000000000.000004"], "at least 2 different numbers, got 1e+10 throughout"),
        (["1e-300", "-2e-300"], "at least 2 different numbers, got 1e-300 throughout"),
        (["=cmd|' /C calc'!A0", "1"], "got \"=cmd|' /C calc'!A0\" in row 2"),
    ],
)
def test_a_column_that_is_no_series_is_refused(cells, sentence):
    read = read_table("a,b\n" + "\n".join(f"{cell},x" for cell in cells))
    assert sentence in refusal(numbers, read, "a", "dropped")


def test_a_column_that_is_not_there_is_refused():
    assert refusal(read_table(CSV).column, "Day") == (
        "column must be one of 'day', 'visitors', 'weather', got 'Day'"
    )


def test_a_label_that_is_too_long_is_refused_with_its_row():
    read = read_table("a\nx\n" + "y" * 41)
    sentence = refusal(table.labels, read, "a", "dropped")
    assert sentence.startswith("the label in row 3 of column 'a' must be 1..40 printable")


def test_markup_and_formulas_are_labels_like_any_other():
    read = read_table("a\n<script>alert(1)</script>\n=cmd|' /C calc'!A0\n**b**\n")
    assert table.labels(read, "a", "dropped").values[1] == "=cmd|' /C calc'!A0"


def says(refused, words):
    """Check that it is our own error, not one of a library that happens to be a ValueError."""
    assert type(refused) is ValueError
    assert words in str(refused)


PIECES = st.sampled_from(
    [",", ";", "\t", "|", "\n", "\r\n", "\r", '"', "1", "2.5", "-1e400", "nan", "inf", "", " ", "a",
     "é", "=cmd|x", "<b>", "\u202e", "\x00", "1_0", "1,5", "９", "\x1c", "\x85"]
)  # fmt: skip


@given(text=st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=40))
@settings(derandomize=True, max_examples=400, deadline=None)
def test_any_text_is_a_table_or_a_value_error(text):
    try:
        read = read_table(text)
    except ValueError as refused:
        says(refused, "")
        return
    assert all(len(column) == len(read.rows) for column in read.columns)
    for name in read.names:
        for gaps in ("dropped", "filled"):
            try:
                values, _ = numbers(read, name, gaps)
                assert np.isfinite(values).all()
                assert len(values) >= 2
            except ValueError as refused:
                says(refused, "must hold")
            try:
                found = table.labels(read, name, gaps)
                assert len(found.values) + len(found.gap.rows) >= len(read.rows)
            except ValueError as refused:
                says(refused, "printable")


def test_five_megabytes_are_read_whole():
    row = f"1,2.5,{'sun' * 30}\n"
    read = read_table("a,b,c\n2,3,rain\n" + row * (4_999_985 // len(row)))
    assert len(read.rows) == 1 + 4_999_985 // len(row)
    assert numbers(read, "b", "dropped")[0][-1] == 2.5


MANY = read_table("a,b,c\n1,10,x\n2,,y\n,30,z\n4,40,x\n5,60,x")


def test_a_row_without_a_value_in_any_column_is_dropped():
    found = table.numbers(MANY, ["b", "a"], "dropped")
    assert found.values.tolist() == [[10, 1], [40, 4], [60, 5]]
    assert found.places.tolist() == [0, 3, 4]
    assert found.gap.sentence() == "2 rows have no value and were dropped: 3, 4."


def test_each_column_is_filled_by_itself():
    found = table.numbers(MANY, ["a", "b"], "filled")
    assert found.values.tolist() == [[1, 10], [2, 20], [3, 30], [4, 40], [5, 60]]
    assert found.places.tolist() == [0, 1, 2, 3, 4]


def test_columns_without_a_complete_row_are_refused():
    read = read_table("a,b\n1,\n2,\n,3\n,4")
    with pytest.raises(ValueError, match="must have a row in which each has a value, got none"):
        table.numbers(read, ["a", "b"], "dropped")


def test_a_large_table_and_its_numbers_are_read_in_small_steps(monkeypatch):
    text = "day,v\n" + "".join(f"d{number},{number % 97}\n" for number in range(20_000))
    asked = {"csv": text, "column": "", "inputs": ()}

    assert sum(1 for _ in preparing("values", asked)) > 15
    assert sum(1 for _ in preparing("values", asked)) == 0
    read, number = [], table._number
    monkeypatch.setattr(csv_text, "_lines", lambda *_: pytest.fail("read again"))
    monkeypatch.setattr(table, "_number", lambda *cell: read.append(cell) or number(*cell))
    assert make_task("values", csv=text).chosen == "v"
    assert len(read) <= 1  # that the days are no numbers


def test_labels_and_dates_are_read_in_small_steps_too(monkeypatch):
    days = np.datetime64("1900-01-01") + np.arange(20_000)
    text = "day,label,v\n" + "".join(
        f"{day},w{day.astype(int) % 97},{day.astype(int)}\n" for day in days
    )
    labels = {"csv": text, "column": "label", "gaps": "filled"}
    series = {"csv": text, "column": "v", "inputs": ()}

    assert sum(1 for _ in preparing("labels", labels)) > 18
    assert sum(1 for _ in preparing("values", series)) > 48
    for asked in ("labels", labels), ("values", series):
        assert sum(1 for _ in preparing(*asked)) == 0
    monkeypatch.setattr(table, "check_label", lambda *_: pytest.fail("read again"))
    monkeypatch.setattr(table, "reading_dates", lambda *_: pytest.fail("read again"))
    assert len(make_task("labels", csv=text, column="label", gaps="filled").symbols()) == 97
    assert make_task("values", csv=text, column="v").dates(np.array([1, 20_000])) == [
        "1900-01-01",
        str(days[-1]),
    ]


def test_labels_are_numbered_in_the_order_of_their_first_appearance():
    read = read_table("a,b\nx,1\n,2\ny,3\nx,4")
    found = table.labels(read, "a", "filled")
    assert found.values == ("x", "x", "y", "x")
    assert found.codes.tolist() == [0, 0, 1, 0]
    assert found.distinct == ("x", "y")
    with pytest.raises(ValueError, match="the label in row 2 of column"):
        table.labels(read_table("a,b\n\x07x,1\ny,2"), "a", "dropped")


@pytest.mark.parametrize(
    "asked",
    [{}, {"csv": None}, {"csv": "a\n1\n2"}, {"csv": "a\n1\n2", "column": "no", "inputs": 3},
     {"csv": "a\n1\nx", "column": "", "inputs": ("no",)}, {"csv": "", "column": "", "inputs": ()}],
)  # fmt: skip
def test_what_is_no_table_is_left_to_the_refusal(asked):
    list(preparing("values", asked))
    list(preparing("labels", asked))


def test_two_tables_are_kept_and_no_more():
    asked = [f"a\n1\n{number}" for number in range(5)]
    for text in asked:
        read_table(text)
    assert list(csv_text.READER._known) == asked[-2:]


def test_what_was_pushed_out_while_it_was_read_is_there_all_the_same():
    reader = Reader(lambda asked: one_step_to(asked), most=1)
    steps = reader.prepare("mine")
    next(steps)
    assert reader.get("theirs") == "THEIRS"
    list(steps)
    assert reader.get("theirs") == "THEIRS"
    assert reader.get("mine") == "MINE"


def one_step_to(asked):
    yield
    return asked.upper()
