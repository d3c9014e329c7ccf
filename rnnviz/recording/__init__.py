"""What the network computed at each iteration: traces, the history of scalars, bounded storage."""

from rnnviz.engine import LayerTrace
from rnnviz.recording.history import COLUMNS, History
from rnnviz.recording.recording import Recording
from rnnviz.recording.trace import Trace

__all__ = ["COLUMNS", "History", "LayerTrace", "Recording", "Trace"]
