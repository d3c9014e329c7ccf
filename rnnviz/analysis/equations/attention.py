"""The equations of attention with their numbers. They are those of rnnviz/engine/attention.py.

Only the topmost layer has them: its hidden states are what attention looks at. Scores and what
becomes of their gradients are shown for the step that is looked at most; sums are over all steps.
The sum m_t is called `sum` here, because m_t is another number in the equations of some cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rnnviz.analysis.equations.outputs import by_outputs, sizes_by_outputs, terms_of_outputs
from rnnviz.analysis.equations.parts import (
    Equation,
    Number,
    Stage,
    Term,
    WeightedSum,
    exact_sum,
    percent,
)
from rnnviz.analysis.equations.place import Place
from rnnviz.engine import AttentionTrace
from rnnviz.numbers import number
from rnnviz.recording.trace import Array

#: The score in letters, by kind.
_SCORE = {
    "dot": r"e_{ts} = \dfrac{h_t \cdot h_s}{\sqrt{H}}",
    "general": r"e_{ts} = h_t^\top W_a\,h_s",
    "additive": r"e_{ts} = v \cdot q_{ts},\quad q_{ts} = \tanh(W_q\,h_t + W_k\,h_s)",
}
#: Its derivative by the state that asks, h_t, and by the one that step r looks at.
_BY_ASKING = {
    "dot": r"\dfrac{h_s}{\sqrt{H}}",
    "general": r"W_a\,h_s",
    "additive": r"W_q^\top (v \cdot (1 - q_{ts}^2))",
}
_BY_LOOKED_AT = {
    "dot": r"\dfrac{h_r}{\sqrt{H}}",
    "general": r"W_a^\top h_r",
    "additive": r"W_k^\top (v \cdot (1 - q_{rt}^2))",
}


@dataclass(frozen=True)
class Attended:
    """Attention around the step of a place.

    Parameters
    ----------
    place
        In the topmost layer.
    attending
        What was recorded.
    """

    place: Place
    attending: AttentionTrace

    @property
    def kind(self) -> str:
        """Which score it has."""
        return self.place.architecture.attention

    @property
    def h(self) -> Array:
        """The hidden states of all steps, (T, H)."""
        found: Array = self.place.own.h.astype(float)
        return found

    @property
    def looked_at(self) -> list[int]:
        """The steps that this one may look at."""
        return np.flatnonzero(self.attending.scores[self.place.step] != -np.inf).tolist()

    @property
    def askers(self) -> list[int]:
        """The steps that may look at this one."""
        return np.flatnonzero(self.attending.scores[:, self.place.step] != -np.inf).tolist()

    @property
    def most(self) -> int:
        """The step that this one looks at most."""
        return int(np.argmax(np.nan_to_num(self.attending.weights[self.place.step], nan=-1.0)))

    def weight(self, name: str) -> Array:
        """Return a parameter of attention."""
        found: Array = self.place.parameters[f"attention.{name}"].astype(float)
        return found

    def within_tanh(self, asking: int, looked_at: int) -> Array:
        """Return what the additive score takes the tanh of, (H,)."""
        asks, looks = self.weight("query.weight") @ self.h[asking], self.h[looked_at]
        within: Array = asks + self.weight("key.weight") @ looks
        return within

    def score(self, looked_at: int) -> WeightedSum:
        """Weigh the units of the state that is looked at, or of q, to the score."""
        step, H = self.place.step, self.h.shape[1]
        weights, values, letter = self.h[step] / math.sqrt(H), self.h[looked_at], "h"
        if self.kind == "general":
            weights = self.weight("weight").T @ self.h[step]
        elif self.kind == "additive":
            weights, letter = self.weight("v"), "q"
            values = np.tanh(self.within_tanh(step, looked_at))
        name = f", step {looked_at}" if letter == "h" else ""
        return WeightedSum.of(
            Term.of(letter, f"unit {unit}{name}", weight, value)
            for unit, (weight, value) in enumerate(zip(weights, values, strict=True))
        )

    def size_of_score(self, looked_at: int) -> float:
        """Return the size of all that is added up to a score."""
        asks, looks = np.abs(self.h[self.place.step]), np.abs(self.h[looked_at])
        if self.kind == "dot":
            return float(asks @ looks) / math.sqrt(len(asks))
        if self.kind == "general":
            return float(asks @ np.abs(self.weight("weight")) @ looks)
        sides = zip(("query.weight", "key.weight"), (asks, looks), strict=True)
        within = sum(np.abs(self.weight(name)) @ h for name, h in sides)
        return float(np.abs(self.weight("v")) @ (1 + within))

    def sizes_of_slopes(self, role: str) -> Array:
        """Return the size of what de/dh_t of the unit is added up from, by the other step, (T,).

        `role` is `"query"` for h_t as the state that asks, `"key"` as the one that is looked at.
        """
        unit, h = self.place.unit, np.abs(self.h)
        if self.kind == "dot":
            found: Array = h[:, unit] / math.sqrt(h.shape[1])
        elif self.kind == "general":
            weight = np.abs(self.weight("weight"))
            found = h @ (weight[unit] if role == "query" else weight[:, unit])
        else:
            slope = np.abs(self.weight("v")) @ np.abs(self.weight(f"{role}.weight")[:, unit])
            found = np.full(len(h), slope)
        return found

    @property
    def sizes_by_sum(self) -> Array:
        """The size of what dL/dsum_t is added up from, (H,)."""
        H = self.h.shape[1]
        weights = np.abs(self.place.parameters["readout.weight"][:, H:].astype(float))
        found: Array = weights.T @ sizes_by_outputs(self.place)
        return found

    def by_asking(self, looked_at: int) -> float:
        """Return de_ts/dh_t of the unit, with h_t as the state that asks."""
        unit, H = self.place.unit, self.h.shape[1]
        if self.kind == "dot":
            return float(self.h[looked_at, unit] / math.sqrt(H))
        if self.kind == "general":
            return float(self.weight("weight")[unit] @ self.h[looked_at])
        slopes = 1 - np.tanh(self.within_tanh(self.place.step, looked_at)) ** 2
        return float((self.weight("v") * slopes) @ self.weight("query.weight")[:, unit])

    def by_looked_at(self, asking: int) -> float:
        """Return de_rt/dh_t of the unit, with h_t as the state that step r looks at."""
        unit, H = self.place.unit, self.h.shape[1]
        if self.kind == "dot":
            return float(self.h[asking, unit] / math.sqrt(H))
        if self.kind == "general":
            return float(self.weight("weight")[:, unit] @ self.h[asking])
        slopes = 1 - np.tanh(self.within_tanh(asking, self.place.step)) ** 2
        return float((self.weight("v") * slopes) @ self.weight("key.weight")[:, unit])


def attended(place: Place) -> Attended | None:
    """Return attention around a place; None where its layer has none above it."""
    attending = place.trace.attending
    return None if attending is None or not place.is_top else Attended(place, attending)


# ------------------------------------------------------------------ forward


def forward(place: Place) -> tuple[Stage, ...]:
    """Explain what the output reads besides the hidden state; empty without attention."""
    at = attended(place)
    if at is None:
        return ()
    share = percent(float(at.attending.weights[place.step, at.most]))
    reads = _output(at)
    by_h, by_sum = (number(reads.numbers[name].value) for name in ("by_h", "by_sum"))
    return (
        Stage(
            "Attention: where to look",
            f"Step {place.step} looks most at step {at.most}, with {share} of its attention.",
            (_score(at), _softmax(at)),
        ),
        Stage(
            "Attention: what the output reads",
            f"To the largest output, the hidden state brings {by_h}, the sum {by_sum}.",
            (_sum(at), reads),
        ),
    )


def _score(at: Attended) -> Equation:
    weighted = at.score(at.most)
    recorded = float(at.attending.scores[at.place.step, at.most])
    note = f"Here s is step {at.most}."
    result, rounding = Number(weighted.total, "e"), at.place.rounding(at.size_of_score(at.most))
    return Equation(_SCORE[at.kind], "", {}, result, recorded, weighted, note, rounding)


def _softmax(at: Attended) -> Equation:
    """Show the weight of the step that is looked at most."""
    scores = at.attending.scores[at.place.step, at.looked_at].astype(float)
    largest = float(scores.max())
    # ln of the sum of exponentials, without an overflow.
    total = largest + math.log(exact_sum(np.exp(scores - largest).tolist()))
    score = float(at.attending.scores[at.place.step, at.most])
    weight = float(np.exp(score - total))
    return Equation(
        r"a_{ts} = \exp\Big(e_{ts} - \ln \sum_r \exp e_{tr}\Big)",
        "exp({e} + {less})",
        {"e": Number(score, "e"), "less": Number(-total)},
        Number(weight, "a"),
        float(at.attending.weights[at.place.step, at.most]),
        rounding=at.place.rounding(weight * (1 + np.abs(scores).max())),
    )


def _sum(at: Attended) -> Equation:
    step, unit = at.place.step, at.place.unit
    terms = [
        Term.of("h", f"step {s}", at.attending.weights[step, s], at.h[s, unit])
        for s in at.looked_at
    ]
    weighted = WeightedSum.of(terms, most=len(at.h))
    recorded = float(at.attending.sums[step, unit])
    symbols = r"\text{sum}_t = \sum_s a_{ts}\,h_s"
    result, rounding = Number(weighted.total, "sum"), at.place.rounding(weighted.size)
    return Equation(symbols, "", {}, result, recorded, weighted, rounding=rounding)


def _output(at: Attended) -> Equation:
    """Show what the output with the largest value is made of."""
    place, H = at.place, at.h.shape[1]
    outputs = place.trace.outputs[place.step]
    largest = int(np.argmax(np.nan_to_num(outputs, nan=-np.inf)))
    weights = place.parameters["readout.weight"][largest].astype(float)
    of_h, of_sum = weights[:H] * at.h[place.step], weights[H:] * at.attending.sums[place.step]
    by_h, by_sum = exact_sum(of_h.tolist()), exact_sum(of_sum.tolist())
    bias = float(place.parameters["readout.bias"][largest])
    return Equation(
        r"y_t = W_h\,h_t + W_m\,\text{sum}_t + b",
        "{by_h} + {by_sum} + {bias}",
        {"by_h": Number(by_h), "by_sum": Number(by_sum), "bias": Number(bias)},
        Number(by_h + by_sum + bias, "y"),
        float(outputs[largest]),
        note=f"Of the largest output{_named(place, largest)}; all units together.",
        rounding=at.place.rounding(np.abs(of_h).sum(), np.abs(of_sum).sum(), abs(bias)),
    )


def _named(place: Place, output: int) -> str:
    labels = place.trace.output_labels
    return f", “{labels[output]}”" if len(labels) > output else ""


# ------------------------------------------------------------------ backward


def backward(place: Place) -> tuple[Stage, ...]:
    """Explain what comes to the hidden state over attention; empty without attention."""
    at = attended(place)
    if at is None:
        return ()
    by_sum = _by_sum(at)
    parts = _parts(at)
    total = _together(at, parts)
    return (
        Stage(
            "Over attention: to the scores of this step",
            _says_scores(at, by_sum),
            (by_sum, *_by_score(at)),
        ),
        Stage(
            "Over attention: to this hidden state",
            f"In all, {number(total.result.value)} comes over attention: to the state that asks, "
            "and to the one that is looked at.",
            (*parts.values(), total),
        ),
    )


def brings(place: Place) -> Equation | None:
    """Return what attention brings to dL/dh_t of the unit; None where there is none above it."""
    at = attended(place)
    return None if at is None else _together(at, _parts(at))


def _says_scores(at: Attended, by_sum: Equation) -> str:
    if by_sum.note:
        return by_sum.note
    return (
        f"The output of step {at.place.step} sends {number(by_sum.result.value)} to its sum, and "
        f"from there to the score of step {at.most}."
    )


def _by_sum(at: Attended) -> Equation:
    """Weigh what the outputs of the step send to its sum."""
    place, H = at.place, at.h.shape[1]
    weighted = WeightedSum.of(terms_of_outputs(place, H + place.unit))
    note = "" if place.trace.scored[place.step] else "The step is not scored: it sends exactly 0."
    return Equation(
        r"\dfrac{dL}{d\,\text{sum}_t} = W_m^\top\,\dfrac{dL}{dy_t}",
        "",
        {},
        Number(weighted.total, "d_sum"),
        float(at.attending.d_sums[place.step, place.unit]),
        weighted,
        note,
        at.place.rounding(at.sizes_by_sum[place.unit]),
    )


def _by_score(at: Attended) -> tuple[Equation, Equation]:
    """Show the gradients of the weight and of the score of the step that is looked at most."""
    step, most, H = at.place.step, at.most, at.h.shape[1]
    d_sum = at.place.parameters["readout.weight"][:, H:].astype(float).T @ by_outputs(at.place)
    d_weight = WeightedSum.of(
        Term.of("h", f"unit {unit}, step {most}", slope, value)
        for unit, (slope, value) in enumerate(zip(d_sum, at.h[most], strict=True))
    )
    weights = at.attending.weights[step, at.looked_at].astype(float)
    mean = exact_sum((weights * (at.h[at.looked_at] @ d_sum)).tolist())
    weight = float(at.attending.weights[step, most])
    sizes = np.abs(at.h) @ at.sizes_by_sum
    d_score = Equation(
        r"\dfrac{dL}{de_{ts}} = a_{ts} \Big(\dfrac{dL}{da_{ts}} - "
        r"\sum_r a_{tr} \dfrac{dL}{da_{tr}}\Big)",
        "{a} · ({d_a} + {less})",
        {"a": Number(weight, "a"), "d_a": Number(d_weight.total), "less": Number(-mean)},
        Number(weight * (d_weight.total - mean), "d_e"),
        float(at.attending.d_scores[step, most]),
        note=f"Here s is step {most}.",
        rounding=at.place.rounding(weight * sizes[most], weight * (weights @ sizes[at.looked_at])),
    )
    symbols = r"\dfrac{dL}{da_{ts}} = \dfrac{dL}{d\,\text{sum}_t} \cdot h_s"
    return Equation.of_sum(symbols, d_weight), d_score


def _parts(at: Attended) -> dict[str, Equation]:
    """Return what comes to the hidden state as the one that asks, and as one that is looked at."""
    step, unit = at.place.step, at.place.unit
    d_scores, d_sums = at.attending.d_scores, at.attending.d_sums
    asks = [Term.of("e", f"step {s}", at.by_asking(s), d_scores[step, s]) for s in at.looked_at]
    read = [
        Term.of("sum", f"step {r}", at.attending.weights[r, step], d_sums[r, unit])
        for r in at.askers
    ]
    fits = [Term.of("e", f"step {r}", at.by_looked_at(r), d_scores[r, step]) for r in at.askers]
    of_score = r"\sum_{} \dfrac{{dL}}{{de_{{{}}}}} \cdot {}"
    return {
        name: Equation.of_sum(
            rf"\text{{{name}}} = {symbols}", WeightedSum.of(terms, most=len(at.h))
        )
        for name, symbols, terms in (
            ("asks", of_score.format("s", "ts", _BY_ASKING[at.kind]), asks),
            ("read", r"\sum_r a_{rt} \cdot \dfrac{dL}{d\,\text{sum}_r}", read),
            ("fits", of_score.format("r", "rt", _BY_LOOKED_AT[at.kind]), fits),
        )
    }


def _together(at: Attended, parts: dict[str, Equation]) -> Equation:
    """Add up what comes over attention; recorded is all but what comes over the recurrence."""
    step, unit = at.place.step, at.place.unit
    direct = exact_sum(term.product for term in terms_of_outputs(at.place, unit))
    recorded = float(at.attending.own[step, unit]) + float(at.attending.later[step, unit]) - direct
    numbers = {name: part.result for name, part in parts.items()}
    d_scores, readout = np.abs(at.attending.d_scores), at.place.parameters["readout.weight"]
    rounding = at.place.rounding(
        d_scores[step, at.looked_at] @ at.sizes_of_slopes("query")[at.looked_at],
        d_scores[at.askers, step] @ at.sizes_of_slopes("key")[at.askers],
        np.abs(at.attending.weights[:, step] * at.attending.d_sums[:, unit]).sum(),
        np.abs(readout[:, unit]) @ sizes_by_outputs(at.place),
    )
    return Equation(
        r"\text{attention} = \text{asks} + \text{read} + \text{fits}",
        "{asks} + {read} + {fits}",
        numbers,
        Number(exact_sum(each.value for each in numbers.values()), "attention"),
        recorded,
        rounding=rounding,
    )
