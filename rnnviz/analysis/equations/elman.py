"""The equations of the RNN (tanh or ReLU) and of the baseline without memory, with their numbers.

They are those of rnnviz/engine/cells/elman.py and mlp.py.
"""

from __future__ import annotations

from rnnviz.analysis.equations.gates import (
    hidden_state,
    says_above,
    sum_of_hidden,
    zero,
)
from rnnviz.analysis.equations.gradients import GateGradients, Gradients, boundary
from rnnviz.analysis.equations.parts import Equation, Number, Stage
from rnnviz.analysis.equations.place import Place
from rnnviz.numbers import number


def forward(place: Place) -> tuple[Stage, ...]:
    """Explain how the hidden state of a unit is made: from the input, the past, or both."""
    e = place.sum_of_inputs(0)
    comes_in = Stage(
        "What comes in",
        f"Inputs and bias push unit {place.unit} by {number(e.total)}.",
        (Equation.of_sum(r"e_t = W_{ih}\,x_t + b_{ih}", e),),
    )
    if not place.spec.is_recurrent:
        return comes_in, _squashed(place, r"e_t", "{e}", {"e": e.total})
    m = place.sum_of_memory(0)
    past = f"The hidden state of step {place.step - 1} and a bias"
    if place.starts:
        past = "Nothing is remembered before the first step: only the bias"
    if place.step == place.cut:
        past = "Answers start from zero state: only the bias"
    remembered = Stage(
        "What is remembered",
        f"{past} {'pushes' if place.starts else 'push'} it by {number(m.total)}.",
        (Equation.of_sum(r"m_t = W_{hh}\,h_{t-1} + b_{hh}", m),),
    )
    together = _squashed(place, r"e_t + m_t", "{e} + {m}", {"e": e.total, "m": m.total})
    return comes_in, remembered, together


def backward(place: Place, gradients: Gradients) -> tuple[Stage, ...]:
    """Explain how dL/dh_t is made from what the step itself brings and what comes from t + 1."""
    above = gradients.from_above()
    first = Stage(
        "From above, at the same step",
        says_above(place, above),
        (above,),
    )
    of_sum = _of_weighted_sum(place, gradients.here)
    both = f"The gradient that arrives at the hidden state is {number(place.value('d_h'))}."
    if not place.spec.is_recurrent:
        total = sum_of_hidden(place, None, above=above)
        return first, Stage("Together", both, (total, of_sum))
    later = gradients.from_later()
    second = Stage(
        "From the next step",
        boundary(place) or f"{number(later.result.value)} comes back from step {place.step + 1}.",
        (later,),
    )
    total = sum_of_hidden(place, gradients.attention, above=above, later=later)
    return first, second, Stage("Together", both, (total, of_sum))


def gate_gradients(place: Place) -> GateGradients:
    """Turn the recorded dL/dh of a step into the gradient w.r.t. the weighted sum, all units."""
    h, d_h = place.values("h"), place.values("d_h")
    d_a = d_h * (h > 0) if place.spec.has_kink else d_h * (1 - h**2)
    d_a[place.silent()] = 0
    return GateGradients(x={"a": d_a}, h={"a": d_a})


def _squashed(place: Place, symbols: str, filled: str, parts: dict[str, float]) -> Stage:
    """Show h_t made from the weighted sums."""
    a = sum(parts.values())
    if place.spec.has_kink:
        value, latex, text = max(a, 0.0) if a == a else a, r"\max({},\ 0)", "max({}, 0)"
    else:
        value, latex, text = place.tanh(a), r"\tanh({})", "tanh({})"
    equation = Equation(
        "h_t = " + latex.replace("{}", symbols),
        text.replace("{}", filled),
        {name: Number(part) for name, part in parts.items()},
        Number(value, "h"),
        place.value("h"),
    )
    return Stage("What it outputs", _says(place), (hidden_state(place, equation),))


def _says(place: Place) -> str:
    h, unit = place.value("h"), place.unit
    if place.is_silent:
        return f"Unit {unit} is silenced: it outputs 0."
    if place.spec.has_kink and h == 0:
        return f"The sum is not above 0: unit {unit} is off and outputs 0."
    return f"After squashing unit {unit} outputs {number(h)}."


def _of_weighted_sum(place: Place, here: GateGradients) -> Equation:
    relu = place.spec.has_kink
    symbols = r"[h_t > 0]" if relu else r"(1 - h_t^2)"
    symbols = rf"\dfrac{{dL}}{{da_t}} = \dfrac{{dL}}{{dh_t}} \cdot {symbols}"
    if place.is_silent:
        return zero(symbols, "Silenced by an intervention: its weighted sum has no gradient.")
    return Equation(
        symbols,
        "{d_h} · [{h} > 0]" if relu else "{d_h} · (1 − {h}²)",
        {letter: Number(place.value(letter), letter) for letter in ("d_h", "h")},
        Number(float(here.x["a"][place.unit])),
    )
