"""Labels are data, symbols are what a reader takes for one, integers are unique."""

import unicodedata

import numpy as np
import pytest

from rnnviz.tasks import vocabulary
from rnnviz.tasks.vocabulary import (
    Vocabulary,
    check_label,
    right_to_left,
    split_characters,
    split_words,
)

FAMILY = "👨\u200d👩\u200d👧"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


def symbols_of(stretches):
    return [symbol for stretch in stretches for symbol in stretch]


@pytest.mark.parametrize(
    "label",
    ["a", "x" * 40, "bench press", "<img onerror=alert(1)>", "=cmd|x", "שלום", FAMILY, SCOTLAND],
)
def test_a_label_is_taken_as_it_is(label):
    assert check_label(label) == label


def test_a_label_is_trimmed_and_composed():
    assert check_label("  cafe\u0301\n") == "caf\u00e9"


@pytest.mark.parametrize(
    "label",
    [
        "",
        "   ",
        "x" * 41,
        "a\nb",
        "a\x00b",
        "\ud800",
        "\u202eabc",
        "\u200d",
        "\ufe0f",
        None,
        3,
        b"a",
    ],
)
def test_what_is_not_a_label_is_refused(label):
    with pytest.raises(ValueError, match=r"^a label must be 1\.\.40 printable characters, got "):
        check_label(label)


def test_a_label_of_ten_million_accents_is_refused_at_once():
    with pytest.raises(ValueError, match="must be"):
        check_label("a" + "\u0301\u0323" * 5_000_000)


def test_words_lose_capitals_and_the_punctuation_around_them():
    text = "“It's Monday,” she said – re-start!  (Slowly...)\n\nWeek 2: 50%"
    expected = ["it's", "monday", "she", "said", "re-start", "slowly", "week", "2", "50"]
    assert symbols_of(split_words(text)) == expected


def test_markup_among_words_stays_text():
    assert symbols_of(split_words("<img src=x onerror=alert(1)>")) == [
        "<img",
        "src=x",
        "onerror=alert(1)>",
    ]


def test_an_emoji_keycap_keeps_its_sign():
    assert symbols_of(split_words("press #\ufe0f\u20e3 now")) == ["press", "#\ufe0f\u20e3", "now"]


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("AbC", ["a", "b", "c"]),
        ("a \t\r\n b", ["a", "␣", "b"]),
        ("  a  ", ["a"]),
        ("e\u0301\u00e9", ["é", "é"]),
        (FAMILY + "👍🏽", [FAMILY, "👍🏽"]),
        ("🇩🇪🇫🇷🇩", ["🇩🇪", "🇫🇷", "🇩"]),
        ("❤\ufe0f❤", ["❤\ufe0f", "❤"]),
        (SCOTLAND + "!", [SCOTLAND, "!"]),
        ("\u1112\u1161\u11ab\ud55c", ["한", "한"]),
        ("नि", ["नि"]),
        ("של\u200eום", ["ש", "ל", "ו", "ם"]),
        ("\ufeffa\u00adb", ["a", "b"]),
        ("a \u0301b", ["a", "␣", "\u0301", "b"]),
        ("\u200d\ufe0f", []),
        ("", []),
    ],
)
def test_a_character_is_what_a_reader_takes_for_one(text, characters):
    expected = [unicodedata.normalize("NFC", character) for character in characters]
    assert symbols_of(split_characters(text)) == expected


@pytest.mark.parametrize("split", [split_words, split_characters])
@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\ud800"])
def test_a_text_with_a_character_that_cannot_be_shown_is_refused(split, bad):
    with pytest.raises(ValueError, match=r"^text must hold printable .* at character 4$"):
        symbols_of(split("abc" + bad))


def test_a_mountain_of_accents_on_one_letter_is_refused():
    with pytest.raises(ValueError, match=r"^each character must be 1\.\.40 printable"):
        symbols_of(split_characters("a" + "\u0301\u0323" * 50_000))


def test_integers_are_unique_and_lead_back_to_the_labels():
    vocabulary = Vocabulary.of(["b", "a", "b", "c", "a"])
    assert vocabulary.labels == ("b", "a", "c")
    integers = vocabulary.encode(["c", "b", "a", "b"])
    assert integers.tolist() == [2, 0, 1, 0]
    assert vocabulary.decode(integers) == ("c", "b", "a", "b")


def test_one_hot_has_its_one_at_the_integer():
    vector = Vocabulary(("a", "b", "c")).one_hot(np.array([[2, 0]]))
    assert vector.tolist() == [[[0, 0, 1], [1, 0, 0]]]


@pytest.mark.parametrize("symbols", [["a", "x"], ["<img>" * 100], [["a"]], [None], [{}]])
def test_an_unknown_symbol_is_named(symbols):
    with pytest.raises(ValueError, match=r"^a symbol must be one of the 2 known ones, got "):
        Vocabulary(("a", "b")).encode(symbols)


@pytest.mark.parametrize("integer", [-1, 2])
def test_an_integer_without_a_symbol_is_refused(integer):
    with pytest.raises(ValueError, match=rf"^a symbol's integer must be 0\.\.1, got {integer}$"):
        Vocabulary(("a", "b")).decode([integer])


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ((), "a vocabulary must have at least 1 label, got 0"),
        (("a", "b", "a "), "labels must all be different, got 'a' twice"),
        (("a", ""), "a label must be 1..40 printable characters, got ''"),
    ],
)
def test_a_vocabulary_that_cannot_be_read_is_refused(labels, sentence):
    with pytest.raises(ValueError, match=r".") as refusal:
        Vocabulary(labels)
    assert str(refusal.value) == sentence


def test_right_to_left_text_is_known():
    assert right_to_left("abc שלום")
    assert right_to_left("سلام")
    assert not right_to_left("abc 123 → 漢字")


STRANGE = (
    "One two, three -- four;  five... ένας ΔΥΟΣ δύο\n\n\t— six 👩🏽‍🚀 🇩🇪🇫🇷 é e\u0301 (seven) "
    "天地玄黄 it's\u200bnine 'ten' \u00ad del\u200dta #\ufe0f\u20e3 שלום, עולם ! ? -a- b - c ␣ ␣ d "
)


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("punctuation", [True, False])
@pytest.mark.parametrize("split", [split_words, split_characters])
def test_a_text_read_in_stretches_is_the_text_read_at_once(split, punctuation, lower, monkeypatch):
    text = STRANGE * 3
    monkeypatch.setattr(vocabulary, "_STRETCH", 10**9)
    at_once = symbols_of(split(text, lower, punctuation))
    for stretch in (200, 230, 301):
        monkeypatch.setattr(vocabulary, "_STRETCH", stretch)
        stretches = list(split(text, lower, punctuation))
        assert len(stretches) > 1
        assert symbols_of(stretches) == at_once


def test_a_text_without_blanks_is_parted_between_characters(monkeypatch):
    monkeypatch.setattr(vocabulary, "_STRETCH", 20)
    text = "天地e\u0301玄👩🏽‍🚀🇩🇪黄" * 30

    assert symbols_of(split_characters(text)) == [*"天地", "é", "玄", "👩🏽‍🚀", "🇩🇪", "黄"] * 30


def test_what_is_refused_is_named_with_its_place_in_the_whole_text(monkeypatch):
    monkeypatch.setattr(vocabulary, "_STRETCH", 20)
    with pytest.raises(ValueError, match=r"at character 401$"):
        symbols_of(split_words("abc " * 100 + "\x00"))
