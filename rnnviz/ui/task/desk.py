"""What the Task page keeps for a visitor while a task is edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rnnviz.tasks.csv_text import Glance
from rnnviz.tasks.task import Task


@dataclass
class Draft:
    """The names of a list being edited.

    Parameters
    ----------
    names
        As edited so far.
    shown
        What the table was given when it was last drawn anew; the browser sends changes to this.
    version
        Counts how often the table was drawn anew.
    """

    names: tuple[str, ...]
    shown: tuple[str, ...]
    version: int = 0


@dataclass(frozen=True)
class File:
    """A text that is too large to be edited, and stays out of the page: its name, and itself."""

    name: str
    text: str


@dataclass(frozen=True)
class Edited:
    """The last task that was made of the settings, or why there is none.

    Parameters
    ----------
    settings
        Key of the task, and its settings by name.
    task
        None if it was refused.
    refused
        The reason; "" if there is a task.
    """

    settings: tuple[str, dict[str, Any]]
    task: Task | None = None
    refused: str = ""


@dataclass
class Desk:
    """What lies on the desk of one visitor.

    Parameters
    ----------
    drafts
        Lists being edited, by the key of their control.
    files
        Large texts that were chosen, by the key of the control in whose place they are.
    glances
        What is shown of the tables being edited, by the key of the control; read once as well.
    edited
        Made once, not at every rerun of the page.
    refused_upload
        Of which control the last file could not be read, by its key, and why.
    """

    drafts: dict[str, Draft] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    glances: dict[str, Glance] = field(default_factory=dict)
    edited: Edited | None = None
    refused_upload: tuple[str, str] | None = None


def draft_key(task_key: str, name: str) -> str:
    """Return the key of the control of a task's setting while it is edited."""
    return f"draft:{task_key}:{name}"
