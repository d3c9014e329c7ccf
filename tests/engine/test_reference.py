"""The engine against the equations themselves, with derivatives by the complex step."""

import numpy as np
import pytest

from rnnviz.engine import reference
from tests.engine.batches import RECURRENT, batch, initial_state, network, reference_of, relative

EXACT = 1e-12


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", RECURRENT)
def test_outputs_and_every_quantity_are_those_of_the_equations(cell, layers):
    net = network(cell, layers)
    x, y, mask = batch(net, masked=True)
    state = initial_state(net)
    record = net.record(x, y, mask, initial=state)
    outputs, expected = reference_of(net).run(x, state)
    assert relative(record.outputs, outputs.real) < EXACT
    for layer, steps in zip(record.layers, expected, strict=True):
        found = {**layer.gates, "h": layer.h, **({"c": layer.c} if cell == "lstm" else {})}
        assert set(found) == set(steps[0])
        for name, values in found.items():
            assert relative(values, np.array([step[name].real for step in steps])) < EXACT


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", RECURRENT)
def test_every_gradient_is_that_of_the_equations(cell, layers, loss):
    net = network(cell, layers, D=2, H=3, K=2)
    x, y, mask = batch(net, T=3, masked=layers == 3, loss=loss)
    state = initial_state(net)
    record = net.record(x, y, mask, loss, state)
    plain = reference_of(net)
    assert record.loss == pytest.approx(plain.loss(x, y, mask, loss, state).real, rel=EXACT)
    found = dict(record.gradients) | {"x": record.d_x}
    found |= {f"initial.{name}": values for name, values in record.d_initial.items()}
    expected = reference.gradients(plain, x, y, mask, loss, state)
    assert set(found) == set(expected)
    for name, values in expected.items():
        assert relative(found[name], values) < EXACT, name


@pytest.mark.parametrize("cell", RECURRENT)
def test_per_step_gradients_are_total_derivatives_in_every_layer(cell):
    net = network(cell, layers=2)
    x, y, mask = batch(net, masked=True)
    record = net.record(x, y, mask)
    plain = reference_of(net)
    for number, layer in enumerate(record.layers):
        d_h = reference.state_gradient(plain, "h", number, layer.h.shape, x, y, mask)
        assert relative(layer.d_h, d_h) < EXACT
        if cell == "lstm":
            d_c = reference.state_gradient(plain, "c", number, layer.h.shape, x, y, mask)
            assert relative(layer.d_c, d_c) < EXACT


@pytest.mark.parametrize("truncate", [1, 2, 7])
@pytest.mark.parametrize("cell", RECURRENT)
def test_a_truncated_gradient_is_that_of_equations_that_do_not_look_further_back(cell, truncate):
    net = network(cell, layers=2, D=2, H=3, K=2)
    x, y, _ = batch(net, T=5, B=1)
    record = net.record(x, y, truncate=truncate)
    plain = reference_of(net, truncate=truncate)
    for name, values in reference.gradients(plain, x, y).items():
        assert relative({**record.gradients, "x": record.d_x}[name], values) < EXACT, name


@pytest.mark.parametrize("cell", RECURRENT)
def test_what_truncation_cuts_is_exactly_zero_and_the_state_still_crosses(cell):
    net = network(cell)
    x, y, _ = batch(net, T=7)
    mask = np.zeros(y.shape, bool)
    mask[-1] = True
    whole = net.record(x, y, mask)
    cut = net.record(x, y, mask, truncate=3)
    assert np.array_equal(cut.outputs, whole.outputs)
    layer = cut.layers[0]
    assert np.all(layer.d_h[:6] == 0)  # the last window is step 6 alone
    assert np.all(layer.d_h[6] != 0)
    assert layer.d_c is None or np.all(layer.d_c[:6] == 0)
    assert all(np.all(values == 0) for values in cut.d_initial.values())


def test_a_pass_is_not_changed_by_what_was_in_the_buffers():
    for cell in RECURRENT:
        net = network(cell, layers=2)
        first, second = batch(net, seed=1), batch(net, seed=2, masked=True)
        fresh = net.copy().record(*second)
        net.record(*first, initial=initial_state(net), truncate=2)
        again = net.record(*second)
        assert again.loss == fresh.loss
        for name, values in fresh.gradients.items():
            assert np.array_equal(again.gradients[name], values), name


@pytest.mark.parametrize(("T", "B"), [(1, 1), (1, 4), (300, 1), (70, 40)])
@pytest.mark.parametrize("cell", RECURRENT)
def test_sums_over_many_steps_are_right_whatever_the_chunks(cell, T, B):
    net = network(cell, H=16)
    net.flat *= 0.3
    x, y, mask = batch(net, T=T, B=B, masked=True)
    whole = net.record(x, y, mask)
    parts = [net.record(x[:, [b]], y[:, [b]], mask[:, [b]]) for b in range(B) if mask[:, b].any()]
    shares = [mask[:, b].sum() / mask.sum() for b in range(B) if mask[:, b].any()]
    for name, values in whole.gradients.items():
        summed = sum(
            share * part.gradients[name] for share, part in zip(shares, parts, strict=True)
        )
        assert relative(values, summed) < EXACT, name
