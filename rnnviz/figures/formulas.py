"""Equations with their numbers, as LaTeX and as HTML.

Letters and numbers of a quantity are on a tile of its colour, the same in every picture; the text
on a tile is in `INK`, which is readable in both themes.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping
from typing import Any

from rnnviz.analysis.equations import Equation, Number, Stage, Term, WeightedSum, number_text
from rnnviz.figures.palette import QUANTITIES, Quantity
from rnnviz.figures.spec import INK, NEUTRAL, rgba, tint

#: Number of weighted inputs that are listed one by one.
LISTED = 8
#: Significant digits of the inputs of a formula.
DIGITS_IN = 4
#: Number of pieces of a formula (numbers and what is between them) above which it may need a second
#: line.
LONG = 3

#: Names of letters without a colour of their own.
_PLAIN = {
    "x": "input", "y": "output", "a": "weighted sum", "m": "the past’s part of the candidate",
    "e": "score of attention", "sum": "sum of attention", "q": "tanh of both weighted states",
}  # fmt: skip

#: `f_t`, `c_{t-1}`, `dL/dc_{t+1}`: the symbols that get a tile in a formula.
_GRADIENT = re.compile(r"\\dfrac\{dL\}\{d([ch])_(?:t|\{t\+1\})\}")
_LETTER = re.compile(r"(?<![A-Za-z_{])([a-z])_(?:t|\{t[+-]1\})(?:\^2)?")


def latex(symbols: str, cell: str) -> str:
    """Return a formula in symbols, with tiles for a cell's quantities."""
    quantities = QUANTITIES[cell]

    def tile(found: re.Match[str], gradient: str) -> str:
        quantity = quantities.get(gradient + found[1])
        if quantity is None:
            return found[0]
        return rf"\colorbox{{{_hex(quantity)}}}{{$\color{{{INK}}}{found[0]}$}}"

    # The letters first: within a gradient they come after a d, which leaves them unchanged.
    lettered = _LETTER.sub(lambda found: tile(found, ""), symbols)
    return _GRADIENT.sub(lambda found: tile(found, "d_"), lettered)


def stage_head(number: int, stage: Stage) -> str:
    """Return the title and the sentence of a stage as HTML."""
    sentence = html.escape(stage.sentence).replace(" %", "&nbsp;%")
    return (
        f'<h3 class="stage-title">{number} · {html.escape(stage.title)}</h3>'
        f'<p class="stage-sentence">{sentence}</p>'
    )


def key_html(cell: str) -> str:
    """Return the key to the colours and letters of a cell, as HTML."""
    rows = "".join(
        f'<span><span class="letter" style="background:{_hex(quantity)};color:{INK}">'
        f"{letter.replace('d_', 'dL/d')}</span> {_named(quantity)}</span>"
        for letter, quantity in QUANTITIES[cell].items()
    )
    return f'<div class="key">{rows}</div>'


def _named(quantity: Quantity) -> str:
    """Return the label of a quantity for a place where its letter is already written."""
    return quantity.label.partition(" (dL/")[0]


def equation_html(equation: Equation, cell: str, digits: int, sentence: str = "") -> str:
    """Return an equation with its numbers as HTML.

    Parameters
    ----------
    digits
        Significant digits of the result, and of the recorded value.
    sentence
        A text that is already shown: a note that it contains is not repeated.
    """
    quantities = QUANTITIES[cell]
    parts = []
    if equation.weighted is not None:
        parts.append(_terms(equation.weighted, equation.result.letter, quantities))
    if equation.filled:
        parts.append(_filled(equation, quantities, digits))
    if equation.recorded is not None:
        parts.append(f'<p class="recorded">{_recorded(equation, equation.recorded, digits)}</p>')
    if equation.note and equation.note not in sentence:
        parts.append(f'<p class="recorded">{html.escape(equation.note)}</p>')
    return f'<div class="equation">{"".join(parts)}</div>'


def _recorded(equation: Equation, recorded: float, digits: int) -> str:
    """Compare a result with the recorded value, to the last digit shown, or to its rounding."""
    computed, shown = (number_text(v, digits) for v in (equation.result.value, recorded))
    difference = abs(equation.result.value - recorded)
    if computed == shown or difference <= equation.rounding < math.inf:
        return f"recorded: {shown} ✓"
    return f"recorded: {shown}, differs by {number_text(difference, 1)}"


def _filled(equation: Equation, quantities: Mapping[str, Quantity], digits: int) -> str:
    """Insert the numbers into a formula, which may break only before an operator."""
    pieces = re.split(r"\{(\w+)\}", html.escape(equation.filled))
    pieces[1::2] = [_number(equation.numbers[name], quantities, DIGITS_IN) for name in pieces[1::2]]
    result = f"= {_number(equation.result, quantities, digits)}"
    # For numbers without a tile: `a + −b` is written as `a − b`.
    right = "".join(pieces).replace('+ <span class="number">−', '− <span class="number">')
    # If the right side is only the result, it is not written twice.
    if re.fullmatch(r"\{\w+\}", equation.filled):
        whole = [result]
    else:
        whole = ["=", *re.split(' (?=[·+] |− <span class="number">)', right), result]
    kind = "filled long" if len(pieces) > LONG else "filled"
    return f'<p class="{kind}">{" ".join(f"<span>{part}</span>" for part in whole)}</p>'


def _number(number: Number, quantities: Mapping[str, Quantity], digits: int) -> str:
    text = number_text(number.value, digits)
    quantity = quantities.get(number.letter)
    if quantity is None:
        return f'<span class="number">{text}</span>'
    return (
        f'<span class="number" style="background:{_hex(quantity)};color:{INK}" '
        f'title="{quantity.label}">{text}</span>'
    )


def _terms(weighted: WeightedSum, letter: str, quantities: Mapping[str, Quantity]) -> str:
    """List the weighted inputs by size, then the others together, the biases and the sum."""
    terms, others, remainder = weighted.largest(LISTED)
    sizes = [abs(term.product) for term in terms] + [abs(v) for v in weighted.biases.values()]
    largest = max((size for size in (*sizes, abs(remainder)) if size < float("inf")), default=0.0)
    quantity = quantities.get(letter)
    colour = NEUTRAL if quantity is None else quantity.colour

    def row(name: str, factors: str, product: float, kind: str = "") -> str:
        bar = "" if kind == "sum" else _bar(product, largest, colour)
        return (
            f'<tr class="{kind}"><th scope="row">{name}</th><td>{factors}</td>'
            f"<td{bar}>{number_text(product, DIGITS_IN)}</td></tr>"
        )

    rows = [row(_name(term, quantities), _factors(term), term.product) for term in terms]
    if others:
        rows.append(row(f"{others} others together", "", remainder))
    # Where there may be more terms at another step, their room is kept: nothing jumps.
    wanted = min(weighted.most, LISTED + 1)
    rows += ['<tr><td colspan="3">&nbsp;</td></tr>'] * (wanted - len(rows))
    rows += [row(html.escape(name), "", bias) for name, bias in weighted.biases.items()]
    rows.append(row("sum", "", weighted.total, "sum"))
    return (
        '<table class="terms"><thead><tr><th scope="col">by size</th>'
        '<th scope="col">weight × value</th><th scope="col">product</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _factors(term: Term) -> str:
    return f"{number_text(term.weight, 3)} × {number_text(term.value, 3)}"


def _name(term: Term, quantities: Mapping[str, Quantity]) -> str:
    """Name an input: a tile with its letter, then its name; in full in the tooltip."""
    quantity, which = quantities.get(term.letter), html.escape(term.name)
    label = _PLAIN.get(term.letter, "") if quantity is None else quantity.label
    style = "" if quantity is None else f' style="background:{_hex(quantity)};color:{INK}"'
    return (
        f'<span title="{label}: {which}"><span class="letter"{style}>{term.letter}</span> '
        f"{which}</span>"
    )


def _bar(value: float, largest: float, colour: str) -> str:
    """Return the background of a cell: a bar from its middle, to the left for negative values."""
    if not largest or not abs(value) <= largest:
        return ""
    share = 50 * abs(value) / largest
    start, end = (50 - share, 50) if value < 0 else (50, 50 + share)
    paint, none = rgba(colour, 0.35), "transparent"
    return (
        f' style="background-image:linear-gradient(90deg,{none} {start:.1f}%,{paint} {start:.1f}%,'
        f'{paint} {end:.1f}%,{none} {end:.1f}%)"'
    )


def _hex(quantity: Quantity) -> str:
    """Return the colour of a quantity's tile as `#rrggbb`, which LaTeX takes as HTML does."""
    parts: list[Any] = re.findall(r"\d+", tint(quantity.colour))
    return "#" + "".join(f"{int(part):02x}" for part in parts)
