"""Networks without a readout, and tasks without a target: looked at, but never trained."""

import dataclasses
import math
from typing import ClassVar

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer, export
from rnnviz.engine import Network
from rnnviz.figures.picture import pack
from rnnviz.tasks import GymSchedule
from rnnviz.tasks.task import Probe
from rnnviz.training.evaluate import Score
from rnnviz.training.group import Group
from rnnviz.training.limits import turn_ms
from rnnviz.training.solved import can_be_solved


class Looked(GymSchedule):
    """The gym schedule, of which no step has a target."""

    has_targets: ClassVar[bool] = False

    def probe(self, index):
        probe: Probe = super().probe(index)
        none = np.zeros(probe.batch.y.shape, bool)
        return dataclasses.replace(probe, batch=dataclasses.replace(probe.batch, mask=none))


class WithoutReadout:
    """The same for a network without outputs."""

    output_labels = ()

    def __init__(self, **settings):
        self._task = Looked(**settings)

    def __getattr__(self, name):
        return getattr(self._task, name)


@pytest.fixture(params=[Looked, WithoutReadout])
def trainer(request):
    task = request.param(exercises=("cardio", "legs", "arms"), length=6)
    return Trainer(RunConfig(hidden_size=5, layers=2), task)


def test_a_run_without_targets_is_looked_at_and_refuses_to_train(trainer):
    trace = trainer.trace()
    K = len(trainer.task.output_labels)
    assert trace.outputs.shape == (6, K)
    assert (trace.probabilities is None) == (K == 0)
    assert trace.d_h is None
    assert math.isnan(trace.loss)
    assert trace.h.any()
    assert not trainer.can_learn
    with pytest.raises(ValueError, match="There is nothing to learn"):
        trainer.advance(iterations=1)
    with pytest.raises(ValueError, match="There is nothing to learn"):
        Group([trainer])
    assert trainer.iteration == 0
    assert len(trainer.history) == 0
    assert trainer.recording.at(0) is trace
    assert turn_ms(trainer.config, trainer.task) > 0


def test_it_has_a_score_that_scores_nothing(trainer):
    score = trainer.score()
    assert math.isnan(score.value)
    assert score == Score(score.value, None, "accuracy", 0, score.of, score.of)
    assert trainer.solved_at is None
    assert not can_be_solved(trainer.task)


def test_it_can_be_drawn_and_taken_away(trainer):
    packet = pack(trainer.recording.traces, exact=0)
    assert b'"has_gradients":false' in packet
    taken = export.snapshot(trainer)
    assert export.finished(export.npz(taken))
    assert export.finished(export.csv(taken))


def test_a_network_without_a_readout_has_states_and_refuses_to_learn():
    network = Network(cell="gru", input_size=3, hidden_size=4, output_size=0, layers=2)
    twin = Network(cell="gru", input_size=3, hidden_size=4, output_size=2, layers=2)
    assert not any(name.startswith("readout") for name in network.parameters)
    for name in network.parameters:
        network.parameters[name] = twin.parameters[name]
    x = np.random.default_rng(0).normal(size=(6, 2, 3))
    assert network.predict(x).shape == (6, 2, 0)
    for one, other in zip(network.observe(x), twin.observe(x), strict=True):
        assert np.array_equal(one.h, other.h)
        assert one.d_h is None
    with pytest.raises(ValueError, match="there is no readout"):
        network.learn(x, np.zeros((6, 2), int))
    with pytest.raises(ValueError, match="attention is part of the readout"):
        Network(cell="gru", input_size=3, hidden_size=4, output_size=0, attention="dot")
