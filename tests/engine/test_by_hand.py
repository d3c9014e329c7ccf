"""Forward values worked out by plain arithmetic, with weights that are all different.

A gradient check cannot see a wrong forward pass, and an oracle of the same author may share a
mistake; these numbers are made of nothing but `+`, `*`, `math.exp` and `math.tanh`.
"""

import math

import numpy as np
import pytest

from rnnviz.engine import Network


def sigmoid(a):
    return 1 / (1 + math.exp(-a))


def tiny(cell, **weights):
    """Return a network with D = H = 1 and K = 2, and the given weights."""
    net = Network(cell=cell, input_size=1, hidden_size=1, output_size=2)
    net.load_torch(
        {
            **{name: np.array(values, float) for name, values in weights.items()},
            "readout.weight": np.array([[2.0], [-1.0]]),
            "readout.bias": np.array([0.25, 0.5]),
        }
    )
    return net


X = np.array([[[0.5]], [[-2.0]]])  # two steps, one sequence, one input
Y = np.array([[0], [1]])

RNN = {"weight_ih_l0": [[0.7]], "weight_hh_l0": [[-0.4]], "bias_ih_l0": [0.1], "bias_hh_l0": [0.3]}


def expected_loss(h1, h2):
    """-log softmax of the wanted outputs (0, then 1), averaged over the two steps."""
    total = 0.0
    for h, wanted in ((h1, 0), (h2, 1)):
        logits = (2.0 * h + 0.25, -1.0 * h + 0.5)
        total -= math.log(math.exp(logits[wanted]) / (math.exp(logits[0]) + math.exp(logits[1])))
    return total / 2


def check(net, h1, h2):
    record = net.record(X, Y)
    assert record.layers[0].h.ravel() == pytest.approx([h1, h2], rel=1e-14)
    assert record.outputs[1, 0] == pytest.approx([2.0 * h2 + 0.25, -h2 + 0.5], rel=1e-14)
    assert record.loss == pytest.approx(expected_loss(h1, h2), rel=1e-14)
    return record.layers[0]


def test_rnn_by_hand():
    net = tiny(
        "rnn", weight_ih_l0=[[0.7]], weight_hh_l0=[[-0.4]], bias_ih_l0=[0.1], bias_hh_l0=[0.3]
    )
    h1 = math.tanh(0.7 * 0.5 + 0.1 + 0.3)
    h2 = math.tanh(0.7 * -2.0 + 0.1 - 0.4 * h1 + 0.3)
    check(net, h1, h2)


def test_relu_by_hand():
    net = tiny(
        "relu", weight_ih_l0=[[-0.7]], weight_hh_l0=[[0.9]], bias_ih_l0=[0.1], bias_hh_l0=[0.2]
    )
    h1 = 0.0  # -0.35 + 0.3 is below zero
    h2 = 1.4 + 0.1 + 0.2
    check(net, h1, h2)


def test_gru_by_hand():
    net = tiny(
        "gru",
        weight_ih_l0=[[0.6], [-0.5], [1.1]],  # r z n
        weight_hh_l0=[[-0.3], [0.8], [1.3]],
        bias_ih_l0=[0.2, -0.1, 0.05],
        bias_hh_l0=[0.4, 0.15, -0.25],
    )
    h = 0.0
    for x in (0.5, -2.0):
        r = sigmoid(0.6 * x + 0.2 - 0.3 * h + 0.4)
        z = sigmoid(-0.5 * x - 0.1 + 0.8 * h + 0.15)
        n = math.tanh(1.1 * x + 0.05 + r * (1.3 * h - 0.25))
        h1, h = h, (1 - z) * n + z * h
    layer = check(net, h1, h)
    found = [layer.gates[letter][1, 0, 0] for letter in "rzn"]
    assert found == pytest.approx([r, z, n], rel=1e-14)


def test_lstm_by_hand():
    net = tiny(
        "lstm",
        weight_ih_l0=[[0.6], [-0.5], [1.1], [0.9]],  # i f g o
        weight_hh_l0=[[-0.3], [0.8], [1.3], [-0.7]],
        bias_ih_l0=[0.2, -0.1, 0.05, 0.35],
        bias_hh_l0=[0.4, 0.15, -0.25, -0.45],
    )
    h = c = 0.0
    for x in (0.5, -2.0):
        i = sigmoid(0.6 * x + 0.2 - 0.3 * h + 0.4)
        f = sigmoid(-0.5 * x - 0.1 + 0.8 * h + 0.15)
        g = math.tanh(1.1 * x + 0.05 + 1.3 * h - 0.25)
        o = sigmoid(0.9 * x + 0.35 - 0.7 * h - 0.45)
        c = f * c + i * g
        h1, h = h, o * math.tanh(c)
    layer = check(net, h1, h)
    found = [layer.gates[letter][1, 0, 0] for letter in "ifgo"]
    assert found == pytest.approx([i, f, g, o], rel=1e-14)
    assert layer.c[1, 0, 0] == pytest.approx(c, rel=1e-14)


def test_two_layers_by_hand():
    net = Network(cell="rnn", input_size=1, hidden_size=1, output_size=2, layers=2)
    weights = {
        "weight_ih_l0": [[0.7]],
        "weight_hh_l0": [[-0.4]],
        "bias_ih_l0": [0.1],
        "bias_hh_l0": [0.3],
        "weight_ih_l1": [[1.2]],
        "weight_hh_l1": [[0.5]],
        "bias_ih_l1": [-0.2],
        "bias_hh_l1": [0.6],
        "readout.weight": [[2.0], [-1.0]],
        "readout.bias": [0.25, 0.5],
    }
    net.load_torch({name: np.array(values) for name, values in weights.items()})
    low1 = math.tanh(0.7 * 0.5 + 0.4)
    low2 = math.tanh(0.7 * -2.0 + 0.4 - 0.4 * low1)
    high1 = math.tanh(1.2 * low1 + 0.4)
    high2 = math.tanh(1.2 * low2 + 0.4 + 0.5 * high1)
    record = net.record(X, Y)
    assert record.layers[0].h.ravel() == pytest.approx([low1, low2], rel=1e-14)
    assert record.layers[1].h.ravel() == pytest.approx([high1, high2], rel=1e-14)
    assert record.loss == pytest.approx(expected_loss(high1, high2), rel=1e-14)


def test_squared_error_by_hand_counts_the_scored_steps_only():
    net = tiny(
        "rnn", weight_ih_l0=[[0.7]], weight_hh_l0=[[-0.4]], bias_ih_l0=[0.1], bias_hh_l0=[0.3]
    )
    h1 = math.tanh(0.75)
    wanted = np.array([[[1.0, -3.0]], [[math.nan, math.nan]]])  # never read where not scored
    record = net.record(X, wanted, np.array([[True], [False]]), "squared_error")
    first, second = 2 * h1 + 0.25 - 1.0, -h1 + 0.5 + 3.0
    assert record.loss == pytest.approx((first**2 + second**2) / 2, rel=1e-14)
    assert np.all(record.d_x[1] == 0)


def test_the_gradient_of_one_step_by_hand():
    """dL/dh of the only step of an RNN is readout.weight^T (p - [k = y])."""
    net = tiny(
        "rnn", weight_ih_l0=[[0.7]], weight_hh_l0=[[-0.4]], bias_ih_l0=[0.1], bias_hh_l0=[0.3]
    )
    record = net.record(X[:1], Y[:1])
    h = math.tanh(0.75)
    p1 = 1 / (1 + math.exp((2 * h + 0.25) - (-h + 0.5)))
    d_h = 2.0 * -p1 + -1.0 * p1
    assert record.layers[0].d_h[0, 0, 0] == pytest.approx(d_h, rel=1e-13)
    assert record.d_x[0, 0, 0] == pytest.approx(0.7 * d_h * (1 - h * h), rel=1e-13)
