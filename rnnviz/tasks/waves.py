"""A wave: predict its height a few steps ahead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks import memoryless
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch, Loss


@dataclass(frozen=True)
class Waves(Generated):
    """Given a wave step by step, predict at each step its height `ahead` steps later.

    Heights are in -1..1. Each sequence starts at a random phase. Noise is added to the inputs, not
    to the target. The first period is not scored, because nothing in it tells where a square wave
    will jump. Tasks of this kind are as old as the field; the sine is that of Jaeger (2001), "The
    echo state approach", section 3.

    Parameters
    ----------
    shape
        `sine`; `saw` rises and falls back; `square` jumps; `composite` is two thirds of a sine and
        one third of its third harmonic.
    period
        Steps of one period, 3..100.
    ahead
        How many steps ahead, 1..100.
    noise
        Standard deviation of the noise, 0..1.
    length
        Number of time steps T, 4..300; must be above the period.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    shape: str = "sine"
    period: int = 12
    ahead: int = 2
    noise: float = 0.0
    length: int = 30

    key: ClassVar[str] = "waves"
    title: ClassVar[str] = "Waves"
    teaches: ClassVar[str] = (
        "One height does not tell whether a sine is rising or falling: to predict it, a network "
        "must remember, and with noise also average."
    )
    difficulty: ClassVar[str] = "ahead"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("shape", "Shape", str, shape,
              "Sine, saw and square have one hump per period; composite adds a faster sine.",
              choices=("sine", "saw", "square", "composite"), short="shape"),
        Field("period", "Period", int, period, "Number of steps after which the wave repeats.",
              low=3, high=100, short="period"),
        Field("ahead", "Steps ahead", int, ahead, "How many steps ahead the height is predicted.",
              low=1, high=100, short="ahead"),
        Field("noise", "Noise", float, noise,
              "Standard deviation of the noise on each height seen; the target has none.",
              low=0.0, high=1.0, short="noise"),
        length_field(length, 4, 300, "Number of steps in one sequence; more than the period."),
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.length <= self.period:
            raise ValueError(
                f"length must be above the period of {self.period}, because the first period is "
                f"not scored, got {self.length}"
            )

    @property
    def loss(self) -> Loss:
        """The targets are numbers."""
        return "squared_error"

    @property
    def solved(self) -> float:
        """Mean squared error of 0.01, plus half of the noise's variance."""
        return 0.01 + self.noise**2 / 2

    @property
    def input_names(self) -> tuple[str, ...]:
        """One number."""
        return ("height",)

    @property
    def output_labels(self) -> tuple[str, ...]:
        """One number."""
        return (f"height {self.ahead} later",)

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        noisy = f", with noise of {self.noise:g}" if self.noise else ""
        steps = "step" if self.ahead == 1 else "steps"
        needs = "Earlier heights must be remembered: the current one is not enough."
        if self.memoryless <= self.solved:
            needs = "Here the current height is enough: no memory is needed."
        return (
            f"A {self.shape} wave with a period of {self.period} steps comes in{noisy}. At each "
            f"step the network predicts its height {self.ahead} {steps} later. {needs} The first "
            "period is not scored."
        )

    @cached_property
    def memoryless(self) -> float:
        """Least error of a function of the current height, measured on many sequences."""
        return memoryless.least_error(self.sample(np.random.default_rng(0), 1000))

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw a start in the period for each sequence, and the noise."""
        heights = self._heights(generator.random(batch_size))
        x, y = heights[: self.length].copy(), heights[self.ahead :]
        if self.noise:
            x += self.noise * generator.standard_normal(x.shape)
        mask = np.ones((self.length, batch_size), dtype=bool)
        mask[: self.period] = False
        return Batch(x[:, :, None], y[:, :, None], mask)

    def symbols(self) -> pd.DataFrame:
        """Return an empty table: there are numbers, no symbols."""
        return super().symbols().iloc[:0]

    def _heights(self, start: NDArray[np.float64]) -> NDArray[np.float64]:
        """(T + ahead, B): heights from each starting phase, a share of the period."""
        share = self._shares + start
        if self.shape == "sine":
            return np.sin(2 * np.pi * share)
        if self.shape == "composite":
            angle = 2 * np.pi * share
            return (2 * np.sin(angle) + np.sin(3 * angle)) / 3
        within = share % 1.0
        return 2 * within - 1 if self.shape == "saw" else np.where(within < 0.5, 1.0, -1.0)

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        """(T + ahead, 1); reduced to one period, so that every period is the same to the bit."""
        return (np.arange(self.length + self.ahead) % self.period / self.period)[:, None]

    def _name(self, batch: Batch) -> str:
        first, second = batch.x[:2, 0, 0]
        return f"starts at {first:.2f}, {'rising' if second > first else 'falling or flat'}"

    def _read_inputs(self, batch: Batch) -> list[tuple[str, ...]]:
        return [tuple(f"{height:.2f}" for height in row) for row in batch.x[:, :, 0].T]

    def _read_targets(self, batch: Batch) -> list[tuple[str, ...]]:
        heights = batch.y[:, :, 0].astype(np.float64)
        scored = batch.mask if batch.mask is not None else np.ones(heights.shape, dtype=bool)
        return [
            tuple(f"{height:.2f}" if counts else "" for height, counts in zip(*row, strict=True))
            for row in zip(heights.T, scored.T, strict=True)
        ]
