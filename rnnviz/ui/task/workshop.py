"""Edit a task: a control for each of its settings, and a clear sentence when one is not allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from rnnviz.fields import Field
from rnnviz.tasks import TASKS, make_task, preparing
from rnnviz.tasks.column import Column
from rnnviz.tasks.csv_text import Glance, glance, reading
from rnnviz.tasks.task import Task
from rnnviz.tasks.text_file import decode
from rnnviz.training.config import CHOICE_LABELS, FIELD
from rnnviz.ui.shell import controls, session, uploads
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.task.desk import Desk, Draft, Edited, File
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Key of the control.
TASK = "task"

_ORDER = "Place"
_NAME = "Name"
#: Settings of tasks that learn a column of a CSV file.
_CSV, _COLUMN, _INPUTS = "csv", "column", "inputs"
#: The setting that says which share at the end of the data is never trained.
_HOLDOUT = "holdout"
_HELD_OUT_OF_A_FILE = 0.2
#: Where is kept that a press asks for a new run: whether with the settings that a task suggests.
_PRESSED = "task:pressed"
#: Characters of a text that can be edited on the page; what is longer is shown in part.
LONGEST_EDITED = 20_000
_PREVIEWED_CHARACTERS = 400
_PREVIEWED_ROWS = 5


def edit(visit: Visit) -> Task | None:
    """Draw the controls of the task being edited; return it, or None and say what is wrong."""
    session.seed(TASK, visit.trainer.task.key)
    if session.value(TASK) not in tuple(TASKS):  # whatever the browser has sent
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
        _offer_the_simplest(visit, kind)
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


def draft_key(task_key: str, name: str) -> str:
    """Return the key of the control of a task's setting while it is edited."""
    return f"draft:{task_key}:{name}"


def _length(visit: Visit, kind: str) -> int:
    """Return the sequence length that a task would start with."""
    task = visit.trainer.task
    if task.key == kind:
        return task.length
    return next(int(field.default) for field in TASKS[kind].fields if field.name == "length")


def _forget_refusals() -> None:
    """Say no more what was refused of one task where another is edited."""
    visit = session.current()
    visit.forget_problem()
    visit.part(Desk).refused_upload = None


def _made(visit: Visit, kind: str, settings: dict[str, Any]) -> Edited:
    """Make the task, unless it is the one of the last rerun or of the run: a large one is slow."""
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


def names_in_order(table: pd.DataFrame) -> tuple[str, ...]:
    """Read the names from the edited table, in the order that the places say.

    Rows without a place come last, in the order in which they were added; rows without a name
    are still being typed and are left out.
    """
    named = table[table[_NAME].notna()]
    ordered = named.sort_values(_ORDER, kind="stable", na_position="last")
    return tuple(str(name) for name in ordered[_NAME])


def _edit_setting(field: Field, kind: str, visit: Visit) -> Any:
    key = draft_key(kind, field.name)
    current = _value_in_use(field, kind, visit)
    if field.name == _INPUTS:
        return _choose_inputs(field, key, current, kind, visit)
    if field.kind is tuple:
        return _edit_names(field, key, current, visit)
    session.seed(key, current)
    if not _is_kind_of(field, session.value(key)):
        session.show(key, current)
    if field.kind is str and not field.choices and (field.high or math.inf) > controls.SHORT_TEXT:
        return _edit_text(field, kind, visit)
    if field.name == _COLUMN and (names := _columns_of(kind, visit)):
        return _choose_column(field, key, names, kind)
    fields = {other.name: other for other in TASKS[kind].fields}
    off = field.without_effect(
        lambda name: session.value(draft_key(kind, name)), fields, CHOICE_LABELS
    )
    return controls.draw(field, key, session.value(key), "rerun", off=off)


def _is_kind_of(field: Field, sent: Any) -> bool:
    """Tell whether a control can show what its browser has sent, a text of any length for one.

    A late answer can hold nothing, or what another control had that has the same key.
    """
    if field.kind is str and not field.choices:
        return isinstance(sent, str)
    try:
        field.check(sent)
    except ValueError:
        return False
    return True


def _columns_of(kind: str, visit: Visit) -> tuple[str, ...]:
    """Return the names of the columns in the CSV being edited; none if it cannot be read."""
    key = draft_key(kind, _CSV)
    file = visit.part(Desk).files.get(key)
    return _glance(visit, key, str(session.value(key)) if file is None else file.text).names


def _glance(visit: Visit, key: str, text: str) -> Glance:
    """Read a table once for all reruns of the page: a large one takes a second."""
    glances = visit.part(Desk).glances
    if key not in glances or glances[key].text != text:
        TURNS.in_slices(visit, reading(text))
        glances[key] = glance(text, _PREVIEWED_ROWS)
    return glances[key]


def _choose_column(field: Field, key: str, names: tuple[str, ...], kind: str) -> str:
    """Let the visitor choose a column by its name.

    A name that was chosen in another file stays on the list, and the task refuses it in words:
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
    """Let the visitor choose more columns by name; the task refuses what holds no numbers."""
    names = _columns_of(kind, visit)
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


def _edit_text(field: Field, kind: str, visit: Visit) -> str:
    """Draw a long text to be edited; a very long one stays out of the page, which shows a part."""
    key = draft_key(kind, field.name)
    if len(session.value(key)) > LONGEST_EDITED:
        _set_aside(visit, key, File("Pasted text", session.value(key)))
    file = visit.part(Desk).files.get(key)
    if file is None:
        _upload(field, kind, visit)
        text = str(controls.draw(field, key, session.value(key), "rerun"))
        if field.name == _CSV:
            _preview_table("Read as", _glance(visit, key, text))
        return text
    st.markdown(f"**{field.label}**", help=field.help)
    with st.container(border=True):
        if field.name == _CSV:
            _preview_table(f"**{escaped(file.name)}**", _glance(visit, key, file.text))
        else:
            st.markdown(f"**{escaped(file.name)}** · {len(file.text):,} characters, that begin")
            st.text(" ".join(file.text[:_PREVIEWED_CHARACTERS].split()) + " …")
        st.button(
            "Choose or write another",
            key=f"{key}:another",
            icon=":material/edit:",
            on_click=_drop_file,
            args=(key, field.default),
        )
    return file.text


def _set_aside(visit: Visit, key: str, file: File) -> None:
    """Keep a text out of the control, which would send it to the browser and back."""
    visit.part(Desk).files[key] = file
    session.show(key, "")


def _drop_file(key: str, instead: str) -> None:
    session.current().part(Desk).files.pop(key, None)
    session.show(key, instead)


def _preview_table(name: str, shown: Glance) -> None:
    """Say how many rows and columns a CSV has, and show its first rows."""
    if not shown.names:
        st.markdown(f"{name} · {len(shown.text):,} characters")
        return  # The task says what is wrong, in a sentence of its own.
    columns = f"{len(shown.names)} column{'s' * (len(shown.names) > 1)}"
    st.markdown(f"{name} · {shown.rows:,} rows of {columns}, that begin")
    first = dict(zip(shown.names, shown.first, strict=True))
    st.dataframe(pd.DataFrame(first), hide_index=True)


def _upload(field: Field, kind: str, visit: Visit) -> None:
    """Offer to fill a long text from a file; one that cannot be read changes nothing."""
    key = draft_key(kind, field.name)
    st.file_uploader(
        f"{field.label} from a file",
        key=f"{key}:file",
        max_upload_size=5,
        help="UTF-8 text, up to 5 MB. It replaces the text below; a large one is shown in part. "
        "Its last 20 % are held out, unless another share is.",
        on_change=_read_upload,
        args=(key, draft_key(kind, _HOLDOUT)),
    )
    refused = visit.part(Desk).refused_upload
    if refused is not None and refused[0] == key:
        st.error(f"{escaped(refused[1])}. Nothing was changed.", icon=":material/block:")


def _read_upload(key: str, holdout_key: str) -> None:
    visit, sent = session.current(), session.value(f"{key}:file")
    desk, uploaded = visit.part(Desk), uploads.taken(sent)
    if uploaded is None:
        if sent is None:
            desk.refused_upload = None
        return
    desk.refused_upload = None
    try:
        text = decode(uploaded.getvalue(), uploaded.name)
    except ValueError as refused:
        desk.refused_upload = key, str(refused)
        return
    if not session.value(holdout_key):
        session.show(holdout_key, _HELD_OUT_OF_A_FILE)
    if len(text) > LONGEST_EDITED:
        _set_aside(visit, key, File(uploaded.name, text))
    else:
        session.show(key, text)


def _value_in_use(field: Field, kind: str, visit: Visit) -> Any:
    task = visit.trainer.task
    return getattr(task, field.name) if task.key == kind else field.default


def _edit_names(field: Field, key: str, current: tuple[str, ...], visit: Visit) -> tuple[str, ...]:
    """Draw the table of a list of names; a change of place shows the rows in their new order.

    The browser sends what was changed in the table it was given. So that table stays the same
    while the places do, and is given anew, under a new key, when a row moved, came or went.
    """
    draft = visit.part(Desk).drafts.setdefault(key, Draft(current, current))
    version_key = f"{key}:{draft.version}"
    if session.value(version_key) is None and draft.shown != draft.names:
        draft.shown = draft.names
        draft.version += 1
        version_key = f"{key}:{draft.version}"
    st.markdown(f"**{field.label}**", help=field.help)
    table = st.data_editor(
        _table(draft.shown),
        key=version_key,
        num_rows="dynamic",
        hide_index=True,
        height=min(422, 35 * (len(draft.shown) + 2) + 2),
        column_config=_COLUMNS,
        alt=f"{field.label}, one per row; the place says the order",
    )
    draft.names = names_in_order(table)
    if _wants_new_places(table):
        draft.shown = draft.names
        draft.version += 1
        st.rerun()
    return draft.names


def _wants_new_places(table: pd.DataFrame) -> bool:
    """Say whether every row has a name, but the places are not 1, 2, 3, ... from the top."""
    places = list(range(1, len(table) + 1))
    return bool(table[_NAME].notna().all()) and table[_ORDER].tolist() != places


_COLUMNS: Mapping[str, Any] = {
    _ORDER: st.column_config.NumberColumn(
        help="Change a place to reorder: 1.5 moves a row between 1 and 2.", width="small"
    ),
    _NAME: st.column_config.TextColumn(help="Click to rename; the last row adds one."),
}


def _table(names: tuple[str, ...]) -> pd.DataFrame:
    places = pd.Series(range(1, len(names) + 1), dtype="float64")
    return pd.DataFrame({_ORDER: places, _NAME: pd.Series(names, dtype="object")})


def use_button(visit: Visit, task: Task | None) -> None:
    """Draw the button that starts a new run with the edited task, and what is next once it has."""
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
        # Not the task: the press may come in one message with a text that was typed just before.
        args=(_PRESSED, False),
    )
    if task is not None and task.suggested:
        _suggest(visit, task)
    if in_use:
        _show_the_way(visit)


def _use(task: Task | None, **suggested: Any) -> None:
    """Start a new run; a press that comes late, when there is no such task, starts none."""
    visit = session.current()
    if task is not None and (task != visit.trainer.task or not _has(visit, suggested)):
        session.restart(task, **suggested)


def _offer_the_simplest(visit: Visit, kind: str) -> None:
    """Offer to start a new run with the simplest example of a task, at once."""
    named = (value for value in TASKS[kind].simplest.values() if isinstance(value, tuple))
    told = ", ".join(name for names in named for name in names)
    st.button(
        f"Start the simplest: {told}",
        key="use_simplest",
        icon=":material/filter_1:",
        disabled=visit.trainer.task == make_task(kind, **TASKS[kind].simplest),
        help="A new run with the simplest example of this task. It needs no memory: the last input "
        "determines the next one. Undo brings back the run that you leave.",
        on_click=_use_the_simplest,
        args=(kind,),
    )


def _use_the_simplest(kind: str) -> None:
    """Start a new run with it, and let the controls of the task show it."""
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
    """Say that the run has this task, how far it is, and lead to where it is trained."""
    iteration = visit.trainer.iteration
    if iteration:
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
            disabled=visit.trainer.diverged is not None,
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
    told = ", ".join(
        f"{FIELD[name].label.lower()} {CHOICE_LABELS.get(value) or format(value, 'g')}"
        for name, value in task.suggested.items()
    )
    st.button(
        f"Start with {told}",
        key="use_suggested",
        icon=":material/lightbulb:",
        disabled=task == visit.trainer.task and _has(visit, task.suggested),
        help="Settings with which it is usually learned; the text about the task says why.",
        on_click=session.show,
        args=(_PRESSED, True),
    )
