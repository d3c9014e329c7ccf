"""What was changed while a run went on, and the states to which it can go back."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.training.marks import Mark, Setup, differences, one_line

#: Marks that are kept; older ones are forgotten.
MOST_MARKS = 100
#: Changes that can be undone; fewer where their states would take more than so many bytes.
MOST_UNDOS = 20
MOST_BYTES = 16_000_000


@dataclass(frozen=True)
class State:
    """Everything that the next iteration depends on, at one iteration.

    Parameters
    ----------
    iteration
    loss
        Of the batch of that iteration; NaN where it has not been drawn yet.
    setup
    flat : array, (P,)
        The weights.
    optimizer, generator
        State of the optimiser and of the random generator.
    diverged
        Why the run stood still.
    changes
        Number of the last change before this state.
    """

    iteration: int
    loss: float
    setup: Setup
    flat: NDArray[np.floating]
    optimizer: Mapping[str, NDArray[Any]]
    generator: Mapping[str, Any]
    diverged: str | None
    changes: int

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.flat.nbytes + sum(part.nbytes for part in self.optimizer.values())


@dataclass(frozen=True)
class Change:
    """One change of the setup.

    Parameters
    ----------
    number
        Counts the changes of a run, from 1.
    mark
    what
        The knobs, gates, units that were changed.
    back
        The state before it, and the best one until then; None when it is too long ago to be undone.
    setups
        Before and after it; None for the mark of a new run.
    """

    number: int
    mark: Mark
    what: frozenset[Hashable]
    back: tuple[State, State] | None
    setups: tuple[Setup, Setup] | None = None


@dataclass(frozen=True)
class Since:
    """Under which setup a run went on, and from which iteration on.

    Parameters
    ----------
    number
        Of the change that brought it; 0 for the setup that the run began with.
    iteration
    setup
    """

    number: int
    iteration: int
    setup: Setup


class Changes:
    """The changes of a run, oldest first.

    Several changes of one knob at the same iteration, such as a slider that is dragged, are one. At
    most `MOST_UNDOS` can be undone, of `MOST_BYTES` together; the last one always can be.

    Parameters
    ----------
    begun_for
        What the run was begun for: a first mark, at iteration 0, which can't be undone.
    """

    def __init__(self, begun_for: str | None = None) -> None:
        self._changes: list[Change] = []
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
        """Bytes of the states that are kept; one that is kept twice counts once."""
        states = {
            id(state): state.nbytes for change in self._changes for state in change.back or ()
        }
        return sum(states.values())

    def add(
        self, before: State, now: Setup, best: State, also: Mapping[Hashable, str] | None = None
    ) -> None:
        """Note that the setup was changed, right after the state `before`.

        Parameters
        ----------
        also
            What was changed besides the setup, in words, as `differences` tells it.
        """
        also = also or {}
        told = {**differences(before.setup, now), **also}
        if not told:
            return
        dragged = self._dragged(before, told)
        if dragged is not None:
            self._changes.pop()
            self._count -= 1
            before, best = dragged
            told = {**differences(before.setup, now), **also}
            if not told:
                return
        self._count += 1
        mark = Mark(before.iteration, one_line(told))
        setups = (before.setup, now)
        self._changes.append(Change(self._count, mark, frozenset(told), (before, best), setups))
        self._forget()

    def setups(self, now: Setup) -> tuple[Since, ...]:
        """Return the setups that the run went through, oldest first; `now` is the present one.

        Of a run with more changes than are kept, the first is the oldest that is known.
        """
        found: list[Since] = []
        for change in self._changes:
            if change.setups is None:
                continue
            before, after = change.setups
            if not found:
                found.append(Since(change.number - 1, 0, before))
            found.append(Since(change.number, change.mark.iteration, after))
        return tuple(found) or (Since(self._count, 0, now),)

    def rewind(self, count: int) -> None:
        """Forget every change after the one of this number."""
        self._changes = [change for change in self._changes if change.number <= count]
        self._count = count

    def _dragged(self, before: State, told: Mapping[Hashable, str]) -> tuple[State, State] | None:
        """Return the states before the last change, if it is of the same knob at the same state."""
        last = self.last
        if last is None or last.back is None or last.what != frozenset(told):
            return None
        state, _ = last.back
        same = (state.iteration, state.diverged) == (before.iteration, before.diverged)
        return last.back if same else None

    def _forget(self) -> None:
        """Let go of the oldest marks, and of the states that are too many."""
        del self._changes[:-MOST_MARKS]
        undoable = [place for place, change in enumerate(self._changes) if change.back]
        for behind, place in zip(range(len(undoable) - 1, 0, -1), undoable, strict=False):
            if behind < MOST_UNDOS and self.nbytes <= MOST_BYTES:
                break
            self._changes[place] = replace(self._changes[place], back=None)
