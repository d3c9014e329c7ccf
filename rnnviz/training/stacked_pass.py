"""StackedPass: one iteration of several runs at once.

Drawing batches and keeping what was measured is done for each run, by its trainer. Everything
between is done for all together: forward, backward, accuracy, clipping, and the update.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.optim import StackedOptimizer
from rnnviz.engine.stacked import StackedNetworks
from rnnviz.tasks.task import Batch
from rnnviz.training.begun import Begun, Learned
from rnnviz.training.evaluate import finite_score
from rnnviz.training.trainer import Trainer
from rnnviz.training.updating import Clipping

#: Bound on the relative difference where sums are added up in another order: of the thousands of
#: terms of a gradient, each rounded.
_ROUNDING = {"float64": 1e-12, "float32": 1e-4}


def shared(trainer: Trainer) -> Hashable:
    """Return what must be the same in all runs of a pass, besides the architecture."""
    config, task = trainer.config, trainer.task
    return (
        config.batch_size,
        config.truncate,
        config.optimizer,
        trainer.network.interventions,
        task.loss,
        task.measure,
    )


class StackedPass:
    """Runs that are computed together: their networks in one pass, their updates in one go.

    Weights and moments are taken over by `begin`, and are in the trainers again after `finish`.
    Between the two, nobody else may change the runs.

    Parameters
    ----------
    trainers : sequence of Trainer
        With the same architecture, and the same of what `shared` returns.

    Attributes
    ----------
    deviation : float
        As in `Group`.
    """

    _optimizer: StackedOptimizer
    _clipping: Clipping
    _rates: list[float]

    def __init__(self, trainers: Sequence[Trainer]) -> None:
        self.trainers = tuple(trainers)
        self._networks = StackedNetworks([trainer.network for trainer in trainers])
        first = trainers[0].task
        self._same_task = all(trainer.task == first for trainer in trainers)
        self.deviation = self._measured_deviation()

    def begin(self) -> None:
        """Take over weights, optimisers and settings as they are now."""
        self._networks.take()
        self._optimizer = StackedOptimizer([who.updater.optimizer for who in self.trainers])
        self._clipping = Clipping([who.config for who in self.trainers])
        self._rates = [who.config.learning_rate for who in self.trainers]

    def finish(self) -> None:
        """Give weights and moments back to all runs that go on."""
        for place, trainer in enumerate(self.trainers):
            if trainer.diverged is None:
                self._give_back(place)

    def iterate(self) -> None:
        """Do one iteration of every run; one that diverges has the state before it, as alone."""
        begun = [trainer.begin() for trainer in self.trainers]
        batches = [each.batch for each in begun]
        if not _fit(batches):
            return self._one_by_one(begun)
        batch = _joined(batches)
        with np.errstate(all="ignore"):
            losses = self._learn(batch)
            accuracies = self._accuracies(batch, batches)
            norms, clipped = self._clipping.clip(self._networks.flat_gradients)
        numbers = (values.tolist() for values in (losses, accuracies, norms, clipped))
        learned = [Learned(*each) for each in zip(*numbers, strict=True)]
        going = [
            self._accept(place, each, measured)
            for place, (each, measured) in enumerate(zip(begun, learned, strict=True))
        ]
        self._update(going)
        for place, trainer in enumerate(self.trainers):
            if going[place]:
                if begun[place].traced:
                    self._networks.give_back(place)
                trainer.end(begun[place], learned[place])
        return None

    def _learn(self, batch: Batch) -> NDArray[np.float64]:
        trainer = self.trainers[0]
        return self._networks.learn(
            batch.x,
            batch.y,
            batch.mask,
            loss=trainer.task.loss,
            truncate=trainer.config.truncate,
            answering=batch.answering,
        )

    def _accept(self, place: int, begun: Begun, learned: Learned) -> bool:
        """Let a trainer decide whether its weights may be updated."""
        finite = math.isfinite(learned.loss) and math.isfinite(learned.gradient_norm)
        if begun.needs_state or not finite:
            self._give_back(place)
        return self.trainers[place].accept(begun, learned)

    def _update(self, going: Sequence[bool]) -> None:
        """Update the weights of the runs that go on."""
        networks = self._networks
        if all(going):
            self._optimizer.step(networks.flat, networks.flat_gradients, self._rates)
            return
        for place, trainer in enumerate(self.trainers):
            if going[place]:
                self._give_back(place)
                np.copyto(trainer.network.flat_gradients, networks.flat_gradients[place])
                trainer.updater.step()
        # The group makes another pass, without those that have diverged; this one stays usable.
        self.begin()

    def _give_back(self, place: int) -> None:
        self._networks.give_back(place)
        self._optimizer.give_back(place)

    def _one_by_one(self, begun: Sequence[Begun]) -> None:
        """Complete an iteration whose batches are too different for one pass."""
        self.finish()
        for trainer, each in zip(self.trainers, begun, strict=True):
            trainer.complete(each)
        self.begin()

    def _accuracies(self, batch: Batch, batches: Sequence[Batch]) -> NDArray[np.float64]:
        """Return the accuracy of each run on its own batch, (R,)."""
        R, measure = len(batches), self.trainers[0].task.measure
        if measure != "accuracy":
            return np.full(R, math.nan)
        outputs = self._networks.outputs
        found = self._at_once(outputs, batch) if self._same_task else None
        if found is not None:
            return found
        own = np.split(outputs, R, axis=1)
        return np.array(
            [
                finite_score(of_one, replace(each, mask=trainer.task.knowable(each)), measure)
                for of_one, each, trainer in zip(own, batches, self.trainers, strict=True)
            ]
        )

    def _at_once(self, outputs: NDArray[np.floating], batch: Batch) -> NDArray[np.float64] | None:
        """Return the accuracies from the joined batch; None where each has to be asked alone."""
        if not np.isfinite(outputs).all():
            return None
        R, steps = len(self.trainers), len(batch.y)
        right = (outputs.argmax(axis=2) == batch.y).reshape(steps, R, -1)
        known = self.trainers[0].task.knowable(batch)
        if known is None:
            return _share(right, np.full(R, right.size // R))
        known = known.reshape(right.shape)
        counts = np.count_nonzero(known, axis=(0, 2))
        if not counts.all():
            return None
        return _share(right & known, counts)

    def _measured_deviation(self) -> float:
        """Compare gradients with those of copies alone, on batches that training does not use.

        What differs is the order of sums, which depends on shapes alone: so three runs are enough.
        """
        generator = np.random.default_rng(0)
        batches = [who.task.sample(generator, who.config.batch_size) for who in self.trainers]
        if not _fit(batches):
            return 0.0
        with np.errstate(all="ignore"):
            losses = self._learn(_joined(batches))
        differences = [
            self._difference(place, batches[place], losses[place])
            for place in sorted({0, len(batches) // 2, len(batches) - 1})
        ]
        if not any(differences):
            return 0.0
        return max(_ROUNDING[self.trainers[0].config.dtype], 10 * max(differences))

    def _difference(self, place: int, batch: Batch, loss: float) -> float:
        """Return the relative difference of one network's loss and gradient from those alone."""
        trainer = self.trainers[place]
        alone, own = trainer.network.copy(), self._networks.flat_gradients[place]
        theirs = alone.learn(
            batch.x,
            batch.y,
            batch.mask,
            loss=trainer.task.loss,
            truncate=trainer.config.truncate,
            answering=batch.answering,
        )
        if theirs == loss and np.array_equal(alone.flat_gradients, own, equal_nan=True):
            return 0.0
        scale = float(np.abs(alone.flat_gradients).max())
        of_gradient = float(np.abs(alone.flat_gradients - own).max()) / (scale or 1.0)
        return max(of_gradient, abs(theirs - loss) / (abs(theirs) or 1.0))


def _share(right: NDArray[np.bool_], counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how many are right, (T, R, B), of so many, (R,)."""
    shares: NDArray[np.float64] = np.count_nonzero(right, axis=(0, 2)) / counts
    return shares


def _fit(batches: Sequence[Batch]) -> bool:
    """Tell whether batches can be put side by side."""
    first = batches[0]
    return all(
        batch.x.shape == first.x.shape and batch.answering == first.answering for batch in batches
    )


def _joined(batches: Sequence[Batch]) -> Batch:
    """Put batches side by side, (T, R B)."""
    masks = [batch.mask for batch in batches]
    mask = None
    if any(each is not None for each in masks):
        scored = (
            np.ones(batch.y.shape[:2], bool) if own is None else own
            for batch, own in zip(batches, masks, strict=True)
        )
        mask = np.concatenate(list(scored), axis=1)
    x = np.concatenate([batch.x for batch in batches], axis=1)
    y = np.concatenate([batch.y for batch in batches], axis=1)
    return Batch(x, y, mask, batches[0].answering)
