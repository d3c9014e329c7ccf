"""What the tasks share that translate: pairs of source and answer, of which some are held out."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks.answered import Answered, Pair
from rnnviz.tasks.task import Batch, Probe, check_index, read_only

_HELD_OUT_SEED = 40_000
_SPLIT_SEED = 50_000
_EVALUATED = 256
#: Of this many probes, the last ones are held out.
_TRAINED_PROBES, _HELD_OUT_PROBES = 8, 4


class Translation(Answered):
    """Base of tasks whose pairs are split once into those that are trained and those held out.

    If `length` is less than the longest pair takes, it becomes that.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "length", max(self.length, self.least_length))

    @property
    def least_length(self) -> int:
        """Number of time steps that the longest source and the longest answer take."""
        return self.longest_source + self.answers

    @abstractmethod
    def held_out_pairs(self, generator: np.random.Generator, count: int) -> list[Pair]:
        """Draw pairs that `pairs` never returns; none if there are none."""

    def held_out(self) -> Batch | None:
        """Return sequences whose source is never trained, or None where there is none."""
        return self._held_out

    @cached_property
    def probe_names(self) -> tuple[str, ...]:
        """Some pairs that are trained, then some that are held out."""
        batches = map(self._probe_batch, range(_TRAINED_PROBES + self._held_out_probes))
        return tuple(
            f"{number + 1}: {self._name(batch)}{' (held out)' * (number >= _TRAINED_PROBES)}"
            for number, batch in enumerate(batches)
        )

    def probe(self, index: int) -> Probe:
        """Return one of the probes named in `probe_names`."""
        check_index("probe", index, len(self.probe_names))
        return super().probe(index)

    @property
    def _held_out_probes(self) -> int:
        return _HELD_OUT_PROBES if self._held_out is not None else 0

    def _probe_batch(self, index: int) -> Batch:
        if index < _TRAINED_PROBES:
            return super()._probe_batch(index)
        return self.batch(self.held_out_pairs(np.random.default_rng(_HELD_OUT_SEED + index), 1))

    @cached_property
    def _held_out(self) -> Batch | None:
        count = min(_EVALUATED, self._evaluation.x.shape[1])
        pairs = self.held_out_pairs(np.random.default_rng(_HELD_OUT_SEED), count)
        return read_only(self.batch(pairs)) if pairs else None


def split(count: int, share: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which of so many are trained, and which held out: always the same ones."""
    order = np.random.default_rng(_SPLIT_SEED).permutation(count)
    held_out = round(share * count)
    return np.sort(order[held_out:]), np.sort(order[:held_out])
