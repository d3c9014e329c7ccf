"""What the settings of a Keras model say: what is shown, what is told, what is refused."""

import json

import numpy as np
import pytest

pytest.importorskip("h5py", reason="files of Keras are HDF5 inside")

import h5py

from rnnviz.weights import build, hdf5, hdf5_child, read
from tests.weights.files import refusal
from tests.weights.keras_models import H, cell, h5, keras, layer, lstm, sequential

TABLE = np.ones((7, 3), "float32")


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    """These files are not hostile: a process for each would take half a second."""
    monkeypatch.setattr(hdf5, "_answer", lambda data: b"".join(hdf5_child.answer(data, h5py)))


def gru(**config):
    usual = {"units": H, "activation": "tanh", "recurrent_activation": "sigmoid"}
    return layer(
        "GRU", "gru", **{**usual, "reset_after": False, "return_sequences": True, **config}
    )


def dense(size, activation="linear", name="dense"):
    return layer("Dense", name, units=size, activation=activation)


def kernel(rows, columns):
    return [np.full((rows, columns), 0.5, "float32"), np.zeros(columns, "float32")]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (sequential(lstm(activation="relu")), "lstm must have the activation tanh, got relu"),
        (sequential(lstm(activation={"class_name": "f"})), "got a function of its author"),
        (sequential(lstm(activation="unknown")), "must have the activation tanh, got unknown"),
        (sequential(lstm(recurrent_activation="hard_sigmoid")), "sigmoid, got hard_sigmoid"),
        (sequential(lstm(go_backwards=True)), "reads its input from the end (go_backwards)"),
        (sequential(lstm(units=5)), "kernel of lstm must have the shape (3, 20), as LSTM with 5"),
        (sequential(lstm(units="4")), "must say its number of units"),
        (sequential(lstm(dtype={"config": {"name": "int8_from_float32"}})), "is quantised"),
        (sequential(lstm(dtype={"config": {"mode": "int8"}})), "is quantised (int8)"),
        (
            sequential(lstm(), layer("Lambda", "mine")),
            "has a Lambda layer, mine: code of its author",
        ),
        (sequential(layer("Bidirectional", layer=layer("Lambda"))), "has a Lambda layer, lambda"),
        (
            sequential(layer("Bidirectional", "b", layer=lstm(), merge_mode="sum")),
            "b joins its two",
        ),
        (
            sequential(layer("ConvLSTM1D", "c")),
            "SimpleRNN, GRU or LSTM was expected, and it has Conv",
        ),
        (sequential(layer("RNN", "r", cell=layer("OwnCell"))), "LSTM cells, got Own"),
        (sequential(lstm(), lstm()), "Two layers of this model are called lstm."),
        (sequential(lstm("a" * 300)), "name of a layer may have 200 characters here"),
        (sequential(), "it has no layers"),
        (
            {"class_name": "Sequential", "config": []},
            "The settings of a model must be a JSON object",
        ),
        ({"class_name": "Sequential", "config": {"layers": 3}}, "a list of 1..1,000 layers"),
        ({"class_name": "Sequential", "config": {"layers": [3]}}, "A layer must be a JSON object."),
        ({}, "do not say of which class"),
        ([], "must be a JSON object"),
        ("{", "are not JSON"),
        ('{"class_name": NaN}', "have NaN where a number was expected"),
        ('{"a": 1, "a": 2}', "a is twice in one object"),
        ("[" * 100_000, "are not JSON"),
        ("[" * 300 + "]" * 300, "must be a JSON object"),
        ('{"a":' * 300 + "1" + "}" * 300, "more than 100 brackets inside each other"),
        (b"\xff\xfe{", "are not JSON"),
        (json.dumps({"a": "b" * 1_000_000}), "config.json in a .keras file may have 1 MB here"),
    ],
)
def test_a_model_that_would_be_other_numbers_here_is_refused(model, words):
    assert words in refusal(read, keras(model), "model.keras")


def test_a_layer_of_the_same_name_by_someone_else_is_not_taken_for_keras_s():
    own = lstm() | {"module": "my.layers", "registered_name": "Mine>LSTM"}
    assert "it has LSTM (not of Keras)" in refusal(read, keras(sequential(own)))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (sequential(lstm(stateful=True)), "here every sequence begins at 0"),
        (sequential(layer("Masking"), lstm()), "masking lets Keras skip masked steps"),
        (sequential(lstm(dtype="mixed_float16")), "Keras computes lstm in mixed_float16"),
        (
            sequential(layer("BatchNormalization", "norm"), lstm()),
            "inputs of lstm are what norm makes",
        ),
        (
            sequential(lstm(), layer("LayerNormalization", "norm")),
            "norm (LayerNormalization) works on",
        ),
    ],
)
def test_what_keras_does_and_is_not_shown_is_told(model, words):
    assert words in " ".join(build(read(keras(model))).sentences)


def test_a_readout_with_another_activation_is_left_out_and_softmax_is_told():
    weights = h5({"layers/lstm/cell": cell(), "layers/dense": kernel(H, 2)})
    model = build(read(keras(sequential(lstm(), dense(2, "relu")), weights)))
    assert model.output_size == 0
    assert "dense has the activation relu" in " ".join(model.sentences)
    model = build(read(keras(sequential(lstm(), dense(2, "softmax")), weights)))
    assert model.output_size == 2
    assert "the loss cross-entropy applies it" in " ".join(model.sentences)


def test_only_the_dense_layer_that_reads_the_network_can_be_its_readout():
    groups = {"layers/lstm/cell": cell(), "layers/dense": kernel(H, H)}
    weights = h5(groups | {"layers/dense_1": kernel(H, 2)})
    model = sequential(lstm(), dense(H, "relu", "hidden"), dense(2, name="last"))
    assert read(keras(model, weights)).readouts == ()
    model = sequential(lstm(), dense(H, name="hidden"), dense(2, name="last"))
    found = build(read(keras(model, weights)))
    assert found.output_size == H
    assert "last (Dense) works on what hidden gives out" in " ".join(found.sentences)


def test_layers_of_other_width_are_networks_of_their_own():
    wide = [np.zeros(shape, "float32") for shape in ((H, 24), (6, 24), (24,))]
    groups = {"layers/lstm/cell": cell(), "layers/lstm_1/cell": wide, "layers/dense": kernel(6, 2)}
    model = sequential(lstm(), lstm("upper", units=6), dense(2))
    found = read(keras(model, h5(groups)))
    assert [(each.path, each.hidden_size) for each in found.networks] == [("lstm", 4), ("upper", 6)]
    assert [len(found.readouts_of(at)) for at in (0, 1)] == [0, 1]
    assert "upper reads what lstm gives out" in " ".join(build(found, 1).sentences)


def test_the_readout_of_the_last_states_of_both_directions_is_left_out():
    groups = {"layers/bidirectional/forward_layer/cell": cell()}
    groups |= {"layers/bidirectional/backward_layer/cell": cell(), "layers/dense": kernel(2 * H, 2)}
    both = layer("Bidirectional", "both", layer=lstm(return_sequences=False))
    found = read(keras(sequential(both, dense(2)), h5(groups)))
    assert found.readouts == ()
    assert "at the two ends of the sequence" in found.networks[0].notes[0]


def node(*names):
    """Return what feeds a layer of a functional model."""
    history = [
        {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}
        for name in names
    ]
    return [{"args": history, "kwargs": {}}]


def test_a_layer_that_begins_from_the_states_of_another_is_refused():
    layers = [layer("InputLayer", "x"), lstm("encoder"), lstm("decoder")]
    nodes = [[], node("x"), node("x", "encoder", "encoder")]
    model = sequential(
        *({**each, "inbound_nodes": fed} for each, fed in zip(layers, nodes, strict=True))
    )
    groups = {"layers/lstm/cell": cell(), "layers/lstm_1/cell": cell()}
    found = read(keras(model | {"class_name": "Functional"}, h5(groups)))
    assert [each.path for each in found.networks] == ["encoder"]
    assert "decoder is fed by several layers" in " ".join(found.notes)


def test_a_model_of_a_class_of_one_s_own_is_read_like_weights_alone():
    own = {"module": "my", "class_name": "Mine", "config": {}, "registered_name": "Mine"}
    # In the order of the alphabet, as Keras writes attributes.
    groups = {"a_head": kernel(H, 2), "embedding": [TABLE], "encoder/cell": cell()}
    found = read(keras(own, h5(groups)))
    assert [each.path for each in found.networks] == ["encoder"]
    assert "of the class Mine of its author" in found.notes[0]
    assert (build(found).output_size, build(found).embedding_size) == (2, 3)


def test_weights_alone_leave_the_activation_of_an_rnn_to_the_user():
    found = read(h5({"layers/simple_rnn/cell": cell(1)}))
    assert found.networks[0].cells == ("rnn", "relu")
    assert "holds weights and no settings" in found.notes[0]


def test_the_variant_of_a_gru_follows_from_the_shape_of_its_bias():
    kernels, bias = cell(3)[:2], np.zeros((2, 12), "float32")
    found = [read(h5({"layers/gru/cell": each})) for each in (cell(3), [*kernels, bias])]
    assert [each.networks[0].reset for each in found] == ["before", "after"]


def test_what_feeds_a_network_through_a_table_is_its_embedding():
    weights = h5({"layers/embedding": [TABLE], "layers/gru/cell": cell(3)})
    table = layer("Embedding", "symbols", mask_zero=True)
    model = build(read(keras(sequential(table, gru()), weights)))
    assert (model.input_size, model.embedding_size, model.reset) == (7, 3, "before")
    assert "symbols lets Keras skip steps of the integer 0" in " ".join(model.sentences)


def test_of_very_many_remarks_the_first_are_listed():
    layers = [lstm(f"lstm{number}", go_backwards=True) for number in range(50)]
    said = refusal(read, keras(sequential(*layers)))
    assert said.endswith("40 more remarks are not listed.")


def test_what_makes_integers_of_text_is_told_and_the_table_behind_it_is_the_embedding():
    weights = h5({"layers/embedding": [TABLE], "layers/lstm/cell": cell()})
    text, table = layer("TextVectorization", "words"), layer("Embedding", "symbols")
    model = build(read(keras(sequential(text, table, lstm()), weights)))
    assert model.embedding_size == 3
    assert "words makes integers of text" in " ".join(model.sentences)


def test_what_stands_behind_a_network_or_its_readout_is_told():
    weights = h5({"layers/lstm/cell": cell(), "layers/dense": kernel(H, 2)})
    model = build(read(keras(sequential(lstm(), dense(2), layer("Softmax", "s")), weights)))
    assert "The outputs here are the numbers before s (Softmax)." in model.sentences
    layers = [lstm(), lstm("upper"), layer("Add", "sum")]
    nodes = [[], node("lstm"), node("lstm", "upper")]
    entries = ({**each, "inbound_nodes": fed} for each, fed in zip(layers, nodes, strict=True))
    groups = {"layers/lstm/cell": cell(), "layers/lstm_1/cell": cell(inputs=H)}
    model = build(read(keras(sequential(*entries) | {"class_name": "Functional"}, h5(groups))))
    assert (model.layers, model.output_size) == (2, 0)
    assert "sum (Add) works on what upper and others give out" in " ".join(model.sentences)
