"""The equations of the LSTM with their numbers. They are those of rnnviz/engine/cells/lstm.py."""

from __future__ import annotations

import numpy as np

from rnnviz.analysis.equations.gates import (
    gate,
    gradient_of_gate,
    hidden_state,
    says_largest,
    says_parts,
    subject,
    sum_of_hidden,
    zero,
)
from rnnviz.analysis.equations.gradients import GateGradients, Gradients, boundary
from rnnviz.analysis.equations.parts import Equation, Number, Stage, percent
from rnnviz.analysis.equations.place import Place
from rnnviz.numbers import number
from rnnviz.recording.trace import Array

#: Letters of the gates as the rows of PyTorch's weights follow each other.
ROWS = "ifgo"

_GATES = {"f": "forget gate", "i": "input gate", "g": "candidate", "o": "output gate"}

#: dL/da of each gate, in letters and with places for the numbers.
_GRADIENT = {
    "f": (
        r"\dfrac{dL}{dc_t} \cdot c_{t-1} \cdot f_t (1 - f_t)",
        "{d_c} · {before} · {f} · (1 − {f})",
    ),
    "i": (r"\dfrac{dL}{dc_t} \cdot g_t \cdot i_t (1 - i_t)", "{d_c} · {g} · {i} · (1 − {i})"),
    "g": (r"\dfrac{dL}{dc_t} \cdot i_t \cdot (1 - g_t^2)", "{d_c} · {i} · (1 − {g}²)"),
    "o": (
        r"\dfrac{dL}{dh_t} \cdot \tanh(c_t) \cdot o_t (1 - o_t)",
        "{d_h} · tanh({c}) · {o} · (1 − {o})",
    ),
}


def forward(place: Place) -> tuple[Stage, ...]:
    """Explain how the cell state and the hidden state of a unit are made, in four stages."""
    value, before, unit = place.value, place.value_before("c"), place.unit
    stored = value("i") * value("g")
    return (
        Stage(
            "What to forget",
            f"{subject(place, 'f', 'forget gate')} keeps {percent(value('f'))} of unit {unit}’s "
            f"cell state{f', still 0 {place.starts}' if place.starts else ''}.",
            (gate(place, "f", ROWS),),
        ),
        Stage(
            "What to store",
            f"{subject(place, 'i', 'input gate')} lets {percent(value('i'))} of the candidate"
            f"{'' if place.held_at('g') is None else ', held at'} {number(value('g'))} in, "
            f"and {number(stored)} is stored.",
            (gate(place, "i", ROWS), gate(place, "g", ROWS)),
        ),
        Stage(
            "Update the cell",
            f"The cell state goes from {number(before)} to {number(value('c'))}: "
            f"{number(value('f') * before)} is kept, {number(stored)} is stored.",
            (_cell_state(place),),
        ),
        Stage(
            "What to output",
            _says_output(place),
            (gate(place, "o", ROWS), _hidden_state(place)),
        ),
    )


def backward(place: Place, gradients: Gradients) -> tuple[Stage, ...]:
    """Explain how dL/dc_t is made from what the step itself brings and what comes from t + 1."""
    above, later = gradients.from_above(), gradients.from_later()
    attention = gradients.attention
    through, along = _through(place), _along(place)
    return (
        Stage(
            "Gradient arriving at the hidden state",
            says_parts(place, above, later),
            (above, later, sum_of_hidden(place, attention, above=above, later=later)),
        ),
        Stage(
            "Through the output gate into the cell",
            _says_through(place, through),
            (through,),
        ),
        Stage(
            "Along the cell state from the next step",
            _says_along(place, along),
            (along, _sum_of_cell(place, through, along)),
        ),
        Stage(
            "Gradient arriving at the gates",
            says_largest(place, gradients.here, _GATES),
            _of_gates(place, gradients.here),
        ),
    )


def gate_gradients(place: Place) -> GateGradients:
    """Turn the recorded gradients w.r.t. h and c of a step into those of its gates, all units.

    In the engine's arrangement, x - x y for x (1 - y): near 0 and 1, where few digits are left, it
    rounds to the same ones.
    """
    i, f, g, o, h, d_h, d_c = (
        place.values(letter) for letter in ("i", "f", "g", "o", "h", "d_h", "d_c")
    )
    stored, kept = i * g, f * place.before("c")
    found: dict[str, Array] = {
        "i": d_c * (stored - stored * i),
        "f": d_c * (kept - kept * f),
        "g": d_c * (i - stored * g),
        "o": d_h * (h - h * o),
    }
    for letter, values in found.items():
        values[place.held(letter)] = 0
    found["o"][place.silent()] = 0
    return GateGradients(found, found)


def _numbers(place: Place) -> dict[str, Number]:
    """Return all numbers that the formulas of this cell ask for."""
    gradients = ("d_h", "d_c") if place.trace.has_gradients else ()
    own = {name: Number(place.value(name), name) for name in (*ROWS, "c", "h", *gradients)}
    return {**own, "before": Number(place.value_before("c"), "c")}


def _cell_state(place: Place) -> Equation:
    f, i, g, before = (*(place.value(letter) for letter in "fig"), place.value_before("c"))
    return Equation(
        r"c_t = f_t \cdot c_{t-1} + i_t \cdot g_t",
        "{f} · {before} + {i} · {g}",
        _numbers(place),
        Number(f * before + i * g, "c"),
        place.value("c"),
    )


def _hidden_state(place: Place) -> Equation:
    equation = Equation(
        r"h_t = o_t \cdot \tanh(c_t)",
        "{o} · tanh({c})",
        _numbers(place),
        Number(place.value("o") * place.tanh(place.value("c")), "h"),
        place.value("h"),
    )
    return hidden_state(place, equation)


def _through(place: Place) -> Equation:
    symbols = r"\text{through} = \dfrac{dL}{dh_t} \cdot o_t \cdot (1 - \tanh^2 c_t)"
    if place.is_silent:
        return zero(symbols, "Silenced by an intervention: nothing gets through its output.")
    # The engine's arrangement of o (1 - tanh(c)^2), see `gate_gradients`.
    o, h, c, d_h = (place.values(letter)[place.unit] for letter in ("o", "h", "c", "d_h"))
    result = float(d_h * (o - h * np.tanh(c)))
    return Equation(symbols, "{d_h} · {o} · (1 − tanh({c})²)", _numbers(place), Number(result))


def _along(place: Place) -> Equation:
    symbols = r"\text{along} = \dfrac{dL}{dc_{t+1}} \cdot f_{t+1}"
    if not place.gradient_comes_back:
        return zero(symbols, boundary(place))
    later = place.at(step=place.step + 1)
    result = later.value("d_c") * later.value("f")
    return Equation(symbols, "{d_c} · {f}", _numbers(later), Number(result))


def _sum_of_cell(place: Place, through: Equation, along: Equation) -> Equation:
    return Equation(
        r"\dfrac{dL}{dc_t} = \text{through} + \text{along}",
        "{through} + {along}",
        {"through": through.result, "along": along.result},
        Number(through.result.value + along.result.value, "d_c"),
        place.value("d_c"),
    )


def _of_gates(place: Place, here: GateGradients) -> tuple[Equation, ...]:
    equations = {
        letter: gradient_of_gate(
            place, letter, _GRADIENT[letter], _numbers(place), float(here.x[letter][place.unit])
        )
        for letter in _GATES
    }
    if place.is_silent:
        note = "Silenced by an intervention: its output gate has no gradient."
        equations["o"] = zero(equations["o"].symbols, note)
    return tuple(equations.values())


def _says_output(place: Place) -> str:
    if place.is_silent:
        return f"Unit {place.unit} is silenced: it outputs 0, whatever its output gate is."
    shown = f"{subject(place, 'o', 'output gate')} shows {percent(place.value('o'))}"
    tanh, h = number(place.tanh(place.value("c"))), number(place.value("h"))
    return f"{shown} of tanh(c) = {tanh}, so unit {place.unit} outputs {h}."


def _says_through(place: Place, through: Equation) -> str:
    d_h = number(place.value("d_h"))
    if place.is_silent:
        return f"Unit {place.unit} is silenced: nothing of {d_h} gets through to its cell."
    return f"Of {d_h}, {number(through.result.value)} gets through the output gate and the tanh."


def _says_along(place: Place, along: Equation) -> str:
    if not place.gradient_comes_back:
        return boundary(place)
    later = place.at(step=place.step + 1)
    return (
        f"The forget gate of step {later.step} lets {percent(later.value('f'))} of "
        f"{number(later.value('d_c'))} come back: {number(along.result.value)}."
    )
