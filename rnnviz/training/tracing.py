"""Traces: what a network computes on a probe, forward and backward."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network, record_sequence, softmax
from rnnviz.recording import Trace
from rnnviz.tasks.task import Batch, Probe, Task
from rnnviz.training.config import RunConfig


def make_trace(
    network: Network, task: Task, probe: Probe, config: RunConfig, iteration: int
) -> Trace:
    """Return everything that a network computes on a probe at this iteration."""
    batch = probe.batch
    record = record_sequence(
        network,
        batch.x,
        batch.y,
        batch.mask,
        loss=task.loss,
        truncate=config.truncate,
        answering=batch.answering,
    )
    counted = task.knowable(batch)
    classes = task.loss == "cross_entropy"
    return Trace(
        iteration=iteration,
        cell=config.cell,
        input_labels=probe.input_labels,
        target_labels=probe.target_labels,
        output_labels=task.output_labels if classes else (),
        scored=_scored(batch)[:, 0],
        inputs=batch.x[:, 0],
        targets=batch.y[:, 0],
        outputs=record.outputs,
        probabilities=softmax(record.outputs) if classes else None,
        loss=record.loss,
        d_x=record.d_x,
        layers=record.layers,
        weights=network.flat.copy(),
        interventions=network.interventions,
        truncate=config.truncate,
        answering=batch.answering,
        attending=record.attention,
        counted=None if counted is None else counted[:, 0],
        scale=task.scale,
    )


def _scored(batch: Batch) -> NDArray[np.bool_]:
    return np.ones(batch.x.shape[:2], dtype=bool) if batch.mask is None else batch.mask
