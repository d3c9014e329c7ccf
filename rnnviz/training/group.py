"""Group: several runs of one shape that are trained together."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from rnnviz.engine import validation
from rnnviz.fields import shown
from rnnviz.training.limits import architecture_of
from rnnviz.training.trainer import Trainer


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
        if stacked is not None:
            validation.yes_or_no("stacked", stacked)
        self.stacked = False
        self.deviation = 0.0

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
        while done < most:
            begun = time.perf_counter()
            moved = sum(trainer.advance(iterations=1) for trainer in self.trainers)
            if not moved:  # all have diverged
                break
            done += 1
            now = time.perf_counter()
            if now + (now - begun) > end:  # another one would not fit
                break
        return done


def _checked(trainers: Sequence[Trainer]) -> tuple[Trainer, ...]:
    """Return the trainers if they can be a group; `ValueError` says why not."""
    members = tuple(trainers)
    if not members:
        raise ValueError("a group needs at least one trainer, got none")
    for place, member in enumerate(members):
        if not isinstance(member, Trainer):
            raise ValueError(f"trainers must be Trainers, got {shown(member)}")
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
