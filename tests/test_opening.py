"""The run that the app opens with needs a memory, and is slow enough to watch.

Measured on seeds that are not the shown one; `benchmarks/opening.py` takes more of them.
"""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Hold
from rnnviz.tasks import is_solved
from rnnviz.ui.shell.live import TICK_S
from rnnviz.ui.shell.transport import DEFAULT_SPEED, SPEEDS


def test_without_memory_the_opening_task_cannot_be_solved():
    task = Trainer(RunConfig()).task
    assert task.memoryless <= 0.85
    assert task.best_with_memory == 1.0
    assert task.memory_days > 1


@pytest.mark.parametrize("seed", [1, 2])
def test_the_opening_run_is_solved_in_time_to_watch_and_its_gates_do_the_work(seed):
    trainer = Trainer(RunConfig(seed=seed))
    per_second = SPEEDS[DEFAULT_SPEED] / TICK_S

    trainer.advance(iterations=int(5 * per_second))
    assert not is_solved(trainer.task, trainer.score().value)
    trainer.advance(iterations=int(20 * per_second) - trainer.iteration)
    assert is_solved(trainer.task, trainer.score().value)

    trainer.intervene(Hold("f", 0.0))
    assert trainer.score().value <= 0.75
