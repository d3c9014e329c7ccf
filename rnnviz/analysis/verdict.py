"""The verdict of a race: what may be said from its scores, in words with their counts.

Every sentence can be checked against the raw scores. One lane is called better than another, or
said to have solved the task sooner, only if each of its runs is ahead of each run of the other;
where the ranges overlap, that is said instead. From one seed nothing is compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from rnnviz.analysis.chance import apart_by_chance, uneven_by_chance
from rnnviz.analysis.standings import Array, Standing, Table, Terms, called, standings_of, tables_of
from rnnviz.numbers import number, percent
from rnnviz.training.race import Race
from rnnviz.training.solved import IN_A_ROW

#: Up to so much accuracy apart, lanes that are scored on other sequences are not called apart.
OTHER_SEQUENCES = 0.02
#: Above this share of random deals it is said how often chance sets two lanes as far apart.
_RARE = 0.01
#: Below this share of random deals counts are called hardly uneven by chance.
_UNLIKELY = 0.05


@dataclass(frozen=True)
class Verdict:
    """What may be said of a race so far.

    Parameters
    ----------
    standings : tuple of Standing
        Of the lanes that race, in their order.
    parts : tuple of str
        The sentences, the most important one first.
    """

    standings: tuple[Standing, ...]
    parts: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """All sentences together."""
        return " ".join(self.parts)

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """For each lane that races, how many of its runs have solved the task, of how many."""
        return {each.name: (each.solved, each.runs) for each in self.standings}


def verdict_of(race: Race) -> Verdict:
    """Return what may be said of a race so far."""
    return judged(*tables_of(race))


def judged(tables: Sequence[Table], terms: Terms) -> Verdict:
    """Return what may be said from the raw numbers of the lanes."""
    racing = [table for table in tables if not table.refused]
    refused = [
        f"{called(table.name)} does not race: {table.refused}." for table in tables if table.refused
    ]
    standings = tuple(standings_of(racing, terms))
    if not all(each.iteration for each in standings if each.diverged < each.runs) or not any(
        each.iteration for each in standings
    ):
        return Verdict(
            standings,
            ("Nothing to compare yet: not all lanes have reached their first mark.", *refused),
        )
    said = [_counts(standings, terms)]
    if standings[0].runs == 1:
        said += [_scores(standings, terms), "That is one seed: another may turn out otherwise."]
    else:
        said += _compared(standings, terms)
    said += _on_the_way(standings, terms)
    said += [*_not_above_memoryless(racing, standings, terms), *_diverged(standings, terms)]
    said += [*_elsewhere(standings), *refused]
    return Verdict(standings, tuple(part for part in said if part))


def _counts(standings: Sequence[Standing], terms: Terms) -> str:
    """Say how many runs of each lane have solved the task, and by when."""
    if terms.solved is None:
        return ""
    ranked = sorted(standings, key=lambda each: -each.solved)
    one, seconds = ranked[0].runs == 1, terms.by == "seconds"
    # The last marks of some lanes may be a little earlier.
    end = number(max(each.seconds for each in standings))
    if one and not ranked[0].solved:
        by = f"in {end} s of computing" if seconds else f"by iteration {ranked[0].iteration:,}"
        return f"No lane has solved it {by}."
    said = []
    for place, each in enumerate(ranked):
        verb = " solved" if place == 0 else ""
        count = (
            ("solved it" if each.solved else "did not") if one else f"{verb} {_of(each)}".strip()
        )
        said.append(f"{each.called} {count}{f' (iteration {each.iteration:,})' if seconds else ''}")
    if seconds:
        return f"In {end} s of computing for each lane, {', '.join(said)}."
    return f"{', '.join(said)}, by iteration {ranked[0].iteration:,}."


def _of(standing: Standing) -> str:
    return f"{standing.solved} of {standing.runs}"


def _compared(standings: Sequence[Standing], terms: Terms) -> list[str]:
    """Say which lanes are apart, and which overlap."""
    scored = [each for each in standings if each.diverged < each.runs]
    scored.sort(key=lambda each: (-each.solved, _rank(each, terms)))
    pairs = [_Pair(*two, terms) for two in combinations(scored, 2)]
    if not pairs:
        return [_scores(standings, terms)]
    said = []
    by_score = {id(each) for pair in pairs if not pair.by_time for each in pair.lanes}
    by_time = {id(each) for pair in pairs if pair.by_time for each in pair.lanes}
    if by_score:
        apart = [pair.borders for pair in pairs if pair.ahead and not pair.by_time]
        said.append(_scores([each for each in standings if id(each) in by_score], terms, apart))
    if by_time:
        said.append(_times([each for each in standings if id(each) in by_time], terms))
    return [*said, *_wins(pairs), *_overlaps(pairs), *_few_runs(pairs), *_uneven_counts(pairs)]


class _Pair:
    """Two lanes with the same number of runs, compared run by run.

    By when they solved the task if all runs of both did, else by their scores.
    """

    def __init__(self, one: Standing, other: Standing, terms: Terms) -> None:
        self.lanes = one, other
        self.by_time = min(one.solved, other.solved) == one.runs
        values = (self._values(one, terms), self._values(other, terms))
        differ = one.elsewhere != other.elsewhere and not self.by_time
        margin = OTHER_SEQUENCES if differ else 0.0
        self.equal = np.ptp(np.concatenate(values)) == 0 if self._finite(values) else False
        #: The lane that is ahead in each of its runs, and the one behind it; empty if they overlap.
        self.ahead: tuple[Standing, ...] = ()
        self.borders = (math.nan, math.nan)
        for (first, mine), (second, others) in (
            ((one, values[0]), (other, values[1])),
            ((other, values[1]), (one, values[0])),
        ):
            if mine.min() > others.max() + margin:
                self.ahead = first, second
                self.borders = abs(float(mine.min())), abs(float(others.max()))

    @staticmethod
    def _finite(values: tuple[Array, Array]) -> bool:
        return bool(np.isfinite(np.concatenate(values)).all())

    def _values(self, lane: Standing, terms: Terms) -> Array:
        """Return a number for each run, more is better; nothing is worse than no score."""
        if self.by_time:
            found = lane.solved_after if terms.by == "seconds" else lane.solved_at
            return -np.array(found, float)
        scores = np.array(lane.scores) * (1 if terms.measure == "accuracy" else -1)
        return np.where(np.isfinite(scores), scores, -math.inf)


def _wins(pairs: Sequence[_Pair]) -> list[str]:
    """Say of which lanes each run is ahead of each run of which others.

    What follows from two of these together is left out: a lane ahead of one that is ahead of a
    third.
    """
    said = []
    for by_time, verb in ((False, "is better than"), (True, "solved it sooner than")):
        won = [pair.ahead for pair in pairs if pair.ahead and pair.by_time == by_time]
        names = [(first.called, second.called) for first, second in won]
        ahead_of: dict[str, list[str]] = {}
        for first, second in names:
            between = {other for one, other in names if one == first}
            if not any((other, second) in names for other in between):
                ahead_of.setdefault(first, []).append(second)
        alike: dict[tuple[str, ...], list[str]] = {}
        for first, seconds in ahead_of.items():
            alike.setdefault(tuple(seconds), []).append(first)
        for behind, firsts in alike.items():
            text = f"{_every(firsts)} {verb} {_every(behind)}."
            said.append(text[0].upper() + text[1:])
    return said


def _every(names: Sequence[str]) -> str:
    return _listed([f"every {name} run" for name in names])


def _overlaps(pairs: Sequence[_Pair]) -> list[str]:
    """Say which ranges overlap, so that nothing else can be said."""
    equal = [pair for pair in pairs if pair.equal]
    over = [pair for pair in pairs if not pair.ahead and not pair.equal]
    said = [f"{_names(pair)} are level in every run." for pair in equal]
    if over and len(over) == len(pairs) and len(pairs) > 1:
        return [*said, "All ranges overlap."]
    if over:
        said.append(f"The ranges of {'; of '.join(map(_names, over))} overlap.")
    return said


def _names(pair: _Pair) -> str:
    return " and ".join(lane.called for lane in pair.lanes)


def _few_runs(pairs: Sequence[_Pair]) -> list[str]:
    """Say how often chance alone sets lanes apart, if that is not rare with so few runs."""
    runs = pairs[0].lanes[0].runs
    deals = apart_by_chance(runs)
    if deals <= _RARE or not any(pair.ahead for pair in pairs):
        return []
    return [
        f"So few runs prove little: {2 * runs} runs, dealt to two lanes at random, lie as far "
        f"apart in {percent(deals)} of all deals."
    ]


def _uneven_counts(pairs: Sequence[_Pair]) -> list[str]:
    """Say how often chance makes counts as uneven, for the most uneven of ranges that overlap."""
    over = [pair for pair in pairs if not pair.ahead]
    pair = max(
        over, key=lambda each: abs(each.lanes[0].solved - each.lanes[1].solved), default=None
    )
    if pair is None or pair.lanes[0].solved == pair.lanes[1].solved:
        return []
    one, other = (lane.solved for lane in pair.lanes)
    runs = pair.lanes[0].runs
    deals = uneven_by_chance(one, other, runs)
    how = "are hardly" if deals < _UNLIKELY else "may be"
    return [
        f"The counts of {_names(pair)} {how} uneven by chance: {_runs(one + other)} of "
        f"{2 * runs}, dealt to two lanes at random, fall as unevenly in {percent(deals)} of all "
        "deals."
    ]


def _runs(solved: int) -> str:
    return f"{solved} solved run{'s' * (solved != 1)}"


def _on_the_way(standings: Sequence[Standing], terms: Terms) -> list[str]:
    """Say how many runs score well enough now, and not yet for long enough to count."""
    if terms.solved is None:
        return []
    waiting = sum(
        at is None and terms.is_good(score)
        for each in standings
        for at, score in zip(each.solved_at, each.scores, strict=True)
    )
    if not waiting:
        return []
    count = "1 run has" if waiting == 1 else f"{waiting} runs have"
    return [f"It takes {IN_A_ROW} good scores in a row to count as solved; {count} fewer so far."]


def _scores(
    standings: Sequence[Standing], terms: Terms, apart: Sequence[tuple[float, float]] = ()
) -> str:
    """Give the range of the scores of each lane, and the iteration if it is the same for all.

    With so many digits that scores of lanes that are apart look different.
    """
    write = _writer(terms, apart)
    ranked = sorted(standings, key=lambda each: _rank(each, terms))
    ranges = ", ".join(f"{each.called} {_range(each.scores, write)}" for each in ranked)
    word = "Accuracy" if terms.measure == "accuracy" else "Error"
    when = "" if terms.by == "seconds" else f" at iteration {ranked[0].iteration:,}"
    return f"{word}{when}: {ranges}."


def _rank(standing: Standing, terms: Terms) -> float:
    """Return the median with its sign so that the best comes first, and no score last."""
    scores = np.array(standing.scores)
    found = scores[np.isfinite(scores)]
    if not found.size:
        return math.inf
    return float(np.median(found)) * (-1 if terms.measure == "accuracy" else 1)


def _range(values: Sequence[float], write: Callable[[float], str]) -> str:
    found = [value for value in values if math.isfinite(value)]
    if not found:
        return "–"
    low, high = write(min(found)), write(max(found))
    return low if low == high else f"{low} to {high}"


def _writer(terms: Terms, apart: Sequence[tuple[float, float]]) -> Callable[[float], str]:
    """Return how scores are written: the shortest way that keeps apart what is apart."""
    short = percent if terms.measure == "accuracy" else number
    for digits in (None, 3, 4, 5, 6, 8, 10, 12):
        write = short if digits is None else _with_digits(terms, digits)
        if all(write(one) != write(other) for one, other in apart):
            return write
    return write


def _with_digits(terms: Terms, digits: int) -> Callable[[float], str]:
    if terms.measure == "accuracy":
        return lambda value: f"{number(100 * value, digits)} %"
    return lambda value: number(value, digits)


def _times(standings: Sequence[Standing], terms: Terms) -> str:
    """Give the range of when the runs of each lane solved the task."""
    if terms.by == "seconds":
        ranges = [
            f"{each.called} {_range([s for s in each.solved_after if s is not None], number)} s"
            for each in standings
        ]
        return f"Solved after: {', '.join(ranges)} of computing for the lane."
    ranges = [
        f"{each.called} {_range([at for at in each.solved_at if at is not None], '{:,.0f}'.format)}"
        for each in standings
    ]
    return f"Solved from iteration: {', '.join(ranges)}."


def _not_above_memoryless(
    tables: Sequence[Table], standings: Sequence[Standing], terms: Terms
) -> list[str]:
    """Name the lanes of which no run did as well as one needs a memory for."""
    more, said = terms.measure == "accuracy", []
    side = "above" if more else "below"
    for table, each in zip(tables, standings, strict=True):
        found = [score for score in each.scores if math.isfinite(score)]
        limit = table.memoryless
        if not found or math.isnan(limit) or each.solved:
            continue
        if (max(found) <= limit) if more else (min(found) >= limit):
            best = percent(limit) if more else number(limit)
            said.append(f"no {each.called} run is {side} {best}")
    if not said:
        return []
    best = "the best" if more else "about the least"
    text = f"{_listed(said)}, {best} without memory."
    return [text[0].upper() + text[1:]]


def _diverged(standings: Sequence[Standing], terms: Terms) -> list[str]:
    stopped = [each for each in standings if each.diverged]
    if not stopped:
        return []
    counts = _listed([f"{each.diverged} of {each.runs} ({each.called})" for each in stopped])
    as_what = ", which counts as not solved" if terms.solved is not None else ""
    return [f"Diverged: {counts}{as_what}."]


def _elsewhere(standings: Sequence[Standing]) -> list[str]:
    """Say which lanes are scored on other sequences, and what follows for the comparison."""
    names = [each.called for each in standings if each.elsewhere]
    if not names:
        return []
    points = number(100 * OTHER_SEQUENCES)
    return [
        f"{_listed(names)}: trained and scored on other days of the same schedule, so up to "
        f"{points} percentage points from the others count as overlap."
    ]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
