"""`rnnviz.show`: the moving picture of the app in a notebook, live while a cell runs.

What is shown has a recording. The picture hears of each trace that this keeps, and sends the newest
to the browser a few times a second; once the cell has ended, it sends all that are kept.
`rnnviz/ui/components/unrolled/notebook.js` has the other end. Where anywidget is missing the
picture is a page in a frame of its own, which plays and does not follow.
"""

from __future__ import annotations

import asyncio
import html
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rnnviz.engine import spec_of
from rnnviz.fields import shown as told
from rnnviz.figures import standalone
from rnnviz.figures.picture import pack
from rnnviz.numbers import number
from rnnviz.recording import Recording, Trace
from rnnviz.training import Trainer
from rnnviz.training.race import Race
from rnnviz.ui.components.bundle import script

#: Seconds from one packet to the next while a cell runs.
PAUSE = 0.25

#: Packing and sending may take this share of the time at most, whatever the network's size.
SHARE = 0.1

#: Most bytes of frames in the page that stands in for the widget, in a saved notebook.
FALLBACK = 400_000


class Recorded(Protocol):
    """What has a recording, such as a `Trainer` or what `rnnviz.watch` returns."""

    @property
    def recording(self) -> Recording:
        """The traces kept so far."""


def show(what: Trace | Recording | Recorded) -> Shown:
    """Show the moving picture of a run, a recording or a single trace in a notebook.

    Put it last in a cell, or `display` it. While a later cell trains, the picture follows:

    >>> rnnviz.show(trainer)
    >>> trainer.advance(iterations=500)

    or all in one cell:

    >>> with rnnviz.show(trainer).live():
    ...     trainer.advance(iterations=500)

    Parameters
    ----------
    what
        A `Trainer`, a `Trace`, a `Recording`, or what `rnnviz.watch` returned.

    Raises
    ------
    ValueError
        If it is something else, such as a race.
    """
    return Shown(what)


class Shown:
    """A picture in a notebook; see `show`.

    It needs anywidget (`pip install 'rnnviz[notebook]'`) to follow; without, it is a picture of
    what was kept when the cell ended, which plays too.
    """

    def __init__(self, what: Trace | Recording | Recorded) -> None:
        self._what = _checked(what)
        self._sent: tuple[Trace, ...] = ()
        self._runs = 0
        self._next = 0.0
        self._settling = self._stale = False
        self._views = 0
        self._unseen = False
        self._widget = _make_widget()
        if self._widget is not None:
            self._widget.on_msg(self._heard)
            self.update()
        if not isinstance(what, Trace):
            _recording_of(what).watchers.append(self._grown)

    @property
    def note(self) -> str:
        """What is to be said: that there is no trace yet, why a run has ended, notes of a watch."""
        if not isinstance(self._what, Trace) and not len(_recording_of(self._what)):
            return "No trace has been kept yet: the picture appears with the first one."
        if isinstance(self._what, Trainer):
            return self._what.diverged or ""
        notes: tuple[str, ...] = getattr(self._what, "notes", ())
        return " ".join(f"{note[:1].upper()}{note[1:].rstrip('.')}." for note in notes)

    def update(self) -> None:
        """Bring the picture in line with what is kept by now; it does so by itself after a cell."""
        if self._widget is None:
            return
        traces = self._traces()
        self._stale = False
        self._widget.note = self.note
        if traces:
            packed = pack(traces, run=self._run(traces))
            self._widget.newest = b""
            self._widget.kept = packed

    @contextmanager
    def live(self) -> Iterator[Shown]:
        """Show the picture now, and let it follow what the block does."""
        if self._widget is None:
            yield self
            _display(self)
            return
        _display(self)
        try:
            yield self
        finally:
            self.update()

    # ------------------------------------------------------------------ what a notebook calls

    def __repr__(self) -> str:
        count = len(self._traces())
        return f"<rnnviz picture of {number(count)} kept iteration{'' if count == 1 else 's'}>"

    def _repr_html_(self) -> str:
        """Return the picture as a page in a frame of its own, which reaches nothing outside."""
        traces = self._traces()
        said = f"<p>{html.escape(self.note)}</p>" if self.note else ""
        if not traces:
            return said
        return said + framed(_page(self._what, traces), len(traces[-1].layers))

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the widget, and the page for whoever opens the notebook without one."""
        if self._widget is None:
            return {"text/plain": repr(self), "text/html": self._repr_html_()}, {}
        found = self._widget._repr_mimebundle_()
        data, about = found if isinstance(found, tuple) else (found, {})
        return data | {"text/plain": repr(self), "text/html": self._repr_html_()}, about

    def _display_(self) -> Any:
        """Return what marimo displays."""
        if self._widget is not None:
            return self._widget
        import marimo

        return marimo.Html(self._repr_html_())

    # ------------------------------------------------------------------ what the recording calls

    def _grown(self) -> None:
        """Send the newest trace, if the last one was sent some time ago."""
        self._stale = True
        if self._widget is None or self._unseen:
            return
        self._settle_later()
        begun = time.monotonic()
        if begun < self._next:
            return
        traces = _recording_of(self._what).traces
        self._widget.note = self.note
        self._widget.newest = pack(traces[-1:], run=self._run(traces))
        now = time.monotonic()
        self._next = now + max(PAUSE, (now - begun) / SHARE)

    def _settle_later(self) -> None:
        """Send all that is kept as soon as the notebook is idle: after the cell that trains."""
        if self._settling:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a script, or a thread of the user's own: they call `update`
            return
        self._settling = True
        loop.call_later(PAUSE, self._settle)

    def _settle(self) -> None:
        self._settling = False
        if self._stale and not self._unseen:
            self.update()

    def _heard(self, _: object, message: object, __: object) -> None:
        """Do what the browser asks for; it is heard when no cell runs."""
        match message:
            case {"shown": bool(is_shown)}:
                self._count(1 if is_shown else -1)
            case {"iteration": int(iteration)}:
                self._send_exactly(iteration)

    def _count(self, by: int) -> None:
        """Count the places where it is shown: nothing is sent if it was in sight and is gone."""
        self._views = max(0, self._views + by)
        self._unseen = not self._views
        if self._stale and not self._unseen:
            self.update()

    def _send_exactly(self, iteration: int) -> None:
        """Send the trace that the user looks at, without the rounding of a packet of many."""
        traces = self._traces()
        found = [trace for trace in traces[:-1] if trace.iteration == iteration]
        if found:
            run = self._run(traces)
            self._widget.newest = pack([*found, traces[-1]], exact=iteration, run=run)

    # ------------------------------------------------------------------ what is shown

    def _traces(self) -> tuple[Trace, ...]:
        if isinstance(self._what, Trace):
            return (self._what,)
        traces: tuple[Trace, ...] = _recording_of(self._what).traces
        if not isinstance(self._what, Trainer) or self._what.diverged is not None:
            return traces
        newest = self._what.trace()
        kept = tuple(trace for trace in traces if trace.iteration < newest.iteration)
        return (*kept, newest)

    def _run(self, traces: tuple[Trace, ...]) -> str:
        """Return the name of the run: another one where traces that were sent are gone."""
        sent, self._sent = self._sent, traces
        went_back = sent and traces[-1].iteration < sent[-1].iteration
        if went_back or (sent and sent[0] is not traces[0]):
            self._runs += 1
        return f"run {self._runs}"


def framed(page: str, layers: int) -> str:
    """Return a page as an element: isolated, so that no style or script gets in or out."""
    height = 620 + 220 * layers
    return (
        f'<iframe srcdoc="{html.escape(page)}" sandbox="allow-scripts allow-downloads" '
        f'title="rnnviz" style="width: 100%; height: {height}px; border: 0"></iframe>'
    )


def _checked(what: Any) -> Any:
    if isinstance(what, Race):
        raise ValueError(
            "show expects one run, got a Race: show one of its runs with "
            "rnnviz.show(race.trainer(lane, seed))"
        )
    if isinstance(what, Trace | Recording) or isinstance(_recording_of(what), Recording):
        return what
    raise ValueError(
        "show expects a Trainer, a Trace, a Recording or what rnnviz.watch returned, "
        f"got {told(what)}"
    )


def _recording_of(what: Any) -> Any:
    return what if isinstance(what, Recording) else getattr(what, "recording", None)


def _page(what: Any, traces: tuple[Trace, ...]) -> str:
    newest = traces[-1]
    name = spec_of(newest.cell).label
    about = f"Measured at iteration {number(newest.iteration)}."
    if isinstance(what, Trainer):
        name = f"{what.task.title}, {name}"
    packed = pack(traces, budget=FALLBACK)
    rounded = len(traces) > 1
    return standalone.page_of(
        packed, script(), standalone.Heading(name), about=about, rounded=rounded
    )


def _display(shown: Shown) -> None:
    """Display it in the midst of a cell."""
    if "marimo" in sys.modules:
        import marimo

        if marimo.running_in_notebook():
            marimo.output.append(shown)
            return
    from IPython.display import display

    display(shown)


def _make_widget() -> Any:
    try:
        from rnnviz.notebook.widget import Picture
    except ModuleNotFoundError:  # anywidget is an extra
        return None
    return Picture()
