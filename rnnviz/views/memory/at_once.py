"""All time steps at once: Newton's method over the probe, sweep by sweep and over training."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pandas as pd

from rnnviz.analysis.memory.at_once import (
    Solution,
    Sweeps,
    course_sentence,
    of_trace,
    sentence,
    sweeps_of,
)
from rnnviz.engine import Network
from rnnviz.figures.at_once_charts import sweep_errors_spec, sweeps_course_spec, sweeps_spec
from rnnviz.figures.chart import Chart
from rnnviz.figures.palette import QUANTITIES
from rnnviz.recording import Trace
from rnnviz.views.memory import over_training
from rnnviz.views.memory.eigenvalues import refused, size_of
from rnnviz.views.memory.over_training import Measurement, of_iteration
from rnnviz.views.memory.scene import MemoryScene
from rnnviz.views.panel import Panel

_BYTES = 200
#: Time steps x entries of the Jacobian of a step that are solved at once: some 30 ms.
_AT_ONCE = 2**14


def work(scene: MemoryScene) -> Iterator[None]:
    """Solve the probe at the iteration that is looked at, then count at all that are wanted."""
    if refused(scene):
        return
    yield from _now(scene).at(scene, scene.trace)
    yield from _counts(scene).wanted(scene)


def all_at_once(scene: MemoryScene) -> Panel:
    """Show the sweeps that were done so far, and their number over training."""
    why = refused(scene)
    if why:
        return Panel(sentence=why)
    now = _now(scene).shown(scene, scene.trace.steps * size_of(scene) ** 2 <= _AT_ONCE)
    if now is None:
        return Panel(sentence="The sweeps are being computed.", progress=0.0)
    iteration, found = now
    counts = _counts(scene).found(scene)
    share, done = over_training.progress(len(counts), scene)
    course: tuple[Chart, ...] = ()
    if counts:
        spec = sweeps_course_spec(counts, scene.marks, scene.rewound_to)
        course = (Chart(spec, course_sentence(counts), "Number of sweeps over training."),)
    return Panel(
        _sweeps(scene, iteration, found) or course,
        beside=course if found.is_finite else (),
        sentence="" if found.is_finite else sentence(found),
        note="The guess is 0 at every step. A sweep corrects all steps together, by Newton’s "
        "method: one linear recurrence with the Jacobians at the guess, which a machine with many "
        "processors can compute for all steps in parallel. After k sweeps at least the first k "
        "steps are exact. As a rule few are enough where a small change fades fast. The largest "
        "modulus is that of an eigenvalue of the Jacobian of a step.",
        file=("sweeps", lambda: table(found)),
        progress=share,
        done=done,
    )


def _now(scene: MemoryScene) -> Measurement[Solution]:
    """Solve the probe, and keep every sweep."""
    layer = scene.layer

    def measure(network: Network, trace: Trace) -> Generator[None, None, Solution]:
        solving = of_trace(network, trace, layer)
        yield from solving.work()
        return solving.found

    return Measurement("all steps at once", measure, lambda found: found.nbytes)


def _counts(scene: MemoryScene) -> Measurement[Sweeps]:
    """Count the sweeps alone."""
    layer = scene.layer
    return Measurement(
        "sweeps", lambda network, trace: sweeps_of(network, trace, layer), lambda _: _BYTES
    )


def table(found: Solution) -> pd.DataFrame:
    """Return the error of every step after every sweep: `sweep`, `time_step`, `error`."""
    rows = [
        (sweep, step, float(error))
        for sweep, errors in enumerate(found.errors)
        for step, error in enumerate(errors)
    ]
    return pd.DataFrame(rows, columns=["sweep", "time_step", "error"])


def _sweeps(scene: MemoryScene, iteration: int, found: Solution) -> tuple[Chart, ...]:
    if not found.is_finite:
        return ()
    labels = scene.trace.in_time_of(scene.layer, scene.trace.input_labels)
    quantity = QUANTITIES[scene.cell][scene.letter]
    where = next(part for _, letter, part in found.parts if letter == scene.letter)
    return (
        Chart(
            sweep_errors_spec(found),
            of_iteration(iteration, scene) + sentence(found),
            f"Map of time steps by sweeps: the error. Iteration {iteration:,}.",
            of_window=0.5,
        ),
        Chart(
            sweeps_spec(found, where, quantity, labels, scene.unit),
            f"The {quantity.label} of all units after a sweep, and as the loop computes it.",
            f"Two maps of units over time steps. Iteration {iteration:,}.",
        ),
    )
