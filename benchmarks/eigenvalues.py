"""What the views of eigenvalues, of alike stretches and of all steps at once cost.

python -m benchmarks.eigenvalues

Each row is one view of one run: the first look, the work of one kept iteration, and the longest of
its parts, which no other visitor can interrupt. All in milliseconds, and the work also in
iterations of the same run's training, measured in the same process.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Iterator

import numpy as np
from threadpoolctl import threadpool_limits

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import make_task
from rnnviz.views.memory import VIEWS, MemoryScene

TITLES = ("Eigenvalues", "Where else", "All steps at once")
#: Hidden units and steps.
SIZES = ((16, 20), (16, 50), (64, 50), (128, 200))
ITERATIONS = 6


def parts(work: Iterator[None]) -> list[float]:
    """Return how long each part of some work takes, in milliseconds."""
    taken, begun = [], time.perf_counter()
    for _ in work:
        now = time.perf_counter()
        taken.append(1e3 * (now - begun))
        begun = now
    return taken


def rows(cell: str, hidden: int, steps: int) -> Iterator[str]:
    """Yield a row for each view."""
    task = make_task("order", length=steps)
    trainer = Trainer(RunConfig(task="order", cell=cell, hidden_size=hidden, batch_size=4), task)
    begun = time.perf_counter()
    trainer.advance(iterations=ITERATIONS)
    iteration = 1e3 * (time.perf_counter() - begun) / ITERATIONS
    for title in TITLES:
        view = VIEWS[title]
        scene = MemoryScene(trainer, trainer.trace(), 0, step=steps // 2, stretch=(3, 5))
        begun = time.perf_counter()
        view.look(scene)
        look = 1e3 * (time.perf_counter() - begun)
        assert view.work is not None
        taken = parts(view.work(scene))
        kept = 1 if title == "Where else" else len(scene.traces)
        each = sum(taken) / kept
        yield (
            f"| {cell} | {hidden} | {steps} | {title} | {look:.0f} | {each:.0f} | "
            f"{np.max(taken, initial=0):.0f} | {each / iteration:.1f} |"
        )


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", nargs="*", default=["rnn", "lstm"])
    parser.add_argument("--largest", type=int, default=SIZES[-1][0], help="hidden units")
    asked = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    print("| cell | H | T | view | first look ms | work ms | longest part ms | in iterations |")
    print("|---|---|---|---|---|---|---|---|")
    with threadpool_limits(limits=1, user_api="blas"):
        for hidden, steps in SIZES:
            for cell in asked.cells if hidden <= asked.largest else ():
                for row in rows(cell, hidden, steps):
                    print(row, flush=True)


if __name__ == "__main__":
    main()
