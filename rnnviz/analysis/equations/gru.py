"""The equations of the GRU with their numbers. They are those of rnnviz/engine/cells/gru.py."""

from __future__ import annotations

from rnnviz.analysis.equations.gates import (
    asked_of_gate,
    gate,
    held_gate,
    hidden_state,
    says_above,
    says_asked,
    sum_of_hidden,
    zero,
)
from rnnviz.analysis.equations.gradients import GateGradients, Gradients, boundary
from rnnviz.analysis.equations.parts import Equation, Number, Stage, number_text, percent
from rnnviz.analysis.equations.place import Place
from rnnviz.recording.trace import Array

#: Letters of the gates as the rows of PyTorch's weights follow each other.
ROWS = "rzn"

_GATES = {"r": "reset gate", "n": "candidate", "z": "update gate"}

#: dL/da of each gate, in letters and with places for the numbers.
_ASKED = {
    "r": (r"\dfrac{dL}{da_n} \cdot m_t \cdot r_t (1 - r_t)", "{d_a_n} · {m} · {r} · (1 − {r})"),
    "n": (r"\dfrac{dL}{dh_t} \cdot (1 - z_t) (1 - n_t^2)", "{d_h} · (1 − {z}) · (1 − {n}²)"),
    "z": (
        r"\dfrac{dL}{dh_t} \cdot (h_{t-1} - n_t) \cdot z_t (1 - z_t)",
        "{d_h} · ({before} − {n}) · {z} · (1 − {z})",
    ),
}


def forward(place: Place) -> tuple[Stage, ...]:
    """Explain how the hidden state of a unit is made, in four stages."""
    value, before, unit = place.value, place.value_before("h"), place.unit
    first = ", which is 0 before the first step" if place.step == 0 else ""
    return (
        Stage(
            "How much of the past to look at",
            f"The reset gate lets unit {unit} see {percent(value('r'))} of the past{first}.",
            (gate(place, "r", ROWS),),
        ),
        Stage(
            "What could be stored",
            f"From the input and that part of the past comes the candidate "
            f"{number_text(value('n'))}.",
            _candidate(place),
        ),
        Stage(
            "How much of the past to keep",
            f"The update gate keeps {percent(value('z'))} of unit {unit}’s hidden state{first}.",
            (gate(place, "z", ROWS),),
        ),
        Stage(
            "Update the hidden state",
            f"It goes from {number_text(before)} to {number_text(value('h'))}: "
            f"{number_text(value('z') * before)} is kept, "
            f"{number_text((1 - value('z')) * value('n'))} is new.",
            (_hidden_state(place),),
        ),
    )


def backward(place: Place, gradients: Gradients) -> tuple[Stage, ...]:
    """Explain how dL/dh_t is made from what the step itself asks and what comes from t + 1."""
    above, along, later = gradients.from_above(), _along(place), gradients.from_later()
    return (
        Stage(
            "From above, at the same step",
            says_above(place, above),
            (above,),
        ),
        Stage(
            "From the next step, through its gates",
            boundary(place)
            or f"{number_text(later.result.value)} comes back through the gates "
            f"of step {place.step + 1}.",
            (later,),
        ),
        Stage(
            "Along the hidden state from the next step",
            boundary(place)
            or f"{number_text(along.result.value)} comes back along the hidden state of unit "
            f"{place.unit}.",
            (along, sum_of_hidden(place, above=above, later=later, along=along)),
        ),
        Stage(
            "What is asked of the gates",
            says_asked(gradients.here, place.unit, _GATES),
            _asked(place, gradients.here),
        ),
    )


def gate_gradients(place: Place) -> GateGradients:
    """Turn the recorded gradient by h of a step into those of its gates, all units."""
    r, z, n, d_h = (place.values(letter) for letter in ("r", "z", "n", "d_h"))
    silent = place.silent()
    d_n = d_h * (1 - z) * (1 - n**2)
    d_n[silent | place.held("n")] = 0
    d_z = d_h * (place.before("h") - n) * z * (1 - z)
    d_z[silent | place.held("z")] = 0
    d_r = d_n * _recurrent_part(place) * r * (1 - r)
    d_r[place.held("r")] = 0
    return GateGradients(x={"r": d_r, "z": d_z, "n": d_n}, h={"r": d_r, "z": d_z, "m": d_n * r})


def _recurrent_part(place: Place) -> Array:
    """Return m_t = W_hn h_{t-1} + b_hn of all units, (H,): what the reset gate lets through."""
    H, block = place.architecture.hidden_size, ROWS.index("n")
    rows = slice(block * H, (block + 1) * H)
    weights, bias = place.weights("weight_hh")[rows], place.weights("bias_hh")[rows]
    part: Array = weights.astype(float) @ place.before("h").astype(float) + bias
    return part


def _candidate(place: Place) -> tuple[Equation, ...]:
    """Show the two weighted sums of the candidate, and the candidate."""
    block = ROWS.index("n")
    by_x, m = place.sum_of_inputs(block), place.sum_of_memory(block)
    r = place.value("r")
    symbols = r"n_t = \tanh(e_t + r_t \cdot m_t)"
    candidate = Equation(
        symbols,
        "tanh({e} + {r} · {m})",
        {"e": Number(by_x.total), "r": Number(r, "r"), "m": Number(m.total)},
        Number(place.tanh(by_x.total + r * m.total), "n"),
        place.value("n"),
    )
    held = place.held_at("n")
    return (
        Equation.of_sum(r"e_t = W_{in}\,x_t + b_{in}", by_x),
        Equation.of_sum(r"m_t = W_{hn}\,h_{t-1} + b_{hn}", m),
        candidate if held is None else held_gate(symbols, "n", held, place),
    )


def _hidden_state(place: Place) -> Equation:
    z, n, before = place.value("z"), place.value("n"), place.value_before("h")
    equation = Equation(
        r"h_t = (1 - z_t) \cdot n_t + z_t \cdot h_{t-1}",
        "(1 − {z}) · {n} + {z} · {before}",
        {"z": Number(z, "z"), "n": Number(n, "n"), "before": Number(before, "h")},
        Number((1 - z) * n + z * before, "h"),
        place.value("h"),
    )
    return hidden_state(place, equation)


def _along(place: Place) -> Equation:
    symbols = r"\text{along} = \dfrac{dL}{dh_{t+1}} \cdot z_{t+1}"
    if not place.gradient_comes_back:
        return zero(symbols, boundary(place))
    if place.is_silent:
        return zero(symbols, "Silenced by an intervention: its hidden state is not carried on.")
    later = place.at(step=place.step + 1)
    d_h, z = later.value("d_h"), later.value("z")
    numbers = {"d_h": Number(d_h, "d_h"), "z": Number(z, "z")}
    return Equation(symbols, "{d_h} · {z}", numbers, Number(d_h * z))


def _asked(place: Place, here: GateGradients) -> tuple[Equation, ...]:
    numbers = {name: Number(place.value(name), name) for name in (*ROWS, "d_h")}
    numbers |= {
        "before": Number(place.value_before("h"), "h"),
        "m": Number(place.sum_of_memory(ROWS.index("n")).total),
        "d_a_n": Number(float(here.x["n"][place.unit])),
    }
    return tuple(
        asked_of_gate(place, letter, _ASKED[letter], numbers, float(here.x[letter][place.unit]))
        for letter in _GATES
    )
