"""The description of a cell, so that no other file needs to know it by name.

Each cell has one `CellSpec`, written beside its equations. Figures, sentences, pages and the canvas
read from it what its quantities are called, their ranges, how each row of the picture is computed,
which state carries the memory, and which slope a gradient meets.
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

#: The input of most gates. `{x}` is the value of this step, `{h-}` that of the previous step.
WEIGHTED_SUM = "W {x} + U {h-} + b"


@dataclass(frozen=True)
class Recorded:
    """A quantity that a cell records for each unit and time step.

    Parameters
    ----------
    letter
        Its key in a trace. One letter means the same in all cells.
    label
        Its display name.
    range
        `share`: 0..1. `signed`: positive or negative.
    meaning
        A few plain words.
    within_one
        Whether it always lies in -1..1. If not, the scale of a chart follows the data.
    about
        A sentence that says what it is, and its range; empty if label and meaning are enough.
    """

    letter: str
    label: str
    range: Literal["share", "signed"]
    meaning: str
    within_one: bool = True
    about: str = ""

    @property
    def gradient_label(self) -> str:
        """Display name of the gradient of the loss with respect to it."""
        return f"gradient w.r.t. {self.label} (dL/d{self.letter})"


@dataclass(frozen=True)
class Factor:
    """One factor of a product.

    Parameters
    ----------
    part
        `now`: the quantity at this step. `before`: at the previous step. `one_minus`: 1 minus the
        quantity. `tanh`: its tanh. `number`: `value` itself.
    letter
        Letter of the quantity; empty for a number.
    value
        The number, if it is one.
    """

    part: Part
    letter: str = ""
    value: float = 1.0

    def of(self, now: Numbers, before: Numbers) -> Any:
        """Compute it from the quantities of this step and of the previous one."""
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
    """A quantity that is an activation function of a sum.

    Parameters
    ----------
    function
    of
        The sum as it is written. `{x}` is a value of this step, `{h-}` one of the previous step.
    """

    function: Squashing
    of: str = WEIGHTED_SUM


@dataclass(frozen=True)
class Slope:
    """The slope of the nonlinearity through which a gradient passes in each step.

    Parameters
    ----------
    name
        Such as `tanh′ of the candidate`.
    of : callable
        Recorded quantities by letter -> the slope, 0..1.
    off
        What a unit with a slope near 0 is called; empty means "saturated".
    gate
        Letter of the gate whose slope this is; if the gate is held, no gradient passes it.
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
        As text, with D inputs and H units.
    count : callable
        (D, H) -> the number.
    """

    formula: str
    count: Callable[[int, int], int]


@dataclass(frozen=True)
class Cost:
    """Memory and time of a cell, measured on two cores of an AMD EPYC.

    Parameters
    ----------
    kept
        Numbers stored per unit, time step and sequence, besides the block of inputs and dL/dh.
    views
        Array views per time step.
    unit_s
        Seconds per unit, time step and sequence, forward and backward, without matrix products.
    step_s
        Seconds per time step for the calls.
    """

    kept: int
    views: int
    unit_s: float
    step_s: float


@dataclass(frozen=True)
class CellSpec:
    """Everything that the rest of the app needs to know about a cell.

    Parameters
    ----------
    label
        Display name: short and unique.
    name
        Its name in a sentence about the picture.
    gates, states : tuple of Recorded
        In the order in which charts show them. The states are `c`, if the cell has one, and `h`.
    rows
        Letters of the picture's rows from top to bottom, in the order of the computation.
    belt
        Letter of the state that carries the memory from step to step; None if there is none.
    valve
        Letter of the gate by which the previous state of the belt is multiplied. Belt and valve
        are the direct path of the gradient. None if every path back goes through a weight matrix.
    squashed : mapping of letter to Squashed
        The rows that are an activation function of a sum.
    formulas : mapping of letter to Formula
        All other rows.
    slope : Slope
    parameters : Parameters
    beads : mapping of letter to str
        Sign above a row of the picture.
    article
        Before the label: `a` or `an`.
    starts_as
        Default initial value of its recurrent weights.
    forget_gate
        Letter of the gate whose initial bias can be chosen and later shifted; empty for none.
    explained_by
        Its explanation in `analysis/equations`; empty for none.
    cost : Cost, optional
        As measured; without it an upper bound is used.
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
        """Everything that is recorded, except the gradients."""
        return self.gates + self.states

    @property
    def is_recurrent(self) -> bool:
        """Whether anything is carried from one time step to the next."""
        return self.belt is not None

    @property
    def has_cell_state(self) -> bool:
        """Whether it has a cell state besides the hidden state."""
        return any(state.letter == "c" for state in self.states)

    @property
    def has_kink(self) -> bool:
        """Whether an activation function has a kink, where its slope jumps."""
        return any(squashed.function == "ReLU" for squashed in self.squashed.values())

    @property
    def lacks(self) -> str:
        """What this cell does not have, in words; empty if it has both gates and a cell state."""
        gates = "" if self.gates else "no gates"
        state = "" if self.has_cell_state else "no cell state"
        if not self.is_recurrent:
            state = "nothing is carried on"
        return ", ".join(filter(None, (gates, state)))

    def quantity(self, letter: str) -> Recorded:
        """Return one of its quantities."""
        return next(found for found in self.quantities if found.letter == letter)

    def value(self, letter: str, now: Numbers, before: Numbers) -> Any:
        """Compute a row from its formula and the quantities of two steps."""
        total: Any = 0.0
        for product in self.formulas[letter]:
            value: Any = 1.0
            for factor in product:
                value = value * factor.of(now, before)
            total = total + value
        return total


def slope_of_tanh(values: Any) -> NDArray[np.float64]:
    """Return the slope of tanh at the points where it has these values."""
    slope: NDArray[np.float64] = 1.0 - np.asarray(values, np.float64) ** 2
    return slope


HIDDEN_STATE = Recorded("h", "hidden state", "signed", "what the unit outputs")
CELL_STATE = Recorded(
    "c",
    "cell state",
    "signed",
    "the memory that runs through all steps",
    within_one=False,
)
