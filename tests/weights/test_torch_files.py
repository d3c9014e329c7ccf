"""Files that PyTorch wrote compute here what PyTorch computed: make_torch_files.py."""

import numpy as np
import pytest

from rnnviz.weights import build, read
from tests.weights.files import refusal
from tests.weights.make_torch_files import CASES, FOLDER

EXPECTED = np.load(FOLDER / "expected.npz")


def outputs_of(model, x):
    """Return the outputs of a model, or h of its topmost layer where it has no readout."""
    network = model.network()
    if model.output_size:
        return network.predict(x)
    layers = network.observe(x)
    if not model.bidirectional:
        return layers[-1].h
    return np.concatenate([layers[-2].h, layers[-1].h[::-1]], axis=2)


def chosen(case):
    """Return which cell to choose: for ReLU the file does not say so."""
    return "relu" if case.startswith("relu") else None


@pytest.mark.parametrize("case", CASES)
def test_a_file_of_pytorch_computes_what_pytorch_computed(case):
    contents = read((FOLDER / f"{case}.safetensors").read_bytes())
    model = build(contents, cell=chosen(case))
    _, precision, layers, settings = CASES[case]
    assert model.dtype == precision
    assert (model.layers, model.bidirectional) == (layers, settings.get("bidirectional", False))
    assert (model.embedding_size is not None) == settings.get("embedding", False)
    theirs = EXPECTED[f"{case}/outputs"]
    ours = outputs_of(model, EXPECTED[f"{case}/x"])
    exact = {"float32": 1e-6, "float64": 1e-10}[precision]
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=exact, atol=exact)


def test_the_same_weights_as_npz_are_the_same_network():
    *_, last = CASES
    model = build(read((FOLDER / "weights.npz").read_bytes()))
    same = build(read((FOLDER / f"{last}.safetensors").read_bytes()))
    np.testing.assert_array_equal(model.network().flat, same.network().flat)


def test_what_torch_save_writes_is_refused():
    assert "is a pickle" in refusal(read, (FOLDER / "model.pt").read_bytes(), "model.pt")
