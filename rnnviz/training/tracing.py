"""Traces: what a network computes on a probe, forward and backward."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import LOSSES, Network, observe_sequence, record_sequence, softmax, validation
from rnnviz.numbers import number
from rnnviz.recording import Trace
from rnnviz.tasks.task import Batch, Probe, Task, is_scored
from rnnviz.training.config import RunConfig
from rnnviz.training.threads import one_thread

Array = NDArray[np.floating]


def make_trace(
    network: Network, task: Task, probe: Probe, config: RunConfig, iteration: int
) -> Trace:
    """Return everything that a network computes on a probe at this iteration.

    Where no step of the probe has a target, there is no loss and no gradient.
    """
    batch = probe.batch
    trace = _trace(network, batch, task.loss if is_scored(batch) else None, config.cut_after)
    counted = task.knowable(batch)
    classes = task.loss == "cross_entropy" and bool(task.output_labels)
    return replace(
        trace,
        iteration=iteration,
        input_labels=probe.input_labels,
        target_labels=probe.target_labels,
        output_labels=task.output_labels if classes else (),
        probabilities=softmax(trace.outputs) if classes else None,
        counted=None if counted is None else counted[:, 0],
        scale=task.scale,
    )


def measure(
    network: Network,
    batch: Batch,
    loss: str | Array | None = None,
    *,
    iteration: int = 0,
    value: float = math.nan,
    truncate: int | None = None,
    input_labels: Sequence[str] | None = None,
    target_labels: Sequence[str] | None = None,
    output_labels: Sequence[str] = (),
) -> Trace:
    """Return everything that a network computes on one sequence, without a task or a trainer.

    Parameters
    ----------
    network
        Its cell, weights and interventions are those of the trace.
    batch : Batch
        With B = 1. Targets are read only by a loss that has a name; for others they may be anything
        of length T, and where nothing is scored the mask is False everywhere.
    loss : str, or array, (T, 1, H), or None
        `"cross_entropy"` or `"squared_error"` of the readout, as a task has it. Or dL/dh of the
        topmost layer, for any other loss: for each step what it receives other than from later
        steps, as PyTorch gives it for the output of a recurrent module; (T, 1, 2H) if the network
        is bidirectional. None for no loss: states and gates only.
    iteration, value
        What the trace says of the iteration, and of the loss where only its gradient is given.
    truncate
        As in `Network.record`.
    input_labels, target_labels : sequence of str, length T, or None
        What a person reads at each step; by default the number that is read, if it is one.
    output_labels : sequence of str, length K, or empty
        Names of the outputs, where they are classes.

    Returns
    -------
    Trace
        Without a loss its gradients (`d_h`, `d_x`, `last_d_h`, ...) are None, its loss is NaN, and
        no step is `scored`.

    Raises
    ------
    ValueError
        If there is more than one sequence, or an argument does not fit.
    """
    if isinstance(loss, str):
        validation.choice("loss", loss, LOSSES)
    with one_thread():
        trace = _trace(network, batch, loss, truncate)
    if not isinstance(loss, str):
        trace = replace(trace, loss=float(value))
    K, T = network.output_size, trace.steps
    classes = loss == "cross_entropy" if isinstance(loss, str) else len(output_labels) > 0
    names = tuple(output_labels) or tuple(str(place) for place in range(K))
    validation.same_shape("output_labels", np.empty(len(names)), (K,))
    return replace(
        trace,
        iteration=validation.integer("iteration", iteration, 0),
        input_labels=_labels("input_labels", input_labels, trace.inputs, T),
        target_labels=_labels("target_labels", target_labels, np.empty((T, 0)), T),
        output_labels=names if classes else (),
        probabilities=softmax(trace.outputs) if classes else None,
    )


def _trace(network: Network, batch: Batch, loss: str | Array | None, truncate: int | None) -> Trace:
    """Return a trace without the words of a person."""
    if isinstance(loss, str):
        record = record_sequence(
            network, batch.x, batch.y, batch.mask, loss, truncate, batch.answering
        )
        scored = _scored(batch)[:, 0]
    else:
        record = observe_sequence(network, batch.x, loss, truncate, batch.answering)
        given = np.zeros((len(batch.x), 1)) if loss is None else np.asarray(loss)
        scored = (given != 0).reshape(len(batch.x), -1).any(axis=1).astype(bool)
    return Trace(
        iteration=0,
        cell=network.cell,
        input_labels=(),
        target_labels=(),
        output_labels=(),
        scored=scored,
        inputs=batch.x[:, 0],
        targets=np.asarray(batch.y)[:, 0],
        outputs=record.outputs,
        probabilities=None,
        loss=record.loss,
        d_x=record.d_x,
        layers=record.layers,
        weights=network.flat.copy(),
        interventions=network.interventions,
        truncate=truncate,
        answering=batch.answering,
        attending=record.attention,
        bidirectional=network.architecture.bidirectional,
        reset=network.architecture.reset,
    )


def _labels(
    name: str, given: Sequence[str] | None, values: NDArray[Any], steps: int
) -> tuple[str, ...]:
    """Return the labels that were given, or the numbers themselves where each step has one."""
    if given is not None:
        validation.same_shape(name, np.empty(len(given)), (steps,))
        return tuple(str(label) for label in given)
    single = values.reshape(steps, -1)
    return tuple(number(row[0]) if row.size == 1 else "" for row in single)


def _scored(batch: Batch) -> NDArray[np.bool_]:
    return np.ones(batch.x.shape[:2], dtype=bool) if batch.mask is None else batch.mask
