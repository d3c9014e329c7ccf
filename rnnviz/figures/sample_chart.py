"""Sample sequences as a picture: symbols as coloured tiles, series of numbers as lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rnnviz.figures.spec import (
    COLOURS,
    INK,
    NEUTRAL,
    SIGNALS,
    TILES,
    Spec,
    axis,
    layout,
    short_label,
    tint,
)
from rnnviz.numbers import number
from rnnviz.tasks.examples import Example, only_at_the_end

_TILE_HEIGHT = 26
_LANE_HEIGHT = 44
#: Minimum width in pixels of the picture if names are to fit into their tiles: on a phone, and
#: where the page lets it scroll there.
_NARROW, _WIDE = 320, 540
#: Average width in pixels of a character in small print.
_FONT, _CHARACTER = 10, 5.5
#: Pixels to the left of the tiles, for the labels of inputs and answers.
_LANE_NAMES = 40
_LONGEST = 24
#: A tile with room for fewer characters has its name only in the tooltip.
_FEWEST = 2
#: Names this short are cut without an ellipsis, which would take the room of a character.
_CUT_SHORT = 5
_MOST_TICKS = 15
#: Gap between the inputs and the answer after them, and between two sequences, in steps and in
#: lanes.
_GAP_X, _GAP_Y = 0.6, 0.5

#: Contents of a tile besides a colour; colours are numbered from 1.
_NOTHING = 0
_PALETTE = (*TILES, *SIGNALS, NEUTRAL)
_OTHER = len(_PALETTE)


def samples_spec(
    examples: Sequence[Example], symbols: Sequence[str] = (), signals: Sequence[str] = ()
) -> Spec:
    """Draw sequences one below the other, with the answers that count.

    If each sequence has one answer, after its last step, the answer comes after a gap; otherwise
    each answer is below its step.

    Parameters
    ----------
    examples : sequence of Example
        At least one. Numbers are written out; a star after a number highlights it.
    symbols : sequence of str
        All except the signals, in the order of their colours; any other symbol is grey. Without
        symbols the sequences are numbers.
    signals : sequence of str
        Symbols that are also grey, each in its own shade.
    """
    if not len(symbols):
        return _lines(examples)
    return _tiles(examples, _places(symbols, signals))


def fit_one_line(examples: Sequence[Example]) -> bool:
    """Tell whether all that is seen and answered is a single number, as a line of numbers needs."""
    return all(
        _is_number(cell) for each in examples for cell in (*each.seen, *each.answers) if cell
    )


def fit_a_phone(examples: Sequence[Example]) -> bool:
    """Tell whether the names of symbols are readable in a picture as narrow as a phone."""
    if only_at_the_end(examples):
        return True  # Names that do not fit are cut; the answers are whole.
    longest = max(len(name) for each in examples for name in (*each.seen, *each.answers))
    return len(examples[0].seen) * (longest + 1) * _CHARACTER <= _NARROW - _LANE_NAMES


def _places(symbols: Sequence[str], signals: Sequence[str]) -> dict[str, int]:
    """Return the index of each symbol's colour in the palette."""
    places = {symbol: index % len(TILES) + 1 for index, symbol in enumerate(symbols)}
    first = len(TILES) + 1
    places |= {signal: first + index % len(SIGNALS) for index, signal in enumerate(signals)}
    return {**places, "": _NOTHING}


def _tiles(examples: Sequence[Example], places: dict[str, int]) -> Spec:
    length = len(examples[0].seen)
    if only_at_the_end(examples):
        lanes = [(*example.seen, "", example.answers[-1]) for example in examples]
        answer = _answer_width(lanes)
        across, upwards = _edges([1.0] * length + [_GAP_X, answer]), _edges([1.0] * len(lanes))
        steps = _step_axis(length, across)
        width, lane_axis = _NARROW, {"visible": False}
    else:
        empty = ("",) * length
        threes = ((example.seen, example.answers, empty) for example in examples)
        lanes = list(chain.from_iterable(threes))[:-1]
        across = _edges([1.0] * length)
        upwards = _edges([1.0, 1.0, _GAP_Y] * len(examples))[:-1]
        steps = _step_axis(length, across)
        width = _NARROW - _LANE_NAMES if fit_a_phone(examples) else _WIDE
        lane_axis = _lane_names(upwards)
    frame = layout(round(_TILE_HEIGHT * upwards[-1]) + 48)
    frame["margin"] = frame["margin"] | {"l": 8}
    frame["xaxis"] = steps
    frame["yaxis"] = lane_axis | {"fixedrange": True, "range": [upwards[-1], 0]}
    heatmap = _heatmap(lanes, places, across, upwards)
    return {"data": [heatmap, *_names_in(lanes, across, upwards, width)], "layout": frame}


def _edges(widths: Sequence[float]) -> NDArray[np.float64]:
    """Return where tiles of these widths begin, and where the last one ends."""
    return np.concatenate([[0.0], np.cumsum(widths)])


def _answer_width(lanes: Sequence[Sequence[str]]) -> float:
    """Return how many steps wide an answer's tile must be to hold the longest in full."""
    longest = max(min(len(lane[-1]), _LONGEST) for lane in lanes)
    pixels = min((longest + 1) * _CHARACTER, _NARROW / 2)
    return max(1.0, pixels * (len(lanes[0]) - 2 + _GAP_X) / (_NARROW - pixels))


def _heatmap(
    lanes: Sequence[Sequence[str]],
    places: dict[str, int],
    across: NDArray[np.float64],
    upwards: NDArray[np.float64],
) -> Spec:
    shown = {name: short_label(name, _LONGEST) for name in chain.from_iterable(lanes)}
    numbers = [[places.get(name, _OTHER) for name in lane] for lane in lanes]
    return {
        "type": "heatmap",
        "z": np.array(numbers, dtype=np.uint8),
        "x": across - 0.5,
        "y": upwards,
        "zmin": -0.5,
        "zmax": _OTHER + 0.5,
        "colorscale": _colour_scale(),
        "showscale": False,
        "xgap": 2 if len(across) < 60 else 0,
        "ygap": 3,
        "hoverinfo": "text",
        "hovertext": [[shown[name] for name in lane] for lane in lanes],
    }


def _names_in(
    lanes: Sequence[Sequence[str]],
    across: NDArray[np.float64],
    upwards: NDArray[np.float64],
    width: int,
) -> list[Spec]:
    """Write the names into the tiles, cut to fit, if there is room for them."""
    fewest = [min(_FEWEST, max(map(len, column))) for column in zip(*lanes, strict=True)]
    rooms = (np.diff(across) / across[-1] * width / _CHARACTER).astype(int).tolist()
    centres = ((across[:-1] + across[1:]) / 2 - 0.5).tolist()
    middles = ((upwards[:-1] + upwards[1:]) / 2).tolist()
    filled = [
        (centres[column], middle, _cut(name, rooms[column]))
        for middle, lane in zip(middles, lanes, strict=True)
        for column, name in enumerate(lane)
        if name and rooms[column] >= fewest[column]
    ]
    if not filled:
        return []
    x, y, text = map(list, zip(*filled, strict=True))
    font = {"size": _FONT, "color": INK}
    words = {"type": "scatter", "mode": "text", "x": x, "y": y, "text": text, "textfont": font}
    return [words | {"hoverinfo": "skip"}]


def _cut(name: str, room: int) -> str:
    """Cut a name to this many characters; the tooltip has the full name."""
    if len(name) > room and room <= _CUT_SHORT:
        return short_label(name[:room], room)
    return short_label(name, min(room, _LONGEST))


def _lane_names(upwards: NDArray[np.float64]) -> Spec:
    """Describe the axis that labels the lanes of inputs and of answers."""
    middles = (upwards[:-1] + upwards[1:]) / 2
    count = (len(middles) + 1) // 3
    named = np.delete(middles, np.arange(2, len(middles), 3))
    look = {"showgrid": False, "zeroline": False, "automargin": True, "tickfont": {"size": 10}}
    return look | {"tickvals": named, "ticktext": ["seen", "answer"] * count}


def _lines(examples: Sequence[Example]) -> Spec:
    length, at_end = len(examples[0].seen), only_at_the_end(examples)
    across = _edges([1.0] * length + [_GAP_X, 1.0] * at_end)
    places = [*range(length - at_end), *[float(across[-2:].mean()) - 0.5] * at_end]
    numbers = [_number(cell) for each in examples for cell in (*each.seen, *each.answers) if cell]
    frame = layout(_LANE_HEIGHT * len(examples) + 48)
    frame["xaxis"] = _step_axis(length, across) | {"anchor": "free", "position": 0}
    data: list[Spec] = []
    for lane, example in enumerate(examples):
        suffix = "" if lane == 0 else str(lane + 1)
        frame[f"yaxis{suffix}"] = _lane_axis(numbers, lane, len(examples))
        colour = COLOURS[lane % len(COLOURS)]
        data += _lane(example, places, colour, f"y{suffix}")
    return {"data": data, "layout": frame}


def _lane(example: Example, places: Sequence[float], colour: str, axis_name: str) -> list[Spec]:
    """Describe the line of a sequence, its highlighted numbers, and the answers."""
    common: Spec = {
        "type": "scatter",
        "yaxis": axis_name,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    numbers = np.array([_number(cell) for cell in example.seen])
    texts = [number(value) for value in numbers]
    starred = [step for step, cell in enumerate(example.seen) if cell.endswith("*")]
    asked = [
        (place, _number(cell)) for place, cell in zip(places, example.answers, strict=True) if cell
    ]
    answers = {
        "x": [place for place, _ in asked],
        "y": [value for _, value in asked],
        "customdata": [number(value) for _, value in asked],
    }
    line: Spec = {
        "y": numbers,
        "customdata": texts,
        "line": {"color": colour, "width": 1.5},
        "marker": {"color": colour},
    }
    # A line of one point is invisible.
    parts = [common | line | {"mode": "lines" if len(numbers) > 1 else "markers"}]
    if starred:
        points = {
            "x": starred,
            "y": numbers[starred],
            "customdata": [texts[step] for step in starred],
            "marker": {"color": colour, "size": 10},
        }
        parts.append(common | points | _written([example.seen[step] for step in starred]))
    ring = {"color": colour, "size": 6, "symbol": "circle-open"}
    if starred:
        # The answer to the highlighted numbers, as large as they are.
        ring |= {"size": 10}
        result = [cell for cell in example.answers if cell]
        return [*parts, common | answers | {"marker": ring} | _written(result)]
    # A ring at the end of the scale is drawn whole.
    return [*parts, common | answers | {"mode": "markers", "marker": ring, "cliponaxis": False}]


def _written(cells: Sequence[str]) -> Spec:
    """Write numbers at their points, above the line."""
    text = [f"<b>{cell.rstrip('*')}</b>" for cell in cells]
    above = {"textposition": "top center", "textfont": {"size": 13}, "cliponaxis": False}
    return {"mode": "markers+text", "text": text, **above}


def _is_number(cell: str) -> bool:
    try:
        _number(cell)
    except ValueError:
        return False
    return True


def _number(cell: str) -> float:
    return float(cell.rstrip("*"))


def _lane_axis(numbers: Sequence[float], lane: int, lanes: int) -> Spec:
    """Describe the axis of one sequence; all have the same range, so heights can be compared."""
    low, high = min(numbers), max(numbers)
    margin = 0.1 * (high - low) or 1.0
    share = 1 / lanes
    top = 1 - lane * share
    return {
        "domain": [max(top - 0.85 * share, 0.0), top],
        "range": [low - margin, high + margin],
        "fixedrange": True,
        "nticks": 3,
        "zeroline": False,
        "tickfont": {"size": 9},
    }


def _step_axis(length: int, across: NDArray[np.float64]) -> Spec:
    """Describe the axis of time steps; an answer after them has its own label."""
    stride = max(1, -(-length // _MOST_TICKS))
    at_end = len(across) > length + 1
    # Room for the answer's label: the last step before it may have no number.
    last = max(length - 1 - stride // 2, 0) if at_end else length - 1
    steps = list(range(0, last + 1, stride))
    places: list[float] = [*steps, *[float(across[-2:].mean()) - 0.5] * at_end]
    return axis(
        "time step",
        showgrid=False,
        zeroline=False,
        range=[-0.5, float(across[-1]) - 0.5],
        tickvals=places,
        ticktext=[*map(str, steps), *["answer"] * at_end],
        tickangle=0,
    )


def _colour_scale() -> list[list[float | str]]:
    """Return a colour scale in steps: one for nothing, one for each colour of the palette."""
    steps = ["rgba(0,0,0,0)", *map(tint, _PALETTE)]
    scale: list[list[float | str]] = []
    for index, step in enumerate(steps):
        scale += [[index / len(steps), step], [(index + 1) / len(steps), step]]
    return scale
