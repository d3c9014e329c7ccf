"""From a file to a network: what is found, chosen, assumed and left out."""

import numpy as np
import pytest

from rnnviz.tasks import make_task
from rnnviz.training import Trainer
from rnnviz.weights import build
from tests.weights.files import contents, network, refusal, state, tensors


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("prefix", ["lstm", "model.encoder.0.rnn", "module._orig_mod.x"])
def test_a_network_is_found_under_any_prefix(cell, prefix):
    net = network(cell, layers=2)
    model = build(contents(state(net, prefix)))
    assert (model.cell, model.layers, model.input_size, model.output_size) == (cell, 2, 3, 5)
    np.testing.assert_array_equal(model.network().flat, net.flat)


def test_the_names_of_a_module_that_was_saved_alone_have_no_prefix():
    net = network("gru")
    plain = {name: values for name, values in net.to_torch().items() if "." not in name}
    model = build(contents(plain))
    assert model.output_size == 0
    assert "Without a readout" in " ".join(model.sentences)


def test_tanh_is_assumed_where_the_file_does_not_say_and_relu_can_be_chosen():
    found = contents(tensors("rnn"))
    assert build(found).cell == "rnn"
    assert any("does not say whether" in said for said in build(found).sentences)
    assert build(found, cell="relu").cell == "relu"
    assert "must be rnn or relu" in refusal(build, found, cell="gru")


def test_a_gru_cannot_be_read_as_an_lstm():
    said = refusal(build, contents(tensors("gru")), cell="lstm")
    assert said == "lstm must be gru: its weights have the rows of one. Got 'lstm'."


def test_without_biases_they_are_zero():
    weights = {name: each for name, each in tensors().items() if not name.startswith("lstm.bias")}
    model = build(contents(weights))
    assert not model.parameters["bias_hh_l0"].any()
    assert "It has no biases: they are 0 here." in model.sentences


def test_layers_in_modules_of_their_own_are_one_network_and_each_one_as_well():
    net = network("lstm", layers=2)
    weights = {
        name if "." in name else f"cells.{name[-1]}.{name[:-3]}": values
        for name, values in net.to_torch().items()
    }
    found = contents(weights)
    assert [each.path for each in found.networks] == ["cells.0 to cells.1", "cells.0", "cells.1"]
    np.testing.assert_array_equal(build(found).network().flat, net.flat)


def test_separate_networks_are_listed_and_the_user_chooses():
    weights = {**state(network("gru"), "encoder"), **state(network("lstm"), "decoder")}
    found = contents(weights)
    assert [(each.path, each.cell) for each in found.networks] == [
        ("decoder", "lstm"),
        ("encoder", "gru"),
    ]
    assert build(found, network=1).cell == "gru"
    assert refusal(build, found, network=2) == "network must be 0..1, got 2."


def test_the_readout_is_guessed_by_its_shape_and_another_or_none_can_be_chosen():
    weights = {**tensors(), "aux.weight": np.ones((2, 4)), "mlp.weight": np.ones((7, 9))}
    found = contents(weights)
    assert [each.name for each in found.readouts] == ["head.weight", "aux.weight"]
    assert build(found).output_size == 5
    assert build(found, readout="aux.weight").output_size == 2
    assert build(found, readout=None).output_size == 0
    assert "aux.weight" in refusal(build, found, readout="mlp.weight")


def test_an_embedding_is_found_by_its_shape():
    net = network("gru", embedding_size=2, input_size=6)
    model = build(contents({**state(net), "norm.weight": np.ones(4)}))
    assert (model.input_size, model.embedding_size) == (6, 2)
    assert model.sentences[-1] == "Left out: norm.weight."
    np.testing.assert_array_equal(model.network().flat, net.flat)


def test_a_run_begins_with_the_weights_of_a_file_and_trains_on():
    task = make_task("echo")
    sizes = {"input_size": task.input_size, "output_size": len(task.output_labels)}
    net = network("gru", reset="after", bidirectional=True, dtype="float32", **sizes)
    model = build(contents(state(net)))
    config = model.config(task, learning_rate=0.02)
    trainer = Trainer(config, task, weights=model.parameters)
    np.testing.assert_array_equal(trainer.network.flat, net.flat)
    assert config.learning_rate == 0.02
    assert trainer.advance(iterations=1) == 1


def test_a_task_that_does_not_fit_is_refused():
    task = make_task("echo")
    for sizes in ({"input_size": 9}, {"output_size": 9}, {"output_size": 0}):
        fitting = {"input_size": task.input_size, "output_size": len(task.output_labels)}
        model = build(contents(tensors(**{**fitting, **sizes})))
        assert "This network has" in refusal(model.config, task)
    embedded = build(contents(tensors("gru", embedding_size=2)))
    assert "reads symbols for its embedding" in refusal(embedded.config, task)


def test_half_precision_is_computed_in_single():
    weights = {name: each.astype(np.float16) for name, each in tensors().items()}
    model = build(contents(weights))
    assert model.dtype == "float32"
    assert "Its numbers are float16; it computes with them in float32." in model.sentences
    np.testing.assert_array_equal(
        model.parameters["weight_hh_l0"], weights["lstm.weight_hh_l0"].astype(np.float32)
    )
