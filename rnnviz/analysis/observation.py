"""What a network computes on many sequences, because one probe would be too few cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network
from rnnviz.recording.trace import Array, Trace
from rnnviz.tasks.task import Batch, Loss, Probe, Task
from rnnviz.training.threads import one_thread

#: Time steps x sequences x (inputs, and units of all layers) in an acceptable waiting time: for an
#: LSTM about a tenth of a second.
AFFORDABLE = 400_000


@dataclass(frozen=True)
class Sequences:
    """The probe's sequence, and evaluation sequences of the same task.

    Parameters
    ----------
    batch : Batch
        The probe is sequence 0. The mask says which steps are scored.
    loss
        The loss of the task.
    """

    batch: Batch
    loss: Loss

    @property
    def count(self) -> int:
        """Number of sequences B."""
        return int(self.batch.x.shape[1])

    @property
    def steps(self) -> int:
        """Number of time steps T."""
        return int(self.batch.x.shape[0])

    def in_time_of(self, trace: Trace, layer: int) -> Sequences:
        """Return the sequences in the order in which a layer of the trace reads them."""
        if not trace.is_backward(layer):
            return self
        of = self.batch
        mask = None if of.mask is None else of.mask[::-1]
        return Sequences(Batch(of.x[::-1], of.y[::-1], mask), self.loss)

    def sentence(self) -> str:
        """Say over how many sequences and steps the measurement is taken."""
        steps = f"{self.steps} time step{'' if self.steps == 1 else 's'}"
        return (
            f"{self.count:,} sequences × {steps} = {self.count * self.steps:,} cases for each "
            f"unit: the probe and {self.count - 1:,} of the task's evaluation sequences"
        )


def sequences_for(
    network: Network, task: Task, probe: Probe, passes: int = 1, affordable: int = AFFORDABLE
) -> Sequences:
    """Take the probe, and as many evaluation sequences as are affordable, evenly spread.

    Parameters
    ----------
    passes
        How often the network will run over them.
    affordable
        Time steps x sequences x (inputs, and units of all layers) in all passes together; at least
        one evaluation sequence is taken.
    """
    first, evaluation = probe.batch, task.evaluation()
    wide = network.hidden_size * network.layers + network.architecture.features
    values = len(first.x) * wide * passes
    there = evaluation.x.shape[1]
    count = min(there, max(1, affordable // values - 1))
    chosen = np.linspace(0, there - 1, count).round().astype(np.int64)
    batch = Batch(
        np.concatenate([first.x, evaluation.x[:, chosen]], axis=1),
        np.concatenate([first.y, evaluation.y[:, chosen]], axis=1),
        np.concatenate([scored_steps(first), scored_steps(evaluation)[:, chosen]], axis=1),
        first.answering,
    )
    return Sequences(batch, task.loss)


def observe(
    network: Network, trace: Trace, sequences: Sequences, layer: int
) -> Mapping[str, Array]:
    """Run a network over sequences with the weights of a trace, and return what a layer computed.

    Parameters
    ----------
    network
        A network of the same run as the trace, for this call only: its weights become those of the
        trace.
    trace
        A trace of the wanted iteration.

    Returns
    -------
    mapping of letter to array, (T, B, H)
        Gates, `c` and `h`; of a backward layer in its own time, as `Sequences.in_time_of` has it.
    """
    network.flat[:] = trace.weights
    network.intervene(*trace.interventions)
    batch = sequences.batch
    with one_thread(), np.errstate(all="ignore"):
        record = network.observe(batch.x, batch.answering)[layer]
    states = {"h": record.h} if record.c is None else {"c": record.c, "h": record.h}
    return {**record.gates, **states}


def scored_steps(batch: Batch) -> NDArray[np.bool_]:
    """Return which steps are scored, (T, B)."""
    shape: tuple[Any, ...] = batch.x.shape[:2]
    return np.ones(shape, dtype=bool) if batch.mask is None else batch.mask
