"""Fixed points over training: at which iteration a memory is there for the first time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnviz.analysis.memory.fixed_points import search
from rnnviz.analysis.memory.resting import KINDS, Kind
from rnnviz.analysis.memory.resting_search import FixedPoints
from rnnviz.analysis.memory.resting_sentences import held
from rnnviz.training import Trainer
from rnnviz.training.threads import one_thread

#: Of an iteration that many stable points are kept; the others are counted.
_MOST_POINTS = 64
#: From one kept iteration to the next a stable point is the same if each is the nearest of the
#: other, and it has moved by less than this share of the spread of the states.
_MOVED = 0.5


@dataclass(frozen=True)
class Moment:
    """The fixed points of one iteration, in short.

    Parameters
    ----------
    iteration : int
    counts : tuple of int
        How many points of each of `KINDS`.
    stable : array of float32, (n, S)
        The stable points, at most 64.
    answers : tuple of str
        What they answer; empty where there is none.
    spread : float
        Of the recorded states.
    given : str
        Which input was held, in words.
    """

    iteration: int
    counts: tuple[int, ...]
    stable: NDArray[np.float32]
    answers: tuple[str, ...]
    spread: float
    given: str

    @classmethod
    def of(cls, found: FixedPoints) -> Moment:
        """Keep what is needed of what was found."""
        stable = found.of("stable")[:_MOST_POINTS]
        return cls(
            -1 if found.iteration is None else found.iteration,
            tuple(found.count(kind) for kind in KINDS),
            found.points[stable].astype(np.float32),
            tuple(found.answers[place] for place in stable) if found.answers else (),
            found.spread,
            found.given,
        )

    def count(self, kind: Kind) -> int:
        """Return how many points are of a kind."""
        return self.counts[KINDS.index(kind)]

    @property
    def nbytes(self) -> int:
        """Bytes that it takes, about."""
        return self.stable.nbytes + 100 * (1 + len(self.answers))


def moments(
    trainer: Trainer, inputs: ArrayLike | str | None = None, *, layer: int | None = None
) -> Iterator[Moment]:
    """Search at every kept iteration, the newest first; arguments as in `fixed_points`."""
    for trace in reversed(trainer.recording.traces):
        with one_thread():
            found = search(trainer, inputs, trace=trace, layer=layer).finish()
        yield Moment.of(found)


def since(course: Sequence[Moment]) -> list[int]:
    """Return for each stable point of the last moment since which iteration it is there.

    It is followed back from each moment to the one before for as long as there is one that is the
    nearest of it, and it of that one.

    Parameters
    ----------
    course
        By iteration, ascending.
    """
    if not course:
        return []
    born = [course[-1].iteration] * len(course[-1].stable)
    places = {number: number for number in range(len(born))}  # point of the last one: of this one
    for before, after in zip(course[-2::-1], course[:0:-1], strict=True):
        back = _linked(after, before)
        places = {number: back[at] for number, at in places.items() if at in back}
        for number in places:
            born[number] = before.iteration
    return born


def _linked(one: Moment, other: Moment) -> dict[int, int]:
    """Return which stable point of another moment each of one is, where it is there."""
    if not len(one.stable) or not len(other.stable):
        return {}
    apart = np.sqrt(((one.stable[:, None] - other.stable[None]) ** 2).sum(axis=2))
    there, back = apart.argmin(axis=1), apart.argmin(axis=0)
    close = _MOVED * max(one.spread, other.spread)
    return {
        number: int(at)
        for number, at in enumerate(there)
        if back[at] == number and apart[number, at] <= close
    }


def births_sentence(course: Sequence[Moment]) -> str:
    """Say since when the stable points are there; empty while less than two moments are known."""
    if len(course) < 2:
        return ""
    last, first = course[-1], course[0]
    count, begun = last.count("stable"), first.count("stable")
    change = (
        f"{held(last.given)}, the network had {_points(begun)} at iteration "
        f"{first.iteration:,} and has {_points(count)} at iteration {last.iteration:,}."
    )
    return " ".join(filter(None, [change, _steady(course), _oldest(course)]))


def _points(count: int) -> str:
    return "1 stable point" if count == 1 else f"{count or 'no'} stable points"


def _steady(course: Sequence[Moment]) -> str:
    """Say since when their number has not changed."""
    count = course[-1].count("stable")
    same = course[-1]
    for moment in reversed(course):
        if moment.count("stable") != count:
            if same is course[-1]:
                return "At the iteration measured before that, their number was another."
            there = {0: "was none", 1: "was 1"}.get(count, f"were {count}")
            return (
                f"At all {sum(each.iteration >= same.iteration for each in course)} iterations "
                f"measured from {same.iteration:,} on, there {there}."
            )
        same = moment
    return f"Their number was the same at all {len(course)} iterations measured."


def _oldest(course: Sequence[Moment]) -> str:
    """Say which of them have been there for the longest and the shortest time."""
    born = since(course)
    if len(born) < 2:
        return ""
    first, last = min(born), max(born)
    if first == last:
        return f"Followed back, all of them have been there since iteration {first:,}."
    return (
        f"Followed back from one to the next, the oldest of them has been there since iteration "
        f"{first:,}, the youngest since {last:,}."
    )
