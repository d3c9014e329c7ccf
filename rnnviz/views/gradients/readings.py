"""The large numbers of the gradient: how fast it vanishes or explodes, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradient_course import course
from rnnviz.analysis.gradients import REACHED, factor_per_step, reach, steps_text
from rnnviz.analysis.theory import JACOBIANS
from rnnviz.numbers import factor as factor_text
from rnnviz.views.gradients.scene import GradientScene


@dataclass(frozen=True)
class Reading:
    """A large number: its label, text and meaning, and its course over training."""

    label: str
    text: str
    means: str
    course: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


def readings(scene: GradientScene) -> list[Reading]:
    """Return the large numbers, which are always those of the last prediction's gradient."""
    if not scene.spec.is_recurrent:
        return []
    letter = scene.by
    back = scene.way.by(letter)
    found = course(scene.traces, "last_d_c" if letter == "c" else "last_d_h", scene.layer)
    steps, lags = reach(back), max(back.size - 1, 0)
    state = "cell state" if letter == "c" else "hidden state"
    numbers = [
        Reading(
            f"Factor per step, {state}",
            factor_text(factor_per_step(back)),
            "By what factor the gradient of the last prediction's loss changes with each step "
            "back, as a geometric mean. Below 1 it shrinks, above 1 it grows. The further from 1, "
            "and the more steps, the sooner it vanishes or explodes.",
            np.log(np.where(found.factors > 0, found.factors, np.nan)),
        ),
        Reading(
            "Reach",
            "–" if steps is None else f"{steps} of {steps_text(lags)}",
            f"How many steps back that gradient stays above {REACHED} of its largest value. If it "
            "grows on the way, this is counted from where it is largest.",
            found.reaches,
        ),
    ]
    numbers += [
        Reading(
            "Jacobians, at most" if line.source == JACOBIANS else line.source.capitalize(),
            factor_text(line.factor),
            "What the steps together can leave of any gradient at most: the norm of the product of "
            f"their Jacobians, per step on average over all steps. {_bounded(scene)}"
            if line.source == JACOBIANS
            else "What would be left per step on average if the gradient took this path alone. "
            "Other paths may add to it or cancel some of it.",
        )
        for line in scene.way.estimates
        if line.letter == letter
    ]
    return numbers


def _bounded(scene: GradientScene) -> str:
    if scene.trace.attending is None:
        return "The measured factor is never above it."
    return "The measured factor can be above it: attention leads past the steps."
