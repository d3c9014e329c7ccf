"""The presets of the page: one click starts an experiment on what a network keeps."""

from __future__ import annotations

from rnnviz.analysis.memory.claims import MEMORY_CLAIMS
from rnnviz.training import Preset
from rnnviz.training.memory_presets import MEMORY_PRESETS
from rnnviz.ui.memory.controls import MEMORY_VIEW, told
from rnnviz.ui.shell import presets, session
from rnnviz.visit import Visit


def menu(visit: Visit) -> None:
    """Draw a button for each preset, and the report of the one that was started."""
    if MEMORY_PRESETS:
        presets.menu(visit, presets.Offered(MEMORY_PRESETS, MEMORY_CLAIMS, _started))


def _started(preset: Preset) -> None:
    """Show what the text of a preset describes."""
    visit, chosen = session.current(), dict(preset.choices)
    for choice in told():
        choice.read(chosen.get(choice.word, ""), visit)
    if preset.view:
        session.show(MEMORY_VIEW, preset.view)
