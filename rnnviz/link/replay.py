"""Replay: an experiment done again, in slices."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from functools import cache

from rnnviz.link.experiment import Experiment
from rnnviz.training import Trainer
from rnnviz.training.limits import iteration_ms

#: What an iteration costs with its recording, history and scores, over what it costs alone:
#: 1.3 to 2.2 in replays of several sizes.
RECORDED = 1.75


class Replay:
    """Trains an experiment to its iteration, and does each change at the iteration of its own.

    What comes out is the run of the experiment, bit by bit: weights, optimiser and history. A slice
    may end anywhere; whoever stops in between has the run as it was at that iteration.

    Parameters
    ----------
    experiment : Experiment

    Attributes
    ----------
    experiment : Experiment
    trainer : Trainer
        The run, as far as it got: at first at iteration 0.

    Raises
    ------
    ValueError
        If the run can't be made; never for an experiment that `read` returned.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.trainer = Trainer(experiment.config, experiment.task, experiment.probe)
        self._coming = list(experiment.stages)
        self._spent_s = 0.0
        self._do_what_is_due()

    @property
    def tried(self) -> int:
        """Iterations that were tried so far: those done, and one that diverged."""
        return self.trainer.iteration + (self.trainer.diverged is not None)

    @property
    def done(self) -> bool:
        """Whether it is there, or the run has diverged before."""
        return self.trainer.diverged is not None or self.tried >= self.experiment.iteration

    @property
    def progress(self) -> float:
        """Share of the iterations, 0..1."""
        return 1.0 if self.done else self.tried / self.experiment.iteration

    @property
    def time_left(self) -> float:
        """Seconds of computing that are left: by what was measured, at first as estimated.

        Time in which nothing is computed, such as that of other visitors, is not in it.
        """
        if self.done:
            return 0.0
        left = estimate_s(self.experiment, self.tried)
        done = estimate_s(self.experiment.until(self.tried))
        return left * self._spent_s / done if done and self._spent_s else left

    def advance(self, seconds: float) -> None:
        """Train for so long; at least one iteration is done."""
        begun = time.perf_counter()
        while not self.done:
            left = max(begun + seconds - time.perf_counter(), 0.0)
            stop = self._coming[0].iteration if self._coming else self.experiment.iteration
            self.trainer.advance(stop - self.tried, left)
            self._do_what_is_due()
            if time.perf_counter() - begun >= seconds:
                break
        self._spent_s += time.perf_counter() - begun

    def _do_what_is_due(self) -> None:
        while self._coming and self._coming[0].iteration <= self.tried:
            self.trainer.take_over(self._coming.pop(0).setup)


def estimate_s(experiment: Experiment, begin: int = 0) -> float:
    """Estimate the seconds of computing that a replay takes, from an iteration on.

    By the sizes alone, for one core (`rnnviz.engine.cost`): nothing is made for it.
    """

    @cache
    def each_ms(batch_size: int) -> float:  # the only live knob that tells
        config = replace(experiment.config, batch_size=batch_size)
        return RECORDED * iteration_ms(config, experiment.task)

    return math.fsum(
        (end - max(start, begin)) * each_ms(batch_size) / 1e3
        for start, end, batch_size in _stretches(experiment)
        if end > begin
    )


def _stretches(experiment: Experiment) -> list[tuple[int, int, int]]:
    """Return from where to where the run had which batch size."""
    starts = [(0, experiment.config.batch_size)]
    starts += [(stage.iteration, stage.setup.config.batch_size) for stage in experiment.stages]
    ends = [start for start, _ in starts[1:]] + [experiment.iteration]
    return [(start, end, size) for (start, size), end in zip(starts, ends, strict=True)]
