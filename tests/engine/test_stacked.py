"""Networks computed in one pass have the numbers that each has alone."""

import numpy as np
import pytest

from rnnviz.engine import CELLS, Hold, ShiftForgetBias, Silence
from rnnviz.engine.answering import Answering
from rnnviz.engine.stacked import StackedNetworks

from .batches import batch, network

R = 3


def check(make, masks=False, loss="cross_entropy", B=2, T=6, ids=False, tolerance=0.0, **settings):
    """Compare one pass over R networks with R passes, each of a network alone."""
    networks = [make() for _ in range(R)]
    generator = np.random.default_rng(3)
    for each in networks:
        each.flat += generator.normal(0, 0.2, each.flat.shape)
    batches = [
        batch(each, T=T, B=B, seed=n, masked=masks, loss=loss) for n, each in enumerate(networks)
    ]
    if ids:
        batches = [(generator.integers(0, 3, (T, B)), y, mask) for _, y, mask in batches]
    stacked = StackedNetworks(networks)
    x, y = (np.concatenate([each[part] for each in batches], axis=1) for part in (0, 1))
    mask = np.concatenate([each[2] for each in batches], axis=1) if masks else None
    losses = stacked.learn(x, y, mask, loss, **settings)
    for place, (each, (x, y, mask)) in enumerate(zip(networks, batches, strict=True)):
        alone = each.learn(x, y, mask, loss, **settings)
        np.testing.assert_allclose(losses[place], alone, rtol=tolerance, atol=0)
        own = stacked.outputs[:, place * B : (place + 1) * B]
        np.testing.assert_allclose(own, each.outputs, rtol=tolerance, atol=tolerance)
        scale = np.abs(each.flat_gradients).max()
        np.testing.assert_allclose(
            stacked.flat_gradients[place], each.flat_gradients, rtol=0, atol=tolerance * scale
        )


VARIANTS = [(cell, {}) for cell in CELLS if CELLS[cell].stacks]
VARIANTS += [
    ("gru", {"reset": "before"}),
    ("lstm", {"peephole": True}),
    ("lstm", {"coupled": True}),
]
VARIANTS += [("lstm", {"peephole": True, "coupled": True}), ("mlp", {"window": 3})]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("cell", "settings"), VARIANTS)
def test_every_cell_gives_in_one_pass_the_bits_that_it_gives_alone(cell, settings, dtype):
    check(lambda: network(cell, layers=2, dtype=dtype, **settings), masks=True)
    check(lambda: network(cell, dtype=dtype, **settings), B=1, T=20)
    check(lambda: network(cell, H=16, dtype=dtype, **settings), B=20, loss="squared_error")


def test_what_networks_share_acts_on_each():
    def held():
        net = network("lstm", layers=2)
        net.intervene(Hold("f", 0.5, layer=0), Silence((1,)), ShiftForgetBias(1.5))
        return net

    check(held, truncate=2)
    check(lambda: network("gru"), answering=Answering(3, from_zero=True))
    check(lambda: network("lstm", embedding_size=4), ids=True)


def test_a_single_sequence_with_many_classes_is_equal_up_to_rounding():
    """NumPy adds up the classes of one column in pairs, and those of several in a row."""
    check(lambda: network("lstm", K=12), B=1, tolerance=1e-12)


def test_networks_that_are_not_alike_are_refused():
    with pytest.raises(ValueError, match="at least 1 is expected, got none"):
        StackedNetworks([])
    held = network("lstm")
    held.intervene(Hold("f", 1.0))
    for other in (network("gru"), network("lstm", H=5), held):
        with pytest.raises(ValueError, match="same architecture and interventions"):
            StackedNetworks([network("lstm"), other])
    with pytest.raises(ValueError, match="can't be stacked"):
        StackedNetworks([network("lstm", attention="dot")])
