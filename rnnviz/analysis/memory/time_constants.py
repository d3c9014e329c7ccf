"""Gates as time constants: for how many steps each unit keeps what it holds.

The gate of a direct path (the forget gate f of an LSTM, the update gate z of a GRU) multiplies the
old state at every step. A unit whose gate stays at f loses the share 1 - f in each step, so what it
holds lasts about 1 / (1 - f) steps; more exactly it is e times smaller after -1 / ln f, which comes
to the same for f near 1 (Tallec and Ollivier 2018, "Can recurrent neural networks warp time?").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.analysis.gradients import steps_text
from rnnviz.engine import CellSpec, Silence, gate_label
from rnnviz.engine.interventions import of_layer, units_of
from rnnviz.numbers import number
from rnnviz.recording.trace import Trace

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class TimeConstants:
    """The memory of each unit of a layer, from its gate on the probe.

    Parameters
    ----------
    iteration
    gate, state
        Letters of the gate, and of the state that it multiplies.
    kept : array, (H,)
        Mean over the steps of the size of the gate.
    steps : array, (H,)
        1 / (1 - kept): infinite where nothing is lost, negative where the gate is held above 1, so
        that the state grows. NaN where a value is not finite.
    low, high : array, (H,)
        The same for the lower and upper quartile of the gate over the steps.
    silent : tuple of int
        Units that keep nothing whatever their gate says, because they are silenced.
    counted
        Number of time steps over which was averaged: all but the first, before which there is
        nothing to keep, and one at which the state starts from zero again.
    length
        Number of time steps of the probe.
    """

    iteration: int
    gate: str
    state: str
    kept: Numbers
    steps: Numbers
    low: Numbers
    high: Numbers
    silent: tuple[int, ...]
    counted: int
    length: int

    @property
    def order(self) -> NDArray[np.intp]:
        """The units by their memory, the longest first; those that are not numbers last."""
        return np.argsort(-np.where(np.isfinite(self.kept), self.kept, -np.inf), kind="stable")

    @property
    def median(self) -> float:
        """The median over all units; infinite if the unit in the middle loses nothing or grows."""
        return float(np.median(np.where(self.steps < 0, np.inf, self.steps)))

    def frame(self) -> pd.DataFrame:
        """Return `unit`, `gate`, `steps`, `low`, `high`; the longest memory first."""
        table = {"gate": self.kept, "steps": self.steps, "low": self.low, "high": self.high}
        rows = pd.DataFrame({"unit": np.arange(self.kept.size), **table})
        return rows.iloc[self.order].reset_index(drop=True)


def memory_steps(kept: Numbers) -> Numbers:
    """Return 1 / (1 - kept), (H,): infinite for 1, negative above."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Numbers = 1.0 / (1.0 - np.asarray(kept, np.float64))
    return np.where(np.asarray(kept) == 1, np.inf, found)


def time_constants(trace: Trace, layer: int = -1) -> TimeConstants | None:
    """Measure the memory of each unit on the probe; None where a cell has no such gate."""
    spec = trace.spec
    if spec.valve is None or spec.belt is None:
        return None
    of = trace.layers[trace.number_of(layer)]
    gate = np.abs(np.asarray(of.gates[spec.valve], np.float64))
    counted = np.ones(trace.steps, dtype=bool)
    counted[0] = trace.steps == 1
    if trace.answering is not None and trace.answering.from_zero:
        counted[trace.answering.first] = False
    silent = _silent(trace, layer) if spec.belt == "h" else ()
    seen = gate[counted] if counted.any() else gate
    seen[:, list(silent)] = 0
    with np.errstate(all="ignore"):
        kept = seen.mean(axis=0)
        low, high = np.quantile(seen, (0.25, 0.75), axis=0)
    # A mean of numbers that are all the same must not differ from them by rounding.
    kept = np.where(seen.min(axis=0) == seen.max(axis=0), seen[0], kept)
    return TimeConstants(
        trace.iteration,
        spec.valve,
        spec.belt,
        kept,
        memory_steps(kept),
        memory_steps(low),
        memory_steps(high),
        silent,
        len(seen),
        trace.steps,
    )


def _silent(trace: Trace, layer: int) -> tuple[int, ...]:
    number_ = trace.number_of(layer)
    H = trace.layers[number_].h.shape[1]
    items = [item for item in of_layer(trace.interventions, number_) if isinstance(item, Silence)]
    return tuple(sorted({int(unit) for item in items for unit in units_of(item, H)}))


def without_gate(spec: CellSpec) -> str:
    """Say why a cell has no gate to measure."""
    return (
        f"{spec.article.capitalize()} {spec.label} has no gate that multiplies its old state, so "
        "its units have no time constants of their own: all of them share one matrix. Its time "
        "constants are those of the eigenvalues."
    )


def sentence(found: TimeConstants) -> str:
    """Say how long the units keep what they hold."""
    steps, label = found.steps, f"{gate_label(found.gate)} {found.gate}"
    if not np.isfinite(found.kept).all():
        return f"The {label} is not a number: training has grown beyond what can be computed."
    lasting, growing = np.isinf(steps), steps < 0
    said = []
    if lasting.any():
        count = int(lasting.sum())
        said.append(f"{_many(count, 'loses', 'lose')} nothing: the gate is 1 at every step.")
    if growing.any():
        count = int(growing.sum())
        said.append(f"{_many(count, 'grows', 'grow')}: the gate is held above 1.")
    rest = [int(u) for u in found.order if not (lasting | growing)[u] and u not in found.silent]
    if rest:
        which = " of the others" if lasting.any() or growing.any() else ""
        said.append(f"By the {label}, {_longest_and_shortest(steps, rest, which)}.")
    if rest and steps.size > 1:
        said.append(f"The median of all units is {_steps_text(found.median)}.")
    beyond = sum(steps[unit] > found.length for unit in rest)
    if beyond:
        said.append(
            f"{_many(beyond, 'keeps', 'keep')} it longer than the probe, which has "
            f"{steps_text(found.length)}."
        )
    if found.silent:
        count = len(found.silent)
        said.append(f"{_many(count, 'is silenced and keeps', 'are silenced and keep')} nothing.")
    return " ".join(said)


def _longest_and_shortest(steps: Numbers, units: Sequence[int], which: str) -> str:
    """Name the longest and the shortest memory of some units, the longest first.

    Parameters
    ----------
    steps : array, (H,)
    units
    which
        What the units are among all; empty where they are all.
    """
    first, last = units[0], units[-1]
    said = f"unit {first} keeps what it holds for {_steps_text(float(steps[first]))}"
    if len(units) == 1:
        return said
    return f"{said}, the longest{which}; unit {last} for {number(float(steps[last]))}"


def _steps_text(steps: float) -> str:
    """Write a memory in steps."""
    return f"{number(steps)} step{'' if number(steps) == '1' else 's'}"


def _many(count: int, one: str, several: str) -> str:
    """Write how many units do something."""
    return f"1 unit {one}" if count == 1 else f"{count} units {several}"


def course_sentence(found: Sequence[TimeConstants]) -> str:
    """Say how the longest and the median memory changed over training."""
    known = [each for each in found if np.isfinite(each.kept).all()]
    if len(known) < 2:
        return "Nothing to compare with yet: train for a few iterations."
    first, last = known[0], known[-1]
    longest = ", then ".join(_longest(each) for each in (first, last))
    median = ", then ".join(number(each.median) for each in (first, last))
    return (
        f"From iteration {first.iteration:,} to {last.iteration:,}: the longest memory "
        f"{longest}; the median of all units {median}, in steps."
    )


def _longest(found: TimeConstants) -> str:
    """Write the longest memory of a unit."""
    steps = float(found.steps[found.order[0]])
    return number(steps) if steps > 0 else "growing"
