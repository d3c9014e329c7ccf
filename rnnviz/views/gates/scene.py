"""What the views of gates show: quantities of a layer, a unit, and the order of the units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis import units
from rnnviz.analysis.history import marks_sentence
from rnnviz.analysis.saturation_history import SaturationHistory
from rnnviz.engine import spec_of
from rnnviz.figures.palette import QUANTITIES
from rnnviz.recording.trace import Array
from rnnviz.views.scene import Scene

#: Orders of the units that are not by a quantity.
BY_NUMBER, BY_LIKENESS = "number", "likeness"


@dataclass(frozen=True)
class Order:
    """The order of the units (H,), and a sentence about it."""

    units: NDArray[np.int64]
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class GateScene(Scene):
    """Quantities of a layer of a network at one iteration of its run.

    Parameters
    ----------
    letters
        The quantities that are shown, at least one unless the view has none for this cell.
    unit
        That is marked, and shown by itself where one unit is; None is none of them, or their mean.
    order
        Of the units: `BY_NUMBER`, `BY_LIKENESS`, or the letter of a quantity.
    step
        Time step, where one is shown.
    counted : SaturationHistory, optional
        How saturated the gates of this layer were at other iterations, as far as that was counted.
    """

    letters: tuple[str, ...]
    unit: int | None = None
    order: str = BY_NUMBER
    step: int = 0
    counted: SaturationHistory | None = None

    @property
    def units(self) -> int:
        """Number of units H."""
        return int(self.trace.layers[self.layer].h.shape[1])

    def label(self, letter: str) -> str:
        """Return the display name of a letter."""
        return QUANTITIES[self.cell][letter].label

    def values(self, letter: str) -> Array:
        """Return a quantity (T, H)."""
        return self.trace.layers[self.layer].quantities()[letter]

    @property
    def done(self) -> str:
        """The changes of the run, in words; empty if there are none."""
        return marks_sentence(self.marks)

    @cached_property
    def ordered(self) -> Order:
        """The chosen order of the units, at this iteration."""
        if self.order == BY_NUMBER:
            return Order(np.arange(self.units))
        if self.order == BY_LIKENESS:
            sentence = "Units with similar hidden states stand near each other."
            return Order(units.by_likeness(self.values("h")), sentence)
        values = self.values(self.order)
        gradient = QUANTITIES[self.cell][self.order].scale == "magnitude"
        mean = "mean size of the" if gradient else "mean"
        return Order(
            units.by_size(np.abs(values) if gradient else values),
            f"First: the unit with the largest {mean} {self.label(self.order)}.",
        )


def gates_of(cell: str) -> list[str]:
    """Return the letters of a cell's gates, those with values 0..1 that can saturate."""
    return [gate.letter for gate in spec_of(cell).gates if gate.range == "share"]


def weighed_in(cell: str) -> list[str]:
    """Return the letters of quantities with weights: gates and candidate, or the only state."""
    return [gate.letter for gate in spec_of(cell).gates] or ["h"]
