"""What is taken along computes the same elsewhere: safetensors, ONNX, PyTorch's code."""

import builtins

import numpy as np
import onnxruntime
import pytest
from safetensors.numpy import load

import rnnviz
from rnnviz import RunConfig, Trainer
from rnnviz.engine import Network
from rnnviz.weights import build, read, torch_code, write_onnx, write_safetensors
from tests.weights.files import refusal

T, B, D, V = 7, 3, 4, 6

NETWORKS = {
    "tanh": {"cell": "rnn"},
    "relu": {"cell": "relu", "layers": 2},
    "gru": {"cell": "gru", "layers": 2},
    "gru with the reset gate before": {"cell": "gru", "reset": "before"},
    "lstm": {"cell": "lstm", "layers": 3},
    "lstm in single precision": {"cell": "lstm", "dtype": "float32"},
    "peepholes": {"cell": "lstm", "peephole": True, "layers": 2},
    "coupled gates": {"cell": "lstm", "coupled": True},
    "both": {"cell": "lstm", "coupled": True, "peephole": True},
    "embedding": {"cell": "gru", "embedding_size": 2, "input_size": V},
    "both ways": {"cell": "lstm", "bidirectional": True, "layers": 2},
    "both ways with peepholes": {"cell": "lstm", "bidirectional": True, "peephole": True},
    "both ways, relu": {"cell": "relu", "bidirectional": True},
    "states alone": {"cell": "lstm", "layers": 2, "output_size": 0},
}
ELSEWHERE = (
    *("tanh", "relu", "gru", "lstm", "lstm in single precision", "embedding", "states alone"),
    *("both ways", "both ways, relu"),
)


def network_of(name):
    """Return a network whose weights and biases are all different and not small."""
    sizes = {"input_size": D, "hidden_size": 5, "output_size": 3}
    network = Network(**{**sizes, **NETWORKS[name]})
    network.flat[:] = np.random.default_rng(3).normal(0, 0.6, network.flat.size)
    return network


def inputs_of(network):
    generator = np.random.default_rng(4)
    if network.architecture.ids:
        return generator.integers(0, V, (T, B))
    return generator.normal(size=(T, B, D)).astype(network.dtype)


def computed(network, x):
    """Return outputs, or None, and the states of the topmost layer."""
    outputs = network.predict(x) if network.output_size else None
    layers = network.observe(x)
    if not network.architecture.bidirectional:
        return outputs, layers[-1].h
    return outputs, np.concatenate([layers[-2].h, layers[-1].h[::-1]], axis=2)


def run_in_onnxruntime(data, x):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, settings, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    given = x if x.dtype.kind == "i" else x.astype(np.float32)
    return dict(zip(names, session.run(names, {"x": given}), strict=True))


@pytest.mark.parametrize("name", NETWORKS)
def test_onnxruntime_computes_the_same(name):
    network = network_of(name)
    x = inputs_of(network)
    theirs = run_in_onnxruntime(write_onnx(network), x)
    outputs, states = computed(network, x)
    np.testing.assert_allclose(theirs["states"], states, rtol=1e-5, atol=1e-6)
    if outputs is not None:
        np.testing.assert_allclose(theirs["outputs"], outputs, rtol=1e-5, atol=2e-6)
    assert ("outputs" in theirs) == (outputs is not None)


@pytest.mark.parametrize("name", NETWORKS)
def test_safetensors_open_again_as_the_same_network(name):
    network = network_of(name)
    model = build(read(write_safetensors(network)))
    again = model.network()
    assert again.architecture == network.architecture
    np.testing.assert_array_equal(again.flat, network.flat)
    assert not any("does not say" in said for said in model.sentences)


def test_safetensors_hold_the_experiment_which_opens_again():
    trainer = Trainer(RunConfig(task="echo", cell="gru", hidden_size=4, seed=5))
    trainer.advance(iterations=12)
    contents = read(write_safetensors(trainer, trainer.link()))
    again = rnnviz.open(contents.experiment)
    assert again.iteration == 12
    np.testing.assert_array_equal(again.network.flat, trainer.network.flat)
    np.testing.assert_array_equal(build(contents).network().flat, trainer.network.flat)


def test_a_link_that_is_longer_than_a_header_may_be_is_refused():
    said = refusal(write_safetensors, network_of("tanh"), "v" * 4_000_001)
    assert "has 4,000,001 characters, and the metadata of a file of weights has room" in said


def test_a_variant_in_the_metadata_that_does_not_fit_is_ignored():
    from safetensors.numpy import save

    weights = load(write_safetensors(network_of("gru")))
    for told in ('{"cell": "lstm"}', '{"cell": ["x"], "reset": 3}', "[" * 9000, "3", ""):
        found = read(save(weights, {"rnnviz": told})).networks[0]
        assert (found.cell, found.reset) == ("gru", "after")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_code_is_short_and_pytorch_computes_the_same_with_it(name, tmp_path):
    network = network_of(name)
    file = tmp_path / "it's a model.safetensors"
    file.write_bytes(write_safetensors(network))
    code = torch_code(network, str(file))
    assert len(code.splitlines()) <= 15
    compile(code, "code", "exec")
    layers = NETWORKS[name].get("layers", 1)
    assert (f", num_layers={layers}" in code) == (layers > 1)
    torch = pytest.importorskip("torch")
    names = {}
    exec(code, names)
    x = inputs_of(network)
    theirs = names["run"](torch.tensor(x)).detach().numpy()
    outputs, states = computed(network, x)
    exact = {"float32": 1e-6, "float64": 1e-12}[network.dtype.name]
    np.testing.assert_allclose(theirs, states if outputs is None else outputs, exact, exact)


@pytest.mark.parametrize("name", sorted(set(NETWORKS) - set(ELSEWHERE)))
def test_what_pytorch_has_no_module_for_is_said(name):
    assert "PyTorch has no module for a" in refusal(torch_code, network_of(name), "x")


def test_what_onnx_is_not_written_for_is_said(monkeypatch):
    sizes = {"input_size": 2, "hidden_size": 2, "output_size": 2}
    attends = Network(cell="gru", attention="dot", **sizes)
    assert "attention can't be written as ONNX" in refusal(write_onnx, attends)
    assert "no recurrent layer" in refusal(write_onnx, Network(cell="mlp", **sizes))
    imported = builtins.__import__

    def without_onnx(name, *arguments):
        if name == "onnx":
            raise ImportError(name)
        return imported(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without_onnx)
    assert refusal(write_onnx, network_of("tanh")) == "To write ONNX, the package onnx is needed."
