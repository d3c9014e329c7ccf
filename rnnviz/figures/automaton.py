"""The automaton of a network as a state diagram: for the canvas, and as a Plotly figure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rnnviz.analysis.memory.machine import Arrow, Automaton
from rnnviz.analysis.memory.symbols import listed
from rnnviz.figures.spec import COLOURS, NEUTRAL, Spec, drawn, layout, note, short_label
from rnnviz.numbers import percent

#: More states than this can't be told apart in a diagram.
MOST_DRAWN = 40

_MARGIN = 0.45


def machine_json(found: Automaton, walk: Sequence[int] = ()) -> dict[str, Any]:
    """Describe an automaton for the component that draws it.

    Parameters
    ----------
    found
    walk
        The state after each step of the probe.

    Returns
    -------
    dict
        `states` with `name`, `answer`, `start`, `cluster` (its colour in the state space), `count`,
        `alike` and `way`; `arrows` with `from`, `to`, `words`, `share` and `count`, those between
        the same two states as one; `walk`, `good`, `sentence`. `drawn` is False if there are more
        states than a diagram can hold; then there are neither states nor arrows.
    """
    if len(found.states) > MOST_DRAWN:
        return {
            "states": [], "arrows": [], "walk": [], "good": found.good, "drawn": False,
            "sentence": found.sentence,
        }  # fmt: skip
    states = [
        {
            "name": str(number),
            "answer": state.answer,
            "start": number == found.start,
            "cluster": number,
            "count": state.count,
            "alike": None if math.isnan(state.alike) else percent(state.alike),
            "way": None if state.way is None else " ".join(state.way),
        }
        for number, state in enumerate(found.states)
    ]
    return {
        "states": states,
        "arrows": [_arrow(found, arrows) for arrows in _together(found)],
        "walk": [int(state) for state in walk],
        "good": found.good,
        "drawn": True,
        "sentence": found.sentence,
    }


def _together(found: Automaton) -> list[list[Arrow]]:
    """Return the arrows in groups that lead from the same state to the same state."""
    groups: dict[tuple[int, int], list[Arrow]] = defaultdict(list)
    for arrow in found.arrows.values():
        groups[(arrow.start, arrow.end)].append(arrow)
    return list(groups.values())


def _arrow(found: Automaton, arrows: list[Arrow]) -> dict[str, Any]:
    count = sum(arrow.count for arrow in arrows)
    share = sum(arrow.share * arrow.count for arrow in arrows) / count
    return {
        "from": arrows[0].start,
        "to": arrows[0].end,
        "words": [found.words[arrow.symbol] for arrow in arrows],
        "share": percent(share),
        "count": count,
    }


def automaton_spec(found: Automaton, height: int = 480) -> Spec:
    """Draw an automaton: states on a circle with their answers, and symbols on the arrows.

    The start has a thick edge. Under the diagram stands what was measured; an automaton with more
    states than fit is told, not drawn.
    """
    says = [_says(found)]
    if len(found.states) > MOST_DRAWN:
        text = f"{len(found.states)} states: too many for a diagram"
        return {"data": [], "layout": layout(height, annotations=[note(text), *says])}
    places = _on_circle(len(found.states))
    annotations = [
        mark for arrows in _together(found) for mark in _drawn_arrow(found, arrows, places)
    ]
    names = [
        f"{number}<br>{short_label(state.answer)}" for number, state in enumerate(found.states)
    ]
    hover = [
        f"state {number}, answer {short_label(state.answer, 40) or 'not asked'}: "
        f"{state.count:,} points"
        for number, state in enumerate(found.states)
    ]
    spec: Spec = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [x for x, _ in places],
        "y": [y for _, y in places],
        "text": names,
        "hovertext": hover,
        "hoverinfo": "text",
        "textfont": {"size": 11},
        "marker": {
            "size": 52,
            "color": "rgba(128,128,128,0.12)",
            "line": {
                "color": [COLOURS[number % len(COLOURS)] for number in range(len(places))],
                "width": [5 if number == found.start else 2 for number in range(len(places))],
            },
        },
        "cliponaxis": False,
    }
    hidden = {"visible": False, "range": [-1 - _MARGIN, 1 + _MARGIN], "fixedrange": True}
    return {
        "data": [spec],
        "layout": layout(
            height,
            xaxis=hidden,
            yaxis={**hidden, "scaleanchor": "x"},
            annotations=[*annotations, *says],
            margin={"l": 12, "r": 12, "t": 12, "b": 60},
        ),
    }


automaton = drawn(automaton_spec)


def _on_circle(count: int) -> list[tuple[float, float]]:
    """Return where the states are: clockwise from the left, in the order of their numbers."""
    if count == 1:
        return [(0.0, 0.0)]
    angles = [math.pi - 2 * math.pi * number / count for number in range(count)]
    return [(math.cos(angle), math.sin(angle)) for angle in angles]


def _drawn_arrow(
    found: Automaton, arrows: list[Arrow], places: list[tuple[float, float]]
) -> list[Spec]:
    """Describe an arrow with its words; one from a state to itself is a word at its outer side."""
    words = short_label(listed([found.words[arrow.symbol] for arrow in arrows]), 28)
    (x, y), (to_x, to_y) = places[arrows[0].start], places[arrows[0].end]
    plain = {"showarrow": False, "font": {"size": 11}, "text": words}
    if arrows[0].start == arrows[0].end:
        return [{**plain, "text": f"↺ {words}", "x": 1.32 * x, "y": 1.32 * y or 0.3}]
    length = math.hypot(to_x - x, to_y - y)
    aside_x, aside_y = 0.05 * (to_y - y) / length, -0.05 * (to_x - x) / length
    arrow = {
        "x": to_x + aside_x, "y": to_y + aside_y, "ax": x + aside_x, "ay": y + aside_y,
        "xref": "x", "yref": "y", "axref": "x", "ayref": "y", "text": "", "showarrow": True,
        "arrowhead": 2, "arrowwidth": 1.5, "arrowcolor": NEUTRAL, "standoff": 28,
        "startstandoff": 28,
    }  # fmt: skip
    label = {
        **plain,
        "x": x + 0.4 * (to_x - x) + 1.6 * aside_x,
        "y": y + 0.4 * (to_y - y) + 1.6 * aside_y,
    }
    return [arrow, label]


def _says(found: Automaton) -> Spec:
    measured = found.held_out
    answers = "" if math.isnan(measured.answers) else f"{percent(measured.answers)} of answers, "
    return {
        **note(f"explains {answers}{percent(measured.deterministic)} of steps"),
        "y": 0, "yanchor": "top", "yshift": -12,
    }  # fmt: skip
