"""Several networks of one architecture, with weights of their own, computed in one pass.

A small network spends most of its time on calls. Here one call acts on R networks: every block of
a time step has R B columns, B of each network in turn, and only products know whose column is whose
(products.py). Each number is computed by the same operations in the same order as in the network
alone, so that the results are equal to the bit wherever the matrix library adds up a product in one
order, whatever the memory layout; where it does not, they are equal up to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.answering import Answering
from rnnviz.engine.layout import Layout, views
from rnnviz.engine.losses import Mask, Targets
from rnnviz.engine.network import Network
from rnnviz.engine.products import Array
from rnnviz.engine.unrolled import Unrolled


class StackedNetworks:
    """R networks that are trained on batches of their own in one pass.

    The networks themselves stay as they are until `give_back`.

    Parameters
    ----------
    networks : sequence of Network
        Of the same architecture, with the same interventions.

    Attributes
    ----------
    flat, flat_gradients : array, (R, P)
        Weights and gradients; a row for each network.

    Raises
    ------
    ValueError
        If there are none, they differ in architecture or interventions, or they can't be stacked:
        with attention, or with a cell that does not say that it can.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = tuple(networks)
        if not self._networks:
            raise ValueError("networks to be stacked: at least 1 is expected, got none")
        first = self._networks[0]
        architecture = first.architecture
        if not architecture.stacks:
            raise ValueError(f"networks of this kind can't be stacked, got {architecture}")
        for network in self._networks:
            same = network.architecture == architecture
            if not (same and network.interventions == first.interventions):
                raise ValueError(
                    "networks to be stacked must have the same architecture and interventions"
                )
        self._architecture, self._interventions = architecture, first.interventions
        self._shift = first.shift
        index = views(np.arange(first.flat.size), architecture.shapes())
        R = len(self._networks)
        self._layout = Layout(architecture.plans(index), first.dtype, R)
        self.flat: Array = np.stack([network.flat for network in self._networks])
        self.flat_gradients: Array = np.zeros_like(self.flat)
        self._unrolled: dict[tuple[int, int, int | None], Unrolled] = {}
        self._last: Unrolled

    def take(self) -> None:
        """Take over the weights of all networks as they are now."""
        np.stack([network.flat for network in self._networks], out=self.flat)

    def learn(
        self,
        x: Array,
        y: Targets,
        mask: Mask | None = None,
        loss: str = "cross_entropy",
        truncate: int | None = None,
        answering: Answering | None = None,
    ) -> NDArray[np.float64]:
        """Compute the loss of each network on its own batch, and its gradient.

        Fills `flat_gradients`; the weights do not change. Infinite losses or gradients are returned
        as they are, and do not touch the other networks.

        Parameters
        ----------
        x, y, mask, loss, truncate, answering
            As in `Network.learn`, with R B sequences: B of the first network, and so on.

        Returns
        -------
        array of float64, (R,)

        Raises
        ------
        ValueError
            As `Network.learn`; neither weights nor gradients are changed then.
        """
        first, R = self._networks[0], len(self._networks)
        x, y, mask = first.checked(x, y, mask, loss, truncate, answering)
        with np.errstate(all="ignore"):
            weights = self.flat if self._shift is None else self.flat + self._shift
            self._layout.refresh(weights)
            unrolled = self._buffers(len(x), x.shape[1] // R, first.zero_before(answering))
            unrolled.forward(x, None, answering)
            losses = unrolled.losses(loss, y, mask, R)
            unrolled.backward(truncate)
            unrolled.weight_gradients()
            self._layout.gather(self.flat_gradients)
        self._last = unrolled
        return losses

    @property
    def outputs(self) -> Array:
        """Outputs of the last `learn`, (T, R B, K): a view, valid until the next."""
        return self._last.outputs.transpose(0, 2, 1)

    def give_back(self, place: int) -> None:
        """Write the weights of one network back to it."""
        np.copyto(self._networks[place].flat, self.flat[place])

    def _buffers(self, steps: int, batch: int, first: int | None) -> Unrolled:
        """Return the buffers for batches of T steps of B sequences; only the last ones are kept."""
        key = (steps, batch, first)
        if key not in self._unrolled:
            self._unrolled.clear()
            unrolled = self._architecture.unroll(self._layout.weights, *key, len(self._networks))
            unrolled.intervene(self._interventions)
            self._unrolled[key] = unrolled
        return self._unrolled[key]
