"""The state space of a scene as the canvas draws it, with what was found in it so far."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnnviz.analysis.memory.clouds import Clouds
from rnnviz.analysis.memory.machine import Automaton
from rnnviz.figures.automaton import machine_json
from rnnviz.figures.fixed_point_charts import fixed_points_json
from rnnviz.figures.state_clouds import Found
from rnnviz.figures.state_space import StateSpace
from rnnviz.views.memory import machine, resting
from rnnviz.views.memory.scene import MemoryScene
from rnnviz.views.panel import Panel


def space(scene: MemoryScene, run: str) -> StateSpace:
    """Describe the state space of all iterations that are known, and of that of the scene.

    Parameters
    ----------
    run
        Name of the run: with another one the picture starts anew.
    """
    clouds = scene.space.clouds
    return scene.space.picture(
        clouds.of(scene.trace),
        run=run,
        about=_about(scene, clouds),
        found=_found(scene, clouds),
    )


def work(scene: MemoryScene) -> Iterator[None]:
    """Measure what is drawn, in slices: fixed points, the automaton, other iterations."""
    yield from resting.work(scene)
    if scene.with_machine:
        yield from machine.work(scene)
    clouds = scene.space.clouds
    while scene.everywhere and clouds.missing:
        clouds.advance(0.0)
        yield


def paths(scene: MemoryScene) -> Panel:
    """Say what is drawn into the state space besides the points."""
    parts = [_flat(scene), resting.said(scene)]
    panel = machine.automaton(scene) if scene.with_machine else Panel()
    said = " ".join(filter(None, [*parts, panel.sentence]))
    return Panel(
        resting.births(scene),
        sentence=said,
        table=panel.table,
        note=panel.note,
        file=panel.file,
    )


def _flat(scene: MemoryScene) -> str:
    """Say how much of the states can be seen in the plane."""
    cloud = scene.space.clouds.of(scene.trace)
    if not np.isfinite(cloud.points).any():
        return "The states are not numbers: training has grown beyond what can be computed."
    if not cloud.plane.shares.any():
        return "The state is the same everywhere: there is nothing to see yet."
    return ""


def _found(scene: MemoryScene, clouds: Clouds) -> Found:
    planes = {cloud.iteration: cloud.plane for cloud in clouds.clouds}
    planes[scene.trace.iteration] = clouds.of(scene.trace).plane
    fixed = {
        iteration: fixed_points_json(found, planes[iteration], clouds.layer, scene.letter)
        for iteration, found in resting.found_at(scene).items()
        if iteration in planes
    }
    placed = machine.latest(scene) if scene.with_machine else None
    if placed is None:
        return Found(fixed)
    groups = placed.along[clouds.step, clouds.sequence]
    return Found(
        fixed,
        machine_json(placed.found, placed.walk.tolist()),
        {placed.iteration: groups} if placed.found.is_small else {},
        _names(placed.found),
    )


def _names(found: Automaton) -> list[str]:
    return [
        f"{place}: {state.answer}" if state.answer else str(place)
        for place, state in enumerate(found.states)
    ]


def _about(scene: MemoryScene, clouds: Clouds) -> str:
    """Say what the points are."""
    sequences = len(np.unique(clouds.sequence))
    names = scene.trace.layer_names
    where = f"{names[scene.layer]}, " if len(names) > 1 else ""
    states = clouds.states
    word = {"h": "hidden", "c": "cell"}[scene.letter]
    return (
        f"{where}{_counted(len(clouds.step), f'{word} state')} of {_counted(states.size, 'unit')}, "
        f"from {_counted(sequences, 'sequence')}"
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
