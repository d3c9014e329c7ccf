"""What a claim is: numbers measured from runs, a sentence, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rnnviz.training import Trainer

Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Claim:
    """What a preset shows.

    Parameters
    ----------
    measure
        Computes numbers, by name, from the trainers of its runs, in their order, at any iteration.
    sentence
        States these numbers in words.
    holds
        Whether they show what the preset claims; meant for the end of its runs.
    """

    measure: Callable[[Sequence[Trainer]], Numbers]
    sentence: Callable[[Numbers], str]
    holds: Callable[[Numbers], bool]
