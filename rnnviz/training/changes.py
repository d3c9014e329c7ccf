"""Changes made during a run, and the states to which it can return."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.training.marks import Mark, Setup, differences, one_line

#: Number of marks kept; older ones are dropped.
MOST_MARKS = 100
#: Number of setups kept, so that the run can be replayed: about half a megabyte.
MOST_SETUPS = 1_000
#: Changes that can be undone; fewer where their states would take more than so many bytes.
MOST_UNDOS = 20
MOST_BYTES = 16_000_000


@dataclass(frozen=True)
class LeftOptimizer:
    """An optimiser that was left for another one, and its state; see `Trainer.set`."""

    name: str
    state: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class State:
    """Everything that the next iteration depends on, at one iteration.

    Parameters
    ----------
    iteration
    loss
        Of the batch of that iteration; NaN if it has not been drawn yet.
    setup
    flat : array, (P,)
        The weights.
    optimizer, generator
        State of the optimiser and of the random generator.
    diverged
        Why the run stopped.
    changes
        Number of the last change before this state.
    left
        The optimiser that was left for another one at this iteration, if one was.
    """

    iteration: int
    loss: float
    setup: Setup
    flat: NDArray[np.floating]
    optimizer: Mapping[str, NDArray[Any]]
    generator: Mapping[str, Any]
    diverged: str | None
    changes: int
    left: LeftOptimizer | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        left = self.left.state if self.left else {}
        parts = (*self.optimizer.values(), *left.values())
        return self.flat.nbytes + sum(part.nbytes for part in parts)


@dataclass(frozen=True)
class Change:
    """One change of the setup.

    Parameters
    ----------
    number
        Counts the changes of a run, from 1.
    mark
    what
        The settings, gates and units that were changed.
    back
        The state before it, and the best one until then; None when it is too long ago to be undone.
    """

    number: int
    mark: Mark
    what: frozenset[Hashable]
    back: tuple[State, State] | None


@dataclass(frozen=True)
class SetupPeriod:
    """A setup of the run, and the iteration at which it began.

    Parameters
    ----------
    number
        Of the change that made it; 0 for the initial setup.
    iteration
    setup
    diverged
        Whether the iteration after it had already been tried, and had diverged.
    by_hand
        Whether weights were set by hand as well.
    """

    number: int
    iteration: int
    setup: Setup
    diverged: bool = False
    by_hand: bool = False

    @property
    def tried(self) -> int:
        """Iterations that were tried before it: those done, and the one that diverged."""
        return self.iteration + self.diverged


class Changes:
    """The changes of a run, oldest first.

    Several changes of one setting at the same iteration, such as a dragged slider, count as one. At
    most `MOST_UNDOS` can be undone, together at most `MOST_BYTES`; the last one always can.

    Parameters
    ----------
    start
        The setup that the run begins with.
    begun_for
        Text of a first mark, at iteration 0, which can't be undone: why the run was started.
    by_hand
        Whether the run began from weights that were given to it.
    """

    def __init__(self, start: Setup, begun_for: str | None = None, by_hand: bool = False) -> None:
        self._changes: list[Change] = []
        self._setups = [SetupPeriod(0, 0, start, by_hand=by_hand)]
        self._count = 0
        if begun_for:
            self._changes.append(Change(0, Mark(0, begun_for), frozenset(), None))

    @property
    def count(self) -> int:
        """Number of the last change."""
        return self._count

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks, oldest first; of changes at the same iteration in their order."""
        return tuple(change.mark for change in self._changes)

    @property
    def last(self) -> Change | None:
        """The change that would be undone next; None when there is none."""
        if not self._changes or self._changes[-1].back is None:
            return None
        return self._changes[-1]

    @property
    def nbytes(self) -> int:
        """Bytes of the kept states; a state kept twice counts once."""
        states = {
            id(state): state.nbytes for change in self._changes for state in change.back or ()
        }
        return sum(states.values())

    def add(
        self, before: State, now: Setup, best: State, also: Mapping[Hashable, str] | None = None
    ) -> None:
        """Record that the setup was changed, right after the state `before`.

        Parameters
        ----------
        also
            What else was changed, in words, as `differences` returns it.
        """
        also = also or {}
        changed = {**differences(before.setup, now), **also}
        if not changed:
            return
        dragged = self._dragged(before, changed)
        if dragged is not None:
            self._changes.pop()
            self._setups.pop()
            self._count -= 1
            before, best = dragged
            changed = {**differences(before.setup, now), **also}
            if not changed:
                return
        self._count += 1
        mark = Mark(before.iteration, one_line(changed))
        self._changes.append(Change(self._count, mark, frozenset(changed), (before, best)))
        self._setups.append(
            SetupPeriod(self._count, before.iteration, now, before.diverged is not None, bool(also))
        )
        self._forget()

    @property
    def setups(self) -> tuple[SetupPeriod, ...]:
        """The setups of the run so far, oldest first.

        If there were more than `MOST_SETUPS`, the first is the oldest one kept.
        """
        return tuple(self._setups)

    def rewind(self, state: State) -> None:
        """Drop every change after this state."""
        count = state.changes
        self._changes = [change for change in self._changes if change.number <= count]
        self._setups = [since for since in self._setups if since.number <= count]
        if not self._setups:  # too long ago to be known
            self._setups = [SetupPeriod(count, state.iteration, state.setup)]
        self._count = count

    def _dragged(
        self, before: State, changed: Mapping[Hashable, str]
    ) -> tuple[State, State] | None:
        """Return the states before the last change, if that changed the same setting here."""
        last = self.last
        if last is None or last.back is None or last.what != frozenset(changed):
            return None
        state, _ = last.back
        same = (state.iteration, state.diverged) == (before.iteration, before.diverged)
        return last.back if same else None

    def _forget(self) -> None:
        """Drop the oldest marks and setups, and the states beyond the limit."""
        del self._changes[:-MOST_MARKS], self._setups[:-MOST_SETUPS]
        undoable = [place for place, change in enumerate(self._changes) if change.back]
        for behind, place in zip(range(len(undoable) - 1, 0, -1), undoable, strict=False):
            if behind < MOST_UNDOS and self.nbytes <= MOST_BYTES:
                break
            self._changes[place] = replace(self._changes[place], back=None)
