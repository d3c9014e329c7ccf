"""The same points over training: states of every kept iteration, each in the plane of its time.

What is shown while the network trains is kept, and shown again on rewinding. Where the page was not
open, it is computed again from the weights of the trace.
"""

from __future__ import annotations

import time
import weakref
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.memory.planes import Plane, plane_of
from rnnviz.analysis.memory.states import States, sequences_of, states_of
from rnnviz.recording import Trace
from rnnviz.training import Trainer

#: Number of points that are drawn.
POINTS = 2_000
#: Number of axes that are kept.
AXES = 3
#: Bytes that the clouds of all iterations may take together.
MAX_BYTES = 8_000_000


@dataclass(frozen=True)
class Cloud:
    """The states at one iteration in the directions in which they vary most.

    Parameters
    ----------
    iteration
    plane : Plane
    points : array of float32, (N, k)
        The drawn states.
    answers : array of int16, (N,), or None
        What the network answers there, as in `States.answers`; None where that is a number.
    probe : array of float32, (T, k)
        The states after each step of the probe, in the order of the inputs.
    start : array of float32, (k,)
        The state before the first step, which is 0.
    """

    iteration: int
    plane: Plane
    points: NDArray[np.float32]
    answers: NDArray[np.int16] | None
    probe: NDArray[np.float32]
    start: NDArray[np.float32]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        drawn = self.points.nbytes + self.probe.nbytes + self.start.nbytes
        answers = 0 if self.answers is None else self.answers.nbytes
        return drawn + answers + self.plane.axes.nbytes + self.plane.center.nbytes


class Clouds:
    """Clouds of the kept iterations of a run, on one chain of planes.

    Each plane is turned towards the one of the nearest iteration that is known, so that points
    move because the network changed. The newest iterations come first.

    Parameters
    ----------
    trainer : Trainer
    layer
        From the input up; −1 means the top one.
    letter
        `"h"`, or `"c"` where there is a cell state.

    Raises
    ------
    ValueError
        If the network has no such state.
    """

    def __init__(self, trainer: Trainer, layer: int = -1, letter: str = "h") -> None:
        self._trainer, self._layer, self.letter = trainer, layer, letter
        self._twin = trainer.network.copy()
        self._batch, self._sequences = sequences_of(self._twin, trainer.task)
        self.states = self._states(None)
        self.layer = self.states.layer
        self.sequence, self.step = self.states.drawn(POINTS)
        self._found: dict[int, tuple[weakref.ref[Trace], Cloud]] = {}

    @property
    def done(self) -> bool:
        """Whether the clouds of all kept iterations are known."""
        return not self.missing

    @property
    def missing(self) -> tuple[int, ...]:
        """The kept iterations without a cloud, the newest first; none that would not fit."""
        kept = self._trainer.recording.traces[-self._room() :]
        return tuple(trace.iteration for trace in reversed(kept) if self._known(trace) is None)

    @property
    def clouds(self) -> tuple[Cloud, ...]:
        """The clouds of the kept iterations that are known, oldest first."""
        known = (self._known(trace) for trace in self._trainer.recording.traces)
        return tuple(cloud for cloud in known if cloud is not None)

    @property
    def nbytes(self) -> int:
        """Bytes held: the clouds, and the states that were computed last."""
        return sum(cloud.nbytes for _, cloud in self._found.values()) + self.states.nbytes

    def advance(self, seconds: float) -> None:
        """Compute missing clouds, the newest first, for about this long, but at least one."""
        end = time.perf_counter() + seconds
        while missing := self.missing:
            self.of(self._trainer.recording.at(missing[0]))
            if time.perf_counter() >= end:
                return

    def of(self, trace: Trace) -> Cloud:
        """Return the cloud of a trace of this run, kept or not; it is computed if need be."""
        known = self._known(trace)
        if known is not None:
            return known
        self._forget()
        self._twin.flat[:] = trace.weights
        self._twin.intervene(*trace.interventions)
        self.states = self._states(self.states)
        cloud = self._cloud(trace)
        self._found[trace.iteration] = (weakref.ref(trace), cloud)
        return cloud

    def _known(self, trace: Trace) -> Cloud | None:
        """Return the cloud that was computed of this very trace."""
        of, cloud = self._found.get(trace.iteration, (None, None))
        return cloud if of is not None and of() is trace else None

    def _states(self, like: States | None) -> States:
        task, batch = self._trainer.task, self._batch
        states = states_of(self._twin, task, batch, self._layer, self.letter, like)
        self._twin.free_buffers()  # they are far larger than all clouds, and soon made again
        return replace(states, sequences=self._sequences)

    def _cloud(self, trace: Trace) -> Cloud:
        states = self.states
        plane = plane_of(states.flat, AXES, self._reference(trace.iteration))
        probe = getattr(trace.layers[self.layer], self.letter)
        probe = probe[::-1] if trace.is_backward(self.layer) else probe
        answers = None
        if states.answers is not None:
            answers = states.answers.of[self.sequence, self.step].astype(np.int16)
        with np.errstate(all="ignore"):
            return Cloud(
                trace.iteration,
                plane,
                plane.of(states.values[self.sequence, self.step]).astype(np.float32),
                answers,
                plane.of(probe).astype(np.float32),
                plane.of(np.zeros(states.size)).astype(np.float32),
            )

    def _reference(self, iteration: int) -> Plane | None:
        """Return the plane of the nearest known iteration; of two the earlier one."""
        if not self._found:
            return None
        nearest = min(self._found, key=lambda known: (abs(known - iteration), known))
        return self._found[nearest][1].plane

    def _bytes_each(self) -> int:
        """Return the bytes of one cloud."""
        axes, steps = min(AXES, self.states.size), self._batch.x.shape[0]
        drawn = len(self.step) * (4 * axes + 2) + 4 * axes * (steps + 1)
        return int(drawn + 8 * (axes + 1) * self.states.size)

    def _room(self) -> int:
        """Return how many clouds fit."""
        return max(1, MAX_BYTES // self._bytes_each())

    def _forget(self) -> None:
        """Make room: drop what is not kept any more, but for the plane to turn to, or too old."""
        if not self._found:
            return
        kept = {trace.iteration for trace in self._trainer.recording.traces[-self._room() :]}
        kept.add(max(self._found))
        self._found = {at: found for at, found in self._found.items() if at in kept}
