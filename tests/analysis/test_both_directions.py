"""What is said and shown of a bidirectional network: each direction in its own time."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer, export
from rnnviz.analysis.correlations import correlate, features_of
from rnnviz.analysis.gradients import backward_norms, last_scored_step
from rnnviz.analysis.observation import Sequences, observe, sequences_for
from rnnviz.analysis.theory import way_back, way_back_sentence
from rnnviz.analysis.triangle import triangle
from rnnviz.engine import Silence
from rnnviz.figures.gate_maps import gates_spec
from rnnviz.figures.picture import pack
from rnnviz.tasks import GymSchedule, OwnSequences, WrittenDates
from rnnviz.training.fair import formula, parameter_count
from rnnviz.views import gates, gradients
from rnnviz.views.gates import GateScene

TASK = GymSchedule(exercises=("cardio", "legs", "arms"), length=6)
CONFIG = RunConfig(cell="lstm", hidden_size=3, layers=2, batch_size=4, bidirectional=True)


@pytest.fixture(scope="module")
def trainer():
    made = Trainer(CONFIG, TASK)
    made.advance(iterations=3)
    return made


def test_layers_are_named_and_the_top_one_is_read_forward(trainer):
    trace = trainer.trace()
    assert trace.layer_names[1:3] == ("layer 1, backward", "layer 2, forward")
    assert trace.h is trace.layers[2].h
    assert [trace.is_top(layer) for layer in (0, 1, 2, 3, -1)] == [False, False, True, True, True]
    assert trace.in_time_of(3, trace.input_labels) == trace.input_labels[::-1]
    assert trace.in_time_of(2, trace.input_labels) == trace.input_labels


def test_the_gradient_over_the_lag_begins_at_the_last_step_of_the_layers_own_time(trainer):
    trace = trainer.trace()
    for layer in (2, 3):
        assert last_scored_step(trace, layer) == 5
        norms = backward_norms(trace, "last_d_h", layer)
        assert norms[0] == pytest.approx(np.linalg.norm(trace.layers[layer].last_d_h[5]))
        bound = way_back(trace, trainer.network, layer).estimates[0]
        assert (norms[bound.lags] <= bound.norms * (1 + 1e-9)).all()


def test_items_are_in_the_time_of_the_layer_and_reach_back_alone(trainer):
    trace = trainer.trace()
    for layer in (2, 3):
        found = triangle(trace, trainer.network, layer)
        assert found.steps.tolist() == list(range(6))
        assert not np.triu(found.norms, 1).any()
        last = backward_norms(trace, "last_d_h", layer)
        assert found.back(5) == pytest.approx(last, rel=1e-9)
    with pytest.raises(ValueError, match="arrives from both sides"):
        triangle(trace, trainer.network, 1)


def test_maps_and_marks_say_which_direction_is_meant(trainer):
    trace = trainer.trace()
    assert gates_spec(trace, layer=3)["layout"] != gates_spec(trace, layer=2)["layout"]
    other = Trainer(CONFIG, TASK)
    other.intervene(Silence((0,), layer=1))
    assert other.marks[0].text == "unit 0 in layer 1 (backward) silenced"


def test_what_a_backward_unit_follows_is_what_it_reads_in_its_own_time(trainer):
    trace, network = trainer.trace(), trainer.network
    taken = sequences_for(network, TASK, trainer.probe, affordable=200_000)
    turned = replace(
        taken.batch, x=taken.batch.x[::-1], y=taken.batch.y[::-1], mask=taken.batch.mask[::-1]
    )
    features = features_of(Sequences(turned, taken.loss), TASK.input_names, TASK.output_labels)
    r = correlate(observe(network.copy(), trace, taken, 3)["h"], features)
    now = turned.x[..., 0].ravel()
    states = network.observe(taken.batch.x)[3].h[..., 0].ravel()
    first = next(at for at, name in enumerate(r.names) if "now" in name)
    assert r.names[first].startswith(f"now {TASK.input_names[0]}"), r.names
    assert r.r[first, 0] == pytest.approx(np.corrcoef(now, states)[0, 1])

    shown = gates.follows(GateScene(trainer, trace, 3, letters=("h",)))
    shown_forward = gates.follows(GateScene(trainer, trace, 2, letters=("h",)))
    assert "in its own time" in shown.note
    assert "in its own time" not in shown_forward.note
    assert shown.file[1]().equals(r.frame())


def test_maps_of_a_backward_layer_have_the_labels_of_its_own_time(trainer):
    labels = list(trainer.trace().input_labels)
    for view, letter in ((gates.training_of_one_unit, "h"), (gates.attention, "f")):
        drawn = []
        for layer in (2, 3):
            scene = GateScene(trainer, trainer.trace(), layer, letters=(letter,), unit=0)
            text = json.dumps(view(scene).charts[0].figure["layout"], default=str)
            drawn.append([text.index(label) for label in dict.fromkeys(labels)])
        assert labels != labels[::-1]
        assert drawn[0] != drawn[1]


def test_what_steps_back_mean_below_both_directions_is_said(trainer):
    notes = [
        gradients.over_lag(gradients.GradientScene(trainer, trainer.trace(), layer)).note
        for layer in range(4)
    ]
    below = ["comes down at many steps" in note for note in notes]
    assert below == [True, True, False, False]
    assert ["first of the sequence" in note for note in notes] == [False, True, False, True]


def test_of_a_prediction_at_the_first_step_of_a_layers_own_time_no_more_is_said():
    task = OwnSequences(sequences="abba", targets="1", asked="last step")
    trainer = Trainer(RunConfig(task=task.key, hidden_size=3, bidirectional=True), task)
    forward, backward = (way_back(trainer.trace(), trainer.network, layer) for layer in (0, 1))
    assert "after 3 steps" in way_back_sentence(forward, "h")
    assert way_back_sentence(backward, "h") == (
        "The last prediction is at step 0 of the layer: there is no earlier step to reach."
    )


def test_it_is_taken_away_with_the_names_of_its_layers(trainer, tmp_path):
    path = tmp_path / "run.npz"
    path.write_bytes(export.finished(export.npz(export.snapshot(trainer))))
    with np.load(path) as file:
        assert file["layer_names"].tolist() == list(trainer.trace().layer_names)
        assert np.array_equal(file["layer3.h"][-1], trainer.trace().layers[3].h)
        assert "weights.weight_hh_l1_reverse" in file
    packet = pack(trainer.recording.traces)
    assert b'"directions":2' in packet
    assert b'"layer 2, backward"' in packet


def test_its_link_opens_the_same_run_and_its_size_is_told(trainer):
    # Here, for the link stands above what is tested.
    from rnnviz.link import open_link

    assert "bi=" in trainer.link()
    assert np.array_equal(open_link(trainer.link()).network.flat, trainer.network.flat)
    assert formula(CONFIG, TASK).endswith(f" = {trainer.network.flat.size:,}")
    assert parameter_count(CONFIG, TASK) == trainer.network.flat.size


def test_settings_that_cannot_go_together_have_no_effect_or_are_refused():
    both = RunConfig(hidden_size=3, bidirectional=True, attention="dot", truncate=2)
    trainer = Trainer(both, TASK)
    trainer.advance(iterations=1)
    assert trainer.trace().attending is None
    assert trainer.trace().truncate is None
    with pytest.raises(ValueError, match="would see each answer before it gives it"):
        Trainer(RunConfig(task="dates", hidden_size=3, bidirectional=True), WrittenDates())
