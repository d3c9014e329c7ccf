"""The views of eigenvalues, time constants and all steps at once show what was measured."""

from dataclasses import replace

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.memory.eigenvalues import modulus_of
from rnnviz.engine import Hold
from rnnviz.figures.spec import figure
from rnnviz.tasks import TemporalOrder
from rnnviz.views.memory import VIEWS, MemoryScene
from rnnviz.views.memory.over_training import coarse_to_fine
from rnnviz.views.memory.scene import MOST_BYTES

TITLES = ("Eigenvalues", "Time constants", "All steps at once")


def _scene(cell="rnn", iterations=4, step=5, **settings):
    config = rnnviz.RunConfig(**{"task": "order", "cell": cell, "hidden_size": 4, **settings})
    trainer = rnnviz.Trainer(config, TemporalOrder(length=10))
    trainer.advance(iterations=iterations)
    return MemoryScene(trainer, trainer.trace(), 0, step=step)


def _looked(title, scene):
    view = VIEWS[title]
    for _ in () if view.work is None else view.work(scene):
        pass
    panel = view.look(scene)
    for chart in (*panel.charts, *panel.beside):
        figure(chart.figure)  # refuses what plotly does not have
    return panel


def test_the_plane_has_the_eigenvalues_of_the_chosen_step_in_front():
    scene = _scene()
    panel = _looked("Eigenvalues", scene)
    (plane,) = panel.charts
    W = scene.network.parameters["weight_hh_l0"]
    by_hand = np.linalg.eigvals((1 - scene.trace.h[5] ** 2)[:, None] * W)
    weights, every, chosen = plane.figure["data"]
    assert chosen["name"] == "step 5"
    drawn = np.sort_complex(np.round(chosen["x"] + 1j * chosen["y"], 9))
    assert drawn == pytest.approx(np.sort_complex(np.round(by_hand, 9)))
    assert len(every["x"]) == 9 * 4
    drawn = np.hypot(weights["x"], weights["y"])
    assert sorted(drawn) == pytest.approx(sorted(np.abs(np.linalg.eigvals(W))))
    assert plane.caption.startswith("Step 5: ")
    assert panel.progress is None


def test_circles_are_those_of_the_time_constants():
    (plane,) = _looked("Eigenvalues", _scene()).charts
    radii = [shape["x1"] for shape in plane.figure["layout"]["shapes"]]
    assert radii == pytest.approx([1, np.exp(-1), np.exp(-1 / 3), np.exp(-1 / 10)])
    assert modulus_of(10) == pytest.approx(np.exp(-0.1))


def test_over_training_every_kept_iteration_has_its_largest_modulus_beside_the_gradient():
    scene = _scene(iterations=4)
    *_, course = _looked("Eigenvalues", scene).beside
    lines = {line.get("name"): line for line in course.figure["data"]}
    assert lines["largest modulus, median step"]["x"].tolist() == [0, 1, 2, 3, 4]
    assert lines["factor per step of the gradient"]["x"].tolist() == [0, 1, 2, 3, 4]
    assert lines["spectral radius of the weights"]["y"][0] == pytest.approx(1)


def test_at_the_first_step_it_says_that_there_is_none_before_it():
    (plane,) = _looked("Eigenvalues", _scene(step=0)).charts
    assert "Step 0 has no step before it" in plane.caption


def test_a_large_network_shows_nothing_before_it_was_measured():
    scene = _scene("lstm", hidden_size=64)
    panel = VIEWS["Eigenvalues"].look(scene)
    assert panel.charts == ()
    assert panel.progress == 0
    work = VIEWS["Eigenvalues"].work(scene)
    while not (panel := VIEWS["Eigenvalues"].look(scene)).charts:
        next(work)
    assert panel.progress is not None


def test_while_it_trains_the_latest_that_was_measured_is_shown_with_its_iteration():
    scene = _scene("lstm", hidden_size=64, iterations=1)
    work = VIEWS["Eigenvalues"].work(scene)
    while not VIEWS["Eigenvalues"].look(scene).charts:
        next(work)
    scene.trainer.advance(iterations=1)
    later = MemoryScene(scene.trainer, scene.trainer.trace(), 0, step=5, store=scene.store)
    (plane,) = VIEWS["Eigenvalues"].look(later).charts
    assert plane.caption.startswith("At iteration 1. Step 5")


def test_units_stand_by_their_memory():
    scene = _scene("lstm")
    panel = _looked("Time constants", scene)
    points = panel.charts[0].figure["data"][0]
    steps = 1 / (1 - scene.trace.gates["f"][1:].mean(axis=0))
    assert points["x"] == [str(unit) for unit in np.argsort(-steps)]
    assert points["y"] == pytest.approx(np.sort(steps)[::-1])
    kept = panel.charts[1].figure["data"][0]
    assert kept["z"].shape == (4, 5)
    assert kept["y"] == points["x"]


def test_a_gate_held_at_one_is_at_the_upper_edge():
    scene = _scene("lstm")
    scene.trainer.intervene(Hold("f", 1.0))
    held = MemoryScene(scene.trainer, scene.trainer.trace(), 0)
    panel = _looked("Time constants", held)
    assert panel.charts[0].figure["data"][1]["name"] == "nothing is lost"
    assert "4 units lose nothing" in panel.charts[0].caption


def test_the_map_of_sweeps_has_the_errors_and_the_frames_end_at_the_states_of_the_loop():
    scene = _scene()
    errors, states = _looked("All steps at once", scene).charts
    (drawn,) = errors.figure["data"]
    assert drawn["customdata"][0] == pytest.approx(np.abs(scene.trace.h).max(axis=1))
    assert drawn["customdata"][-1].max() <= 1e-10
    frames = states.figure["frames"]
    assert [frame["name"] for frame in frames] == [str(k) for k in range(len(drawn["y"]))]
    assert frames[-1]["data"][0]["z"] == pytest.approx(scene.trace.h.T, abs=1e-6)
    assert frames[2]["layout"]["annotations"][0]["text"].startswith("hidden state after sweep 2")


def test_sweeps_are_counted_at_every_kept_iteration():
    scene = _scene(iterations=3)
    (course,) = _looked("All steps at once", scene).beside
    sweeps, radius = course.figure["data"]
    assert sweeps["x"].tolist() == radius["x"].tolist() == [0, 1, 2, 3]
    assert (sweeps["y"] >= 1).all()


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("cell", ["relu", "gru", "lstm"])
def test_every_cell_has_every_view_also_with_one_unit(title, cell):
    panel = _looked(title, _scene(cell, hidden_size=1, iterations=1))
    assert panel.charts or "no gate" in panel.sentence


@pytest.mark.parametrize("title", TITLES)
def test_a_diverged_run_is_said_to_be_one(title):
    scene = _scene("lstm", iterations=0)
    scene.trainer.network.flat[:] = np.nan
    gone = MemoryScene(scene.trainer, scene.trainer.trace(), 0, step=5)
    panel = _looked(title, gone)
    said = panel.sentence + "".join(chart.caption for chart in (*panel.charts, *panel.beside))
    assert "not numbers" in said or "not a number" in said or "not made of numbers" in said


@pytest.mark.parametrize("title", ["Eigenvalues", "All steps at once"])
def test_above_the_first_layer_of_two_directions_it_is_said_why_there_is_no_map(title):
    scene = _scene("gru", layers=2, bidirectional=True, iterations=0)
    upper = MemoryScene(scene.trainer, scene.trace, 2)
    assert "first layer" in _looked(title, upper).sentence
    backward = MemoryScene(scene.trainer, scene.trace, 1, step=5)
    assert _looked(title, backward).charts


@pytest.mark.parametrize("title", ["Eigenvalues", "All steps at once"])
def test_while_it_trains_only_the_iteration_that_is_looked_at_is_measured(title):
    scene = replace(_scene(iterations=3), everywhere=False)
    assert _looked(title, scene).progress is None
    assert VIEWS[title].look(replace(scene, everywhere=True)).progress == 1 / 4
    assert _looked(title, replace(scene, everywhere=True)).progress is None


def test_what_was_dropped_from_the_store_is_not_kept_as_the_latest():
    scene = _scene("lstm", hidden_size=64, iterations=0)
    _looked("Eigenvalues", scene)
    scene.store.put("something large", None, MOST_BYTES)
    assert VIEWS["Eigenvalues"].look(scene).charts == ()


def test_any_first_places_are_spread_over_the_whole():
    assert coarse_to_fine(9) == [8, 0, 4, 2, 6, 1, 3, 5, 7]
    assert sorted(coarse_to_fine(13)) == list(range(13))
    assert coarse_to_fine(0) == []


def test_runs_beside_each_other_have_a_plane_each_on_one_scale():
    runs = {
        f"radius {radius}": _scene(iterations=0, spectral_radius=radius).trainer
        for radius in (0.5, 1.5)
    }
    trainer = runs["radius 0.5"]
    scene = MemoryScene(trainer, trainer.trace(), 0, step=5, runs=runs)
    planes, one = _looked("Eigenvalues", scene).charts
    small, large = planes.figure["data"]
    assert len(small["x"]) == len(large["x"]) == 9 * 4
    assert np.hypot(small["x"], small["y"]).max() <= 0.5 < np.hypot(large["x"], large["y"]).max()
    layout = planes.figure["layout"]
    assert layout["xaxis"]["range"] == layout["xaxis2"]["range"]
    assert "radius 0.5: largest modulus" in planes.caption
    assert "; radius 1.5: largest modulus" in planes.caption
    assert one.caption.startswith("Step 5")


def test_a_run_whose_latest_eigenvalues_are_of_another_iteration_says_of_which():
    run = _scene("lstm", iterations=0, hidden_size=64)
    runs = {"one": run.trainer, "two": _scene("lstm", iterations=0, hidden_size=64).trainer}
    scene = replace(run, runs=runs, everywhere=False)
    _looked("Eigenvalues", scene)
    run.trainer.advance(iterations=1)
    later = replace(scene, trace=run.trainer.trace())
    planes, _ = VIEWS["Eigenvalues"].look(later).charts
    assert planes.caption.startswith("one, iteration 0: largest modulus")
