"""The smallest automaton that answers as a network does, read from its hidden states.

The states of many time steps are divided into many small clusters (k-means), and clusters that
answer alike and lead alike become one state of the automaton (`merging`). A cluster whose points
lead to different places is divided first. What comes out is measured on other sequences, and on
longer ones. Omlin and Giles (1996) cluster the hidden states likewise; Weiss, Goldberg and Yahav
(2018) divide them where the network contradicts the automaton.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.analysis.memory.clusters import k_means, nearest
from rnnviz.analysis.memory.merging import NOT_ASKED, Counted, Steps, merged
from rnnviz.analysis.memory.symbols import (
    Alphabet,
    Answers,
    Codes,
    Possible,
    Reading,
    all_states,
    answers_of,
    listed,
    read,
)
from rnnviz.engine import Network
from rnnviz.numbers import percent
from rnnviz.tasks.task import Batch, Task, has_targets
from rnnviz.training import Trainer

#: An automaton explains a network if at least this share of answers and of steps is the same.
GOOD = 0.95
#: Points that are clustered, unless told otherwise.
STATES = 5_000
#: More states than this are no small machine.
MOST_STATES = 64

_ENOUGH = 0.995
_CLUSTERS = (24, 64, 128)
_MOST_CLUSTERS = 256
_ROUNDS = 6
#: A cluster is divided if more than this share of its points, and at least so many, lead elsewhere.
_IMPURE_SHARE, _IMPURE_POINTS = 0.02, 3
_FEWEST_SEQUENCES = 12
_MOST_NUMBERS = 4_000_000
_DRAWS = 92_821  # beside a seed: sequences that no run, evaluation or probe draws


@dataclass(frozen=True)
class Arrow:
    """A transition of an automaton: a symbol that comes in, and the state after it.

    Parameters
    ----------
    start, symbol, end
        Numbers of the state before, the symbol and the state after.
    share
        Of the steps with this symbol in this state, the share that goes this way, 0..1.
    count
        How many steps these were, among the sequences from which the automaton was read.
    """

    start: int
    symbol: int
    end: int
    share: float
    count: int


@dataclass(frozen=True)
class MachineState:
    """A state of an automaton.

    Parameters
    ----------
    answer
        What the network answers there, as a person reads it; empty if nobody asks there.
    code
        The same as a number; -1 if nobody asks.
    alike
        Share of the answers there that are this one, 0..1; NaN if nobody asks.
    count
        Number of points in it.
    way
        The symbols of a shortest way from the start, or None if there is none.
    lasting
        Whether it can be come back to; if not, it is passed once, at the beginning or the end.
    """

    answer: str
    code: int
    alike: float
    count: int
    way: tuple[str, ...] | None
    lasting: bool


@dataclass(frozen=True)
class Shares:
    """How well an automaton explains what a network does on some sequences.

    Parameters
    ----------
    deterministic
        Share of the steps, 0..1, at which the state of the network goes where the arrow leads from
        the state before.
    answers
        Share of the answers that are the network's, 0..1, where the automaton runs by itself: it
        starts at the start and sees the symbols alone. NaN if nobody asks.
    steps, sequences
        How many there were.
    unseen
        Whether none of the sequences is one of those from which the automaton was read.
    """

    deterministic: float
    answers: float
    steps: int
    sequences: int
    unseen: bool

    @property
    def least(self) -> float:
        """The smaller of the two shares."""
        return self.deterministic if math.isnan(self.answers) else min(
            self.deterministic, self.answers
        )


@dataclass(frozen=True, eq=False)
class Automaton:
    """A machine with a few states that answers as a network does, as far as it does.

    Parameters
    ----------
    words
        The symbols that come in, by their numbers.
    states
        State 0 is the start, the network's zero state.
    arrows : dict of (state, symbol) to Arrow
    held_out
        How well it explains sequences from which it was not read.
    longer
        The same on sequences of twice the length; None if there are none, then `no_longer` says
        why.
    length, longer_length
        Number of steps of the sequences.
    meaning
        What counts as an answer.
    centers, groups, scale
        Which point of the state space belongs to which state, see `state_of`.
    """

    words: tuple[str, ...]
    states: tuple[MachineState, ...]
    arrows: dict[tuple[int, int], Arrow]
    held_out: Shares
    longer: Shares | None
    no_longer: str
    length: int
    longer_length: int
    meaning: str
    note: str
    alphabet: Alphabet
    answers: Answers
    centers: NDArray[np.floating]
    groups: Codes
    scale: NDArray[np.floating]

    @property
    def start(self) -> int:
        """Number of the state before the first symbol."""
        return 0

    @property
    def good(self) -> bool:
        """Whether it explains at least 95 % of everything that was measured, with few states."""
        return self.is_small and all(shares.least >= GOOD for shares in self._measured)

    @property
    def is_small(self) -> bool:
        """Whether it has few enough states."""
        return len(self.states) <= MOST_STATES

    @property
    def lasting(self) -> tuple[int, ...]:
        """Numbers of the states that can be come back to."""
        return tuple(number for number, state in enumerate(self.states) if state.lasting)

    @property
    def _measured(self) -> tuple[Shares, ...]:
        return (self.held_out,) if self.longer is None else (self.held_out, self.longer)

    @property
    def sentence(self) -> str:
        """What was found, with the numbers."""
        parts = [self._size, self._on_held_out, self._on_longer, self.note]
        return " ".join(part for part in parts if part)

    @property
    def _size(self) -> str:
        if len(self.states) == 1:
            return "One state: the network answers the same whatever came before."
        small = "The smallest machine found" if self.good else "No small machine: the best one found"
        return f"{small} has {self._counted}."

    @property
    def _counted(self) -> str:
        lasting, count = len(self.lasting), len(self.states)
        if lasting in (0, count):
            return f"{count} states"
        before = count - lasting
        if before == 1 and not self.states[0].lasting:
            return f"{lasting} {'state' if lasting == 1 else 'states'} and the start"
        which = "is" if before == 1 else "are"
        return f"{count} states, {before} of which {which} passed only once"

    @property
    def _on_held_out(self) -> str:
        shares = self.held_out
        what = (
            f"{shares.sequences:,} sequences that were not used"
            if shares.unseen
            else f"all {shares.sequences:,} sequences that there are"
        )
        alike = (
            "" if math.isnan(shares.answers)
            else f"gives {percent(shares.answers)} of the network's answers and "
        )
        return f"On {what} it {alike}explains {percent(shares.deterministic)} of the steps."

    @property
    def _on_longer(self) -> str:
        if self.longer is None:
            return self.no_longer
        shares = self.longer
        alike = "" if math.isnan(shares.answers) else f"{percent(shares.answers)} of the answers, "
        return (
            f"On sequences of {self.longer_length} steps instead of {self.length}: "
            f"{alike}{percent(shares.deterministic)} of the steps."
        )

    def state_of(self, values: NDArray[np.floating]) -> Codes:
        """Return to which state of the automaton points of the state space belong.

        Parameters
        ----------
        values : array, (..., S)
            States of all layers, [h1; c1; h2; c2; ...].

        Returns
        -------
        array of int, (...)
        """
        points = _scaled(np.asarray(values), self.scale)
        found = self.groups[nearest(points.reshape(-1, points.shape[-1]), self.centers)]
        return found.reshape(points.shape[:-1])

    def states_along(self, network: Network, batch: Batch) -> Codes:
        """Return the state of the automaton after each step of a batch, (T, B), from the network.

        Each is where the network's own hidden state belongs, not where the arrows lead.
        """
        return self.state_of(all_states(network, batch))

    def run(self, symbols: Codes) -> Codes:
        """Follow the arrows from the start.

        Parameters
        ----------
        symbols : array of int, (T, B)

        Returns
        -------
        array of int, (T, B)
            The state after each step; -1 from where there is no arrow.
        """
        return _run(self._table, symbols)

    @property
    def _table(self) -> Codes:
        return _table(self.arrows, len(self.states), len(self.words))

    def frame(self) -> pd.DataFrame:
        """Return one row for each arrow: `state`, `symbol`, `next_state`, `share`, `count`."""
        rows = [
            (arrow.start, self.words[arrow.symbol], arrow.end, arrow.share, arrow.count)
            for arrow in self.arrows.values()
        ]
        return pd.DataFrame(rows, columns=["state", "symbol", "next_state", "share", "count"])

    def table(self) -> pd.DataFrame:
        """Return one row for each state: its answer, its number of points, and where symbols lead.

        A symbol that never came in a state has no next state there.
        """
        rows = []
        for number, state in enumerate(self.states):
            leads = {
                word: self.arrows[(number, symbol)].end if (number, symbol) in self.arrows else None
                for symbol, word in enumerate(self.words)
            }
            rows.append({"answer": state.answer, "points": state.count, **leads})
        table = pd.DataFrame(rows).astype(dict.fromkeys(self.words, "Int64"))
        return table.rename_axis("state")


class Extraction:
    """Reads an automaton from a network, in slices.

    Parameters
    ----------
    network
    task
    states
        About how many points are clustered, 100 or more.
    seed
        Of the sequences and of the clustering.

    Attributes
    ----------
    found : Automaton or None
        The automaton, once it is done.
    progress : float
        About how much is done, 0..1.

    Raises
    ------
    ValueError
        If there can be no automaton: no state, no symbols, no answers, or weights that are not
        finite. The sentence says why.
    """

    def __init__(
        self, network: Network, task: Task, states: int = STATES, seed: int = 0
    ) -> None:
        refuse(network, task)
        if states < 100:
            raise ValueError(f"states must be 100 or more, got {states}")
        self.found: Automaton | None = None
        self.progress = 0.0
        self._network, self._task = network, task
        self._states, self._seed = states, seed
        self._work = self._steps()

    @property
    def done(self) -> bool:
        """Whether the automaton is found."""
        return self.found is not None

    def advance(self, seconds: float) -> None:
        """Work for about this long."""
        end = time.perf_counter() + seconds
        while self.found is None and time.perf_counter() < end:
            next(self._work, None)

    def _steps(self) -> Iterator[None]:
        generator = np.random.default_rng([self._seed, _DRAWS])
        count = _sequences(self._network, self._task.length, self._states)
        used_batch = self._task.sample(generator, count)
        yield
        self._alphabet = Alphabet(self._task, _rows_within(used_batch))
        self._answers = answers_of(self._task)
        used = self._read(self._task, used_batch)
        yield
        check = self._read(self._task, self._task.sample(generator, count))
        yield
        held_out = self._read(self._task, self._task.sample(generator, count))
        is_new = _are_new(held_out.symbols, (used.symbols, check.symbols))
        unseen = bool(is_new.any())
        held_out = held_out.only(is_new if unseen else _first_of_each(held_out.symbols))
        self.progress = 0.1
        yield
        best: _Machine | None = None
        generator = np.random.default_rng([self._seed, _DRAWS, 1])
        for number, clusters in enumerate(_CLUSTERS):
            for machine in self._machines(used, clusters, generator):
                yield
            quality = machine.shares(check, True).least
            if best is None or quality > best.quality + 1e-3:
                best = replace(machine, quality=quality)
            self.progress = 0.1 + 0.8 * (number + 1) / len(_CLUSTERS)
            yield
            if quality >= _ENOUGH:
                break
        assert best is not None
        longer, reason = self._longer(generator)
        yield
        self.found = best.automaton(
            self._alphabet, self._answers, held_out, unseen, longer, reason,
            (self._task.length, 2 * self._task.length), _note(self._network),
        )  # fmt: skip
        self.progress = 1.0

    def _read(self, task: Task, batch: Batch) -> Reading:
        return read(self._network, task, self._alphabet, self._answers, batch)

    def _longer(self, generator: np.random.Generator) -> tuple[Reading | None, str]:
        task = _twice_as_long(self._task)
        if task is None:
            return None, "There are no sequences of twice the length to compare."
        count = _sequences(self._network, task.length, self._states)
        return self._read(task, task.sample(generator, count)), ""

    def _machines(
        self, used: Reading, clusters: int, generator: np.random.Generator
    ) -> Iterator[_Machine]:
        """Yield ever better machines; some are not finished, the last one is."""
        machine = _Machine.begun(used)
        points = machine.points
        centers = points[:1]
        for centers in k_means(points, clusters, generator):
            yield machine
        for _ in range(_ROUNDS):
            machine = machine.clustered(centers)
            yield machine
            more = machine.divided()
            if more is None or len(more) > _MOST_CLUSTERS:
                return
            centers = more


@dataclass(frozen=True, eq=False)
class _Machine:
    """A machine that is being read from what a network did.

    Cluster 0 holds the zero state alone, so that the start is a state of its own unless it behaves
    as another one does.
    """

    used: Reading
    scale: NDArray[np.floating]
    points: NDArray[np.floating]
    centers: NDArray[np.floating]
    clusters: Codes
    groups: Codes
    start: int
    steps: Steps
    quality: float = 0.0

    @classmethod
    def begun(cls, used: Reading) -> _Machine:
        inside = used.states[used.there]
        scale = _scale_of(inside)
        points = _scaled(inside, scale)
        nothing = np.zeros(0, dtype=np.int64)
        steps = Steps(nothing, nothing, nothing, nothing, nothing, 1)
        return cls(used, scale, points, points[:1], nothing, nothing, 0, steps)

    def clustered(self, centers: NDArray[np.floating]) -> _Machine:
        """Assign the points to clusters, and merge these into states."""
        there = self.used.there
        found = nearest(self.points, centers)
        labels = np.full(there.shape, -1, dtype=np.int64)
        labels[there] = found
        begin = len(centers)  # the cluster of the zero state
        before = np.vstack([np.full((1, there.shape[1]), begin), labels[:-1]])
        asked = self.used.answers >= 0
        steps = Steps(
            before[there], self.used.symbols[there], found, labels[asked],
            self.used.answers[asked], begin + 1,
        )  # fmt: skip
        zero = _scaled(np.zeros((1, self.used.states.shape[2])), self.scale)
        groups = merged(steps, np.vstack([centers, zero]))
        return replace(self, centers=centers, clusters=labels, groups=groups, steps=steps)

    def divided(self) -> NDArray[np.floating] | None:
        """Return centers with those clusters in two whose points lead to different places.

        None if there are none.
        """
        steps, groups = self.steps, self.groups
        before, symbol, after = steps.before, steps.symbol, groups[steps.after]
        usual = Counted.of((before, symbol), after).majority()
        keys = zip(before.tolist(), symbol.tolist(), strict=True)
        expected = np.array([usual[key] for key in keys], dtype=np.int64)
        there = self.used.there
        odd = np.zeros(there.shape, dtype=bool)
        # The point that led elsewhere is the one before the step.
        led = np.zeros(there.shape, dtype=bool)
        led[there] = after != expected
        odd[:-1] |= led[1:]
        answers = Counted.of((steps.where,), steps.answer).majority()
        asked = self.used.answers >= 0
        odd[asked] |= steps.answer != np.array([answers[(c,)] for c in steps.where.tolist()])
        is_odd, cluster = odd[there], self.clusters[there]
        total = np.bincount(cluster, minlength=len(self.centers))
        wrong = np.bincount(cluster[is_odd], minlength=len(self.centers))
        impure = (wrong >= _IMPURE_POINTS) & (wrong > _IMPURE_SHARE * total)
        if not impure.any():
            return None
        centers = [*self.centers]
        for number in np.flatnonzero(impure):
            own = cluster == number
            centers[number] = self.points[own & ~is_odd].mean(axis=0)
            centers.append(self.points[own & is_odd].mean(axis=0))
        return np.array(centers)

    def table(self) -> tuple[Codes, dict[tuple[int, ...], dict[int, int]]]:
        """Return where each symbol leads from each group, (groups, symbols), and the counts."""
        steps, groups = self.steps, self.groups
        counted = Counted.of((groups[steps.before], steps.symbol), groups[steps.after])
        table = np.full((groups.max() + 1, steps.symbol.max() + 1), -1)
        for (group, symbol), to in counted.majority().items():
            table[group, symbol] = to
        return table, counted.counts

    def said(self) -> dict[tuple[int, ...], int]:
        """Return the answer of each group."""
        steps = self.steps
        return Counted.of((self.groups[steps.where],), steps.answer).majority()

    def shares(self, reading: Reading, unseen: bool) -> Shares:
        """Measure how well the machine explains other sequences."""
        table, _ = self.table()
        there, asked = reading.there, reading.answers >= 0
        begin = int(self.groups[-1])
        labels = np.full(there.shape, -1, dtype=np.int64)
        labels[there] = self.groups[
            nearest(_scaled(reading.states[there], self.scale), self.centers)
        ]
        before = np.vstack([np.full((1, there.shape[1]), begin), labels[:-1]])[there]
        symbol = reading.symbols[there]
        known = symbol < table.shape[1]
        leads = np.where(known, table[before, np.where(known, symbol, 0)], -1)
        says = np.full(len(table) + 1, NOT_ASKED - 1)  # the last one: no arrow led on
        for (group,), answer in self.said().items():
            says[group] = answer
        alone = _run(table, reading.symbols, begin)
        return Shares(
            deterministic=float((leads == labels[there]).mean()),
            answers=float((says[alone] == reading.answers)[asked].mean())
            if asked.any()
            else math.nan,
            steps=int(there.sum()),
            sequences=there.shape[1],
            unseen=unseen,
        )

    def automaton(
        self,
        alphabet: Alphabet,
        answers: Answers,
        held_out: Reading,
        unseen: bool,
        longer: Reading | None,
        no_longer: str,
        lengths: tuple[int, int],
        note: str,
    ) -> Automaton:
        """Number the states from the start on, and measure."""
        table, counts = self.table()
        order = _in_order(table, int(self.groups[-1]))
        rank = np.argsort(order)
        arrows = {}
        for (group, symbol), targets in counts.items():
            total, to = sum(targets.values()), int(table[group, symbol])
            state = int(rank[group])
            arrows[(state, symbol)] = Arrow(
                state, symbol, int(rank[to]), targets[to] / total, total
            )
        arrows = dict(sorted(arrows.items()))
        return Automaton(
            words=alphabet.words,
            states=tuple(self._states(arrows, order, alphabet, answers)),
            arrows=arrows,
            held_out=self.shares(held_out, unseen),
            longer=None if longer is None else self.shares(longer, True),
            no_longer=no_longer,
            length=lengths[0],
            longer_length=lengths[1],
            meaning=answers.meaning,
            note=note,
            alphabet=alphabet,
            answers=answers,
            centers=self.centers,
            groups=rank[self.groups[:-1]],
            scale=self.scale,
        )

    def _states(
        self,
        arrows: dict[tuple[int, int], Arrow],
        order: Codes,
        alphabet: Alphabet,
        answers: Answers,
    ) -> Iterator[MachineState]:
        ways = _ways(arrows, len(order))
        lasting = _lasting(arrows, len(order))
        steps = self.steps
        said = Counted.of((self.groups[steps.where],), steps.answer).counts
        points = np.bincount(self.groups[steps.after], minlength=len(order))
        for number, group in enumerate(order.tolist()):
            given = said.get((group,), {})
            code = max(given, key=lambda each: given[each], default=NOT_ASKED)
            way = ways[number]
            yield MachineState(
                answer=answers.word(code) if given else "",
                code=code,
                alike=given[code] / sum(given.values()) if given else math.nan,
                count=int(points[group]),
                way=None if way is None else tuple(alphabet.words[symbol] for symbol in way),
                lasting=number in lasting,
            )


def automaton(
    trainer: Trainer, *, iteration: int | None = None, states: int = STATES, seed: int = 0
) -> Automaton:
    """Read the smallest automaton that answers as the network of a run does.

    Parameters
    ----------
    trainer
    iteration
        The kept iteration at or before this one; None takes the network as it is.
    states
        About how many points of the state space are used, 100 or more.
    seed
        Of the sequences and of the clustering.

    Returns
    -------
    Automaton

    Raises
    ------
    ValueError
        If there can be none; the sentence says why.

    Examples
    --------
    >>> trainer = rnnviz.Trainer(rnnviz.RunConfig(task="parity", cell="gru"))
    >>> trainer.advance(iterations=400)
    >>> rnnviz.analysis.automaton(trainer).sentence
    """
    work = Extraction(network_at(trainer, iteration), trainer.task, states, seed)
    while not work.done:
        work.advance(1.0)
    assert work.found is not None
    return work.found


def network_at(trainer: Trainer, iteration: int | None) -> Network:
    """Return a separate network: that of a kept iteration, or as it is now."""
    if iteration is None:
        return trainer.network.copy()
    return trainer.network_of(trainer.recording.at(iteration))


def refuse(network: Network, task: Task) -> None:
    """Raise `ValueError`, with the reason, if a network can have no automaton."""
    architecture = network.architecture
    if not architecture.cell_type.state_names:
        raise ValueError(
            "A feed-forward network has no state: it sees a window of inputs, and nothing of it is "
            "kept from step to step."
        )
    if architecture.bidirectional:
        raise ValueError(
            "A bidirectional network reads a sequence from both ends. An automaton reads it from "
            "left to right, so it cannot answer alike."
        )
    if not architecture.has_readout:
        raise ValueError("Without a readout there are no answers that an automaton could give.")
    if not np.isfinite(network.flat).all():
        raise ValueError("Training has diverged: weights are not finite, so there are no states.")
    evaluation = task.evaluation()
    if network.zero_before(evaluation.answering) is not None:
        raise ValueError(
            "In this task the state is set to zero before the answers. What was read reaches them "
            "over attention alone, so no automaton of hidden states can give them."
        )
    answers_of(task)
    Alphabet(task, _rows_within(evaluation))


def _note(network: Network) -> str:
    if network.architecture.attends:
        return (
            "With attention the answer also depends on earlier hidden states, which the automaton "
            "does not see."
        )
    return ""


def _rows_within(batch: Batch) -> NDArray[Any]:
    """Return the inputs up to the last step with a target, (N, 1, D), or (N, 1) of int."""
    if batch.mask is None or not batch.mask.any():
        return batch.x
    within = batch.mask[::-1].cumsum(axis=0)[::-1] > 0
    return np.asarray(batch.x[within])[:, None]


def _sequences(network: Network, length: int, states: int) -> int:
    """Return how many sequences give about so many states, within the memory for them."""
    architecture = network.architecture
    size = architecture.hidden_size * architecture.layers * 2
    return max(_FEWEST_SEQUENCES, min(states, _MOST_NUMBERS // size) // length)


def _twice_as_long(task: Task) -> Task | None:
    """Return the same task with sequences of twice the length; None if there is no such one."""
    setting = next((field for field in task.fields if field.name == "length"), None)
    if setting is None or not has_targets(task):
        return None
    try:
        longer: Task = replace(task, length=2 * task.length)  # type: ignore[type-var]
    except (TypeError, ValueError):
        return None
    same = (longer.input_names, longer.output_labels) == (task.input_names, task.output_labels)
    return longer if same and longer.length == 2 * task.length else None


def _are_new(symbols: Codes, others: tuple[Codes, ...]) -> NDArray[np.bool_]:
    """Return which sequences (T, B) are not among the others."""
    known = {column.tobytes() for other in others for column in other.T}
    return np.array([column.tobytes() not in known for column in symbols.T])


def _first_of_each(symbols: Codes) -> NDArray[np.bool_]:
    """Return which sequences (T, B) differ from all before."""
    known: set[bytes] = set()
    first = []
    for column in symbols.T:
        first.append(column.tobytes() not in known)
        known.add(column.tobytes())
    return np.array(first)


def _scale_of(states: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return 1 for each unit: states of one network are compared as they are."""
    return np.ones(states.shape[-1])


def _scaled(states: NDArray[np.floating], scale: NDArray[np.floating]) -> NDArray[np.floating]:
    """Squash states into -1..1, as an LSTM does when it reads its cell state."""
    return np.tanh(states) * scale


def _run(table: Codes, symbols: Codes, begin: int = 0) -> Codes:
    """Follow a table (states, symbols) from a state on, (T, B); -1 from where nothing leads on."""
    padded = np.full((table.shape[0] + 1, table.shape[1] + 1), -1)
    padded[:-1, :-1] = table
    symbols = np.where(symbols < table.shape[1], symbols, -1)
    state = np.full(symbols.shape[1], begin)
    visited = np.empty_like(symbols)
    for step, row in enumerate(symbols):
        state = padded[state, row]
        visited[step] = state
    return visited


def _table(arrows: dict[tuple[int, int], Arrow], states: int, symbols: int) -> Codes:
    table = np.full((states, symbols), -1)
    for (state, symbol), arrow in arrows.items():
        table[state, symbol] = arrow.end
    return table


def _in_order(table: Codes, begin: int) -> Codes:
    """Return the groups in the order in which they are met from the start; the rest at the end."""
    order, due = [begin], deque([begin])
    while due:
        for to in table[due.popleft()].tolist():
            if to >= 0 and to not in order:
                order.append(to)
                due.append(to)
    return np.array([*order, *(each for each in range(len(table)) if each not in order)])


def _ways(
    arrows: dict[tuple[int, int], Arrow], count: int
) -> list[tuple[int, ...] | None]:
    """Return a shortest string of symbols from the start to each state."""
    ways: list[tuple[int, ...] | None] = [None] * count
    ways[0] = ()
    due = deque([0])
    while due:
        state = due.popleft()
        for (start, symbol), arrow in arrows.items():
            if start == state and ways[arrow.end] is None:
                ways[arrow.end] = (*(ways[state] or ()), symbol)
                due.append(arrow.end)
    return ways


def _lasting(arrows: dict[tuple[int, int], Arrow], count: int) -> set[int]:
    """Return the states from which some way leads back to them."""
    reach = np.zeros((count, count), dtype=bool)
    for arrow in arrows.values():
        reach[arrow.start, arrow.end] = True
    for middle in range(count):
        reach |= reach[:, middle : middle + 1] & reach[middle]
    return set(np.flatnonzero(reach.diagonal()).tolist())
