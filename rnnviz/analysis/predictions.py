"""What the network says comes next, and how it continues a text by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Encode = Callable[[Sequence[str]], NDArray[np.float64]]
Predict = Callable[[NDArray[np.float64]], NDArray[np.floating]]


@dataclass(frozen=True)
class Continued:
    """One symbol that the network added.

    Parameters
    ----------
    symbol
        The likeliest one, which was taken.
    best : pandas.DataFrame
        What it weighed up: `symbol` and `probability`, the likeliest first.
    """

    symbol: str
    best: pd.DataFrame


def best(probabilities: ArrayLike, labels: Sequence[str], count: int = 5) -> pd.DataFrame:
    """Return the likeliest symbols: `symbol`, `probability`, the likeliest first.

    Parameters
    ----------
    probabilities : array, (K,)
    labels : sequence of str, length K
    """
    values = np.asarray(probabilities, dtype=np.float64)
    order = np.argsort(-values, kind="stable")[:count]
    return pd.DataFrame({"symbol": [labels[k] for k in order], "probability": values[order]})


def continue_text(
    predict: Predict,
    encode: Encode,
    labels: Sequence[str],
    start: Sequence[str],
    steps: int,
    count: int = 5,
) -> list[Continued]:
    """Let the network continue from `start`, each time with the symbol that it finds likeliest.

    It always sees as many symbols as `start` has: the latest ones.

    Parameters
    ----------
    predict
        Inputs x (T, 1, D) to logits (T, 1, K); those of the last step count.
    encode
        T symbols to inputs x (T, 1, D).
    labels : sequence of str, length K
        Symbols that the outputs stand for.
    start
        At least one symbol.
    steps
        How many symbols to add.
    count
        How many of the likeliest to report each time.
    """
    seen = list(start)
    added: list[Continued] = []
    for _ in range(steps):
        logits = predict(encode(seen[-len(start) :]))[-1, 0]
        table = best(_softmax(logits), labels, count)
        added.append(Continued(str(table["symbol"].iloc[0]), table))
        seen.append(added[-1].symbol)
    return added


def _softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    shifted = np.exp(logits.astype(np.float64) - logits.max())
    result: NDArray[np.float64] = shifted / shifted.sum()
    return result


@dataclass(frozen=True)
class Answered:
    """One time step of an example: what came in, what was asked, what the network said.

    Parameters
    ----------
    seen
        The input, as a person reads it.
    asked
        The target; `""` where the step is not scored.
    said
        The likeliest answer of the network; None where there is no network yet.
    """

    seen: str
    asked: str
    said: str | None

    @property
    def is_mistake(self) -> bool:
        """Whether something was asked, and something else was said."""
        return bool(self.asked) and self.said is not None and self.said != self.asked


def answers(
    seen: Sequence[str],
    asked: Sequence[str],
    outputs: NDArray[np.floating] | None,
    labels: Sequence[str],
) -> list[Answered]:
    """Put question and answer of each time step beside each other.

    Parameters
    ----------
    seen, asked : sequence of str, length T
    outputs : array, (T, K), or None
        Logits; None where there is no network yet.
    labels : sequence of str, length K
        Names of the outputs.
    """
    said = [None] * len(seen) if outputs is None else [labels[k] for k in outputs.argmax(axis=1)]
    return [Answered(*step) for step in zip(seen, asked, said, strict=True)]
