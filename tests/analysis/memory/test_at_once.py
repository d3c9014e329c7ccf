"""Newton's method over a whole sequence gives the states of the loop."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.memory.at_once import (
    AtOnce,
    Sweeps,
    course_sentence,
    of_trace,
    sentence,
    sweeps_of,
)
from rnnviz.analysis.memory.eigenvalues import evenly
from rnnviz.engine.step_map import StepMap
from rnnviz.tasks import TemporalOrder, make_task
from rnnviz.training.config import RECURRENT
from tests.analysis.memory.drained import drained


def _trace(cell, seed=0, length=20, **settings):
    config = rnnviz.RunConfig(
        **{"task": "order", "cell": cell, "hidden_size": 6, "seed": seed, **settings}
    )
    trainer = rnnviz.Trainer(config, TemporalOrder(length=length))
    trace = trainer.trace()
    return trainer.network_of(trace), trace


def _solved(network, trace, layer=0):
    solving = of_trace(network, trace, layer)
    solving.advance(60)
    assert solving.done
    return solving.found


def _recorded(network, trace, layer=0):
    return StepMap(network, layer).of_trace(trace)


@pytest.mark.parametrize("cell", RECURRENT)
@pytest.mark.parametrize("seed", range(3))
def test_it_ends_at_the_recorded_states_of_every_cell(cell, seed):
    network, trace = _trace(cell, seed)
    found = _solved(network, trace)
    assert found.needed is not None
    assert found.needed < found.steps
    assert found.states[-1] == pytest.approx(_recorded(network, trace), abs=1e-6)  # float32
    assert found.truth == pytest.approx(_recorded(network, trace), abs=1e-10)
    assert found.errors[-1].max() <= 1e-10
    assert found.errors[0].max() > 0.01
    assert found.residual.max() <= 1e-10


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_after_each_sweep_one_more_step_is_exact_so_there_are_never_more_than_steps(cell):
    network, trace = _trace(cell, spectral_radius=2.0)
    found = _solved(network, trace)
    for sweep, errors in enumerate(found.errors):
        assert errors[:sweep].max(initial=0) <= 1e-12
    assert found.needed is not None
    assert found.needed <= found.steps


def test_chaos_needs_more_sweeps():
    counts = [
        [_solved(*_trace("rnn", seed, spectral_radius=radius)).needed for radius in (0.5, 1.0, 1.6)]
        for seed in range(3)
    ]
    assert all(low < middle < high for low, middle, high in counts)


class _Linear:
    """s_t = A s_{t-1} + x_t."""

    size, parts = 2, ()
    A = np.array([[0.5, 0.4], [-0.3, 0.8]])

    def step(self, states, inputs):
        return states @ self.A.T + inputs

    def jacobians(self, states, _):
        return np.broadcast_to(self.A, (len(states), 2, 2))


def test_what_is_linear_is_found_in_one_sweep():
    inputs = np.random.default_rng(0).normal(size=(30, 2))
    solving = AtOnce(_Linear(), inputs)
    solving.advance(60)
    found = solving.found
    assert found.needed == 1
    assert "After 1 sweep all 30 steps" in sentence(found)


class _Wild:
    """s_t = sin(1e250 s_{t-1} + x_t): each correction is far too large for a number."""

    size, parts = 1, ()

    def step(self, states, inputs):
        return np.sin(1e250 * states + inputs)

    def jacobians(self, states, inputs):
        return (1e250 * np.cos(1e250 * states + inputs))[:, :, None]


def test_a_correction_that_overflows_is_left_out_and_all_steps_are_found_all_the_same():
    solving = AtOnce(_Wild(), np.linspace(0.1, 1, 12)[:, None])
    with np.errstate(all="ignore"):
        solving.advance(60)
    found = solving.found
    assert found.left_out > 0
    assert found.needed is not None
    assert found.needed <= 12
    assert "too large for a number" in sentence(found)


def test_a_state_that_is_replaced_by_zero_is_no_successor():
    task = make_task("reorder", start="zero state", length=8)
    config = rnnviz.RunConfig(task="reorder", cell="gru", hidden_size=5)
    trainer = rnnviz.Trainer(config, task)
    trace = trainer.trace()
    assert trace.answering.from_zero
    network = trainer.network_of(trace)
    found = _solved(network, trace)
    assert found.truth == pytest.approx(_recorded(network, trace), abs=1e-12)
    assert found.needed is not None


def test_an_upper_layer_has_the_inputs_that_it_received():
    network, trace = _trace("lstm", layers=2)
    found = _solved(network, trace, layer=1)
    assert found.truth == pytest.approx(_recorded(network, trace, 1), abs=1e-12)


def test_a_network_in_single_precision_is_compared_in_double():
    network, trace = _trace("rnn", dtype="float32")
    found = _solved(network, trace)
    assert found.needed is not None
    assert found.truth == pytest.approx(_recorded(network, trace), abs=1e-5)


def test_a_diverged_network_says_so():
    network, trace = _trace("rnn")
    network.flat[:] = np.nan
    found = _solved(network, trace)
    assert not found.is_finite
    assert "not numbers" in sentence(found)
    assert drained(sweeps_of(network, trace, 0)).needed is None


def test_one_step_and_one_iteration_are_not_written_as_several():
    solving = AtOnce(_Linear(), np.ones((1, 2)))
    solving.advance(60)
    assert "the only step is as in the loop" in sentence(solving.found)
    counts = [Sweeps(0, 4, 5, 1.0), Sweeps(1, 4, 5, 1.0), Sweeps(2, None, 5, 1.0)]
    assert course_sentence(counts) == (
        "4 sweeps at every iteration with a number. At 1 kept iteration no number was found."
    )


def test_beside_the_sweeps_stands_the_radius_at_the_true_states():
    network, trace = _trace("rnn", length=10)
    found = drained(sweeps_of(network, trace, 0))
    W = network.parameters["weight_hh_l0"]
    by_hand = [
        np.abs(np.linalg.eigvals((1 - trace.h[t] ** 2)[:, None] * W)).max() for t in evenly(1, 9, 8)
    ]
    assert found.radius == pytest.approx(np.median(by_hand))
    assert found.needed == _solved(network, trace).needed
