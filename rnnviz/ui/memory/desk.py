"""What the page keeps for a visitor: what was measured, and what is being measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator

from rnnviz.views.memory import Store
from rnnviz.visit.upkeep import Upkeep

#: Bytes of what was measured.
MOST_BYTES = 16_000_000


class Desk(Upkeep):
    """What was measured of the visitor's run, and the work under way; a part of the visit.

    Attributes
    ----------
    store : Store
        What was measured, of the run and probe of `run` alone.
    """

    def __init__(self) -> None:
        self.store = Store(MOST_BYTES)
        self._run = ""
        self._asked: Hashable = None
        self._work: Iterator[None] | None = None

    def open(self, run: str) -> None:
        """Forget what was measured of another run, or of iterations that were undone.

        Parameters
        ----------
        run
            `Visit.name` of what is shown.
        """
        if run != self._run:
            self.leave()
            self.store.clear()
            self._run = run

    @property
    def working(self) -> bool:
        """Whether something is being measured."""
        return self._work is not None

    def want(self, asked: Hashable, begin: Callable[[], Iterator[None]]) -> None:
        """Measure something, unless that is what was asked for last.

        Parameters
        ----------
        asked
            What is to be measured.
        begin
            Begins it: a generator that yields often.
        """
        if asked != self._asked:
            self._asked, self._work = asked, begin()

    def advance(self, seconds: float) -> None:
        """Measure for this long; the turn must be held."""
        end = time.monotonic() + seconds
        while self._work is not None and time.monotonic() < end:
            try:
                next(self._work)
            except StopIteration:
                self._work = None

    @property
    def needs_mb(self) -> float:
        """Estimated maximum of its memory, in megabytes."""
        return self.store.nbytes / 1e6

    def leave(self) -> None:
        """Stop measuring; what was found stays."""
        self._asked = self._work = None
