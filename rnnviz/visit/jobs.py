"""Long work that the live loop does in slices, while the run itself does not train."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from rnnviz.link import Experiment
from rnnviz.training import Trainer


class Job(Protocol):
    """Work that is done in slices."""

    @property
    def done(self) -> bool:
        """Whether the work is finished."""

    def advance(self, seconds: float) -> None:
        """Work for about this long."""


class Opening(Job, Protocol):
    """Work that trains the run of an opened experiment again, up to its iteration."""

    @property
    def experiment(self) -> Experiment:
        """What is opened."""

    @property
    def trainer(self) -> Trainer:
        """The run in its present state."""


class Replay:
    """Shows the kept iterations one after the other, one per tick.

    Parameters
    ----------
    iterations
        From the first to the last.
    rewind_to
        Shows an iteration; None shows the newest.
    """

    def __init__(self, iterations: Sequence[int], rewind_to: Callable[[int | None], None]) -> None:
        self._left: Iterator[int] = iter(iterations)
        self._rewind_to = rewind_to
        self.done = False

    def advance(self, seconds: float) -> None:  # noqa: ARG002
        """Show the next kept iteration; after the last one, the newest."""
        shown = next(self._left, None)
        self._rewind_to(shown)
        self.done = shown is None
