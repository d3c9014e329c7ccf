"""Take it with you: the run as files. Nothing is made before the user asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from rnnviz import export, link
from rnnviz.engine import Network, spec_of
from rnnviz.export import Snapshot, Work
from rnnviz.figures import standalone
from rnnviz.numbers import percent
from rnnviz.ui.components.unrolled import script
from rnnviz.ui.shell import inspection, session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS
from rnnviz.weights import WeightsError, torch_code, write_onnx, write_safetensors

#: Keys of the controls, and of the file being made or ready.
FILE_KIND = "take_away:kind"
FILE_EXTENT = "take_away:extent"
FILE = "take_away"

_ALL, _THIS = "all kept iterations", "the shown iteration"


@dataclass(frozen=True)
class _Taken:
    """What a file is made from: a run, and the link to its last iteration if one leads there."""

    run: Snapshot
    link: str | None = None

    def network(self) -> Network:
        """Return the network of the last iteration."""
        network = self.run.network.copy()
        network.flat[:] = self.run.traces[-1].weights
        return network


@dataclass(frozen=True)
class _Kind:
    """A kind of file: how to make it, its description, and whether it is of one iteration alone."""

    make: Callable[[_Taken], Work]
    ending: str
    mime: str
    description: str
    alone: bool = False


def _animation(taken: _Taken) -> Work:
    """Make the stand-alone page; it is fast, and has only one piece."""
    yield 0.0
    return standalone.page(taken.run, script(), dark=st.context.theme.type == "dark").encode()


def _safetensors(taken: _Taken) -> Work:
    yield 0.0
    return write_safetensors(taken.network(), taken.link)


def _onnx(taken: _Taken) -> Work:
    yield 0.0
    return write_onnx(taken.network())


_KINDS = {
    "Animation": _Kind(
        _animation, "html", "text/html",
        "The moving network in one HTML file that plays in any browser, also offline, with the "
        "same controls. (Single pictures, and films as GIF and WEBP: “Save …” above the picture.)",
    ),
    "NumPy": _Kind(
        lambda taken: export.npz(taken.run), "npz", "application/octet-stream",
        "An .npz with every number, exact to the bit: inputs, gates, states, outputs, gradients, "
        "weights by PyTorch's names, settings, history. Its array `description` explains each of "
        "them.",
    ),
    "CSV": _Kind(
        lambda taken: export.csv(taken.run), "csv.zip", "application/zip",
        "The same numbers as CSV files in a .zip, for spreadsheets and other languages, with a "
        "README and a table that describes every column.",
    ),
    "safetensors": _Kind(
        _safetensors, "safetensors", "application/octet-stream",
        "The weights of the shown iteration by PyTorch's names, and the link of the experiment. "
        "The page “Your network” opens both again; PyTorch needs the few lines beside the file.",
        alone=True,
    ),
    "ONNX": _Kind(
        _onnx, "onnx", "application/octet-stream",
        "The network of the shown iteration for onnxruntime and Netron, in float32: onnxruntime "
        "has no recurrent layers in float64.",
        alone=True,
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
    problem
        Why there is no such file of this network, once that is known.
    code
        Lines of PyTorch that open it, or why there are none; "" if it is not for PyTorch.
    """

    name: str
    mime: str
    about: str
    work: Work
    share: float = 0.0
    data: bytes | None = None
    problem: str = ""
    code: str = ""

    @property
    def is_made(self) -> bool:
        """Whether nothing is left to do."""
        return self.data is not None or bool(self.problem)

    def advance(self, seconds: float) -> None:
        """Continue for about this long, by at least one piece."""
        end = time.perf_counter() + seconds
        try:
            self.share = next(self.work)
            while time.perf_counter() < end:
                self.share = next(self.work)
        except StopIteration as done:
            self.share, self.data = 1.0, done.value
        except WeightsError as refusal:
            code = f" {refusal.code}" if refusal.code else ""
            self.share, self.problem = 1.0, f"{refusal}{code}"


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
            if not _kind().alone:
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
        alone = kind.alone or session.value(FILE_EXTENT) == _THIS
        traces = [visit.shown_trace()] if alone else None
        run = export.snapshot(visit.trainer, traces)
        taken = _Taken(run, _link(visit, run.traces[-1].iteration) if kind.alone else None)
    first, last = run.traces[0].iteration, run.traces[-1].iteration
    cell, span = run.config.cell, f"{first}" if first == last else f"{first}-{last}"
    file = _File(
        name=f"rnnviz-{run.task.key}-{cell}-{span}.{kind.ending}",
        mime=kind.mime,
        about=f"{run.task.title}, {spec_of(cell).label}, measured at {run.span}",
        work=kind.make(taken),
    )
    if kind.alone and run.traces[-1].interventions:
        file.about += "; the weights alone, without the interventions"
    if kind.make is _safetensors:
        file.code = _code(taken.network(), file.name)
        file.about += "" if taken.link else "; without a link, as none leads to these weights"
    session.show(FILE, file)


def _link(visit: Visit, iteration: int) -> str | None:
    """Return the link to an iteration of the run; None where none can lead to its weights."""
    opened = link.experiment_of(visit.trainer)
    return None if opened.problems else link.write(opened.experiment.until(iteration))


def _code(network: Network, name: str) -> str:
    try:
        return torch_code(network, name)
    except WeightsError as refusal:
        return str(refusal)


def _finish(visit: Visit, file: _File) -> None:
    """Make the rest of the file, a slice at a time, so that other visitors get their turn.

    If this script is stopped for a newer one, the next one continues where it was.
    """
    place = st.empty()
    while not file.is_made:
        with TURNS.turn(visit) as seconds:
            file.advance(seconds)
        if not file.is_made:
            place.progress(file.share, f"Making {escaped(file.name)}: {percent(file.share)}")
    place.empty()


def _offer(file: _File) -> None:
    if file.problem:
        st.warning(escaped(file.problem), icon=":material/info:")
        return
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
        if file.code:
            with st.popover("In PyTorch", icon=":material/code:"):
                _show_code(file.code)
        st.caption(escaped(f"{_size(len(data))}: {file.about}."), width="content")


def _show_code(code: str) -> None:
    if "\n" in code:
        st.code(code, language="python")
    else:
        st.write(escaped(code))


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"
