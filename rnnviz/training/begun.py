"""What the parts of one iteration pass on to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks.task import Batch


@dataclass
class Begun:
    """An iteration whose batch is drawn.

    Parameters
    ----------
    batch
    generator
        State of the random generator before the batch, where the state may be kept; else None.
    traced
        Whether the trace of the iteration is due.
    weights_before : array, (P,), or None
        The weights before the update, where the trace is due.
    """

    batch: Batch
    generator: Mapping[str, Any] | None
    traced: bool
    weights_before: NDArray[np.floating] | None = None

    @property
    def needs_state(self) -> bool:
        """Whether the state before the update may be kept."""
        return self.traced or self.generator is not None


class Learned(NamedTuple):
    """The numbers of an iteration, in the order of the history's columns.

    Parameters
    ----------
    loss, accuracy
        Of the batch; NaN for the accuracy of targets that are numbers.
    gradient_norm
        Before clipping.
    clipped
        Whether the gradient was clipped.
    """

    loss: float
    accuracy: float
    gradient_norm: float
    clipped: bool
