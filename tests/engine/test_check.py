"""The gradient checker: it passes what is right, and rejects what is a little wrong."""

import numpy as np
import pytest

from rnnviz.engine import TOLERANCE, gradient_check
from tests.engine.batches import RECURRENT, batch, initial_state, network


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", RECURRENT)
def test_central_differences_agree_for_every_parameter_the_input_and_the_initial_state(
    cell, layers
):
    net = network(cell, layers, D=2, H=2, K=3)
    x, y, mask = batch(net, T=3, masked=layers == 2)
    table = gradient_check(net, x, y, mask, initial=initial_state(net))
    states = {"initial.h", "initial.c"} if cell == "lstm" else {"initial.h"}
    assert set(table) == {*net.parameters, "x", *states}
    assert max(table.values()) < TOLERANCE


@pytest.mark.parametrize("cell", RECURRENT)
def test_a_gradient_that_is_a_permille_off_is_rejected(cell):
    net = network(cell, D=1, H=2, K=2)
    x, y, _ = batch(net, T=3)
    right = net.record(x, y).gradients
    for name in right:
        wrong = {**right, name: right[name] * 1.001}
        table = gradient_check(net, x, y, gradients=wrong)
        assert [other for other, error in table.items() if error > TOLERANCE] == [name]


def test_a_single_entry_that_is_wrong_is_rejected():
    net = network("lstm", D=2, H=3, K=3)
    x, y, _ = batch(net, T=4)
    right = net.record(x, y).gradients
    wrong = right["weight_hh_l0"].copy()
    wrong[5, 1] += 0.001 * np.abs(wrong).max()
    assert gradient_check(net, x, y, gradients={"weight_hh_l0": wrong})["weight_hh_l0"] > TOLERANCE


def test_checking_leaves_the_network_as_it_was():
    net = network("gru", D=2, H=3, K=3, dtype="float32")
    x, y, _ = batch(net, T=3)
    before = net.flat.copy()
    assert max(gradient_check(net, x, y).values()) < TOLERANCE  # in float64, whatever the network
    assert np.array_equal(net.flat, before)
