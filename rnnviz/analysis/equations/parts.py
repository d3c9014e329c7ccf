"""What an equation with numbers in it is made of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from rnnviz import numbers

Real = float | np.floating

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Number:
    """A number in a formula, and the letter of the quantity that it is; `""` for a step between."""

    value: float
    letter: str = ""


@dataclass(frozen=True)
class Term:
    """One weighted input.

    Parameters
    ----------
    letter
        Quantity that the value is: `x` an input, `h` a hidden state, `y` an output, or a gate.
    name
        Which one of them, such as `unit 3`. Holds what users typed.
    weight, value, product
    """

    letter: str
    name: str
    weight: float
    value: float
    product: float

    @classmethod
    def of(cls, letter: str, name: str, weight: Real, value: Real) -> Term:
        """Multiply, in double precision."""
        return cls(letter, name, float(weight), float(value), float(weight) * float(value))


@dataclass(frozen=True)
class WeightedSum:
    """Weighted inputs and a bias.

    Parameters
    ----------
    terms : tuple of Term
        Largest contribution first, whatever its sign.
    biases : mapping of name to float
    total
        Of all products and biases.
    most
        How many terms there may be at another time step; 0 if there are always as many.
    """

    terms: tuple[Term, ...]
    biases: Mapping[str, float]
    total: float
    most: int = 0

    @classmethod
    def of(
        cls, terms: Iterable[Term], biases: Mapping[str, float] | None = None, most: int = 0
    ) -> WeightedSum:
        """Add up, without rounding in between."""
        ordered = tuple(sorted(terms, key=_size, reverse=True))
        biases = biases or {}
        total = exact_sum([*(t.product for t in ordered), *biases.values()])
        return cls(ordered, biases, total, most)

    @property
    def size(self) -> float:
        """The sum of products and biases without their signs."""
        return sum(abs(each) for each in (*(t.product for t in self.terms), *self.biases.values()))

    def largest(self, count: int) -> tuple[tuple[Term, ...], int, float]:
        """Return the largest terms, how many others there are, and what those are together."""
        others = self.terms[count:]
        return self.terms[:count], len(others), exact_sum(term.product for term in others)


@dataclass(frozen=True)
class Equation:
    """One equation with its numbers.

    Parameters
    ----------
    symbols
        The equation in letters, as LaTeX.
    filled
        Its right side with a `{name}` for each number: `{f} · {c}`. Empty where the right side is
        nothing but the weighted sum.
    numbers : mapping of name to Number
    result : Number
        What the right side comes to.
    recorded
        What the network had there; None where it records nothing.
    weighted
        Where the first number comes from, if it is a weighted sum.
    note
        What is out of the ordinary: held, silenced, cut off, no step before or after. May be empty.
    rounding
        By how much result and recorded value may differ because the network rounds: in proportion
        to the size of what was added up, which is far above the result where numbers nearly cancel.
        0 if both agree to the last digit shown anyway.
    """

    symbols: str
    filled: str
    numbers: Mapping[str, Number]
    result: Number
    recorded: float | None = None
    weighted: WeightedSum | None = None
    note: str = ""
    rounding: float = 0.0

    @classmethod
    def of_sum(cls, symbols: str, weighted: WeightedSum, note: str = "") -> Equation:
        """Make the equation of a weighted sum alone; its numbers stand in the list of terms."""
        return cls(symbols, "", {}, Number(weighted.total), weighted=weighted, note=note)


@dataclass(frozen=True)
class Stage:
    """One stage of the explanation: what happens in plain words, then the equations.

    Parameters
    ----------
    title
        What is decided here, such as `What to forget`.
    sentence
        What came of it, made from the numbers.
    """

    title: str
    sentence: str
    equations: tuple[Equation, ...] = field(default=())


def exact_sum(values: Iterable[float]) -> float:
    """Add up without rounding in between; with infinities and NaN as floats do."""
    numbers = list(values)
    finite = all(math.isfinite(number) for number in numbers)
    return math.fsum(numbers) if finite else sum(numbers)


def number_text(value: float, digits: int = 3) -> str:
    """Write a number with so many significant digits: `0.0930`, `−12.3`, `4.10×10⁻⁷`, `0`, `NaN`.

    Noughts at the end are kept, so that a number that changes does not change its width.
    """
    if math.isnan(value):
        return "NaN"
    sign = "−" if value < 0 else ""
    if math.isinf(value):
        return f"{sign}∞"
    if value == 0:
        return "0"
    lead, _, exponent = f"{abs(value):#.{digits}g}".partition("e")
    text = sign + lead.rstrip(".")
    return f"{text}×10{str(int(exponent)).translate(_SUPERSCRIPT)}" if exponent else text


def percent(share: float) -> str:
    """Write a share that may be no number, too."""
    return "an unknown share" if math.isnan(share) else numbers.percent(share)


def _size(term: Term) -> float:
    """Return what terms are ordered by; what is not a number counts as the largest."""
    return math.inf if math.isnan(term.product) else abs(term.product)
