"""The cost of a network in bytes and seconds, estimated before it is built.

Bytes are counted from the shapes of the buffers; a test compares them with what is allocated.
Seconds are an estimate: matrix products by their number of multiplications, everything else by the
numbers it touches and by the calls it takes. The factors were fitted to 57 networks (all cells, up
to 500 inputs, 500 steps, 256 sequences, 4 layers, windows of 50) on one core of an AMD EPYC with
AVX2: 51 of them took 0.8 to 1.2 times the estimate. Machines differ: with AVX-512, tanh and
products are up to three times faster, and another EPYC with AVX2 takes 1.1 to 1.3 times as long. A
server measures its own factor (`rnnviz/training/pace.py`). What attention adds was fitted to an RNN
with every score, 14 shapes in both precisions, beside an LSTM measured in turn: 73 of 84 passes
took 0.8 to 1.2 times the estimate, the others 0.68 to 1.28 times.
"""

from __future__ import annotations

import math

import numpy as np

from rnnviz.engine.architecture import Architecture
from rnnviz.engine.attention import Attention
from rnnviz.engine.attention_scores import SCORES, Size
from rnnviz.engine.cells import CELLS, Cell
from rnnviz.engine.cells.spec import Cost

#: Bytes of an array object that is a view; the cells keep views for every time step.
_VIEW_BYTES = 170
#: Numbers per parameter in the flat vectors and their fast copies; and indices of 8 bytes per
#: parameter: network.py and layout.py.
_PARAMETER_COPIES, _PARAMETER_PLACES = 6, 3

#: Of R networks in one pass: weights, gradients and their fast copies; what an optimiser keeps.
_STACKED_COPIES = 9
#: So many networks are faster in one pass, up to so many numbers of one quantity at one time step,
#: H B.
FEWEST_STACKED, MOST_STACKED = 3, 512

_MULTIPLICATION_S = 0.05e-9
_INPUT_S = 3e-9
_OUTPUT_S = 10e-9
_PARAMETER_S = 12e-9
# Of attention: a weight, a number of an additive score's pair, a number of a sum, and the calls;
# fitted to 14 shapes (up to 500 steps, 256 sequences, 128 units) of every score.
_WEIGHT_S = 10e-9
_PAIR_S = 7e-9
_SUM_S = 15e-9
_ATTENTION_S = 60e-6
#: Time of float32 relative to float64.
_FLOAT32 = 0.45
_ATTENTION_FLOAT32 = 0.55
#: Share of the time that the forward pass takes.
_FORWARD = 0.6


def _parts(cell: type[Cell]) -> int:
    """Return the number of blocks and states."""
    return cell.blocks + len(cell.state_names)


#: Parts and cost of the cell that costs most of those measured.
_MOST_PARTS, _MOST = max(
    ((_parts(cell), cell.spec.cost) for cell in CELLS.values() if cell.spec.cost),
    key=lambda measured: measured[1].unit_s,
)


def _cost_of(architecture: Architecture) -> Cost:
    """Return what was measured of a cell; else an upper bound, by its blocks and states."""
    cell, most = architecture.cell_type, _MOST
    if cell.spec.cost is not None:
        return cell.spec.cost
    size = 2 * max(1.0, _parts(cell) / _MOST_PARTS)
    return Cost(
        kept=math.ceil(size * most.kept),
        views=math.ceil(size * most.views),
        unit_s=size * most.unit_s,
        step_s=size * most.step_s,
    )


def parameter_count(architecture: Architecture) -> int:
    """Return P, the number of parameters."""
    return sum(math.prod(shape) for shape in architecture.shapes().values())


def parameter_bytes(architecture: Architecture) -> int:
    """Return the bytes of the weights, their gradients, and the copies that the cells use."""
    each = _PARAMETER_COPIES * itemsize(architecture) + _PARAMETER_PLACES * 8
    return parameter_count(architecture) * each


def buffer_bytes(architecture: Architecture, steps: int, batch: int) -> int:
    """Return the bytes of the buffers for T steps of B sequences."""
    H, K, cost = architecture.hidden_size, architecture.output_size, _cost_of(architecture)
    # The block of inputs, [1; x; h; 1], and dL/dh, and what the cell keeps besides.
    rows = sum(
        architecture.layer_input(layer) + (2 + cost.kept) * H + 2
        for layer in range(architecture.recorded_layers)
    )
    if architecture.bidirectional:  # what both directions give, and the gradients w.r.t. it
        rows += 3 * architecture.seen + 1 + architecture.layer_input(0)
    numbers = steps * batch * (rows + 2 * K) + architecture.scratch_size(steps, batch)
    views = steps * architecture.recorded_layers * cost.views * _VIEW_BYTES
    numbers += attention_numbers(architecture, steps, batch)
    return numbers * itemsize(architecture) + views + 8 * steps * batch


def attention_numbers(architecture: Architecture, steps: int, batch: int) -> int:
    """Return how many numbers attention keeps; it grows with the square of the steps."""
    if not architecture.attends:
        return 0
    size = Size(batch, steps, architecture.hidden_size)
    return Attention.kept(architecture.attention, size, architecture.output_size)


def passing_bytes(architecture: Architecture, steps: int, batch: int) -> int:
    """Return the bytes that a pass over T steps of B sequences allocates and frees again.

    Outputs are copied once into time-first order, or for their squares.
    """
    return steps * batch * (architecture.output_size * itemsize(architecture) + 48)


def learning_s(architecture: Architecture, steps: int, batch: int) -> float:
    """Estimate the seconds of a forward and a backward pass."""
    cost, pairs = _cost_of(architecture), steps * batch
    units = pairs * architecture.hidden_size * architecture.recorded_layers
    of_numbers = (
        pairs * _multiplications(architecture) * _MULTIPLICATION_S
        + pairs * architecture.layer_input(0) * _INPUT_S
        + pairs * architecture.output_size * _OUTPUT_S
        + units * cost.unit_s
        + parameter_count(architecture) * _PARAMETER_S
    )
    half = _FLOAT32 if architecture.dtype == "float32" else 1.0
    of_calls = steps * architecture.recorded_layers * cost.step_s
    return of_numbers * half + of_calls + attention_s(architecture, steps, batch)


def attention_s(architecture: Architecture, steps: int, batch: int) -> float:
    """Estimate the seconds that attention adds to a forward and a backward pass."""
    if not architecture.attends:
        return 0.0
    size = Size(batch, steps, architecture.hidden_size)
    scores = SCORES[architecture.attention]
    multiplied, of_pairs = scores.products(size)
    multiplied += 3 * batch * steps**2 * architecture.hidden_size
    of_numbers = (
        multiplied * _MULTIPLICATION_S
        + batch * steps**2 * _WEIGHT_S
        + of_pairs * _PAIR_S
        + batch * steps * architecture.hidden_size * _SUM_S
    )
    half = _ATTENTION_FLOAT32 if architecture.dtype == "float32" else 1.0
    return of_numbers * half + _ATTENTION_S


def stacked_bytes(architecture: Architecture, networks: int) -> int:
    """Return the bytes that a pass over R networks takes besides the networks themselves.

    The buffers of a batch are not counted: the pass has them instead of each network.
    """
    each = _STACKED_COPIES * parameter_count(architecture) * itemsize(architecture)
    return networks * each + parameter_bytes(architecture)


def stacking_gains(architecture: Architecture, batch: int, networks: int) -> bool:
    """Tell whether so many networks are faster in one pass, with B sequences for each.

    Measured by `benchmarks/replicas.py`: one pass saves calls, which cost most where networks are
    small. Where they are large, it would only take memory.
    """
    small = architecture.hidden_size * batch <= MOST_STACKED
    return small and networks >= FEWEST_STACKED and architecture.stacks


def predicting_s(architecture: Architecture, steps: int, batch: int) -> float:
    """Estimate the seconds of a forward pass alone."""
    return _FORWARD * learning_s(architecture, steps, batch)


def itemsize(architecture: Architecture) -> int:
    """Return the bytes of one number."""
    return np.dtype(architecture.dtype).itemsize


def _multiplications(architecture: Architecture) -> int:
    """Return the multiplications per step of one sequence, in all matrix products."""
    H, cell = architecture.hidden_size, architecture.cell_type
    recurrent = H if cell.state_names else 0
    count = 3 * architecture.output_size * (architecture.seen + 1)
    for layer in range(architecture.recorded_layers):
        D = architecture.layer_input(layer)
        down = D if layer >= architecture.directions or architecture.ids else 0
        # Forward and weight gradient, then the gradients w.r.t. the previous state and the inputs.
        count += cell.blocks * H * (2 * (D + recurrent + 2) + recurrent + down)
    return count
