"""What the presets claim: numbers measured from their runs, a sentence, and whether it holds.

"At the start" is the first trace that a run has kept, of its first weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnviz.analysis.gradients import (
    Which,
    backward_norms,
    factor_per_step,
    factor_text,
    share_text,
)
from rnnviz.analysis.side_by_side import largest_norm
from rnnviz.recording import Trace
from rnnviz.training import Trainer

Numbers = Mapping[str, float]

#: From here on a share of hits means that the task has been learned, below the other it has not.
LEARNED, NOT_LEARNED = 0.9, 0.8


@dataclass(frozen=True)
class Claim:
    """What a preset shows.

    Parameters
    ----------
    measure
        From the trainers of its runs, in their order, at any iteration, to numbers by name.
    sentence
        Says these numbers in words.
    holds
        Whether they show what the preset says; meant for the end of its runs.
    """

    measure: Callable[[Sequence[Trainer]], Numbers]
    sentence: Callable[[Numbers], str]
    holds: Callable[[Numbers], bool]


def _vanish(trainers: Sequence[Trainer]) -> Numbers:
    norms = backward_norms(_start(trainers[0]))
    return {
        "factor": _factor(trainers[0]),
        "left": float(norms[-1] / norms[0]),
        "lag": norms.size - 1,
        "accuracy": trainers[0].score().accuracy,
        "guessing": trainers[0].task.baseline().accuracy,
    }


def _vanish_says(n: Numbers) -> str:
    return (
        f"At the start ×{n['factor']:.2f} per step: {share_text(n['left'])} is left "
        f"{n['lag']:.0f} steps back. Now {_hits(n['accuracy'])} of the answers are right; "
        f"guessing gives {_hits(n['guessing'])}."
    )


def _vanish_holds(n: Numbers) -> bool:
    return n["left"] < 1e-4 and n["accuracy"] < n["guessing"] + 0.15


def _explode(trainers: Sequence[Trainer]) -> Numbers:
    names = ("large", "one", "tanh")
    factors = {name: _factor(trainer) for name, trainer in zip(names, trainers, strict=True)}
    peaks = {
        f"{name} peak": largest_norm(trainer) for name, trainer in zip(names, trainers, strict=True)
    }
    wild = trainers[0]
    return {
        **factors,
        **peaks,
        "diverged": wild.diverged is not None,
        "accuracy": wild.score().accuracy,
        "guessing": wild.task.baseline().accuracy,
    }


def _explode_says(n: Numbers) -> str:
    end = "it diverged" if n["diverged"] else f"it has {_hits(n['accuracy'])} right"
    return (
        f"Factor per step at the start: ×{n['large']:.2f} at radius 1.3, ×{n['one']:.2f} at radius "
        f"1, ×{n['tanh']:.2f} with tanh. Largest gradient norm so far: {_short(n['large peak'])} "
        f"at radius 1.3, {_short(n['one peak'])} at radius 1, {_short(n['tanh peak'])} with tanh. "
        f"At radius 1.3 {end}; guessing gives {_hits(n['guessing'])}."
    )


def _explode_holds(n: Numbers) -> bool:
    grows = n["large"] > 1.2 and max(n["one"], n["tanh"]) < 1.1
    ended = bool(n["diverged"]) or n["accuracy"] < n["guessing"] + 0.15
    return grows and ended and n["large peak"] > 1e4 * max(n["one peak"], n["tanh peak"])


def _clip(trainers: Sequence[Trainer]) -> Numbers:
    names = ("fast", "fast clipped", "slow", "slow clipped")
    return {
        **{name: t.score().accuracy for name, t in zip(names, trainers, strict=True)},
        "share": _share_clipped(trainers[1]),
        "slow share": _share_clipped(trainers[3]),
    }


def _clip_says(n: Numbers) -> str:
    return (
        f"At 0.5: {_hits(n['fast'])} right without clipping, {_hits(n['fast clipped'])} with it "
        f"({_hits(n['share'])} of the iterations were clipped). At 0.05: {_hits(n['slow'])} "
        f"without, {_hits(n['slow clipped'])} with it ({_hits(n['slow share'])} clipped)."
    )


def _clip_holds(n: Numbers) -> bool:
    learned = min(n["fast clipped"], n["slow"], n["slow clipped"]) >= LEARNED
    return learned and n["fast"] < NOT_LEARNED


def _truncate(trainers: Sequence[Trainer]) -> Numbers:
    cut, whole = trainers
    norms, of_whole = backward_norms(cut.trace()), backward_norms(whole.trace())
    return {
        "reached": float(np.count_nonzero(norms)),
        "steps": norms.size,
        "beyond": float(norms[20:].max()),
        "whole beyond": float(of_whole[20:].min()),
        "cut": cut.score().accuracy,
        "whole": whole.score().accuracy,
    }


def _truncate_says(n: Numbers) -> str:
    return (
        f"Cut: the gradient is there at {n['reached']:.0f} of {n['steps']:.0f} steps, exactly zero "
        f"at the others, and {_hits(n['cut'])} of the answers are right. Whole: 20 steps back it "
        f"is at least {n['whole beyond']:.1g}, and {_hits(n['whole'])} are right."
    )


def _truncate_holds(n: Numbers) -> bool:
    seen = n["beyond"] == 0.0 and n["whole beyond"] > 0.0
    return seen and n["whole"] >= LEARNED and n["cut"] < NOT_LEARNED


def _bias(trainers: Sequence[Trainer]) -> Numbers:
    low, high = trainers
    return {
        "low": _factor(low, "last_d_c"),
        "high": _factor(high, "last_d_c"),
        "low gate": _forget_gate(low),
        "high gate": _forget_gate(high),
        "low right": low.score().accuracy,
        "high right": high.score().accuracy,
        "guessing": low.task.baseline().accuracy,
    }


def _bias_says(n: Numbers) -> str:
    return (
        f"At the start, bias 0: forget gates at {n['low gate']:.2f} on average, gradient by the "
        f"cell state ×{n['low']:.2f} per step; bias 3: {n['high gate']:.2f}, ×{n['high']:.2f}. Now "
        f"bias 0 recalls {_hits(n['low right'])} of the first symbols, bias 3 "
        f"{_hits(n['high right'])}; guessing gives {_hits(n['guessing'])}."
    )


def _bias_holds(n: Numbers) -> bool:
    gates = n["low gate"] < 0.6 and n["high gate"] > 0.9
    return (
        gates
        and n["low"] < 0.8
        and n["high"] > 0.95
        and n["high right"] >= LEARNED
        and n["low right"] < NOT_LEARNED
    )


def _identity(trainers: Sequence[Trainer]) -> Numbers:
    identity, uniform = trainers
    return {
        "identity": _factor(identity),
        "uniform": _factor(uniform),
        "identity error": _recent_loss(identity),
        "uniform error": _recent_loss(uniform),
        "clipped": _share_clipped(identity),
    }


def _identity_says(n: Numbers) -> str:
    return (
        f"Factor per step at the start: ×{n['identity']:.3f} with the identity, "
        f"×{n['uniform']:.2f} with uniform weights. Squared error, median of the last 50 batches: "
        f"{_short(n['identity error'])} and {_short(n['uniform error'])}. {_hits(n['clipped'])} of "
        "the iterations of the identity start were clipped."
    )


def _identity_holds(n: Numbers) -> bool:
    return (
        n["identity"] > 0.95
        and n["uniform"] < 0.6
        and n["identity error"] < min(n["uniform error"], 0.1)
        and n["clipped"] > 0.8
    )


def _cell(trainers: Sequence[Trainer]) -> Numbers:
    lstm, rnn = trainers
    by_cell, by_hidden = (
        backward_norms(_start(lstm), "last_d_c"),
        backward_norms(_start(rnn)),
    )
    return {
        "gate": _forget_gate(lstm),
        "cell": _factor(lstm, "last_d_c"),
        "cell left": float(by_cell[-1] / by_cell[0]),
        "rnn": _factor(rnn),
        "rnn left": float(by_hidden[-1] / by_hidden[0]),
        "lag": by_cell.size - 1,
        "cell now": _factor_of(lstm.trace(), "last_d_c"),
        "rnn now": _factor_of(rnn.trace()),
    }


def _cell_says(n: Numbers) -> str:
    return (
        f"At the start the forget gates stand at {n['gate']:.2f} on average, and the gradient by "
        f"the cell state changes by ×{n['cell']:.2f} per step: {n['lag']:.0f} steps back it is at "
        f"{share_text(n['cell left'])}. In the RNN ×{n['rnn']:.2f}: {share_text(n['rnn left'])}. "
        f"Now it is {factor_text(n['cell now'])}, and {factor_text(n['rnn now'])} in the RNN."
    )


def _cell_holds(n: Numbers) -> bool:
    begins = n["gate"] > 0.9 and n["cell"] > 0.93 and n["cell left"] > 100 * n["rnn left"]
    return begins and n["cell now"] > max(n["rnn now"], 0.93)


#: The claim of each preset of `rnnviz.training.PRESETS`, by its key.
CLAIMS: dict[str, Claim] = {
    "vanish": Claim(_vanish, _vanish_says, _vanish_holds),
    "explode": Claim(_explode, _explode_says, _explode_holds),
    "clip": Claim(_clip, _clip_says, _clip_holds),
    "truncate": Claim(_truncate, _truncate_says, _truncate_holds),
    "bias": Claim(_bias, _bias_says, _bias_holds),
    "identity": Claim(_identity, _identity_says, _identity_holds),
    "cell": Claim(_cell, _cell_says, _cell_holds),
}


def _start(trainer: Trainer) -> Trace:
    return trainer.recording.at(0)


def _factor(trainer: Trainer, which: Which = "last_d_h") -> float:
    """Return the factor per step at the start; NaN where there is none."""
    return _factor_of(_start(trainer), which)


def _factor_of(trace: Trace, which: Which = "last_d_h") -> float:
    factor = factor_per_step(backward_norms(trace, which))
    return math.nan if factor is None else factor


def _forget_gate(trainer: Trainer) -> float:
    return float(_start(trainer).gates["f"].mean())


def _share_clipped(trainer: Trainer) -> float:
    clipped = trainer.history.column("clipped")
    return float(clipped.mean()) if clipped.size else math.nan


def _recent_loss(trainer: Trainer) -> float:
    losses = trainer.history.column("loss")[-50:]
    return float(np.median(losses)) if losses.size else math.nan


def _short(number: float) -> str:
    return "–" if math.isnan(number) else f"{number:.3g}"


def _hits(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.0f} %"
