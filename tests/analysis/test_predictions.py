import numpy as np
import pytest

from rnnviz.analysis.predictions import best, continue_text

LABELS = ("a", "b", "c")


def encode(symbols):
    """Encode as one-hot: (T, 1, 3)."""
    return np.eye(3)[[LABELS.index(symbol) for symbol in symbols]][:, None, :]


def the_next_letter(x):
    """Predict a -> b -> c -> a, from the last step alone, with probability e^2 / (e^2 + 2)."""
    return np.roll(x, 1, axis=2) * 2.0


def test_the_likeliest_come_first():
    table = best([0.2, 0.5, 0.3], LABELS)
    assert list(table["symbol"]) == ["b", "c", "a"]
    assert list(table["probability"]) == [0.5, 0.3, 0.2]


def test_no_more_than_asked_for_are_reported():
    assert list(best([0.2, 0.5, 0.3], LABELS, count=2)["symbol"]) == ["b", "c"]
    assert len(best([0.2, 0.5, 0.3], LABELS, count=9)) == 3


def test_equal_probabilities_keep_the_order_of_the_vocabulary():
    assert list(best([0.25, 0.25, 0.5], LABELS)["symbol"]) == ["c", "a", "b"]


def test_the_text_goes_on_with_the_likeliest_symbol_each_time():
    added = continue_text(the_next_letter, encode, LABELS, ["a", "b"], steps=4)
    assert [step.symbol for step in added] == ["c", "a", "b", "c"]


def test_each_added_symbol_comes_with_the_probabilities_of_the_best():
    (added,) = continue_text(the_next_letter, encode, LABELS, ["a"], steps=1, count=2)
    assert list(added.best["symbol"]) == ["b", "a"]
    expected = np.exp([2.0, 0.0]) / (np.exp(2.0) + 2.0)
    np.testing.assert_allclose(added.best["probability"], expected)


def test_the_network_always_sees_as_many_symbols_as_it_was_started_with():
    seen = []

    def watched(symbols):
        seen.append("".join(symbols))
        return encode(symbols)

    continue_text(the_next_letter, watched, LABELS, ["a", "b", "c"], steps=3)
    assert seen == ["abc", "bca", "cab"]


def test_logits_too_large_for_the_exponential_give_probabilities():
    def certain(x):
        return np.array([0.0, 1000.0, 0.0]) * np.ones_like(x)

    (added,) = continue_text(certain, encode, LABELS, ["a"], steps=1)
    assert added.best["probability"].iloc[0] == pytest.approx(1.0)


def test_the_start_is_not_changed():
    start = ["a", "b"]
    continue_text(the_next_letter, encode, LABELS, start, steps=2)
    assert start == ["a", "b"]
