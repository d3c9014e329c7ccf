"""Sequences to read: the input at each time step, and the targets that count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Example:
    """A sequence, written out for a reader.

    Parameters
    ----------
    seen : tuple of str, length T
        The input at each time step; "" after the end of a short sequence.
    answers : tuple of str, length T
        The target at each time step; "" where there is none that counts in the score.
    """

    seen: tuple[str, ...]
    answers: tuple[str, ...]


def only_at_the_end(examples: Sequence[Example]) -> bool:
    """Tell whether each sequence has a single answer, at its last step."""
    return not any(answer for example in examples for answer in example.answers[:-1])


def table(examples: Sequence[Example]) -> pd.DataFrame:
    """Write the sequences as a table: a column for each time step, counted from 0.

    If each has one answer, after the last step, it is one row, and its last column is `answer`.
    Otherwise it is two rows: the inputs and, below, the answers at their steps.
    """
    steps = [str(step) for step in range(len(examples[0].seen))]
    if only_at_the_end(examples):
        rows = [(*example.seen, example.answers[-1]) for example in examples]
        return pd.DataFrame(rows, columns=[*steps, "answer"])
    pairs = [
        (number, name, *line)
        for number, example in enumerate(examples, 1)
        for name, line in (("seen", example.seen), ("answer", example.answers))
    ]
    return pd.DataFrame(pairs, columns=["sequence", "row", *steps])
