"""The claims of the presets of gradients: measured numbers, a sentence, and whether it holds.

"At the start" is the first trace of a run, with its initial weights.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rnnviz.analysis.claim import Claim, Numbers
from rnnviz.analysis.gradients import REACHED_SHARE, Which, backward_norms, factor_per_step
from rnnviz.analysis.side_by_side import largest_norm
from rnnviz.analysis.theory import through_gates
from rnnviz.analysis.ways_back import way_norms
from rnnviz.numbers import factor, number, percent, share
from rnnviz.recording import Trace
from rnnviz.training import Trainer

#: At or above the first accuracy the task counts as learned, below the second as not learned.
LEARNED, NOT_LEARNED = 0.9, 0.8


def _vanish(trainers: Sequence[Trainer]) -> Numbers:
    trace = _start(trainers[0])
    norms, (first, second) = backward_norms(trace), _lags_of_symbols(trace)
    return {
        "factor": _factor(trainers[0]),
        "first": float(norms[first] / norms[0]),
        "first lag": first,
        "second": float(norms[second] / norms[0]),
        "second lag": second,
        "accuracy": trainers[0].score().accuracy,
        "guessing": trainers[0].task.baseline().accuracy,
    }


def _vanish_says(n: Numbers) -> str:
    return (
        f"At the start {factor(n['factor'])} per step. At the second of the two symbols that "
        f"matter, {n['second lag']:.0f} steps back, {share(n['second'])} is left; at the first, "
        f"{n['first lag']:.0f} steps back, {share(n['first'])}. Now {percent(n['accuracy'])} of "
        f"the answers are right; guessing gives {percent(n['guessing'])}."
    )


def _vanish_holds(n: Numbers) -> bool:
    arrives = n["first"] < 1e-4 and n["first"] < n["second"] < REACHED_SHARE
    return arrives and n["accuracy"] < n["guessing"] + 0.15


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
    end = "it diverged" if n["diverged"] else f"it has {percent(n['accuracy'])} right"
    return (
        f"Factor per step at the start: {factor(n['large'])} at radius 1.3, {factor(n['one'])} at "
        f"radius 1, {factor(n['tanh'])} with tanh. Largest gradient norm so far: "
        f"{number(n['large peak'])} at radius 1.3, {number(n['one peak'])} at radius 1, "
        f"{number(n['tanh peak'])} with tanh. "
        f"At radius 1.3 {end}; guessing gives {percent(n['guessing'])}."
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
        f"At 0.5: {percent(n['fast'])} right without clipping, {percent(n['fast clipped'])} with "
        f"it ({percent(n['share'])} of the iterations were clipped). At 0.05: {percent(n['slow'])} "
        f"without, {percent(n['slow clipped'])} with it ({percent(n['slow share'])} clipped)."
    )


def _clip_holds(n: Numbers) -> bool:
    learned = min(n["fast clipped"], n["slow"], n["slow clipped"]) >= LEARNED
    return learned and n["fast"] < NOT_LEARNED


def _truncate(trainers: Sequence[Trainer]) -> Numbers:
    names = ("short", "long", "whole")
    # All traces show the same probe, so the same lags.
    first, second = _lags_of_symbols(trainers[0].trace())
    reached = {
        f"{name} lag": float(np.count_nonzero(backward_norms(trainer.trace())) - 1)
        for name, trainer in zip(names, trainers, strict=True)
    }
    right = {name: t.score().accuracy for name, t in zip(names, trainers, strict=True)}
    return {**reached, **right, "first lag": first, "second lag": second}


def _truncate_says(n: Numbers) -> str:
    return (
        f"In the example the symbols are {n['first lag']:.0f} and {n['second lag']:.0f} steps "
        f"before the answer. Cut every 10 steps, the gradient reaches {n['short lag']:.0f} steps "
        f"back, and {percent(n['short'])} of the answers are right; every 12, it reaches "
        f"{n['long lag']:.0f}, and {percent(n['long'])} are right; uncut, {n['whole lag']:.0f}, "
        f"and {percent(n['whole'])}."
    )


def _truncate_holds(n: Numbers) -> bool:
    hidden = n["short lag"] < n["second lag"] <= n["long lag"] < n["first lag"] <= n["whole lag"]
    return hidden and min(n["long"], n["whole"]) >= LEARNED and n["short"] < NOT_LEARNED


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
        f"At the start, bias 0: forget gates at {number(n['low gate'])} on average, gradient "
        f"w.r.t. the cell state {factor(n['low'])} per step; bias 3: {number(n['high gate'])}, "
        f"{factor(n['high'])}. Now "
        f"bias 0 recalls {percent(n['low right'])} of the first symbols, bias 3 "
        f"{percent(n['high right'])}; guessing gives {percent(n['guessing'])}."
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
    identity, orthogonal = trainers
    return {
        "identity": _factor(identity),
        "orthogonal": _factor(orthogonal),
        "identity error": _recent_loss(identity),
        "orthogonal error": _recent_loss(orthogonal),
        "clipped": _share_clipped(identity),
    }


def _identity_says(n: Numbers) -> str:
    return (
        f"Factor per step at the start: {factor(n['identity'])} with the identity, "
        f"{factor(n['orthogonal'])} with an orthogonal matrix. Squared error, median of the last "
        f"50 batches: {number(n['identity error'])} and {number(n['orthogonal error'])}. "
        f"{percent(n['clipped'])} of the iterations of the identity start were clipped."
    )


def _identity_holds(n: Numbers) -> bool:
    return (
        n["identity"] > 0.95
        and n["orthogonal"] < 0.9
        and n["identity error"] < min(n["orthogonal error"], 0.1)
        and n["clipped"] > 0.5
    )


def _cell(trainers: Sequence[Trainer]) -> Numbers:
    lstm, rnn = trainers
    trace = _start(lstm)
    by_cell, by_hidden = backward_norms(trace, "last_d_c"), backward_norms(_start(rnn))
    last = by_cell.size - 1
    gradient = trace.layers[trace.top].last_d_c
    gates = np.empty(0) if gradient is None else trace.gates["f"][last:0:-1]
    alone = by_cell if gradient is None else through_gates(gradient[last], gates)
    return {
        "gate": _forget_gate(lstm),
        "alone": float(alone[-1] / alone[0]),
        "cell": _factor(lstm, "last_d_c"),
        "cell left": float(by_cell[-1] / by_cell[0]),
        "rnn": _factor(rnn),
        "rnn left": float(by_hidden[-1] / by_hidden[0]),
        "lag": last,
        "cell now": _factor_of(lstm.trace(), "last_d_c"),
        "rnn now": _factor_of(rnn.trace()),
    }


def _cell_says(n: Numbers) -> str:
    return (
        f"At the start the forget gates are at {number(n['gate'])} on average. They alone would "
        f"leave {share(n['alone'])} of the gradient w.r.t. the cell state {n['lag']:.0f} steps "
        f"back; measured, with the paths through h, is {share(n['cell left'])} "
        f"({factor(n['cell'])} per step). In the RNN {share(n['rnn left'])} is left "
        f"({factor(n['rnn'])}). Now it is {factor(n['cell now'])} per step, and "
        f"{factor(n['rnn now'])} in the RNN."
    )


def _cell_holds(n: Numbers) -> bool:
    begins = n["gate"] > 0.9 and n["cell"] > 0.93 and n["alone"] > 5 * n["rnn left"]
    through_h = n["cell left"] > 2 * n["alone"]
    return begins and through_h and n["cell now"] > max(n["rnn now"], 0.9)


def _shortcut(trainers: Sequence[Trainer]) -> Numbers:
    attending, plain = trainers
    start = _start(attending)
    back = way_norms(start)
    return {
        "lag": float(start.steps - 1),
        "attending": float(backward_norms(start)[-1]),
        "plain": float(backward_norms(_start(plain))[-1]),
        "over recurrence": math.nan if back is None else float(back.recurrence[-1]),
        "attending right": attending.score().accuracy,
        "plain right": plain.score().accuracy,
    }


def _shortcut_says(n: Numbers) -> str:
    return (
        f"At the start a gradient of {number(n['attending'])} arrives {n['lag']:.0f} steps back "
        f"with attention ({number(n['over recurrence'])} from the next step over the recurrence), "
        f"and {number(n['plain'])} without. Now {percent(n['attending right'])} of the first "
        f"symbols are recalled with attention, {percent(n['plain right'])} without."
    )


def _shortcut_holds(n: Numbers) -> bool:
    arrives = n["attending"] > 1e-4 and n["attending"] > 1e3 * n["plain"]
    return arrives and n["attending right"] >= LEARNED


#: The claim of each preset of `rnnviz.training.PRESETS`, by its key.
CLAIMS: dict[str, Claim] = {
    "vanish": Claim(_vanish, _vanish_says, _vanish_holds),
    "explode": Claim(_explode, _explode_says, _explode_holds),
    "clip": Claim(_clip, _clip_says, _clip_holds),
    "truncate": Claim(_truncate, _truncate_says, _truncate_holds),
    "bias": Claim(_bias, _bias_says, _bias_holds),
    "identity": Claim(_identity, _identity_says, _identity_holds),
    "shortcut": Claim(_shortcut, _shortcut_says, _shortcut_holds),
    "cell": Claim(_cell, _cell_says, _cell_holds),
}


def _start(trainer: Trainer) -> Trace:
    return trainer.recording.at(0)


def _lags_of_symbols(trace: Trace) -> tuple[int, int]:
    """Return how many steps before the answer the two symbols of the temporal order come."""
    first, second = (t for t, name in enumerate(trace.input_labels) if name in ("X", "Y"))
    return trace.steps - 1 - first, trace.steps - 1 - second


def _factor(trainer: Trainer, which: Which = "last_d_h") -> float:
    """Return the factor per step at the start; NaN if there is none."""
    return _factor_of(_start(trainer), which)


def _factor_of(trace: Trace, which: Which = "last_d_h") -> float:
    found = factor_per_step(backward_norms(trace, which))
    return math.nan if found is None else found


def _forget_gate(trainer: Trainer) -> float:
    return float(_start(trainer).gates["f"].mean())


def _share_clipped(trainer: Trainer) -> float:
    clipped = trainer.history.column("clipped")
    return float(clipped.mean()) if clipped.size else math.nan


def _recent_loss(trainer: Trainer) -> float:
    losses = trainer.history.column("loss")[-50:]
    return float(np.median(losses)) if losses.size else math.nan
