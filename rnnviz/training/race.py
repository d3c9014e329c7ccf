"""A race: different networks on one task, from the same seeds and on the same batches."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network, validation
from rnnviz.fields import shown
from rnnviz.recording import History, Recording
from rnnviz.recording.reach import Norms, memory_norms, reach
from rnnviz.tasks import GymSchedule
from rnnviz.tasks.task import Probe, Task
from rnnviz.training.config import RunConfig
from rnnviz.training.evaluate import Score, evaluate
from rnnviz.training.group import Group
from rnnviz.training.limits import (
    RACED_ROWS,
    RACED_TRACES,
    Planned,
    architecture_of,
    check_race,
    check_runs,
    iteration_ms,
    observation_ms,
    race_mb,
)
from rnnviz.training.threads import one_thread
from rnnviz.training.tracing import make_trace
from rnnviz.training.trainer import Trainer, can_learn, nothing_to_learn

By = Literal["iterations", "seconds"]
Quantity = Literal["loss", "score", "held_out", "reach", "gradient_norm"]
Array = NDArray[np.float64]

#: How many lanes and seeds a race can have.
FEWEST_LANES, MOST_LANES, MOST_SEEDS = 2, 4, 20
#: Iterations between two of the first marks at which all lanes are measured: the first that makes
#: measuring take at most `_MEASURED` of the time of training, if all runs are trained alone.
MARK_EVERY = (10, 20, 40, 80)
_MEASURED = 0.25
#: After this many marks the next ones are twice as far apart; after half as many again, four times.
_MARKS = 100
#: Maximum iterations of one lane before the next one gets its turn.
AT_ONCE = 10

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)


@dataclass(frozen=True)
class Lane:
    """One kind of network in a race.

    Parameters
    ----------
    config
        Its settings; the seed is that of the race.
    name
        How it is called.
    features
        Whether it sees the features of each step instead of what came before: the calendar of a gym
        schedule. Its days are drawn from the same schedule, but they are not the same days.
    """

    config: RunConfig
    name: str
    features: bool = False


def task_of(lane: Lane, task: Task) -> Task:
    """Return the task as a lane sees it.

    Raises
    ------
    ValueError
        If it sees features, and the task has none.
    """
    if not lane.features:
        return task
    if not isinstance(task, GymSchedule):
        raise ValueError(f"{lane.name} sees the calendar, and only a gym schedule has one")
    return replace(task, view="calendar")


def mark_after(iteration: int, every: int = MARK_EVERY[0]) -> int:
    """Return the next iteration at which every lane is measured.

    The marks do not depend on the machine, so a race has the same everywhere. They are `every`
    iterations apart at first, and twice as far each time that the iterations have doubled.
    """
    spacing = every
    while iteration >= _MARKS * spacing:
        spacing *= 2
    return (iteration // spacing + 1) * spacing


def mark_every(runs: Sequence[Planned]) -> int:
    """Return how many iterations the first marks of a race are apart, by what measuring costs.

    It follows from the sizes alone, not from the speed of the machine.
    """
    trained = sum(iteration_ms(*run) for run in runs)
    measured = sum(observation_ms(*run) for run in runs)
    enough = (every for every in MARK_EVERY if measured <= _MEASURED * every * trained)
    return next(enough, MARK_EVERY[-1])


@dataclass
class _Course:
    """What was measured of a lane, and what is still to be measured at the present mark."""

    #: Places of the runs that wait for being measured.
    waiting: list[int]
    #: The example whose gradient is measured; a run that is looked at elsewhere may show another.
    probe: Probe
    mark: int = 0
    seconds: float = 0.0
    #: Of every mark: its iteration, the lane's seconds, and for each quantity a value of every run.
    marks: list[int] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)
    values: dict[Quantity, list[Array]] = field(default_factory=dict)
    #: The gradient of every run at the mark that is measured now, and at the last one.
    coming: list[Norms] = field(default_factory=list)
    gradients: list[Norms] = field(default_factory=list)
    score: Score | None = None
    #: A network that is given the weights of the run to be measured, so that they share buffers.
    looking: Network | None = None


class Race:
    """Different networks on one task, each from the same seeds.

    A run with a seed gets the same batches in every lane, since they follow from task, seed and
    batch size alone. Each run is the one that a `Trainer` with that config and seed would be.

    Parameters
    ----------
    task
    lanes
        Two to four, with different names.
    seeds
        One to twenty.
    by
        Whether all lanes get the same iterations, or the same seconds of the processor.

    Attributes
    ----------
    groups : dict of Lane
        The runs of each lane that can run, in the order of `seeds`.
    refused : dict of Lane
        Why the others can't.

    Raises
    ------
    ValueError
        If there are too few or too many lanes or seeds, two are the same, or all together would
        need too much memory or time.
    """

    def __init__(
        self, task: Task, lanes: Sequence[Lane], seeds: Sequence[int], by: By = "iterations"
    ) -> None:
        self._plan(task, lanes, seeds, by)
        for _ in self._make_runs():
            pass

    @classmethod
    def making(
        cls, task: Task, lanes: Sequence[Lane], seeds: Sequence[int], by: By = "iterations"
    ) -> Generator[None, None, Race]:
        """Make a race in steps, one run at each, so that others can compute in between.

        Returns
        -------
        Race
            At the end of the steps.

        Raises
        ------
        ValueError
            As the class itself; at the first step.
        """
        race = cls.__new__(cls)
        race._plan(task, lanes, seeds, by)
        yield from race._make_runs()
        return race

    def _plan(self, task: Task, lanes: Sequence[Lane], seeds: Sequence[int], by: By) -> None:
        """Check what is wanted; no run is made."""
        if not can_learn(task):
            raise ValueError(nothing_to_learn(task).rstrip("."))
        self.task, self.lanes, self.by = task, _checked_lanes(lanes), by
        self.seeds = _checked_seeds(seeds)
        validation.choice("by", by, ("iterations", "seconds"))
        self.refused: dict[Lane, str] = {}
        self._runs = {lane: run for lane in self.lanes if (run := self._planned(lane))}
        planned = tuple(self._runs.values())
        check_race(planned, len(self.seeds))
        self._architectures = tuple(architecture_of(*run) for run in planned)
        self._every = mark_every(planned)
        self.groups: dict[Lane, Group] = {}
        self._courses: dict[Lane, _Course] = {}

    def _make_runs(self) -> Iterator[None]:
        """Make all runs, one at each step."""
        for lane, run in self._runs.items():
            trainers = []
            for place in self._places:
                trainers.append(self._run(*run, place))
                yield
            self.groups[lane] = Group(trainers)
            self._courses[lane] = _Course(
                self._places, trainers[0].probe, values={name: [] for name in QUANTITIES}
            )

    def trainer(self, lane: Lane, seed: int) -> Trainer:
        """Return the run of a lane with one of the seeds.

        Raises
        ------
        ValueError
            If the race has no such seed, or the lane is none that races.
        """
        if lane not in self.groups:
            why = self.refused.get(lane, "there is no such lane")
            raise ValueError(f"{lane.name} does not race: {why}")
        if seed not in self.seeds:
            raise ValueError(
                f"seed must be one of {', '.join(map(str, self.seeds))}, got {shown(seed)}"
            )
        return self.groups[lane].trainers[self.seeds.index(seed)]

    def iteration(self, lane: Lane) -> int:
        """Return the iteration that a lane has reached; runs that diverged may be at earlier ones.

        0 for a lane that is refused.
        """
        return max((who.iteration for who in self._trainers(lane)), default=0)

    def seconds(self, lane: Lane) -> float:
        """Return the processor seconds for which a lane has trained.

        Without what it took to measure it at the marks, and with the traces that its runs keep.
        """
        return self._courses[lane].seconds if lane in self._courses else 0.0

    @property
    def level(self) -> int:
        """Iteration that every lane has reached, except those that have stopped."""
        return min(map(self.iteration, self._going or self.groups), default=0)

    @property
    def stopped(self) -> bool:
        """Whether nothing is left to train, because every run has diverged."""
        return not self._going

    @property
    def is_measured(self) -> bool:
        """Whether nothing is left to measure at the marks that were reached."""
        return not any(course.waiting for course in self._courses.values())

    def mark_from(self, iteration: int) -> int:
        """Return the first mark at or after an iteration."""
        return mark_after(iteration - 1, self._every)

    def advance(self, seconds: float | None = None, iterations: int | None = None) -> int:
        """Train all lanes for this many seconds, for at most this many iterations.

        The lane that is furthest behind goes first: in iterations, or in processor seconds. In a
        race by iterations the limit counts from there, else from where each lane is.

        Returns
        -------
        int
            Iterations by which the lane that is furthest behind went on.

        Raises
        ------
        ValueError
            If neither is given, or one is negative or not a number.
        """
        if iterations is None and seconds is None:
            raise ValueError("advance expects seconds, iterations or both, got neither")
        if iterations is not None:
            iterations = validation.integer("iterations", iterations, 0)
        if seconds is not None and validation.finite("seconds", seconds) < 0:
            raise ValueError(f"seconds must be 0 or more, got {seconds}")
        end = math.inf if seconds is None else time.perf_counter() + seconds
        start = self.level
        more = math.inf if iterations is None else iterations
        since = dict.fromkeys(self.groups, start)
        if self.by == "seconds":
            since = {lane: self.iteration(lane) for lane in self.groups}
        most = {lane: done + more for lane, done in since.items()}
        while behind := self._behind(most):
            self._go_on(behind, most[behind], end)
            if time.perf_counter() >= end:
                break
        return self.level - start

    def curves(self, lane: Lane, quantity: Quantity) -> tuple[NDArray[np.int64], Array]:
        """Return what was measured of a lane so far.

        Parameters
        ----------
        lane
        quantity
            `"loss"` and `"gradient_norm"`: of the batch of that iteration, before its update and
            before clipping. `"score"`, `"held_out"`: on the evaluation sequences and on held-out
            ones, in the task's measure; the same sequences in every lane, so maybe fewer than a
            `Trainer` alone takes. `"reach"`: of the gradient of the last answer on the task's
            first example, in steps, w.r.t. the state that carries the memory in the top layer.

        Returns
        -------
        iterations : array of int, (I,)
            The marks, the same in every lane; a lane that is behind has fewer of them.
        values : array, (S, I)
            A row for each seed; NaN where there is none, as after a run has diverged.
        """
        validation.choice("quantity", quantity, QUANTITIES)
        if lane not in self._courses:
            return np.empty(0, int), np.empty((len(self.seeds), 0))
        course = self._courses[lane]
        values = np.array(course.values[quantity][: len(course.marks)])
        return np.array(course.marks, int), values.reshape(-1, len(self.seeds)).T

    def spent(self, lane: Lane) -> Array:
        """Return the processor seconds of a lane at each of its marks, (I,)."""
        return np.array(self._courses[lane].spent if lane in self._courses else (), float)

    def gradients(self, lane: Lane) -> tuple[Norms, ...]:
        """Return the gradient of each run over the lag, at the last mark of a lane.

        The norms (lags,) are of what `"reach"` counts; empty for a run that has diverged.
        """
        return tuple(self._courses[lane].gradients) if lane in self._courses else ()

    def scored(self, lane: Lane) -> Score | None:
        """Return the score measured last in a lane: it says on how many sequences."""
        return self._courses[lane].score if lane in self._courses else None

    @property
    def needs_mb(self) -> float:
        """Maximum megabytes of the race, as estimated."""
        return race_mb(tuple(self._runs.values()), len(self.seeds))

    # ------------------------------------------------------------------ the parts of a turn

    @property
    def _going(self) -> list[Lane]:
        return [lane for lane in self.groups if self._is_going(lane)]

    def _is_going(self, lane: Lane) -> bool:
        return any(who.diverged is None for who in self._trainers(lane))

    def _trainers(self, lane: Lane) -> tuple[Trainer, ...]:
        return self.groups[lane].trainers if lane in self.groups else ()

    def _behind(self, most: dict[Lane, float]) -> Lane | None:
        """Return the lane whose turn it is; None if there is nothing left to do."""
        for lane, course in self._courses.items():
            if course.waiting:  # first: only one lane at a time has the buffers for it
                return lane
        spent = self.iteration if self.by == "iterations" else self.seconds
        able = [lane for lane in self._going if self.iteration(lane) < most[lane]]
        return min(able, key=spent, default=None)

    def _go_on(self, lane: Lane, most: float, end: float) -> None:
        """Measure one run that waits for it, or else train the lane up to its next mark."""
        course = self._courses[lane]
        if course.waiting:
            return self._measure(lane, course)
        now, mark = self.iteration(lane), mark_after(course.mark, self._every)
        stop = min(most, mark, now + AT_ONCE)
        left = None if math.isinf(end) else max(end - time.perf_counter(), 0.0)
        begun = time.thread_time()
        self.groups[lane].advance(int(stop) - now, left)
        course.seconds += time.thread_time() - begun
        if self.iteration(lane) == mark:
            course.mark, course.waiting = mark, self._places
        return None

    def _measure(self, lane: Lane, course: _Course) -> None:
        """Measure the next run at the present mark."""
        which = course.waiting.pop(0)
        if which == 0:
            for rows in course.values.values():
                rows.append(np.full(len(self.seeds), math.nan))
            course.coming = []
        trainer = self._trainers(lane)[which]
        course.coming.append(np.empty(0))
        if trainer.iteration == course.mark:
            for name, value in self._measured(trainer, course).items():
                course.values[name][-1][which] = value
        if not course.waiting:
            if course.looking is not None:
                course.looking.free_buffers()
            course.marks.append(course.mark)
            course.spent.append(course.seconds)
            course.gradients = course.coming

    def _measured(self, trainer: Trainer, course: _Course) -> dict[Quantity, float]:
        """Return what is measured of a run at its mark."""
        if course.looking is None:
            course.looking = trainer.network.copy()
        looking, task = course.looking, trainer.task
        with one_thread(), np.errstate(all="ignore"):
            looking.flat[:] = trainer.network.flat
            looking.intervene(*trainer.network.interventions)
            course.score = evaluate(looking, task, self._architectures)
            trace = make_trace(looking, task, course.probe, trainer.config, course.mark)
        course.coming[-1] = memory_norms(trace)
        steps, held_out = reach(course.coming[-1]), course.score.held_out
        found: dict[Quantity, float] = {
            "score": course.score.value,
            "held_out": math.nan if held_out is None else held_out,
            "reach": math.nan if steps is None else steps,
        }
        if course.mark:
            found["loss"] = float(trainer.history.column("loss")[-1])
            found["gradient_norm"] = float(trainer.history.column("gradient_norm")[-1])
        return found

    @property
    def _places(self) -> list[int]:
        return list(range(len(self.seeds)))

    def _planned(self, lane: Lane) -> Planned | None:
        """Return the settings of a lane and the task as it sees it; None if it is refused."""
        try:
            task = task_of(lane, self.task)
            config = replace(lane.config, task=task.key)
            check_runs((config, task))
        except ValueError as problem:
            self.refused[lane] = str(problem)
            return None
        return config, task

    def _run(self, config: RunConfig, task: Task, place: int) -> Trainer:
        trainer = Trainer(replace(config, seed=self.seeds[place]), task)
        if place:
            # Only the first is looked into; the past of up to 80 runs would take a gigabyte.
            trainer.history = History(RACED_ROWS)
            trainer.recording = Recording(max_traces=RACED_TRACES)
            trainer.recording.add(trainer.trace())
        return trainer


def _checked_lanes(lanes: Sequence[Lane]) -> tuple[Lane, ...]:
    for lane in lanes:
        if not isinstance(lane, Lane):
            raise ValueError(f"lanes must be Lane, got {shown(lane)}")
    if not FEWEST_LANES <= len(lanes) <= MOST_LANES:
        raise ValueError(f"a race has {FEWEST_LANES} to {MOST_LANES} lanes, got {len(lanes)}")
    names = [lane.name for lane in lanes]
    if len(set(names)) < len(names):
        raise ValueError(f"the lanes must have different names, got {', '.join(map(shown, names))}")
    if len({lane.config.batch_size for lane in lanes}) > 1:
        raise ValueError(
            "the lanes must have the same batch size, since all learn from the same batches, got "
            + ", ".join(str(lane.config.batch_size) for lane in lanes)
        )
    return tuple(lanes)


def _checked_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    checked = tuple(validation.integer("seed", seed, 0, 2**32 - 1) for seed in seeds)
    if not 1 <= len(checked) <= MOST_SEEDS:
        raise ValueError(f"a race has 1 to {MOST_SEEDS} seeds, got {len(checked)}")
    if len(set(checked)) < len(checked):
        raise ValueError("the seeds of a race must all be different")
    return checked
