"""The presets of the page: one click starts an experiment on gradients."""

from __future__ import annotations

from rnnviz.analysis.claims import CLAIMS
from rnnviz.training import PRESETS, Preset
from rnnviz.ui.gradients import laboratory
from rnnviz.ui.shell import presets, session
from rnnviz.visit import Visit


def menu(visit: Visit) -> None:
    """Draw a button for each preset, and the report of the one that was started."""
    presets.menu(visit, presets.Offered(PRESETS, CLAIMS, _started))


def _started(preset: Preset) -> None:
    """Show the runs of a preset beside each other, or the one run that there is."""
    one = len(preset.runs) == 1
    session.show(laboratory.GRADIENT_VIEW, laboratory.LAG if one else laboratory.CELLS)
