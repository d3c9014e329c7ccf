"""Runs side by side: the backpropagated gradient of each, in numbers and in a sentence."""

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
    """One of the runs, at the iteration that is shown.

    Parameters
    ----------
    name, cell, iteration
    norms : array, (lags,)
        Of the last scored step's gradient w.r.t. the state that carries the memory: the cell state
        of an LSTM, the hidden state of every other cell.
    loss
        Loss of the probe.
    score
        On the evaluation sequences, in the task's measure, with the current weights; NaN if another
        iteration is shown.
    diverged
        Whether it has diverged and stopped.
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
        """The factor by which the gradient changes per step back; None if there is none."""
        return factor_per_step(self.norms)

    @property
    def left(self) -> Norms:
        """What is left at each lag, as a share of the norm at the last scored step."""
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
        Use the latest kept trace at or before it; None means the current state of the runs.
    """
    return [_contender(name, trainer, iteration) for name, trainer in trainers.items()]


def table(found: list[Contender], measure: str) -> pd.DataFrame:
    """Return a table with a row per run; `measure` names the score."""
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
    """Say which run keeps most of the gradient per step, and which keeps least."""
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
            f"At iteration {when:,} most of the gradient is left per step back, on average, in "
            f"{first}: {factor_text(most)}{grows}, reach {first_reach}; least in {last}: "
            f"{factor_text(least)}, reach {last_reach}."
        )
    if silent:
        said.append(f"No gradient is backpropagated in: {'; '.join(silent)}.")
    if stopped:
        said.append(f"Diverged: {', '.join(stopped)}.")
    return " ".join(said) or "There is no factor per step to compare."


def peaks_sentence(trainers: Mapping[str, Trainer]) -> str:
    """Say the largest gradient norm of each run so far, before clipping."""
    peaks = {name: largest_norm(trainer) for name, trainer in trainers.items()}
    norms = "; ".join(
        f"{name}: {number(peak)}{', then no number' if trainers[name].diverged else ''}"
        for name, peak in peaks.items()
        if not math.isnan(peak)
    )
    return f"Largest gradient norm so far, {norms}." if norms else ""


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
