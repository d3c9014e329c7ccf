"""The probe of a watched model: one sequence, its targets, and what its loss is.

Arrays come in the layout of the user's own module, with or without an axis for the sequences, and
leave time-first, (T, 1, D).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnviz.engine import LOSSES, validation
from rnnviz.notebook.modules import Array, Sizes, array_of
from rnnviz.numbers import number
from rnnviz.tasks.task import Batch

#: What PyTorch's cross-entropy leaves out by default.
IGNORED = -100

#: Given the hidden states, dL/dh of the same shape, maybe with the loss before it.
Gradient = Callable[[Array], Any]


@dataclass(frozen=True)
class Layout:
    """How the arrays of a user lie.

    Parameters
    ----------
    count
        How many sequences they have; None where they have no axis for them.
    batch_first
        Whether that axis is the first one, before time.
    example
        Which of the sequences is looked at.
    """

    count: int | None
    batch_first: bool
    example: int

    def shape(self, steps: int | None, count: int | None) -> tuple[int, ...]:
        """Return the shape of something with one number per step, or (None) without time."""
        axes = [steps, None if self.count is None else count]
        return tuple(axis for axis in axes[:: -1 if self.batch_first else 1] if axis is not None)

    def one(self, values: Array) -> Array:
        """Return one sequence, (T, 1, ...), of an array with an axis of time."""
        if self.count is None:
            return values[:, None]
        if self.batch_first:
            values = values.swapaxes(0, 1)
        return values[:, self.example : self.example + 1]

    def theirs(self, values: Array) -> Array:
        """Return a sequence (T, 1, ...) as the user's own module would give it."""
        if self.count is None:
            return values[:, 0]
        return values.swapaxes(0, 1) if self.batch_first else values

    def ours(self, values: Array) -> Array:
        """Undo `theirs`."""
        if self.count is None:
            return values[:, None]
        return values.swapaxes(0, 1) if self.batch_first else values


@dataclass(frozen=True)
class Targets:
    """What is wanted of the readout.

    Parameters
    ----------
    loss
        `"cross_entropy"` or `"squared_error"`.
    y : array, (T, 1) of int, or (T, 1, K) of float
    mask : array of bool, (T, 1)
    """

    loss: str
    y: Array
    mask: Array


def are_ids(x: Array, has_table: bool) -> bool:
    """Tell whether x are whole numbers to be looked up: (T,), or with a table (T, B)."""
    return x.dtype.kind in "iu" and x.ndim <= (2 if has_table else 1)


def read_inputs(x: Array, sizes: Sizes, ids: bool, example: int) -> tuple[Layout, Array]:
    """Return how inputs lie, and a copy of one sequence of them, (T, 1, D) or (T, 1).

    Raises
    ------
    ValueError
        If the shape is none that the module takes, or there is no such sequence.
    """
    D = () if ids else (sizes.input_size,)
    order = "(B, T" if sizes.batch_first else "(T, B"
    end = "".join(f", {each}" for each in D) + ")"
    alone = x.ndim - len(D)
    if alone not in (1, 2) or x.shape[alone:] != D or 0 in x.shape:
        raise ValueError(
            f"x must have the shape {order}{end} or (T{end if D else ',)'} for "
            f"{'ids' if ids else 'what goes into the recurrent module'}, got {x.shape}"
        )
    count = None if alone == 1 else x.shape[0 if sizes.batch_first else 1]
    validation.integer("example", example, 0, (count or 1) - 1)
    layout = Layout(count, sizes.batch_first, example)
    return layout, layout.one(x).copy()


def read_targets(
    value: Any, loss: str | None, mask: Any, layout: Layout, shape: tuple[int, int]
) -> Targets:
    """Return the targets of one sequence.

    Parameters
    ----------
    value : array
        Of every step, or of the last one alone: then without an axis of time.
    loss
        None: cross-entropy for whole numbers, else squared error.
    mask : array of bool, or None
        With an axis of time, as x has it.
    shape
        (T, K).

    Raises
    ------
    ValueError
        If the shape fits neither, or nothing is scored.
    """
    y = array_of("y", value)
    if loss is None:
        loss = "cross_entropy" if y.dtype.kind in "iu" else "squared_error"
    validation.choice("loss", loss, LOSSES)
    steps, outputs = shape
    own, scored = _laid_out(y, layout, steps, () if loss == "cross_entropy" else (outputs,))
    if mask is not None:
        scored = scored & _mask(mask, layout, steps)
    if loss == "cross_entropy":
        scored = scored & (own != IGNORED)
        own = np.where(own == IGNORED, 0, own)
    if not scored.any():
        raise ValueError("y must have at least one step that is scored, got none")
    return Targets(loss, own, scored)


def _laid_out(y: Array, layout: Layout, steps: int, end: tuple[int, ...]) -> tuple[Array, Array]:
    """Return the targets of one sequence, (T, 1, ...), and which steps they are of, (T, 1)."""
    whole = layout.shape(steps, layout.count) + end
    last = layout.shape(None, layout.count) + end
    # A single output often comes without an axis of its own.
    for values in [y, y[..., None]] if end == (1,) else [y]:
        if values.shape == whole:
            return layout.one(values).copy(), np.ones((steps, 1), bool)
        if values.shape == last:
            own = np.zeros((steps, 1, *end), y.dtype)
            own[-1, 0] = values if layout.count is None else values[layout.example]
            scored = np.zeros((steps, 1), bool)
            scored[-1] = True
            return own, scored
    kind = "numbers for squared_error" if end else "classes for cross_entropy"
    raise ValueError(
        f"y must be {kind} of the shape {whole}, or {last} for the last step alone; got {y.shape}"
    )


def _mask(value: Any, layout: Layout, steps: int) -> Array:
    mask = array_of("mask", value)
    if mask.dtype != np.bool_:
        raise ValueError(f"mask must be true or false (bool), got {mask.dtype}")
    validation.same_shape("mask", mask, layout.shape(steps, layout.count))
    return layout.one(mask)


def batch_of(x: Array, targets: Targets | None) -> Batch:
    """Return the sequence as the engine reads it."""
    if targets is None:
        nothing = np.zeros((len(x), 1), bool)
        return Batch(x=x, y=np.zeros((len(x), 1), np.intp), mask=nothing)
    return Batch(x=x, y=targets.y, mask=targets.mask)


def gradient_of(loss: Gradient, h: Array, layout: Layout) -> tuple[Array, float]:
    """Ask a user's own loss for dL/dh, (T, 1, H), and for its value: NaN if it gives none.

    Raises
    ------
    ValueError
        If what it returns does not fit.
    """
    theirs = layout.theirs(h)
    given, value = loss(theirs.copy()), math.nan
    if isinstance(given, tuple) and len(given) == 2:
        value, given = float(array_of("loss", given[0])), given[1]
    d_h = validation.numbers("dL/dh", array_of("dL/dh", given))
    validation.same_shape("dL/dh", d_h, theirs.shape, ", as the hidden states")
    return layout.ours(d_h), value


def input_labels(x: Array, names: Sequence[str] | None) -> tuple[str, ...]:
    """Return what a person reads of the inputs (T, 1, D) or (T, 1).

    The name of an id, or of the only input that is 1 where all others are 0; a single number; else
    nothing.
    """
    own = x[:, 0]
    if own.ndim == 1:
        return tuple(_name(names, int(each)) for each in own)
    if own.shape[1] == 1:
        return tuple(number(float(each)) for each in own[:, 0])
    hot = (own != 0).sum(axis=1)
    if ((own == 0) | (own == 1)).all() and (hot == 1).all():
        return tuple(_name(names, int(each)) for each in own.argmax(axis=1))
    return ("",) * len(own)


def target_labels(targets: Targets | None, names: Sequence[str], steps: int) -> tuple[str, ...]:
    """Return what a person reads of the targets; nothing where a step is not scored."""
    if targets is None:
        return ("",) * steps
    of_steps = zip(targets.y[:, 0], targets.mask[:, 0], strict=True)
    if targets.loss == "cross_entropy":
        return tuple(_name(names, int(y)) if scored else "" for y, scored in of_steps)
    return tuple(", ".join(number(float(n)) for n in y) if scored else "" for y, scored in of_steps)


def _name(names: Sequence[str] | None, index: int) -> str:
    return names[index] if names is not None and 0 <= index < len(names) else str(index)
