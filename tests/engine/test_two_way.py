"""Bidirectional networks: PyTorch's numbers, central differences, and each direction's own time."""

import functools

import numpy as np
import pytest

from rnnviz.engine import (
    TOLERANCE,
    Answering,
    Hold,
    Network,
    ShiftForgetBias,
    Silence,
    answer_freely,
    gradient_check,
    itemised,
    observe_sequence,
    record_sequence,
    softmax,
    step_jacobians,
)
from tests.engine import make_torch_two_way as made
from tests.engine.batches import relative

SIZES = {"input_size": made.D, "hidden_size": made.H, "output_size": made.K, "layers": made.LAYERS}


@functools.cache
def stored(cell):
    with np.load(made.DATA / f"two_way_{cell}.npz") as file:
        return dict(file)


def part(values, prefix):
    return {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}


def network(cell, **settings):
    return Network(**{"cell": cell, "bidirectional": True, **SIZES, **settings})


def loaded(cell, **settings):
    net = network(cell, **settings)
    net.load_torch(part(stored(cell), "weight:"))
    return net


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 2e-5)])
@pytest.mark.parametrize("cell", made.CELLS)
def test_everything_is_as_in_pytorch(cell, dtype, tolerance):
    values = stored(cell)
    net = loaded(cell, dtype=dtype)
    record = net.record(values["x"], values["y"], values["mask"], initial=part(values, "initial:"))
    errors = {
        "loss": abs(record.loss - values["loss"]) / values["loss"],
        "outputs": relative(record.outputs, values["outputs"]),
        "d_x": relative(record.d_x, values["d_x"]),
    }
    for name, gradient in part(values, "gradient:").items():
        errors[name] = relative(record.gradients[name], gradient)
    for name in "hc" if cell == "lstm" else "h":
        errors[f"final {name}"] = relative(record.final[name], values[f"final:{name}"])
        start = values[f"d_initial:{name}"]
        errors[f"initial {name}"] = relative(record.d_initial[name], start)
        for number, layer in enumerate(record.layers):
            for letter in (name, f"d_{name}"):
                errors[f"{letter}{number}"] = relative(
                    getattr(layer, letter), values[f"{letter}{number}"]
                )
    assert len(record.layers) == 4
    assert len(errors) > 30
    assert max(errors.values()) < tolerance, max(errors, key=errors.get)


@pytest.mark.parametrize("settings", [{}, {"reset": "before"}, {"embedding_size": 2}])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_central_differences_agree(cell, settings):
    if "reset" in settings and cell != "gru":
        return
    net = network(cell, hidden_size=2, input_size=2, output_size=2, **settings)
    generator = np.random.default_rng(3)
    x = generator.normal(size=(3, 2, 2))
    if net.architecture.ids:
        x = generator.integers(0, 2, (3, 2))
    mask = np.array([[True, False], [True, True], [False, False]])  # the second one is padded
    table = gradient_check(net, x, generator.integers(0, 2, (3, 2)), mask)
    assert {"weight_hh_l1_reverse", "readout.weight"} <= set(table)
    assert max(table.values()) < TOLERANCE


def test_each_direction_is_the_network_that_it_would_be_alone():
    net = network("lstm", layers=1)
    alone = Network(**{**SIZES, "cell": "lstm", "layers": 1, "output_size": 0})
    x = np.random.default_rng(0).normal(size=(5, 2, made.D))
    for number, seen in ((0, x), (1, x[::-1])):
        end = net.architecture.suffix(number)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            alone.parameters[f"{name}_l0"] = net.parameters[f"{name}{end}"]
        (expected,) = alone.observe(seen)
        found = net.observe(x)[number]
        assert relative(found.c, expected.c) < 1e-14
        assert relative(found.gates["f"], expected.gates["f"]) < 1e-14
    assert net.architecture.layer_names == ("layer 1, forward", "layer 1, backward")


def test_padding_is_input_so_the_backward_direction_begins_with_it():
    net = network("gru", layers=1)
    x = np.random.default_rng(0).normal(size=(5, 1, made.D))
    other = x.copy()
    other[-1] += 1
    mask = np.array([[True]] * 4 + [[False]])
    y = np.zeros((5, 1), int)
    forward, backward = net.record(x, y, mask).layers
    forward_2, backward_2 = net.record(other, y, mask).layers
    assert np.array_equal(forward.h[:4], forward_2.h[:4])
    assert not np.isclose(backward.h, backward_2.h).any()


def test_the_last_scored_step_of_a_backward_layer_is_the_first_one_of_the_sequence():
    values, net = stored("lstm"), loaded("lstm")
    x, y, mask = values["x"][:, :1], values["y"][:, :1], values["mask"][:, :1]
    assert mask[0, 0]
    record = record_sequence(net, x, y, mask)
    last = int(np.flatnonzero(mask[:, 0])[-1])
    for chosen, numbers in ((last, (0, 2)), (0, (1, 3))):
        alone = np.zeros_like(mask)
        alone[chosen] = True
        share = net.record(x, y, alone)
        for number in numbers:
            expected = share.layers[number].d_h[:, 0] / mask.sum()
            assert relative(record.layers[number].last_d_h, expected) < 1e-12
    whole = net.record(x, y, mask)
    for one, other in zip(record.layers, whole.layers, strict=True):
        assert relative(one.d_h, other.d_h[:, 0]) < 1e-12
    assert relative(record.d_x, whole.d_x[:, 0]) < 1e-12


def test_a_given_gradient_of_what_the_module_gives_comes_back_as_that_of_the_loss():
    values, net = stored("gru"), loaded("gru")
    x, y, mask = (values[name][:, :1] for name in ("x", "y", "mask"))
    whole = record_sequence(net, x, y, mask)
    d_outputs = (softmax(whole.outputs) - np.eye(made.K)[y[:, 0]]) * mask / mask.sum()
    given = d_outputs @ net.parameters["readout.weight"]
    found = observe_sequence(net, x, given[:, None])
    assert relative(found.d_x, whole.d_x) < 1e-12
    for one, other in zip(found.layers, whole.layers, strict=True):
        assert relative(one.d_h, other.d_h) < 1e-12
        assert relative(one.last_d_h, other.last_d_h) < 1e-12


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_jacobians_of_single_steps_are_those_of_each_directions_own_time(cell):
    net = network(cell, layers=2)
    x = np.random.default_rng(1).normal(size=(4, 1, made.D))
    found = step_jacobians(net, x)
    assert found.shape == (4, 4, made.H, made.H)
    alone = Network(cell=cell, input_size=2 * made.H, hidden_size=made.H, output_size=0)
    forward, backward = net.observe(x)[:2]
    below = np.concatenate([forward.h, backward.h[::-1]], axis=2)
    for number, seen in ((2, below), (3, below[::-1])):
        end = net.architecture.suffix(number)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            alone.parameters[f"{name}_l0"] = net.parameters[f"{name}{end}"]
        assert relative(found[number], step_jacobians(alone, seen)[0]) < 1e-12


def test_items_add_up_to_the_whole_gradient_in_both_directions():
    values, net = stored("lstm"), loaded("lstm")
    x, y, mask = values["x"][:, :1], values["y"][:, :1], values["mask"][:, :1]
    found = itemised(net, x, y, mask, keep_vectors=True)
    for vectors, layer in zip(found.d_h_vectors, net.record(x, y, mask).layers, strict=True):
        assert relative(vectors.sum(axis=0), layer.d_h[:, 0]) < 1e-12


def test_interventions_reach_the_direction_that_they_name():
    net = network("lstm", hidden_size=2)
    x = np.random.default_rng(1).normal(size=(4, 2, made.D))
    before = net.observe(x)
    net.intervene(Hold("f", 0.5, layer=1), Silence((0,), layer=2), ShiftForgetBias(1.0, layer=3))
    after = net.observe(x)
    assert np.array_equal(before[0].h, after[0].h)
    assert (after[1].gates["f"] == 0.5).all()
    assert not after[2].h[..., 0].any()
    table = gradient_check(net, x, np.zeros((4, 2), int))
    assert max(table.values()) < TOLERANCE
    with pytest.raises(ValueError, match=r"layer must be a whole number 0\.\.3, got 4"):
        net.intervene(Silence((0,), layer=4))


def test_what_two_directions_cannot_do_is_refused_in_a_sentence():
    net = network("rnn", input_size=made.K)
    x, y = np.zeros((4, 1, made.K)), np.zeros((4, 1), int)
    with pytest.raises(ValueError, match="truncate must be None in a bidirectional network"):
        net.learn(x, y, truncate=2)
    for call in (
        lambda: net.record(x, y, answering=Answering(2)),
        lambda: net.predict(x, Answering(2)),
        lambda: answer_freely(net, x, Answering(2), np.eye(made.K)),
    ):
        with pytest.raises(ValueError, match="answering must be None in a bidirectional network"):
            call()
    with pytest.raises(ValueError, match="attention must be none in a bidirectional network"):
        network("rnn", attention="dot")
    with pytest.raises(ValueError, match="bidirectional is only for the cell"):
        network("mlp")
    assert not net.architecture.stacks
