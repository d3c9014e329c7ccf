"""Networks and batches for the tests."""

import numpy as np

from rnnviz.engine import CELLS, Network
from rnnviz.engine.reference import Reference

RECURRENT = tuple(name for name, cell in CELLS.items() if cell.state_names)


def network(cell, layers=1, D=3, H=4, K=5, **settings):
    """Return a network whose biases are not zero and whose weights are all different."""
    net = Network(cell=cell, input_size=D, hidden_size=H, output_size=K, layers=layers, **settings)
    net.flat += np.random.default_rng(9).normal(0, 0.3, net.flat.shape)
    return net


def batch(net, T=5, B=2, seed=0, masked=False, loss="cross_entropy"):
    """Return x, y and a mask or None."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(T, B, net.input_size))
    y = generator.integers(0, net.output_size, (T, B))
    if loss == "squared_error":
        y = generator.normal(size=(T, B, net.output_size))
    mask = generator.random((T, B)) < 0.6
    mask[-1, 0] = True
    return x, y, mask if masked else None


def initial_state(net, B=2, seed=5):
    """Return a state that is not zero."""
    generator = np.random.default_rng(seed)
    names = ("h", "c") if net.cell == "lstm" else ("h",)
    return {name: generator.normal(size=(net.layers, B, net.hidden_size)) for name in names}


def reference_of(net, **settings):
    """Return the same network by its equations."""
    return Reference(net.cell, net.to_torch(), net.layers, **settings)


def relative(ours, theirs):
    """Return the largest difference over the largest entry."""
    scale = np.abs(theirs).max()
    difference = np.abs(np.asarray(ours) - theirs).max()
    return difference / scale if scale > 0 else difference
