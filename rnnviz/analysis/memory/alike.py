"""Where else do these units behave alike: stretches of other sequences with nearly the same values.

Chosen are a stretch of time steps and some units; it is compared with every stretch as long, in the
probe itself and in the task's evaluation sequences, or in a text that a user typed. The distance of
two stretches is the root mean square of their difference over steps and units, where each unit is
divided by its standard deviation over all these sequences: 0 is the same, and two values drawn at
random differ by the square root of 2 on average in this sense. The level counts, because a unit
that is high means something else than one that is low. Units that are constant are left out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.analysis.observation import Sequences, observe
from rnnviz.analysis.units import CONSTANT_SHARE
from rnnviz.engine import Network
from rnnviz.numbers import number, percent
from rnnviz.recording.trace import Trace
from rnnviz.tasks.symbols import NextSymbol
from rnnviz.tasks.task import Batch, Task

Numbers = NDArray[np.float64]

#: Numbers (sequences x steps x units x steps of the stretch) that are compared at once.
_AT_ONCE = 2**20
#: Time steps x sequences x (inputs, and units of all layers) that are run at once: some 25 ms.
_OBSERVED = 100_000
#: Distances below this are of rounding alone.
_SAME = 1e-9
#: Stretches that are ranked at once.
_RANKED = 2_000
#: Matches that are ranked.
MOST = 12
#: With fewer matches nothing is said about what they have in common; nor where that is so only in
#: this share of them more than at all steps.
_FEWEST, _WORTH_SAYING = 3, 0.3
#: Steps of a stretch whose inputs are compared, from its beginning.
_LONGEST_TOLD = 20
#: Steps shown before and after a match.
AROUND = 3


@dataclass(frozen=True)
class Corpus:
    """Sequences in which is searched.

    Parameters
    ----------
    values : array, (B, T, U)
        One quantity of every unit of a layer, in the layer's own time. Sequence 0 is the one with
        the stretch that is searched for. NaN after the end of a sequence that is shorter than the
        others.
    words : tuple of tuple of str
        What a person reads at each step of each sequence; "" after its end.
    targets : tuple of tuple of str
        The target of each step; "" where there is none.
    names : tuple of str
        What each sequence is called.
    looks_ahead
        Whether the values depend on later inputs too: above the first layer of two directions.
    typed
        Whether it is a text that a user typed: in it the chosen stretch itself counts as found.
    """

    values: Numbers
    words: tuple[tuple[str, ...], ...]
    targets: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    looks_ahead: bool = False
    typed: bool = False

    @property
    def steps(self) -> int:
        """Number of time steps T."""
        return int(self.values.shape[1])


@dataclass(frozen=True)
class Match:
    """A stretch that is like the one chosen.

    Parameters
    ----------
    sequence
        Number in the corpus.
    first
        Its first time step.
    distance
        Root mean square difference in standard deviations.
    times
        How many sequences have the same inputs up to its end; the first of them is named.
    """

    sequence: int
    first: int
    distance: float
    times: int = 1


@dataclass(frozen=True)
class Alike:
    """What was found.

    Parameters
    ----------
    first, last
        Time steps of the stretch that was searched for, in sequence 0.
    units : tuple of int
        The units that were compared.
    constant : tuple of int
        Those asked for that were left out, because they are constant.
    matches : tuple of Match
        The nearest first.
    compared
        Number of stretches that were compared.
    median
        Of their distances; NaN where there is none.
    """

    first: int
    last: int
    units: tuple[int, ...]
    constant: tuple[int, ...]
    matches: tuple[Match, ...]
    compared: int
    median: float

    @property
    def length(self) -> int:
        """Number of time steps of the stretch."""
        return self.last - self.first + 1


def corpus_of(
    network: Network, trace: Trace, sequences: Sequences, layer: int, letter: str, task: Task
) -> Generator[None, None, Corpus]:
    """Run the network over sequences, some at a time; keep one quantity, and what a person reads.

    Parameters
    ----------
    network, trace, sequences, layer
        As in `observe`; sequence 0 is the probe.
    letter
        Of the quantity.
    task
    """
    wide = network.hidden_size * network.layers + network.architecture.features
    rows = max(1, _OBSERVED // (sequences.steps * wide))
    values = np.empty((sequences.count, sequences.steps, network.hidden_size))
    words: list[tuple[str, ...]] = []
    targets: list[tuple[str, ...]] = []
    for start in range(0, sequences.count, rows):
        some = _some(sequences, slice(start, start + rows))
        values[start : start + rows] = np.moveaxis(
            observe(network, trace, some, layer)[letter], 1, 0
        )
        yield
        read = some.in_time_of(trace, layer).batch
        words += _words(read, task.input_names)
        targets += _targets(read, task.output_labels)
        yield
    words[0] = trace.in_time_of(layer, trace.input_labels)
    names = ("the probe", *(f"seq. {k}" for k in range(1, sequences.count)))
    return Corpus(values, tuple(words), tuple(targets), names, looks_ahead(trace, layer))


def looks_ahead(trace: Trace, layer: int) -> bool:
    """Tell whether the states of a layer depend on inputs that come later in its own time."""
    return trace.bidirectional and trace.number_of(layer) > 1


def _some(sequences: Sequences, which: slice) -> Sequences:
    of = sequences.batch
    mask = None if of.mask is None else of.mask[:, which]
    return Sequences(Batch(of.x[:, which], of.y[:, which], mask, of.answering), sequences.loss)


def corpus_of_text(
    network: Network, trace: Trace, task: NextSymbol, text: str, layer: int, letter: str
) -> Corpus:
    """Run the network over a text that a user typed, as one sequence, to be searched like others.

    Parameters
    ----------
    network
        A network of the same run as the trace, for this call only.
    trace
        Of the wanted iteration: the probe is sequence 0, the text sequence 1.
    task, text
        The text is read as `NextSymbol.read` does.

    Raises
    ------
    ValueError
        If the text is refused.
    """
    symbols = task.read(text)
    batch = Batch(task.encode(symbols), np.zeros((len(symbols), 1), np.int64), None)
    typed = observe(network, trace, Sequences(batch, task.loss), layer)[letter][:, 0]
    probe = trace.layers[trace.number_of(layer)].quantities()[letter]
    steps = max(len(typed), len(probe))
    values = np.full((2, steps, typed.shape[1]), np.nan)
    values[0, : len(probe)], values[1, : len(typed)] = probe, typed
    words = trace.in_time_of(layer, trace.input_labels), trace.in_time_of(layer, symbols)
    targets = (trace.in_time_of(layer, trace.target_labels), _next(symbols, trace, layer))
    return Corpus(
        values,
        tuple(_padded(each, steps) for each in words),
        tuple(_padded(each, steps) for each in targets),
        ("the probe", "your text"),
        looks_ahead(trace, layer),
        typed=True,
    )


def _next(symbols: tuple[str, ...], trace: Trace, layer: int) -> tuple[str, ...]:
    """Return the symbol that follows each symbol of a text, in a layer's own time."""
    return trace.in_time_of(layer, (*symbols[1:], ""))


def _padded(words: Sequence[str], steps: int) -> tuple[str, ...]:
    return (*words, *("",) * (steps - len(words)))


def alike(
    corpus: Corpus, first: int, last: int, units: Sequence[int] = (), most: int = MOST
) -> Generator[None, None, Alike]:
    """Find the stretches that are most like one of sequence 0, a few sequences at a time.

    Of stretches that overlap in one sequence only the nearest is kept, and none that overlaps with
    the one chosen; a sequence that begins as sequence 0 does has that one too, in the same place.
    Sequences with the same inputs up to the end of the match have the same states; they are counted
    as one match. Where states depend on later inputs too, the whole sequences must have the same
    inputs.

    Parameters
    ----------
    corpus
    first, last
        Time steps of the stretch; both belong to it.
    units
        Which units; empty is all of them.
    most
        Matches that are returned.

    Raises
    ------
    ValueError
        If there is no such stretch or unit.
    """
    B, T, H = corpus.values.shape
    if not 0 <= first <= last < T:
        raise ValueError(f"first and last must be 0..{T - 1} in this order, got {first}, {last}")
    asked = tuple(units) or tuple(range(H))
    strange = next((unit for unit in asked if not 0 <= unit < H), None)
    if strange is not None:
        raise ValueError(f"units must be 0..{H - 1}, got {strange}")
    scale = yield from _scale(corpus.values, asked)
    kept = [k for k in range(len(asked)) if scale[k] > 0]
    compared_units = tuple(asked[k] for k in kept)
    constant = tuple(asked[k] for k in range(len(asked)) if scale[k] == 0)
    length = last - first + 1
    if not kept:
        return Alike(first, last, (), constant, (), 0, math.nan)
    wanted = corpus.values[0, first : last + 1][:, compared_units] / scale[kept]
    distances = np.full((B, T - length + 1), np.nan)
    rows = max(1, _AT_ONCE // (T * len(kept) * length))
    for start in range(0, B, rows):
        some = corpus.values[start : start + rows][..., compared_units] / scale[kept]
        distances[start : start + rows] = _distances(some, wanted)
        yield
    distances[_chosen(corpus, distances, first, last), max(0, first - length + 1) : last + 1] = (
        np.nan
    )
    there = distances[np.isfinite(distances)]
    matches = yield from _ranked(distances, corpus, length, most)
    median = float(np.median(there)) if there.size else math.nan
    return Alike(first, last, compared_units, constant, matches, int(there.size), median)


def _chosen(corpus: Corpus, distances: Numbers, first: int, last: int) -> list[int]:
    """Return the sequences that have the chosen stretch itself: the same inputs and values."""
    read = corpus.words[0][: last + 1]
    if corpus.typed or not all(read):
        return [0]
    same = np.flatnonzero(distances[:, first] < _SAME)
    return [0, *(int(b) for b in same if corpus.words[b][: last + 1] == read)]


def _scale(values: Numbers, units: Sequence[int]) -> Generator[None, None, Numbers]:
    """Return the standard deviation of each unit, (U,); 0 where it is constant or not a number."""
    count = np.zeros(len(units))
    total, squares, largest = np.zeros_like(count), np.zeros_like(count), np.zeros_like(count)
    rows = max(1, _AT_ONCE // (values.shape[1] * len(units)))
    # The first numbers of a unit are near its mean: without them squares would lose digits.
    near = np.nan_to_num(values[0, 0, list(units)])
    for start in range(0, len(values), rows):
        part = values[start : start + rows][..., units].reshape(-1, len(units))
        part = part[~np.isnan(part).all(axis=1)]
        with np.errstate(all="ignore"):
            count += len(part)
            total += (part - near).sum(axis=0)
            squares += ((part - near) ** 2).sum(axis=0)
            largest = np.maximum(largest, np.abs(part).max(axis=0, initial=0.0))
        yield
    with np.errstate(all="ignore"):
        mean = total / count
        deviation = np.sqrt(squares / count - mean**2)
        varies = deviation > CONSTANT_SHARE * largest
    return np.where(varies & np.isfinite(deviation), deviation, 0.0)


def _distances(values: Numbers, wanted: Numbers) -> Numbers:
    """Return the distance of every stretch, (B, T - L + 1), of scaled values (B, T, U)."""
    length, places = len(wanted), values.shape[1] - len(wanted) + 1
    total = np.zeros((len(values), places))
    for k in range(length):
        total += ((values[:, k : k + places] - wanted[k]) ** 2).sum(axis=2)
    return np.sqrt(total / wanted.size)


def _ranked(
    distances: Numbers, corpus: Corpus, length: int, most: int
) -> Generator[None, None, tuple[Match, ...]]:
    """Return the nearest stretches, without those that overlap or that have the same inputs."""
    found: list[Match] = []
    places: dict[tuple[int, tuple[str, ...]], int] = {}
    taken: set[tuple[int, int]] = set()
    width = distances.shape[1]
    for place, flat in enumerate(np.argsort(distances, axis=None, kind="stable"), 1):
        if place % _RANKED == 0:
            yield
        sequence, start = divmod(int(flat), width)
        distance = float(distances[sequence, start])
        if math.isnan(distance):
            break
        if any((sequence, start + k) in taken for k in range(length)):
            continue
        words = corpus.words[sequence]
        inputs = start, words if corpus.looks_ahead else words[: start + length]
        if inputs in places and all(words[: start + length]):
            twin = found[places[inputs]]
            found[places[inputs]] = Match(twin.sequence, twin.first, twin.distance, twin.times + 1)
        elif len(found) < most:
            places[inputs] = len(found)
            found.append(Match(sequence, start, distance))
        elif distance > found[-1].distance:
            break
        taken.update((sequence, start + k) for k in range(length))
    return tuple(found)


def _words(batch: Batch, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return what a person reads of the inputs of each sequence, in the order of the batch."""
    x = batch.x
    if x.ndim == 2:
        return tuple(tuple(names[k] for k in x[:, b]) for b in range(x.shape[1]))
    one_hot = x.shape[2] > 1 and np.isin(x, (0, 1)).all() and (x.sum(axis=2) <= 1).all()
    if one_hot and len(names) == x.shape[2]:
        largest, any_ = x.argmax(axis=2), x.max(axis=2) > 0
        return tuple(
            tuple(
                names[k] if one else "·" for k, one in zip(largest[:, b], any_[:, b], strict=True)
            )
            for b in range(x.shape[1])
        )
    return tuple(
        tuple(" ".join(number(value, 2) for value in x[t, b]) for t in range(x.shape[0]))
        for b in range(x.shape[1])
    )


def _targets(batch: Batch, labels: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the names of the scored targets of each sequence; "" elsewhere, and for numbers."""
    y, mask = batch.y, batch.mask
    T, B = batch.x.shape[:2]
    if not labels or y.ndim != 2 or not np.issubdtype(y.dtype, np.integer):
        return tuple(("",) * T for _ in range(B))
    return tuple(
        tuple(labels[int(y[t, b])] if mask is None or mask[t, b] else "" for t in range(T))
        for b in range(B)
    )


def context(corpus: Corpus, match: Match, length: int) -> tuple[str, str, str]:
    """Return what a person reads before a match, in it and after it."""
    words = corpus.words[match.sequence]
    end = match.first + length
    parts = words[max(0, match.first - AROUND) : match.first], words[match.first : end]
    before, within, after = (" ".join(part) for part in (*parts, words[end : end + AROUND]))
    more_before = "… " if match.first > AROUND else ""
    more_after = " …" if any(words[end + AROUND :]) else ""
    return more_before + before, within, after.strip() + more_after


def table(corpus: Corpus, found: Alike) -> pd.DataFrame:
    """Return the matches as a table, the nearest first."""
    rows = []
    for place, match in enumerate(found.matches, 1):
        before, within, after = context(corpus, match, found.length)
        where = corpus.names[match.sequence]
        rows.append(
            {
                "place": place,
                "distance": match.distance,
                "where": where + (f" (and {match.times - 1} alike)" if match.times > 1 else ""),
                "step": match.first,
                "before": before,
                "here": within,
                "after": after,
            }
        )
    columns = ["place", "distance", "where", "step", "before", "here", "after"]
    return pd.DataFrame(rows, columns=columns)


def sentence(corpus: Corpus, found: Alike) -> str:
    """Say how near the nearest matches are, and what they have in common."""
    if found.constant and not found.units:
        return "These units are constant, or not numbers: every stretch would be alike."
    if not found.matches:
        return "There is no other stretch as long to compare with."
    nearest = found.matches[0]
    distance = number(nearest.distance)
    said = [
        f"Of {found.compared:,} stretches the nearest has a distance of {distance}; the median "
        f"distance is {number(found.median)}."
        if found.compared > 1
        else f"1 stretch was compared: it has a distance of {distance}.",
        _common(corpus, found),
    ]
    if found.constant:
        many = len(found.constant)
        said.append(f"{many} constant unit{'' if many == 1 else 's'} left out.")
    return " ".join(filter(None, said))


def _common(corpus: Corpus, found: Alike) -> str:
    """Say which input, target or time step the matches share most beyond what is usual."""
    count = len(found.matches)
    if count < _FEWEST:
        return ""
    best = ""
    gained = _WORTH_SAYING
    for what, grid, offset in _features(corpus, found.length):
        told = [_at(grid[match.sequence], match.first + offset) for match in found.matches]
        value, times = Counter(told).most_common(1)[0]
        usual = sum(row.count(value) for row in grid) / sum(len(row) for row in grid)
        if value and times / count - usual > gained:
            gained = times / count - usual
            best = (
                f"In {times} of the {count} nearest {what} is “{value}”, which is so at "
                f"{percent(usual)} of all steps."
            )
    return best


def _at(row: tuple[str, ...], step: int) -> str:
    return row[step] if 0 <= step < len(row) else ""


def _features(corpus: Corpus, length: int) -> Iterator[tuple[str, list[tuple[str, ...]], int]]:
    """Yield what matches may have in common: its name, its values, and where from their first step.

    The values are those of each step of each sequence, as long as the sequence lasts.
    """
    ends = np.isfinite(corpus.values).any(axis=2).sum(axis=1).tolist()
    inputs = [words[:end] for words, end in zip(corpus.words, ends, strict=True)]
    targets = [names[:end] for names, end in zip(corpus.targets, ends, strict=True)]
    steps = [tuple(str(t) for t in range(end)) for end in ends]
    last = length - 1
    yield f"the input{_place(last, length)}", inputs, last
    yield f"the target{_place(last, length)}", targets, last
    for offset in range(min(last, _LONGEST_TOLD)):
        yield f"the input{_place(offset, length)}", inputs, offset
    yield "the input one step before", inputs, -1
    yield "the first time step" if last else "the time step", steps, 0


def _place(offset: int, length: int) -> str:
    """Name a step of a stretch; empty if it is the only one."""
    if length == 1:
        return ""
    if offset in (0, length - 1):
        return " at the last step" if offset else " at the first step"
    return f" at step {offset + 1} of {length}"
