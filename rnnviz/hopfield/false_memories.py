"""Where random starts end: in patterns, in their negatives, in mixtures, and elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from rnnviz.hopfield.capacity import Measuring
from rnnviz.hopfield.classic import KEPT, Hopfield
from rnnviz.hopfield.patterns import random_patterns
from rnnviz.hopfield.validation import Array

Kind = Literal["pattern", "negative", "mixture", "other"]

#: How many patterns a mixture may be of; of an even number units can be undecided.
MIXED = (3, 5, 7)
#: Starts that settle together.
_TOGETHER = 25


@dataclass(frozen=True, eq=False)
class Memory:
    """A state at which recall ended.

    Parameters
    ----------
    state : array, (N,)
    kind
    parts : tuple of (pattern, sign)
        What it is made of: patterns by their number from 0, and +1 or -1 for the negative of one.
        Of an "other", the pattern that it is closest to.
    overlap
        With what it is named after.
    energy
    times
        How many starts ended there.
    """

    state: Array
    kind: Kind
    parts: tuple[tuple[int, int], ...]
    overlap: float
    energy: float
    times: int = 1


def named(network: Hopfield, state: Array) -> Memory:
    """Tell what a state is, by its overlaps with the stored patterns and their mixtures.

    A mixture is sign(xi_a + xi_b + xi_c), of patterns or their negatives: those with which the
    overlap is largest. It is called so from an overlap of `KEPT` on, as a pattern is.
    """
    overlaps = network.overlaps(state)
    order = np.argsort(-np.abs(overlaps), kind="stable")
    signs = np.where(overlaps < 0, -1, 1)
    energy = float(network.energy(state))
    best = int(order[0])
    closest = (best, int(signs[best]))
    if abs(overlaps[best]) >= KEPT:
        kind: Kind = "pattern" if signs[best] > 0 else "negative"
        return Memory(state, kind, (closest,), float(abs(overlaps[best])), energy)
    for count in MIXED:
        if count > len(order):
            break
        chosen = order[:count]
        mixture = np.sign(signs[chosen] @ network.patterns[chosen])
        overlap = float(mixture @ state / network.units)
        if overlap >= KEPT:
            parts = tuple((int(p), int(signs[p])) for p in chosen)
            return Memory(state, "mixture", parts, overlap, energy)
    return Memory(state, "other", (closest,), float(abs(overlaps[best])), energy)


def search(network: Hopfield, starts: int = 400, seed: int = 0) -> Measuring[Memory]:
    """Let random starts settle, and yield what each end is; None where it may be interrupted."""
    for first in range(0, starts, _TOGETHER):
        count = min(_TOGETHER, starts - first)
        begun = random_patterns(count, network.units, seed + first)
        ends = yield from network.settling(begun, seed + first)
        for end in ends:
            yield named(network, end)


def counted(memories: list[Memory]) -> list[Memory]:
    """Put equal states together, and return them with how often each came, the most often first."""
    found: dict[bytes, Memory] = {}
    for memory in memories:
        key = memory.state.tobytes()
        before = found.get(key)
        times = memory.times + (0 if before is None else before.times)
        found[key] = replace(memory, times=times)
    return sorted(found.values(), key=lambda memory: (-memory.times, memory.energy))
