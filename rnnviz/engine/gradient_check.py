"""The gradient check: hand-written gradients against central differences of the loss."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import validation
from rnnviz.engine.answering import Answering
from rnnviz.engine.losses import Mask, Targets
from rnnviz.engine.products import Array

if TYPE_CHECKING:
    from rnnviz.engine.network import Network

# A larger error means a wrong gradient: central differences in float64 are accurate to about 1e-8
# where the loss is smooth; a forgotten term is off by far more.
TOLERANCE = 1e-6
# The loss comes from rounded outputs of about 1: it is off by this many of their last places.
ROUNDED_UNITS = 10


@dataclass(frozen=True)
class Checked:
    """Comparison of a gradient with central differences, so far.

    Parameters
    ----------
    entries
        Number of entries compared.
    of
        Number of entries in total.
    difference
        The largest difference of any entry.
    scale
        The largest of these entries, in absolute value.
    rounding
        The difference that rounding alone can cause.
    """

    entries: int
    of: int
    difference: float
    scale: float
    rounding: float

    @property
    def error(self) -> float:
        """Relative error: the largest difference over the largest entry; 0 where all are 0."""
        return self.difference / self.scale if self.scale > 0 else 0.0

    @property
    def allowed(self) -> float:
        """The largest relative error that counts as agreement; infinite where all entries are 0."""
        return TOLERANCE + self.rounding / self.scale if self.scale > 0 else math.inf

    @property
    def agrees(self) -> bool:
        """Whether the difference is within tolerance and rounding; False if it is not a number."""
        return self.difference <= TOLERANCE * self.scale + self.rounding

    @property
    def is_conclusive(self) -> bool:
        """Whether the entries are large enough for a difference of 1 % to be detected."""
        return 0.01 * self.scale > self.rounding


class GradientCheck:
    """A comparison of every gradient of a batch with central differences of its loss.

    It is done entry by entry, as many at a time as the caller wants: an entry takes two forward
    passes. It works on a float64 copy, so the network is not changed.

    Parameters
    ----------
    network, x, y, mask, loss, initial, truncate, answering
        As in `Network.record`.
    gradients : mapping of array
        The gradients to check, by name; by default those that `Network.record` computes, including
        `x` and `initial.h`, `initial.c`.
    entries
        Compare at most this many entries of each, evenly spread; None means all.
    step
        By how much an entry is moved up and down.

    Attributes
    ----------
    results : dict of Checked
        By name, for the gradients whose comparison has begun.
    done, total : int
        Entries compared so far, and in total.

    Raises
    ------
    ValueError
        If an argument does not fit.
    """

    def __init__(
        self,
        network: Network,
        x: Array,
        y: Targets,
        mask: Mask | None = None,
        loss: str = "cross_entropy",
        initial: Mapping[str, Array] | None = None,
        *,
        truncate: int | None = None,
        answering: Answering | None = None,
        gradients: Mapping[str, Array] | None = None,
        entries: int | None = None,
        step: float = 1e-5,
    ) -> None:
        if validation.finite("step", step) <= 0:
            raise ValueError(f"step must be above 0, got {step!r}")
        if entries is not None:
            validation.integer("entries", entries, 1)
        double = network.copy("float64")
        record = double.record(x, y, mask, loss, initial, truncate, answering)
        x, y, mask = double.checked(x, y, mask, loss)
        state = {name: np.zeros_like(values) for name, values in record.d_initial.items()}
        for name, values in (initial or {}).items():
            state[name][...] = values
        analytic = dict(record.gradients)
        points = dict(double.parameters)
        if not double.architecture.ids:
            x = np.array(x, np.float64)  # a copy, whose entries are moved
            analytic["x"], points["x"] = record.d_x, x
        analytic |= {f"initial.{name}": values for name, values in record.d_initial.items()}
        points |= {f"initial.{name}": values for name, values in state.items()}

        def loss_now() -> float:
            return double.unroll(x, state, answering=answering).loss(loss, y, mask)

        self._loss_now, self._points, self._step = loss_now, points, step
        self._rounding = ROUNDED_UNITS * math.ulp(max(1.0, abs(record.loss))) / step
        self._to_check = analytic if gradients is None else _to_check(gradients, points)
        self._places = {
            name: _spread(values.size, entries) for name, values in self._to_check.items()
        }
        self.results: dict[str, Checked] = {}
        self.done = 0
        self.total = sum(len(places) for places in self._places.values())
        self._comparisons = self._compare_all()

    def advance(self, entries: int | None = None) -> None:
        """Compare this many more entries; None means all that are left."""
        wanted = range(self.total if entries is None else validation.integer("entries", entries, 0))
        with np.errstate(all="ignore"):
            for _ in zip(wanted, self._comparisons, strict=False):
                pass

    def _compare_all(self) -> Iterator[None]:
        for name, places in self._places.items():
            analytic, point = self._to_check[name].ravel(), self._points[name]
            difference = scale = 0.0
            for number, place in enumerate(places, start=1):
                slope = self._slope(point, np.unravel_index(place, point.shape))
                # Unlike Python's, NumPy's maximum propagates NaN.
                difference = float(np.maximum(difference, abs(slope - analytic[place])))
                scale = float(np.maximum(scale, max(abs(slope), abs(analytic[place]))))
                self.results[name] = Checked(
                    number, analytic.size, difference, scale, self._rounding
                )
                self.done += 1
                yield

    def _slope(self, point: Array, place: tuple[np.intp, ...]) -> float:
        """Return the central difference w.r.t. one entry, which is then restored."""
        before = point[place]
        point[place] = before + self._step
        above = self._loss_now()
        point[place] = before - self._step
        below = self._loss_now()
        point[place] = before
        return (above - below) / (2 * self._step)


def gradient_check(
    network: Network,
    x: Array,
    y: Targets,
    mask: Mask | None = None,
    loss: str = "cross_entropy",
    initial: Mapping[str, Array] | None = None,
    *,
    answering: Answering | None = None,
    gradients: Mapping[str, Array] | None = None,
    step: float = 1e-5,
) -> dict[str, float]:
    """Compare every gradient of a batch with central differences of its loss, all at once.

    Meant for small networks and batches.

    Parameters
    ----------
    network, x, y, mask, loss, initial, answering, gradients, step
        As in `GradientCheck`.

    Returns
    -------
    dict of float
        Relative error by parameter, and of `x` and `initial.h`, `initial.c`: the largest difference
        of any entry, divided by the largest entry. Above `TOLERANCE` the gradient is wrong; or the
        loss has a kink within `step` (ReLU).
    """
    check = GradientCheck(
        network, x, y, mask, loss, initial, answering=answering, gradients=gradients, step=step
    )
    check.advance()
    return {name: checked.error for name, checked in check.results.items()}


def _to_check(gradients: Mapping[str, Array], points: Mapping[str, Array]) -> dict[str, Array]:
    """Return the gradients to check as arrays of the same shapes as their points."""
    if not isinstance(gradients, Mapping) or not set(gradients) <= set(points):
        given = list(gradients) if isinstance(gradients, Mapping) else gradients
        raise ValueError(f"gradients must be of {sorted(points)}, got {validation.shown(given)}")
    arrays = {
        name: validation.numbers(f"gradients[{name!r}]", values, finite=False)
        for name, values in gradients.items()
    }
    for name, values in arrays.items():
        validation.same_shape(f"gradients[{name!r}]", values, points[name].shape)
    return arrays


def _spread(size: int, most: int | None) -> NDArray[np.intp]:
    """Return indices among `size` entries: all, or `most` of them, evenly spread."""
    if most is None or size <= most:
        return np.arange(size)
    return np.linspace(0, size - 1, most).astype(np.intp)
