"""The itemised matrix of a run: its rows add up, and the sentences are about its numbers."""

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis import triangle as module
from rnnviz.analysis.gradients import backward_norms
from rnnviz.analysis.triangle import Triangle, row_sentence, triangle, triangle_sentence
from rnnviz.tasks import GymSchedule, Waves


def triangle_of(trainer, by="h", layer=-1):
    trace = trainer.trace()
    return triangle(trace, trainer.network_of(trace), layer, by)


def made(*rows):
    norms = np.zeros((len(rows), len(rows)))
    for step, row in enumerate(rows):
        norms[step, : step + 1] = row
    return Triangle(np.arange(len(rows)), norms)


@pytest.mark.parametrize(("by", "which"), [("h", "last_d_h"), ("c", "last_d_c")])
def test_the_last_row_is_the_last_prediction_alone_on_the_same_scale(by, which):
    trainer = Trainer(RunConfig(hidden_size=5))
    found = triangle_of(trainer, by)
    scored = found.steps.size
    back = backward_norms(trainer.trace(), which)
    np.testing.assert_allclose(found.back(scored - 1), back, rtol=1e-10)
    assert not np.triu(found.norms, 1).any()


def test_a_task_with_numbers_as_targets_has_a_matrix_too():
    found = triangle_of(Trainer(RunConfig(task="waves", hidden_size=5), Waves(length=20)))
    assert found.norms.any()
    assert np.isfinite(found.norms).all()


def test_of_many_predictions_some_are_itemised_as_they_are(monkeypatch):
    trainer = Trainer(RunConfig(hidden_size=4), GymSchedule(length=30))
    every = triangle_of(trainer)
    monkeypatch.setattr(module, "MOST_NUMBERS", 30 * 4 * 10)
    some = triangle_of(trainer)
    assert (some.steps.size, some.left_out) == (10, 20)
    assert {some.steps[0], some.steps[-1]} == {0, 29}
    np.testing.assert_allclose(some.norms, every.norms[some.steps], rtol=1e-10)
    assert some.nearest_row(29) == 9


def test_truncation_is_seen_in_the_matrix():
    trainer = Trainer(RunConfig(hidden_size=4))
    trainer.set(truncate=4)
    found = triangle_of(trainer)
    assert not found.norms[13, :12].any()
    assert found.norms[13, 12] > 0


def test_the_sentence_tells_the_middle_and_the_furthest_reach():
    found = made([1.0], [0.001, 1.0], [0.1, 0.2, 1.0])
    assert triangle_sentence(found) == (
        "At least half of the 3 predictions reach no earlier step. The one at step "
        "2 reaches furthest: 2 steps back. 2 of 3 reach the first step."
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (([1.0], [0.5, 1.0], [0.1, 0.2, 1.0]), "All 3 predictions reach back to the first step."),
        (
            ([1.0], [0.0, 1.0], [0.0, 0.0, 1.0]),
            "None of the 3 predictions reaches an earlier step.",
        ),
    ],
)
def test_where_all_or_none_reach_back_the_sentence_says_just_that(rows, words):
    assert triangle_sentence(made(*rows)) == words


def test_the_sentence_of_a_row_names_the_state_it_is_most_sensitive_to():
    found = made([1.0], [0.001, 1.0], [0.5, 0.001, 0.2])
    assert row_sentence(found, 1, ["a", "b", "c"]) == (
        "The loss of the prediction at step 1 is most sensitive to the hidden state at step 1 "
        "“b”. At every other step its gradient is at most 1 % of that."
    )
    assert "the cell state at step 1" in row_sentence(found, 1, by="c")
    assert row_sentence(found, 2).endswith("at steps 0 to 2, except 1 of those between.")


@pytest.mark.parametrize(
    ("norms", "words"), [(np.zeros((2, 2)), "exactly zero"), (np.full((2, 2), np.nan), "number")]
)
def test_what_cannot_be_told_is_said(norms, words):
    found = Triangle(np.arange(2), norms)
    assert words in triangle_sentence(found)
    assert words in row_sentence(found, 1)


def test_a_single_prediction_has_a_sentence():
    found = Triangle(np.array([3]), np.array([[0.1, 0.2, 0.5, 1.0]]))
    assert triangle_sentence(found) == (
        "One prediction is scored, at step 3: it reaches 3 steps back."
    )
