import numpy as np

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.gradients import backward_norms
from rnnviz.analysis.side_by_side import (
    Contender,
    contenders,
    peaks_sentence,
    side_by_side_sentence,
    table,
)
from rnnviz.numbers import number
from rnnviz.tasks import GymSchedule
from rnnviz.training.side_by_side import SideBySide


def contender(name, factor, diverged=False):
    return Contender(name, "rnn", 7, factor ** np.arange(5.0), 0.5, 0.9, diverged)


def test_each_is_measured_by_the_state_that_carries_its_memory():
    runs = [
        (cell, RunConfig(cell=cell, hidden_size=4), GymSchedule(length=6))
        for cell in ("gru", "lstm")
    ]
    comparison = SideBySide(runs, iterations=3)
    comparison.advance(seconds=5)
    found = {each.name: each for each in contenders(comparison.trainers)}
    for name, which in (("gru", "last_d_h"), ("lstm", "last_d_c")):
        trace = comparison.trainers[name].trace()
        np.testing.assert_array_equal(found[name].norms, backward_norms(trace, which))
        assert found[name].iteration == 3
        assert found[name].left[0] == 1.0


def test_the_sentence_ranks_by_what_is_left_per_step():
    found = [contender("RNN", 0.5), contender("GRU", 0.9), contender("ReLU", 0.7)]
    assert side_by_side_sentence(found) == (
        "At iteration 7 most of the gradient is left per step back, on average, in GRU: ×0.90, "
        "reach 4 steps; "
        "least in RNN: ×0.50, reach 4 steps."
    )


def test_a_run_in_which_nothing_goes_back_is_named():
    found = [contender("ReLU, radius 1.3", 0.0), contender("RNN", 0.5)]
    assert side_by_side_sentence(found) == "No gradient is backpropagated in: ReLU, radius 1.3."


def test_growth_and_divergence_are_said():
    grown = side_by_side_sentence([contender("A", 2.0), contender("B", 0.9)])
    assert "A: ×2.00, so it grows" in grown
    lost = side_by_side_sentence([contender("A", 2.0, diverged=True), contender("B", 0.9)])
    assert lost == "Diverged: A."
    assert "no factor" in side_by_side_sentence([])


def test_the_table_has_a_row_for_each():
    shown = table([contender("RNN", 0.5), contender("GRU", np.nan)], "accuracy")
    assert shown["factor per step"].tolist() == ["×0.50", "–"]
    assert shown["reach in steps"].tolist() == ["4", "–"]
    assert shown["accuracy"].tolist() == ["0.9", "0.9"]


def test_all_can_be_looked_at_as_they_were():
    runs = [
        (cell, RunConfig(cell=cell, hidden_size=4), GymSchedule(length=6))
        for cell in ("rnn", "gru")
    ]
    comparison = SideBySide(runs, iterations=5)
    comparison.advance(seconds=5)
    for each in contenders(comparison.trainers, iteration=2):
        trace = comparison.trainers[each.name].recording.at(2)
        assert each.iteration == 2
        assert each.loss == trace.loss
        np.testing.assert_array_equal(each.norms, backward_norms(trace))
        assert np.isnan(each.score)
    assert table(contenders(comparison.trainers, 2), "accuracy")["accuracy"].tolist() == ["–", "–"]


def test_the_largest_norms_are_told_of_the_runs_that_have_one():
    trainers = {name: Trainer(RunConfig(hidden_size=3), GymSchedule(length=5)) for name in "ab"}
    assert peaks_sentence(trainers) == ""
    trainers["b"].advance(iterations=4)
    largest = trainers["b"].history.column("gradient_norm").max()
    assert peaks_sentence(trainers) == f"Largest gradient norm so far, b: {number(largest)}."
