"""With attention a gradient has two ways back, told apart wherever one is shown."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.equations import Where, stages
from rnnviz.analysis.gradient_check import CheckedTrace
from rnnviz.analysis.jacobians import shares, spectra, step_values, values_sentence
from rnnviz.analysis.theory import way_back, way_back_sentence
from rnnviz.analysis.triangle import triangle
from rnnviz.analysis.ways_back import ways
from rnnviz.engine import Answering, record_sequence
from rnnviz.tasks import make_task

CELLS = ("rnn", "relu", "gru", "lstm")


def run(cell, layers=1, attention="general", **settings):
    task = make_task("recall", length=6) if "task" not in settings else None
    config = RunConfig(
        task="recall", cell=cell, layers=layers, hidden_size=4, attention=attention, **settings
    )
    trainer = Trainer(config, task)
    trainer.advance(iterations=3)
    return trainer


def answering_from_zero(trainer):
    """Return the trace as it is where the second half answers, from zero, and all is scored."""
    trace = trainer.trace()
    part = Answering(3, from_zero=True)
    network = trainer.network_of(trace)
    found = record_sequence(network, trace.inputs[:, None], trace.targets[:, None], answering=part)
    shifted = found.outputs - found.outputs.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    return replace(
        trace,
        scored=np.ones(trace.steps, bool),
        outputs=found.outputs,
        probabilities=powers / powers.sum(axis=1, keepdims=True),
        layers=found.layers,
        attending=found.attention,
        answering=part,
    ), network


@pytest.mark.parametrize("cell", CELLS)
def test_the_three_parts_add_up_and_recurrence_is_what_the_next_step_sends(cell):
    trainer = run(cell)
    trace = trainer.trace()
    for of_last, whole in ((False, trace.d_h), (True, trace.layers[-1].last_d_h)):
        found = ways(trace, of_last)
        total = found.own + found.attention + found.recurrence
        assert np.abs(total - whole).max() < 1e-12 * np.abs(whole).max()
        assert not found.recurrence[-1].any()
        assert not found.attention[-1].any()
        assert found.attention[0].any()
    if cell == "rnn":
        W = trainer.network.parameters["weight_hh_l0"]
        sent = (trace.d_h * (1 - trace.h**2))[1:] @ W
        assert np.abs(ways(trace).recurrence[:-1] - sent).max() < 1e-12
    assert ways(run(cell, attention="none").trace()) is None


@pytest.mark.parametrize("cell", CELLS)
def test_equations_backward_add_up_to_what_arrived_with_the_share_of_attention(cell):
    trainer = run(cell, layers=2)
    architecture = trainer.network.architecture
    for trace in (trainer.trace(), answering_from_zero(trainer)[0]):
        for layer, step in ((1, 0), (1, 2), (1, 3), (1, 5), (0, 2)):
            for direction in ("forward", "backward"):
                found = stages(trace, architecture, Where(layer, 1, step), direction)
                for equation in (each for stage in found for each in stage.equations):
                    if equation.recorded is not None:
                        assert equation.result.value == pytest.approx(
                            equation.recorded, rel=1e-12, abs=1e-15
                        )
            said = " ".join(stage.sentence for stage in found)
            assert ("over attention" in said.lower()) == (layer == 1)


def test_sentences_say_what_is_of_the_recurrence_alone():
    trainer = run("rnn")
    trace, network = trainer.trace(), trainer.network
    way = way_back(trace, network)
    assert way.ways.attention[-1] > way.ways.recurrence[-1] * 0
    said = way_back_sentence(way, "h")
    assert "over attention, in a single step" in said
    assert "attention leads past them" in said
    sizes = spectra(network)
    assert "not multiplied" in values_sentence(step_values(trace, network), sizes, "rnn", True)
    assert np.isnan(shares(trace).by_weights).all()


def test_the_itemised_matrix_is_exact_through_attention():
    trainer = run("gru", attention="dot")
    trace, network = answering_from_zero(trainer)
    found = triangle(trace, network)
    assert found.norms[-1, -1] == pytest.approx(np.linalg.norm(trace.layers[-1].last_d_h[-1]))
    back = [np.linalg.norm(row) for row in trace.layers[-1].last_d_h]
    assert np.allclose(found.norms[-1], back, rtol=1e-12)
    assert not step_values(trace, network).values[2].any()  # step 3 starts from zero
    check = CheckedTrace(trace, network, None)
    while not check.done:
        check.advance(1.0)
    assert all(each.agrees for each in check.check.results.values())
