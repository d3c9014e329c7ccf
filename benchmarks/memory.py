"""What the page Memory costs: refreshing its paths beside training, and the map of one step.

python -m benchmarks.memory paths
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.memory.clouds import Clouds
from rnnviz.engine import CELLS, Network, StepMap
from rnnviz.tasks import make_task

ROUNDS = 15
#: Task, its settings, hidden units: 200 sequences of 20 steps first.
PATHS = (
    ("echo", {"length": 20}, 16),
    ("order", {"length": 20}, 128),
    ("order", {"length": 200}, 16),
)
RECURRENT = tuple(key for key, cell in CELLS.items() if cell.state_names)


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median time of a piece of work."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1e3 * statistics.median(times)


def refreshed(key: str, settings: Mapping[str, Any], H: int, cell: str) -> str:
    """Return a row: what a refresh of the paths takes between two iterations of training."""
    trainer = Trainer(RunConfig(task=key, cell=cell, hidden_size=H), make_task(key, **settings))
    clouds = Clouds(trainer)
    learning, refreshing = [], []
    for _ in range(ROUNDS):
        learning.append(milliseconds(lambda: trainer.advance(iterations=1), 1))
        trace = trainer.trace()
        refreshing.append(milliseconds(partial(clouds.of, trace), 1))
    count, steps = clouds.states.there.shape
    times = f"{statistics.median(learning):.1f} | {statistics.median(refreshing):.1f}"
    return f"| {key} | {steps} | {H} | {cell} | {count} | {times} | {clouds.nbytes:,} |"


def paths() -> None:
    """Print what a refresh of the paths takes."""
    print("| task | T | H | cell | sequences | iteration ms | refresh ms | bytes held |")
    print("|---|---|---|---|---|---|---|---|")
    for key, settings, H in PATHS:
        for cell in RECURRENT:
            print(refreshed(key, settings, H, cell), flush=True)


def mapped(cell: str, H: int) -> str:
    """Return a row: what one step from 256 states takes, its Jacobians, and solving with them."""
    network = Network(cell=cell, input_size=3, hidden_size=H, output_size=3)
    at = StepMap(network)
    states = np.random.default_rng(0).normal(size=(256, at.size)) / 2
    nothing = np.zeros(3)
    matrices = np.eye(at.size) - 0.9 * at.jacobians(states, nothing)
    times = [
        milliseconds(lambda: at.step(states, nothing)),
        milliseconds(lambda: at.jacobians(states, nothing), 5),
        milliseconds(lambda: np.linalg.solve(matrices, states[..., None]), 5),
    ]
    return f"| {cell} | {H} | {at.size} | {' | '.join(f'{each:.2f}' for each in times)} |"


def maps() -> None:
    """Print what the map of one step takes."""
    print("| cell | H | S | step ms | Jacobians ms | solve ms |")
    print("|---|---|---|---|---|---|")
    for H in (8, 16, 32, 128):
        for cell in RECURRENT:
            print(mapped(cell, H), flush=True)


PARTS = {"paths": paths, "maps": maps}


def main() -> None:
    """Print the parts that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    asked = parser.parse_args()
    threadpool_limits(1)
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    for part in asked.parts or PARTS:
        print(f"\n{part}\n")
        PARTS[part]()


if __name__ == "__main__":
    main()
