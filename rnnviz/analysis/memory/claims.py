"""The claims of the presets of the page Memory, measured from their runs."""

from __future__ import annotations

from rnnviz.analysis.claim import Claim

#: The claim of each preset of `rnnviz.training.memory_presets.MEMORY_PRESETS`, by its key.
MEMORY_CLAIMS: dict[str, Claim] = {}
