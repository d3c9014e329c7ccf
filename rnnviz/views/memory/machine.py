"""The automaton of a network: read from its states in slices, and at several iterations."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.analysis.memory.automaton import Extraction, refuse, refuse_weights
from rnnviz.analysis.memory.grammars import Compared, compare
from rnnviz.analysis.memory.machine import GOOD, Automaton, counted
from rnnviz.analysis.memory.states import sequences_of
from rnnviz.analysis.memory.symbols import parts
from rnnviz.engine import Network
from rnnviz.figures.automaton import truth_spec
from rnnviz.figures.chart import Chart
from rnnviz.numbers import percent
from rnnviz.recording import Trace
from rnnviz.views.memory.over_training import Measurement, coarse_to_fine
from rnnviz.views.memory.scene import MemoryScene
from rnnviz.views.panel import Panel, Table

#: At so many kept iterations an automaton is read, spread over training.
_READ = 17
#: Bytes of an automaton besides its arrays, about.
_BYTES = 40_000
#: Bytes of an entry of the store, besides its text.
_LEAST_BYTES = 200
#: Where it keeps why there can be no automaton of a run.
_NO_AUTOMATON = "no automaton"
#: Seconds of reading before others may go on.
_SLICE_S = 0.002


@dataclass(frozen=True, eq=False)
class Placed:
    """An automaton, and where the states of the same iteration are in it.

    Parameters
    ----------
    iteration
    found : Automaton
    along : array of int, (T, B)
        State of the automaton after each step of the evaluation sequences of `sequences_of`.
    walk : array of int, (T,)
        The same of the probe.
    """

    iteration: int
    found: Automaton
    along: NDArray[np.int64]
    walk: NDArray[np.int64]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """A row for each state: its answer, and where symbols lead; empty if there are too many."""
        return self.found.table().reset_index() if self.found.is_small else pd.DataFrame()

    @property
    def nbytes(self) -> int:
        """Bytes that it takes, about."""
        return _BYTES + self.along.nbytes + self.walk.nbytes + self.found.centers.nbytes


def refusal(scene: MemoryScene) -> str:
    """Say why there can be no automaton; "" if there can."""
    # The task and the architecture are those of the run; only the weights change.
    known: str | None = scene.store.get(_NO_AUTOMATON)
    if known is None:
        known = _said(lambda: refuse(scene.network, scene.trainer.task))
        scene.store.put(_NO_AUTOMATON, known, _LEAST_BYTES + len(known))
    return known or _said(lambda: refuse_weights(scene.network))


def _said(refusing: Callable[[], None]) -> str:
    try:
        refusing()
    except ValueError as refused:
        return str(refused)
    return ""


def work(scene: MemoryScene) -> Iterator[None]:
    """Read that of the iteration that is looked at; if all are wanted, those of some others."""
    if refusal(scene):
        return
    reading, whole = _reading(scene), _whole(scene)
    yield from reading.at(whole, scene.trace)
    if scene.everywhere:
        traces = scene.traces
        for place in coarse_to_fine(len(traces))[:_READ]:
            yield from reading.at(whole, traces[place])


def latest(scene: MemoryScene) -> Placed | None:
    """Return what was read of the iteration that is looked at, or else what was read last."""
    shown = _reading(scene).shown(_whole(scene))
    return None if shown is None else shown[1]


def automaton(scene: MemoryScene) -> Panel:
    """Show what the automaton explains, its states, and since when there is one."""
    refused = refusal(scene)
    if refused:
        return Panel(sentence=refused)
    placed = latest(scene)
    if placed is None:
        return Panel(sentence="The states are being sorted into a machine.")
    at = placed.iteration
    when = f"At iteration {at:,}: " if at != scene.trace.iteration else ""
    course = _course(scene)
    compared = compare(placed.found, scene.trainer.task)
    same = "" if compared is None else compared.sentence
    return Panel(
        _true_one(compared),
        sentence=" ".join(filter(None, (when + placed.found.sentence, same, appeared(course)))),
        table=Table(placed.rows, "States of the automaton: their answers, and where symbols lead"),
        note=f"An answer is {placed.found.meaning}.",
        file=("automaton.csv", placed.found.frame),
    )


def _true_one(compared: Compared | None) -> tuple[Chart, ...]:
    """Draw the true automaton of the task, where it is known."""
    if compared is None:
        return ()
    name = compared.truth.name
    caption = (
        f"The smallest automaton of {name} itself: the machine above gives the same answers."
        if compared.same
        else f"The smallest automaton of {name} itself. The machine above is another one."
    )
    return (Chart(truth_spec(compared.truth, 360), caption, f"State diagram of {name}"),)


def appeared(course: list[Placed]) -> str:
    """Say at which of the iterations at which one was read there was a good automaton first.

    Parameters
    ----------
    course
        By iteration, ascending.
    """
    if len(course) < 2:
        return ""
    good = [placed.found.good for placed in course]
    many, terms = len(course), _terms(course)
    if not any(good):
        return f"At none of the {many} iterations at which it was read was there {terms}."
    # Since the last one that was not good.
    since = len(good) - good[::-1].index(False) if False in good else 0
    if since == len(good):
        return f"At an earlier iteration there was {terms}; now there is none any more."
    if since == 0:
        return f"At each of the {many} iterations at which it was read there was {terms}."
    before, first = course[since - 1], course[since]
    return (
        f"Since iteration {first.iteration:,} there is {terms}. At iteration "
        f"{before.iteration:,} the best one, with {counted(len(before.found.states), 'state')}, "
        f"explained {percent(before.found.least)} ({many} iterations were read)."
    )


def _terms(course: list[Placed]) -> str:
    """Say what a good machine is, see `Automaton.good`."""
    small = f"a small machine that explains {percent(GOOD)} or more"
    if all(placed.found.longer is None for placed in course):
        return small
    return (
        f"{small}, and on sequences of twice the length does so too or is itself right in "
        f"{percent(GOOD)} of the answers"
    )


def _course(scene: MemoryScene) -> list[Placed]:
    """Return what was read so far, up to the iteration that is looked at."""
    found = _reading(scene).found(_whole(scene))
    return [placed for placed in found if placed.iteration <= scene.trace.iteration]


def _whole(scene: MemoryScene) -> MemoryScene:
    """Return the scene of which it is kept: it is the same for whatever layer is looked at."""
    return replace(scene, layer=0, letter="h")


def _reading(scene: MemoryScene) -> Measurement[Placed]:
    task, probe = scene.trainer.task, scene.trainer.probe.batch

    def measure(network: Network, trace: Trace) -> Generator[None, None, Placed]:
        reading = Extraction(network, task, checked=True)
        with scene.store.lending(reading.nbytes):
            while not reading.done:
                reading.advance(_SLICE_S)
                yield
        found = reading.found
        assert found is not None
        sequences = sequences_of(network, task)[0]
        along = np.empty(sequences.x.shape[:2], dtype=np.int64)
        for columns, part in parts(sequences, found.centers.shape[1]):
            along[:, columns] = found.states_along(network, part)
            yield
        walk = found.states_along(network, probe)[:, 0]
        return Placed(trace.iteration, found, along, walk)

    return Measurement("automaton", measure, lambda placed: placed.nbytes)
