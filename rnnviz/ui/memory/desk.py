"""What the page keeps for a visitor: what was measured, and what is being measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

from rnnviz.analysis.memory.clouds import Clouds
from rnnviz.figures.state_clouds import RunSpace
from rnnviz.training import Trainer
from rnnviz.views.memory import Letter, Store
from rnnviz.visit.upkeep import Upkeep

#: Seconds for which what was measured is shown before the next iteration is, while it trains.
REST_S = 0.5


@dataclass
class _Work:
    """Something that is being measured, or was.

    Parameters
    ----------
    of
        What is measured, without the iteration.
    at
        Of which iteration, and with what was done to it.
    steps
        Yields often; None when it is done.
    done_at
        When it was done, by the monotonic clock, in seconds.
    """

    of: Hashable
    at: Hashable
    steps: Iterator[None] | None
    done_at: float = 0.0

    @property
    def is_fresh(self) -> bool:
        """Whether it is under way, or was done a moment ago."""
        return self.steps is not None or time.monotonic() < self.done_at + REST_S


class Desk(Upkeep):
    """What was measured of the visitor's run, and the work under way; a part of the visit.

    Attributes
    ----------
    store : Store
        What was measured of the run and the probe of `open`, and of no other.
    """

    def __init__(self) -> None:
        self.store = Store()
        self._run = ""
        self._works: dict[str, _Work] = {}
        self._spaces: dict[tuple[int, Letter], RunSpace] = {}

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
            self._spaces = {}
            self._run = run

    @property
    def working(self) -> bool:
        """Whether something is being measured."""
        return any(work.steps is not None for work in self._works.values())

    def space_of(self, trainer: Trainer, layer: int, letter: Letter) -> RunSpace:
        """Return the state space of a layer; those of the last two asked for are kept."""
        key = (layer, letter)
        space = self._spaces.pop(key, None)
        if space is None:
            space = RunSpace(Clouds(trainer, layer, letter), trainer)
        last = list(self._spaces.items())[-1:]
        self._spaces = {**dict(last), key: space}
        return space

    def want(
        self,
        name: str,
        of: Hashable,
        at: Hashable,
        begin: Callable[[], Iterator[None]],
        patient: bool = True,
    ) -> None:
        """Measure something, unless that is what was asked for last.

        While the network trains, each tick asks for another iteration. So what is under way can be
        finished, and shown for `REST_S`, before the same of another iteration begins; if something
        else is asked for, it ends.

        Parameters
        ----------
        name
            Of the work; there is one of each name at a time.
        of
            What is measured, without the iteration.
        at
            Of which iteration, and with what was done to it.
        begin
            Begins it: a generator that yields often.
        patient
            Whether what is under way is finished and shown first.
        """
        now = self._works.get(name)
        if now is not None and now.of == of and (now.at == at or (patient and now.is_fresh)):
            return
        self._works[name] = _Work(of, at, begin())

    def want_only(self, *names: str) -> None:
        """End all work but that of these names."""
        self._works = {name: work for name, work in self._works.items() if name in names}

    def advance(self, seconds: float) -> None:
        """Measure for about this long, the works in their order; the turn must be held."""
        end = time.monotonic() + seconds
        for work in self._works.values():
            while work.steps is not None and time.monotonic() < end:
                try:
                    next(work.steps)
                except StopIteration:
                    work.steps, work.done_at = None, time.monotonic()

    @property
    def needs_mb(self) -> float:
        """Estimated maximum of its memory, in megabytes."""
        spaces = sum(space.clouds.nbytes for space in self._spaces.values())
        return (self.store.nbytes + self.store.lent + spaces) / 1e6

    def leave(self) -> None:
        """Stop measuring; what was found stays."""
        self._works = {}
