"""The tasks, which generate the sequences: one file per task, and the registry of them.

A new task is a frozen dataclass that follows `Task`, in a file of its own, and an entry in `TASKS`.
It may start from `Generated`, for sequences that follow from a rule, `Answered`, for those that are
read and then answered, `Windows`, for windows of one long sequence, or `Column`, for those of a
column of a CSV file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rnnviz.fields import shown
from rnnviz.tasks.adding import Adding
from rnnviz.tasks.answered import Answered
from rnnviz.tasks.associative_recall import AssociativeRecall
from rnnviz.tasks.brackets import Brackets
from rnnviz.tasks.copy_memory import CopyMemory
from rnnviz.tasks.counting import Counting
from rnnviz.tasks.delayed_recall import DelayedRecall
from rnnviz.tasks.echo import Echo
from rnnviz.tasks.flip_flop import FlipFlop
from rnnviz.tasks.gym import GymSchedule
from rnnviz.tasks.own_labels import SAMPLE_LABELS, NextLabel
from rnnviz.tasks.own_pairs import SAMPLE_PAIRS, OwnPairs
from rnnviz.tasks.own_sequences import OwnSequences
from rnnviz.tasks.own_series import SAMPLE_SERIES, NextValue
from rnnviz.tasks.parity import Parity
from rnnviz.tasks.reber import Reber
from rnnviz.tasks.reorder import Reorder
from rnnviz.tasks.symbols import SHIPPED_TEXT, NextSymbol
from rnnviz.tasks.task import Baseline, Batch, Probe, Task, has_targets, is_solved, score_of
from rnnviz.tasks.temporal_order import TemporalOrder
from rnnviz.tasks.temporal_xor import TemporalXor
from rnnviz.tasks.vocabulary import Vocabulary
from rnnviz.tasks.waves import Waves
from rnnviz.tasks.written_dates import WrittenDates
from rnnviz.tasks.written_numbers import WrittenNumbers

__all__ = [
    "SAMPLE_LABELS",
    "SAMPLE_PAIRS",
    "SAMPLE_SERIES",
    "SHIPPED_TEXT",
    "TASKS",
    "Adding",
    "Answered",
    "AssociativeRecall",
    "Baseline",
    "Batch",
    "Brackets",
    "CopyMemory",
    "Counting",
    "DelayedRecall",
    "Echo",
    "FlipFlop",
    "GymSchedule",
    "NextLabel",
    "NextSymbol",
    "NextValue",
    "OwnPairs",
    "OwnSequences",
    "Parity",
    "Probe",
    "Reber",
    "Reorder",
    "Task",
    "TemporalOrder",
    "TemporalXor",
    "Vocabulary",
    "Waves",
    "WrittenDates",
    "WrittenNumbers",
    "has_targets",
    "is_solved",
    "make_task",
    "preparing",
    "score_of",
]

#: Every task that can be chosen, by the key that stands in settings and links.
TASKS: dict[str, type[Task]] = {
    task.key: task
    for task in (
        GymSchedule,
        NextSymbol,
        Waves,
        Echo,
        DelayedRecall,
        TemporalOrder,
        Adding,
        CopyMemory,
        TemporalXor,
        Parity,
        FlipFlop,
        Reber,
        Counting,
        Brackets,
        Reorder,
        AssociativeRecall,
        WrittenDates,
        WrittenNumbers,
        OwnPairs,
        NextValue,
        NextLabel,
        OwnSequences,
    )
}


def preparing(key: str, settings: Mapping[str, Any]) -> Iterator[None]:
    """Do the slow parts of making a task in small steps, so that `make_task` is then quick.

    Between two steps, others can have the processor. Raises nothing: if a setting is refused,
    `make_task` says so. Most tasks have no such steps.
    """
    prepare = getattr(TASKS.get(key), "preparing", None)
    if prepare is not None:
        yield from prepare(settings)


def make_task(key: str, **settings: Any) -> Task:
    """Return the task with these settings; a setting that is not given has its default value.

    Raises
    ------
    ValueError
        If there is no such task or setting, or if the task refuses a value.
    """
    if not isinstance(key, str) or key not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {shown(key)}")
    known = [field.name for field in TASKS[key].fields]
    for name in settings:
        if name not in known:
            raise ValueError(f"{key} has the settings {', '.join(known)}, got {shown(name)}")
    return TASKS[key](**settings)
