"""Associative recall: which value came with the key that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from rnnviz.engine.answering import Answering
from rnnviz.fields import Field
from rnnviz.tasks.answered import LAST, ZERO, start_field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch, only_last

_QUERY = "?"
_KEYS = "abcdefghijklmnopqrst"


@dataclass(frozen=True)
class AssociativeRecall(Generated):
    """Given keys, each followed by its value, then a sign and one of the keys: answer its value.

    As in Ba et al. (2016), "Using fast weights to attend to the recent past", with a sign of one
    step. No key comes twice; values may.

    Parameters
    ----------
    keys
        Number of different keys, 2..20, at least as many as there are pairs.
    values
        Number of different values, 2..10.
    start
        State with which the answering part starts: `last state` or `zero state`.
    length
        Number of time steps, 4..42: two for each pair, two for the question. With an odd number the
        first step has no input.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    keys: int = 6
    values: int = 4
    start: str = LAST
    length: int = 8

    key: ClassVar[str] = "associative"
    title: ClassVar[str] = "Associative recall"
    teaches: ClassVar[str] = (
        "A value is found by its key, not by its place. Attention can compare the key that is "
        "asked for with all that were read; without it, one state must hold every pair. An RNN "
        "with general attention knows it within 300 iterations, when without it still guesses."
    )
    suggested: ClassVar[Mapping[str, Any]] = {"cell": "rnn", "attention": "general"}
    signals: ClassVar[tuple[str, ...]] = (_QUERY,)
    fields: ClassVar[tuple[Field, ...]] = (
        Field("keys", "Different keys", int, keys,
              "How many different keys there are; a sequence has some of them, each once.",
              low=2, high=len(_KEYS), short="keys"),
        Field("values", "Different values", int, values, "How many different values there are.",
              low=2, high=10, short="values"),
        start_field(start),
        length_field(
            length, 4, 42,
            "Time steps in total: two for each pair of key and value, and two for the question.",
        ),
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.count > self.keys:
            raise ValueError(
                f"keys must be at least {self.count}, one for each pair in {self.length} steps, "
                f"got {self.keys}"
            )

    @property
    def count(self) -> int:
        """Number of pairs of key and value in a sequence."""
        return self.length // 2 - 1

    @property
    def answering(self) -> Answering:
        """From which step on is answered."""
        return Answering(self.length - 2, self.start == ZERO)

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Keys, values, and the sign."""
        return (*_KEYS[: self.keys], *self.output_labels, _QUERY)

    @cached_property
    def output_labels(self) -> tuple[str, ...]:
        """The values."""
        return tuple(map(str, range(self.values)))

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        pairs = (
            "1 key with its value" if self.count == 1 else f"{self.count} keys with their values"
        )
        carried = (
            "It answers from zero state, so only attention can bring it what it read."
            if self.start == ZERO
            else "It answers from the last state, which must hold all pairs where there is no "
            "attention."
        )
        return (
            f"The input is {pairs}, key before value, then a sign ({_QUERY}) and one of these "
            f"keys. The network must answer its value, at the last step. There are {self.keys} "
            f"different keys and {self.values} values. {carried}"
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw keys, values, and the key that is asked for."""
        n, T = self.count, self.length
        keys = generator.random((self.keys, batch_size)).argsort(axis=0)[:n]
        values = generator.integers(self.values, size=(n, batch_size))
        asked = generator.integers(n, size=(1, batch_size))
        seen = np.full((T, batch_size), self.input_size)
        pairs = seen[T - 2 - 2 * n : T - 2]
        pairs[::2], pairs[1::2] = keys, self.keys + values
        seen[-2] = self.input_size - 1
        seen[-1] = np.take_along_axis(keys, asked, axis=0)
        y = np.zeros_like(seen)
        y[-1] = np.take_along_axis(values, asked, axis=0)
        one_hot = np.eye(self.input_size + 1, self.input_size)  # the last row: no input
        return Batch(one_hot.take(seen, axis=0), y, only_last(T, batch_size), self.answering)

    def _name(self, batch: Batch) -> str:
        *pairs, key = filter(None, self._read_inputs(batch)[0])
        return f"{_shortened(''.join(pairs[:-1]))} {_QUERY} {key}"


def _shortened(text: str) -> str:
    return text if len(text) <= 36 else f"{text[:36]}…"
