"""Edit a task: a control for each setting, and a clear sentence if a value is not allowed."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from rnnviz.fields import Field
from rnnviz.tasks import TASKS, make_task, preparing
from rnnviz.tasks.column import Column
from rnnviz.tasks.task import Task
from rnnviz.training.config import CHOICE_LABELS
from rnnviz.ui.shell import controls, session
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.task.desk import Desk, Edited, draft_key
from rnnviz.ui.task.names import edit_names
from rnnviz.ui.task.start import offer_the_simplest
from rnnviz.ui.task.texts import columns_of, edit_text
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Key of the control.
TASK = "task"

#: Settings of tasks that learn columns of a CSV file.
_COLUMN, _INPUTS = "column", "inputs"


def edit(visit: Visit) -> Task | None:
    """Draw the controls of the edited task; return it, or say what is wrong and return None."""
    session.seed(TASK, visit.trainer.task.key)
    if session.value(TASK) not in tuple(TASKS):  # a browser may send anything
        session.show(TASK, visit.trainer.task.key)
    kind = st.selectbox(
        "Task",
        options=list(TASKS),
        format_func=lambda key: TASKS[key].title,
        key=TASK,
        persist_state="session",
        help="What the network must learn: your own schedule, text or data, or a classic task.",
        on_change=_forget_refusals,
    )
    if TASKS[kind].simplest:
        offer_the_simplest(visit, kind)
    settings = {
        field.name: _edit_setting(field, kind, visit)
        for field in TASKS[kind].fields
        if field.name != "length"
    }
    edited = _made(visit, kind, {**settings, "length": _length(visit, kind)})
    if edited.task is None:
        sentence = f"{escaped(edited.refused)}. The run in the Studio keeps the task it has."
        st.error(sentence, icon=":material/block:")
    return edited.task


def _length(visit: Visit, kind: str) -> int:
    """Return the sequence length with which a task would start."""
    task = visit.trainer.task
    if task.key == kind:
        return task.length
    return next(int(field.default) for field in TASKS[kind].fields if field.name == "length")


def _forget_refusals() -> None:
    """Forget what was refused when another task is chosen."""
    visit = session.current()
    visit.forget_problem()
    visit.part(Desk).refused_upload = None


def _made(visit: Visit, kind: str, settings: dict[str, Any]) -> Edited:
    """Make the task, unless the last rerun or the run already has it: a large one is slow."""
    desk = visit.part(Desk)
    if desk.edited is None or desk.edited.settings != (kind, settings):
        try:
            TURNS.in_slices(visit, preparing(kind, settings))
            task = make_task(kind, **settings)
            if task == visit.trainer.task:
                task = visit.trainer.task
            desk.edited = Edited((kind, settings), task)
        except ValueError as refused:
            desk.edited = Edited((kind, settings), refused=str(refused))
    return desk.edited


def _edit_setting(field: Field, kind: str, visit: Visit) -> Any:
    key = draft_key(kind, field.name)
    current = _value_in_use(field, kind, visit)
    if field.name == _INPUTS:
        return _choose_inputs(field, key, current, kind, visit)
    if field.kind is tuple:
        return edit_names(field, key, current, visit)
    session.seed(key, current)
    if not _is_kind_of(field, session.value(key)):
        session.show(key, current)
    if field.kind is str and not field.choices and (field.high or math.inf) > controls.SHORT_TEXT:
        return edit_text(field, kind, visit)
    if field.name == _COLUMN and (names := columns_of(kind, visit)):
        return _choose_column(field, key, names, kind)
    fields = {other.name: other for other in TASKS[kind].fields}
    off = field.without_effect(
        lambda name: session.value(draft_key(kind, name)), fields, CHOICE_LABELS
    )
    return controls.draw(field, key, session.value(key), "rerun", off=off)


def _is_kind_of(field: Field, sent: Any) -> bool:
    """Tell whether a control can show the value that a browser has sent; a text may be long.

    A late message can hold nothing, or the value of another control with the same key.
    """
    if field.kind is str and not field.choices:
        return isinstance(sent, str)
    try:
        field.check(sent)
    except ValueError:
        return False
    return True


def _choose_column(field: Field, key: str, names: tuple[str, ...], kind: str) -> str:
    """Let the visitor choose a column by its name.

    A name from another file stays in the list, and the task refuses it in a sentence, so that
    nothing is chosen silently.
    """
    task = TASKS[kind]
    assert issubclass(task, Column)
    chosen = session.value(key)
    options = ["", *names] if chosen in ("", *names) else ["", *names, chosen]
    name: str = st.selectbox(
        field.label,
        options=options,
        format_func=lambda name: _column_label(name, names) if name else task.usual,
        key=key,
        persist_state="session",
        help=field.help,
    )
    return name


def _choose_inputs(
    field: Field, key: str, current: tuple[str, ...], kind: str, visit: Visit
) -> list[str]:
    """Let the visitor choose more columns by name; the task refuses those without numbers."""
    names = columns_of(kind, visit)
    chosen = session.value(key)
    if not isinstance(chosen, list) or not all(isinstance(name, str) for name in chosen):
        chosen = list(current)
        session.show(key, chosen)
    predicted = session.value(draft_key(kind, _COLUMN))
    options = [name for name in names if name != predicted or name in chosen]
    return st.multiselect(
        field.label,
        options=[*options, *(name for name in dict.fromkeys(chosen) if name not in names)],
        format_func=lambda name: _column_label(name, names),
        key=key,
        persist_state="session",
        help=field.help,
        placeholder="None",
    )


def _column_label(name: str, names: tuple[str, ...]) -> str:
    return name if name in names else f"{name} (not in this CSV)"


def _value_in_use(field: Field, kind: str, visit: Visit) -> Any:
    task = visit.trainer.task
    return getattr(task, field.name) if task.key == kind else field.default
