import numpy as np
import pytest

from rnnviz.analysis.correlations import Correlations, Features, correlate, features_of
from rnnviz.analysis.observation import Sequences
from rnnviz.tasks.task import Batch


def sequences(symbols, targets=None, mask=None, names=3):
    """Make one-hot sequences from rows of integers, one row a sequence."""
    x = np.eye(names)[np.array(symbols).T]
    y = np.zeros(x.shape[:2], int) if targets is None else np.array(targets).T
    return Sequences(Batch(x, y, mask), "cross_entropy")


def feature(features, name):
    place = features.names.index(name)
    return features.values[..., place], features.known[..., place]


def test_symbols_are_there_now_or_were_some_steps_ago():
    features = features_of(sequences([[0, 1, 0, 2, 2]]), "abc", "xy")
    np.testing.assert_array_equal(feature(features, "now a")[0][:, 0], [1, 0, 1, 0, 0])
    values, known = feature(features, "steps since a")
    np.testing.assert_array_equal(values[:, 0], [0, 1, 0, 1, 2])
    assert known.all()
    values, known = feature(features, "steps since b")
    np.testing.assert_array_equal(known[:, 0], [False, True, True, True, True])
    np.testing.assert_array_equal(values[:, 0], [0, 0, 1, 2, 3])


def test_a_symbol_seen_late_has_no_time_since():
    assert "steps since c" not in features_of(sequences([[0, 1, 0, 1, 2]]), "abc", "xy").names


def test_targets_count_where_they_are_scored():
    mask = np.array([[False], [True], [True], [True]])
    features = features_of(sequences([[0, 1, 2, 0]], [[0, 0, 1, 2]], mask), "abc", "xyz")
    values, known = feature(features, "target x")
    np.testing.assert_array_equal(known[:, 0], mask[:, 0])
    np.testing.assert_array_equal(values[:, 0], [0, 1, 0, 0])


def test_equal_features_are_told_as_one_and_opposites_once():
    features = features_of(sequences([[0, 1, 1, 0]], [[0, 1, 1, 0]], names=2), "ab", "xy")
    assert "now a = target x" in features.names
    assert not [name for name in features.names if "now b" in name or "target y" in name]


def test_what_never_changes_is_no_feature():
    assert features_of(sequences([[0]]), "abc", "xy").names == ()
    assert features_of(sequences([[0, 0, 0]]), "abc", "xy").names == ("position",)


def test_numbers_are_features_as_they_are():
    x = np.array([[[0.5, 0.0]], [[0.25, 1.0]], [[0.125, 0.0]]])
    y = np.array([[[2.0]], [[3.0]], [[5.0]]])
    features = features_of(
        Sequences(Batch(x, y, None), "squared_error"), ("height", "mark"), ("sum",)
    )
    np.testing.assert_array_equal(feature(features, "input height")[0][:, 0], [0.5, 0.25, 0.125])
    np.testing.assert_array_equal(feature(features, "target sum")[0][:, 0], [2.0, 3.0, 5.0])
    assert "now mark" in features.names


def test_integers_to_look_up_are_symbols():
    x = np.array([[0], [2], [1], [2]])
    features = features_of(
        Sequences(Batch(x, np.zeros((4, 1), int), None), "cross_entropy"), "abc", "xy"
    )
    np.testing.assert_array_equal(feature(features, "now c")[0][:, 0], [0, 1, 0, 1])


@pytest.fixture
def measured():
    """Return random units and features, some of them unknown in places."""
    generator = np.random.default_rng(0)
    quantity = generator.normal(size=(20, 6, 4)) * (1e-4, 1.0, 50.0, 1.0)
    values, known = generator.normal(size=(20, 6, 3)), generator.random((20, 6, 3)) < 0.6
    quantity[..., 1] += 3 * values[..., 2]
    return quantity, Features(("p", "q", "s"), np.where(known, values, 0.0), known)


def test_r_is_pearsons_over_the_cases_in_which_a_feature_is_known(measured):
    quantity, features = measured
    found = correlate(quantity, features)
    for place in range(3):
        known = features.known[..., place]
        assert found.cases[place] == known.sum()
        for unit in range(4):
            expected = np.corrcoef(features.values[..., place][known], quantity[known][:, unit])
            np.testing.assert_allclose(found.r[place, unit], expected[0, 1], atol=1e-12)
    assert found.best(1)[0] == 2


def test_a_constant_unit_and_one_that_is_no_number_follow_nothing(measured):
    quantity, features = measured
    quantity[..., 0] = 0.7
    quantity[3, 2, 3] = np.nan
    found = correlate(quantity, features)
    assert np.isnan(found.r[:, [0, 3]]).all()
    assert np.isfinite(found.r[:, [1, 2]]).all()
    assert found.best(0) == []
    assert "there is no correlation" in found.sentence("hidden state", 0)
    assert set(found.frame()["unit"]) == {1, 2}


def test_rounding_is_not_taken_for_a_course(measured):
    _, features = measured
    noise = np.random.default_rng(1).normal(size=(20, 6, 1))
    assert np.isnan(correlate(0.7 + 1e-15 * noise, features).r).all()


def test_too_few_cases_tell_nothing(measured):
    quantity, features = measured
    known = np.zeros_like(features.known)
    known[:9, 0] = True
    assert np.isnan(correlate(quantity, Features(features.names, features.values, known)).r).all()


def test_no_features_at_all_are_no_error():
    found = correlate(
        np.ones((1, 1, 3)), Features((), np.empty((0, 0, 0)), np.empty((0, 0, 0), bool))
    )
    assert found.r.shape == (0, 3)
    assert "Nothing varies over these cases" in found.sentence("hidden state", None)
    assert found.frame().empty


def test_too_few_cases_are_not_taken_for_constant_units():
    few = Correlations(("p",), np.full((1, 2), np.nan), np.array([9]))
    assert (
        few.sentence("hidden state", None) == "With fewer than 10 cases nothing can be concluded."
    )
    constant = Correlations(("p",), np.full((1, 2), np.nan), np.array([10]))
    assert "constant in every unit" in constant.sentence("hidden state", None)


def correlations():
    r = np.array([[0.1, -0.9], [0.5, 0.2], [-0.6, 0.3], [0.0, -0.4]])
    return Correlations(("p", "q", "s", "t"), r, np.full(4, 20))


def test_the_best_three_are_those_with_the_largest_r_in_either_direction():
    assert correlations().best(0) == [2, 1, 0]
    assert correlations().best(1) == [0, 3, 2]
    table = correlations().frame()
    assert list(table["place"]) == [1, 2, 3, 1, 2, 3]
    assert list(table["follows"]) == ["s", "q", "p", "p", "t", "s"]


def test_the_features_that_are_drawn_are_the_leading_ones_in_their_order():
    assert correlations().leading(2) == [0, 2]
    assert correlations().leading(9) == [0, 1, 2, 3]


def test_the_sentence_is_about_the_chosen_unit_or_the_one_that_follows_most_closely():
    assert (
        correlations()
        .sentence("hidden state", 0)
        .startswith(
            "The hidden state of unit 0 tracks “s” most closely (r = −0.6), then “q” (r = 0.5)"
        )
    )
    assert (
        correlations()
        .sentence("hidden state", None)
        .startswith("Of all units, the hidden state of unit 1 tracks “p” most closely (r = −0.9)")
    )
