"""Runs side by side: how the gradient fares in each of them, in numbers and in a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rnnviz.analysis.gradients import Norms, backward_norms, factor_per_step, reach, steps_text
from rnnviz.numbers import factor as factor_text
from rnnviz.numbers import number
from rnnviz.training import Trainer


@dataclass(frozen=True)
class Contender:
    """One of the runs, as it is now.

    Parameters
    ----------
    name, cell, iteration
    norms : array, (lags,)
        Of the last scored step's gradient w.r.t. the state that carries the memory: the cell state
        of an LSTM, the hidden state of every other cell.
    loss
        Of the probe.
    score
        On the evaluation sequences, in the task's measure, with the weights of now; NaN where
        another iteration is looked at.
    diverged
        Whether it had to stop.
    """

    name: str
    cell: str
    iteration: int
    norms: Norms
    loss: float
    score: float
    diverged: bool

    @property
    def factor(self) -> float | None:
        """By how much the gradient changes per step back; None where there is no such factor."""
        return factor_per_step(self.norms)

    @property
    def left(self) -> Norms:
        """What is left at each lag, as a share of what the last scored step has."""
        if not self.norms.size or not np.isfinite(self.norms[0]) or self.norms[0] == 0:
            return np.full(self.norms.shape, np.nan)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            shares: Norms = self.norms / self.norms[0]
        return shares


def contenders(trainers: Mapping[str, Trainer], iteration: int | None = None) -> list[Contender]:
    """Measure each run on its probe, in its top layer.

    Parameters
    ----------
    iteration
        Look at the latest kept trace at or before it; None means as the runs are now.
    """
    return [_contender(name, trainer, iteration) for name, trainer in trainers.items()]


def table(found: list[Contender], measure: str) -> pd.DataFrame:
    """Return a row per run, to be read; `measure` names the score."""
    return pd.DataFrame(
        {
            "": [each.name for each in found],
            "iteration": [each.iteration for each in found],
            "factor per step": [factor_text(each.factor) for each in found],
            "reach in steps": [_steps(each) for each in found],
            "loss of the example": [number(each.loss) for each in found],
            measure: [number(each.score) for each in found],
        }
    )


def side_by_side_sentence(found: list[Contender]) -> str:
    """Say of whom most of the gradient is left per step, and of whom least."""
    measured = [(each.factor, each) for each in found if not each.diverged]
    ranked = sorted(
        (factor, each.name, steps_text(reach(each.norms) or 0))
        for factor, each in measured
        if factor
    )
    stopped = [each.name for each in found if each.diverged]
    silent = [each.name for each in found if not each.diverged and not each.norms[1:].any()]
    said = []
    if len(ranked) > 1:
        (least, last, last_reach), (most, first, first_reach) = ranked[0], ranked[-1]
        # The others were stopped earlier.
        when = max(each.iteration for each in found if not each.diverged)
        grows = ", so it grows" if factor_text(most) != "×1.00" and most > 1 else ""
        said.append(
            f"At iteration {when:,} most is left per step back, on average, in {first}: "
            f"{factor_text(most)}{grows}, reach {first_reach}; least in {last}: "
            f"{factor_text(least)}, reach {last_reach}."
        )
    if silent:
        said.append(f"No gradient goes back in: {'; '.join(silent)}.")
    if stopped:
        said.append(f"Diverged: {', '.join(stopped)}.")
    return " ".join(said) or "There is no factor per step to compare."


def peaks_sentence(trainers: Mapping[str, Trainer]) -> str:
    """Say how large the gradient of each run has been at most, before clipping."""
    peaks = {name: largest_norm(trainer) for name, trainer in trainers.items()}
    told = "; ".join(
        f"{name}: {number(peak)}{', then no number' if trainers[name].diverged else ''}"
        for name, peak in peaks.items()
        if not math.isnan(peak)
    )
    return f"Largest gradient norm so far, {told}." if told else ""


def largest_norm(trainer: Trainer) -> float:
    """Return the largest finite gradient norm so far; NaN before the first iteration."""
    norms = trainer.history.column("gradient_norm")
    norms = norms[np.isfinite(norms)]
    return float(norms.max()) if norms.size else math.nan


def _contender(name: str, trainer: Trainer, iteration: int | None) -> Contender:
    now = iteration is None or iteration >= trainer.iteration
    trace = trainer.trace() if iteration is None or now else trainer.recording.at(iteration)
    return Contender(
        name=name,
        cell=trace.cell,
        iteration=trace.iteration,
        norms=backward_norms(trace, "last_d_c" if trace.c is not None else "last_d_h"),
        loss=trace.loss,
        score=trainer.score().value if iteration is None else math.nan,
        diverged=now and trainer.diverged is not None,
    )


def _steps(contender: Contender) -> str:
    steps = reach(contender.norms)
    return "–" if steps is None else str(steps)
