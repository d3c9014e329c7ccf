"""Where else: stretches of other sequences in which the same units behave alike."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rnnviz.analysis.memory.alike import (
    AROUND,
    Alike,
    Corpus,
    Match,
    alike,
    corpus_of,
    corpus_of_text,
    looks_ahead,
    sentence,
    table,
)
from rnnviz.analysis.observation import sequences_for
from rnnviz.engine import Network
from rnnviz.figures.alike_chart import Strip, alike_spec
from rnnviz.figures.chart import Chart
from rnnviz.figures.palette import QUANTITIES
from rnnviz.numbers import number
from rnnviz.recording import Trace
from rnnviz.tasks.symbols import NextSymbol
from rnnviz.views.memory.over_training import Measurement, of_iteration
from rnnviz.views.memory.scene import MemoryScene
from rnnviz.views.panel import Panel, Table

#: Time steps x sequences x (inputs, and units of all layers) that are searched in all.
_SEARCHED = 2_000_000
_BYTES = 20_000
_NOTHING = Corpus(np.empty((0, 0, 0)), (), (), ())
_NONE = Alike(0, 0, (), (), (), 0, math.nan)


@dataclass(frozen=True)
class Found:
    """What is shown of a search, without the sequences that were searched.

    Parameters
    ----------
    strips
        The stretch that was chosen, and then the matches, in the values of `unit`.
    unit
    sentence
    rows
        The matches as a table.
    """

    strips: tuple[Strip, ...]
    unit: int
    sentence: str
    rows: pd.DataFrame


def work(scene: MemoryScene) -> Iterator[None]:
    """Search at the iteration that is looked at."""
    yield from _search(scene).at(scene, scene.trace)


def where_else(scene: MemoryScene) -> Panel:
    """Show where else the units behave as in the stretch that was chosen."""
    shown = _search(scene).shown(scene)
    if shown is None:
        return Panel(sentence="The sequences are being searched.", progress=0.0)
    iteration, found = shown
    quantity = QUANTITIES[scene.cell][scene.letter]
    said = f"{of_iteration(iteration, scene)}{found.sentence}"
    charts: tuple[Chart, ...] = ()
    if len(found.strips) > 1:
        spec = alike_spec(found.strips, AROUND, quantity, found.unit)
        label = f"Stretches that are alike, the nearest first. Iteration {iteration:,}."
        charts = (Chart(spec, said, label),)
    return Panel(
        charts,
        sentence="" if charts else said,
        note="The first row is the stretch that you chose, the others are those most like it, "
        f"the nearest first. Colour: {quantity.label} of unit {found.unit}. The distance is the "
        "root mean square of the differences over the steps and units that you chose, where each "
        "unit is divided by its standard deviation over all the sequences searched. Of stretches "
        "that overlap only the nearest is listed. Sequences with the same inputs"
        f"{'' if looks_ahead(scene.trace, scene.layer) else ' up to there'} are counted as one.",
        table=Table(found.rows, "The stretches as a table", {"distance": 3}),
        file=("where else", lambda: found.rows),
    )


def _search(scene: MemoryScene) -> Measurement[Found]:
    """Run the network over the sequences, and rank the stretches."""
    trainer, layer, letter = scene.trainer, scene.layer, scene.letter
    first, last = scene.stretch or (scene.step, scene.step)
    units, unit, task, text = scene.units, scene.unit, trainer.task, scene.text

    def measure(network: Network, trace: Trace) -> Generator[None, None, Found]:
        if text and isinstance(task, NextSymbol):
            try:
                corpus = corpus_of_text(network, trace, task, text, layer, letter)
            except ValueError as refused:
                said = str(refused).replace("a start must", "The text must", 1)
                return Found((), 0, f"{said}.", table(_NOTHING, _NONE))
        else:
            sequences = sequences_for(network, task, trainer.probe, affordable=_SEARCHED)
            corpus = yield from corpus_of(network, trace, sequences, layer, letter, task)
        found = yield from alike(corpus, first, last, units)
        return _shown(corpus, found, unit)

    name = f"where else {first} {last} {units} {unit} {text}"
    return Measurement(name, measure, lambda _: _BYTES)


def _shown(corpus: Corpus, found: Alike, unit: int | None) -> Found:
    """Keep what is shown, in the values of one of the units that were compared."""
    of = unit if unit in found.units else next(iter(found.units), 0)
    chosen = Match(0, found.first, 0.0)
    strips = [
        _strip(corpus, match, found.length, of, name)
        for match, name in (
            (chosen, "chosen"),
            *((each, _name(corpus, each)) for each in found.matches),
        )
    ]
    return Found(tuple(strips), of, sentence(corpus, found), table(corpus, found))


def _name(corpus: Corpus, match: Match) -> str:
    return f"{number(match.distance, 2)} · {corpus.names[match.sequence]}, step {match.first}"


def _strip(corpus: Corpus, match: Match, length: int, unit: int, name: str) -> Strip:
    """Cut out a stretch with the steps around it."""
    steps = range(match.first - AROUND, match.first + length + AROUND)
    there = [0 <= step < corpus.steps for step in steps]
    words = corpus.words[match.sequence]
    values = corpus.values[match.sequence, :, unit]
    return Strip(
        name,
        np.array([values[t] if known else np.nan for t, known in zip(steps, there, strict=True)]),
        [words[t] if known else "" for t, known in zip(steps, there, strict=True)],
    )
