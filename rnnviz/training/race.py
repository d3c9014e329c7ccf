"""A race: different networks on one task, from the same seeds and on the same batches."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import validation
from rnnviz.fields import shown
from rnnviz.recording import Recording
from rnnviz.tasks import GymSchedule
from rnnviz.tasks.task import Task
from rnnviz.training.config import RunConfig
from rnnviz.training.trainer import Trainer

By = Literal["iterations", "seconds"]
Quantity = Literal["loss", "score", "gradient_norm"]
Array = NDArray[np.float64]

#: How many lanes and seeds a race can have.
FEWEST_LANES, MOST_LANES, MOST_SEEDS = 2, 4, 20
#: Iterations between two of the first marks at which all lanes are measured.
MARK_EVERY = 10
#: After this many marks the next ones are twice as far apart; after half as many again, four times.
_MARKS = 100
#: Maximum iterations of one lane before the next one gets its turn.
AT_ONCE = 10

QUANTITIES: tuple[Quantity, ...] = ("loss", "score", "gradient_norm")


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


def mark_after(iteration: int, every: int = MARK_EVERY) -> int:
    """Return the next iteration at which every lane is measured.

    The marks do not depend on the machine, so a race has the same everywhere. They are `every`
    iterations apart at first, and twice as far each time that the iterations have doubled.
    """
    spacing = every
    while iteration >= _MARKS * spacing:
        spacing *= 2
    return (iteration // spacing + 1) * spacing


@dataclass
class _Course:
    """What was measured of a lane, and what is still to be measured at the present mark."""

    waiting: list[int]
    mark: int = 0
    seconds: float = 0.0
    marks: list[int] = field(default_factory=list)
    values: dict[str, list[Array]] = field(default_factory=dict)


class _OneByOne:
    """Runs of one lane, trained one after the other."""

    def __init__(self, trainers: Sequence[Trainer]) -> None:
        self.trainers = tuple(trainers)

    def advance(self, iterations: int, seconds: float) -> int:
        end, done = time.perf_counter() + seconds, 0
        while done < iterations:
            for trainer in self.trainers:
                trainer.advance(iterations=1)
            done += 1
            if time.perf_counter() >= end:
                break
        return done


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
        If there are too few or too many lanes or seeds, or two are the same.
    """

    def __init__(
        self, task: Task, lanes: Sequence[Lane], seeds: Sequence[int], by: By = "iterations"
    ) -> None:
        self.task, self.lanes, self.by = task, _checked_lanes(lanes), by
        self.seeds = _checked_seeds(seeds)
        validation.choice("by", by, ("iterations", "seconds"))
        self.groups: dict[Lane, _OneByOne] = {}
        self.refused: dict[Lane, str] = {}
        for lane in self.lanes:
            try:
                self.groups[lane] = _OneByOne([self._run(lane, seed) for seed in self.seeds])
            except ValueError as problem:
                self.refused[lane] = str(problem)
        self._courses = {
            lane: _Course(list(range(len(self.seeds))), values={name: [] for name in QUANTITIES})
            for lane in self.groups
        }

    def trainer(self, lane: Lane, seed: int) -> Trainer:
        """Return the run of a lane with one of the seeds."""
        return self.groups[lane].trainers[self.seeds.index(seed)]

    def iteration(self, lane: Lane) -> int:
        """Return the iteration that a lane has reached; runs that diverged may be at earlier ones.

        0 for a lane that is refused.
        """
        return max((who.iteration for who in self._trainers(lane)), default=0)

    def seconds(self, lane: Lane) -> float:
        """Return the processor seconds for which a lane has trained, without its measurements."""
        return self._courses[lane].seconds if lane in self._courses else 0.0

    @property
    def level(self) -> int:
        """Iteration that every lane has reached, except those that have stopped."""
        return min(map(self.iteration, self._going or self.groups), default=0)

    @property
    def stopped(self) -> bool:
        """Whether nothing is left to train, because every run has diverged."""
        return not self._going

    def advance(self, seconds: float | None = None, iterations: int | None = None) -> int:
        """Train all lanes for this many seconds, each for at most this many iterations.

        The lane that is furthest behind goes first: in iterations, or in processor seconds.

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
        # In step, a lane that is ahead must not go further ahead than the last iteration asked for.
        begun = {
            lane: start if self.by == "iterations" else self.iteration(lane) for lane in self.groups
        }
        most = {
            lane: math.inf if iterations is None else begun[lane] + iterations
            for lane in self.groups
        }
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
            before clipping. `"score"`: on the evaluation sequences, in the task's measure.

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
        spent = self.iteration if self.by == "iterations" else self.seconds
        able = [
            lane
            for lane, course in self._courses.items()
            if course.waiting or (self._is_going(lane) and self.iteration(lane) < most[lane])
        ]
        return min(able, key=spent, default=None)

    def _go_on(self, lane: Lane, most: float, end: float) -> None:
        """Measure one run that waits for it, or else train the lane up to its next mark."""
        course = self._courses[lane]
        if course.waiting:
            return self._measure(lane, course)
        now = self.iteration(lane)
        stop = min(most, mark_after(now), now + AT_ONCE)
        begun = time.thread_time()
        self.groups[lane].advance(int(stop) - now, max(end - time.perf_counter(), 0.0))
        course.seconds += time.thread_time() - begun
        if self.iteration(lane) == mark_after(course.mark):
            course.mark = self.iteration(lane)
            course.waiting = list(range(len(self.seeds)))
        return None

    def _measure(self, lane: Lane, course: _Course) -> None:
        """Measure the next run at the present mark."""
        which = course.waiting.pop(0)
        trainer = self._trainers(lane)[which]
        found = _measured(trainer, course.mark)
        if which:
            trainer.free_buffers()  # those of an evaluation are far larger than those of a batch
        for name, rows in course.values.items():
            if which == 0:
                rows.append(np.full(len(self.seeds), math.nan))
            rows[-1][which] = found.get(name, math.nan)
        if not course.waiting:
            course.marks.append(course.mark)

    def _run(self, lane: Lane, seed: int) -> Trainer:
        task = task_of(lane, self.task)
        trainer = Trainer(replace(lane.config, task=task.key, seed=seed), task)
        if seed != self.seeds[0]:
            # Only the first is looked into; the past of up to 80 runs would take a gigabyte.
            trainer.recording = Recording(max_traces=2)
            trainer.recording.add(trainer.trace())
        return trainer


def _measured(trainer: Trainer, mark: int) -> dict[str, float]:
    """Return what is measured of a run at a mark; nothing if it did not get there."""
    if trainer.iteration != mark:
        return {}
    found = {"score": trainer.score().value}
    if mark:
        found |= {
            name: float(trainer.history.column(name)[-1]) for name in ("loss", "gradient_norm")
        }
    return found


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
