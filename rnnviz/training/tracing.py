"""Traces: what a network computes on a probe, forward and backward."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network, Record, softmax
from rnnviz.recording import LayerTrace, Trace
from rnnviz.tasks.task import Batch, Probe, Task
from rnnviz.training.config import RunConfig


def make_trace(
    network: Network, task: Task, probe: Probe, config: RunConfig, iteration: int
) -> Trace:
    """Return everything that a network computes on a probe after so many iterations."""

    def record(batch: Batch) -> Record:
        return network.record(
            batch.x, batch.y, batch.mask, loss=task.loss, truncate=config.truncate
        )

    whole = record(probe.batch)
    last = whole if _only_last_is_scored(probe.batch) else record(_last_scored(probe.batch))
    return trace_of(whole, last, probe, task, config, iteration, network)


def trace_of(
    record: Record,
    last: Record,
    probe: Probe,
    task: Task,
    config: RunConfig,
    iteration: int,
    network: Network,
) -> Trace:
    """Make the trace of a probe from the engine's records of it.

    Parameters
    ----------
    record
        With the loss of every scored step.
    last
        With the loss of the last scored step alone. Its gradients are divided by the number of
        scored steps, as those of `record` are: so both are on one scale, and the last scored step's
        part of the one is the whole of the other.
    network
        That made the records, unchanged since.
    """
    batch = probe.batch
    scored = _scored(batch)[:, 0]
    share = 1 / max(int(scored.sum()), 1)
    counted = task.knowable(batch)
    outputs = record.outputs[:, 0]
    classes = task.loss == "cross_entropy"
    return Trace(
        iteration=iteration,
        cell=config.cell,
        input_labels=probe.input_labels,
        target_labels=probe.target_labels,
        output_labels=task.output_labels if classes else (),
        scored=scored,
        inputs=batch.x[:, 0],
        targets=batch.y[:, 0],
        outputs=outputs,
        probabilities=softmax(outputs) if classes else None,
        loss=record.loss,
        d_x=record.d_x[:, 0],
        layers=tuple(
            LayerTrace(
                gates={letter: gate[:, 0] for letter, gate in layer.gates.items()},
                h=layer.h[:, 0],
                c=None if layer.c is None else layer.c[:, 0],
                d_h=layer.d_h[:, 0],
                d_c=None if layer.d_c is None else layer.d_c[:, 0],
                last_d_h=of_last.d_h[:, 0] * share,
                last_d_c=None if of_last.d_c is None else of_last.d_c[:, 0] * share,
            )
            for layer, of_last in zip(record.layers, last.layers, strict=True)
        ),
        weights=network.flat.copy(),
        interventions=network.interventions,
        truncate=config.truncate,
        counted=None if counted is None else counted[:, 0],
        scale=task.scale,
    )


def _scored(batch: Batch) -> NDArray[np.bool_]:
    return np.ones(batch.x.shape[:2], dtype=bool) if batch.mask is None else batch.mask


def _only_last_is_scored(batch: Batch) -> bool:
    return int(_scored(batch).sum()) == 1


def _last_scored(batch: Batch) -> Batch:
    scored = _scored(batch)
    last = np.zeros_like(scored)
    last[np.flatnonzero(scored[:, 0])[-1], 0] = True
    return Batch(batch.x, batch.y, last)
