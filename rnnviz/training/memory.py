"""How much memory a run takes, and what is too much for a server that many visitors share."""

from __future__ import annotations

from rnnviz.engine import CELLS
from rnnviz.tasks.task import Task
from rnnviz.training.config import RunConfig

#: Most megabytes for the buffers of one run; the whole app should live in 1 GB.
MOST_MB = 200.0

#: Buffers over record, at most: what backpropagation needs besides. Measured by the engine's tests.
_OVER_RECORD = 2.2


def buffers_mb(config: RunConfig, task: Task) -> float:
    """Estimate the megabytes of the buffers for a batch and for the evaluation sequences."""
    sequences = config.batch_size + task.evaluation().x.shape[1]
    units = task.length * sequences * config.hidden_size * config.layers
    cell = CELLS[config.cell]
    # Arrays (T, B, H) that a layer records: gates, h, c and the gradients by h and c.
    recorded = len(cell.gates) + (4 if "c" in cell.state_names else 2)
    bytes_each = 8 if config.dtype == "float64" else 4
    return float(units * recorded * bytes_each * _OVER_RECORD / 1e6)


def check_memory(config: RunConfig, task: Task) -> None:
    """Refuse a run that would take the memory of all the others.

    Raises
    ------
    ValueError
        If its buffers would take more than `MOST_MB`.
    """
    needed = buffers_mb(config, task)
    if needed > MOST_MB:
        raise ValueError(
            f"hidden units x layers x batch size x length must fit into {MOST_MB:.0f} MB, got "
            f"{config.hidden_size} x {config.layers} x {config.batch_size} x {task.length}, which "
            f"needs {needed:.0f} MB: make one of them smaller"
        )
