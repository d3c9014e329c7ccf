"""One run of a sweep, and the row of results that it leaves."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

from threadpoolctl import threadpool_limits

from rnnviz.link import Experiment, experiment_of, write
from rnnviz.link.values import to_text
from rnnviz.recording.reach import memory_norms, reach
from rnnviz.tasks import Task, make_task
from rnnviz.training import FIELDS, RunConfig, Trainer

#: One row of results: name of the column -> a plain value.
Row = dict[str, Any]

#: What a row says besides the settings and the seed, in the order of the columns.
RESULTS: tuple[str, ...] = (
    *("solved", "solved_at", "loss", "score", "reach", "reach_at_start"),
    *("iterations", "diverged", "seconds", "link", "error"),
)
#: Iterations between two evaluations.
EVERY = 10


@dataclass(frozen=True)
class Run:
    """One run of a sweep: everything that follows from it is the same wherever it is done.

    Parameters
    ----------
    config : RunConfig
        With the seed.
    task : Task
        Of the key that `config` names.
    iterations
        How long it trains.
    every
        Iterations between two evaluations, by which it is known when the task was solved.
    cost_s
        Seconds of one core that it takes, as estimated.
    """

    config: RunConfig
    task: Task
    iterations: int
    every: int = EVERY
    cost_s: float = attribute(default=1.0, compare=False)

    @property
    def seed(self) -> int:
        """The seed of all its random numbers."""
        return self.config.seed

    @cached_property
    def link(self) -> str:
        """The link that opens the run where it ends, unless it diverges before."""
        return write(Experiment(self.config, self.task, iteration=self.iterations))

    @cached_property
    def key(self) -> str:
        """Name of the run: the same for the same run, another for any other."""
        return sha256(f"{self.link} {self.every}".encode()).hexdigest()[:16]

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Settings of the run and its task, by name; without the seed and long texts.

        A list of names is joined by `~`, as in a link.
        """
        settings = {field.name: getattr(self.config, field.name) for field in FIELDS}
        del settings["seed"]
        for field in self.task.fields:
            value = getattr(self.task, field.name)
            if field.kind is tuple:
                settings[field.name] = to_text(field, value)
            elif field.kind is not str or field.choices:
                settings[field.name] = value
        return settings

    def __reduce__(self) -> tuple[Any, ...]:
        """Send the settings alone to another process: a task keeps arrays that follow from them."""
        rest = (self.iterations, self.every, self.cost_s)
        return _remade, (self.config, _settings(self.task), *rest)


def _remade(config: RunConfig, settings: tuple[tuple[str, Any], ...], *rest: Any) -> Run:
    return Run(config, make_task(config.task, **dict(settings)), *rest)


def _settings(task: Task) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, getattr(task, field.name)) for field in task.fields)


def same_task(task: Task) -> Task:
    """Make the same task anew, without the arrays that it keeps once it was asked for them."""
    return make_task(task.key, **dict(_settings(task)))


@lru_cache(maxsize=4)
def _in_use(key: str, settings: tuple[tuple[str, Any], ...]) -> Task:
    """Return a task that the runs of this process share; only the last few keep their arrays."""
    return make_task(key, **dict(settings))


class Doing:
    """Does a run in slices; a slice may end after any iteration.

    Parameters
    ----------
    run : Run

    Attributes
    ----------
    trainer : Trainer
        The run as far as it got.
    """

    def __init__(self, run: Run) -> None:
        begun = time.thread_time()
        self.run = run
        with _one_thread():
            self.trainer = Trainer(run.config, _in_use(run.config.task, _settings(run.task)))
            self._reach_at_start = _reach(self.trainer)
            self.trainer.score()
        self._spent_s = time.thread_time() - begun

    @property
    def done(self) -> bool:
        """Whether it is trained to its end, or has diverged before."""
        return self.trainer.diverged is not None or self.trainer.iteration >= self.run.iterations

    @property
    def progress(self) -> float:
        """Share of the iterations, 0..1."""
        return 1.0 if self.done else self.trainer.iteration / self.run.iterations

    def advance(self, seconds: float | None = None) -> None:
        """Train for about so long, at least one iteration; None: to the end."""
        begun = time.thread_time()
        end = math.inf if seconds is None else time.perf_counter() + seconds
        trainer, every, last = self.trainer, self.run.every, self.run.iterations
        with _one_thread():
            while not self.done:
                left = None if seconds is None else max(end - time.perf_counter(), 0.0)
                mark = min((trainer.iteration // every + 1) * every, last)
                trainer.advance(mark - trainer.iteration, left)
                if trainer.iteration == mark:
                    trainer.score()
                if time.perf_counter() >= end:
                    break
        self._spent_s += time.thread_time() - begun

    def row(self) -> Row:
        """Return the row of the run as it stands."""
        trainer = self.trainer
        losses = trainer.history.column("loss")
        solved_at = trainer.solved_at
        results = {
            "solved": solved_at is not None,
            "solved_at": solved_at,
            "loss": float(losses[-1]) if losses.size else math.nan,
            "score": float(trainer.score().value),
            "reach": _reach(trainer),
            "reach_at_start": self._reach_at_start,
            "iterations": trainer.iteration,
            "diverged": trainer.diverged is not None,
            "seconds": self._spent_s,
            "link": write(experiment_of(trainer).experiment),
            "error": "",
        }
        return row_of(self.run, results)


def one(run: Run) -> Row:
    """Do one run and return its row; this is what a worker does.

    Parameters
    ----------
    run : Run

    Returns
    -------
    dict
        Settings, `seed`, and what `RESULTS` names.

    Raises
    ------
    ValueError
        If the run would need too much memory or time.
    """
    doing = Doing(run)
    doing.advance()
    return doing.row()


def attempt(run: Run, number: int) -> Row:  # noqa: ARG001
    """Do one run, for the first or second time: two calls that a cluster can tell apart."""
    return one(run)


def row_of(run: Run, results: Row) -> Row:
    """Put the settings of a run before its results."""
    return {"run": run.key, **run.settings, "seed": run.seed, **results}


def failed(run: Run, error: str) -> Row:
    """Return the row of a run that could not be done: without results, with the reason."""
    nothing = {
        **dict.fromkeys(RESULTS),
        **{"solved": False, "loss": math.nan, "score": math.nan, "iterations": 0},
        **{"diverged": False, "seconds": 0.0, "link": run.link, "error": error},
    }
    return row_of(run, nothing)


def _reach(trainer: Trainer) -> int | None:
    return reach(memory_norms(trainer.trace()))


_inside = 0
_lock = threading.Lock()
_limit: Any = None


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute matrix products on one thread, until the last run of this process has left.

    The limit is one of the whole process: without the count, the first of several threads to leave
    would lift it for the others too.
    """
    global _inside, _limit
    with _lock:
        if _inside == 0:
            _limit = threadpool_limits(limits=1, user_api="blas")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limit.restore_original_limits()
