"""Measuring at one iteration and at every kept one, in slices, and what was found so far."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from rnnviz.engine import Network
from rnnviz.recording import Trace
from rnnviz.training.threads import one_thread
from rnnviz.views.memory.scene import MemoryScene

Found = TypeVar("Found")


@dataclass(frozen=True)
class Measurement(Generic[Found]):
    """Something that is measured with the weights of an iteration.

    Parameters
    ----------
    name
        With whatever it depends on besides layer, state and iteration.
    measure
        Yields often, and returns what it finds.
    nbytes
        Size of what was found.
    """

    name: str
    measure: Callable[[Network, Trace], Generator[None, None, Found]]
    nbytes: Callable[[Found], int]

    def at(self, scene: MemoryScene, trace: Trace) -> Iterator[None]:
        """Measure one iteration, unless that was done, and keep the result in the store."""
        work = self._working(scene, trace)
        while True:
            with one_thread():
                try:
                    next(work)
                except StopIteration:
                    return
            yield

    def _working(self, scene: MemoryScene, trace: Trace) -> Iterator[None]:
        key = scene.key(self.name, trace)
        if scene.store.get(key) is None:
            found = yield from self.measure(scene.trainer.network_of(trace), trace)
            scene.store.put(key, found, self.nbytes(found))
            # Only where to find it: what is dropped from the store must not live on here.
            scene.store.put(self._latest(scene), (trace.iteration, key), 0)

    def wanted(self, scene: MemoryScene) -> Iterator[None]:
        """Measure all kept iterations; while only the one looked at is wanted, that one."""
        if scene.everywhere:
            yield from self.everywhere(scene)
        else:
            yield from self.at(scene, scene.trace)

    def everywhere(self, scene: MemoryScene) -> Iterator[None]:
        """Measure all kept iterations, at first a few that are far apart."""
        traces = scene.traces
        for place in coarse_to_fine(len(traces)):
            yield from self.at(scene, traces[place])

    def found(self, scene: MemoryScene) -> list[Found]:
        """Return what was found at the kept iterations so far, in their order."""
        found = (scene.store.get(scene.key(self.name, trace)) for trace in scene.traces)
        return [result for result in found if result is not None]

    def shown(self, scene: MemoryScene, at_once: bool = False) -> tuple[int, Found] | None:
        """Return what is known of the iteration that is looked at, or else of the latest measured.

        While the network trains, each look is at another iteration.

        Parameters
        ----------
        scene
        at_once
            Whether this is so quick that it is measured now.

        Returns
        -------
        tuple of int and what was found, or None
            The iteration that it is of.
        """
        if at_once:
            with one_thread():
                for _ in self._working(scene, scene.trace):
                    pass
        found = scene.store.get(scene.key(self.name))
        if found is not None:
            return scene.trace.iteration, found
        iteration, key = scene.store.get(self._latest(scene)) or (0, None)
        found = scene.store.get(key)
        return None if found is None else (iteration, found)

    def _latest(self, scene: MemoryScene) -> tuple[str, int, str]:
        return f"latest {self.name}", scene.layer, scene.letter


def coarse_to_fine(count: int) -> list[int]:
    """Order places so that any first ones of them are spread over the whole."""
    order = dict.fromkeys((count - 1, 0)) if count else {}
    stride = 1 << max(0, count - 1).bit_length()
    while stride:
        order |= dict.fromkeys(range(0, count, stride))
        stride //= 2
    return list(order)


def progress(found: int, scene: MemoryScene) -> tuple[float | None, str]:
    """Return the share of the kept iterations that is measured, and a text; None at the end."""
    kept = len(scene.traces)
    if found >= kept or not scene.everywhere:
        return None, ""
    return found / kept, f": {found:,} of {kept:,} kept iterations"


def of_iteration(iteration: int, scene: MemoryScene) -> str:
    """Say of which iteration something is, where it is not the one that is looked at."""
    return "" if iteration == scene.trace.iteration else f"At iteration {iteration:,}. "
