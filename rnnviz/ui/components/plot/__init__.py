"""Plotly charts that are updated in place: same node, zoom kept, several times a second.

`st.plotly_chart` mounts a new chart whenever its data changes: that suits pictures drawn on demand.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TypedDict, cast

import streamlit as st
from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs_version

from rnnviz.figures.chart import Chart
from rnnviz.figures.payload import to_bytes
from rnnviz.home import HOME
from rnnviz.ui.components.script import joined

_HERE = Path(__file__).parent
#: Streamlit serves the folder `static` beside app.py under `app/static`.
STATIC = HOME / "static"
#: With its version, so that a browser's cache never holds a wrong one.
LIBRARY = f"plotly-{get_plotlyjs_version()}.min.js"


#: The first writes numbers as the moving picture does.
_SCRIPTS = (_HERE.parent / "unrolled" / "text" / "numbers.js", _HERE / "plot.js")

_mount = st.components.v2.component(
    "rnnviz_plot",
    js=joined(_SCRIPTS),
    css=(_HERE / "plot.css").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def provide_plotly(folder: Path = STATIC) -> bool:
    """Copy plotly.js from the installed package to where Streamlit serves it; once is enough.

    Returns
    -------
    bool
        Whether it is there now. Where the folder can't be written to, charts say so in the page.
    """
    target = folder / LIBRARY
    with as_file(files("plotly") / "package_data" / "plotly.min.js") as source:
        if not _same_size(source, target):
            with contextlib.suppress(OSError):
                _copy_whole(source, target)
        return _same_size(source, target)


class Clicked(TypedDict):
    """What the user clicked: the number of the chart, and the place on its axes."""

    chart: int
    x: float | str
    y: float | str


def plots(
    charts: Sequence[Chart],
    *,
    key: str,
    revision: str = "keep",
    on_click: Callable[[], None] | None = None,
    live: bool,
) -> None:
    """Draw charts below each other, or update those that were drawn with the same key.

    Parameters
    ----------
    charts
        In the same order at each call; several in one component cost less than one each.
    key
        Unique in the page.
    revision
        While it stays the same, so do the user's zoom and hidden lines.
    on_click
        Called before the next run when the user clicked a point; `clicked(key)` tells which.
    live
        Whether updates come by themselves, many a second: then some may be left out, so that the
        browser has time for everything else. If not, each that differs from the one before it is
        drawn at once.
    """
    reports: dict[str, Any] = {} if on_click is None else {"on_clicked_change": on_click}
    messages = [_message(chart, revision, live) for chart in charts]
    _mount(key=key, data=to_bytes({"clicks": bool(reports), "charts": messages}), **reports)


#: What a click must tell to be one.
_CLICKED: dict[str, tuple[type, ...]] = {
    "chart": (int,),
    "x": (int, float, str),
    "y": (int, float, str),
}


def clicked(key: str) -> Clicked | None:
    """Return what was clicked, in the callback of a click; None at any other time."""
    state = st.session_state.get(key)
    place = state.get("clicked") if isinstance(state, Mapping) else None
    if not isinstance(place, dict) or not all(
        isinstance(place.get(name), kinds) for name, kinds in _CLICKED.items()
    ):
        return None
    return cast("Clicked", place)


def _message(chart: Chart, revision: str, live: bool) -> dict[str, object]:
    figure = chart.figure
    spec = figure.to_plotly_json() if isinstance(figure, Figure) else figure
    # The browser takes colours and fonts from the theme of the page.
    layout = {name: part for name, part in spec["layout"].items() if name != "template"}
    layout["uirevision"] = revision
    return {
        "library": f"app/static/{LIBRARY}",
        "height": layout.get("height", 300),
        "ofWindow": chart.of_window,
        "live": live,
        "caption": chart.caption,
        "label": " ".join(filter(None, (chart.label, chart.caption))),
        "data": spec["data"],
        "layout": layout,
        **({"frames": spec["frames"]} if "frames" in spec else {}),
    }


def _same_size(source: Path, target: Path) -> bool:
    return target.is_file() and target.stat().st_size == source.stat().st_size


def _copy_whole(source: Path, target: Path) -> None:
    """Copy so that nobody ever reads half a file: several processes may start at once."""
    target.parent.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    os.close(handle)
    try:
        shutil.copyfile(source, name)
        # mkstemp makes files that only this user may read.
        os.chmod(name, 0o644)
        os.replace(name, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
