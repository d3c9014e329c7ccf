"""The gradient checker: it passes what is right, and rejects what is a little wrong."""

import numpy as np
import pytest

from rnnviz.engine import TOLERANCE, GradientCheck, gradient_check
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


def test_a_check_can_be_done_entry_by_entry():
    net = network("lstm", D=2, H=2, K=2)
    x, y, _ = batch(net, T=3)
    check = GradientCheck(net, x, y)
    assert (check.done, check.results) == (0, {})

    check.advance(3)
    (begun,) = check.results.values()
    assert (check.done, begun.entries) == (3, 3)
    assert begun.of > 3

    while check.done < check.total:
        check.advance(7)
    errors = {name: checked.error for name, checked in check.results.items()}
    assert errors == gradient_check(net, x, y)
    assert all(checked.agrees and checked.is_conclusive for checked in check.results.values())


def test_a_check_of_a_few_entries_takes_them_from_end_to_end():
    net = network("rnn", D=2, H=3, K=3)
    x, y, _ = batch(net, T=4)
    wrong = net.record(x, y).gradients["weight_hh_l0"].copy()
    wrong[-1, -1] += 0.001 * np.abs(wrong).max()
    check = GradientCheck(net, x, y, gradients={"weight_hh_l0": wrong}, entries=4)
    check.advance()
    assert check.done == check.total == 4
    assert not check.results["weight_hh_l0"].agrees


def test_a_truncated_gradient_is_not_the_slope_of_the_loss():
    net = network("rnn", D=2, H=3, K=3)
    x, y, _ = batch(net, T=6)
    for truncate, right in ((None, True), (6, False), (2, False)):
        check = GradientCheck(net, x, y, truncate=truncate)
        check.advance()
        assert all(checked.agrees for checked in check.results.values()) == right
    assert not check.results["weight_hh_l0"].agrees
    assert check.results["readout.weight"].agrees


def test_a_gradient_that_rounding_hides_is_neither_wrong_nor_proven():
    net = network("rnn", D=2, H=3, K=2)
    x, y, _ = batch(net, T=4, B=1)
    net.flat[:] = 0
    net.parameters["readout.bias"][:] = np.where(np.arange(2) == y[0, 0], 40.0, 0.0)
    check = GradientCheck(net, x, np.full_like(y, y[0, 0]))
    check.advance()
    assert all(checked.agrees and not checked.is_conclusive for checked in check.results.values())


def test_a_gradient_that_is_not_a_number_does_not_agree():
    net = network("rnn", D=2, H=3, K=2)
    x, y, _ = batch(net, T=4)
    wrong = np.full((3, 3), np.nan)
    check = GradientCheck(net, x, y, gradients={"weight_hh_l0": wrong})
    check.advance()
    assert not check.results["weight_hh_l0"].agrees
