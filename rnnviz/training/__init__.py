"""One run: its settings, its training loop, and its evaluation."""

from rnnviz.training.config import FIELD, FIELDS, LIVE_KNOBS, RunConfig
from rnnviz.training.evaluate import FreeScore, Score, evaluate
from rnnviz.training.limits import check_runs
from rnnviz.training.marks import Mark, describe, new_run, put
from rnnviz.training.preset import Preset
from rnnviz.training.presets import PRESETS
from rnnviz.training.trainer import Trainer

__all__ = [
    "FIELD",
    "FIELDS",
    "LIVE_KNOBS",
    "PRESETS",
    "FreeScore",
    "Mark",
    "Preset",
    "RunConfig",
    "Score",
    "Trainer",
    "check_runs",
    "describe",
    "evaluate",
    "new_run",
    "put",
]
