"""What a sweep shows: a map or points, the sentence about them, a table, and the runs as a file."""

from rnnviz.views.sweep.measures import MEASURES, Measure
from rnnviz.views.sweep.panels import combination_at, panel
from rnnviz.views.sweep.scene import Axis, SweepScene

__all__ = ["MEASURES", "Axis", "Measure", "SweepScene", "combination_at", "panel"]
