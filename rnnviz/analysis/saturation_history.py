"""How saturated the gates were at each kept iteration: counted once, a few iterations at a time."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.analysis.gates import Saturation
from rnnviz.analysis.observation import observe, sequences_for
from rnnviz.engine import Network
from rnnviz.recording import Trace
from rnnviz.tasks.task import Probe, Task

#: Time steps x sequences x (inputs, and units of all layers) for one iteration: an LSTM takes a few
#: milliseconds. All iterations are counted over the same sequences.
PER_ITERATION = 20_000


class SaturationHistory:
    """Counts of one layer, for a run that goes on; counted iterations are not counted again.

    Parameters
    ----------
    network
        Of the run. A copy without buffers is kept.
    task, probe
        Of the run: they determine the sequences over which is counted.
    layer
        From the input up.
    """

    def __init__(self, network: Network, task: Task, probe: Probe, layer: int) -> None:
        self._network = network.copy()
        self._counted: dict[int, tuple[Trace, Saturation]] = {}
        self.layer = layer
        self.sequences = sequences_for(network, task, probe, affordable=PER_ITERATION)

    def of(self, trace: Trace) -> Saturation:
        """Return the counts of a trace; computed now if they are missing."""
        # The trace is kept with its counts, so no other trace can have its id.
        if id(trace) not in self._counted:
            seen = observe(self._network.copy(), trace, self.sequences, self.layer)
            self._counted[id(trace)] = trace, Saturation.of(trace.iteration, seen)
        return self._counted[id(trace)][1]

    def missing(self, traces: Sequence[Trace]) -> list[Trace]:
        """Return the traces not counted yet, and drop the counts of all other traces."""
        there = {id(trace) for trace in traces}
        self._counted = {key: kept for key, kept in self._counted.items() if key in there}
        return [trace for trace in traces if id(trace) not in self._counted]

    def counted(self) -> list[Saturation]:
        """Return all counts, by iteration."""
        found = (saturation for _, saturation in self._counted.values())
        return sorted(found, key=lambda saturation: saturation.iteration)
