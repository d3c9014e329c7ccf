"""Group: several runs of one shape that are trained together.

Where that is faster, they are computed in one pass (stacked_pass.py). The runs have their own
weights again whenever `advance` has returned, so each can be changed or rewound by itself. What one
pass can't do is arranged at every `advance`: runs whose batch size, truncation, optimiser or
interventions differ from those of the others come into another pass, or are computed alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Hashable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain

from rnnviz.engine import validation
from rnnviz.engine.cost import stacking_gains
from rnnviz.fields import shown
from rnnviz.training.limits import architecture_of, stacked_mb
from rnnviz.training.stacked_pass import StackedPass, shared
from rnnviz.training.threads import one_thread
from rnnviz.training.trainer import Trainer, nothing_to_learn


class Group:
    """Runs of one shape that are trained together.

    Every trainer remains a run of its own: it can be looked at, scored, changed, rewound and
    exported as ever, and its result is the one that it would have alone.

    Parameters
    ----------
    trainers : sequence of Trainer
        Runs whose networks have the same architecture, on tasks with sequences of the same length.
        Their seeds, weights and learning rates may differ.
    stacked
        Whether they are computed in one stacked pass where that is possible; None means where that
        is faster.

    Attributes
    ----------
    trainers : tuple of Trainer
    stacked : bool
        Whether one pass computes several runs.
    deviation : float
        Bound on the relative difference of one iteration from that of the run alone; 0.0 if it is
        equal to the bit.

    Raises
    ------
    ValueError
        If there are no trainers, one is there twice, or their shapes differ.
    """

    def __init__(self, trainers: Sequence[Trainer], stacked: bool | None = None) -> None:
        self.trainers = _checked(trainers)
        self._wanted = None if stacked is None else validation.yes_or_no("stacked", stacked)
        self._passes: dict[Hashable, StackedPass] = {}
        self._alone: list[Trainer] = []
        self.deviation = 0.0
        self._arrange()

    @property
    def stacked(self) -> bool:
        """Whether one pass computes several of the runs, as arranged at the last advance."""
        return bool(self._passes)

    @property
    def needs_mb(self) -> float:
        """Maximum megabytes of all runs and of the pass that computes them, as estimated."""
        first = self.trainers[0]
        passes = stacked_mb(first.config, first.task, len(self.trainers)) if self.stacked else 0.0
        return sum(trainer.needs_mb for trainer in self.trainers) + passes

    def advance(self, iterations: int | None = None, seconds: float | None = None) -> int:
        """Train all for a number of iterations, or for as many as fit in a time, or both.

        A run that has diverged stops alone.

        Parameters
        ----------
        iterations
            Maximum number of iterations of each.
        seconds
            Maximum time, if an iteration of all takes as long as the last one; at least one is
            always done.

        Returns
        -------
        int
            Iterations done by each run that goes on; none when all have diverged.

        Raises
        ------
        ValueError
            If neither is given, or one is negative or not a number.
        """
        if iterations is None and seconds is None:
            raise ValueError("advance expects iterations, seconds or both, got neither")
        if iterations is not None:
            iterations = validation.integer("iterations", iterations, 0)
        if seconds is not None and validation.finite("seconds", seconds) < 0:
            raise ValueError(f"seconds must be 0 or more, got {seconds}")
        most = math.inf if iterations is None else iterations
        end = math.inf if seconds is None else time.perf_counter() + seconds
        done = 0
        with ExitStack() as contexts:
            for trainer in self.trainers:
                contexts.enter_context(trainer.training())
            contexts.enter_context(one_thread())
            self._arrange()
            contexts.enter_context(self._taken_over())
            while done < most and (self._passes or self._alone):
                begun = time.perf_counter()
                self._iterate()
                done += 1
                now = time.perf_counter()
                if now + (now - begun) > end:  # another one would not fit
                    break
        return done

    @contextmanager
    def _taken_over(self) -> Iterator[None]:
        """Return a context in which the passes have the weights of their runs."""
        self._begin()
        try:
            yield
        finally:  # a notebook may be interrupted in between
            self._finish()

    def _begin(self) -> None:
        for each in self._passes.values():
            each.begin()

    def _finish(self) -> None:
        for each in self._passes.values():
            each.finish()

    def _iterate(self) -> None:
        """Do one iteration of every run; arrange them anew if one has diverged."""
        for each in self._passes.values():
            each.iterate()
        for trainer in self._alone:
            trainer.iterate()
        training = (*self._alone, *chain(*(each.trainers for each in self._passes.values())))
        if any(trainer.diverged for trainer in training):
            self._finish()
            self._arrange()
            self._begin()

    def _arrange(self) -> None:
        """Put runs that can be computed together into passes; the others are computed alone."""
        alike: dict[Hashable, list[Trainer]] = {}
        for trainer in self.trainers:
            if trainer.diverged is None:
                alike.setdefault(shared(trainer), []).append(trainer)
        before, self._passes, self._alone = self._passes, {}, []
        for key, runs in alike.items():
            if not self._may_stack(runs):
                self._alone += runs
                continue
            name = (key, tuple(map(id, runs)))
            self._passes[name] = before.get(name) or StackedPass(runs)
            self.deviation = max(self.deviation, self._passes[name].deviation)

    def _may_stack(self, runs: Sequence[Trainer]) -> bool:
        architecture, batch = runs[0].network.architecture, runs[0].config.batch_size
        if len(runs) == 1 or not architecture.stacks:
            return False
        if self._wanted is not None:
            return self._wanted
        return stacking_gains(architecture, batch, len(runs))


def _checked(trainers: Sequence[Trainer]) -> tuple[Trainer, ...]:
    """Return the trainers if they can be a group; `ValueError` says why not."""
    members = tuple(trainers)
    if not members:
        raise ValueError("a group needs at least one trainer, got none")
    for place, member in enumerate(members):
        if not isinstance(member, Trainer):
            raise ValueError(f"trainers must be Trainers, got {shown(member)}")
        if not member.can_learn:
            raise ValueError(nothing_to_learn(member.task))
        earlier = next(n for n, other in enumerate(members) if other is member)
        if earlier != place:
            raise ValueError(
                f"a trainer can be in a group only once, got one as number {earlier} and {place}"
            )
    first = members[0]
    shape = architecture_of(first.config, first.task)
    for place, member in enumerate(members):
        if architecture_of(member.config, member.task) != shape:
            raise ValueError(
                "the networks of a group must have the same architecture; "
                f"number {place} differs from number 0"
            )
        if member.task.length != first.task.length:
            raise ValueError(
                "the tasks of a group must have the same length; number 0 has "
                f"{first.task.length} time steps, number {place} has {member.task.length}"
            )
    return members
