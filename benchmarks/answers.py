"""Train the tasks that are read and then answered, with and without attention.

Every 50 iterations the network answers up to 256 sequences with its own last answer as input: those
held out, where the task has some. A run ends when 98 % of the whole answers are right, or when its
iterations are over. Seconds are those of the processor, for the iterations alone::

    python -m benchmarks.answers [--tasks dates reorder] [--seeds 3] [--first 71]
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass
from typing import Any

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import Answered, Task, make_task, score_of
from rnnviz.tasks.answered import ZERO
from rnnviz.training.evaluate import answered
from rnnviz.training.threads import one_thread

LOOK_EVERY = 50
ENOUGH = 0.98
_FROM_ZERO = {"start": ZERO}
_SMALL = {"hidden_size": 32, "clip_norm": 1.0}
_LARGE = {"hidden_size": 48, "clip_norm": 1.0, "batch_size": 64, "learning_rate": 0.005}


@dataclass(frozen=True)
class Case:
    """A task with its settings, those of the run, and how many iterations it gets."""

    key: str
    settings: dict[str, Any]
    iterations: int
    of_task: tuple[dict[str, Any], ...] = ({},)


CASES = (
    Case("associative", _SMALL, 1500),
    Case("reorder", _SMALL, 1500, ({}, {"order": "copied"}, {"order": "sorted"})),
    Case("dates", _LARGE, 1500),
    Case("words", _LARGE, 1500),
    Case("pairs", _LARGE, 1500),
)
#: Cell, attention, and with which state answers start.
NETWORKS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("rnn", "none", {}),
    ("gru", "none", {}),
    ("rnn", "general", {}),
    ("gru", "general", {}),
    ("rnn", "general", _FROM_ZERO),
)


def right(trainer: Trainer) -> float:
    """Return the share of whole answers that are right."""
    task, network = trainer.task, trainer.network
    batch = task.held_out() or task.evaluation()
    with one_thread():
        if isinstance(task, Answered):
            return answered(network, task, batch)[1]
        return score_of(network.predict(batch.x, batch.answering), batch, "accuracy")


def learn(config: RunConfig, task: Task, iterations: int) -> tuple[int | None, float, float]:
    """Return after how many iterations enough is right, None if never; seconds; the last share."""
    trainer, seconds, share = Trainer(config, task), 0.0, 0.0
    while trainer.iteration < iterations:
        begun = time.process_time()
        trainer.advance(iterations=LOOK_EVERY)
        seconds += time.process_time() - begun
        share = right(trainer)
        if share >= ENOUGH:
            return trainer.iteration, seconds, share
    return None, seconds, share


def main() -> None:
    """Print a row for each task, and a cell for each network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", nargs="*", default=[case.key for case in CASES])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=71)
    asked = parser.parse_args()
    for case in CASES:
        for of_task in case.of_task if case.key in asked.tasks else ():
            for cell, attention, start in NETWORKS:
                task = make_task(case.key, **of_task, **start)
                runs = [
                    learn(
                        RunConfig(
                            task=case.key, cell=cell, attention=attention, seed=seed,
                            **case.settings,
                        ),
                        task,
                        case.iterations,
                    )
                    for seed in range(asked.first, asked.first + asked.seeds)
                ]  # fmt: skip
                print(
                    f"{task.title} {of_task.get('order', '')} | {cell}, attention {attention}, "
                    f"{start.get('start', 'last state')} | {_row(runs, case.iterations)}",
                    flush=True,
                )


def _row(runs: list[tuple[int | None, float, float]], most: int) -> str:
    found = [iteration for iteration, _, _ in runs if iteration is not None]
    # Of those that learned it, where there are some.
    seconds = statistics.median(
        took for iteration, took, _ in runs if iteration is not None or not found
    )
    shares = ", ".join(f"{share:.2f}" for _, _, share in runs)
    middle = (
        f"{statistics.median(found):,.0f} ({min(found)}-{max(found)})" if found else f"> {most}"
    )
    return f"{len(found)}/{len(runs)} | {middle} | {seconds:.1f} s | whole answers {shares}"


if __name__ == "__main__":
    main()
