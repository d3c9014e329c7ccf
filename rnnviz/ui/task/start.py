"""The buttons that start a new run with the edited task, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from rnnviz.numbers import number
from rnnviz.tasks import TASKS, make_task
from rnnviz.tasks.task import Task
from rnnviz.training.config import CHOICE_LABELS, FIELD
from rnnviz.training.trainer import nothing_to_learn
from rnnviz.ui.shell import session
from rnnviz.ui.task.desk import Desk, Draft, draft_key
from rnnviz.visit import Visit

#: Key of a pressed button: whether the new run gets the settings that the task suggests.
_PRESSED = "task:pressed"


def use_button(visit: Visit, task: Task | None) -> None:
    """Draw the button that starts a new run with the edited task, and then what comes next."""
    pressed = session.value(_PRESSED)
    if pressed is not None:
        session.show(_PRESSED, None)
        _use(task, **(task.suggested if pressed and task is not None else {}))
        st.rerun()
    in_use = task == visit.trainer.task
    st.button(
        "In use in the Studio" if in_use else "Start a new run with this task",
        key="use_task",
        type="secondary" if in_use else "primary",
        icon=":material/check:" if in_use else ":material/play_circle:",
        disabled=task is None or in_use,
        on_click=session.show,
        # Not the task: the press may arrive together with a text that was typed just before it.
        args=(_PRESSED, False),
    )
    if task is not None and task.suggested:
        _suggest(visit, task)
    if in_use:
        _show_the_way(visit)


def offer_the_simplest(visit: Visit, kind: str) -> None:
    """Draw the button that starts a new run with the simplest example of a task."""
    named = (value for value in TASKS[kind].simplest.values() if isinstance(value, tuple))
    examples = ", ".join(name for names in named for name in names)
    st.button(
        f"Start the simplest: {examples}",
        key="use_simplest",
        icon=":material/filter_1:",
        disabled=visit.trainer.task == make_task(kind, **TASKS[kind].simplest),
        help="A new run with the simplest example of this task. It needs no memory: the last input "
        "determines the next one. Undo brings back your present run.",
        on_click=_use_the_simplest,
        args=(kind,),
    )


def _use(task: Task | None, **suggested: Any) -> None:
    """Start a new run; a late press, when there is no such task any more, does nothing."""
    visit = session.current()
    if task is not None and (task != visit.trainer.task or not _has(visit, suggested)):
        session.restart(task, **suggested)


def _use_the_simplest(kind: str) -> None:
    """Start a new run with the simplest example, and let the controls show it."""
    visit, task = session.current(), make_task(kind, **TASKS[kind].simplest)
    if task == visit.trainer.task:
        return
    if not session.restart(task):
        return
    drafts = visit.part(Desk).drafts
    for field in TASKS[kind].fields:
        key = draft_key(kind, field.name)
        if field.kind is tuple:
            names = getattr(task, field.name)
            before = drafts.get(key)
            drafts[key] = Draft(names, names, 0 if before is None else before.version + 1)
        elif field.name != "length":
            session.show(key, getattr(task, field.name))


def _has(visit: Visit, settings: Mapping[str, Any]) -> bool:
    return all(getattr(visit.trainer.config, name) == value for name, value in settings.items())


def _show_the_way(visit: Visit) -> None:
    """Say that the run has this task and how far it is, and link to the Studio."""
    iteration = visit.trainer.iteration
    if not visit.trainer.can_learn:
        so_far = (
            f"The run in the Studio has these sequences. {nothing_to_learn(visit.trainer.task)}"
        )
    elif iteration:
        so_far = f"The run in the Studio learns this task: it is at iteration {iteration:,}."
    else:
        so_far = "A new run with this task is ready in the Studio. It is not trained yet."
    st.success(so_far, icon=":material/check_circle:")
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Train it in the Studio",
            key="train_task",
            type="primary",
            icon=":material/play_arrow:",
            disabled=visit.trainer.diverged is not None or not visit.trainer.can_learn,
            on_click=_train,
        )
        st.page_link("pages/studio.py", label="Go to the Studio", icon=":material/arrow_forward:")
    if pressed:
        st.switch_page("pages/studio.py")


def _train() -> None:
    visit = session.current()
    if visit.trainer.diverged is None:
        visit.play()


def _suggest(visit: Visit, task: Task) -> None:
    """Offer to start a new run with the settings that the task suggests."""
    settings = ", ".join(
        f"{FIELD[name].label.lower()} {_in_words(value)}" for name, value in task.suggested.items()
    )
    st.button(
        f"Start with {settings}",
        key="use_suggested",
        icon=":material/lightbulb:",
        disabled=task == visit.trainer.task and _has(visit, task.suggested),
        help="Settings with which this task is usually learned; its description says why.",
        on_click=session.show,
        args=(_PRESSED, True),
    )


def _in_words(value: Any) -> str:
    return CHOICE_LABELS.get(value, value) if isinstance(value, str) else number(value)
