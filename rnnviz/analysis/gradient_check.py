"""The gradient check of a run: its table, and its meaning in words."""

from __future__ import annotations

import math
import time

import pandas as pd

from rnnviz.analysis.gradients import steps_text
from rnnviz.engine import TOLERANCE, Checked, GradientCheck, Network, spec_of
from rnnviz.numbers import number
from rnnviz.recording.trace import Trace

#: Entries of each parameter that a quick check compares.
QUICK = 100


class CheckedTrace:
    """Comparison with central differences on the probe of a run, with the weights of one trace.

    Parameters
    ----------
    trace
    network
        With the weights of the trace, as `Trainer.network_of` returns it.
    entries
        Compare at most this many entries of each parameter; None means all.
    """

    def __init__(self, trace: Trace, network: Network, entries: int | None = QUICK) -> None:
        self.trace = trace
        self.check = GradientCheck(
            network,
            trace.inputs[:, None],
            trace.targets[:, None],
            trace.scored[:, None],
            "squared_error" if trace.probabilities is None else "cross_entropy",
            truncate=trace.truncate,
            answering=trace.answering,
            entries=entries,
        )

    @property
    def done(self) -> bool:
        """Whether every entry was compared."""
        return self.check.done == self.check.total

    @property
    def progress(self) -> float:
        """Share of the entries, 0..1."""
        return self.check.done / self.check.total

    def advance(self, seconds: float) -> None:
        """Compare for this long, one entry at least."""
        end = time.perf_counter() + seconds
        while not self.done:
            self.check.advance(1)
            if time.perf_counter() >= end:
                break


def check_table(checked: CheckedTrace) -> pd.DataFrame:
    """Return a table with a row per parameter whose comparison has begun."""
    results = checked.check.results
    return pd.DataFrame(
        {
            "gradient w.r.t.": list(results),
            "entries": [f"{found.entries:,} of {found.of:,}" for found in results.values()],
            "largest entry": [number(found.scale) for found in results.values()],
            "relative error": [number(found.error, 2) for found in results.values()],
            "allowed": [_allowed(found) for found in results.values()],
            "verdict": [_verdict(found.agrees, found.is_conclusive) for found in results.values()],
        }
    )


def check_sentence(checked: CheckedTrace) -> str:
    """Say whether the gradient is right, and if not, what the reason may be."""
    results = checked.check.results
    if not results:
        return "Nothing has been compared yet."
    wrong = [name for name, found in results.items() if not found.agrees]
    conclusive = {
        name: found for name, found in results.items() if found.agrees and found.is_conclusive
    }
    count = f"{checked.check.done:,} entries of {_arrays(len(results))}"
    if wrong:
        worst = max((results[name] for name in wrong), key=lambda found: found.error)
        return (
            f"{', '.join(wrong)}: off by up to {number(worst.error, 2)}, where {_allowed(worst)} "
            f"is allowed. {_reason(checked.trace)}"
        )
    if not conclusive:
        return (
            f"{count} agree, but the gradient is so small that rounding hides it, so this shows "
            "nothing. Check at an earlier iteration."
        )
    entries = sum(each.entries for each in conclusive.values())
    compared = f"{entries:,} entries of {_arrays(len(conclusive))}"
    small = len(results) - len(conclusive)
    rest = f" In {_arrays(small)} the gradient is too small to tell." if small else ""
    nearest = max(conclusive, key=lambda name: conclusive[name].error / conclusive[name].allowed)
    found = conclusive[nearest]
    return (
        f"{compared} agree with central differences: no relative error is above the one allowed "
        f"for its own array. Closest to it is {nearest}, with {number(found.error, 2)} where "
        f"{_allowed(found)} is allowed: {number(TOLERANCE)}, plus what rounding of the loss can "
        f"cause for a gradient as small as this one.{rest}"
    )


def _arrays(count: int) -> str:
    return "1 array" if count == 1 else f"{count} arrays"


def _allowed(found: Checked) -> str:
    return number(found.allowed, 2) if math.isfinite(found.allowed) else "–"


def _verdict(agrees: bool, conclusive: bool) -> str:
    if not agrees:
        return "differs"
    return "agrees" if conclusive else "too small to tell"


def _reason(trace: Trace) -> str:
    if trace.truncate is not None and trace.truncate < trace.steps:
        return (
            f"This is the effect of truncation after {steps_text(trace.truncate)}: the gradient "
            "that trains the network is no longer the slope of its loss."
        )
    if spec_of(trace.cell).has_kink:
        return (
            "A ReLU has a kink: if it lies between the two points of a difference, the difference "
            "may be wrong and not the gradient."
        )
    return "The gradient is wrong there."
