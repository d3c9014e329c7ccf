"""A `state_dict` as people have it: modules of any names, tensors that require a gradient."""

import numpy as np
import pytest

from rnnviz.engine import Network


class Tensor:
    """What a tensor of PyTorch is to the engine: no array before it has been detached."""

    def __init__(self, values, requires_grad=True):
        self.values, self.requires_grad, self.on_gpu = values, requires_grad, True

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def detach(self):
        return Tensor(self.values, requires_grad=False)

    def cpu(self):
        self.on_gpu = False
        return self

    def numpy(self):
        if self.requires_grad or self.on_gpu:
            raise TypeError("can't convert a cuda tensor, or one that requires grad")
        return self.values


class Half(Tensor):
    def detach(self):
        raise TypeError("Got unsupported ScalarType BFloat16")


def network(cell="lstm", layers=1, **settings):
    sizes = {"input_size": 3, "hidden_size": 4, "output_size": 5}
    return Network(cell=cell, layers=layers, **{**sizes, **settings})


def renamed(net, name_of):
    """Return other weights for a network, under other names."""
    generator = np.random.default_rng(5)
    weights = {name: generator.normal(size=w.shape) for name, w in net.parameters.items()}
    named = {name_of(name): values for name, values in weights.items()}
    return weights, {name: values for name, values in named.items() if name is not None}


def assert_taken(net, weights):
    for name, values in weights.items():
        np.testing.assert_array_equal(net.parameters[name], values.astype(net.dtype))


def usual(name):
    """Name the parts as most modules of one's own do."""
    return name.replace("readout", "head") if "." in name else f"lstm.{name}"


NAMES = {
    "its own": lambda name: name,
    "usual": usual,
    "within a model": lambda name: f"model.{usual(name)}",
    "within modules": lambda name: (
        f"encoder.{name}" if "." not in name else f"decoder.0.{name[8:]}"
    ),
    "all at the top": lambda name: name.removeprefix("readout."),
    "readout alone renamed": lambda name: name.replace("readout", "fc"),
    "layers alone renamed": lambda name: name if "." in name else f"rnn.{name}",
}


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm", "mlp"])
@pytest.mark.parametrize("names", NAMES)
def test_modules_may_have_any_names(names, cell, layers):
    net = network(cell, layers)
    weights, given = renamed(net, NAMES[names])
    net.load_torch(given)
    assert_taken(net, weights)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_tensors_that_require_a_gradient_are_taken(dtype):
    net = network(dtype=dtype)
    weights, given = renamed(net, usual)
    net.load_torch({name: Tensor(values) for name, values in given.items()})
    assert_taken(net, weights)


@pytest.mark.parametrize("ends", ["_l0", ""])
@pytest.mark.parametrize("paths", [("rnn1", "rnn2"), ("cells.9", "cells.10"), ("a.rnn", "b.rnn")])
def test_layers_may_be_modules_of_their_own(paths, ends):
    net = network("gru", layers=2)

    def own(name):
        return f"{paths[int(name[-1])]}.{name[:-3]}{ends}" if "." not in name else usual(name)

    weights, given = renamed(net, own)
    net.load_torch(given)
    assert_taken(net, weights)


def test_an_embedding_is_the_module_without_a_bias():
    net = network(embedding_size=2)
    weights, given = renamed(
        net, lambda name: name.replace("embedding", "embed") if "emb" in name else usual(name)
    )
    net.load_torch(given)
    assert_taken(net, weights)


def test_peepholes_keep_their_name():
    net = network(peephole=True)
    weights, given = renamed(net, usual)
    net.load_torch(given)
    assert_taken(net, weights)


def refused(net, given):
    before = net.flat.copy()
    with pytest.raises(ValueError, match="must") as error:
        net.load_torch(given)
    np.testing.assert_array_equal(net.flat, before)
    return str(error.value)


def without(given, *names):
    return {name: values for name, values in given.items() if name not in names}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g: without(g, "lstm.bias_hh_l0"), "missing ['bias_hh_l0'], unknown []"),
        (lambda g: without(g, "head.bias"), "missing ['readout.bias'], unknown []"),
        (lambda g: without(g, "head.bias", "head.weight"), "missing ['readout.weight', 'readout.b"),
        (lambda g: {**g, "lstm.weight_hr_l0": 1}, "unknown ['lstm.weight_hr_l0']"),
        (lambda g: {**g, "lstm.weight_ih_l0_reverse": 1}, "['lstm.weight_ih_l0_reverse']"),
        (lambda g: {**g, "lstm.weight_ih_l1": 1}, "missing [], unknown ['lstm.weight_ih_l1']"),
        (lambda g: {**g, "embed.weight": 1}, "missing [], unknown ['embed.weight']"),
        (
            lambda g: {**g, "norm.weight": 1, "norm.bias": 1},
            "weights must have one module for the readout, got ['head', 'norm']",
        ),
        (
            lambda g: {**g, "lstm2.weight_ih_l0": 1},
            "1 recurrent layer, either all in one module or each in its own, got ['lstm', 'lstm2']",
        ),
        (
            lambda g: {**g, "head.weight": Half(np.zeros((5, 4)))},
            "head.weight must be an array, got: Got unsupported ScalarType BFloat16",
        ),
        (
            lambda g: {**g, "lstm.weight_ih_l0": np.zeros((12, 3))},
            "lstm.weight_ih_l0 must have the shape (16, 3), got (12, 3)",
        ),
        (lambda g: {**g, "head.bias": np.full(5, np.nan)}, "head.bias must be finite"),
    ],
)
def test_what_does_not_fit_is_said_by_its_name_and_nothing_is_changed(change, words):
    net = network()
    _, given = renamed(net, usual)
    assert words in refused(net, change(given))


def test_layers_whose_order_is_not_told_are_refused():
    net = network("rnn", layers=2)
    paths = ("upper", "lower")
    _, given = renamed(
        net, lambda name: usual(name) if "." in name else f"{paths[int(name[-1])]}.{name[:-1]}0"
    )
    assert "which layer comes first" in refused(net, given)
    assert "['upper', 'lower']" in refused(net, given)


def test_two_tables_that_may_be_the_embedding_are_refused():
    net = network(embedding_size=2)
    _, given = renamed(net, usual)
    del given["embedding.weight"]
    words = refused(net, {**given, "a.weight": 1, "b.weight": 1})
    assert words == "weights must have one module for the embedding, got ['a', 'b']"


def test_names_of_its_own_come_first():
    net = network()
    weights, given = renamed(net, lambda name: name)
    assert "unknown ['lstm.weight_ih_l0', 'head.weight']" in refused(
        net, {**given, "lstm.weight_ih_l0": np.zeros((16, 3)), "head.weight": np.zeros((5, 4))}
    )
    net.load_torch(given)
    assert_taken(net, weights)
