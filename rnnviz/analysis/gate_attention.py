"""The attention hidden in a gate: the state as a weighted sum of its own past candidates.

Levy, Lee, FitzGerald and Zettlemoyer (2018), "Long Short-Term Memory as a Dynamically Computed
Element-wise Weighted Sum". An LSTM's `c_t = f_t c_{t-1} + i_t g_t`, written out for each unit, is::

    c_t = sum_s A_ts g_s        A_ts = f_t f_{t-1} ... f_{s+1} i_s

and likewise a GRU's h_t with z, and 1 - z. It is the same number, not an estimate: the weights are
made of the recorded gates, and follow from the cell's `formulas`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import CellSpec, Silence, spec_of
from rnnviz.engine.cells.spec import Factor
from rnnviz.engine.interventions import of_layer, units_of
from rnnviz.recording.trace import Trace

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class HiddenAttention:
    """What a direct path consists of.

    Parameters
    ----------
    state
        Letter of the state that is the sum.
    candidate
        Letter of what is summed.
    kept, taken : array, (T, H)
        Factor of the state before, and of the candidate, at each step.
    """

    state: str
    candidate: str
    kept: Numbers
    taken: Numbers

    def rows(self) -> Iterator[Numbers]:
        """Yield for each step t the weights of all steps s, (T, H); 0 for s > t."""
        row = np.zeros_like(self.kept)
        for step, (kept, taken) in enumerate(zip(self.kept, self.taken, strict=True)):
            with np.errstate(under="ignore"):
                row[:step] *= kept
            row[step] = taken
            yield row

    def weights(self, unit: int | None = None) -> Numbers:
        """Return the weights of one unit, or their mean over all units, (T, T).

        Row t over the steps s. Rows of a GRU add up to 1 minus what is left of the state before the
        first step, those of an LSTM to anything.
        """
        rows = (row.mean(axis=1) if unit is None else row[:, unit].copy() for row in self.rows())
        return np.array(list(rows))


def hidden_attention(trace: Trace, layer: int = -1) -> HiddenAttention | None:
    """Find the attention in the direct path of a layer; None where its cell has none."""
    spec = spec_of(trace.cell)
    if spec.valve is None or spec.belt is None:
        return None
    past, new = _products(spec, spec.belt)
    candidate = next(each.letter for each in new if _is_candidate(spec, each))
    now = {letter: np.asarray(values, np.float64) for letter, values in _recorded(trace, layer)}
    ones = np.ones_like(now["h"])
    kept = ones * _value([each for each in past if each.part != "before"], now)
    taken = ones * _value([each for each in new if not _is_candidate(spec, each)], now)
    if trace.answering is not None and trace.answering.from_zero:
        kept[trace.answering.first] = 0
    if spec.belt == "h":  # what is silenced is 0 after every step, whatever its gates say
        silent = _silent(trace, layer)
        kept[:, silent] = taken[:, silent] = 0
    return HiddenAttention(spec.belt, candidate, kept, taken)


def _recorded(trace: Trace, layer: int) -> Iterator[tuple[str, NDArray[np.floating]]]:
    yield from trace.layers[trace.number_of(layer)].quantities().items()


def _products(spec: CellSpec, belt: str) -> tuple[tuple[Factor, ...], tuple[Factor, ...]]:
    """Return the product of the state with what is kept of it, and that of the candidate."""
    products = spec.formulas[belt]
    past = next(each for each in products if Factor("before", belt) in each)
    return past, next(each for each in products if each is not past)


def _is_candidate(spec: CellSpec, factor: Factor) -> bool:
    return factor.part == "now" and spec.quantity(factor.letter).range == "signed"


def _value(factors: list[Factor], now: dict[str, Numbers]) -> Numbers | float:
    value: Numbers | float = 1.0
    for factor in factors:
        value = value * factor.of(now, {})
    return value


def _silent(trace: Trace, layer: int) -> list[int]:
    items = of_layer(trace.interventions, trace.number_of(layer))
    H = trace.layers[trace.number_of(layer)].h.shape[1]
    silent = [item for item in items if isinstance(item, Silence)]
    return sorted({int(unit) for item in silent for unit in units_of(item, H)})
