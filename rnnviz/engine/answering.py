"""Sequences in two parts: one that is read, and one that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnnviz.engine import validation


@dataclass(frozen=True)
class Answering:
    """From which time step on a batch of sequences answers what it read before.

    Parameters
    ----------
    first
        The first time step of the answering part, 1 or more: at least one step is read.
    from_zero
        Whether every recurrent state is replaced by zero before step `first`. Neither the state nor
        the gradient then passes from the part that is read to the part that answers, except through
        attention.

    Raises
    ------
    ValueError
        If a value is not allowed.
    """

    first: int
    from_zero: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", validation.integer("first", self.first, 1))
        yes = validation.yes_or_no("from_zero", self.from_zero)
        object.__setattr__(self, "from_zero", yes)

    def checked(self, steps: int) -> Answering:
        """Return it if it fits sequences of this many steps; `ValueError` says what does not."""
        validation.integer("answering.first", self.first, 1, steps - 1)
        return self


def fitting(value: Any, steps: int) -> Answering | None:
    """Return an answering part that fits sequences of this many steps, or None for none.

    Raises
    ------
    ValueError
        If it is something else, or does not fit.
    """
    if value is None:
        return None
    if not isinstance(value, Answering):
        raise ValueError(f"answering must be an Answering or None, got {validation.shown(value)}")
    return value.checked(steps)
