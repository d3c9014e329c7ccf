"""Presets of the page Memory: experiments at one click, each of which shows what a network keeps.

The claim of each of them is checked in `rnnviz.analysis.memory.claims`. `Preset.view` is the title
of a view of the page, `Preset.choices` what is chosen in its controls.
"""

from __future__ import annotations

from rnnviz.training.preset import Preset

#: Every preset of the page, in teaching order.
MEMORY_PRESETS: tuple[Preset, ...] = ()
