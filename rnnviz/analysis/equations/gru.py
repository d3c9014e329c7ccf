"""The equations of the GRU with their numbers. They are those of rnnviz/engine/cells/gru.py."""

from __future__ import annotations

from rnnviz.analysis.equations.gates import (
    gate,
    gradient_of_gate,
    gradient_symbols,
    held_gate,
    hidden_state,
    says_above,
    says_largest,
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
ROWS = "rzn"

_GATES = {"r": "reset gate", "n": "candidate", "z": "update gate"}

#: dL/da of each gate, in letters and with places for the numbers.
_GRADIENT = {
    "r": (r"\dfrac{dL}{da_n} \cdot m_t \cdot r_t (1 - r_t)", "{d_a_n} · {m} · {r} · (1 − {r})"),
    "n": (r"\dfrac{dL}{dh_t} \cdot (1 - z_t) (1 - n_t^2)", "{d_h} · (1 − {z}) · (1 − {n}²)"),
    "z": (
        r"\dfrac{dL}{dh_t} \cdot (h_{t-1} - n_t) \cdot z_t (1 - z_t)",
        "{d_h} · ({before} − {n}) · {z} · (1 − {z})",
    ),
}

#: What comes back from the next step: to the candidate the state goes through the reset gate.
_LATER = (
    r"\begin{aligned}\text{later} &= W_{hr}^\top\,\dfrac{dL}{da_{r,t+1}}"
    r" + W_{hz}^\top\,\dfrac{dL}{da_{z,t+1}} \\ &+ W_{hn}^\top\,\dfrac{dL}{dm_{t+1}},\quad "
    r"\dfrac{dL}{dm_{t+1}} = r_{t+1} \cdot \dfrac{dL}{da_{n,t+1}}\end{aligned}"
)


def forward(place: Place) -> tuple[Stage, ...]:
    """Explain how the hidden state of a unit is made, in four stages."""
    value, unit = place.value, place.unit
    return (
        Stage(
            "How much of the past to look at",
            f"{subject(place, 'r', 'reset gate')} lets unit {unit} see {percent(value('r'))} of "
            f"the past{f', {place.starts} a bias alone' if place.starts else ''}.",
            (gate(place, "r", ROWS),),
        ),
        Stage(
            "What could be stored",
            f"From the input and that part of the past comes the candidate {number(value('n'))}."
            if place.held_at("n") is None
            else f"The candidate is held at {number(value('n'))}.",
            _candidate(place),
        ),
        Stage(
            "How much of the past to keep",
            f"{subject(place, 'z', 'update gate')} keeps {percent(value('z'))} of unit {unit}’s "
            f"hidden state{_why_0(place)}.",
            (gate(place, "z", ROWS),),
        ),
        Stage(
            "Update the hidden state",
            _says_update(place),
            (_hidden_state(place),),
        ),
    )


def backward(place: Place, gradients: Gradients) -> tuple[Stage, ...]:
    """Explain how dL/dh_t is made from what the step itself brings and what comes from t + 1."""
    above, along, later = gradients.from_above(), _along(place), gradients.from_later(_LATER)
    attention = gradients.attention
    return (
        Stage(
            "From above, at the same step",
            says_above(place, above),
            (above,),
        ),
        Stage(
            "From the next step, through its gates",
            boundary(place)
            or f"{number(later.result.value)} comes back through the gates "
            f"of step {place.step + 1}.",
            (later,),
        ),
        Stage(
            "Along the hidden state from the next step",
            boundary(place)
            or (
                f"Unit {place.unit} is silenced: nothing comes back along its hidden state."
                if place.is_silent
                else f"{number(along.result.value)} comes back along the hidden state of unit "
                f"{place.unit}."
            ),
            (along, sum_of_hidden(place, attention, above=above, later=later, along=along)),
        ),
        Stage(
            "Gradient arriving at the gates",
            says_largest(place, gradients.here, _GATES),
            _of_gates(place, gradients.here),
        ),
    )


def gate_gradients(place: Place) -> GateGradients:
    """Turn the recorded gradient w.r.t. h of a step into those of its gates, all units."""
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


def _of_gates(place: Place, here: GateGradients) -> tuple[Equation, ...]:
    gradients = ("d_h",) if place.trace.has_gradients else ()
    numbers = {name: Number(place.value(name), name) for name in (*ROWS, *gradients)}
    numbers |= {
        "before": Number(place.value_before("h"), "h"),
        "m": Number(place.sum_of_memory(ROWS.index("n")).total),
        "d_a_n": Number(float(here.x["n"][place.unit])),
    }
    if place.is_silent:
        note = "Silenced by an intervention: its gates have no gradient."
        return tuple(
            zero(gradient_symbols(letter, _GRADIENT[letter][0]), note) for letter in _GATES
        )
    return tuple(
        gradient_of_gate(
            place, letter, _GRADIENT[letter], numbers, float(here.x[letter][place.unit])
        )
        for letter in _GATES
    )


def _why_0(place: Place) -> str:
    """Say why the hidden state before this step is 0, where it must be."""
    if place.starts:
        return f", still 0 {place.starts}"
    return ", silenced to 0" if place.is_silent else ""


def _says_update(place: Place) -> str:
    if place.is_silent:
        return f"Unit {place.unit} is silenced: its hidden state is 0 after every step."
    z, n, before = place.value("z"), place.value("n"), place.value_before("h")
    kept, new, h = number(z * before), number((1 - z) * n), number(place.value("h"))
    return f"It goes from {number(before)} to {h}: {kept} is kept, {new} is new."
