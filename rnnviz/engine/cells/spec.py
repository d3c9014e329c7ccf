"""What a cell says about itself, so that no other file needs to know it by name.

Each cell has one `CellSpec`, written beside its equations. Figures, sentences, pages and the canvas
read it there: what its quantities are called and how far they range, what its rows are computed
from, which state runs through all steps, and which slope a gradient meets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Numbers = Mapping[str, NDArray[Any]]
Squashing = Literal["σ", "tanh", "ReLU"]
Part = Literal["now", "before", "one_minus", "tanh", "number"]

#: The sum that most gates squash. `{x}` is of the same step, `{h-}` of the step before.
WEIGHTED_SUM = "W {x} + U {h-} + b"


@dataclass(frozen=True)
class Recorded:
    """A quantity that a cell records for each unit and time step.

    Parameters
    ----------
    letter
        Its key in a trace. One letter means the same in all cells.
    label
        What a person reads.
    range
        `share`: 0..1. `signed`: of either sign.
    meaning
        A few plain words.
    within_one
        Whether it can't leave -1..1, so that the scale of a chart need not follow the data.
    about
        What it is and how far it ranges, in a sentence; empty where label and meaning say it.
    """

    letter: str
    label: str
    range: Literal["share", "signed"]
    meaning: str
    within_one: bool = True
    about: str = ""

    @property
    def gradient_label(self) -> str:
        """What a person reads for the gradient of the loss with respect to it."""
        return f"gradient w.r.t. {self.label} (dL/d{self.letter})"


@dataclass(frozen=True)
class Factor:
    """One factor of a product.

    Parameters
    ----------
    part
        `now`: the quantity at this step. `before`: at the step before. `one_minus`: 1 minus the
        quantity. `tanh`: the tanh of it. `number`: `value` itself.
    letter
        Of the quantity; empty for a number.
    value
        Of a number.
    """

    part: Part
    letter: str = ""
    value: float = 1.0

    def of(self, now: Numbers, before: Numbers) -> Any:
        """Compute it from the quantities of this step and of the one before."""
        if self.part == "number":
            return self.value
        if self.part == "before":
            return before[self.letter]
        found = now[self.letter]
        if self.part == "one_minus":
            return 1 - found
        return np.tanh(found) if self.part == "tanh" else found


#: A sum of products.
Formula = tuple[tuple[Factor, ...], ...]


@dataclass(frozen=True)
class Squashed:
    """A quantity that is a squashed sum.

    Parameters
    ----------
    function
    of
        The sum as it is written: `{x}` and the like are of the same step, `{h-}` of the one before.
    """

    function: Squashing
    of: str = WEIGHTED_SUM


@dataclass(frozen=True)
class Slope:
    """The slope of the nonlinearity that a gradient meets on its way through a step.

    Parameters
    ----------
    name
        Such as `tanh′ of the candidate`.
    of : callable
        Recorded quantities by letter -> the slope, 0..1.
    off
        What a unit is where its slope is next to nothing; empty for "saturated".
    gate
        Letter of the gate behind which the slope lies; nothing comes through where it is held.
    """

    name: str
    of: Callable[[Numbers], NDArray[np.float64]]
    off: str = ""
    gate: str = ""


@dataclass(frozen=True)
class Parameters:
    """How many parameters a layer has.

    Parameters
    ----------
    formula
        In words of D inputs and H units.
    count : callable
        (D, H) -> the number.
    """

    formula: str
    count: Callable[[int, int], int]


@dataclass(frozen=True)
class Cost:
    """What was measured of a cell: memory and time, on two cores of an AMD EPYC.

    Parameters
    ----------
    kept
        Numbers for each unit, time step and sequence, beside the block of inputs and dL/dh.
    views
        For each time step.
    unit_s
        Seconds for each unit, time step and sequence, forward and backward, without products.
    step_s
        Seconds for each time step, for the calls.
    """

    kept: int
    views: int
    unit_s: float
    step_s: float


@dataclass(frozen=True)
class CellSpec:
    """What a cell says about itself.

    Parameters
    ----------
    label
        What a person reads: short, and no other cell's.
    name
        The same in a sentence about the picture.
    gates, states : tuple of Recorded
        In the order in which charts have them. The states are `c`, where there is one, and `h`.
    rows
        Letters of the picture's rows from the top down, the way the signal takes.
    belt
        Letter of the state that carries the memory from step to step; None where there is none.
    valve
        Letter of the gate that the old state of the belt is multiplied with. Together they are the
        direct path: what a gradient would meet if there were no other. None where nothing but a
        product with weights leads back.
    squashed : mapping of letter to Squashed
        The rows that are squashed sums.
    formulas : mapping of letter to Formula
        All other rows.
    slope : Slope
    parameters : Parameters
    beads : mapping of letter to str
        Sign above a row of the picture.
    article
        Before the label: `a` or `an`.
    starts_as
        What its recurrent weights are at first, unless something else is chosen.
    forget_gate
        Letter of the gate whose bias is set at first and can be shifted; empty for none.
    explained_by
        Which of the written explanations in `analysis/equations` is its own; empty for none.
    cost : Cost, optional
        As measured; without it an upper bound is taken.
    """

    label: str
    name: str
    gates: tuple[Recorded, ...]
    states: tuple[Recorded, ...]
    rows: str
    belt: str | None
    valve: str | None
    squashed: Mapping[str, Squashed]
    formulas: Mapping[str, Formula]
    slope: Slope
    parameters: Parameters
    beads: Mapping[str, str] = field(default_factory=dict)
    article: str = "a"
    starts_as: Literal["orthogonal", "identity"] = "orthogonal"
    forget_gate: str = ""
    explained_by: str = ""
    cost: Cost | None = None

    @property
    def quantities(self) -> tuple[Recorded, ...]:
        """Everything that is recorded, but for the gradients."""
        return self.gates + self.states

    @property
    def is_recurrent(self) -> bool:
        """Whether anything goes from one time step to the next."""
        return self.belt is not None

    @property
    def has_cell_state(self) -> bool:
        """Whether it carries a state besides the hidden one."""
        return any(state.letter == "c" for state in self.states)

    @property
    def has_kink(self) -> bool:
        """Whether a squashing function has a kink, where its slope jumps."""
        return any(squashed.function == "ReLU" for squashed in self.squashed.values())

    @property
    def lacks(self) -> str:
        """What the picture of this cell has no rows for, in words; empty for nothing."""
        gates = "" if self.gates else "no gates"
        state = "" if self.has_cell_state else "no cell state"
        if not self.is_recurrent:
            state = "nothing is carried on"
        return ", ".join(filter(None, (gates, state)))

    def quantity(self, letter: str) -> Recorded:
        """Return one of its quantities."""
        return next(found for found in self.quantities if found.letter == letter)

    def value(self, letter: str, now: Numbers, before: Numbers) -> Any:
        """Compute a row that has a formula from the quantities of two steps."""
        total: Any = 0.0
        for product in self.formulas[letter]:
            value: Any = 1.0
            for factor in product:
                value = value * factor.of(now, before)
            total = total + value
        return total


def slope_of_tanh(values: Any) -> NDArray[np.float64]:
    """Return the slope of tanh where it gave these values."""
    slope: NDArray[np.float64] = 1.0 - np.asarray(values, np.float64) ** 2
    return slope


HIDDEN_STATE = Recorded("h", "hidden state", "signed", "what the unit outputs")
CELL_STATE = Recorded(
    "c",
    "cell state",
    "signed",
    "the memory that runs through all steps",
    within_one=False,
    about="Each unit's memory: what the forget gate keeps plus what the input gate adds, of any "
    "size.",
)
