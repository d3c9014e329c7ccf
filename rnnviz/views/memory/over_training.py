"""Measuring at every kept iteration, in slices, and what was found so far."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

from rnnviz.engine import Network
from rnnviz.recording import Trace
from rnnviz.training.threads import one_thread
from rnnviz.views.memory.scene import MemoryScene

Found = TypeVar("Found")
#: Measures something with the weights of a trace, and yields often.
Measure = Callable[[Network, Trace], Generator[None, None, Found]]


def one(
    scene: MemoryScene, name: str, trace: Trace, measure: Measure[Found],
    nbytes: Callable[[Found], int],
) -> Iterator[None]:  # fmt: skip
    """Measure one iteration, unless that was done, and keep the result.

    Parameters
    ----------
    scene
    name
        Of the measurement.
    trace
        Of the iteration.
    measure
    nbytes
        Size of a result.
    """
    key = scene.key(name, trace)
    if scene.store.get(key) is not None:
        return
    work = measure(scene.trainer.network_of(trace), trace)
    while True:
        with one_thread():
            try:
                next(work)
            except StopIteration as end:
                scene.store.put(key, end.value, nbytes(end.value))
                return
        yield


def each(
    scene: MemoryScene, name: str, measure: Measure[Found], nbytes: Callable[[Found], int]
) -> Iterator[None]:
    """Measure all kept iterations, at first a few that are far apart."""
    traces = scene.traces
    for place in coarse_to_fine(len(traces)):
        yield from one(scene, name, traces[place], measure, nbytes)


def found_so_far(scene: MemoryScene, name: str) -> list[Found]:
    """Return what was found at the kept iterations, in their order."""
    found = (scene.store.get(scene.key(name, trace)) for trace in scene.traces)
    return [result for result in found if result is not None]


def coarse_to_fine(count: int) -> list[int]:
    """Order places so that any first ones of them are spread over the whole."""
    order = dict.fromkeys((count - 1, 0)) if count else {}
    stride = 1 << max(0, count - 1).bit_length()
    while stride:
        order |= dict.fromkeys(range(0, count, stride))
        stride //= 2
    return list(order)


def progress(found: int, scene: MemoryScene) -> tuple[float | None, str]:
    """Return the share that is measured and a text about it; None when all is."""
    kept = len(scene.traces)
    if found >= kept:
        return None, ""
    return found / kept, f"Measured at {found:,} of {kept:,} kept iterations"
