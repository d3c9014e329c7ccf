"""Clusters of hidden states become the states of an automaton: merged where they behave alike.

The idea is Moore's (1956): begin with one group for each answer, and divide a group while two of
its members are led into different groups by the same symbol. What remains together cannot be told
apart from outside. Here the members are clusters of measured points. So a transition is where the
majority of its points goes, and what a cluster has too few points to tell is left open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]

NOT_ASKED = -1
#: Where some clusters always end a sequence and others never, that is a difference, if so many
#: points were to be expected that go on: by chance none does once in 3,000 times (e^-8).
_EXPECTED = 8.0
#: Fewer points than this with a symbol tell nothing about where it leads: one may lie in the wrong
#: cluster.
_EVIDENCE = 3
#: More groups than this are not joined any more: they are no small machine.
_MOST_FOLDED = 64
#: Pairs of groups that are tried before others may go on: about a millisecond.
_PAIRS_AT_ONCE = 64


@dataclass(frozen=True)
class Steps:
    """Observed steps between clusters, and observed answers in them.

    Parameters
    ----------
    before, symbol, after : array of int, (N,)
        Cluster, symbol that came in, next cluster.
    where, answer : array of int, (M,)
        Cluster, and what the network answered there.
    count
        Number of clusters.
    """

    before: Labels
    symbol: Labels
    after: Labels
    where: Labels
    answer: Labels
    count: int

    def and_those(self, other: Steps) -> Steps:
        """Return these and other observations of the same clusters."""
        return Steps(
            before=np.concatenate([self.before, other.before]),
            symbol=np.concatenate([self.symbol, other.symbol]),
            after=np.concatenate([self.after, other.after]),
            where=np.concatenate([self.where, other.where]),
            answer=np.concatenate([self.answer, other.answer]),
            count=self.count,
        )


@dataclass(frozen=True)
class Counted:
    """How often each value came with each key.

    Parameters
    ----------
    counts : dict of key to (dict of value to count)
    """

    counts: dict[tuple[int, ...], dict[int, int]]

    @classmethod
    def of(cls, keys: tuple[Labels, ...], values: Labels) -> Counted:
        """Count how often each value comes with each key."""
        counts: dict[tuple[int, ...], dict[int, int]] = defaultdict(dict)
        if len(values):
            columns = np.stack([*keys, values], axis=1)
            base = columns.max(axis=0) + 1
            codes = np.ravel_multi_index(tuple(columns.T), tuple(base))
            found, times = np.unique(codes, return_counts=True)
            for row, number in zip(
                np.stack(np.unravel_index(found, tuple(base)), axis=1).tolist(),
                times.tolist(),
                strict=True,
            ):
                counts[tuple(row[:-1])][row[-1]] = number
        return cls(dict(counts))

    def majority(self) -> dict[tuple[int, ...], int]:
        """Return the commonest value of each key; of equally common ones the smallest."""
        return {
            key: min(values, key=lambda value: (-values[value], value))
            for key, values in self.counts.items()
        }


def merged(steps: Steps, centers: NDArray[np.floating]) -> Generator[None, None, Labels]:
    """Find for each cluster the group of those that answer alike and lead alike, (K,).

    A symbol that never came in a cluster leaves open where it would lead. So clusters are only
    apart if what was seen of them contradicts, and a group is made of as many as do not.

    Parameters
    ----------
    steps
    centers : array, (K, S)
        Where the clusters are: one that fits several groups joins the nearest.

    Yields
    ------
    None
        Often; the groups are returned at the end.
    """
    moves = Counted.of((steps.before, steps.symbol), steps.after)
    answers = Counted.of((steps.where,), steps.answer).majority()
    told = [answers.get((cluster,), NOT_ASKED) for cluster in range(steps.count)]
    clusters = _Clusters(
        seen=_by_cluster(moves, steps.count),
        points=np.bincount(steps.after, minlength=steps.count),
        between=_distances(centers),
    )
    groups = _numbered(told)
    while True:
        yield
        divided = _divided(groups, clusters)
        if divided.max() == groups.max():
            break
        groups = divided
    if groups.max() < _MOST_FOLDED:
        groups = yield from _folded(groups, clusters, told)
    return groups


@dataclass(frozen=True)
class _Clusters:
    """What was seen of all clusters: where symbols lead, numbers of points, distances."""

    seen: list[dict[int, dict[int, int]]]
    points: Labels
    between: NDArray[np.floating]


def _distances(centers: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the squared distance of every two centers, (K, K), up to rounding."""
    lengths = (centers**2).sum(axis=1)
    return np.asarray(lengths[:, None] + lengths - 2 * centers @ centers.T)


def _by_cluster(moves: Counted, count: int) -> list[dict[int, dict[int, int]]]:
    """Return for each cluster where each symbol leads, and how often."""
    seen: list[dict[int, dict[int, int]]] = [{} for _ in range(count)]
    for (cluster, symbol), targets in moves.counts.items():
        seen[cluster][symbol] = targets
    return seen


def _numbered(labels: list[int]) -> Labels:
    order = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    return np.array([order[label] for label in labels], dtype=np.int64)


@dataclass
class _Group:
    """Clusters that are not told apart so far.

    Parameters
    ----------
    leads : dict of symbol to group
    points, going_on
        Number of points, and of those after which another symbol comes.
    members
    """

    leads: dict[int, int]
    points: int
    going_on: int
    members: list[int]

    def contradicts(self, other: _Group) -> bool:
        """Tell whether some symbol leads elsewhere, or only one of the two ends sequences."""
        mine, theirs = self.leads, other.leads
        if len(theirs) < len(mine):
            mine, theirs = theirs, mine
        if any(theirs.get(symbol, to) != to for symbol, to in mine.items()):
            return True
        return _ends_apart(self, other)

    def take(self, other: _Group) -> None:
        """Add the members of another group."""
        self.leads = {**other.leads, **self.leads}
        self.points += other.points
        self.going_on += other.going_on
        self.members += other.members


def _ends_apart(one: _Group, other: _Group) -> bool:
    """Tell whether the points of one group all end their sequences, and not by chance."""
    if bool(one.going_on) == bool(other.going_on):
        return False
    ends, goes_on = (other, one) if one.going_on else (one, other)
    return ends.points * goes_on.going_on / max(goes_on.points, 1) >= _EXPECTED


def _divided(groups: Labels, clusters: _Clusters) -> Labels:
    """Divide every group by where its clusters lead; the largest clusters found the new groups."""
    alone = [_alone(cluster, clusters, groups) for cluster in range(len(groups))]
    divided = np.zeros(len(groups), dtype=np.int64)
    found: list[_Group] = []
    for group in range(int(groups.max()) + 1):
        own: list[_Group] = []
        together = np.flatnonzero(groups == group).tolist()
        for cluster in sorted(together, key=lambda each: -alone[each].going_on):
            fitting = [each for each in own if not each.contradicts(alone[cluster])]
            if fitting:
                distances = clusters.between[cluster]
                near = min(fitting, key=lambda each: float(distances[each.members].min()))
                near.take(alone[cluster])
            else:
                own.append(alone[cluster])
        found += own
    for place, each in enumerate(found):
        divided[each.members] = place
    return divided


def _alone(cluster: int, clusters: _Clusters, groups: Labels) -> _Group:
    """Return a group of one cluster: where most of its points go with each symbol."""
    leads, going_on = {}, 0
    for symbol, targets in clusters.seen[cluster].items():
        votes: dict[int, int] = defaultdict(int)
        for to, count in targets.items():
            votes[int(groups[to])] += count
        count = sum(votes.values())
        going_on += count
        if count >= _EVIDENCE:
            leads[symbol] = min(votes, key=lambda group: (-votes[group], group))
    points = max(int(clusters.points[cluster]), going_on)
    return _Group(leads, points, going_on, [cluster])


def _folded(groups: Labels, clusters: _Clusters, told: list[int]) -> Generator[None, None, Labels]:
    """Join groups that can be one, the nearest first, with all that is then one as well.

    Dividing goes from the answers on, and what it left open it may have put on the wrong side.
    """
    count = int(groups.max()) + 1
    whole = {group: _Group({}, 0, 0, []) for group in range(count)}
    for cluster, group in enumerate(groups.tolist()):
        whole[group].take(_alone(cluster, clusters, groups))
    joining = _Joining(whole, told)
    near = np.full((count, count), np.inf)
    np.minimum.at(near, (groups[:, None], groups), clusters.between)
    order = np.argsort(near, axis=None, kind="stable").tolist()
    for number, place in enumerate(order):
        one, other = divmod(place, count)
        if one < other:
            joining.join(one, other)
        if number % _PAIRS_AT_ONCE == 0:
            yield
    return _numbered([joining.name(group) for group in groups.tolist()])


class _Joining:
    """Groups that become one, if all to which they lead can become one too."""

    def __init__(self, whole: dict[int, _Group], told: list[int]) -> None:
        self._whole, self._told = whole, told
        self._into: dict[int, int] = {}

    def name(self, group: int) -> int:
        """Return the group that a group is by now."""
        return _last(self._into, group)

    def join(self, one: int, other: int) -> None:
        """Make two groups one, unless that contradicts what was seen."""
        into, whole = dict(self._into), dict(self._whole)
        due = [(one, other)]
        while due:
            first, second = (_last(into, group) for group in due.pop())
            if first == second:
                continue
            ours, theirs = whole[first], whole.pop(second)
            if self._differ(ours, theirs):
                return
            into[second] = first
            due += [(to, ours.leads[s]) for s, to in theirs.leads.items() if s in ours.leads]
            both = _Group(dict(ours.leads), ours.points, ours.going_on, list(ours.members))
            both.take(theirs)
            whole[first] = both
        self._into, self._whole = into, whole

    def _differ(self, one: _Group, other: _Group) -> bool:
        """Tell whether answers differ; where only one is asked, the same symbols must be seen."""
        mine, others = (max(self._told[each] for each in group.members) for group in (one, other))
        if _ends_apart(one, other):
            return True
        if NOT_ASKED in (mine, others) and mine != others:
            return one.leads.keys() != other.leads.keys()
        return mine != others


def _last(into: dict[int, int], group: int) -> int:
    while group in into:
        group = into[group]
    return group
