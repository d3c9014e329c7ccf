"""The automaton of a network as a state diagram: for the canvas, and as a Plotly figure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rnnviz.analysis.memory.grammars import Truth
from rnnviz.analysis.memory.machine import Arrow, Automaton, Shares
from rnnviz.analysis.memory.symbols import listed
from rnnviz.figures.spec import COLOURS, NEUTRAL, Spec, drawn, layout, note, short_label
from rnnviz.numbers import percent

#: More states than this can't be told apart in a diagram.
MOST_DRAWN = 40

#: More states than this stand in layers.
_MOST_ON_CIRCLE = 12
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
        the same two states as one; `walk`, `good`, `sentence`, and `says`, what it explains in a
        few words. `drawn` is False if there are more states than a diagram can hold; then there
        are neither states nor arrows.
    """
    if len(found.states) > MOST_DRAWN:
        return {
            "states": [], "arrows": [], "walk": [], "good": found.good, "drawn": False,
            "sentence": found.sentence, "says": explains(found),
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
        "says": explains(found),
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
    """Draw an automaton: states with their answers, and symbols on the arrows.

    The start has a thick edge. Under the diagram stands what was measured; an automaton with more
    states than fit is told, not drawn.
    """
    says = explains(found)
    if len(found.states) > MOST_DRAWN:
        text = f"{len(found.states)} states: too many for a diagram"
        return {"data": [], "layout": layout(height, annotations=[note(text), _below(says)])}
    answers = [state.answer for state in found.states]
    hover = [
        f"state {number}, answer {short_label(state.answer, 40) or 'not asked'}: "
        f"{state.count:,} points"
        for number, state in enumerate(found.states)
    ]
    arrows = {
        (group[0].start, group[0].end): [found.words[arrow.symbol] for arrow in group]
        for group in _together(found)
    }
    return _diagram(answers, arrows, hover, says, height)


def truth_spec(truth: Truth, height: int = 480) -> Spec:
    """Draw the true automaton of a task in the same way."""
    arrows: dict[tuple[int, int], list[str]] = defaultdict(list)
    for (state, word), to in truth.leads.items():
        arrows[(state, to)].append(word)
    hover = [
        f"state {number}, right answer {short_label(answer, 40) or 'not asked'}"
        for number, answer in enumerate(truth.answers)
    ]
    says = f"{truth.name}: {len(truth.answers)} states"
    return _diagram(list(truth.answers), arrows, hover, says, height)


automaton = drawn(automaton_spec)
true_automaton = drawn(truth_spec)


def explains(found: Automaton) -> str:
    """Say in a few words what an automaton explains; where it is less at twice the length, too."""
    says = f"explains {_shares(found.held_out)}"
    if found.longer is not None and not found.good:
        says += f"; of twice the length {_shares(found.longer)}"
    return says


def _shares(shares: Shares) -> str:
    answers = "" if math.isnan(shares.answers) else f"{percent(shares.answers)} of the answers, "
    return f"{answers}{percent(shares.deterministic)} of the steps"


def _diagram(
    answers: list[str],
    arrows: Mapping[tuple[int, int], list[str]],
    hover: list[str],
    says: str,
    height: int,
) -> Spec:
    """Describe a state diagram; state 0 is the start."""
    count = len(answers)
    places = _on_circle(count) if count <= _MOST_ON_CIRCLE else _in_layers(count, arrows)
    marks = [mark for pair, words in arrows.items() for mark in _drawn_arrow(pair, words, places)]
    points: Spec = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [x for x, _ in places],
        "y": [y for _, y in places],
        "text": [short_label(answer) or "·" for answer in answers],
        "hovertext": hover,
        "hoverinfo": "text",
        "textfont": {"size": 11},
        "marker": {
            "size": 48 if count <= _MOST_ON_CIRCLE else 40,
            "color": "rgba(128,128,128,0.12)",
            "line": {
                "color": [COLOURS[number % len(COLOURS)] for number in range(count)],
                "width": [5, *(2 for _ in range(count - 1))],
            },
        },
        "cliponaxis": False,
    }
    hidden = {"visible": False, "range": [-1 - _MARGIN, 1 + _MARGIN], "fixedrange": True}
    return {
        "data": [points],
        "layout": layout(
            height,
            xaxis=hidden,
            yaxis=hidden,
            annotations=[*marks, _below(says)],
            margin={"l": 12, "r": 12, "t": 12, "b": 44},
        ),
    }


def _on_circle(count: int) -> list[tuple[float, float]]:
    """Return where the states are: clockwise from the left, in the order of their numbers."""
    if count == 1:
        return [(0.0, 0.0)]
    angles = [math.pi - 2 * math.pi * number / count for number in range(count)]
    return [(math.cos(angle), math.sin(angle)) for angle in angles]


def _in_layers(count: int, arrows: Iterable[tuple[int, int]]) -> list[tuple[float, float]]:
    """Return where the states are: from left to right, as far from the start as a shortest way."""
    layers, met = [[0]], {0}
    leads: dict[int, list[int]] = defaultdict(list)
    for start, end in arrows:
        leads[start].append(end)
    while layers[-1]:
        new = dict.fromkeys(end for start in layers[-1] for end in leads[start] if end not in met)
        met.update(new)
        layers.append(list(new))
    layers[-1] = [state for state in range(count) if state not in met]
    layers = [layer for layer in layers if layer]
    places = [(0.0, 0.0)] * count
    for number, layer in enumerate(layers):
        across = 2 * number / max(1, len(layers) - 1) - 1
        for row, state in enumerate(layer):
            places[state] = (1.25 * across, 1 - 2 * (row + 0.5) / len(layer))
    return places


def _drawn_arrow(
    pair: tuple[int, int], words: list[str], places: list[tuple[float, float]]
) -> list[Spec]:
    """Describe an arrow with its words; one from a state to itself is a word at its outer side."""
    text = short_label(listed(words), 28)
    (x, y), (to_x, to_y) = places[pair[0]], places[pair[1]]
    plain = {"showarrow": False, "font": {"size": 11}, "text": text}
    if pair[0] == pair[1]:
        return [{**plain, "text": f"↺ {text}", "x": x, "y": y, "yshift": 34}]
    length = math.hypot(to_x - x, to_y - y)
    aside_x, aside_y = 0.04 * (to_y - y) / length, -0.04 * (to_x - x) / length
    arrow = {
        "x": to_x + aside_x, "y": to_y + aside_y, "ax": x + aside_x, "ay": y + aside_y,
        "xref": "x", "yref": "y", "axref": "x", "ayref": "y", "text": "", "showarrow": True,
        "arrowhead": 2, "arrowwidth": 1.5, "arrowcolor": NEUTRAL, "standoff": 24,
        "startstandoff": 24,
    }  # fmt: skip
    label = {
        **plain,
        "x": x + 0.45 * (to_x - x) + 1.8 * aside_x,
        "y": y + 0.45 * (to_y - y) + 1.8 * aside_y,
    }
    return [arrow, label]


def _below(says: str) -> Spec:
    return {**note(says), "y": 0, "yanchor": "top", "yshift": -12}
