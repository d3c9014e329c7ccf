"""What is known of a sweep, for its charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rnnviz.analysis.sweep_cells import Combination, Row, by_combination
from rnnviz.numbers import number
from rnnviz.training.config import CHOICE_LABELS

#: Digits with which names are told apart where three are not enough.
_DIGITS = (3, 6, 15)


@dataclass(frozen=True)
class Axis:
    """A setting that is swept.

    Parameters
    ----------
    name
        Of the setting, and its key in a row.
    label
        What a person reads.
    values
        Those of a grid, in their order, all different; of a random draw, those between which
        numbers were drawn.
    logarithmic
        Whether numbers are spread by their logarithm.
    """

    name: str
    label: str
    values: tuple[Any, ...]
    logarithmic: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The values as they are written, all different."""
        for digits in _DIGITS:
            names = tuple(written(value, digits) for value in self.values)
            if len(set(names)) == len(names):
                break
        return names

    @property
    def is_numeric(self) -> bool:
        """Whether each value is a number."""
        return all(_is_number(value) for value in self.values)

    def says(self, value: Any) -> str:
        """Write what this value means, such as `learning rate 0.01`; a choice says it alone."""
        text = self.names[self.values.index(value)] if value in self.values else written(value)
        is_choice = isinstance(value, str)
        return text if is_choice else f"{_inner(self.label)} {text}"


@dataclass(frozen=True)
class SweepScene:
    """What is known of a sweep.

    Parameters
    ----------
    axes : tuple of Axis
        One to three.
    rows : sequence of mapping
        The runs that have finished, as `rnnviz.sweeps.one` returns them.
    seeds
        Runs that each combination is to have.
    iterations
        For how many each run trains at most.
    measure
        `accuracy` or `error`: how scores are measured.
    can_be_solved
        Whether the task has a score at which it counts as solved.
    drawn : tuple of combination, optional
        All that were drawn at random; None for a grid.
    chosen : combination, optional
        The one whose runs are listed.
    """

    axes: tuple[Axis, ...]
    rows: Sequence[Row]
    seeds: int
    iterations: int
    measure: str = "accuracy"
    can_be_solved: bool = True
    drawn: tuple[Combination, ...] | None = None
    chosen: Combination | None = None

    @cached_property
    def runs_of(self) -> dict[Combination, list[Row]]:
        """The finished runs of each combination."""
        return by_combination(self.rows, [axis.name for axis in self.axes])

    def says(self, combination: Combination) -> str:
        """Write a combination in words, such as `LSTM, learning rate 0.01`."""
        return ", ".join(
            axis.says(value) for axis, value in zip(self.axes, combination, strict=True)
        )


def written(value: Any, digits: int = 3) -> str:
    """Write the value of a setting as people read it."""
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return CHOICE_LABELS.get(value, value)
    if isinstance(value, int):
        return f"{value:,}"
    return number(value, digits)


def _is_number(value: object) -> bool:
    whole_or_real = isinstance(value, int | float) and not isinstance(value, bool)
    return whole_or_real and math.isfinite(value)  # type: ignore[arg-type]


def _inner(label: str) -> str:
    """Return a label as it stands within a sentence."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
