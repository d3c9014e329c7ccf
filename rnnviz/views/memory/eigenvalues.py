"""The plane of eigenvalues: of one step, of all steps, and over training."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import pandas as pd

from rnnviz.analysis.gradient_course import course
from rnnviz.analysis.gradients import Which, backward_norms, factor_per_step, reach
from rnnviz.analysis.memory.eigenvalues import (
    RunSpectra,
    Spectra,
    Summary,
    along_sentence,
    course_sentence,
    runs_sentence,
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
    eigenvalues_spec,
    planes_spec,
    steps_spec,
)
from rnnviz.recording import Trace
from rnnviz.views.memory import over_training
from rnnviz.views.memory.over_training import Measurement, of_iteration
from rnnviz.views.memory.scene import MemoryScene
from rnnviz.views.panel import Panel

#: Over training fewer steps are looked at than at one iteration.
_OVER_TRAINING = 6
_BYTES = 400
#: Time steps x entries of the Jacobian of a step that are measured at once: some 20 ms.
_AT_ONCE = 2**16


def work(scene: MemoryScene) -> Iterator[None]:
    """Measure the steps at the iteration that is looked at, then all iterations that are wanted."""
    if refused(scene):
        return
    yield from _chosen(scene).at(scene, scene.trace)
    yield from _all_steps(scene).at(scene, scene.trace)
    for run in _runs(scene):
        yield from _all_steps(run).at(run, run.trace)
    yield from _summaries(scene).wanted(scene)


def eigenvalues(scene: MemoryScene) -> Panel:
    """Show the eigenvalues that were measured so far."""
    why = refused(scene)
    if why:
        return Panel(sentence=why)
    if scene.trace.steps < 2:
        return Panel(sentence="The probe has one step: nothing is handed to a second one.")
    quick = scene.trace.steps * size_of(scene) ** 2 <= _AT_ONCE
    every = _all_steps(scene).shown(scene, quick)
    looked_at = every is not None and every[1].at(scene.step) is not None
    one = None if looked_at else _chosen(scene).shown(scene, quick)
    some = every or one
    if some is None:
        return Panel(sentence="The eigenvalues are being computed.", progress=0.0)
    summaries = _summaries(scene).found(scene)
    share, done = over_training.progress(len(summaries), scene)
    planes = _beside_each_other(scene, quick)
    beside = [] if every is None else _over_steps(scene, *every)
    if len(summaries) > 1:
        beside.append(_over_training(scene, summaries))
    return Panel(
        (*planes, _plane(scene, some, one)),
        beside=tuple(beside),
        note="An eigenvalue of the Jacobian of a step says what becomes of a small change of the "
        "state along its direction: inside the circle it fades, outside it grows, off the real "
        "axis it turns. The time constant is the number of steps after which it would be e times "
        "smaller, −1/ln|λ|, if all steps did the same. The gradient goes the other way, along the "
        "left eigenvectors. These are not at right angles to each other, so their shares do not "
        "add up to 1; shown is the squared cosine of the angle between the gradient and those of "
        "the largest eigenvalue." + ("" if _is_whole_gradient(scene) else _PARTIAL),
        file=("eigenvalues", lambda: table(some[1])),
        progress=share,
        done=done,
    )


def _chosen(scene: MemoryScene) -> Measurement[Spectra]:
    """Measure the step that is chosen."""
    layer, also = scene.layer, (scene.step,)
    return Measurement(
        f"eigenvalues of step {scene.step}",
        lambda network, trace: spectra(network, trace, layer, also, most=0),
        lambda found: found.nbytes,
    )


def _all_steps(scene: MemoryScene) -> Measurement[Spectra]:
    """Measure all steps, or some that are evenly spread."""
    layer = scene.layer
    return Measurement(
        f"eigenvalues of the steps {_name_of(scene)}",
        lambda network, trace: spectra(network, trace, layer),
        lambda found: found.nbytes,
    )


def _summaries(scene: MemoryScene) -> Measurement[Summary]:
    """Measure a few steps, and keep the largest eigenvalues alone."""
    layer = scene.layer

    def measure(network: Network, trace: Trace) -> Generator[None, None, Summary]:
        some = spectra(network, trace, layer, most=_OVER_TRAINING, with_gradient=False)
        return (yield from some).summary()

    return Measurement("largest eigenvalues", measure, lambda _: _BYTES)


def size_of(scene: MemoryScene) -> int:
    """Return the number of entries of the state of the layer."""
    return scene.trace.hidden_size * (2 if scene.spec.has_cell_state else 1)


_PARTIAL = (
    " In this network more acts on the gradient than the recurrence of this layer: other layers "
    "or attention. Directions and factors are those of what this recurrence carries."
)


def _is_whole_gradient(scene: MemoryScene) -> bool:
    """Tell whether the recurrence of this layer is all that the last gradient goes back over."""
    return scene.trace.is_top(scene.layer) and scene.trace.attending is None


def refused(scene: MemoryScene) -> str:
    """Say why a layer has no map of a step; empty if it has one."""
    if not scene.trace.bidirectional and scene.spec.is_recurrent:
        return ""
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


def _plane(scene: MemoryScene, some: tuple[int, Spectra], one: tuple[int, Spectra] | None) -> Chart:
    iteration, found = some
    of_one = None if one is None or one[0] != iteration else one[1].at(scene.step)
    chosen = of_one or found.at(scene.step)
    spec = eigenvalues_spec(found, chosen, scene.cell)
    if chosen is not None:
        said = step_sentence(chosen, _is_whole_gradient(scene))
    else:
        said = "Step 0 has no step before it: choose a later one." if scene.step == 0 else ""
    label = f"The complex plane with the eigenvalues. Iteration {iteration:,}."
    return Chart(spec, f"{of_iteration(iteration, scene)}{said}".strip(), label, of_window=0.6)


def _runs(scene: MemoryScene) -> list[MemoryScene]:
    """Return a scene for each run that stands beside the one that is shown, with that one."""
    if len(scene.runs) < 2:
        return []
    iteration = scene.trace.iteration
    return [
        scene
        if trainer is scene.trainer
        else replace(scene, trainer=trainer, trace=trainer.recording.at(iteration))
        for trainer in scene.runs.values()
    ]


def _name_of(scene: MemoryScene) -> str:
    """Return the name of the run of a scene; empty where it is alone."""
    return next((name for name, run in scene.runs.items() if run is scene.trainer), "")


def _beside_each_other(scene: MemoryScene, quick: bool) -> tuple[Chart, ...]:
    """Show the eigenvalues of all steps of runs that stand beside each other, if there are any."""
    found = []
    for run in _runs(scene):
        shown = _all_steps(run).shown(run, quick)
        if shown is None:
            continue
        iteration, every = shown
        # While the runs train, what is known of one may be of an earlier iteration than the other.
        of = next((trace for trace in run.traces if trace.iteration == iteration), None)
        if of is not None:
            norms = backward_norms(of, _gradient(run)[0], run.layer)
            when = "" if iteration == scene.trace.iteration else f", iteration {iteration:,}"
            found.append(RunSpectra(f"{_name_of(run)}{when}", every, reach(norms)))
    if not found:
        return ()
    label = "The complex plane of each run, with the eigenvalues of all steps."
    return (Chart(planes_spec(found), runs_sentence(found), label),)


def _over_steps(scene: MemoryScene, iteration: int, found: Spectra) -> list[Chart]:
    which, state = _gradient(scene)
    of = next((trace for trace in scene.traces if trace.iteration == iteration), scene.trace)
    norms = backward_norms(of, which, scene.layer)
    said = steps_sentence(found, state, factor_per_step(norms), reach(norms))
    return [
        Chart(
            steps_spec(found, scene.step),
            of_iteration(iteration, scene) + said,
            "Largest modulus over the time steps.",
        ),
        Chart(
            along_spec(found, scene.step),
            along_sentence(found, _is_whole_gradient(scene)),
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
