"""One unit at one time step, and the numbers around it that its equations need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.equations.parts import Term, WeightedSum
from rnnviz.engine import CellSpec, Hold, ShiftForgetBias, Silence
from rnnviz.engine.architecture import Architecture
from rnnviz.engine.interventions import of_layer, units_of
from rnnviz.engine.layout import views
from rnnviz.recording import LayerTrace, Trace
from rnnviz.recording.trace import Array

#: So many times the precision of a number, of the size of all that is added up, is what a few sums
#: in turn may be off. They have up to 500 terms, but the errors have both signs.
_ROUNDINGS = 32


@dataclass(frozen=True)
class Where:
    """Which unit of which layer at which time step; all count from 0."""

    layer: int
    unit: int
    step: int


@dataclass(frozen=True)
class Place:
    """One unit at one time step of a trace.

    Parameters
    ----------
    parameters : dict of array
        Weights of the trace by PyTorch's names.
    """

    trace: Trace
    architecture: Architecture
    layer: int
    unit: int
    step: int
    input_names: tuple[str, ...]
    parameters: dict[str, Array]

    @classmethod
    def of(
        cls, trace: Trace, architecture: Architecture, where: Where, input_names: tuple[str, ...]
    ) -> Place:
        """Look at a place of a trace; `ValueError` if there is no such one."""
        for name, found, count in (
            ("layer", where.layer, architecture.recorded_layers),
            ("unit", where.unit, architecture.hidden_size),
            ("step", where.step, trace.steps),
        ):
            if not 0 <= found < count:
                raise ValueError(f"{name} must be 0..{count - 1}, got {found}")
        parameters = views(trace.weights, architecture.shapes())
        at = (where.layer, where.unit, where.step)
        return cls(trace, architecture, *at, input_names, parameters)

    def at(self, *, layer: int | None = None, step: int | None = None) -> Place:
        """Look at another layer or time step."""
        return replace(
            self,
            layer=self.layer if layer is None else layer,
            step=self.step if step is None else step,
        )

    def rounding(self, *sizes: SupportsFloat) -> float:
        """Return by how much the network's rounding may change sums of numbers of these sizes."""
        precision = float(np.finfo(self.own.h.dtype).eps)
        return _ROUNDINGS * precision * sum(float(size) for size in sizes)

    @property
    def own(self) -> LayerTrace:
        """What this layer computed."""
        return self.trace.layers[self.layer]

    @property
    def spec(self) -> CellSpec:
        """What the cell says about itself."""
        return self.architecture.cell_type.spec

    @property
    def is_top(self) -> bool:
        """Whether the readout stands above this layer, and not another layer."""
        return self.layer >= self.architecture.number_of(-1)

    @property
    def reads_backward(self) -> bool:
        """Whether the layer reads the sequence from its end."""
        return self.architecture.reads_backward(self.layer)

    @property
    def input_step(self) -> int:
        """Which step of the sequence is read: in a backward layer counted from the end."""
        return self.trace.steps - 1 - self.step if self.reads_backward else self.step

    @property
    def column(self) -> int:
        """Place of the unit among those that the layer above, or the readout, sees."""
        return self.unit + self.reads_backward * self.architecture.hidden_size

    @property
    def name(self) -> str:
        """What a person calls the layer."""
        return self.architecture.layer_names[self.layer]

    def across(self, layer: int) -> Place:
        """Look at another layer where it reads, or has read, the same step of the sequence."""
        there = self.at(layer=layer)
        turned = there.reads_backward != self.reads_backward
        return there.at(step=self.trace.steps - 1 - self.step) if turned else there

    @property
    def above(self) -> tuple[Place, ...]:
        """The layers that read this one, in both directions where there are two."""
        directions = self.architecture.directions
        first = (self.layer // directions + 1) * directions
        return tuple(self.across(first + way) for way in range(directions))

    @property
    def below(self) -> tuple[Place, ...]:
        """The layers that this one reads; none for the lowest."""
        directions = self.architecture.directions
        first = (self.layer // directions - 1) * directions
        return tuple(self.across(first + way) for way in range(directions)) if first >= 0 else ()

    @property
    def gradient_comes_back(self) -> bool:
        """Whether a gradient comes from the next time step: there is one, and it is not cut."""
        later, k = self.step + 1, self.trace.truncate
        has_memory = self.spec.is_recurrent and later != self.cut
        return has_memory and later < self.trace.steps and (k is None or later % k != 0)

    @property
    def cut(self) -> int | None:
        """The step before which every state is replaced by 0; None where there is none."""
        answering = self.trace.answering
        return answering.first if answering is not None and answering.from_zero else None

    @property
    def starts(self) -> str:
        """Say where this step starts from a state of 0; "" where it does not."""
        if self.step == 0:
            return "at the first step"
        return "where answers start from zero" if self.step == self.cut else ""

    def values(self, letter: str) -> Array:
        """Return a recorded quantity of all units at this step, (H,)."""
        found: Array = self.own.quantities()[letter][self.step]
        return found

    def before(self, letter: str) -> Array:
        """Return the state of all units that the step starts from, (H,): 0 at the first."""
        if self.starts:
            return np.zeros_like(self.values(letter))
        return self.at(step=self.step - 1).values(letter)

    def value(self, letter: str) -> float:
        """Return a recorded quantity of the unit."""
        return float(self.values(letter)[self.unit])

    def value_before(self, letter: str) -> float:
        """Return a state of the unit after the step before."""
        return float(self.before(letter)[self.unit])

    def weights(self, name: str) -> Array:
        """Return a parameter of this layer by its name without the layer."""
        return self.parameters[f"{name}{self.architecture.suffix(self.layer)}"]

    def row(self, block: int) -> int:
        """Return the row of the unit in the weights of a gate, given by its place among them."""
        return block * self.architecture.hidden_size + self.unit

    def sum_of_inputs(self, block: int) -> WeightedSum:
        """Weigh what comes into the layer, for one gate of the unit."""
        weights = self.weights("weight_ih")[self.row(block)]
        terms = [
            Term.of("x", name, weight, value)
            for (name, value), weight in zip(self._inputs(), weights, strict=True)
        ]
        return WeightedSum.of(terms, self._bias("bias_ih", block))

    def sum_of_memory(self, block: int) -> WeightedSum:
        """Weigh the hidden state of the step before, for one gate of the unit."""
        weights = self.weights("weight_hh")[self.row(block)]
        terms = [
            Term.of("h", f"unit {number}", weight, value)
            for number, (weight, value) in enumerate(zip(weights, self.before("h"), strict=True))
        ]
        return WeightedSum.of(terms, self._bias("bias_hh", block))

    def sum_of_both(self, block: int) -> WeightedSum:
        """Weigh inputs and memory together, for one gate of the unit."""
        x, h = self.sum_of_inputs(block), self.sum_of_memory(block)
        biases = {**x.biases, **h.biases}
        if shift := self.shift(block):
            biases["shift of the forget bias (intervention)"] = shift
        return WeightedSum.of((*x.terms, *h.terms), biases)

    def shift(self, block: int) -> float:
        """Return what an intervention adds to the bias of a gate."""
        cell = self.architecture.cell_type
        forget = cell.spec.forget_gate
        if not forget or block != cell.weight_gates.index(forget):
            return 0.0
        items = of_layer(self.trace.interventions, self.layer)
        return float(sum(item.amount for item in items if isinstance(item, ShiftForgetBias)))

    def sigmoid(self, a: float) -> float:
        """Squash as the engine does, digit by digit, where rounding leaves few: near 0 and 1."""
        half = self.trace.h.dtype.type(0.5)
        return float(half * np.tanh(half * self.trace.h.dtype.type(a)) + half)

    def tanh(self, a: float) -> float:
        """Squash in the precision of the network."""
        return float(np.tanh(self.trace.h.dtype.type(a)))

    def held_at(self, gate: str) -> float | None:
        """Return what an intervention holds a gate of the unit at, None if none does."""
        held = [
            item.value
            for item in of_layer(self.trace.interventions, self.layer)
            if isinstance(item, Hold) and item.gate == gate and self.unit in self._units(item)
        ]
        return float(self.trace.h.dtype.type(held[-1])) if held else None

    def held(self, gate: str) -> NDArray[np.bool_]:
        """Tell of which units a gate is held, (H,)."""
        return self._meets(Hold, gate)

    def silent(self) -> NDArray[np.bool_]:
        """Tell which units are silenced, (H,)."""
        return self._meets(Silence)

    @property
    def is_silent(self) -> bool:
        """Whether the unit is silenced."""
        return bool(self.silent()[self.unit])

    def _meets(self, kind: type[Hold | Silence], gate: str = "") -> NDArray[np.bool_]:
        met = np.zeros(self.architecture.hidden_size, dtype=bool)
        for item in of_layer(self.trace.interventions, self.layer):
            if isinstance(item, Hold | Silence) and isinstance(item, kind):
                if isinstance(item, Hold) and item.gate != gate:
                    continue
                met[self._units(item)] = True
        return met

    def _units(self, item: Hold | Silence) -> NDArray[np.intp]:
        return units_of(item, self.architecture.hidden_size)

    def _bias(self, name: str, block: int) -> dict[str, float]:
        """Return one of the two biases; the baseline without memory has only that of the input."""
        label = {"bias_ih": "input bias", "bias_hh": "recurrent bias"}[name]
        return {label: float(self.weights(name)[self.row(block)])}

    def _inputs(self) -> Iterator[tuple[str, float]]:
        """Name what comes into the layer at this step."""
        if self.below:
            for place in self.below:
                for number, value in enumerate(place.values("h")):
                    yield f"unit {number}, {place.name}", float(value)
            return
        window = self.architecture.window
        for late in reversed(range(window)):
            then = "" if late == 0 else f", {late} steps ago" if late > 1 else ", 1 step ago"
            for name, value in zip(
                self._names(), self._features(self.input_step - late), strict=True
            ):
                yield f"{name}{then}", float(value)

    def _features(self, step: int) -> Array:
        """Return the numbers that a time step brings; 0 before the start."""
        if step < 0:
            return np.zeros(self.architecture.features, self.trace.weights.dtype)
        given: Array = self.trace.inputs[step]
        if not self.architecture.ids:
            return given
        looked_up: Array = self.parameters["embedding.weight"][given]
        return looked_up

    def _names(self) -> list[str]:
        features = self.architecture.features
        if self.architecture.ids:
            return [f"number {number} of its vector" for number in range(features)]
        if len(self.input_names) == features:
            return list(self.input_names)
        return [f"input {number}" for number in range(features)]
