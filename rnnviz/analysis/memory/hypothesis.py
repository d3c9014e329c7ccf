"""A hypothesis: clusters of hidden states as the states of an automaton, and how to better them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.memory.clusters import k_means, nearest_in_steps
from rnnviz.analysis.memory.foreseeing import by_next_answer, next_answers
from rnnviz.analysis.memory.machine import (
    Arrow,
    Automaton,
    MachineState,
    Shares,
    follow,
)
from rnnviz.analysis.memory.merging import NOT_ASKED, Counted, Steps, merged
from rnnviz.analysis.memory.symbols import Alphabet, Answers, Codes, Reading, squashed

#: A cluster is divided if more than this share of its points, and at least so many, lead elsewhere.
_IMPURE_SHARE, _IMPURE_POINTS = 0.02, 3

#: Clusters of each state when its borders are drawn anew.
_REGION = 16


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A machine that is being read from what a network did.

    Cluster 0 holds the zero state alone, so that the start is a state of its own unless it behaves
    as another one does.
    """

    used: Reading
    points: NDArray[np.floating]
    centers: NDArray[np.floating]
    clusters: Codes
    groups: Codes
    start: int
    steps: Steps
    quality: float = -1.0

    @classmethod
    def begun(cls, used: Reading) -> Hypothesis:
        """Return the points of some sequences, not yet in clusters."""
        points = used.states[used.there]
        nothing = np.zeros(0, dtype=np.int64)
        steps = Steps(nothing, nothing, nothing, nothing, nothing, 1)
        return cls(used, points, points[:1], nothing, nothing, 0, steps)

    def clustered(
        self, centers: NDArray[np.floating], foresee: bool
    ) -> Generator[None, None, Hypothesis]:
        """Assign the points to clusters, and merge these into states.

        `foresee`: by the answers to be expected, see `foreseeing`; else as in `merging`. Yields
        often, and returns the new hypothesis.
        """
        new = yield from self._placed(centers)
        steps = new.steps
        if foresee:
            groups = yield from new._foreseen(new.clusters[self.used.there], steps)
        else:
            zero = squashed(np.zeros((1, self.used.states.shape[2])))
            groups = yield from merged(steps, np.vstack([centers, zero]))
        return replace(new, groups=groups)

    def counted_on(self, more: Reading) -> Generator[None, None, Hypothesis]:
        """Count where symbols lead on more sequences too."""
        also = replace(self, used=more, points=more.states[more.there])
        also = yield from also._placed(self.centers)
        return replace(self, steps=self.steps.and_those(also.steps))

    def _placed(self, centers: NDArray[np.floating]) -> Generator[None, None, Hypothesis]:
        """Assign the points to clusters around these centers."""
        there = self.used.there
        found = yield from nearest_in_steps(self.points, centers)
        labels = np.full(there.shape, -1, dtype=np.int64)
        labels[there] = found
        begin = len(centers)  # the cluster of the zero state
        before = np.vstack([np.full((1, there.shape[1]), begin), labels[:-1]])
        asked = self.used.answers >= 0
        steps = Steps(
            before[there], self.used.symbols[there], found, labels[asked],
            self.used.answers[asked], begin + 1,
        )  # fmt: skip
        return replace(self, centers=centers, clusters=labels, steps=steps)

    def drawn_anew(self, generator: np.random.Generator) -> Generator[None, None, Hypothesis]:
        """Draw the borders between the states anew, from where the machine itself says points are.

        It runs over the sequences; the points of each of its states get clusters of their own.
        Yields often, and returns the new hypothesis.
        """
        table, _ = self.table()
        says = follow(table, self.used.symbols, int(self.groups[-1]))[self.used.there]
        centers, groups = [], []
        for state in range(len(table)):
            own = self.points[says == state]
            if not len(own):
                continue
            found = yield from k_means(own, _REGION, generator)
            centers.append(found)
            groups += [state] * len(found)
        new = yield from self._placed(np.vstack(centers))
        return replace(new, groups=np.array([*groups, int(self.groups[-1])]))

    def _foreseen(self, clusters: Codes, steps: Steps) -> Generator[None, None, Codes]:
        """Group clusters, and the zero state before them, by the answers to be expected."""
        given = self.used.answers
        nexts = next_answers(np.vstack([np.full((1, given.shape[1]), -1), given]))
        told = Counted.of((steps.where,), steps.answer).majority()
        begin = steps.count - 1
        yield
        groups = yield from by_next_answer(
            np.concatenate([np.full(given.shape[1], begin), clusters]),
            np.concatenate([nexts[0], nexts[1:][self.used.there]]),
            np.array([told.get((cluster,), NOT_ASKED) for cluster in range(steps.count)]),
            steps.count,
        )
        return groups

    def divided(self) -> Generator[None, None, NDArray[np.floating] | None]:
        """Return centers with those clusters in two whose points lead to different places.

        None if there are none. Yields often.
        """
        steps, groups = self.steps, self.groups
        before, symbol, after = steps.before, steps.symbol, groups[steps.after]
        usual = Counted.of((before, symbol), after).majority()
        keys = zip(before.tolist(), symbol.tolist(), strict=True)
        expected = np.array([usual[key] for key in keys], dtype=np.int64)
        yield
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
        # Where every point leads elsewhere there is nothing to divide.
        impure = (wrong >= _IMPURE_POINTS) & (wrong > _IMPURE_SHARE * total) & (wrong < total)
        if not impure.any():
            return None
        centers = [*self.centers]
        for number in np.flatnonzero(impure):
            yield
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

    def shares(self, reading: Reading, unseen: bool) -> Generator[None, None, Shares]:
        """Measure how well the machine explains other sequences; yields often."""
        table, _ = self.table()
        there, asked = reading.there, reading.answers >= 0
        begin = int(self.groups[-1])
        labels = np.full(there.shape, -1, dtype=np.int64)
        points = reading.states[there]
        yield
        labels[there] = self.groups[(yield from nearest_in_steps(points, self.centers))]
        before = np.vstack([np.full((1, there.shape[1]), begin), labels[:-1]])[there]
        symbol = reading.symbols[there]
        known = symbol < table.shape[1]
        leads = np.where(known, table[before, np.where(known, symbol, 0)], -1)
        says = np.full(len(table) + 1, NOT_ASKED - 1)  # the last one: no arrow led on
        for (group,), answer in self.said().items():
            says[group] = answer
        alone = says[follow(table, reading.symbols, begin)]
        known = reading.targets >= 0
        return Shares(
            deterministic=float((leads == labels[there]).mean()),
            answers=_share(alone == reading.answers, asked),
            steps=int(there.sum()),
            sequences=there.shape[1],
            unseen=unseen,
            right=_share(alone == reading.targets, known),
            network_right=_share(reading.answers == reading.targets, known),
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
    ) -> Generator[None, None, Automaton]:
        """Return the automaton: its states in order from the start on, and what was measured.

        Yields often.
        """
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
        yield
        on_held_out = yield from self.shares(held_out, unseen)
        on_longer = None if longer is None else (yield from self.shares(longer, True))
        return Automaton(
            words=alphabet.words,
            states=tuple(self._states(arrows, order, alphabet, answers)),
            arrows=arrows,
            held_out=on_held_out,
            longer=on_longer,
            no_longer=no_longer,
            length=lengths[0],
            longer_length=lengths[1],
            meaning=answers.meaning,
            note=note,
            alphabet=alphabet,
            answers=answers,
            centers=self.centers,
            groups=rank[self.groups[:-1]],
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


def _share(holds: NDArray[np.bool_], where: NDArray[np.bool_]) -> float:
    return float(holds[where].mean()) if where.any() else math.nan


def _in_order(table: Codes, begin: int) -> Codes:
    """Return the groups in the order in which they are met from the start; the rest at the end."""
    order, due = [begin], deque([begin])
    while due:
        for to in table[due.popleft()].tolist():
            if to >= 0 and to not in order:
                order.append(to)
                due.append(to)
    return np.array([*order, *(each for each in range(len(table)) if each not in order)])


def _ways(arrows: dict[tuple[int, int], Arrow], count: int) -> list[tuple[int, ...] | None]:
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
    """Return the states to which a way leads back from wherever they lead."""
    reach = np.zeros((count, count), dtype=bool)
    for arrow in arrows.values():
        reach[arrow.start, arrow.end] = True
    for middle in range(count):
        reach |= reach[:, middle : middle + 1] & reach[middle]
    comes_back = ~(reach & ~reach.T).any(axis=1) & reach.any(axis=1)
    return set(np.flatnonzero(comes_back).tolist())
