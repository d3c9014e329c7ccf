"""What the views of the memory show: a state of a layer, and what was measured of it so far."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from rnnviz.analysis.memory.clouds import Clouds
from rnnviz.engine import spec_of
from rnnviz.figures.state_clouds import RunSpace
from rnnviz.recording import Trace
from rnnviz.recording.trace import Array
from rnnviz.training import Trainer
from rnnviz.views.scene import Scene

#: The states of a cell: hidden state and cell state.
Letter = Literal["h", "c"]

#: Default limit on the bytes of what was measured.
MOST_BYTES = 16_000_000


class Store:
    """What was measured of a run, so that nothing is measured twice; limited in bytes.

    What was not asked for the longest is dropped first.

    Parameters
    ----------
    most_bytes
        Maximum bytes of all that is kept.

    Attributes
    ----------
    nbytes : int
        Of all that is kept.
    lent : int
        Bytes that the work under way needs besides.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self.nbytes = 0
        self.lent = 0

    def get(self, key: Hashable) -> Any:
        """Return what was put under a key; None if there is nothing."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def put(self, key: Hashable, found: Any, nbytes: int) -> None:
        """Keep something of so many bytes; what is larger than the whole store is not kept."""
        self._drop(key)
        if nbytes > self._most_bytes:
            return
        while self.nbytes + nbytes > self._most_bytes:
            self._drop(next(iter(self._kept)))
        self._kept[key] = found, nbytes
        self.nbytes += nbytes

    @contextmanager
    def lending(self, nbytes: int) -> Iterator[None]:
        """Count so many bytes of a work as long as it is under way."""
        self.lent += nbytes
        try:
            yield
        finally:
            self.lent -= nbytes

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self.nbytes = 0

    def _drop(self, key: Hashable) -> None:
        _, nbytes = self._kept.pop(key, (None, 0))
        self.nbytes -= nbytes


@dataclass(frozen=True, kw_only=True)
class MemoryScene(Scene):
    """The memory of a layer of a network at one iteration of its run.

    Parameters
    ----------
    letter
        Hidden state `h` or cell state `c`.
    step
        Time step of the probe; of a layer that reads backward, in the layer's own time.
    unit
        That is marked; None is none.
    stretch : pair of int
        First and last time step of the probe that are searched for elsewhere; None is one step,
        `step`.
    units
        Those whose values are searched for; empty is all of them.
    text
        Typed by the visitor, to be searched instead of the task's sequences; empty is none.
    held
        Number of the symbol that is held while fixed points are searched for, -1 for no input;
        None does not search.
    with_machine
        Whether an automaton is read from the states.
    everywhere
        Whether all kept iterations are wanted, or only the one that is looked at.
    drawn : RunSpace or None
        The state space of this layer and state, as far as it is known; None begins a new one.
    runs
        Runs beside each other by their names, where a preset has several; this one is among them.
    store
        What was measured so far. What a view measures in slices goes there, and it shows what it
        finds there.
    """

    letter: Letter = "h"
    step: int = 0
    unit: int | None = None
    stretch: tuple[int, int] | None = None
    units: tuple[int, ...] = ()
    text: str = ""
    held: int | None = None
    with_machine: bool = False
    everywhere: bool = True
    drawn: RunSpace | None = None
    runs: Mapping[str, Trainer] = field(default_factory=lambda: MappingProxyType({}))
    store: Store = field(default_factory=Store)

    @property
    def values(self) -> Array:
        """The state on the probe, (T, H)."""
        return self.trace.layers[self.layer].quantities()[self.letter]

    @cached_property
    def space(self) -> RunSpace:
        """The state space of this layer and state."""
        if self.drawn is not None:
            return self.drawn
        return RunSpace(Clouds(self.trainer, self.layer, self.letter), self.trainer)

    def key(self, name: str, trace: Trace | None = None) -> Hashable:
        """Return the key in the store of what is measured at an iteration of this layer and state.

        Parameters
        ----------
        name
            Of the measurement, with whatever else it depends on.
        trace
            Of the iteration; None is the one that is looked at.
        """
        of = self.trace if trace is None else trace
        return name, self.layer, self.letter, of.iteration, of.interventions


def letters_of(cell: str) -> tuple[Letter, ...]:
    """Return the states of a cell; empty for one without memory."""
    spec = spec_of(cell)
    if not spec.is_recurrent:
        return ()
    return ("h", "c") if spec.has_cell_state else ("h",)
