"""Equations that cells share: a gate, its gradient, and a gradient made of two parts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnnviz.analysis.equations.gradients import GateGradients, boundary
from rnnviz.analysis.equations.parts import Equation, Number
from rnnviz.analysis.equations.place import Place
from rnnviz.numbers import number


def gate(place: Place, letter: str, rows: str) -> Equation:
    """Compute a gate, or the candidate, from its weighted inputs.

    Parameters
    ----------
    rows
        Letters of the gates as the rows of the weights follow each other.
    """
    latex, text = (r"\tanh", "tanh") if letter == "g" else (r"\sigma", "σ")
    shift = r" + \text{shift}" if place.shift(rows.index(letter)) else ""
    symbols = (
        rf"\begin{{aligned}}{letter}_t &= {latex}(a_{letter}) \\ a_{letter} &= W_{{i{letter}}}\,"
        rf"x_t + b_{{i{letter}}} \\ &+ W_{{h{letter}}}\,h_{{t-1}} + b_{{h{letter}}}{shift}"
        r"\end{aligned}"
    )
    held = place.held_at(letter)
    if held is not None:
        return held_gate(symbols, letter, held, place)
    weighted = place.sum_of_both(rows.index(letter))
    squash = place.tanh if letter == "g" else place.sigmoid
    return Equation(
        symbols,
        f"{text}({{a}})",
        {"a": Number(weighted.total)},
        Number(squash(weighted.total), letter),
        place.value(letter),
        weighted,
    )


def held_gate(symbols: str, letter: str, held: float, place: Place) -> Equation:
    """Say that a gate is held, and at what."""
    note = "Held by an intervention: its weighted inputs do not count."
    value = Number(held, letter)
    return Equation(symbols, "{held}", {"held": value}, value, place.value(letter), note=note)


def hidden_state(place: Place, equation: Equation) -> Equation:
    """Return the equation of h_t, or say that the unit is silenced."""
    if not place.is_silent:
        return equation
    note = "Silenced by an intervention: its hidden state is 0 after every step."
    return zero(equation.symbols, note, "h", place.value("h"))


def sum_of_hidden(place: Place, attention: Equation | None, **parts: Equation) -> Equation:
    """Add up the gradient w.r.t. the hidden state; the names of the parts stand in the formula.

    Parameters
    ----------
    attention
        What comes over attention, None without.
    """
    numbers = {name: part.result for name, part in parts.items()}
    rounding = 0.0
    if attention is not None:
        numbers["attention"] = attention.result
        sizes = (each.weighted.size for each in parts.values() if each.weighted is not None)
        rounding = attention.rounding + place.rounding(*sizes)
    return Equation(
        r"\dfrac{dL}{dh_t} = " + " + ".join(rf"\text{{{name}}}" for name in numbers),
        " + ".join(f"{{{name}}}" for name in numbers),
        numbers,
        Number(sum(each.value for each in numbers.values()), "d_h"),
        place.value("d_h"),
        rounding=rounding,
    )


def gradient_of_gate(
    place: Place, letter: str, formula: tuple[str, str], numbers: Mapping[str, Number], value: float
) -> Equation:
    """Show dL/da of one gate.

    Parameters
    ----------
    formula
        The right side in letters, and the same with a `{name}` for each number.
    value
        What it comes to.
    """
    symbols, filled = formula
    symbols = gradient_symbols(letter, symbols)
    if place.held_at(letter) is not None:
        return zero(symbols, "Held by an intervention: it has no gradient.")
    return Equation(symbols, filled, numbers, Number(value))


def gradient_symbols(letter: str, symbols: str) -> str:
    """Write dL/da of a gate as what it is."""
    return rf"\dfrac{{dL}}{{da_{letter}}} = {symbols}"


def zero(symbols: str, note: str, letter: str = "", recorded: float | None = None) -> Equation:
    """Say that something is exactly 0, and why."""
    nought = Number(0.0, letter)
    return Equation(symbols, "{zero}", {"zero": nought}, nought, recorded, note=note)


def subject(place: Place, letter: str, name: str) -> str:
    """Begin a sentence about a gate: `The forget gate`, and that it is held where it is."""
    held = place.held_at(letter) is not None
    return f"The {name} is held: it" if held else f"The {name}"


def says_above(place: Place, above: Equation) -> str:
    """Say what the same step brings to the hidden state."""
    if above.note:
        return above.note
    source = "output of this step" if place.is_top else "layer above"
    return f"The {source} brings {number(above.result.value)}."


def says_parts(place: Place, above: Equation, later: Equation) -> str:
    """Say what the same step brings, and what comes back from the next one."""
    if not place.gradient_comes_back:
        return f"{says_above(place, above)} {boundary(place)}"
    back = number(later.result.value)
    return f"{says_above(place, above)} From step {place.step + 1} comes {back}."


def says_largest(place: Place, here: GateGradients, names: Mapping[str, str]) -> str:
    """Say at which gate most gradient arrives, and what would make the loss fall."""
    arriving = {letter: float(here.x[letter][place.unit]) for letter in names}
    if not all(np.isfinite(list(arriving.values()))):
        return "The gradient is not a number."
    most = max(arriving, key=lambda letter: abs(arriving[letter]))
    if arriving[most] == 0:
        if place.is_silent:
            return f"Unit {place.unit} is silenced: no gradient reaches its gates."
        return "No gradient arrives: all are exactly 0."
    wanted = "smaller" if arriving[most] > 0 else "larger"
    return (
        f"The largest arrives at the {names[most]}: "
        f"the loss would fall if its weighted sum were a little {wanted}."
    )
