"""Long work that the live loop does in slices, while the run itself does not train."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from rnnviz.training import Trainer


class Job(Protocol):
    """Work that is done a slice at a time."""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""

    def advance(self, seconds: float) -> None:
        """Work for so long."""


class Opening(Job, Protocol):
    """Work that brings the run of an experiment to where it went."""

    @property
    def trainer(self) -> Trainer:
        """The run, as far as it got."""


class Replay:
    """Goes through the kept iterations, one a tick.

    Parameters
    ----------
    iterations
        From the first to the last.
    rewind_to
        Shows one of them; with None, the newest.
    """

    def __init__(self, iterations: Sequence[int], rewind_to: Callable[[int | None], None]) -> None:
        self._left: Iterator[int] = iter(iterations)
        self._rewind_to = rewind_to
        self.done = False

    def advance(self, seconds: float) -> None:  # noqa: ARG002
        """Show the next kept iteration; behind the last one, the newest."""
        shown = next(self._left, None)
        self._rewind_to(shown)
        self.done = shown is None
