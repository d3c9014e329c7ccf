"""The content of a file: a run at one moment, and a description of everything in it."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.engine import Network, spec_of
from rnnviz.recording import LayerTrace, Trace
from rnnviz.tasks.task import Probe, Task
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.threads import one_thread

Array = NDArray[Any]

#: A file in the making: yields the share done, 0..1, and returns the bytes. The work between two
#: shares is small: about `PIECE_BYTES` are written, or one trace is computed.
Work = Generator[float, None, bytes]

#: Bytes that are written at once; compressing them takes a few milliseconds.
PIECE_BYTES = 65_536

#: Deflate's fastest level: the last bits of measured numbers are noise, and no level shrinks them.
LEVEL = 1


@dataclass(frozen=True)
class Snapshot:
    """A run at one moment; further training does not change it.

    Parameters
    ----------
    traces : tuple of Trace
        The exported traces, oldest first, all of one probe.
    network
        A copy, used to compute the gradients w.r.t. the weights of each trace.
    probe, config, task
        Of the run.
    history : DataFrame
        Of every iteration so far.
    """

    traces: tuple[Trace, ...]
    network: Network
    probe: Probe
    config: RunConfig
    task: Task
    history: pd.DataFrame

    @property
    def span(self) -> str:
        """The iterations it contains, for a reader: `iteration 7`, `iterations 0 to 90`."""
        first, last = self.traces[0].iteration, self.traces[-1].iteration
        return f"iteration {first:,}" if first == last else f"iterations {first:,} to {last:,}"


def snapshot(trainer: Trainer, traces: Sequence[Trace] | None = None) -> Snapshot:
    """Take everything that a file is made from; the trainer may go on afterwards.

    Parameters
    ----------
    trainer
        The run.
    traces : sequence of Trace, or None
        Some of its traces on its current probe, oldest first; None means all kept ones and the
        current one.

    Raises
    ------
    ValueError
        If there is no trace, or they are not all of one example.
    """
    chosen = _all_of(trainer) if traces is None else tuple(traces)
    if not chosen:
        raise ValueError("an export needs at least one trace, got none")
    for trace in chosen:
        if not _same_example(trace, trainer.probe):
            raise ValueError(
                f"all traces must be of the example {trainer.probe.name!r}, "
                f"got another one at iteration {trace.iteration}"
            )
    return Snapshot(
        traces=chosen,
        network=trainer.network.copy(),
        probe=trainer.probe,
        config=trainer.config,
        task=trainer.task,
        history=trainer.history.frame(),
    )


def finished(work: Work) -> bytes:
    """Do all of the work at once, and return the file."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return bytes(end.value)


def weight_gradients(taken: Snapshot, upto: float) -> Generator[float, None, Array]:
    """Compute each trace's gradient w.r.t. all weights, (N, P): it is not kept during training.

    NaN where a trace has no loss.
    """
    network, batch = taken.network, taken.probe.batch
    gradients = np.full((len(taken.traces), network.flat.size), np.nan, network.dtype)
    for place, trace in enumerate(taken.traces):
        if not trace.has_gradients:
            continue
        network.flat[:] = trace.weights
        network.intervene(*trace.interventions)
        with one_thread():
            record = network.record(
                batch.x,
                batch.y,
                batch.mask,
                loss=taken.task.loss,
                truncate=trace.truncate,
                answering=batch.answering,
            )
        gradients[place] = np.concatenate([each.ravel() for each in record.gradients.values()])
        yield upto * (place + 1) / len(taken.traces)
    return gradients


def of_attention(taken: Snapshot) -> dict[str, tuple[str, str, str]]:
    """Return axes, unit and meaning of each array of attention, by its name."""
    loss = loss_unit(taken.task)
    by_h = f"{loss} per unit of h"
    last = "the last scored time step's share of the loss"
    return {
        "weights": ("TT", "share, 0..1", "weight with which step t looks at step s; rows sum to 1"),
        "scores": ("TT", "", "score of step s for step t; -inf where it may not be looked at"),
        "sums": ("TH", "", "weighted sum of the hidden states of the top layer"),
        "d_scores": ("TT", f"{loss} per unit of the score", "derivative of the loss"),
        "d_sums": ("TH", f"{loss} per unit of the sum", "derivative of the loss"),
        "own": ("TH", by_h, "part of d_h of the top layer through the output of the same step"),
        "later": ("TH", by_h, "part of d_h of the top layer over attention from later steps"),
        "last_own": ("TH", by_h, f"the same part of last_d_h as `own`, of {last}"),
        "last_later": ("TH", by_h, f"the same part of last_d_h as `later`, of {last}"),
        "sent": ("TT", by_h, "2-norm of what step t sends back to h of step s over attention"),
    }


def letters_of(taken: Snapshot, layer: LayerTrace) -> dict[str, tuple[str, str]]:
    """Return unit and meaning of each letter of a layer."""
    loss, spec = loss_unit(taken.task), spec_of(taken.config.cell)
    described = {}
    for letter in layer.quantities():
        before, is_gradient, of = letter.partition("d_")
        quantity = spec.quantity(of if is_gradient else letter)
        if is_gradient:
            whose = "the last scored time step's share of the loss" if before else "the loss"
            meaning = f"{quantity.gradient_label}, total derivative of {whose}"
            described[letter] = (f"{loss} per unit of {quantity.letter}", meaning)
        else:
            unit = "share, 0..1" if quantity.range == "share" else ""
            described[letter] = (unit, f"{quantity.label}: {quantity.meaning}")
    return described


def loss_unit(task: Task) -> str:
    """Return the unit of the task's loss."""
    return "nats" if task.loss == "cross_entropy" else "squared error"


def history_of(task: Task) -> dict[str, tuple[str, str]]:
    """Return unit and meaning of each column of the history."""
    return {
        "iteration": ("iterations", "updates of the weights, including this one"),
        "loss": (loss_unit(task), "loss of the iteration's own batch, before its update"),
        "accuracy": ("share, 0..1", "accuracy on that batch; NaN where targets are numbers"),
        "gradient_norm": ("", "2-norm of the gradient w.r.t. all weights, before clipping"),
        "clipped": ("", "whether clipping changed the gradient"),
        "learning_rate": ("", "factor on each weight update"),
    }


def origin_of(taken: Snapshot) -> dict[str, Any]:
    """Return what the arrays do not contain: where they come from."""
    task, network = taken.task, taken.network
    return {
        "format": "rnnviz run, version 1",
        "about": f"What a recurrent network computed on one example, measured at {taken.span}.",
        "config": asdict(taken.config),
        "task": {
            "key": task.key,
            "title": task.title,
            "description": task.description,
            "settings": {field.name: getattr(task, field.name) for field in task.fields},
        },
        "example": taken.probe.name,
        "sizes": {
            "N": len(taken.traces),
            "T": taken.traces[0].steps,
            "H": network.hidden_size,
            "K": network.output_size,
            "D": network.input_size,
            "layers": network.layers,
            "parameters": int(network.flat.size),
        },
        "interventions": {
            str(trace.iteration): interventions_of(trace)
            for trace in taken.traces
            if trace.interventions
        },
    }


def json_pieces(about: Any) -> Iterator[bytes]:
    """Yield JSON in pieces, because the settings of a task may contain a whole text or series."""
    waiting = ""
    for part in json.JSONEncoder(indent=1).iterencode(about):
        waiting += part
        if len(waiting) >= PIECE_BYTES:
            # Escaped, so that each character is one byte.
            for start in range(0, len(waiting), PIECE_BYTES):
                yield waiting[start : start + PIECE_BYTES].encode()
            waiting = ""
    yield waiting.encode()


def interventions_of(trace: Trace) -> list[dict[str, Any]]:
    """Return the interventions of a trace in a form that JSON can hold."""
    return [{"kind": type(each).__name__, **asdict(each)} for each in trace.interventions]


def _all_of(trainer: Trainer) -> tuple[Trace, ...]:
    newest = trainer.trace()
    kept = [each for each in trainer.recording.traces if each.iteration != newest.iteration]
    return (*kept, newest)


def _same_example(trace: Trace, probe: Probe) -> bool:
    return trace.input_labels == probe.input_labels and np.array_equal(
        trace.inputs, probe.batch.x[:, 0]
    )
