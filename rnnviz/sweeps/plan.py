"""What a sweep does: a grid, a random draw or a list of settings, times seeds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from rnnviz.fields import Field, shown
from rnnviz.sweeps.run import EVERY, Run, same_task
from rnnviz.tasks import TASKS, Task, make_task
from rnnviz.training import FIELD, RunConfig, check_runs
from rnnviz.training.limits import iteration_ms, memory_mb, observation_ms, traces_ms
from rnnviz.training.pace import pace
from rnnviz.training.trainer import can_learn, nothing_to_learn

#: Most settings that a grid or a draw may vary.
MOST_VARIED = 3
#: Most runs of a sweep, unless the caller says otherwise.
MOST_RUNS = 100_000
#: Milliseconds of each iteration besides the network: its batch, update, history and record. In
#: seven runs of three cells and tasks it was 0.6 to 0.8.
_KEEPING_MS = 0.7
#: Settings by name, each with one value.
Point = dict[str, Any]


@dataclass(frozen=True)
class Range:
    """Values to draw from, both ends included.

    Parameters
    ----------
    low, high
        Of a number.
    logarithmic
        Whether to draw evenly on a logarithmic scale; None: as the setting's own control has it.
    """

    low: float
    high: float
    logarithmic: bool | None = None


@dataclass(frozen=True)
class Grid:
    """Every combination of the values of up to three settings.

    Parameters
    ----------
    settings : mapping of name to value, or list of values
        Names are those of `RunConfig` and of the task. A list is varied, in its order; a single
        value is that of all runs.

    Raises
    ------
    ValueError
        If there is no such setting, no value for one, or more than three are varied.
    """

    settings: Mapping[str, Any]

    def __post_init__(self) -> None:
        _check_names(self.settings)
        _check_varied(self.varied)
        for name, values in self.varied.items():
            if not values:
                raise ValueError(f"{name} must have at least one value, got none")

    @property
    def varied(self) -> dict[str, Sequence[Any]]:
        """The settings that have a list of values, in their order."""
        settings = self.settings
        return {name: list(settings[name]) for name in settings if _several(name, settings)}

    def __len__(self) -> int:
        return math.prod(len(values) for values in self.varied.values())

    def points(self) -> Iterator[Point]:
        """Yield the settings of each combination; the last setting changes fastest."""
        for values in itertools.product(*self.varied.values()):
            yield {**self.settings, **dict(zip(self.varied, values, strict=True))}


@dataclass(frozen=True)
class Draw:
    """Random values of up to three settings.

    Parameters
    ----------
    settings : mapping of name to value, list of values, or Range
        As of a `Grid`; of a list, each value is equally likely.
    count
        Number of draws. Each is trained with every seed of the sweep.
    seed
        Of the draw.

    Raises
    ------
    ValueError
        If there is no such setting, no value for one, none to draw, or more than three are varied.
    """

    settings: Mapping[str, Any]
    count: int
    seed: int = 0

    def __post_init__(self) -> None:
        _check_names(self.settings)
        _check_varied(self.varied)
        object.__setattr__(self, "count", _COUNT.check(self.count))
        object.__setattr__(self, "seed", FIELD["seed"].check(self.seed))
        for name, values in self.varied.items():
            if isinstance(values, Range):
                _check_range(_described(name, self.settings), values)
            elif not len(values):
                raise ValueError(f"{name} must have at least one value, got none")

    @property
    def varied(self) -> dict[str, Any]:
        """The settings that are drawn, in their order."""
        return {
            name: value
            for name, value in self.settings.items()
            if isinstance(value, Range) or _several(name, self.settings)
        }

    def __len__(self) -> int:
        return self.count

    def points(self) -> Iterator[Point]:
        """Yield the settings of each draw."""
        generator = np.random.default_rng(self.seed)
        for _ in range(self.count):
            drawn = {name: self._drawn(name, generator) for name in self.varied}
            yield {**self.settings, **drawn}

    def _drawn(self, name: str, generator: np.random.Generator) -> Any:
        values = self.settings[name]
        if not isinstance(values, Range):
            return list(values)[generator.integers(len(values))]
        described = _described(name, self.settings)
        logarithmic = described.logarithmic if values.logarithmic is None else values.logarithmic
        if logarithmic:
            value = math.exp(generator.uniform(math.log(values.low), math.log(values.high)))
        elif described.kind is int:
            return int(generator.integers(int(values.low), int(values.high), endpoint=True))
        else:
            value = generator.uniform(values.low, values.high)
        return round(value) if described.kind is int else float(value)


def _check_range(described: Field, values: Range) -> None:
    """Refuse a range that the setting does not allow, before anything is drawn from it."""
    if described.kind not in (int, float):
        raise ValueError(f"{described.name} can't be drawn from a range, got {shown(values)}")
    low, high = described.check(values.low), described.check(values.high)
    if low is None or high is None or low > high or (values.logarithmic and low <= 0):
        raise ValueError(
            f"{described.name} must have a range from a lower to a higher number, both above 0 "
            f"where it is logarithmic, got {shown(values)}"
        )


_COUNT = Field("count", "Draws", int, 1, "Number of draws.", low=1)
_ITERATIONS = Field("iterations", "Iterations", int, 1, "Of each run.", low=1, high=1_000_000)
_EVERY = Field("every", "Every", int, EVERY, "Iterations between evaluations.", low=1)

#: What can be swept over: a grid, a draw, or a list of runs without their seeds.
Swept = Mapping[str, Any] | Grid | Draw | Iterable[Any]


@dataclass(frozen=True)
class Plan:
    """The runs of a sweep, in their order.

    Parameters
    ----------
    runs : tuple of Run
        All seeds of the first settings come first.
    varied : tuple of str
        The settings that differ between them, without the seed.
    memory
        Maximum megabytes of the largest run, as estimated; each worker does one at a time.
    """

    runs: tuple[Run, ...]
    varied: tuple[str, ...]
    memory: float

    @cached_property
    def cost_s(self) -> float:
        """Seconds of one core that all runs take, as estimated."""
        return math.fsum(run.cost_s for run in self.runs)


def _cost_s(config: RunConfig, task: Task, iterations: int, every: int) -> float:
    """Estimate the seconds of one core that a run takes, with its traces and evaluations."""
    training = iterations * (iteration_ms(config, task) + pace() * _KEEPING_MS)
    traces = traces_ms(config, task, iterations)
    # One more before the first iteration, and one for the row.
    evaluations = (iterations / every + 2) * observation_ms(config, task)
    return (training + traces + evaluations) / 1e3


def plan(
    swept: Swept,
    seeds: Iterable[int],
    *,
    iterations: int,
    every: int = EVERY,
    most: int = MOST_RUNS,
) -> Plan:
    """Say which runs a sweep does, before any of them begins.

    Parameters
    ----------
    swept : mapping, Grid, Draw, or list
        A mapping is a `Grid`. A list holds runs without their seeds: each a `RunConfig`, a pair of
        a `RunConfig` and its task, or a mapping of settings.
    seeds
        Each is used for all of them.
    iterations
        How long each run trains.
    every
        Iterations between two evaluations; a run has solved its task at the first of five good
        scores in a row.
    most
        Maximum number of runs.

    Raises
    ------
    ValueError
        If there is nothing to do or too much, a setting is not allowed, or a run would need too
        much memory or time.
    """
    iterations, every = _ITERATIONS.check(iterations), _EVERY.check(every)
    checked = _seeds(seeds, most)
    grid = Grid(swept) if isinstance(swept, Mapping) else swept
    if not isinstance(grid, Grid | Draw | Iterable):
        raise ValueError(
            f"a sweep must be a grid, a draw, or a list of settings, got {shown(grid)}"
        )
    points = list(grid) if not isinstance(grid, Grid | Draw) else grid
    if not len(points):
        raise ValueError("a sweep must have at least one run, got an empty list")
    count = len(points) * len(checked)
    if count > most:
        raise ValueError(
            f"a sweep may have at most {most:,} runs, got {count:,}: {len(points):,} settings with "
            f"{len(checked):,} seeds each"
        )
    named = points.points() if isinstance(points, Grid | Draw) else points
    alone = dict.fromkeys(map(_made, named))  # without those that are there twice
    costs, memory = {}, 0.0
    for task, configs in _by_task(alone).items():
        # A task of its own, which is thrown away: it keeps the arrays that it is asked for here.
        asked = same_task(task)
        if not can_learn(asked):
            raise ValueError(nothing_to_learn(asked).rstrip("."))
        for config in configs:
            check_runs((config, asked))
            costs[config, task] = _cost_s(config, asked, iterations, every)
            memory = max(memory, memory_mb(config, asked))
    runs = tuple(
        Run(replace(config, seed=seed), task, iterations, every, costs[config, task])
        for config, task in alone
        for seed in checked
    )
    return Plan(runs, _varied(points, runs), memory)


def _by_task(alone: Iterable[tuple[RunConfig, Task]]) -> dict[Task, list[RunConfig]]:
    found: dict[Task, list[RunConfig]] = {}
    for config, task in alone:
        found.setdefault(task, []).append(config)
    return found


def _seeds(seeds: Iterable[int], most: int) -> list[int]:
    if isinstance(seeds, int) or not isinstance(seeds, Iterable):
        raise ValueError(f"seeds must be a list of whole numbers, got {shown(seeds)}")
    # Not counted out: there may be millions, or no end of them.
    given = [FIELD["seed"].check(seed) for seed in itertools.islice(seeds, most + 1)]
    if not given:
        raise ValueError("seeds must have at least one number, got none")
    if len(given) > most:
        count = f"{len(seeds):,} seeds" if isinstance(seeds, Sized) else "more seeds than that"
        raise ValueError(f"a sweep may have at most {most:,} runs, got {count}")
    return list(dict.fromkeys(given))


def _made(point: Any) -> tuple[RunConfig, Task]:
    """Return settings and task of one entry of a list, or of one point of a grid."""
    if isinstance(point, RunConfig):
        return point, make_task(point.task)
    if isinstance(point, Mapping):
        _check_names(point)
        of_run = {name: value for name, value in point.items() if name in FIELD}
        of_task = {name: value for name, value in point.items() if name not in FIELD}
        config = RunConfig(**of_run)
        return config, _task_of(config.task, tuple(of_task.items()))
    try:
        config, task = point
    except (TypeError, ValueError):
        raise ValueError(_expected(point)) from None
    if not isinstance(config, RunConfig) or getattr(task, "key", None) != config.task:
        raise ValueError(_expected(point))
    return config, task


def _expected(point: Any) -> str:
    return (
        "each entry must be a RunConfig, a RunConfig with its task, or a mapping of settings, got "
        f"{shown(point)}"
    )


def _task_of(key: str, settings: tuple[tuple[str, Any], ...]) -> Task:
    return make_task(key, **dict(settings))


def _check_names(settings: Mapping[str, Any]) -> None:
    if "seed" in settings:
        raise ValueError("seeds are given by themselves, not as a setting: seeds=[0, 1, 2]")
    for name in settings:
        _described(name, settings)


def _described(name: str, settings: Mapping[str, Any]) -> Field:
    """Return the field of a setting of a run, or of one of its tasks."""
    if name in FIELD:
        return FIELD[name]
    named = settings.get("task", RunConfig.task)
    keys = [named] if isinstance(named, str) else list(named)
    fields = {field.name: field for key in keys if key in TASKS for field in TASKS[key].fields}
    if name not in fields:
        known = ", ".join((*FIELD, *fields))
        raise ValueError(f"{shown(name)} is not a setting; there are {known}")
    return fields[name]


def _several(name: str, settings: Mapping[str, Any]) -> bool:
    """Tell whether a setting has a list of values, and not one value that is a list of names."""
    value = settings[name]
    if isinstance(value, str | bytes) or not isinstance(value, Sequence | np.ndarray):
        return False
    one_is_a_list = name != "task" and _described(name, settings).kind is tuple
    return not one_is_a_list or any(not isinstance(entry, str) for entry in value)


def _check_varied(varied: Mapping[str, Any]) -> None:
    if len(varied) > MOST_VARIED:
        raise ValueError(
            f"at most {MOST_VARIED} settings can be varied, got {len(varied)}: {', '.join(varied)}"
        )


def _varied(points: Any, runs: Sequence[Run]) -> tuple[str, ...]:
    """Return the names of the settings that differ."""
    if isinstance(points, Grid | Draw):
        return tuple(points.varied)
    names = dict.fromkeys(name for run in runs for name in run.settings)
    return tuple(name for name in names if len({run.settings.get(name) for run in runs}) > 1)
