"""History: the scalars of every iteration."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: The columns of a row. `loss` and `accuracy` (NaN where targets are numbers) are those of the
#: iteration's own batch, measured before its update: the loss over all scored steps, the accuracy
#: over those whose target can be known. `gradient_norm` is the global 2-norm before clipping.
COLUMNS = ("iteration", "loss", "accuracy", "gradient_norm", "clipped", "learning_rate")


class History:
    """Rows of numbers, one per iteration, bounded in number.

    When the table is full, every second row is dropped, and from then on only every second
    iteration is kept, and so on. The rows always cover all of training evenly.

    Parameters
    ----------
    limit
        Maximum number of rows; 65 536 rows take 3 MB.
    """

    def __init__(self, limit: int = 65_536) -> None:
        self._rows = np.empty((256, len(COLUMNS)))
        self._count = 0
        self._limit = limit
        self.stride = 1

    def __len__(self) -> int:
        return self._count

    def add(
        self,
        iteration: int,
        loss: float,
        accuracy: float,
        gradient_norm: float,
        clipped: bool,
        learning_rate: float,
    ) -> None:
        """Append the row of one iteration, unless thinning skips it."""
        if iteration % self.stride:
            return
        if self._count == self._limit:
            self._thin()
            if iteration % self.stride:
                return
        if self._count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[self._count] = (iteration, loss, accuracy, gradient_norm, clipped, learning_rate)
        self._count += 1

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one column of `COLUMNS` as an array that later rows do not change."""
        return self._rows[: self._count, COLUMNS.index(name)].copy()

    def frame(self) -> pd.DataFrame:
        """Return the table, one row per kept iteration, with the columns of `COLUMNS`."""
        frame = pd.DataFrame(self._rows[: self._count].copy(), columns=list(COLUMNS))
        return frame.astype({"iteration": int, "clipped": bool})

    def rewind(self, iteration: int) -> None:
        """Forget every row after this iteration."""
        kept = self._rows[: self._count, 0] <= iteration
        self._count = int(np.count_nonzero(kept))

    def _thin(self) -> None:
        self.stride *= 2
        kept = self._rows[: self._count]
        kept = kept[kept[:, 0] % self.stride == 0]
        self._rows[: len(kept)] = kept
        self._count = len(kept)
