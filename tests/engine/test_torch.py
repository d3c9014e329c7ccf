"""The engine against stored values of PyTorch's autograd, and live where PyTorch is installed."""

import functools
import importlib.util

import numpy as np
import pytest

from rnnviz.engine import Network, clip_by_norm, make_optimizer
from tests.engine import make_torch_values as made
from tests.engine.batches import relative

TOLERANCE = {"float64": 1e-10, "float32": 2e-5}


@functools.cache
def stored(kind, cell):
    with np.load(made.DATA / f"{kind}_{cell}.npz") as file:
        return dict(file)


def build(cell, layers, dtype, weights):
    net = Network(
        cell=cell,
        input_size=made.D,
        hidden_size=made.H,
        output_size=made.K,
        layers=layers,
        dtype=dtype,
    )
    net.load_torch(weights)
    return net


def part(values, prefix):
    return {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}


def compare(expected, cell, layers, dtype):
    """Yield the name and the relative error of everything that PyTorch can tell."""
    net = build(cell, layers, dtype, part(expected, "weight:"))
    record = net.record(expected["x"], expected["y"], expected.get("mask"))
    yield "loss", abs(record.loss - expected["loss"]) / expected["loss"]
    yield "outputs", relative(record.outputs, expected["outputs"])
    yield "d_x", relative(record.d_x, expected["d_x"])
    for name, values in part(expected, "gradient:").items():
        yield name, relative(record.gradients[name], values)
    for number, layer in enumerate(record.layers):
        for name in ("h", "d_h", *(("c", "d_c") if cell == "lstm" else ())):
            yield f"{name}_l{number}", relative(getattr(layer, name), expected[f"{name}_l{number}"])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("masked", ["", "m"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", made.CELLS)
def test_values_and_gradients_are_those_of_pytorch(cell, layers, masked, dtype):
    end = f"/{layers}{masked}"
    values = stored("values", cell)
    expected = {k.removesuffix(end): v for k, v in values.items() if k.endswith(end)}
    errors = dict(compare(expected, cell, layers, dtype))
    assert len(errors) > 10
    assert max(errors.values()) < TOLERANCE[dtype], max(errors, key=errors.get)


@pytest.mark.parametrize("optimizer", made.OPTIMIZERS)
@pytest.mark.parametrize("cell", made.CELLS)
def test_a_hundred_iterations_with_clipping_are_those_of_pytorch(cell, optimizer):
    expected = stored("training", cell)
    net = build(cell, 1, "float64", part(expected, "start:"))
    stepper = make_optimizer(optimizer, net.flat.size, net.dtype)
    losses, norms = [], []
    for iteration in range(made.ITERATIONS):
        x, y, mask = made.batch(iteration)
        losses.append(net.learn(x, y, mask))
        norms.append(clip_by_norm(net.flat_gradients, made.MAX_NORM))
        stepper.step(net.flat, net.flat_gradients, made.LEARNING_RATES[optimizer])
    assert relative(losses, expected[f"{optimizer}:losses"]) < 1e-10
    assert relative(norms, expected[f"{optimizer}:norms"]) < 1e-10
    assert min(norms) < made.MAX_NORM < max(norms)  # both kinds of iteration occurred
    for name, values in net.parameters.items():
        assert relative(values, expected[f"{optimizer}:{name}"]) < 1e-10, name


@pytest.mark.parametrize("cell", made.CELLS)
def test_weights_go_to_pytorch_and_back_to_the_last_bit(cell):
    net = Network(cell=cell, input_size=3, hidden_size=4, output_size=5, layers=2, seed=3)
    twin = Network(cell=cell, input_size=3, hidden_size=4, output_size=5, layers=2, seed=4)
    twin.load_torch(net.to_torch())
    assert np.array_equal(twin.flat, net.flat)
    x = np.random.default_rng(0).normal(size=(6, 2, 3))
    assert np.array_equal(twin.predict(x), net.predict(x))


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", made.CELLS)
def test_values_and_gradients_are_those_of_pytorch_live(cell, layers):
    expected = made.values(cell, layers, made.batch(77)[2], seed=78)
    assert max(error for _, error in compare(expected, cell, layers, "float64")) < 1e-10
