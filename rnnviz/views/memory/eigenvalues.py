"""The plane of eigenvalues: of one step, of all steps, and over training."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pandas as pd

from rnnviz.analysis.gradient_course import course
from rnnviz.analysis.gradients import Which, backward_norms, factor_per_step, reach
from rnnviz.analysis.memory.eigenvalues import (
    Spectra,
    Summary,
    along_sentence,
    course_sentence,
    spectra,
    step_sentence,
    steps_sentence,
)
from rnnviz.engine import Network
from rnnviz.engine.step_map import StepMap
from rnnviz.figures.chart import Chart
from rnnviz.figures.eigenvalue_charts import (
    along_spec,
    eigenvalue_course_spec,
    plane_spec,
    steps_spec,
)
from rnnviz.recording import Trace
from rnnviz.views.memory import over_training
from rnnviz.views.memory.scene import MemoryScene
from rnnviz.views.panel import Panel

_OF_STEPS, _SUMMARY = "eigenvalues of the steps", "largest eigenvalues"
#: Over training fewer steps are looked at than at one iteration.
_OVER_TRAINING = 6
_BYTES = 400


def work(scene: MemoryScene) -> Iterator[None]:
    """Measure the steps at the iteration that is looked at, then all kept iterations."""
    if refused(scene):
        return
    layer = scene.layer

    def of_steps(network: Network, trace: Trace) -> Generator[None, None, Spectra]:
        return spectra(network, trace, layer)

    def of_one(network: Network, trace: Trace) -> Generator[None, None, Spectra]:
        return spectra(network, trace, layer, also=(scene.step,), most=0)

    def summary(network: Network, trace: Trace) -> Generator[None, None, Summary]:
        return (yield from spectra(network, trace, layer, most=_OVER_TRAINING)).summary()

    yield from over_training.one(scene, _of_one(scene), scene.trace, of_one, _size)
    yield from over_training.one(scene, _OF_STEPS, scene.trace, of_steps, _size)
    yield from over_training.each(scene, _SUMMARY, summary, lambda _: _BYTES)


def eigenvalues(scene: MemoryScene) -> Panel:
    """Show the eigenvalues that were measured so far."""
    why = refused(scene)
    if why:
        return Panel(sentence=why)
    if scene.trace.steps < 2:
        return Panel(sentence="The probe has one step: nothing is handed to a second one.")
    one: Spectra | None = scene.store.get(scene.key(_of_one(scene)))
    found: Spectra | None = scene.store.get(scene.key(_OF_STEPS))
    some = found or one
    if some is None:
        return Panel(sentence="The eigenvalues are being computed.", progress=0.0)
    summaries: list[Summary] = over_training.found_so_far(scene, _SUMMARY)
    share, done = over_training.progress(len(summaries), scene)
    charts = [_plane(scene, some, one), *([] if found is None else _over_steps(scene, found))]
    if summaries:
        charts.append(_over_training(scene, summaries))
    return Panel(
        tuple(charts),
        note="An eigenvalue of the Jacobian of a step says what becomes of a small change of the "
        "state along its direction: inside the circle it fades, outside it grows, off the real "
        "axis it turns. The time constant is the number of steps after which it would be e times "
        "smaller, −1/ln|λ|, if all steps did the same. The gradient goes the other way, along the "
        "left eigenvectors. These are not at right angles to each other, so their shares do not "
        "add up to 1; shown is the squared cosine of the angle between the gradient and those of "
        "the largest eigenvalue." + ("" if _is_whole_gradient(scene) else _PARTIAL),
        file=("eigenvalues", lambda: table(some)),
        progress=share,
        done=done,
    )


_PARTIAL = (
    " In this network more acts on the gradient than the recurrence of this layer: other layers, "
    "attention or truncation. Directions and factors are those of what this recurrence carries."
)


def _is_whole_gradient(scene: MemoryScene) -> bool:
    """Tell whether the recurrence of this layer is all that the last gradient goes back over."""
    trace = scene.trace
    return trace.is_top(scene.layer) and trace.attending is None and trace.truncate is None


def refused(scene: MemoryScene) -> str:
    """Say why a layer has no map of a step; empty if it has one."""
    try:
        StepMap(scene.network, scene.layer)
    except ValueError as error:
        text = str(error)
        return f"{text[:1].upper()}{text[1:]}."
    return ""


def table(found: Spectra) -> pd.DataFrame:
    """Return every eigenvalue: `step`, `real`, `imaginary`, `modulus`."""
    rows = [
        (each.step, value.real, value.imag, abs(value))
        for each in found.steps
        for value in each.values
    ]
    return pd.DataFrame(rows, columns=["step", "real", "imaginary", "modulus"])


def _plane(scene: MemoryScene, some: Spectra, one: Spectra | None) -> Chart:
    chosen = None if one is None else one.at(scene.step)
    chosen = chosen or some.at(scene.step)
    spec = plane_spec(some, chosen, scene.cell)
    first = "" if chosen else "Step 0 has no step before it: choose a later one. "
    said = step_sentence(chosen) if chosen is not None else first
    label = f"The complex plane with the eigenvalues. Iteration {scene.trace.iteration:,}."
    return Chart(spec, said.strip(), label, of_window=0.6)


def _over_steps(scene: MemoryScene, found: Spectra) -> list[Chart]:
    which, state = _gradient(scene)
    norms = backward_norms(scene.trace, which, scene.layer)
    said = steps_sentence(found, state, factor_per_step(norms), reach(norms))
    return [
        Chart(steps_spec(found, scene.step), said, "Largest modulus over the time steps."),
        Chart(
            along_spec(found, scene.step),
            along_sentence(found),
            "Share of the gradient along the slowest direction, over the time steps.",
        ),
    ]


def _over_training(scene: MemoryScene, summaries: list[Summary]) -> Chart:
    gradient = course(scene.traces, _gradient(scene)[0], scene.layer)
    spec = eigenvalue_course_spec(summaries, gradient, scene.marks, scene.rewound_to)
    return Chart(spec, course_sentence(summaries), "Largest modulus over training.")


def _gradient(scene: MemoryScene) -> tuple[Which, str]:
    """Return the gradient of the state that carries the memory, and the name of that state."""
    spec = scene.trace.spec
    which: Which = "last_d_c" if spec.belt == "c" else "last_d_h"
    return which, spec.quantity(spec.belt or "h").label


def _of_one(scene: MemoryScene) -> str:
    return f"eigenvalues of step {scene.step}"


def _size(found: Spectra) -> int:
    return found.nbytes
