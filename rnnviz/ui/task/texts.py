"""Long texts and CSV files of a task: typed, pasted or uploaded, and shown in part."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from rnnviz.fields import Field
from rnnviz.tasks.csv_text import Glance, glance, reading
from rnnviz.tasks.text_file import decode
from rnnviz.ui.shell import controls, session, uploads
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.task.desk import Desk, File, draft_key
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Maximum characters of a text that can be edited on the page; of longer ones a part is shown.
LONGEST_EDITED = 20_000
_PREVIEWED_CHARACTERS = 400
_PREVIEWED_ROWS = 5
#: The setting that holds the text of a CSV file.
_CSV = "csv"
#: The setting for the share of the data, at its end, that is never used for training.
_HOLDOUT = "holdout"
_HELD_OUT_OF_A_FILE = 0.2


def edit_text(field: Field, kind: str, visit: Visit) -> str:
    """Draw the editor of a long text; of a very long one, the page shows only the beginning."""
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
            st.markdown(f"**{escaped(file.name)}** · {len(file.text):,} characters; the first are")
            st.text(" ".join(file.text[:_PREVIEWED_CHARACTERS].split()) + " …")
        st.button(
            "Choose or write another",
            key=f"{key}:another",
            icon=":material/edit:",
            on_click=_drop_file,
            args=(key, field.default),
        )
    return file.text


def columns_of(kind: str, visit: Visit) -> tuple[str, ...]:
    """Return the names of the columns in the CSV being edited; none if it cannot be read."""
    key = draft_key(kind, _CSV)
    file = visit.part(Desk).files.get(key)
    return _glance(visit, key, str(session.value(key)) if file is None else file.text).names


def _glance(visit: Visit, key: str, text: str) -> Glance:
    """Read a table once for all reruns of the page, since a large one takes a second."""
    glances = visit.part(Desk).glances
    if key not in glances or glances[key].text != text:
        TURNS.in_slices(visit, reading(text))
        glances[key] = glance(text, _PREVIEWED_ROWS)
    return glances[key]


def _set_aside(visit: Visit, key: str, file: File) -> None:
    """Keep a text out of its control, which would send it to the browser and back."""
    visit.part(Desk).files[key] = file
    session.show(key, "")


def _drop_file(key: str, instead: str) -> None:
    session.current().part(Desk).files.pop(key, None)
    session.show(key, instead)


def _preview_table(name: str, shown: Glance) -> None:
    """Say how many rows and columns a CSV has, and show its first rows."""
    if not shown.names:
        st.markdown(f"{name} · {len(shown.text):,} characters")
        return  # The refusal of the task says what is wrong.
    columns = f"{len(shown.names)} column{'s' * (len(shown.names) > 1)}"
    st.markdown(f"{name} · {shown.rows:,} rows of {columns}; the first are")
    first = dict(zip(shown.names, shown.first, strict=True))
    st.dataframe(pd.DataFrame(first), hide_index=True)


def _upload(field: Field, kind: str, visit: Visit) -> None:
    """Draw the upload for a long text; a file that cannot be read changes nothing."""
    key = draft_key(kind, field.name)
    st.file_uploader(
        f"{field.label} from a file",
        key=f"{key}:file",
        max_upload_size=5,
        help="UTF-8 text, up to 5 MB. It replaces the text below; of a large file only a part is "
        "shown. Its last 20 % are held out, unless you have already set another share.",
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
