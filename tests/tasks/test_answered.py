"""Tasks that are read and then answered: their data are right, and what is held out stays out."""

import re
from datetime import date

import numpy as np
import pytest

from rnnviz.tasks import (
    AssociativeRecall,
    OwnPairs,
    Reorder,
    WrittenDates,
    WrittenNumbers,
    own_pairs,
)
from rnnviz.tasks.answered import END, SIGN, ZERO
from rnnviz.tasks.vocabulary import split_characters
from rnnviz.tasks.written_numbers import in_words

SPACE = "␣"
ALL = [
    Reorder(),
    Reorder("copied", 2, length=40),
    Reorder("sorted", 10, ZERO, 9),
    WrittenDates(),
    WrittenDates(5, ZERO, 35),
    WrittenNumbers(),
    WrittenNumbers(1),
    WrittenNumbers(4),
    OwnPairs(),
]


def read(task, batch):
    """Return source and answer of each sequence from the numbers alone, and check their places."""
    first = batch.answering.first
    assert np.isin(batch.x, (0.0, 1.0)).all()
    assert (batch.x.sum(axis=2) <= 1).all()
    for place in range(batch.x.shape[1]):
        x, y, asked = batch.x[:, place], batch.y[:, place], batch.mask[:, place]
        names = [task.input_names[int(row.argmax())] if row.any() else "" for row in x]
        count = int(asked.sum())
        assert not asked[:first].any()
        assert asked[first : first + count].all()  # no gap within an answer
        answer = [task.output_labels[y[step]] for step in range(first, first + count)]
        source = "".join(names[:first])
        assert names[:first] == [""] * (first - len(source)) + list(source)  # it ends at the sign
        # After the sign, each input is the answer before; after the end there is none.
        assert names[first:] == [SIGN, *answer[:-1]] + [""] * (len(x) - first - count)
        assert (answer[-1] == END) == task.ends
        yield source, "".join(answer[:-1] if task.ends else answer)


def of_order(task, source):
    if task.order == "sorted":
        return "".join(letter * source.count(letter) for letter in "ABCDEFGHIJ")
    return "".join(reversed(source)) if task.order == "reversed" else source


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip


def of_date(_, source):
    """Read a date by patterns of its own."""
    numbers = [int(number) for number in re.findall(r"\d+", source)]
    named = re.search("[A-Za-z]+", source)
    if named is not None:
        numbers.insert(1, MONTHS.index(named[0][:3]) + 1)
    day, month, year = numbers
    if year < 100:
        year += 1900 if year >= 50 else 2000
    return date(year, month, day).isoformat()


def of_words(_, source):
    """Add up the words."""
    total = 0
    for word in re.split("[␣-]", source):
        if word == "thousand":
            total *= 1000
        elif word == "hundred":
            total += 99 * (total % 10)
        else:
            total += WORDS[word]
    return str(total)


def of_clock(_, source):
    """Count minutes."""
    named, *_, hour = source.replace("␣o'clock", "␣past␣o'clock").split(SPACE)
    if hour == "o'clock":
        minutes = 60 * WORDS[named]
    else:
        away = {"quarter": 15, "half": 30, "twenty-five": 25}.get(named) or WORDS[named]
        minutes = 60 * WORDS[hour] + (-away if "␣to␣" in source else away)
    return f"{(minutes // 60 - 1) % 12 + 1}:{minutes % 60:02d}"


RULES = {"reorder": of_order, "dates": of_date, "words": of_words, "pairs": of_clock}


@pytest.mark.parametrize("task", ALL, ids=lambda task: f"{task.key}-{task.length}")
def test_every_answer_is_what_a_rule_of_its_own_says(task):
    rule = RULES[task.key]
    batches = [task.sample(np.random.default_rng(0), 200), task.evaluation(), task.held_out()]
    for batch in filter(None, batches):
        assert batch.x.shape[0] == task.length
        for source, answer in read(task, batch):
            assert answer == rule(task, source)


@pytest.mark.parametrize(
    "task", [WrittenDates(), WrittenNumbers(), OwnPairs()], ids=lambda t: t.key
)
def test_what_is_held_out_is_never_trained(task):
    unseen = {answer for _, answer in read(task, task.held_out())}
    generator = np.random.default_rng(3)
    trained = [pair for _ in range(5) for pair in read(task, task.sample(generator, 200))]
    sources = {source for source, _ in trained}
    assert not {source for source, _ in read(task, task.held_out())} & sources
    if task.key != "pairs":  # several ways of writing one thing: none of them is trained
        assert not unseen & {answer for _, answer in trained}
    names = [name for name in task.probe_names if name.endswith(" (held out)")]
    assert len(names) == 4
    for number, name in enumerate(task.probe_names):
        [(source, _)] = read(task, task.probe(number).batch)
        assert (source in sources) <= (not name.endswith(" (held out)"))


def test_all_days_of_a_century_and_all_ways_of_writing_occur():
    task = WrittenDates(5)
    pairs = task.pairs(np.random.default_rng(0), 5_000)
    assert len({answer for _, answer in pairs}) > 4_000
    shapes = {re.sub("[A-Za-z]+", "M", re.sub(r"\d+", "9", source)) for source, _ in pairs}
    assert shapes == {"9.9.9", "9␣M␣9", "M␣9,␣9"}
    assert {len(re.findall(r"\d+", source)[-1]) for source, _ in pairs} == {2, 4}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"), (13, "thirteen"), (20, "twenty"), (40, "forty"), (707, "seven hundred seven"),
        (1000, "one thousand"), (9999, "nine thousand nine hundred ninety-nine"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_words(number, words):
    assert in_words(number) == words


@pytest.mark.parametrize("task", [AssociativeRecall(), AssociativeRecall(20, 10, ZERO, 42)])
def test_the_value_of_the_key_is_asked_for_and_no_key_comes_twice(task):
    batch = task.sample(np.random.default_rng(0), 300)
    names = np.array(["", *task.input_names])[
        np.where(batch.x.any(axis=2), batch.x.argmax(axis=2) + 1, 0)
    ]
    assert batch.answering.first == task.length - 2
    assert batch.answering.from_zero == (task.start == ZERO)
    asked_at = set()
    for place in range(300):
        *pairs, sign, key = filter(None, names[:, place])
        known = dict(zip(pairs[::2], pairs[1::2], strict=True))
        assert (len(known), sign) == (task.count, "?")
        assert task.output_labels[batch.y[-1, place]] == known[key]
        asked_at.add(pairs.index(key))
    assert len(asked_at) == task.count
    assert batch.mask.sum() == 300
    assert batch.mask[-1].all()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: AssociativeRecall(keys=2),
            "keys must be at least 3, one for each pair in 8 steps, got 2",
        ),
        (lambda: Reorder("mixed"), "order must be one of reversed, copied, sorted, got 'mixed'"),
        (
            lambda: WrittenDates(start="anywhere"),
            "start must be one of last state, zero state, got 'anywhere'",
        ),
        (lambda: WrittenDates(length=27), "length must be a whole number 28..60, got 27"),
        (lambda: OwnPairs(csv=""), "csv must be a text of 1..5000000 characters, got 0 characters"),
        (
            lambda: OwnPairs(csv="word\nred\nblue\n"),
            "csv must have two columns, source and answer, got 1: 'word'",
        ),
        (
            lambda: OwnPairs(csv="a,b\nred,rot\nred,rouge\n"),
            "each source must have one answer, got two for 'red', in row 2 and in row 3",
        ),
        (
            lambda: OwnPairs(csv=f"a,b\nred,rot\n{'x' * 61},y\n"),
            "each source must have 1..60 symbols, got 61 in row 3",
        ),
        (
            lambda: OwnPairs(csv="a,b\nred,rot\nblue,\n"),
            "each answer must have 1..40 symbols, got 0 in row 3",
        ),
        (
            lambda: OwnPairs(csv="a,b\nred,rot\nred,rot\n"),
            "csv must have at least 2 different pairs, got 1",
        ),
        (
            lambda: OwnPairs(csv="a,b\nred,rot\na→b,c\n"),
            "each source must be without → and ■, which mark where an answer begins and ends, got "
            "'a→b' in row 3",
        ),
        (
            lambda: OwnPairs(csv="a,b\n" + "".join(f"{chr(c)},x\n" for c in range(500, 720))),
            "csv must have at most 200 different symbols, got 221",
        ),
        (
            lambda: OwnPairs(csv="a,b\n" + "".join(f"{c},x\n" for c in range(10_001))),
            "csv must have at most 10,000 different pairs, got more",
        ),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_allowed_and_what_came(make, sentence):
    with pytest.raises(ValueError, match=r".") as refusal:
        make()
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("task", "typed", "sentence"),
    [
        (WrittenDates(), "  ", "a source must have at least 1 symbol, got '  '"),
        (
            WrittenDates(), "3 März 1987",
            "a source must be made of the 39 symbols 0123456789ADFJMNOSabceghilmnoprstuvy␣.,, "
            "got 'ä'",
        ),
        (WrittenDates(), "3 March 1987 1987 1987", "a source must have at most 18 symbols, got 22"),
        (WrittenDates(), "1" * 10**6, "a source must have at most 18 symbols, got 1,000,000"),
        (
            OwnPairs(), "\x00",
            "text must hold printable characters only, got '\\x00' at character 1",
        ),
    ],
)  # fmt: skip
def test_a_typed_source_that_cannot_be_read_is_refused(task, typed, sentence):
    with pytest.raises(ValueError, match=r".") as refusal:
        task.read(typed)
    assert str(refusal.value) == sentence


def test_a_typed_source_is_read_as_those_of_the_task_are():
    task = WrittenDates()
    for source, answer in task.pairs(np.random.default_rng(0), 30):
        typed = task.read(f" {source.replace(SPACE, '  ')} ")
        assert "".join(typed) == source
        whole, alone = task.batch([(source, answer)]), task.source(typed)
        first = whole.answering.first
        np.testing.assert_array_equal(alone.x[: first + 1], whole.x[: first + 1])
    assert WrittenNumbers().read("Seven  hundred") == tuple("seven␣hundred")


def test_own_pairs_keep_capitals_and_what_a_reader_takes_for_one_symbol():
    task = OwnPairs(csv="a;b\nHé llo;👍🏽\nnaïve;=1+1\n", holdout=0.0)
    assert task.pairs(np.random.default_rng(0), 9)[0][0] in {
        ("H", "é", "␣", "l", "l", "o"), ("n", "a", "ï", "v", "e"),
    }  # fmt: skip
    assert {"👍🏽", "="} <= set(task.answer_symbols)
    assert task.held_out() is None
    assert (task.longest_source, task.longest_answer, task.length) == (6, 4, 29)


@pytest.mark.parametrize("text", ["a", " a  b ", "it's 3:30, <b>&~", "x" * 60, "", "  "])
def test_plain_letters_are_split_quickly_into_the_same_symbols(text):
    slow = [symbol for part in split_characters(text, lower=False) for symbol in part]
    while slow and slow[-1] == SPACE:
        slow.pop()
    assert own_pairs._symbols(text) == tuple(slow)


def test_sequences_are_made_as_long_as_the_longest_pair_takes():
    csv = "a,b\n" + f"{'x' * 60},{'y' * 40}\n" + "red,rot\n"
    assert OwnPairs(csv=csv).length == 101
    assert WrittenNumbers(4).length == 42 + 5


def test_the_best_without_memory_is_what_a_slow_count_says():
    task = Reorder("sorted", kinds=3, length=8)
    batch = task.evaluation()
    said = [answer for _, answer in read(task, batch)]
    alike = [max(map(place.count, "ABC")) for place in zip(*said, strict=True)]
    by_input = {}
    for answer in said:
        for before, symbol in zip(SIGN + answer, answer, strict=False):
            by_input.setdefault(before, []).append(symbol)
    forced = sum(max(map(found.count, "ABC")) for found in by_input.values())
    assert task.memoryless == pytest.approx(max(sum(alike), forced) / (4 * len(said)))
