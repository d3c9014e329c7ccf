"""Itemised gradients, and the numbers about the recurrent map."""

import numpy as np
import pytest

from rnnviz.engine import (
    Network,
    itemised,
    jacobian_norms,
    norms,
    recurrent_spectrum,
    reference,
    step_jacobians,
)
from rnnviz.engine.reference import TINY, Reference
from tests.engine.batches import batch, initial_state, network, relative

CELLS = ("rnn", "relu", "gru", "lstm", "mlp")


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_the_items_add_up_to_the_total_gradient(cell, masked):
    net = network(cell, layers=2)
    x, y, mask = batch(net, T=65, B=1, masked=masked)  # one item more than a pass takes
    total = net.record(x, y, mask)
    items = itemised(net, x, y, mask, keep_vectors=True)
    for layer in range(2):
        assert relative(items.d_h_vectors[layer].sum(axis=0), total.layers[layer].d_h[:, 0]) < 1e-12
        assert np.array_equal(items.d_h[layer], norms(items.d_h_vectors[layer]))
        if cell == "lstm":
            summed = items.d_c_vectors[layer].sum(axis=0)
            assert relative(summed, total.layers[layer].d_c[:, 0]) < 1e-12
    assert (items.d_c == ()) == (cell != "lstm")
    expected = np.flatnonzero(mask[:, 0]) if masked else np.arange(65)
    assert np.array_equal(items.scored, expected)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_each_item_is_the_gradient_of_that_step_alone(cell):
    net = network(cell, layers=2)
    x, y, _ = batch(net, T=6, B=1)
    items = itemised(net, x, y)
    for row, s in enumerate(items.scored):
        alone = np.zeros((6, 1), bool)
        alone[s] = True
        record = net.record(x, y, alone)
        for layer in range(2):
            expected = norms(record.layers[layer].d_h[:, 0]) / 6  # its share in the mean
            assert items.d_h[layer][row] == pytest.approx(expected, rel=1e-12)
            assert np.all(items.d_h[layer][row, s + 1 :] == 0)


def test_items_of_a_truncated_pass_end_at_the_cut():
    net = network("lstm")
    x, y, _ = batch(net, T=6, B=1)
    items = itemised(net, x, y, truncate=3)
    assert np.all(items.d_h[0][5, :3] == 0)
    assert np.all(items.d_c[0][5, :3] == 0)
    assert np.all(items.d_h[0][5, 3:] > 0)


def test_a_single_target_at_the_end_is_a_single_item():
    net = network("gru")
    x, y, _ = batch(net, T=6, B=1)
    items = itemised(net, x, y[-1])
    assert items.scored.tolist() == [5]
    assert items.d_h[0][0] == pytest.approx(norms(net.record(x, y[-1]).layers[0].d_h[:, 0]))


def test_looking_at_items_changes_neither_weights_nor_gradients():
    net = network("lstm")
    x, y, _ = batch(net, T=6, B=1)
    net.learn(x, y)
    before = net.flat.copy(), net.flat_gradients.copy()
    itemised(net, x, y)
    jacobian_norms(net, x)
    assert np.array_equal(net.flat, before[0])
    assert np.array_equal(net.flat_gradients, before[1])


def test_items_are_of_one_sequence():
    net = network("lstm")
    x, y, _ = batch(net, B=2)
    with pytest.raises(ValueError, match=r"x must be a single sequence \(B = 1\), got B = 2"):
        itemised(net, x, y)
    with pytest.raises(ValueError, match=r"x must be a single sequence \(B = 1\), got B = 2"):
        jacobian_norms(net, x)


def test_going_back_in_many_small_groups_changes_nothing(monkeypatch):
    net = network("lstm", layers=2)
    x, y, _ = batch(net, T=7, B=1)
    items, norms_of_jacobians = itemised(net, x, y), jacobian_norms(net, x)
    monkeypatch.setattr("rnnviz.engine.itemise.NUMBERS", 7 * 4 * 3)  # three at a time
    assert itemised(net, x, y).d_c[1] == pytest.approx(items.d_c[1], rel=1e-13)
    assert jacobian_norms(net, x) == pytest.approx(norms_of_jacobians, rel=1e-13)


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm"])
def test_jacobians_are_those_of_the_equations(cell):
    net = network(cell, layers=2)
    x, _, _ = batch(net, T=5, B=1)
    state = initial_state(net, B=1)
    found = jacobian_norms(net, x, state)
    plain = Reference(cell, net.to_torch(), 2)
    for layer, t in np.ndindex(2, 5):
        columns = []
        for unit in range(4):
            nudge = np.zeros((1, 4), complex)
            nudge[0, unit] = TINY * 1j
            _, steps = plain.run(x, state, {(layer, t, "h"): nudge})
            columns.append(steps[layer][-1]["h"][0].imag / TINY)
        expected = np.linalg.norm(np.array(columns).T, 2)
        assert found[layer, t] == pytest.approx(expected, rel=1e-10)
    assert found[:, -1] == pytest.approx([1, 1])


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm"])
def test_the_jacobian_of_a_step_is_that_of_the_equations(cell):
    net = network(cell, layers=2)
    x, _, _ = batch(net, T=5, B=1)
    state = initial_state(net, B=1)
    found = step_jacobians(net, x, state)
    record = net.record(x, np.zeros((5, 1), int), initial=state)
    for layer, t in np.ndindex(2, 5):
        before = {
            name: values.copy()
            if t == 0
            else np.stack([getattr(of, name)[t - 1] for of in record.layers])
            for name, values in state.items()
        }
        for unit in range(4):
            step = 1e-6
            ends = []
            for sign in (1, -1):
                moved = {name: values.copy() for name, values in before.items()}
                moved["h"][layer, 0, unit] += sign * step
                run = net.record(x[t : t + 1], np.zeros((1, 1), int), initial=moved)
                ends.append(run.layers[layer].h[0, 0])
            column = (ends[0] - ends[1]) / (2 * step)
            assert found[layer, t, :, unit] == pytest.approx(column, abs=1e-8)


def test_in_a_cell_without_cell_state_the_jacobians_of_the_steps_multiply_to_that_of_all():
    net = network("gru")
    x, _, _ = batch(net, T=6, B=1)
    product = np.linalg.multi_dot(step_jacobians(net, x)[0, :0:-1])
    assert np.linalg.norm(product, 2) == pytest.approx(jacobian_norms(net, x)[0, 0], rel=1e-12)


def test_single_steps_can_be_asked_for(monkeypatch):
    net = network("lstm", layers=2)
    x, _, _ = batch(net, T=6, B=1)
    assert np.array_equal(jacobian_norms(net, x, steps=[0, 4]), jacobian_norms(net, x)[:, [0, 4]])
    every = step_jacobians(net, x)
    monkeypatch.setattr("rnnviz.engine.recurrence.NUMBERS", 2 * 4**2)  # two at a time
    assert step_jacobians(net, x, steps=[5, 0, 2]) == pytest.approx(every[:, [5, 0, 2]], rel=1e-13)


def test_a_network_without_memory_passes_nothing_on():
    assert not step_jacobians(network("mlp"), np.ones((3, 1, 3))).any()


def test_jacobians_of_an_orthogonal_relu_that_never_rests_neither_shrink_nor_grow():
    net = Network(cell="relu", input_size=2, hidden_size=4, output_size=2)
    net.parameters["bias_ih_l0"][:] = 5.0
    x = np.random.default_rng(0).normal(size=(30, 1, 2))
    assert jacobian_norms(net, x)[0] == pytest.approx(np.ones(30))
    net.parameters["weight_hh_l0"] *= 0.9
    assert jacobian_norms(net, x)[0, 0] == pytest.approx(0.9**29)


def test_spectra_are_those_of_the_matrices():
    net = network("lstm", layers=2)
    net.parameters["weight_hh_l1"][4:8] = np.diag([0.5, -3.0, 1.0, 0.0])
    net.parameters["weight_hh_l1"][4, 1] = 40.0  # moves no eigenvalue
    spectra = {(s.layer, s.gate): s for s in recurrent_spectrum(net)}
    assert set(spectra) == {(layer, gate) for layer in (0, 1) for gate in "ifgo"}
    assert spectra[1, "f"].spectral_radius == pytest.approx(3)
    assert spectra[1, "f"].largest_singular_value > 40
    orthogonal = Network(
        cell="rnn", input_size=1, hidden_size=6, output_size=2, spectral_radius=0.8
    )
    (only,) = recurrent_spectrum(orthogonal)
    assert (only.layer, only.gate) == (0, "h")
    assert [only.spectral_radius, only.largest_singular_value] == pytest.approx([0.8, 0.8])


def test_spectra_of_weights_that_are_not_finite_are_nan_and_without_memory_there_are_none():
    net = network("rnn")
    net.flat[:] = np.inf
    assert np.isnan(recurrent_spectrum(net)[0].spectral_radius)
    assert np.isnan(jacobian_norms(net, np.ones((3, 1, 3)))[0, 0])
    assert recurrent_spectrum(network("mlp")) == []


def test_the_items_of_the_equations():
    """The derivative of one share of the loss by one h_t, by the complex step."""
    net = network("gru")
    x, y, _ = batch(net, T=4, B=1)
    alone = np.zeros((4, 1), bool)
    alone[2] = True
    plain = Reference("gru", net.to_torch())
    d_h = reference.state_gradient(plain, "h", 0, (4, 1, 4), x, y, alone)[:, 0] / 4
    found = itemised(net, x, y, keep_vectors=True).d_h_vectors[0][2]
    assert relative(found, d_h) < 1e-12


def test_outputs_that_are_infinite_give_no_numbers_and_no_warning():
    net = network("relu")
    net.flat[:] = 1e308
    x, y, _ = batch(net, B=1)
    assert np.isnan(itemised(net, x, y).d_h[0]).any()
