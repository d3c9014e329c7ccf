"""The one table from a quantity's letter to its label, colour and scale.

The label and the range of a quantity are described in its cell's spec; the colours are here. Pages,
figures, legends and the canvas all read this table, so a forget gate is the same blue everywhere.
The hues are those of Okabe and Ito (2008), which colour-blind readers can distinguish.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnviz.engine import CELLS, CellSpec
from rnnviz.engine.cells.spec import CELL_STATE, HIDDEN_STATE, Recorded

Scale = Literal["gate", "signed", "magnitude"]


@dataclass(frozen=True)
class Quantity:
    """How one recorded quantity is named and drawn.

    Parameters
    ----------
    letter
        Its key in a trace.
    label
        What a person reads.
    colour
        `#rrggbb`.
    scale
        `gate`: 0..1, from the background to the colour. `signed`: diverging, centred at 0.
        `magnitude`: logarithmic.
    meaning
        One plain sentence.
    negative
        `#rrggbb` of negative values: opposite to `colour`, also for colour-blind readers. Empty for
        a quantity that is never negative.
    """

    letter: str
    label: str
    colour: str
    scale: Scale
    meaning: str
    negative: str = ""


#: Colours by letter: of the quantity, and of its negative values. A cell whose letters have the
#: same meaning needs no entry of its own.
_COLOURS = {
    "f": ("#0072B2", ""),
    "z": ("#0072B2", ""),
    "i": ("#009E73", ""),
    "r": ("#009E73", ""),
    "g": ("#CC79A7", "#8A8A1F"),
    "n": ("#CC79A7", "#8A8A1F"),
    "o": ("#E69F00", ""),
    "c": ("#56B4E9", "#B35806"),
    "h": ("#117733", "#AA4499"),
    "d_c": ("#8E6BBF", ""),
    "d_h": ("#D55E00", ""),
}
#: For letters that have none: by their place among those of the cell. Each is 13 apart in CIELAB at
#: least, also for colour-blind readers, from the colours of all quantities and runs, as far as they
#: go beside so many; the two of a pair are 45 apart.
SPARE = (("#6677FF", "#EE0044"), ("#FF5577", "#BB0099"), ("#BB2277", "#3355DD"))


def _gradient(state: Recorded) -> Quantity:
    """Describe the gradient with respect to a state."""
    letter = f"d_{state.letter}"
    return Quantity(
        letter,
        state.gradient_label,
        _COLOURS[letter][0],
        "magnitude",
        f"how much the loss changes per unit of change in {state.letter}",
    )


#: The gradients with respect to the states, by the letter of the state: the same in every cell.
GRADIENTS = {state.letter: _gradient(state) for state in (CELL_STATE, HIDDEN_STATE)}


def _table(spec: CellSpec) -> dict[str, Quantity]:
    """Give a cell's quantities their colours, and add the gradients of its states."""
    spare = iter(SPARE * len(spec.quantities))
    table = {}
    for recorded in spec.quantities:
        colour, negative = _COLOURS.get(recorded.letter) or next(spare)
        share = recorded.range == "share"
        scale: Scale = "gate" if share else "signed"
        table[recorded.letter] = Quantity(
            recorded.letter,
            recorded.label,
            colour,
            scale,
            recorded.meaning,
            "" if share else negative,
        )
    return table | {f"d_{state.letter}": GRADIENTS[state.letter] for state in spec.states}


#: Quantities of each cell, in the order in which charts show them.
QUANTITIES: dict[str, dict[str, Quantity]] = {key: _table(cell.spec) for key, cell in CELLS.items()}


def signed(label: str) -> Quantity:
    """Describe numbers of either sign that are not in a trace, such as weights and correlations."""
    return Quantity("", label, "#0072B2", "signed", "", "#B35806")


#: Colour and dash of the lines of runs side by side, in their order; further runs begin again from
#: the first, and are drawn wider. No quantity has these colours. Any two of them are 40 apart in
#: CIELAB, also for colour-blind readers, the third and the fourth (GRU and LSTM) most of all; on
#: white and on the app's dark background each has a contrast of 3 : 1 at least.
RUN_LINES = (
    ("#BF3060", "solid"),
    ("#0090D9", "9px,3px,3px,3px"),
    ("#A68A00", "3px,3px"),
    ("#6040FF", "12px,4px"),
)

LOSS_COLOUR = "#D55E00"
ACCURACY_COLOUR = "#0072B2"
BASELINE_COLOUR = "#888888"
