"""Free running: each answer is the input of the next step, as a loop by hand has it."""

import numpy as np
import pytest

from rnnviz.engine import Answering, answer_freely
from tests.engine.batches import RECURRENT, network


def fed_back(net):
    """Return an input of its own for each answer."""
    return np.random.default_rng(1).normal(size=(net.output_size, net.input_size))


def by_hand(net, x, first, from_zero, fed):
    """Run one sequence step by step , each from the state that the last one left."""
    state, outputs = None, []
    for t in range(len(x)):
        now = x[t] if t <= first else fed[int(outputs[-1].argmax())]
        if t == first and from_zero:
            state = None
        step = net.record(now[None, None], np.zeros((1, 1), int), initial=state)
        state = step.final
        outputs.append(step.outputs[0, 0])
    return np.array(outputs[first:])


@pytest.mark.parametrize("from_zero", [False, True])
@pytest.mark.parametrize("cell", RECURRENT)
def test_it_equals_a_loop_over_single_steps(cell, from_zero):
    net = network(cell, layers=2)
    x = np.random.default_rng(0).normal(size=(7, 3, net.input_size))
    fed = fed_back(net)
    found = answer_freely(net, x, Answering(3, from_zero), fed)
    for place in range(3):
        expected = by_hand(net, x[:, place], 3, from_zero, fed)
        np.testing.assert_allclose(found[:, place], expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("cell", "window"), [("gru", 1), ("mlp", 1), ("mlp", 9)])
def test_its_outputs_are_those_of_the_same_inputs_given_at_once(cell, window):
    net = network(cell, **({"window": window} if cell == "mlp" else {}))
    x = np.random.default_rng(0).normal(size=(8, 2, net.input_size))
    before, fed = x.copy(), fed_back(net)
    found = answer_freely(net, x, Answering(4), fed)
    np.testing.assert_array_equal(x, before)
    x[5:] = fed[found.argmax(axis=2)[:-1]]
    np.testing.assert_allclose(net.predict(x)[4:], found, rtol=0, atol=1e-13)


def test_what_stands_in_the_batch_after_the_sign_is_not_read():
    net = network("lstm")
    x = np.random.default_rng(0).normal(size=(6, 2, net.input_size))
    other = x.copy()
    other[4:] = 9.0
    first, second = (answer_freely(net, each, Answering(3), fed_back(net)) for each in (x, other))
    np.testing.assert_array_equal(first, second)


def test_what_does_not_fit_is_refused_in_a_sentence():
    net = network("rnn", D=3, K=5)
    x = np.zeros((4, 1, 3))
    with pytest.raises(ValueError, match=r"answering.first must be a whole number 1..3, got 4"):
        answer_freely(net, x, Answering(4), np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"fed_back must have the shape \(5, 3\), got \(3, 5\)"):
        answer_freely(net, x, Answering(2), np.zeros((3, 5)))
    ids = network("rnn", D=5, K=5, embedding_size=2)
    with pytest.raises(ValueError, match="looks up integers has no input for its own answers"):
        answer_freely(ids, np.zeros((4, 1), int), Answering(2), np.zeros((5, 5)))


@pytest.mark.parametrize("from_zero", [False, True])
@pytest.mark.parametrize("attention", ["dot", "general", "additive"])
def test_with_attention_too_its_outputs_are_those_of_the_same_inputs_given_at_once(
    attention, from_zero
):
    net = network("lstm", layers=2, attention=attention)
    x = np.random.default_rng(0).normal(size=(7, 2, net.input_size))
    fed, answering = fed_back(net), Answering(3, from_zero)
    found = answer_freely(net, x, answering, fed)
    x[4:] = fed[found.argmax(axis=2)[:-1]]
    np.testing.assert_allclose(net.predict(x, answering)[3:], found, rtol=0, atol=1e-12)
