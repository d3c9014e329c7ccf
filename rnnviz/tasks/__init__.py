"""Where sequences come from: one file per task, and the registry of them.

A new task is a frozen dataclass that follows `Task`, in a file of its own, and an entry in `TASKS`.
"""

from __future__ import annotations

from typing import Any

from rnnviz.fields import shown
from rnnviz.tasks.gym import GymSchedule
from rnnviz.tasks.symbols import SHIPPED_TEXT, NextSymbol
from rnnviz.tasks.task import Baseline, Batch, Probe, Task
from rnnviz.tasks.vocabulary import Vocabulary

__all__ = [
    "SHIPPED_TEXT",
    "TASKS",
    "Baseline",
    "Batch",
    "GymSchedule",
    "NextSymbol",
    "Probe",
    "Task",
    "Vocabulary",
    "make_task",
]

#: Every task that can be chosen, by the key that stands in settings and links.
TASKS: dict[str, type[Task]] = {task.key: task for task in (GymSchedule, NextSymbol)}


def make_task(key: str, **settings: Any) -> Task:
    """Return the task with these settings; what is not given has its default.

    Raises
    ------
    ValueError
        If there is no such task or setting, or the task refuses a value.
    """
    if not isinstance(key, str) or key not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {shown(key)}")
    known = [field.name for field in TASKS[key].fields]
    for name in settings:
        if name not in known:
            raise ValueError(f"{key} has the settings {', '.join(known)}, got {shown(name)}")
    return TASKS[key](**settings)
