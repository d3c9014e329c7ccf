"""Small traces with numbers that are known, for the tests of every floor above the engine."""

from __future__ import annotations

import numpy as np

from rnnviz.engine import AttentionTrace
from rnnviz.recording import LayerTrace, Trace


def make_trace(
    iteration: int = 0,
    cell: str = "lstm",
    steps: int = 4,
    units: int = 3,
    classes: int = 2,
    attention: np.ndarray | None = None,
) -> Trace:
    """Make a trace whose arrays hold small counting numbers; every array is different.

    `attention` are its weights, (T, T).
    """
    letters = {"lstm": "figo", "gru": "rzn"}.get(cell, "")
    shape = (steps, units)
    count = np.arange(steps * units, dtype=float).reshape(shape) + 1

    def counting(scale: float) -> np.ndarray:
        return count * scale / count.size

    has_cell_state = cell == "lstm"
    layer = LayerTrace(
        gates={letter: counting(0.9 - 0.1 * place) for place, letter in enumerate(letters)},
        h=counting(0.5),
        c=counting(2.0) if has_cell_state else None,
        d_h=counting(0.1),
        d_c=counting(0.2) if has_cell_state else None,
        last_d_h=counting(0.01),
        last_d_c=counting(0.02) if has_cell_state else None,
    )
    outputs = np.tile(np.arange(classes, dtype=float), (steps, 1))
    exponentials = np.exp(outputs)
    return Trace(
        iteration=iteration,
        cell=cell,
        input_labels=tuple(f"in {t}" for t in range(steps)),
        target_labels=tuple(f"out {t}" for t in range(steps)),
        output_labels=tuple(f"class {k}" for k in range(classes)),
        scored=np.ones(steps, dtype=bool),
        inputs=np.eye(steps, classes),
        targets=np.full(steps, classes - 1),
        outputs=outputs,
        probabilities=exponentials / exponentials.sum(axis=1, keepdims=True),
        loss=0.5,
        d_x=np.zeros((steps, classes)),
        layers=(layer,),
        weights=np.zeros(3),
        attending=None if attention is None else attending(attention, layer),
    )


def attending(weights: np.ndarray, layer: LayerTrace) -> AttentionTrace:
    """Return what attention computes with these weights; its gradients are counting numbers."""
    zeros = np.zeros_like(layer.h)
    return AttentionTrace(
        weights=weights,
        scores=np.log(np.where(weights > 0, weights, 1)),
        sums=weights @ layer.h,
        d_scores=np.zeros_like(weights),
        d_sums=layer.d_h,
        own=layer.d_h,
        later=zeros,
        last_own=layer.last_d_h,
        last_later=zeros,
        sent=np.tril(np.arange(1.0, weights.size + 1).reshape(weights.shape)) / weights.size,
    )
