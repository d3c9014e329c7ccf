"""What the tasks share that see windows of one long sequence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import Field, check_settings
from rnnviz.tasks.examples import Example
from rnnviz.tasks.task import Batch, Probe, check_index, read_only

_MOST_PROBES = 200
_MOST_EVALUATED = 500
_EVALUATED_NUMBERS = 1_600_000  # 13 MB of inputs: of long windows with many symbols fewer are seen


class Windows(ABC):
    """Base of tasks whose windows lie in one sequence, with the last ones held out.

    A subclass is a frozen dataclass with `fields`, the attributes `length` and `holdout`, and the
    abstract methods below. A window is identified by its place: the index of its first value.
    """

    fields: ClassVar[tuple[Field, ...]]
    length: int
    holdout: float
    #: Values from the last one seen to the one to predict.
    ahead: int = 1
    signals: ClassVar[tuple[str, ...]] = ()
    suggested: ClassVar[Mapping[str, Any]] = {}
    simplest: ClassVar[Mapping[str, Any]] = {}

    def __post_init__(self) -> None:
        check_settings(self, self.fields)

    @property
    @abstractmethod
    def windows(self) -> int:
        """Number of windows used for training; the held-out ones come after them."""

    @property
    @abstractmethod
    def input_size(self) -> int:
        """Number of inputs."""

    @property
    @abstractmethod
    def _size(self) -> int:
        """Number of values in the sequence."""

    @abstractmethod
    def _batch(self, places: NDArray[np.int64]) -> Batch:
        """Return the windows at some places (B,)."""

    @abstractmethod
    def _texts(self, place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what a person reads in a window: the inputs, and the targets shown."""

    @abstractmethod
    def _name(self, place: int) -> str:
        """Return the name of a window in the list of probes."""

    @property
    def scale(self) -> tuple[float, float]:
        """Nothing is scaled."""
        return 0.0, 1.0

    @property
    def embedding_size(self) -> int | None:
        """None: inputs are not looked up."""
        return None

    @property
    def trained(self) -> int:
        """Number of values, from the start, that are not held out."""
        return self.windows + self.length + self.ahead - 1

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw windows at random places of the training part."""
        return self._batch(generator.integers(self.windows, size=batch_size))

    def examples(self, generator: np.random.Generator, count: int) -> list[Example]:
        """Return training windows to read, with the targets that count in the score."""
        places = generator.integers(self.windows, size=count).tolist()
        return [Example(*self._texts(place)) for place in places]

    def knowable(self, batch: Batch) -> NDArray[np.bool_] | None:
        """Return all scored steps: data do not tell which of them can be known."""
        return batch.mask

    def evaluation(self) -> Batch:
        """Return all training windows, or up to 500, evenly spread; read-only."""
        return self._evaluation

    def held_out(self) -> Batch | None:
        """Return the windows whose target is held out, or up to 500, evenly spread; read-only."""
        return self._held_out

    @cached_property
    def probe_names(self) -> tuple[str, ...]:
        """Up to 200 windows, evenly spread; also held-out ones."""
        return tuple(
            self._name(place) + (" (held out)" if place >= self.windows else "")
            for place in self._probed.tolist()
        )

    def probe(self, index: int) -> Probe:
        """Return one of the probes named in `probe_names`."""
        check_index("probe", index, len(self.probe_names))
        place = int(self._probed[index])
        return Probe(self.probe_names[index], self._batch(np.array([place])), *self._texts(place))

    @property
    def _all_windows(self) -> int:
        return self._size - self.length - self.ahead + 1

    @cached_property
    def _steps(self) -> NDArray[np.int64]:
        """(T, 1): to be added to the places of windows."""
        return np.arange(self.length)[:, None]

    @property
    def _affordable(self) -> int:
        numbers = self.length * self.input_size
        return min(_MOST_EVALUATED, max(16, _EVALUATED_NUMBERS // numbers))

    @cached_property
    def _probed(self) -> NDArray[np.int64]:
        return _spread(_MOST_PROBES, 0, self._all_windows)

    @cached_property
    def _evaluation(self) -> Batch:
        return read_only(self._batch(_spread(self._affordable, 0, self.windows)))

    @cached_property
    def _held_out(self) -> Batch | None:
        places = _spread(self._affordable, self.windows, self._all_windows)
        if not len(places):
            return None
        batch = self._batch(places)
        # A step is held out if its target is, whatever it sees.
        late: NDArray[np.bool_] = self._steps + places + self.ahead >= self.trained
        return read_only(Batch(batch.x, batch.y, late if batch.mask is None else batch.mask & late))


def _spread(most: int, start: int, stop: int) -> NDArray[np.int64]:
    """Return up to `most` places, evenly spread from `start` up to before `stop`."""
    count = min(most, stop - start)
    return start + np.arange(count) * (stop - start) // max(count, 1)
