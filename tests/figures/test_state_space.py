"""The state space as bytes for the canvas."""

from __future__ import annotations

import base64
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.memory.clouds import Clouds
from rnnviz.figures.standalone import Heading
from rnnviz.figures.state_clouds import RunSpace
from rnnviz.figures.state_page import state_page
from rnnviz.figures.state_space import (
    BUDGET,
    Colouring,
    Delivery,
    Points,
    ProbePath,
    StateSpace,
    pack,
)
from rnnviz.tasks import GymSchedule


def space_of(count: int = 6, axes: int = 3, frames: int = 2, **more) -> StateSpace:
    """A picture of sequences with three steps each; iteration i is 10 i."""
    rng = np.random.default_rng(0)
    clouds = [
        SimpleNamespace(
            iteration=10 * frame,
            plane=SimpleNamespace(shares=np.linspace(0.7, 0.1, axes)),
            points=rng.normal(size=(count, axes)).astype(np.float32),
            probe=rng.normal(size=(3, axes)).astype(np.float32),
        )
        for frame in range(frames)
    ]
    place = np.arange(count)
    answers = {cloud.iteration: place % 3 for cloud in clouds}
    colourings = (
        Colouring("input", "input", place % 2, ("legs", "arms")),
        Colouring("position", "time step", place % 3),
        Colouring("answer", "answer", answers, ("legs", "arms", "rest")),
    )
    probe = ProbePath("a week", ("legs", "arms", "rest"), ("arms", "rest", "legs"))
    points = Points(place // 3, place % 3, colourings)
    return StateSpace(clouds, points, probe, **{"run": "one", **more})


def unpacked(data: bytes) -> tuple[dict, bytes]:
    length = int.from_bytes(data[:4], "little")
    return json.loads(data[4 : 4 + length]), data[4 + length :]


def test_a_point_comes_back_to_within_a_65_thousandth_of_the_largest():
    space = space_of()
    header, body = unpacked(pack(space))
    assert [about["iteration"] for about in header["frames"]] == [0, 10]
    about = header["frames"][1]
    codes = np.frombuffer(body, "<i2", 18, about["offset"]).reshape(6, 3)
    found = codes * about["peak"] / 32767
    assert np.abs(found - space.clouds[1].points).max() <= about["peak"] / 65534 + 1e-6
    np.testing.assert_array_equal(np.frombuffer(body, "<u2", 6), [0, 0, 0, 1, 1, 1])


def test_numbers_that_are_not_finite_are_marked_as_such():
    space = space_of(frames=1)
    space.clouds[0].points[2] = np.nan
    header, body = unpacked(pack(space))
    codes = np.frombuffer(body, "<i2", 18, header["frames"][0]["offset"]).reshape(6, 3)
    assert (codes[2] == -32768).all()
    assert (codes[[0, 1, 3, 4, 5]] != -32768).all()


def test_two_thousand_points_of_forty_iterations_keep_the_budget_and_a_tick_is_small():
    space = space_of(count=1998, frames=60)
    assert len(pack(space)) < BUDGET + 40_000
    assert len(pack(space, send=[590])) < 20_000
    forty = StateSpace(space.clouds[:40], space.points, space.probe)
    assert forty.kept == [10 * frame for frame in range(40)]
    assert len(pack(forty)) < 700_000


def test_frames_are_sent_once_until_the_browser_says_that_it_lacks_them():
    delivery, space = Delivery(), space_of(frames=3)
    assert delivery.due(space) == {0, 10, 20}
    assert delivery.due(space) == set()
    assert delivery.due(space, lacking=[10]) == {10}
    # What is known of an iteration has changed.
    space.clouds[1].points[0] += 1
    assert delivery.due(space) == {10}
    assert delivery.due(space_of(frames=3, run="another")) == {0, 10, 20}


def test_clouds_that_do_not_fit_the_points_are_refused_with_both_shapes():
    space = space_of()
    space.clouds[1].points = np.zeros((4, 3))
    with pytest.raises(ValueError, match=r"points \(6, k\).*got \(4, 3\).*iteration 10"):
        pack(space)


def test_the_picture_of_a_run_has_its_labels_its_answers_and_whole_sequences():
    trainer = Trainer(RunConfig(hidden_size=3), GymSchedule(length=6))
    trainer.advance(iterations=4)
    clouds = Clouds(trainer)
    clouds.advance(10)
    space = RunSpace(clouds, trainer).picture(run="one")
    assert [each.key for each in space.points.colourings] == [
        "target",
        "input",
        "answer",
        "position",
    ]
    assert space.kept == list(trainer.recording.iterations)
    assert (np.diff(space.points.step) % 6 == 1).all()
    trace = trainer.recording.at(2)
    np.testing.assert_array_equal(space.probe.answers[2], trace.outputs.argmax(axis=1))
    names, codes = space.points.colourings[0].names, space.points.colourings[0].values
    states = clouds.states
    assert states.targets is not None
    assert names[codes[3]] == states.targets.names[states.targets.of[0, 3]]


def test_the_page_holds_all_iterations_and_its_words_as_text():
    space = space_of()
    page = state_page(space, "const rnnviz = {};", Heading("<b>gym</b>"), about="6 states")
    held = re.search(r'id="bytes">([^<]*)<', page)[1]
    assert base64.b64decode(held) == pack(space)
    assert "&lt;b&gt;gym&lt;/b&gt;" in page
    assert "<b>" not in page
