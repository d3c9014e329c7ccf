"""Experiments drawn at random, of every setting, task and intervention."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from rnnviz.engine import CELLS, Hold, Intervention, ShiftForgetBias, Silence
from rnnviz.fields import Field
from rnnviz.link import Experiment, Stage, View
from rnnviz.link.experiment import canonical
from rnnviz.tasks import TASKS, Task, make_task
from rnnviz.training import FIELD, FIELDS, LIVE_KNOBS, RunConfig, check_runs
from rnnviz.training.marks import Setup

#: So large a run may be, that 200 of them take seconds.
_SMALL = {"hidden_size": 12, "layers": 3, "batch_size": 12, "window": 4}
_NAMES = ("legs", "arms ~ core", "!plank!", "שלום", "<b>x</b>", "cardio, long", "a&b=c", "yoga+")


def experiment(seed: int, iterations: int = 30) -> Experiment:
    """Return an experiment that a run can have; the same for the same seed."""
    dice = random.Random(seed)
    while True:
        config, task = _config(dice), None
        try:
            task = _task(config.task, dice)
            check_runs((config, task))
        except ValueError:  # such settings are not for each other
            continue
        iteration = dice.randrange(iterations + 1)
        config, stages = canonical(config, _stages(dice, config, iteration))
        return Experiment(
            config=config,
            task=task,
            probe=dice.randrange(len(task.probe_names)),
            iteration=iteration,
            stages=stages,
            view=_view(dice, config, task, iteration),
            hidden=tuple(dice.sample(("cell", "hidden_size", "share"), dice.randrange(3))),
        )


def _config(dice: random.Random) -> RunConfig:
    values = {f.name: _value(dice, f) for f in FIELDS if f.name != "task" and dice.random() < 0.5}
    values |= {name: min(values.get(name, 3), most) for name, most in _SMALL.items()}
    return RunConfig(task=dice.choice(list(TASKS)), **values)


def _task(key: str, dice: random.Random) -> Task:
    settings = {f.name: _value(dice, f) for f in TASKS[key].fields if dice.random() < 0.4}
    if "length" in settings:
        settings["length"] = min(settings["length"], 12)
    if "text" in settings:
        words = [
            dice.choice(("der", "Ein", "naïve", "日本", "x~y", "don't", "!")) for _ in "ab" * 40
        ]
        settings["text"] = dice.choice(" \n").join(words)
    if "csv" in settings:
        rows = [f"{dice.choice('uvw')},{dice.gauss(0, 1)},{dice.randrange(9)}" for _ in range(90)]
        settings["csv"] = "\r\n".join(["label,a b,é", *rows])
        if "column" in settings:
            settings["column"] = "label" if key == "labels" else "é"
        if "inputs" in settings:
            settings["inputs"] = dice.choice(((), ("a b",)))
    else:
        for name in ("column", "inputs"):
            settings.pop(name, None)
    return make_task(key, **settings)


def _value(dice: random.Random, field: Field) -> Any:
    if field.optional and dice.random() < 0.3:
        return None
    if field.choices:
        return dice.choice(field.choices)
    if field.kind is bool:
        return dice.random() < 0.5
    if field.kind is tuple:
        return tuple(dice.choices(_NAMES, k=dice.randint(2, 6)))
    if field.kind is str:
        return "x"
    low = field.low or 0
    if field.kind is int:
        return dice.randint(int(low), int(field.high or 20))
    return dice.choice((field.default or low, low, field.high, dice.uniform(low, field.high)))


def _stages(dice: random.Random, config: RunConfig, iteration: int) -> list[Stage]:
    stages, setup = [], Setup(config)
    for when in sorted(dice.sample(range(iteration + 1), min(iteration + 1, dice.randrange(6)))):
        if dice.random() < 0.6:
            knob = dice.choice(LIVE_KNOBS)
            value = _value(dice, FIELD[knob])
            if knob == "batch_size":
                value = min(value, 20)
            setup = replace(setup, config=replace(setup.config, **{knob: value}))
        if dice.random() < 0.6:
            items = (_intervention(dice, config) for _ in range(dice.randrange(4)))
            setup = replace(setup, interventions=tuple(item for item in items if item))
        stages.append(Stage(when, setup))
    return stages


def _intervention(dice: random.Random, config: RunConfig) -> Intervention | None:
    layer = dice.choice((None, dice.randrange(config.layers)))
    units = tuple(dice.sample(range(config.hidden_size), dice.randint(0, config.hidden_size)))
    some = dice.choice((None, units))
    kind, cell = dice.randrange(3), CELLS[config.cell]
    if kind == 0 and cell.holdable():
        value = dice.choice((0.0, 1.0, -0.0, 0.5, dice.gauss(0, 1), 1e-300))
        return Hold(dice.choice(cell.holdable()), value, some, layer)
    if kind == 1 and cell.spec.forget_gate:
        return ShiftForgetBias(dice.choice((1.0, -2.5, dice.gauss(0, 3))), layer)
    return Silence(some, layer)


def _view(dice: random.Random, config: RunConfig, task: Task, iteration: int) -> View:
    def maybe(value: Any, nothing: Any = None) -> Any:
        return dice.choice((value, nothing))

    return View(
        page=maybe("gates", ""),
        name=maybe("over-the lag", ""),
        unit=maybe(dice.randrange(config.hidden_size)),
        layer=maybe(dice.randrange(config.layers)),
        unit_layer=dice.randrange(config.layers),
        time_step=maybe(dice.randrange(task.length)),
        shown_iteration=maybe(dice.randint(0, iteration)),
        more=maybe((("beside", "rnn"), ("order", "mean & <b>")), ()),
    )
