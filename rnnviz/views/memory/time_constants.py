"""Gates as time constants: for how many steps each unit keeps what it holds."""

from __future__ import annotations

from rnnviz.analysis.memory.time_constants import (
    TimeConstants,
    course_sentence,
    sentence,
    time_constants,
    without_gate,
)
from rnnviz.figures.chart import Chart
from rnnviz.figures.time_constant_charts import time_constant_course_spec, time_constants_spec
from rnnviz.recording import Trace
from rnnviz.views.memory.scene import MemoryScene
from rnnviz.views.panel import Panel


def time_constants_of_gates(scene: MemoryScene) -> Panel:
    """Show the memory of each unit on the probe, sorted, and over training."""
    now = time_constants(scene.trace, scene.layer)
    if now is None:
        return Panel(sentence=without_gate(scene.trace.spec))
    each = (_of(scene, trace) for trace in scene.traces)
    history = [found for found in each if found is not None]
    iteration = f"Iteration {scene.trace.iteration:,}."
    state = scene.trace.spec.quantity(now.state).label
    return Panel(
        (
            Chart(
                time_constants_spec(now, scene.cell, scene.unit),
                sentence(now),
                f"Memory of each unit in steps, sorted. {iteration}",
            ),
            Chart(
                time_constant_course_spec(history, now.order, scene.marks, scene.rewound_to),
                course_sentence(history),
                "Memory of each unit over training.",
            ),
        ),
        note=f"At every step a unit's {state} is multiplied by its gate {now.gate}, so it loses "
        f"the share 1 − {now.gate}. A point is 1 / (1 − {now.gate}) steps, with the mean of the "
        "gate over the steps of the probe; the line through it goes over the middle half of the "
        "steps. That is what the gate alone does: through the other units something may come back.",
        file=("memory of the units", now.frame),
    )


def _of(scene: MemoryScene, trace: Trace) -> TimeConstants | None:
    """Return what was measured of a trace before, or measure it."""
    key = scene.key("time constants", trace)
    found: TimeConstants | None = scene.store.get(key)
    if found is None:
        found = time_constants(trace, scene.layer)
        if found is not None:
            scene.store.put(key, found, 4 * found.kept.nbytes)
    return found
