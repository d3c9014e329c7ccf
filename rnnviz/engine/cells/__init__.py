"""The cells: one file each, with its equations, its forward and its backward pass.

Read `rnnviz/engine/reference.py` first: it has the same equations, literally. The code here
computes the same, fast, and keeps all intermediate values. `cell.py` is what the cells share,
`spec.py` how each describes itself to everything that shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rnnviz.engine.cells.cell import Cell, Span
from rnnviz.engine.cells.elman import ReluRNN, TanhRNN
from rnnviz.engine.cells.gru import GRU
from rnnviz.engine.cells.gru_reset_before import ResetBeforeGRU
from rnnviz.engine.cells.lstm import LSTM
from rnnviz.engine.cells.lstm_variants import CoupledLSTM, CoupledPeepholeLSTM, PeepholeLSTM
from rnnviz.engine.cells.mlp import MLP
from rnnviz.engine.cells.spec import CellSpec

#: Every cell that a run can have, by the name in its settings.
CELLS: dict[str, type[Cell]] = {
    "rnn": TanhRNN,
    "relu": ReluRNN,
    "gru": GRU,
    "lstm": LSTM,
    "mlp": MLP,
}


@dataclass(frozen=True)
class Variants:
    """What else a cell can be.

    Parameters
    ----------
    settings
        Names of the settings of an `Architecture` that choose.
    classes : mapping of their values to a class
    """

    settings: tuple[str, ...]
    classes: Mapping[tuple[Any, ...], type[Cell]]


#: The cells that have variants.
VARIANTS: dict[str, Variants] = {
    "gru": Variants(("reset",), {("after",): GRU, ("before",): ResetBeforeGRU}),
    "lstm": Variants(
        ("peephole", "coupled"),
        {
            (False, False): LSTM,
            (True, False): PeepholeLSTM,
            (False, True): CoupledLSTM,
            (True, True): CoupledPeepholeLSTM,
        },
    ),
}

#: The cells without memory, which see a window of the last inputs instead.
WITHOUT_MEMORY = tuple(key for key, cell in CELLS.items() if not cell.spec.is_recurrent)


def spec_of(cell: str, reset: str = "after") -> CellSpec:
    """Return the description of a cell, of a GRU in one of its two variants."""
    if cell == "gru":
        return VARIANTS[cell].classes[(reset,)].spec
    return CELLS[cell].spec


def gate_label(letter: str) -> str:
    """Return the label of a gate; a letter means the same in all cells."""
    gates = (gate for cell in CELLS.values() for gate in cell.spec.gates)
    return next(gate.label for gate in gates if gate.letter == letter)


__all__ = [
    "CELLS",
    "VARIANTS",
    "WITHOUT_MEMORY",
    "Cell",
    "CellSpec",
    "Span",
    "Variants",
    "gate_label",
    "spec_of",
]
