"""Attention over the hidden states: against its equations, PyTorch and central differences."""

import importlib.util

import numpy as np
import pytest

from rnnviz.engine import (
    Answering,
    GradientCheck,
    Network,
    Silence,
    attention,
    attention_scores,
    gradient_check,
    itemised,
    record_sequence,
    reference,
    step_jacobians,
)
from rnnviz.engine.cost import buffer_bytes, predicting_s
from tests.engine.batches import RECURRENT, batch, initial_state, network, reference_of, relative

EXACT = 1e-12
KINDS = ("dot", "general", "additive")
PARTS = (None, Answering(2), Answering(3, from_zero=True))


def equations_of(net, answering=None, **settings):
    kind = net.architecture.attention
    return reference_of(net, attention=kind, answering=answering, **settings)


@pytest.mark.parametrize("answering", PARTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", RECURRENT)
def test_outputs_weights_and_gradients_are_those_of_the_equations(cell, kind, answering):
    layers = 1 + (kind == "general")
    net = network(cell, layers, D=2, H=2, K=2, attention=kind)
    x, y, mask = batch(net, T=4, masked=cell == "gru")
    state = initial_state(net)
    truncate = 2 if kind == "dot" else None
    record = net.record(x, y, mask, initial=state, truncate=truncate, answering=answering)
    plain = equations_of(net, answering, truncate=truncate)
    outputs, _ = plain.run(x, state)
    scores, weights, sums = plain.attend(record.layers[-1].h)
    assert relative(record.outputs, outputs.real) < EXACT
    assert relative(record.attention.weights, weights.real) < EXACT
    assert relative(record.attention.sums, sums.real) < EXACT
    allowed = np.isfinite(record.attention.scores)
    assert relative(record.attention.scores[allowed], scores.real[allowed]) < EXACT
    assert np.array_equal(allowed, record.attention.weights > 0)
    found = {**record.gradients, "x": record.d_x}
    found |= {f"initial.{name}": values for name, values in record.d_initial.items()}
    for name, values in reference.gradients(plain, x, y, mask, initial=state).items():
        # A gradient can be next to nothing where units of ReLU are off: then it is only rounding.
        assert np.abs(found[name] - values).max() < EXACT * max(1e-3, np.abs(values).max()), name
        assert values.any() or not found[name].any(), name


@pytest.mark.parametrize("answering", PARTS)
@pytest.mark.parametrize("kind", KINDS)
def test_central_differences_agree(kind, answering):
    for cell in RECURRENT:
        net = network(cell, 2, D=2, H=2, K=3, attention=kind)
        x, y, mask = batch(net, T=4, masked=True)
        state = initial_state(net)
        check = GradientCheck(net, x, y, mask, initial=state, answering=answering)
        check.advance()
        assert all(checked.agrees for checked in check.results.values())
        assert set(check.results) >= {*net.parameters, "x", "initial.h"}


def test_a_wrong_gradient_of_a_weight_of_attention_is_rejected():
    net = network("rnn", D=2, H=3, K=3, attention="additive")
    x, y, _ = batch(net, T=4)
    wrong = net.record(x, y).gradients["attention.key.weight"] * 1.001
    check = GradientCheck(net, x, y, gradients={"attention.key.weight": wrong})
    check.advance()
    assert not check.results["attention.key.weight"].agrees


@pytest.mark.parametrize("answering", PARTS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_parts_of_a_gradient_are_those_of_outputs_that_are_taken_alone(kind, answering):
    """`own` is what the same step sends, `later` what comes from later ones if nothing recurs."""
    net = network("gru", D=2, H=3, K=3, attention=kind)
    x, y, _ = batch(net, T=6, B=1)
    # Truncation at every step leaves no way over the recurrence at all.
    whole = net.record(x, y, truncate=1, answering=answering)
    alone = itemised(net, x, y, truncate=1, answering=answering, keep_vectors=True).d_h_vectors[0]
    own = np.array([alone[t, t] for t in range(6)])
    later = np.array([alone[t + 1 :, t].sum(axis=0) for t in range(6)])
    assert np.abs(whole.attention.own[:, 0] - own).max() < EXACT
    assert np.abs(whole.attention.later[:, 0] - later).max() < EXACT
    assert not whole.attention.later[-1].any()


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_step_looks_at_itself_alone(kind):
    net = network("lstm", attention=kind)
    x, y, _ = batch(net, T=1)
    record = net.record(x, y)
    assert np.array_equal(record.attention.weights, np.ones((1, 1, 2)))
    assert np.array_equal(record.attention.sums, record.layers[0].h)
    assert max(gradient_check(net, x, y).values()) < 1e-6


def test_a_row_of_weights_adds_up_to_1_over_the_steps_that_may_be_looked_at():
    net = network("rnn", attention="dot")
    x, y, _ = batch(net, T=6)
    free = net.record(x, y).attention.weights
    parts = net.record(x, y, answering=Answering(4)).attention.weights
    assert np.allclose(free.sum(axis=1), 1, atol=1e-15)
    assert np.allclose(parts.sum(axis=1), 1, atol=1e-15)
    assert np.array_equal(free[:, :, 0] > 0, np.tri(6, dtype=bool))
    assert np.array_equal(parts[:4], free[:4])
    assert (parts[4:, :4] > 0).all()
    assert not parts[4:, 4:].any()


def test_an_answering_part_from_zero_is_a_second_network_that_reads_the_rest():
    for cell in RECURRENT:
        net = network(cell, layers=2)
        x, y, _ = batch(net, T=7)
        both = net.record(x, y, answering=Answering(3, from_zero=True))
        parts = [net.record(x[:3], y[:3]), net.record(x[3:], y[3:])]
        assert np.array_equal(both.outputs, np.concatenate([part.outputs for part in parts]))
        for name, values in both.gradients.items():
            shares = sum(n / 7 * p.gradients[name] for n, p in zip((3, 4), parts, strict=True))
            assert relative(values, shares) < EXACT
        assert all(np.array_equal(v, parts[1].final[name]) for name, v in both.final.items())
        jacobians = step_jacobians(net, x[:, :1], answering=Answering(3, from_zero=True))
        assert not jacobians[:, 3].any()
        assert jacobians[:, 4].any()


def test_truncation_cuts_the_recurrence_and_not_attention():
    net = network("rnn", attention="dot")
    x, y, _ = batch(net, T=8)
    mask = np.zeros(y.shape, bool)
    mask[-1] = True
    record = net.record(x, y, mask, truncate=1)
    ways = record.attention.own + record.attention.later
    assert relative(record.layers[0].d_h, ways) < EXACT
    assert (np.abs(record.attention.later[:-1]) > 0).all()


def test_a_silent_unit_is_nothing_to_look_at():
    net = network("gru", attention="dot")
    net.intervene(Silence((1,)))
    x, y, _ = batch(net)
    record = net.record(x, y)
    assert not record.attention.sums[..., 1].any()
    assert max(gradient_check(net, x, y).values()) < 1e-6
    plain = equations_of(net, silent={(0, 1)})
    assert relative(record.outputs, plain.run(x)[0].real) < EXACT


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_scores_of_any_finite_size_make_weights_that_add_up_to_1(dtype):
    net = network("relu", attention="general", dtype=dtype)
    x, y, _ = batch(net)
    for size in (1.0, 30.0, 1000.0, 1e5):
        net.parameters["attention.weight"] = np.eye(4, dtype=dtype) * np.float32(size)
        record = net.record(x, y)
        assert np.allclose(record.attention.weights.sum(axis=1), 1, atol=1e-6)
        assert np.isfinite(record.gradients["attention.weight"]).all()


def test_scores_that_are_not_finite_make_a_loss_that_is_not():
    net = network("relu", attention="general")
    x, y, _ = batch(net)
    net.flat *= 1e200
    assert not np.isfinite(net.learn(x, y))


def test_additive_scores_of_any_size_are_those_of_tanh():
    net = network("relu", D=2, H=3, K=2, attention="additive")
    x, y, _ = batch(net, T=4)
    for name in ("attention.query.weight", "attention.key.weight"):
        net.parameters[name] = net.parameters[name] * 500
    record = net.record(x, y)
    assert relative(record.outputs, equations_of(net).run(x)[0].real) < EXACT
    for name, values in reference.gradients(equations_of(net), x, y).items():
        found = {**record.gradients, "x": record.d_x}[name]
        assert np.abs(found - values).max() < 1e-9 * max(1, np.abs(values).max()), name


@pytest.mark.parametrize("kind", KINDS)
def test_learning_in_float32_is_close_to_float64_and_copies_are_exact(kind):
    double = network("lstm", layers=2, attention=kind)
    x, y, mask = batch(double, T=9, masked=True)
    single = double.copy("float32")
    assert single.learn(x, y, mask) == pytest.approx(double.learn(x, y, mask), rel=1e-5)
    assert relative(single.flat_gradients, double.flat_gradients) < 1e-5
    twin = double.copy()
    assert twin.learn(x, y, mask) == double.learn(x, y, mask)
    assert np.array_equal(twin.flat_gradients, double.flat_gradients)
    assert relative(double.record(x, y, mask).gradients["readout.weight"],
                    double.gradients["readout.weight"]) == 0  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_record_of_a_sequence_is_that_of_a_batch_of_one(kind):
    net = network("gru", layers=2, attention=kind)
    x, y, _ = batch(net, T=6, B=1)
    whole, one = net.record(x, y), record_sequence(net, x, y)
    for name in ("weights", "scores", "d_scores"):
        theirs = getattr(whole.attention, name)[..., 0]
        assert np.allclose(getattr(one.attention, name), theirs, atol=EXACT)
    d_weights = one.attention.d_sums @ one.layers[-1].h.T
    assert np.allclose(np.tril(d_weights), whole.attention.d_weights[..., 0], atol=EXACT)
    assert relative(one.attention.own, whole.attention.own[:, 0]) < EXACT
    assert relative(one.attention.later, whole.attention.later[:, 0]) < EXACT
    last = itemised(net, x, y, keep_vectors=True).d_h_vectors[-1][-1]
    assert relative(one.layers[-1].last_d_h, last) < EXACT


def test_the_items_of_a_loss_add_up_through_attention_too():
    net = network("lstm", layers=2, attention="additive")
    x, y, _ = batch(net, T=6, B=1)
    for answering in PARTS:
        items = itemised(net, x, y, answering=answering, keep_vectors=True)
        record = net.record(x, y, answering=answering)
        for layer, of_layer in zip(record.layers, items.d_h_vectors, strict=True):
            assert relative(of_layer.sum(axis=0), layer.d_h[:, 0]) < EXACT


def test_the_recurrent_weights_of_a_seed_are_the_same_with_and_without():
    plain = Network(cell="gru", input_size=3, hidden_size=4, output_size=2, seed=3)
    for kind in KINDS:
        net = Network(
            cell="gru", input_size=3, hidden_size=4, output_size=2, seed=3, attention=kind
        )
        for name, values in plain.parameters.items():
            same = net.parameters[name]
            assert np.array_equal(same[:, :4] if name == "readout.weight" else same, values)


def test_weights_are_read_from_a_model_whose_module_is_called_attention():
    net = network("rnn", attention="additive", embedding_size=2)
    theirs = {f"model.{name}": values for name, values in net.to_torch().items()}
    twin = Network(
        cell="rnn", input_size=3, hidden_size=4, output_size=5, attention="additive",
        embedding_size=2,
    )  # fmt: skip
    twin.load_torch(theirs)
    assert np.array_equal(twin.flat, net.flat)
    with pytest.raises(ValueError, match=r"missing \['attention\.v'\]"):
        twin.load_torch({k: v for k, v in net.to_torch().items() if k != "attention.v"})


def test_what_cannot_attend_says_so():
    sizes = {"input_size": 3, "hidden_size": 4, "output_size": 2}
    with pytest.raises(
        ValueError, match=r"attention is only for the cell rnn or .* got it with mlp"
    ):
        Network(cell="mlp", attention="dot", **sizes)
    with pytest.raises(ValueError, match=r"attention must be one of none, dot, .*got 'dots'"):
        Network(cell="rnn", attention="dots", **sizes)
    net = network("rnn", attention="dot")
    x, y, _ = batch(net)
    with pytest.raises(ValueError, match=r"answering\.first must be a whole number 1\.\.4, got 5"):
        net.record(x, y, answering=Answering(5))
    with pytest.raises(ValueError, match="answering must be an Answering or None, got 2"):
        net.learn(x, y, answering=2)
    with pytest.raises(ValueError, match="mask must score at least one step, got none"):
        net.record(x, y, np.zeros(y.shape, bool))


@pytest.mark.parametrize("kind", KINDS)
def test_the_bytes_of_attention_are_counted_before_it_is_used(kind):
    from tests.engine.test_memory import bytes_of_buffers

    for T, B in ((10, 4), (120, 8)):
        net = Network(cell="rnn", input_size=3, hidden_size=8, output_size=4, attention=kind)
        x, y = np.zeros((T, B, 3)), np.zeros((T, B), int)
        measured = bytes_of_buffers(net, x, y)
        assert measured == pytest.approx(buffer_bytes(net.architecture, T, B), rel=0.25)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_values_and_gradients_are_those_of_pytorch_live(cell, kind):
    from tests.engine.attention_in_torch import compared

    for answering in PARTS:
        net = network(cell, layers=2, attention=kind)
        x, y, mask = batch(net, T=6, B=3, masked=True)
        errors = compared(net, x, y, mask, answering)
        assert max(errors.values()) < 1e-10, errors


@pytest.mark.parametrize("answering", [None, Answering(3)])
@pytest.mark.parametrize("kind", KINDS)
def test_what_each_step_sends_to_an_earlier_state_adds_up_to_what_comes_over_attention(
    kind, answering
):
    net = network("gru", D=2, H=3, K=2, attention=kind)
    x, y, _ = batch(net, B=1, T=5)
    found = record_sequence(net, x, y, answering=answering)
    recorded, h = found.attention, found.layers[-1].h
    if kind == "additive":
        names = ("query.weight", "key.weight", "v")
        query, key, v = (net.parameters[f"attention.{name}"] for name in names)
        inner = np.tanh(h[:, None] @ query.T + h @ key.T)
        slopes = (v * (1 - inner**2)) @ key
    else:
        by_kind = {
            "dot": h / np.sqrt(3),
            "general": h @ net.parameters.get("attention.weight", h.T),
        }
        slopes = np.repeat(by_kind[kind][:, None], 5, axis=1)
    vectors = recorded.weights[..., None] * recorded.d_sums[:, None]
    vectors = vectors + recorded.d_scores[..., None] * slopes
    np.testing.assert_allclose(recorded.sent, np.linalg.norm(vectors, axis=2), rtol=1e-12)
    later = np.tril(np.ones((5, 5)), -1)
    np.testing.assert_allclose(
        np.einsum("ts,tsh->sh", later, vectors), recorded.later, rtol=1e-10, atol=1e-15
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_prediction_costs_without_any_sequence_is_known(kind):
    assert predicting_s(network("rnn", attention=kind).architecture, 5, 0) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_a_pass_that_diverged_is_left_in_the_next_one(kind):
    net = network("relu", attention=kind)
    x, y, _ = batch(net, T=12)
    weights, expected = net.flat.copy(), net.copy().learn(x, y)
    net.learn(x, y)
    gradients = net.flat_gradients.copy()
    net.flat *= 1e200
    assert not np.isfinite(net.learn(x, y))
    net.flat = weights
    assert net.learn(x, y) == expected
    assert np.array_equal(net.flat_gradients, gradients)


@pytest.mark.parametrize("kind", KINDS)
def test_many_steps_in_blocks_are_computed_as_the_equations_say(kind, monkeypatch):
    monkeypatch.setattr(attention, "ROWS", 2)
    monkeypatch.setattr(attention_scores, "BLOCK", 60)
    net = network("rnn", D=2, H=2, K=2, attention=kind)
    x, y, _ = batch(net, T=7)
    record = net.record(x, y)
    for name, values in reference.gradients(equations_of(net), x, y).items():
        found = {**record.gradients, "x": record.d_x}[name]
        assert np.abs(found - values).max() < EXACT * max(1e-3, np.abs(values).max()), name
