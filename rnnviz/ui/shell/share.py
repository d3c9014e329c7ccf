"""Share: a link to what is shown, to copy, to project, to embed or as a file; opening a file."""

from __future__ import annotations

from html import escape

import segno
import streamlit as st

from rnnviz import link
from rnnviz.ui.components.copy import copy_button
from rnnviz.ui.shell import address, session, uploads
from rnnviz.ui.shell.address import Linked
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.visit.opening import Opened
from rnnviz.visit.turns import TURNS

#: What a teacher can hide from a class: name in a link -> what it is called.
HIDEABLE: dict[str, str] = {
    "cell": "Cell",
    "hidden_size": "Hidden units",
    "length": "Sequence length",
    "seed": "Seed",
    "learning_rate": "Learning rate",
    "batch_size": "Batch size",
    "optimizer": "Optimiser",
    "clip_norm": "Clipping",
    "interventions": "Intervene",
    "more": "More settings",
    "speed": "Speed",
    "pages": "Other pages",
}

#: Of the frame on a course page, in pixels: the Studio fits into it.
_FRAME = (800, 600)
#: A QR code of more modules can't be read from the back row.
_MOST_MODULES = 77
_FILE = "experiment_file"
_HIDE = "hide_from_class"


def button(visit: Visit, linked: Linked) -> None:
    """Draw the button that opens the dialog; training pauses, as the link is to what is shown."""
    pressed = st.button(
        "Share",
        key="share",
        icon=":material/share:",
        help="A link to this network at this iteration: for a class, a course page, a friend.",
        width="stretch",
        on_click=visit.pause,
    )
    if pressed:
        _dialog(visit, linked)


@st.dialog("Share this experiment", width="large")
def _dialog(visit: Visit, linked: Linked) -> None:
    hidden = st.multiselect(
        "Hide from the class",
        list(HIDEABLE),
        format_func=HIDEABLE.__getitem__,
        key=_HIDE,
        placeholder="Nothing: everything can be changed",
        help="Whoever opens the link does not see these controls. The link contains their names.",
    )
    with TURNS.turn(visit):
        seen, problems = address.experiment_seen(visit, linked, hidden)
        query = link.write(seen)
        seconds = link.estimate_s(seen)
    for problem in problems:
        st.warning(escaped(problem), icon=":material/warning:")
    if visit.trainer.given_weights is not None:
        st.info(
            "A file of the weights holds what a link can't: in the Studio, below the picture, "
            "“Take it with you” makes one as safetensors, and “Your network” opens it.",
            icon=":material/upload_file:",
        )
    st.caption(_sentence(seen, seconds))
    shared, code, frame, file = st.tabs(["Link", "QR code", "Embed", "File"])
    page = f"{_base()}?{query}"
    if len(query) > link.LONG_CHARACTERS:
        for tab in (shared, code, frame):
            tab.info(
                f"The link has {len(query):,} characters, and many servers refuse one of more than "
                f"{link.LONG_CHARACTERS:,}. Send the file instead.",
                icon=":material/description:",
            )
    else:
        with shared:
            st.code(page, language=None, wrap_lines=True)
            copy_button("Copy link", page, key="copy_link")
        with code:
            _qr_code(page)
        with frame:
            _embedding(query)
    with file:
        st.write("The same experiment as a file, if it is too long for a link.")
        st.download_button(
            "Save the experiment",
            data=link.file_text(seen),
            file_name=f"experiment{link.SUFFIX}",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )


def _sentence(seen: link.Experiment, seconds: float) -> str:
    if not seen.iteration:
        return "Whoever opens it has the same network before its first iteration."
    takes = "less than a second" if seconds < 1 else f"about {seconds:,.0f} s"
    return (
        f"For whoever opens it, the server trains the same network to iteration "
        f"{seen.iteration:,} again. On this machine that takes {takes}, as estimated."
    )


def _base() -> str:
    """Return the address of the app's first page."""
    url = st.context.url or ""
    return url.split("?")[0].rsplit("/", 1)[0] + "/"


def _qr_code(page: str) -> None:
    try:
        code = segno.make(page, micro=False)
    except segno.DataOverflowError:
        code = None
    if code is None or code.symbol_size(border=0)[0] > _MOST_MODULES:
        st.info(
            f"The link has {len(page):,} characters: its QR code would be too fine to be read "
            "from a screen. Copy the link instead.",
            icon=":material/qr_code:",
        )
        return
    drawn = code.svg_data_uri(border=4, dark="#000", light="#fff", scale=10)
    st.html(f'<div class="qr-code"><img src="{drawn}" alt="QR code of the link"></div>')


def _embedding(query: str) -> None:
    width, height = _FRAME
    source = escape(f"{_base()}?embed=true&{query}")
    text = (
        f'<iframe src="{source}" width="{width}" height="{height}" style="border:0" '
        'allow="fullscreen; clipboard-write" title="A recurrent network that trains live"></iframe>'
    )
    st.write(
        "Put this into the HTML of a course page. Of the Studio it shows the picture with its "
        "players, and the buttons that train. For dark colours add `&embed_options=dark_theme` to "
        "the address in it."
    )
    st.code(text, language="html", wrap_lines=True)
    copy_button("Copy HTML", text, key="copy_frame")


def open_file() -> None:
    """Draw the control that opens an experiment file, by a click or by drag and drop."""
    st.file_uploader(
        "Open an experiment",
        type="json",
        key=_FILE,
        max_upload_size=5,
        help=f"A file `…{link.SUFFIX}`, up to 5 MB, that was saved with Share.",
        on_change=_open_upload,
    )


def _open_upload() -> None:
    visit, uploaded = session.current(), uploads.taken(session.value(_FILE))
    if uploaded is not None:
        opened = TURNS.in_slices(visit, link.reading_file(uploaded.getvalue()))
        visit.part(Opened).open(visit, opened)
        visit.outdate_page()
