"""Take it with you: the run as files. Nothing is made before the user asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from rnnviz import export
from rnnviz.engine import spec_of
from rnnviz.export import Snapshot, Work
from rnnviz.figures import standalone
from rnnviz.numbers import percent
from rnnviz.ui.components.unrolled import script
from rnnviz.ui.shell import inspection, session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Keys of the controls, and of the file being made or ready.
FILE_KIND = "take_away:kind"
FILE_EXTENT = "take_away:extent"
FILE = "take_away"

_ALL, _THIS = "all kept iterations", "the shown iteration"


@dataclass(frozen=True)
class _Kind:
    """A kind of file: how to make it, and its description."""

    make: Callable[[Snapshot], Work]
    ending: str
    mime: str
    description: str


def _animation(taken: Snapshot) -> Work:
    """Make the stand-alone page; it is fast, and has only one piece."""
    yield 0.0
    return standalone.page(taken, script(), dark=st.context.theme.type == "dark").encode()


_KINDS = {
    "Animation": _Kind(
        _animation, "html", "text/html",
        "The moving network in one HTML file that plays in any browser, also offline, with the "
        "same controls. (Single pictures, and films as GIF and WEBP: “Save …” above the picture.)",
    ),
    "NumPy": _Kind(
        export.npz, "npz", "application/octet-stream",
        "An .npz with every number, exact to the bit: inputs, gates, states, outputs, gradients, "
        "weights by PyTorch's names, settings, history. Its array `description` explains each of "
        "them.",
    ),
    "CSV": _Kind(
        export.csv, "csv.zip", "application/zip",
        "The same numbers as CSV files in a .zip, for spreadsheets and other languages, with a "
        "README and a table that describes every column.",
    ),
}  # fmt: skip


@dataclass
class _File:
    """A file being made, piece by piece.

    Parameters
    ----------
    name, mime
        Of the file.
    about
        A description of its content for a reader.
    work
        The work still to be done.
    share
        Share that is done, 0..1.
    data
        The whole file, once it is ready.
    """

    name: str
    mime: str
    about: str
    work: Work
    share: float = 0.0
    data: bytes | None = None

    def advance(self, seconds: float) -> None:
        """Continue for about this long, by at least one piece."""
        end = time.perf_counter() + seconds
        try:
            self.share = next(self.work)
            while time.perf_counter() < end:
                self.share = next(self.work)
        except StopIteration as done:
            self.share, self.data = 1.0, done.value


@st.fragment
def panel() -> None:
    """Draw the panel: choose, make with a progress bar, save."""
    session.refresh()
    visit = session.current()
    session.seed(FILE_KIND, next(iter(_KINDS)))
    session.seed(FILE_EXTENT, _ALL)
    with st.expander("Take it with you", icon=":material/download:"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _choice("File", list(_KINDS), FILE_KIND)
            _choice("Of", [_ALL, _THIS], FILE_EXTENT)
            st.button(
                "Make the file", key="take_away:make", on_click=_start, icon=":material/draft:"
            )
        st.caption(_kind().description)
        file: _File | None = session.value(FILE)
        if file is not None:
            _finish(visit, file)
            _offer(file)


def _choice(label: str, options: list[str], key: str) -> None:
    st.segmented_control(label, options=options, key=key, persist_state="session", required=True)


def _kind() -> _Kind:
    """Return the chosen kind of file; the first one if the browser sent no valid name."""
    first, *_ = _KINDS
    return _KINDS[inspection.fitting(session.value(FILE_KIND), _KINDS, first)]


def _start() -> None:
    """Copy what the file is made from; further training does not change it."""
    visit, kind = session.current(), _kind()
    with TURNS.turn(visit):
        traces = [visit.shown_trace()] if session.value(FILE_EXTENT) == _THIS else None
        taken = export.snapshot(visit.trainer, traces)
    first, last = taken.traces[0].iteration, taken.traces[-1].iteration
    cell, span = taken.config.cell, f"{first}" if first == last else f"{first}-{last}"
    session.show(
        FILE,
        _File(
            name=f"rnnviz-{taken.task.key}-{cell}-{span}.{kind.ending}",
            mime=kind.mime,
            about=f"{taken.task.title}, {spec_of(cell).label}, measured at {taken.span}",
            work=kind.make(taken),
        ),
    )


def _finish(visit: Visit, file: _File) -> None:
    """Make the rest of the file, a slice at a time, so that other visitors get their turn.

    If this script is stopped for a newer one, the next one continues where it was.
    """
    place = st.empty()
    while file.data is None:
        with TURNS.turn(visit) as seconds:
            file.advance(seconds)
        if file.data is None:
            place.progress(file.share, f"Making {escaped(file.name)}: {percent(file.share)}")
    place.empty()


def _offer(file: _File) -> None:
    data = file.data
    assert data is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"Save {escaped(file.name)}",
            data,
            file_name=file.name,
            mime=file.mime,
            key="take_away:save",
            on_click="ignore",
            type="primary",
            icon=":material/download:",
        )
        st.caption(escaped(f"{_size(len(data))}: {file.about}."), width="content")


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"
