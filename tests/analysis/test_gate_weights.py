import numpy as np
import pytest

from rnnviz.analysis.gate_weights import (
    GateWeights,
    gate_weights,
    weights_sentence,
    weights_table,
)
from rnnviz.engine import Network
from rnnviz.figures.palette import QUANTITIES


def network(cell, **more):
    made = Network(cell=cell, input_size=2, hidden_size=3, output_size=2, layers=2, **more)
    made.flat[:] = np.arange(made.flat.size)
    return made


def label(letter):
    return QUANTITIES["lstm"][letter].label


@pytest.mark.parametrize(("cell", "letters"), [("lstm", "ifgo"), ("gru", "rzn"), ("rnn", "h")])
def test_each_gate_has_the_rows_that_pytorch_gives_it(cell, letters):
    made = network(cell)
    cut = gate_weights(made, made.parameters, 0, ("a", "b"))
    assert "".join(cut.gates) == letters
    assert cut.sources == ("x0 a", "x1 b", "h0", "h1", "h2", "bias of x", "bias of h")
    for place, letter in enumerate(letters):
        rows = slice(3 * place, 3 * place + 3)
        np.testing.assert_array_equal(
            cut.gates[letter][:, :2], made.parameters["weight_ih_l0"][rows]
        )
        np.testing.assert_array_equal(
            cut.gates[letter][:, 2:5], made.parameters["weight_hh_l0"][rows]
        )
        np.testing.assert_array_equal(cut.gates[letter][:, 5], made.parameters["bias_ih_l0"][rows])
        np.testing.assert_array_equal(cut.gates[letter][:, 6], made.parameters["bias_hh_l0"][rows])


def test_an_upper_layer_weighs_the_units_below():
    made = network("lstm")
    cut = gate_weights(made, made.parameters, 1, ("a", "b"))
    assert cut.sources[:4] == ("x0", "x1", "x2", "h0")
    np.testing.assert_array_equal(cut.gates["f"][:, :3], made.parameters["weight_ih_l1"][3:6])


def test_a_network_without_memory_weighs_the_inputs_of_its_window_only():
    made = network("mlp", window=2)
    sources = gate_weights(made, made.parameters, 0, ("a", "b")).sources
    assert sources == ("x0 a, 1 before", "x1 b, 1 before", "x2 a", "x3 b", "bias of x")


def test_the_dimensions_of_an_embedding_have_numbers_for_names():
    made = Network(cell="rnn", input_size=5, embedding_size=3, hidden_size=2, output_size=2)
    assert gate_weights(made, made.parameters, 0, "abcde").sources[:4] == ("x0", "x1", "x2", "h0")


def test_gradients_are_cut_like_the_weights():
    made = network("gru")
    made.flat[:] *= 0.01
    x, y = np.ones((4, 1, 2)), np.zeros((4, 1), int)
    gradients = made.record(x, y).gradients
    cut = gate_weights(made, gradients, 0, ("a", "b"))
    np.testing.assert_array_equal(cut.gates["z"][:, :2], gradients["weight_ih_l0"][3:6])


def test_the_sentence_names_the_largest_weight_and_the_gate_with_the_largest_gradient():
    weights = GateWeights(("x0 a", "h0"), {"i": np.array([[0.1, 0.2]]), "f": np.array([[-3, 1.0]])})
    gradients = GateWeights(("x0 a", "h0"), {"i": np.array([[3, 4.0]]), "f": np.zeros((1, 2))})
    assert weights_sentence(weights, gradients, label) == (
        "The largest weight, in magnitude, is −3: forget gate, unit 0, from x0 a. The gradient is "
        "largest for the input gate (norm 5), smallest for the forget gate (0)."
    )
    none = GateWeights(("x0 a", "h0"), {"f": np.zeros((1, 2))})
    assert weights_sentence(weights, none, label).endswith("The gradient is exactly zero.")


def test_weights_that_are_no_numbers_are_said_and_do_not_spoil_the_scale():
    lost = GateWeights(("x0 a",), {"f": np.array([[np.nan], [2.0]])})
    assert lost.bound == 2.0
    assert "diverged" in weights_sentence(lost, lost, label)
    assert GateWeights(("x0 a",), {"f": np.zeros((2, 1))}).bound == 1.0


def test_the_table_has_a_row_for_each_weight():
    made = network("lstm")
    weights = gate_weights(made, made.parameters, 0, ("a", "b"))
    table = weights_table(weights, weights, label)
    assert len(table) == 4 * 3 * 7
    found = table[
        (table["gate"] == "forget gate") & (table["unit"] == 2) & (table["from"] == "x1 b")
    ]
    assert found["weight"].item() == made.parameters["weight_ih_l0"][5, 1]
