"""How saturated the gates were at each kept iteration of a run: counted once, a few at a time."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.analysis.gates import Saturation
from rnnviz.analysis.observation import observe, sequences_for
from rnnviz.engine import Network
from rnnviz.recording import Trace
from rnnviz.tasks.task import Probe, Task

#: Time steps x sequences x (inputs, and units of all layers) for one iteration: an LSTM takes a
#: few milliseconds. All iterations are counted over the same sequences.
PER_ITERATION = 20_000


class SaturationHistory:
    """Counts of one layer, for a run that goes on; what was counted is not counted again.

    Parameters
    ----------
    network
        Of the run. A copy without buffers is kept.
    task, probe
        Of the run: they say over which sequences is counted.
    layer
        From the input up.
    """

    def __init__(self, network: Network, task: Task, probe: Probe, layer: int) -> None:
        self._network = network.copy()
        self._counted: dict[int, tuple[Trace, Saturation]] = {}
        self.layer = layer
        self.sequences = sequences_for(network, task, probe, affordable=PER_ITERATION)

    def of(self, trace: Trace) -> Saturation:
        """Return the counts of a trace; they are made now if they are not there."""
        # The trace is kept with its counts, so no other one has its id.
        if id(trace) not in self._counted:
            seen = observe(self._network.copy(), trace, self.sequences, self.layer)
            self._counted[id(trace)] = trace, Saturation.of(trace.iteration, seen)
        return self._counted[id(trace)][1]

    def missing(self, traces: Sequence[Trace]) -> list[Trace]:
        """Return those that are not counted yet, and forget what is none of these traces."""
        there = {id(trace) for trace in traces}
        self._counted = {key: kept for key, kept in self._counted.items() if key in there}
        return [trace for trace in traces if id(trace) not in self._counted]

    def counted(self) -> list[Saturation]:
        """Return all counts, by iteration."""
        found = (saturation for _, saturation in self._counted.values())
        return sorted(found, key=lambda saturation: saturation.iteration)
