"""The runs that a visitor left for new ones: how many are kept, and which are dropped first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rnnviz.training import Score, Trainer

#: So many earlier runs can be gone back to, and fewer where their recordings take more bytes.
MOST_EARLIER, MOST_EARLIER_BYTES = 20, 48_000_000


@dataclass(frozen=True)
class Earlier:
    """A run that was left for a new one, exactly as it was.

    Parameters
    ----------
    trainer
    left_for
        What the new one was begun for, in words.
    score
        Of the run when it was left.
    """

    trainer: Trainer
    left_for: str
    score: Score


def kept(earlier: Iterable[Earlier]) -> tuple[Earlier, ...]:
    """Drop what is too much to keep: of the oldest runs first those in which nothing was done."""
    runs = list(earlier)
    while len(runs) > 1 and (len(runs) > MOST_EARLIER or nbytes(runs) > MOST_EARLIER_BYTES):
        runs.remove(next((one for one in runs if is_untouched(one.trainer)), runs[0]))
    return tuple(runs)


def nbytes(earlier: Iterable[Earlier]) -> int:
    """Return the bytes of their recordings."""
    return sum(one.trainer.recording.nbytes for one in earlier)


def is_untouched(trainer: Trainer) -> bool:
    """Tell whether nothing was done in a run: no iteration, and no change of a setting."""
    return trainer.iteration == 0 and trainer.undoable is None


def is_the_same_untouched(left: Trainer, trainer: Trainer) -> bool:
    """Tell whether nothing is lost: a run in which nothing was done is begun once more."""
    same = (left.config, left.task) == (trainer.config, trainer.task)
    return same and is_untouched(left) and is_untouched(trainer)
