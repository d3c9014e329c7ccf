"""Let every task be learned, and print what it took: the table in the README.

For each task and cell, 5 seeds; every 10 iterations the score on the evaluation batch is compared
with the task's `solved`. A run has solved the task when it is as good five times in a row (once may
be luck where few different sequences exist), and the first of these counts; else it ends when the
iterations allowed are over. Iterations and seconds are medians over the seeds that solved it, with
the range; seconds are those of the processor, so that they say the same on a busy machine.

    python -m benchmarks.tasks [--tasks gym waves] [--seeds 5]
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from rnnviz.engine import Network, clip_by_norm, make_optimizer
from rnnviz.tasks import Task, is_solved, make_task, score_of
from rnnviz.tasks.gym import THREE_DAYS

LOOK_EVERY = 10
IN_A_ROW = 5
BATCH_SIZE = 32
CLIP_NORM = 1.0
LEARNING_RATE = 0.01
CELLS = ("rnn", "gru", "lstm")


@dataclass(frozen=True)
class Case:
    """A task with its settings, and how many iterations and units it gets.

    All are trained by Adam at a rate of 0.01 on batches of 32, clipped at a norm of 1.
    """

    key: str
    iterations: int
    hidden_size: int = 16
    forget_bias: float = 1.0
    settings: tuple[tuple[str, Any], ...] = ()

    def task(self) -> Task:
        """Return the task."""
        return make_task(self.key, **dict(self.settings))

    def named(self) -> str:
        """Return the task's title and what is not as usual."""
        what = [f"{name.replace('_', ' ')} {_in_words(value)}" for name, value in self.settings]
        if self.forget_bias != 1.0:
            what.append(f"forget bias {self.forget_bias:g}")
        title = self.task().title
        return f"{title} ({', '.join(what)})" if what else title


_CARDIO_TWICE = ("push", "cardio", "pull", "cardio")

CASES = (
    Case("gym", 500),
    Case("gym", 500, settings=(("exercises", THREE_DAYS), ("length", 14))),
    Case("gym", 500, settings=(("exercises", THREE_DAYS), ("length", 14), ("missed", 0.2))),
    Case("gym", 1500, settings=(("exercises", _CARDIO_TWICE), ("length", 14))),
    Case("gym", 2000, settings=(("exercises", THREE_DAYS), ("rest_day", "Sunday"), ("length", 21))),
    Case("symbols", 1000, 32),
    Case("symbols", 1000, 32, settings=(("encoding", "embedding"),)),
    Case("waves", 1500),
    Case("waves", 1500, settings=(("shape", "square"),)),
    Case("echo", 1500),
    Case("echo", 3000, 32, settings=(("lag", 8),)),
    Case("recall", 1500, forget_bias=3.0),
    Case("order", 3000),
    Case("order", 3000, settings=(("length", 50),)),
    Case("adding", 3000, 32),
    Case("copy", 3000, 32),
    Case("xor", 2000),
    Case("parity", 3000),
    Case("parity", 3000, settings=(("asked", "last step"), ("length", 4))),
    Case("flipflop", 2000),
    Case("reber", 2000),
    Case("count", 3000, 12),
    Case("brackets", 3000, 24),
    Case("values", 1000),
    Case("labels", 1500),
)


def _in_words(value: Any) -> str:
    return " → ".join(value) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True)
class Outcome:
    """How one run ended."""

    solved: bool
    iterations: int
    seconds: float
    score: float


def learn(case: Case, task: Task, cell: str, seed: int) -> Outcome:
    """Train one network until the task is solved, or the iterations are over."""
    network = Network(
        cell=cell,
        input_size=task.input_size,
        hidden_size=case.hidden_size,
        output_size=len(task.output_labels),
        seed=seed,
        forget_bias=case.forget_bias,
        embedding_size=task.embedding_size,
    )
    optimizer = make_optimizer("adam", network.flat.size, "float64")
    generator = np.random.default_rng(seed)
    evaluation = task.evaluation()
    seconds, score, first = 0.0, float("nan"), (0, 0.0)
    good = 0
    for done in range(LOOK_EVERY, case.iterations + 1, LOOK_EVERY):
        start = time.process_time()
        for _ in range(LOOK_EVERY):
            batch = task.sample(generator, BATCH_SIZE)
            network.learn(batch.x, batch.y, batch.mask, loss=task.loss)
            clip_by_norm(network.flat_gradients, CLIP_NORM)
            optimizer.step(network.flat, network.flat_gradients, LEARNING_RATE)
        seconds += time.process_time() - start
        score = score_of(network.predict(evaluation.x), evaluation, task.measure)
        good = good + 1 if is_solved(task, score) else 0
        if good == 1:
            first = (done, seconds)
        if good == IN_A_ROW:
            return Outcome(True, *first, score)
    return Outcome(False, case.iterations, seconds, score)


def main() -> None:
    """Print one row for each task and cell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", nargs="*", default=[])
    parser.add_argument("--seeds", type=int, default=5)
    chosen = parser.parse_args()
    threadpool_limits(1)
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    print("| task | steps | solved at | without memory | cell | solved | iterations | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for case in CASES:
        if chosen.tasks and case.key not in chosen.tasks:
            continue
        task = case.task()
        sign = "≥" if task.measure == "accuracy" else "≤"
        for place, cell in enumerate(CELLS):
            outcomes = [learn(case, task, cell, seed) for seed in range(chosen.seeds)]
            first = (
                f"| {case.named()} | {task.length} | {task.measure} {sign} {task.solved:.3g} "
                f"| {task.memoryless:.3g} "
                if place == 0
                else "| | | | "
            )
            print(f"{first}| {cell} | {_row(outcomes, case)} |", flush=True)


def _row(outcomes: list[Outcome], case: Case) -> str:
    solved = [outcome for outcome in outcomes if outcome.solved]
    count = f"{len(solved)}/{len(outcomes)}"
    if not solved:
        score = statistics.median(outcome.score for outcome in outcomes)
        seconds = statistics.median(outcome.seconds for outcome in outcomes)
        return f"{count} | not within {case.iterations:,} (score {score:.3g}) | {seconds:.2f}"
    iterations = [outcome.iterations for outcome in solved]
    middle = f"{statistics.median(iterations):,.0f}"
    if len(set(iterations)) > 1:
        middle += f" ({min(iterations):,}-{max(iterations):,})"
    return f"{count} | {middle} | {statistics.median(o.seconds for o in solved):.2f}"


if __name__ == "__main__":
    main()
