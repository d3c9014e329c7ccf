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
