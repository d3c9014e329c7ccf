"""What the Task page keeps for a visitor while they edit a task."""

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
        Contents of the table when it was last recreated; the browser sends changes to these.
    version
        Counts how often the table was recreated.
    """

    names: tuple[str, ...]
    shown: tuple[str, ...]
    version: int = 0


@dataclass(frozen=True)
class File:
    """A text too large to be edited on the page, and the name of its file."""

    name: str
    text: str


@dataclass(frozen=True)
class Edited:
    """The last task made from the settings, or why there is none.

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
    """What the Task page keeps for one visitor.

    Parameters
    ----------
    drafts
        Lists being edited, by the key of their control.
    files
        Large texts, by the key of the control that they replace.
    glances
        Previews of the tables being edited, by the key of the control; each is read only once.
    edited
        The task being edited, made only once and not at every rerun of the page.
    refused_upload
        Key of the control whose last file could not be read, and the reason.
    """

    drafts: dict[str, Draft] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    glances: dict[str, Glance] = field(default_factory=dict)
    edited: Edited | None = None
    refused_upload: tuple[str, str] | None = None


def draft_key(task_key: str, name: str) -> str:
    """Return the key of the control of a task's setting while it is edited."""
    return f"draft:{task_key}:{name}"
