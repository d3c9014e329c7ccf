"""The cells: one file each, with its equations, its forward and its backward.

Read `rnnviz/engine/reference.py` first: the same equations, literally. What stands here computes
the same, fast, and keeps everything on the way. `cell.py` is what the cells share, `spec.py` how
each describes itself to everything that shows it.
"""

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

#: The variants of the LSTM: (peephole, coupled) -> class.
LSTMS: dict[tuple[bool, bool], type[Cell]] = {
    (False, False): LSTM,
    (True, False): PeepholeLSTM,
    (False, True): CoupledLSTM,
    (True, True): CoupledPeepholeLSTM,
}


def spec_of(cell: str) -> CellSpec:
    """Return what a cell says about itself."""
    return CELLS[cell].spec


def gate_label(letter: str) -> str:
    """Return what people read for a gate; a letter means the same in all cells."""
    gates = (gate for cell in CELLS.values() for gate in cell.spec.gates)
    return next(gate.label for gate in gates if gate.letter == letter)


__all__ = [
    "CELLS",
    "LSTMS",
    "Cell",
    "CellSpec",
    "ResetBeforeGRU",
    "Span",
    "gate_label",
    "spec_of",
]
