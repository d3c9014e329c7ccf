"""Recording: the traces kept so far, thinned so that they always cover all of training."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from rnnviz.recording.trace import Trace

#: Default limits on the bytes and the number of traces.
MAX_BYTES = 16_000_000
MAX_TRACES = 128


def traces_made(iterations: int) -> int:
    """Return how many traces a recording has made after so many iterations, if they are small."""
    made, first, stride = 0, 0, 1
    while first < iterations:
        last = min(stride * MAX_TRACES, iterations)
        made += -(-(last - first) // stride)
        first, stride = last, 2 * stride
    return made


class Recording:
    """A bounded store of traces, spread evenly over the iterations so far.

    A trace is due every `stride` iterations. When the store is full, every second trace is dropped
    and the stride doubles. So the first trace (iteration 0) always remains, and the others cover
    training evenly.

    Parameters
    ----------
    max_bytes
        Maximum bytes of arrays. If not even two traces fit, only the newest is kept.
    max_traces
        Maximum number of traces; for small networks this bounds the time spent on tracing.
    """

    def __init__(self, max_bytes: int = MAX_BYTES, max_traces: int = MAX_TRACES) -> None:
        self._traces: list[Trace] = []
        self._max_bytes = max_bytes
        self._max_traces = max_traces
        self.stride = 1
        #: Called after each trace that is kept.
        self.watchers: list[Callable[[], None]] = []

    def __len__(self) -> int:
        return len(self._traces)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The kept traces, oldest first."""
        return tuple(self._traces)

    @property
    def iterations(self) -> tuple[int, ...]:
        """The iterations of the kept traces, ascending."""
        return tuple(trace.iteration for trace in self._traces)

    @property
    def nbytes(self) -> int:
        """Bytes of arrays held."""
        return sum(trace.nbytes for trace in self._traces)

    def is_due(self, iteration: int) -> bool:
        """Say whether the trace of this iteration should be added."""
        return iteration % self.stride == 0

    def add(self, trace: Trace) -> None:
        """Keep a trace that is due; thin the store first when it is full."""
        while self._traces and self._is_full_with(trace):
            if len(self._traces) == 1:
                self._traces.clear()
                break
            self.thin_to(2 * self.stride)
        if self.is_due(trace.iteration):
            self._traces.append(trace)
            for watcher in self.watchers:
                watcher()

    def thin_to(self, stride: int) -> None:
        """Keep only every `stride`-th iteration, from now on and of the traces already kept."""
        if stride != self.stride:
            self.stride = stride
            self._traces = [kept for kept in self._traces if self.is_due(kept.iteration)]

    def at(self, iteration: int) -> Trace:
        """Return the latest kept trace at or before this iteration, else the first one.

        Raises
        ------
        LookupError
            If nothing has been kept.
        """
        if not self._traces:
            raise LookupError("nothing has been recorded yet")
        after = bisect_right(self._traces, iteration, key=lambda trace: trace.iteration)
        return self._traces[max(after - 1, 0)]

    def clear(self) -> None:
        """Drop every trace: they show another sequence than the current probe."""
        self._traces.clear()
        self.stride = 1

    def rewind(self, iteration: int) -> None:
        """Forget every trace after this iteration."""
        self._traces = [trace for trace in self._traces if trace.iteration <= iteration]

    def _is_full_with(self, trace: Trace) -> bool:
        too_many = len(self._traces) >= self._max_traces
        return too_many or self.nbytes + trace.nbytes > self._max_bytes
