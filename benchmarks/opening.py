"""Measure the run that the app opens with: whether it needs a memory, and learns in time to watch.

For each seed: the iteration from which on the task is solved, how long that takes at the opening
speed (a number of iterations per tick, so no matter how fast the machine is), and how many of the
answers are still right when the forget gates of the trained network are then held shut. It was
chosen so that the best without memory is at most 0.85, and that with shut gates at most 0.75 of the
answers are right in at least 9 of 10 seeds::

    python -m benchmarks.opening [--seeds 10] [--first 0]
"""

from __future__ import annotations

import argparse

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Hold
from rnnviz.tasks import is_solved
from rnnviz.ui.shell.live import TICK_S
from rnnviz.ui.shell.transport import DEFAULT_SPEED, SPEEDS

MOST_ITERATIONS = 1_000
#: So many good looks in a row, one each iteration; one may be luck.
IN_A_ROW = 10


def learn(trainer: Trainer) -> int | None:
    """Train until the task is solved; return since which iteration it is, None if it never is."""
    good = 0
    while trainer.iteration < MOST_ITERATIONS and good < IN_A_ROW:
        trainer.advance(iterations=1)
        good = good + 1 if is_solved(trainer.task, trainer.score().value) else 0
    return trainer.iteration - good + 1 if good == IN_A_ROW else None


def seconds(iterations: int) -> float:
    """Return how long so many iterations take at the opening speed."""
    per_tick = SPEEDS[DEFAULT_SPEED]
    assert per_tick is not None, "at full speed it depends on the machine"
    return iterations / per_tick * TICK_S


def main() -> None:
    """Print one row for each seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    task = Trainer(RunConfig()).task
    print(f"{task.description}\n")
    print(f"best without memory {task.memoryless:.2f}, best constant {task.baseline().score:.2f}\n")
    print("| seed | solved at iteration | seconds at the opening speed | right with gates shut |")
    print("|---|---|---|---|")
    for seed in range(asked.first, asked.first + asked.seeds):
        trainer = Trainer(RunConfig(seed=seed))
        learned = learn(trainer)
        trainer.intervene(Hold("f", 0.0))
        took = "never | " if learned is None else f"{learned} | {seconds(learned):.1f}"
        print(f"| {seed} | {took} | {trainer.score().value:.2f} |")


if __name__ == "__main__":
    main()
