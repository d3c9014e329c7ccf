"""Windows of a text, the symbol that follows, and how well that can be known."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.engine import Network
from rnnviz.tasks import SHIPPED_TEXT, NextSymbol, make_task, preparing, splitting, vocabulary

RHYME = "one two one two three one two one"
SETTINGS = [
    {},
    {"encoding": "integer"},
    {"encoding": "embedding", "holdout": 0.5},
    {"unit": "character", "length": 5},
    {"unit": "character", "length": 50, "encoding": "integer"},
    {"text": RHYME, "length": 1},
    {"text": RHYME, "length": 7},
    {"text": "שלום עולם 👍🏽 é é 👍🏽 שלום", "unit": "character", "length": 2},
]


def without_holdout(**setting):
    return NextSymbol(**setting, holdout=0)


def slow_symbols(task):
    """Split a plain text in another way than the task does."""
    if task.unit == "word":
        return [word.strip(".,:;!?") for word in task.text.lower().split()]
    kept = " ".join(task.text.lower().split())
    found = []
    for character in kept:
        if character == "🏽":
            found[-1] += character
        else:
            found.append("␣" if character == " " else character)
    return found


def read_inputs(task, batch):
    """Return the symbols seen, per sequence, from the numbers alone."""
    size = len(task.output_labels)
    if task.encoding == "embedding":
        assert np.issubdtype(batch.x.dtype, np.integer)
        integers = batch.x
    elif task.encoding == "one-hot":
        assert np.isin(batch.x, (0.0, 1.0)).all()
        assert (batch.x.sum(axis=2) == 1).all()
        integers = batch.x.argmax(axis=2)
    else:
        integers = np.round(batch.x[:, :, 0] * (size - 1)).astype(int)
        np.testing.assert_allclose(batch.x[:, :, 0], integers / (size - 1))
    return [[task.output_labels[integer] for integer in row] for row in integers.T]


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_window_stands_in_the_text_and_its_target_follows(setting):
    task = NextSymbol(**setting)
    symbols = slow_symbols(task)
    windows = {tuple(symbols[i : i + task.length + 1]) for i in range(len(symbols) - task.length)}
    batches = [task.sample(np.random.default_rng(seed), 8) for seed in range(3)]
    for batch in [*batches, task.evaluation(), task.held_out() or batches[0], task.probe(0).batch]:
        count = batch.y.shape[1]
        size = () if task.encoding == "embedding" else (task.input_size,)
        assert batch.x.shape == (task.length, count, *size)
        assert batch.mask.tolist() == [[False] * count] * (task.length - 1) + [[True] * count]
        for seen, targets in zip(read_inputs(task, batch), batch.y.T, strict=True):
            said = [task.output_labels[target] for target in targets]
            assert said[:-1] == seen[1:]
            assert (*seen, said[-1]) in windows


def test_symbols_have_integers_in_the_order_of_their_first_appearance():
    table = NextSymbol(text=RHYME).symbols()
    assert table["symbol"].tolist() == ["one", "two", "three"]
    assert table["integer"].tolist() == [0, 1, 2]
    assert table["count"].tolist() == [4, 3, 1]


def test_the_plain_integer_is_scaled_from_0_to_1():
    task = NextSymbol(text=RHYME, encoding="integer")
    assert task.input_size == 1
    x = task.encode(["one", "two", "three"])
    assert x.shape == (3, 1, 1)
    assert x.dtype == np.float64
    assert x.ravel().tolist() == [0.0, 0.5, 1.0]


def test_one_hot_gives_each_symbol_an_input_of_its_own():
    task = NextSymbol(text=RHYME)
    assert task.encode(["three", "one"])[:, 0].tolist() == [[0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize("symbols", [[], ["four"], ["One"], [3]])
def test_symbols_that_are_not_in_the_text_cannot_be_encoded(symbols):
    with pytest.raises(ValueError, match="symbol"):
        NextSymbol(text=RHYME).encode(symbols)


def test_symbols_join_to_running_text():
    assert NextSymbol(text=RHYME).join(["one", "two"]) == "one two"
    assert NextSymbol(text=RHYME, unit="character").join(["o", "␣", "t"]) == "o t"


def test_the_same_seed_gives_the_same_batch_and_another_seed_another():
    task = NextSymbol()
    first, again, other = (task.sample(np.random.default_rng(s), 16) for s in (7, 7, 8))
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.y, again.y)
    assert not np.array_equal(first.y, other.y)


def test_a_batch_that_is_spoilt_spoils_no_later_one():
    task = NextSymbol()
    expected = task.sample(np.random.default_rng(1), 4)
    for spoilt in (task.sample(np.random.default_rng(1), 4), task.probe(0).batch):
        for array in (spoilt.x, spoilt.y, spoilt.mask):
            array[:] = 0
    later = task.sample(np.random.default_rng(1), 4)
    np.testing.assert_array_equal(later.x, expected.x)
    np.testing.assert_array_equal(later.y, expected.y)
    np.testing.assert_array_equal(later.mask, expected.mask)


def test_the_evaluation_windows_are_locked():
    batch = NextSymbol().evaluation()
    for array in (batch.x, batch.y, batch.mask):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def test_a_short_text_is_evaluated_on_all_of_its_windows():
    task = without_holdout(text=RHYME, length=3)
    windows = [(*seen, task.output_labels[int(last)]) for seen, last in evaluated(task)]
    words = RHYME.split()
    assert windows == [tuple(words[i : i + 4]) for i in range(5)]


def test_a_long_text_is_evaluated_on_500_windows_over_its_whole_length():
    text = " ".join(f"w{i % 400}" for i in range(20_000))
    assert NextSymbol(text=text).evaluation().y.shape == (3, 500)
    long = NextSymbol(text=text, length=50).evaluation()
    assert long.x.nbytes < 16e6
    assert long.y.shape[1] >= 50


def evaluated(task):
    batch = task.evaluation()
    return zip(read_inputs(task, batch), batch.y[-1], strict=True)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_baseline_is_what_a_hand_count_gives(setting):
    task = NextSymbol(**setting)
    said = Counter(task.output_labels[int(last)] for _, last in evaluated(task))
    baseline = task.baseline()
    assert baseline.accuracy == pytest.approx(max(said.values()) / said.total())
    assert said[baseline.label] == max(said.values())


def test_the_commonest_word_of_a_small_text_is_counted_by_hand():
    # What follows: two one two three one two one
    baseline = without_holdout(text=RHYME, length=1).baseline()
    assert baseline.label == "one"
    assert baseline.accuracy == pytest.approx(3 / 7)


def test_ambiguity_is_what_a_count_by_hand_gives():
    # After one: two two two. After two: one three one. After three: one.
    task = without_holdout(text=RHYME, length=1)
    assert task.windows == 7
    assert task.ambiguous_share == pytest.approx(3 / 7)
    assert task.best_accuracy == pytest.approx(6 / 7)


@pytest.mark.parametrize("setting", SETTINGS)
def test_ambiguity_is_what_a_slow_count_gives(setting):
    task = NextSymbol(**setting)
    symbols = slow_symbols(task)
    after = defaultdict(list)
    for i in range(task.windows):
        after[" ".join(symbols[i : i + task.length])].append(symbols[i + task.length])
    torn = sum(len(found) for found in after.values() if len(set(found)) > 1)
    best = sum(max(map(found.count, found)) for found in after.values())
    assert task.windows == sum(map(len, after.values()))
    assert task.ambiguous_share == pytest.approx(torn / task.windows)
    assert task.best_accuracy == pytest.approx(best / task.windows)


def test_the_shipped_text_can_be_learned_from_three_words():
    task = NextSymbol()
    assert 100 <= len(SHIPPED_TEXT.split()) <= 200
    assert task.best_accuracy > 0.99
    assert task.baseline().accuracy < 0.2


def test_a_probe_is_named_by_its_place_and_its_words():
    task = NextSymbol()
    assert task.probe_names[0] == "1: on monday the → week"
    assert len(task.probe_names) == len(SHIPPED_TEXT.split()) - 3
    probe = task.probe(2)
    assert probe.name == "3: the week is → young"
    assert probe.input_labels == ("the", "week", "is")
    assert probe.target_labels == ("", "", "young")
    assert read_inputs(task, probe.batch) == [["the", "week", "is"]]
    assert task.output_labels[int(probe.batch.y[-1, 0])] == "young"


def test_there_are_at_most_200_probes_spread_over_the_text():
    task = NextSymbol(unit="character", holdout=0.2)
    assert len(task.probe_names) == 200
    assert len(set(task.probe_names)) == 200
    last = int(task.probe_names[-1].split(":")[0])
    assert last > 0.99 * (len(slow_symbols(task)) - task.length)
    assert task.probe_names[-1].endswith("(held out)")
    assert not task.probe_names[100].endswith("(held out)")


def test_the_name_of_a_long_window_is_cut_from_the_left():
    name = NextSymbol(length=50).probe_names[0]
    assert name.startswith("1: …")
    assert len(name) < 80


def test_the_arrow_between_right_to_left_words_keeps_its_direction():
    name = NextSymbol(text="שלום עולם שלום טוב", length=1).probe_names[0]
    assert name == "1: \u2068שלום\u2069 → \u2068עולם\u2069"


@pytest.mark.parametrize("index", [-1, 166, 1.0, True, "0", None])
def test_a_probe_that_is_not_there_is_refused(index):
    with pytest.raises(ValueError, match=r"^probe must be a whole number 0\.\.165, got "):
        NextSymbol().probe(index)


def test_examples_are_windows_in_words():
    examples = NextSymbol(text=RHYME).examples(np.random.default_rng(0), 6)
    assert len(examples) == 6
    for example in examples:
        assert example.answers[:2] == ("", "")
        assert " ".join([*example.seen, example.answers[2]]) in RHYME


def test_the_description_is_made_from_the_settings():
    assert without_holdout(text=RHYME).description == (
        "The network sees 3 words in a row and predicts the word that follows. The text has 8 "
        "words, 3 distinct, each with an input of its own."
    )
    text = NextSymbol(text=RHYME, unit="character", length=1, encoding="integer").description
    assert "one character and predicts the character" in text
    assert "integer" in text
    held_out = NextSymbol(text=RHYME, holdout=0.2).description
    assert held_out.endswith(" The last window is held out.")


def test_equal_settings_make_equal_tasks():
    assert NextSymbol(length=3.0) == NextSymbol()
    assert hash(NextSymbol()) == hash(NextSymbol(text=SHIPPED_TEXT))
    assert NextSymbol(unit="character") != NextSymbol()


def test_markup_is_a_symbol_like_any_other():
    task = NextSymbol(text="a <img onerror=alert(1)> b <script> a <img c", length=1)
    assert task.output_labels == ("a", "<img", "onerror=alert(1)>", "b", "<script>", "c")


def test_emoji_and_right_to_left_characters_are_symbols():
    task = NextSymbol(text="👍🏽👨\u200d👩\u200d👧שלום👍🏽", unit="character", length=2)
    assert task.output_labels == ("👍🏽", "👨\u200d👩\u200d👧", "ש", "ל", "ו", "ם")


MEGABYTES = "ab " * 3_500_000


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"text": ""}, "text must be a text of 1..5000000 characters, got 0 characters"),
        (
            {"text": MEGABYTES},
            "text must be a text of 1..5000000 characters, got 10500000 characters",
        ),
        ({"text": None}, "text must be a text of 1..5000000 characters, got None"),
        (
            {"text": " ... \n"},
            "text must have at least 4 words, one more than the window of 3, got 0",
        ),
        ({"text": "go go go go go"}, "text must have 2..500 different words, got 1"),
        (
            {"text": "zzzzz", "unit": "character"},
            "text must have 2..500 different characters, got 1",
        ),
        (
            {"text": " ".join(map(str, range(501)))},
            "text must have 2..500 different words, got more than 500",
        ),
        (
            {"text": "a b c"},
            "text must have at least 4 words, one more than the window of 3, got 3",
        ),
        (
            {"text": "a b " + "x" * 41},
            f"each word must be 1..40 printable characters, got '{'x' * 41}'",
        ),
        (
            {"text": "PK\x03\x04"},
            "text must hold printable characters only, got '\\x03' at character 3",
        ),
        ({"unit": "letter"}, "unit must be one of word, character, got 'letter'"),
        ({"encoding": 1}, "encoding must be one of one-hot, embedding, integer, got 1"),
        ({"embedding_length": 65}, "embedding_length must be a whole number 1..64, got 65"),
        ({"case": "upper"}, "case must be one of lowered, kept, got 'upper'"),
        ({"holdout": 0.51}, "holdout must be 0..0.5, got 0.51"),
        ({"length": 0}, "length must be a whole number 1..50, got 0"),
        ({"length": 51}, "length must be a whole number 1..50, got 51"),
    ],
)
def test_a_refusal_says_what_is_allowed_and_what_came(setting, sentence):
    with pytest.raises(ValueError, match=r".") as refusal:
        NextSymbol(**setting)
    assert str(refusal.value) == sentence


def test_the_smallest_text_that_is_allowed_works():
    task = NextSymbol(text="a b", length=1)
    assert task.windows == 1
    check_that_everything_answers(task)


def test_500_different_words_are_allowed():
    assert len(NextSymbol(text=" ".join(map(str, range(500)))).vocabulary) == 500


TRICKY = st.text("aB é\u0301\u200d\ufe0f👍🏽🇩🇪שם<>&.!\n\u202e\u1112\u1161ßİ#", max_size=30)


@given(
    text=st.text(max_size=30) | TRICKY,
    unit=st.sampled_from(["word", "character"]),
    length=st.integers(0, 4),
    encoding=st.sampled_from(["one-hot", "embedding", "integer"]),
    case=st.sampled_from(["lowered", "kept"]),
    punctuation=st.sampled_from(["usual", "kept", "dropped"]),
    holdout=st.sampled_from([0.0, 0.2, 0.5]),
)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_any_text_makes_a_task_or_a_value_error(
    text, unit, length, encoding, case, punctuation, holdout
):
    try:
        task = NextSymbol(text, unit, length, encoding, 3, case, punctuation, holdout)
    except ValueError:
        return
    check_that_everything_answers(task)


def check_that_everything_answers(task):
    batch = task.sample(np.random.default_rng(0), 3)
    size = () if task.encoding == "embedding" else (task.input_size,)
    assert batch.x.shape == (task.length, 3, *size)
    assert 0 <= batch.y.min() <= batch.y.max() < len(task.output_labels)
    assert 0 < task.baseline().accuracy <= task.best_accuracy <= 1
    assert 0 <= task.ambiguous_share <= 1
    assert task.description
    held_out = task.held_out()
    windows = task.windows + (0 if held_out is None else held_out.y.shape[1])
    assert task.symbols()["count"].sum() == windows + task.length
    assert len(task.examples(np.random.default_rng(0), 2)) == 2
    assert task.probe(len(task.probe_names) - 1).name == task.probe_names[-1]
    assert task.encode(task.output_labels).shape == (len(task.vocabulary), 1, *size)


MIXED = "The end. “The end?” Well-known, it's - the END!"


@pytest.mark.parametrize(
    ("setting", "symbols"),
    [
        ({}, "the end the end well-known it's the end"),
        ({"case": "kept"}, "The end The end Well-known it's the END"),
        (
            {"punctuation": "kept"},
            "the end . “ the end ? ” well-known , it's - the end !",
        ),
        ({"punctuation": "dropped"}, "the end the end well-known it's the end"),
        ({"unit": "character", "text": "Ab. Ba!"}, "a b . ␣ b a !"),
        ({"unit": "character", "text": "Ab. Ba!", "punctuation": "kept"}, "a b . ␣ b a !"),
        ({"unit": "character", "text": "Ab. - Ba!", "punctuation": "dropped"}, "a b ␣ b a"),
        ({"unit": "character", "text": "Ab. Ba!", "case": "kept"}, "A b . ␣ B a !"),
    ],
)
def test_capitals_and_punctuation_are_kept_or_not(setting, symbols):
    task = NextSymbol(**{"text": MIXED, **setting}, length=1)
    read = [task.probe(place).input_labels[0] for place in range(task.windows)]
    assert [*read, task.probe(task.windows - 1).target_labels[-1]] == symbols.split()


def test_the_windows_at_the_end_are_held_out_in_time_order():
    words = [f"w{i}" for i in range(100)]
    task = NextSymbol(" ".join(words), length=2, holdout=0.2)
    assert task.windows == 98 - 19
    trained = {int(y) for y in task.evaluation().y[-1]}
    drawn = {int(y) for y in task.sample(np.random.default_rng(0), 2000).y[-1]}
    held_out = [int(y) for y in task.held_out().y[-1]]
    assert drawn == trained == set(range(2, 81))
    assert held_out == list(range(81, 100))
    assert NextSymbol(" ".join(words), length=2).held_out() is None


def test_the_held_out_windows_are_locked_and_few():
    text = " ".join(f"w{i % 400}" for i in range(20_000))
    batch = NextSymbol(text, holdout=0.2).held_out()
    assert batch.y.shape == (3, 500)
    with pytest.raises(ValueError, match="read-only"):
        batch.x[:] = 0


def test_an_embedding_is_learned_by_the_engine():
    task = NextSymbol(RHYME, length=2, encoding="embedding", embedding_length=3)
    assert task.embedding_size == 3
    assert task.input_size == 3
    assert NextSymbol().embedding_size is None
    network = Network(
        cell="rnn", input_size=task.input_size, hidden_size=4, output_size=3,
        embedding_size=task.embedding_size,
    )  # fmt: skip
    batch = task.sample(np.random.default_rng(0), 5)
    record = network.record(batch.x, batch.y, batch.mask)
    assert np.abs(record.gradients["embedding.weight"]).sum() > 0
    assert network.predict(task.encode(["one", "two"])).shape == (2, 1, 3)


def test_of_a_text_with_too_many_words_no_more_is_read_than_tells_it(monkeypatch):
    read = []
    whole = vocabulary.check_label
    monkeypatch.setattr(
        vocabulary, "check_label", lambda label, what: read.append(label) or whole(label, what)
    )
    text = " ".join(f"word{number}" for number in range(200_000))

    with pytest.raises(ValueError, match=r"2\.\.500 different words, got more than 500"):
        NextSymbol(text)
    assert len(read) < 5_000


@pytest.mark.parametrize("unit", ["word", "character"])
def test_a_long_text_is_read_in_small_steps_and_the_task_then_made_at_once(unit):
    text = " ".join(f"w{number % 90} and, {number % 7}" for number in range(40_000))
    settings = {"text": text, "unit": unit}

    steps = sum(1 for _ in preparing("symbols", settings))

    assert steps > len(text) / 15_000
    assert sum(1 for _ in preparing("symbols", settings)) == 0
    assert make_task("symbols", **settings).text is text


@pytest.mark.parametrize("settings", [{"text": None}, {"text": 3, "unit": []}, {"unit": "no"}, {}])
def test_preparing_what_is_no_task_is_left_to_the_refusal(settings):
    list(preparing("symbols", settings))
    list(preparing("nothing of the kind", settings))


def test_a_refused_text_is_not_read_again(monkeypatch):
    text = " ".join(f"other{number}" for number in range(600))
    for _ in range(2):
        with pytest.raises(ValueError, match="got more than 500"):
            NextSymbol(text)
        monkeypatch.setattr(vocabulary, "_plain", lambda *_: pytest.fail("read again"))


def test_with_the_text_it_is_counted_in_small_steps_what_can_be_known(monkeypatch):
    text = " ".join("abcd"[number * number % 7 % 4] for number in range(300))
    settings = {"text": text, "holdout": 0.2, "length": 3}
    list(preparing("symbols", settings))

    monkeypatch.setattr(splitting, "counting", lambda *_: pytest.fail("counted again"))
    task = make_task("symbols", **settings)

    assert 0 < task.best_accuracy <= 1
    assert task.ambiguous_share >= 1 - task.best_accuracy
