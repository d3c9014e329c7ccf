"""What the figures share: layout, axes, colour scales, and safe text.

A figure is described by a plain dict with the keys `data` and `layout`, as plotly.js takes it (a
`Spec`; arrays stay NumPy arrays). Making one takes a tenth of a millisecond, a plotly figure
several: the live page sends specs, and `figure` makes the figure for all other uses.

Specs set no colour of text, grid or background: those come from the page's theme. What a spec draws
in `NEUTRAL` is readable on white and on black.
"""

from __future__ import annotations

import functools
import html
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec

import numpy as np
import plotly.graph_objects as go
import plotly.io
from numpy.typing import NDArray

from rnnviz.figures.palette import Quantity
from rnnviz.training import Mark

Spec = dict[str, Any]
P = ParamSpec("P")

#: The grey with equal contrast, 4.3 : 1, against white and against Streamlit's dark background.
NEUTRAL = "#7a7a7a"
#: For text on a tile, which is pale in every theme.
INK = "#262730"
#: Okabe and Ito (2008), without yellow, and a violet.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8E6BBF")
#: Of tiles whose text need not distinguish them: no two look alike in `tint`, not even for
#: colour-blind readers.
TILES = (*COLOURS[:6], "#F0E442", "#3200FF", "#593500", "#000059")
#: Of tiles that only mark a position in a sequence.
SIGNALS = (NEUTRAL, "#1a1a1a")
#: Of the lines that mark what was done to the run.
MARK_COLOUR = "rgba(128,128,128,0.8)"
FAINT = "rgba(128,128,128,0.25)"

#: How plotly is to write what is hovered: a number as `rnnviz.numbers.number` does, a share, or its
#: hundredfold, as `percent` does. The pages do so (`components/plot/plot.js`); elsewhere these
#: formats, which are plotly's own, come close.
NUMBER, PERCENT, HUNDREDTHS = ":.3~g", ":.3~%", ":.3~r"

_AXIS: Spec = {"gridcolor": FAINT, "zerolinecolor": FAINT, "linecolor": FAINT}

#: Style of a figure if nobody has chosen one, such as in a notebook; light or dark.
TEMPLATE: Spec = {
    "layout": {
        "font": {"color": NEUTRAL},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": _AXIS,
        "yaxis": _AXIS,
    }
}


def figure(spec: Spec) -> go.Figure:
    """Make the plotly figure that a spec describes.

    If Streamlit or a user has chosen a default template for plotly, that template stays.
    """
    drawn_figure = go.Figure(spec)
    if plotly.io.templates.default == "plotly":
        drawn_figure.update_layout(template=TEMPLATE)
    return drawn_figure


def drawn(describe: Callable[P, Spec]) -> Callable[P, go.Figure]:
    """Make a function that returns a plotly figure from one that returns a spec."""

    @functools.wraps(describe)
    def draw(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
        return figure(describe(*args, **kwargs))

    # What `help` shows: `gates(trace, ...) -> Figure`.
    draw.__name__ = draw.__qualname__ = draw.__name__.removesuffix("_spec")
    signature = inspect.signature(describe)
    draw.__signature__ = signature.replace(return_annotation=go.Figure)  # type: ignore[attr-defined]
    return draw


def layout(height: int, **more: Any) -> Spec:
    """Describe the frame that all figures share; `height` in pixels."""
    return {
        "height": height,
        "margin": {"l": 48, "r": 12, "t": 12, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemwidth": 30},
        # Zoom and legend clicks survive a change of data.
        "uirevision": "keep",
        **more,
    }


def axis(title: str, **more: Any) -> Spec:
    """Describe an axis whose title is close to it."""
    return {"title": {"text": title, "standoff": 6}, "automargin": True, **more}


def iteration_axis(iterations: NDArray[np.generic], **more: Any) -> Spec:
    """Describe the axis of iterations: whole numbers, even if there are only a few."""
    short = len(iterations) > 0 and float(np.ptp(iterations)) < 6
    ticks = {"dtick": 1} if short else {}
    return axis("iteration", showgrid=False, tickformat=",d", **ticks, **more)


def add_marks(spec: Spec, marks: Sequence[Mark], along: str = "x") -> Spec:
    """Draw what was done to the run into a figure over iterations, and return the figure.

    Each mark is a thin line across, with a handle at the end whose tooltip has the text.

    Parameters
    ----------
    spec
        Changed in place. Its other axis may be of any kind; the marks have their own.
    marks
        As `Trainer.marks`.
    along
        Which axis shows the iterations: `"x"` or `"y"`.
    """
    if not marks:
        return spec
    across = "y" if along == "x" else "x"
    places = np.array([mark.iteration for mark in marks])
    end = {
        "color": MARK_COLOUR,
        "size": 8,
        "symbol": "triangle-down" if along == "x" else "triangle-left",
    }
    spec["data"].append(
        {
            "type": "scatter",
            "mode": "markers",
            along: places,
            across: np.ones(len(marks), np.uint8),
            f"{across}axis": f"{across}2",
            f"error_{across}": {
                "type": "constant",
                "symmetric": False,
                "value": 0,
                "valueminus": 1,
                "width": 0,
                "thickness": 1,
                "color": MARK_COLOUR,
            },
            "marker": end,
            "hoverlabel": {"bgcolor": INK, "font": {"color": "#ffffff"}},
            "text": [short_label(mark.text, longest=90) for mark in marks],
            "hovertemplate": f"iteration %{{{along}:,d}}: %{{text}}<extra></extra>",
            "cliponaxis": False,
            "showlegend": False,
        }
    )
    spec["layout"][f"{across}axis2"] = {
        "overlaying": across,
        "range": [0, 1],
        "fixedrange": True,
        "visible": False,
    }
    return spec


def short_label(text: str, longest: int = 12) -> str:
    """Make a user's text safe for a figure: plotly interprets some HTML in every label.

    Markup is shown as typed; a text longer than `longest` characters ends in an ellipsis.
    """
    one_line = " ".join(text.split()) if text.strip() else text
    shown = one_line if len(one_line) <= longest else one_line[: longest - 1].rstrip() + "…"
    return html.escape(shown, quote=False)


def step_names(labels: Sequence[str], longest: int = 9) -> list[str]:
    """Name the time steps for a category axis: number and symbol, such as `3 biceps`.

    The number makes the names distinct, which a category axis needs.
    """
    return [f"{step} {short_label(label, longest)}".rstrip() for step, label in enumerate(labels)]


def step_axis(names: Sequence[str], **more: Any) -> Spec:
    """Describe the axis of time steps; plotly leaves out names if there is no room.

    With very many steps it would still write too many to read.
    """
    many: Spec = {"nticks": 12} if len(names) > 40 else {}
    return {
        **many,
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(names),
        "showgrid": False,
        "autotickangles": [0, -45, -90],
        "automargin": True,
        **more,
    }


def tint(colour: str) -> str:
    """Return `#rrggbb` as it looks at one third opacity on white: `INK` is readable on it."""
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    red, green, blue = (round(255 + 0.35 * (part - 255)) for part in parts)
    return f"rgb({red},{green},{blue})"


def rgba(colour: str, opacity: float) -> str:
    """Write `#rrggbb` with an opacity (0..1) as CSS."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def colour_scale(quantity: Quantity) -> list[list[float | str]]:
    """Return the colours of a map, where 0 is the background, whatever its colour.

    A quantity in 0..1 goes from the background to its colour, a signed one to its two opposite
    colours.
    """
    colour, negative = quantity.colour, quantity.negative
    if quantity.scale == "gate":
        return [[0.0, rgba(colour, 0.0)], [1.0, rgba(colour, 1.0)]]
    below: list[list[float | str]] = [[0.0, rgba(negative, 1.0)], [0.5, rgba(negative, 0.0)]]
    return [*below, [0.5, rgba(colour, 0.0)], [1.0, rgba(colour, 1.0)]]


def sample(colour: str, shape: str = "■") -> str:
    """Write a coloured shape, for a key in a heading."""
    return f'<span style="color:{colour};font-size:16px">{shape}</span>'


def heading(text: str, left: float = 0.0, bottom: float = 1.0) -> Spec:
    """Describe a line of text above a rectangle; `left`, `bottom` are shares of the figure."""
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": left,
        "y": bottom,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
    }


def note(text: str) -> Spec:
    """Describe a sentence in the middle of a figure that has nothing to draw."""
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "showarrow": False,
    }
