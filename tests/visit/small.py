"""Small runs for the tests of a visit, and what is done with them again and again."""

from rnnviz import RunConfig
from rnnviz.tasks import GymSchedule

CONFIG, TASK = RunConfig(hidden_size=3, batch_size=2), GymSchedule(length=5)
#: Settings of a run without the task, as the controls tell them.
SETTINGS = {name: getattr(CONFIG, name) for name in CONFIG.__dataclass_fields__ if name != "task"}
RUNS = [("one", CONFIG, TASK), ("two", RunConfig(hidden_size=3, batch_size=2, seed=1), TASK)]


def train(visit, iterations=1):
    for _ in range(iterations):
        visit.work(1, 1.0)


def started(visit, iterations=3):
    visit.play()
    train(visit, iterations)
    visit.pause()
    return visit
