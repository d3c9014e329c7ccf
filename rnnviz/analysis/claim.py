"""What a claim is: numbers measured from runs, a sentence, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

from rnnviz.training import Trainer

Numbers = Mapping[str, float]
#: Measures numbers from the trainers of some runs, and yields often.
Steps = Callable[[Sequence[Trainer]], Generator[None, None, Numbers]]


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
    steps
        Measures the same and yields often, where that takes long; None where it does not.
    """

    measure: Callable[[Sequence[Trainer]], Numbers]
    sentence: Callable[[Numbers], str]
    holds: Callable[[Numbers], bool]
    steps: Steps | None = None

    @classmethod
    def in_steps(
        cls,
        steps: Steps,
        sentence: Callable[[Numbers], str],
        holds: Callable[[Numbers], bool],
    ) -> Claim:
        """Return a claim that takes long to measure, so that it is also measured in slices."""

        def measure(trainers: Sequence[Trainer]) -> Numbers:
            work = steps(trainers)
            while True:
                try:
                    next(work)
                except StopIteration as end:
                    numbers: Numbers = end.value
                    return numbers

        return cls(measure, sentence, holds, steps)
