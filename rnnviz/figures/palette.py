"""The one table from a quantity's letter to its label, colour and scale.

Pages, figures, legends and the canvas all read this table, so that a forget gate is the same blue
everywhere. The hues are those of Okabe and Ito (2008), which colour-blind readers can tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
        `#rrggbb` of values below zero: opposite to `colour`, also for colour-blind readers. Empty
        for what is never below zero.
    """

    letter: str
    label: str
    colour: str
    scale: Scale
    meaning: str
    negative: str = ""


def _table(*quantities: Quantity) -> dict[str, Quantity]:
    return {quantity.letter: quantity for quantity in quantities}


_STATES = (
    Quantity(
        "c", "cell state", "#56B4E9", "signed", "the memory that runs through all steps", "#B35806"
    ),
    Quantity("h", "hidden state", "#117733", "signed", "what the unit outputs", "#AA4499"),
    Quantity(
        "d_c", "gradient w.r.t. cell state (dL/dc)", "#8E6BBF", "magnitude",
        "how much the loss changes per unit of change in c",
    ),
    Quantity(
        "d_h", "gradient w.r.t. hidden state (dL/dh)", "#D55E00", "magnitude",
        "how much the loss changes per unit of change in h",
    ),
)  # fmt: skip

#: Quantities of each kind of cell, in the order in which they are computed.
QUANTITIES: dict[str, dict[str, Quantity]] = {
    "lstm": _table(
        Quantity("f", "forget gate", "#0072B2", "gate", "share of the memory that is kept"),
        Quantity("i", "input gate", "#009E73", "gate", "share of the candidate that is stored"),
        Quantity("g", "candidate", "#CC79A7", "signed", "what could be stored", "#8A8A1F"),
        Quantity("o", "output gate", "#E69F00", "gate", "share of the memory that is shown"),
        *_STATES,
    ),
    "gru": _table(
        Quantity("r", "reset gate", "#009E73", "gate", "share of the past the candidate sees"),
        Quantity("z", "update gate", "#0072B2", "gate", "share of the past that is kept"),
        Quantity("n", "candidate", "#CC79A7", "signed", "what could replace the past", "#8A8A1F"),
        *(q for q in _STATES if q.letter in ("h", "d_h")),
    ),
    "rnn": _table(*(q for q in _STATES if q.letter in ("h", "d_h"))),
    "relu": _table(*(q for q in _STATES if q.letter in ("h", "d_h"))),
    "mlp": _table(*(q for q in _STATES if q.letter in ("h", "d_h"))),
}


def signed(label: str) -> Quantity:
    """Describe numbers of either sign that no trace holds, such as weights and correlations."""
    return Quantity("", label, "#0072B2", "signed", "", "#B35806")


#: Colour and dash of the lines of runs side by side, in their order; further runs begin again from
#: the first. No quantity has these colours. Any two of them are 40 apart in CIELAB, also for
#: colour-blind readers, the third and the fourth (GRU and LSTM) most of all; on white and on the
#: app's dark background each has a contrast of 3 : 1 at least.
RUN_LINES = (
    ("#BF3060", "solid"),
    ("#0090D9", "9px,3px,3px,3px"),
    ("#A68A00", "3px,3px"),
    ("#6040FF", "12px,4px"),
)

LOSS_COLOUR = "#D55E00"
ACCURACY_COLOUR = "#0072B2"
BASELINE_COLOUR = "#888888"
