"""The view of attention: the learned one, and the one hidden in a gate, on the same steps."""

from __future__ import annotations

from dataclasses import replace

from rnnviz import figures
from rnnviz.analysis import units
from rnnviz.analysis.attention import attention_sentence, hidden_sentence
from rnnviz.analysis.gate_attention import hidden_attention
from rnnviz.engine import CELLS, gate_label, spec_of
from rnnviz.figures.attention_map import LEARNED
from rnnviz.figures.palette import QUANTITIES, Quantity
from rnnviz.recording.trace import Array
from rnnviz.views.gates.on_probe import chart
from rnnviz.views.gates.scene import GateScene
from rnnviz.views.panel import Panel

_NONE = (
    "This network has no attention: choose a kind of it in the sidebar, under More settings, and "
    "start a new run."
)


def hides_attention(cell: str) -> list[str]:
    """Return the letter of the state that is a sum over past candidates, if there is one."""
    spec = spec_of(cell)
    return [] if spec.valve is None or spec.belt is None else [spec.belt]


def attention(scene: GateScene) -> Panel:
    """Show which steps each step looks at, or say what to choose."""
    trace, spec = scene.trace, scene.spec
    found: list[tuple[Quantity, Array]] = []
    said = []
    if trace.attention is not None:
        found.append((LEARNED, trace.attention))
        said.append(attention_sentence(trace.attention, trace))
    hidden = hidden_attention(trace, scene.layer)
    if hidden is not None and spec.valve is not None:
        weights = hidden.weights(scene.unit)
        whose = "mean of all units" if scene.unit is None else f"unit {scene.unit}"
        colour = QUANTITIES[scene.cell][spec.valve].colour
        label = f"hidden in the {gate_label(spec.valve)}, {whose}"
        found.append((replace(LEARNED, label=label, colour=colour), weights))
        said.append(hidden_sentence(weights, f"{hidden.state}(t)", hidden.candidate, scene.unit))
    if not found:
        return Panel(sentence=_without(scene.cell))
    labels = trace.in_time_of(scene.layer, trace.input_labels)
    spec_of_maps = figures.attention_spec(found, labels, scene.step)
    missing = "" if trace.attention is not None else f"{_NONE} Shown is the one in the gates."
    T = range(trace.steps)
    values = {quantity.label: weights for quantity, weights in found}
    return Panel(
        (chart(scene, spec_of_maps, " ".join(said), "Maps of attention, step by step."),),
        sentence=missing,
        note="Learned attention is that of the readout over the topmost hidden states: each row "
        "adds up to 1. The one hidden in a gate (Levy et al. 2018) is computed from the gates of "
        "the chosen layer; nobody trained it as attention. A large weight says what entered the "
        "sum, not why the answer came out.",
        file=("attention", lambda: units.table(("asking", T), ("looked_at", T), values)),
    )


def _without(cell: str) -> str:
    if not spec_of(cell).is_recurrent:
        spec = spec_of(cell)
        return (
            f"{spec.article.capitalize()} {spec.label} has no states to look back at: choose "
            "another cell."
        )
    hiding = " or ".join(spec_of(other).label for other in CELLS if hides_attention(other))
    return f"{_NONE} Or choose the cell {hiding}, whose gates hide one."
