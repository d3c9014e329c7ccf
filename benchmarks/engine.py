"""How fast the engine is, beside what people would use instead.

Run by hand, on one thread::

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.engine [--quick]

One iteration is: copy the batch in, forward, softmax cross-entropy, full backpropagation through
time with everything recorded, the norm of dL/dh_t at every step, Adam. The contenders take turns,
a few iterations each, many rounds; a ratio is the median of the ratios of the rounds. Time is that
of the processor, so that what else the machine does counts little. Above 1: ours is faster.

* fused: `nn.LSTM` (GRU, RNN), which shows neither gates nor the gradient by the states;
* loop: `nn.LSTMCell`'s equations in a Python loop, every gate and state kept with its gradient, and
  the gradient by the inputs. Against it ours computes that one too.

What is recorded are the buffers that backpropagation works on: all gates, h_t, c_t, dL/dh_t,
dL/dc_t and the outputs, at every step. `learn` leaves them there, whether anyone looks or not. What
that costs is measured against the same network when it overwrites dL/dc_t step by step, which is
all of it that training alone could do without. dL/dx_t of the first layer is no part of training:
`input_gradient` and `record` compute it when asked, at a price of its own.

PyTorch comes from requirements-bench.txt.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tracemalloc
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from benchmarks.rounds import Iteration, in_turn, median_us, ratio
from benchmarks.torch_loop import recorded, steps_of
from rnnviz.engine import Network, make_optimizer

SIZES = [(1, 10, 3, 8), (16, 10, 8, 16), (32, 30, 8, 32), (32, 100, 16, 64), (64, 200, 32, 128)]
WANTED_FUSED = [6, 4.5, 1.6, 1.0, 1.2]
WANTED_LOOP = [14, 10, 6, 5, 5]
K = 4
MEMORY_CELLS = ("rnn", "gru", "lstm")
Size = tuple[int, int, int, int]


def data(size: Size, dtype: str) -> tuple[Any, Any]:
    """Return a batch."""
    B, T, D, _ = size
    generator = np.random.default_rng(0)
    return generator.normal(size=(T, B, D)).astype(dtype), generator.integers(0, K, (T, B))


def ours(cell: str, size: Size, dtype: str, by_inputs: bool = False) -> tuple[Iteration, Network]:
    """Return one iteration of the engine, with the gradient by the inputs if that is wanted."""
    _, _, D, H = size
    net = Network(cell=cell, input_size=D, hidden_size=H, output_size=K, dtype=dtype)
    optimizer = make_optimizer("adam", net.flat.size, dtype)
    x, y = data(size, dtype)

    def iteration() -> None:
        net.learn(x, y)
        net.gradient_norms()
        if by_inputs:
            net.input_gradient()
        optimizer.step(net.flat, net.flat_gradients, 1e-3)

    return iteration, net


def learning(net: Network, size: Size, *, recording: bool) -> Iteration:
    """Return `learn` of an LSTM that keeps dL/dc_t of every step, or overwrites it step by step."""
    x, y = data(size, "float32")
    layer: Any = net.unroll(x).stacks[0].layers[0]
    d_c = layer.d_c_all
    strides = d_c.strides if recording else (0, *d_c.strides[1:])
    layer.d_c_all = np.lib.stride_tricks.as_strided(d_c, d_c.shape, strides)
    layer._prepare_views()
    own = layer.d_c_all, layer._backward

    def iteration() -> None:
        layer.d_c_all, layer._backward = own
        net.learn(x, y)

    return iteration


def fused(cell: str, size: Size, dtype: str) -> Iteration:
    """Return one iteration of PyTorch's fused layer."""
    _, _, D, H = size
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[cell]
    recurrent = kind(D, H).to(getattr(torch, dtype))
    readout = torch.nn.Linear(H, K).to(getattr(torch, dtype))
    optimizer = torch.optim.Adam([*recurrent.parameters(), *readout.parameters()], 1e-3)
    x, y = (torch.tensor(array) for array in data(size, dtype))

    def iteration() -> None:
        optimizer.zero_grad()
        outputs = readout(recurrent(x)[0])
        torch.nn.functional.cross_entropy(outputs.reshape(-1, K), y.reshape(-1)).backward()
        optimizer.step()

    return iteration


def loop(size: Size, dtype: str) -> Iteration:
    """Return one iteration of an LSTM in a Python loop that shows what ours shows.

    Then everything as arrays (T, B, H), as ours has it.
    """
    _, _, D, H = size
    kind = getattr(torch, dtype)
    cell = torch.nn.LSTMCell(D, H).to(kind)
    readout = torch.nn.Linear(H, K).to(kind)
    optimizer = torch.optim.Adam([*cell.parameters(), *readout.parameters()], 1e-3)
    x, y = (torch.tensor(array) for array in data(size, dtype))
    x.requires_grad_()

    def iteration() -> Any:
        optimizer.zero_grad()
        x.grad = None
        shown = steps_of(cell, x)
        outputs = readout(torch.stack([step[-1] for step in shown]))
        torch.nn.functional.cross_entropy(outputs.reshape(-1, K), y.reshape(-1)).backward()
        optimizer.step()
        return recorded(shown)

    return iteration


def lstm_table(seconds: float) -> None:
    """Print the LSTM's ratios."""
    print("\n| LSTM B,T,D,H | ours, us | fused float32 | wanted | loop float32 | wanted |", end="")
    print(" fused float64 |\n|---|---|---|---|---|---|---|")
    for size, wanted, wanted_loop in zip(SIZES, WANTED_FUSED, WANTED_LOOP, strict=True):
        single = in_turn(
            [ours("lstm", size, "float32")[0], fused("lstm", size, "float32")], seconds
        )
        shown = in_turn([ours("lstm", size, "float32", True)[0], loop(size, "float32")], seconds)
        contenders = [fused("lstm", size, "float64")]
        double = in_turn([ours("lstm", size, "float64")[0], *contenders], seconds)
        print(
            f"| {name_of(size)} | {median_us(single):.0f} | {ratio(single, 1):.1f} | "
            f"{wanted} | {ratio(shown, 1):.1f} | {wanted_loop} | {ratio(double, 1):.1f} |",
            flush=True,
        )


def other_cells_table(seconds: float) -> None:
    """Print the ratios of the other cells."""
    print("\n| cell | B,T,D,H | ours, us | fused float32 | wanted | fused float64 |")
    print("|---|---|---|---|---|---|")
    for cell in ("gru", "rnn"):
        for size in SIZES:
            found = {}
            for dtype in ("float32", "float64"):
                found[dtype] = in_turn(
                    [ours(cell, size, dtype)[0], fused(cell, size, dtype)], seconds
                )
            wanted = "8" if size in SIZES[:2] else ""
            print(
                f"| {cell} | {name_of(size)} | {median_us(found['float32']):.0f} | "
                f"{ratio(found['float32'], 1):.1f} | {wanted} | {ratio(found['float64'], 1):.1f} |",
                flush=True,
            )


def recording_table(seconds: float) -> None:
    """Print what recording costs, and what can be asked for after an iteration."""
    print("\n| LSTM B,T,D,H | recording, % of the time (at most 3) | dL/dx_t, % | norms, % |")
    print("|---|---|---|---|")
    for size in SIZES:
        net = ours("lstm", size, "float32")[1]
        recording, overwriting = (learning(net, size, recording=yes) for yes in (True, False))
        without = ratio(in_turn([recording, overwriting], seconds), 1)
        asked = in_turn([recording, net.input_gradient, net.gradient_norms], seconds)
        shares = (1 - without, ratio(asked, 1), ratio(asked, 2))
        print(f"| {name_of(size)} | {' | '.join(f'{100 * s:.1f}' for s in shares)} |", flush=True)


def memory_table() -> None:
    """Print the bytes of the buffers over those of the record."""
    print("\n| B,T,D,H | " + " | ".join(MEMORY_CELLS) + " | buffers over record (at most 2.2)")
    print("|---|" + "---|" * len(MEMORY_CELLS))
    for size in SIZES:
        ratios = [f"{memory_ratio(cell, size):.2f}" for cell in MEMORY_CELLS]
        print(f"| {name_of(size)} | {' | '.join(ratios)} |", flush=True)


def memory_ratio(cell: str, size: Size) -> float:
    """Return the bytes of the arrays that a first pass keeps, over those of the record."""
    _, _, D, H = size
    net = Network(cell=cell, input_size=D, hidden_size=H, output_size=K, dtype="float32")
    x, y = data(size, "float32")
    tracemalloc.start()
    net.learn(x, y)
    arrays = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    kept = tracemalloc.take_snapshot().filter_traces([arrays])
    tracemalloc.stop()
    record = net.record(x, y)
    layer = record.layers[0]
    recorded = [record.outputs, record.d_x, *layer.gates.values(), layer.h, layer.d_h]
    recorded += [] if layer.c is None else [layer.c, layer.d_c]
    return sum(trace.size for trace in kept.traces) / sum(array.nbytes for array in recorded)


def growth_table(seconds: float) -> None:
    """Print how the time of an iteration grows with T, B and H, one at a time."""
    print("\n| LSTM float64 | us per iteration | us per time step |\n|---|---|---|")
    for name, values, size_of in (
        ("T", (25, 50, 100, 200, 400), lambda T: (16, T, 8, 32)),
        ("B", (1, 4, 16, 64, 256), lambda B: (B, 50, 8, 32)),
        ("H", (8, 16, 32, 64, 128), lambda H: (16, 50, 8, H)),
    ):
        for value in values:
            size = size_of(value)
            rounds = in_turn([ours("lstm", size, "float64")[0]], seconds / 5)
            us = median_us(rounds)
            print(f"| {name} = {value} ({name_of(size)}) | {us:.0f} | {us / size[1]:.1f} |")


def name_of(size: Size) -> str:
    """Return B,T,D,H."""
    return ",".join(map(str, size))


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a second per line instead of five")
    seconds = 1.0 if parser.parse_args().quick else 5.0
    torch.set_num_threads(1)
    print(f"{processor()}, {os.cpu_count()} cores, one thread")
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, PyTorch {torch.__version__}"
    )
    lstm_table(seconds)
    other_cells_table(seconds)
    recording_table(seconds)
    memory_table()
    growth_table(seconds)


def processor() -> str:
    """Return the name of the processor."""
    try:
        with open("/proc/cpuinfo") as file:
            names = [
                line.partition(":")[2].strip() for line in file if line.startswith("model name")
            ]
        return names[0]
    except (OSError, IndexError):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
