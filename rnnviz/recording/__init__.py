"""What the network computed, and when: traces, the history of scalars, and the bounded store."""

from rnnviz.engine import LayerTrace
from rnnviz.recording.history import COLUMNS, History
from rnnviz.recording.recording import Recording
from rnnviz.recording.trace import Trace

__all__ = ["COLUMNS", "History", "LayerTrace", "Recording", "Trace"]
