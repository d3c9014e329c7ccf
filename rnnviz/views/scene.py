"""What a view shows: a layer of a network at one iteration of its run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rnnviz.engine import CellSpec, Network, spec_of
from rnnviz.recording import Trace
from rnnviz.training import Mark, Trainer


@dataclass(frozen=True)
class Scene:
    """A layer of a network at one iteration of its run.

    Parameters
    ----------
    trainer
        Of the run. A view only reads it; nothing else may change it meanwhile.
    trace
        Of the probe, at the iteration that is looked at: `trainer.trace()` is the newest, those of
        `trainer.recording.traces` are the earlier ones.
    layer
        From the input up.
    """

    trainer: Trainer
    trace: Trace
    layer: int = 0

    @property
    def cell(self) -> str:
        """Kind of cell, as in the settings of the run."""
        return self.trace.cell

    @property
    def spec(self) -> CellSpec:
        """The description of the cell."""
        return spec_of(self.cell)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The changes of the run."""
        return self.trainer.marks

    @property
    def rewound_to(self) -> int | None:
        """Iteration that is marked on the axes of training; None if it is the newest."""
        at = self.trace.iteration
        return None if at == self.trainer.iteration else at

    @cached_property
    def network(self) -> Network:
        """A separate network with the weights of the trace."""
        return self.trainer.network_of(self.trace)

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """The kept traces, and that of the newest iteration, whose interventions may be new."""
        now = self.trainer.trace()
        kept = self.trainer.recording.traces
        return (*(trace for trace in kept if trace.iteration < now.iteration), now)
