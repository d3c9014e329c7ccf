"""Sample sequences as a picture: symbols as coloured tiles, series of numbers as lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.figures.marks import COLOURS, INK, NEUTRAL, Spec, axis, layout, plain, tint

_TILE_HEIGHT = 26
_LANE_HEIGHT = 44
#: Width in pixels that the picture has at least where a name is to fit into its tile.
_PICTURE = 560
_CHARACTER = 7
_LONGEST = 24
#: A tile with room for fewer characters has its name in the tooltip alone.
_FEWEST = 2
_MOST_TICKS = 15

#: What a tile holds besides a colour of `COLOURS`, which are numbered from 1.
_NOTHING = 0
_OTHER = len(COLOURS) + 1


def samples_spec(examples: pd.DataFrame, symbols: Sequence[str]) -> Spec:
    """Draw sequences one below the other, each with what is asked for behind a gap.

    Parameters
    ----------
    examples : pandas.DataFrame
        As `Task.examples` gives them: a row for each sequence, a column for each time step, last
        the target. Numbers may be written out; a star behind one makes it stand out.
    symbols : sequence of str
        Symbols in the order of their integers, for their colours, as in the calendar; what is none
        of them is grey. Without symbols the sequences are numbers.
    """
    return _tiles(examples, symbols) if len(symbols) else _lines(examples)


def _tiles(examples: pd.DataFrame, symbols: Sequence[str]) -> Spec:
    cells = [_with_gap(row) for row in examples.itertuples(index=False)]
    place = {symbol: index % len(COLOURS) + 1 for index, symbol in enumerate(symbols)}
    place[""] = _NOTHING
    numbers = [[place.get(cell, _OTHER) for cell in row] for row in cells]
    shown = {cell: plain(cell, _LONGEST) for row in cells for cell in row}
    tiles = {
        "type": "heatmap",
        "z": np.array(numbers, dtype=np.uint8).reshape(len(cells), len(examples.columns) + 1),
        "x0": 1,
        "zmin": -0.5,
        "zmax": _OTHER + 0.5,
        "colorscale": _colour_scale(),
        "showscale": False,
        "xgap": 2 if len(examples.columns) < 60 else 0,
        "ygap": 3,
        "hoverinfo": "text",
        "hovertext": [[shown[cell] for cell in row] for row in cells],
    }
    frame = layout(_TILE_HEIGHT * max(len(cells), 1) + 48)
    frame["margin"] = frame["margin"] | {"l": 8}
    frame["xaxis"] = _step_axis(examples)
    hidden = {"visible": False, "fixedrange": True}
    frame["yaxis"] = hidden | {"range": [max(len(cells), 1) - 0.5, -0.5]}
    return {"data": [tiles, *_names_in(cells)], "layout": frame}


def _names_in(cells: list[list[str]]) -> list[Spec]:
    """Write the names into the tiles, cut to fit, if there is room for them."""
    longest = max((len(cell) for row in cells for cell in row[:-2]), default=0)
    room = int(_PICTURE / (len(cells[0]) if cells else 1) / _CHARACTER)
    if room < max(min(_FEWEST, longest), 1):
        return []
    filled = [
        (row, column) for row, line in enumerate(cells) for column, cell in enumerate(line) if cell
    ]
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": [column + 1 for _, column in filled],
            "y": [row for row, _ in filled],
            "text": [plain(cells[row][column], room) for row, column in filled],
            "textfont": {"size": 11, "color": INK},
            "hoverinfo": "skip",
        }
    ]


def _lines(examples: pd.DataFrame) -> Spec:
    rows = [[str(cell) for cell in row] for row in examples.itertuples(index=False)]
    values = np.array([[float(cell.rstrip("*")) for cell in row] for row in rows])
    values = values.reshape(len(rows), len(examples.columns))
    starred = np.array([[cell.endswith("*") for cell in row] for row in rows], dtype=bool)
    frame = layout(_LANE_HEIGHT * max(len(rows), 1) + 48)
    frame["xaxis"] = _step_axis(examples) | {"anchor": "free", "position": 0}
    data: list[Spec] = []
    for lane, numbers in enumerate(values):
        number = "" if lane == 0 else str(lane + 1)
        frame[f"yaxis{number}"] = _lane_axis(values, lane)
        colour = COLOURS[lane % len(COLOURS)]
        data += _lane(numbers, starred[lane], colour, f"y{number}")
    return {"data": data, "layout": frame}


def _lane(
    numbers: NDArray[np.float64], starred: NDArray[np.bool_], colour: str, axis_name: str
) -> list[Spec]:
    """Describe the line of a sequence, and the points on it that matter, the target among them."""
    length = len(numbers) - 1
    common = {"type": "scatter", "yaxis": axis_name, "hovertemplate": "%{y:.4g}<extra></extra>"}
    steps = [*(np.flatnonzero(starred[:-1]) + 1).tolist(), length + 2]
    values = [*numbers[:-1][starred[:-1]].tolist(), float(numbers[-1])]
    line = {"x0": 1, "dx": 1, "y": numbers[:-1], "line": {"color": colour, "width": 1.5}}
    # A line of one point is none.
    mode = "lines" if length > 1 else "markers"
    points = {"x": steps, "y": values, "marker": {"color": colour, "size": 8}}
    return [
        common | line | {"mode": mode, "marker": {"color": colour}},
        common | points | {"mode": "markers"},
    ]


def _lane_axis(values: NDArray[np.float64], lane: int) -> Spec:
    """Describe the axis of one sequence; all have the same range, so that heights compare."""
    low, high = float(values.min()), float(values.max())
    margin = 0.1 * (high - low) or 1.0
    share = 1 / len(values)
    top = 1 - lane * share
    return {
        "domain": [max(top - 0.85 * share, 0.0), top],
        "range": [low - margin, high + margin],
        "fixedrange": True,
        "nticks": 3,
        "zeroline": False,
        "tickfont": {"size": 9},
    }


def _step_axis(examples: pd.DataFrame) -> Spec:
    """Describe the axis of time steps; the target stands behind a gap and has its own name."""
    length = len(examples.columns) - 1
    stride = max(1, -(-length // _MOST_TICKS))
    # Room for the target's name: the last step before it may stay without its number.
    steps = [step for step in range(1, length + 1, stride) if step <= max(length - stride // 2, 1)]
    return axis(
        "time step",
        showgrid=False,
        zeroline=False,
        range=[0.5, length + 2.5],
        tickvals=[*steps, length + 2],
        ticktext=[*map(str, steps), plain(str(examples.columns[-1]))],
        tickangle=0,
    )


def _with_gap(row: Sequence[object]) -> list[str]:
    """Return the names in a row, with an empty one before the target; what is missing is empty."""
    *seen, target = [cell if isinstance(cell, str) else "" for cell in row]
    return [*seen, "", target]


def _colour_scale() -> list[list[float | str]]:
    """Return steps of colour: one for nothing, one for each symbol's, one for all else."""
    steps = ["rgba(0,0,0,0)", *(tint(colour) for colour in (*COLOURS, NEUTRAL))]
    scale: list[list[float | str]] = []
    for index, step in enumerate(steps):
        scale += [[index / len(steps), step], [(index + 1) / len(steps), step]]
    return scale
