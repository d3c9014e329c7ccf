"""Bad input is refused with the name of the argument, what was expected and what came."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from rnnviz.engine import (
    GradientCheck,
    Hold,
    Network,
    ShiftForgetBias,
    Silence,
    clip_by_norm,
    clip_by_value,
    itemised,
    jacobian_norms,
    make_optimizer,
    step_jacobians,
)
from tests.engine.batches import batch, network

SETTINGS = {"cell": "lstm", "input_size": 3, "hidden_size": 4, "output_size": 5}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("cell", "lstn", "cell must be one of .*got 'lstn'"),
        ("input_size", 0, "input_size must be a whole number 1 or more, got 0"),
        ("hidden_size", 2.5, "hidden_size must be a whole number 1 or more, got 2.5"),
        ("hidden_size", True, "hidden_size must be a whole number"),
        ("output_size", -1, "output_size must be a whole number 0 or more, got -1"),
        ("layers", 5, r"layers must be a whole number 1\.\.4, got 5"),
        ("layers", 0, r"layers must be a whole number 1\.\.4, got 0"),
        ("dtype", "float16", "dtype must be float32 or float64, got 'float16'"),
        ("dtype", "float", None),
        ("dtype", "nonsense", "dtype must be float32 or float64"),
        ("seed", -1, "seed must be a whole number 0 or more, got -1"),
        ("forget_bias", float("nan"), "forget_bias must be a finite number, got nan"),
        ("forget_bias", 10**400, "forget_bias must be a finite number, got inf"),
        ("forget_bias", "1", "forget_bias must be a number, got '1'"),
    ],
)
def test_settings_out_of_range_are_refused(name, value, message):
    if message is None:  # a word of Python for float64
        assert Network(**{**SETTINGS, name: value}).dtype == np.float64
        return
    with pytest.raises(ValueError, match=message):
        Network(**{**SETTINGS, name: value})


def zeros(*shape):
    return np.zeros(shape)


def with_nan(*shape):
    array = np.zeros(shape)
    array.flat[1] = np.nan
    return array


Y = np.zeros((6, 2), int)

BAD = [
    ({"x": zeros(6, 3)}, r"x must have the shape \(T, B, 3\).*got \(6, 3\)"),
    ({"x": zeros(6, 2, 4)}, r"x must have the shape \(T, B, 3\).*got \(6, 2, 4\)"),
    ({"x": zeros(0, 2, 3)}, r"x must have the shape \(T, B, 3\).*got \(0, 2, 3\)"),
    ({"x": zeros(6, 0, 3)}, r"x must have the shape .*got \(6, 0, 3\)"),
    ({"x": with_nan(6, 2, 3)}, "x must be finite, got NaN or infinity"),
    ({"x": [["a"]]}, "x must be an array of numbers"),
    ({"x": [[1], [1, 2]]}, "x must be an array, got: .*inhomogeneous"),
    ({"y": [[1], [1, 2]]}, "y must be an array, got: .*inhomogeneous"),
    ({"y": 1}, r"y must have the shape \(6, 2\), got \(\)"),
    ({"x": zeros(6, 2, 3) * 1j}, "x must be an array of numbers, got complex128"),
    ({"y": Y + 5}, r"y must be classes 0\.\.4, got 5\.\.5"),
    ({"y": Y - 1}, r"y must be classes 0\.\.4, got -1\.\.-1"),
    ({"y": Y[:5]}, r"y must have the shape \(6, 2\), got \(5, 2\)"),
    ({"y": Y[:1]}, r"y must have the shape \(6, 2\), got \(1, 2\)"),
    ({"y": Y[:, :1]}, r"y must have the shape \(6, 2\), got \(6, 1\)"),
    ({"y": Y[0], "mask": np.ones((6, 2), bool)}, "mask must be None where y is .* last step"),
    ({"y": Y.astype(float)}, r"y must be whole numbers \(classes\) for cross_entropy, got float64"),
    ({"y": Y, "loss": "squared_error"}, r"y must have the shape \(2, 5\) \(last.*got \(6, 2\)"),
    ({"y": zeros(6, 2, 1), "loss": "squared_error"}, r"y .* \(6, 2, 5\), got \(6, 2, 1\)"),
    ({"y": with_nan(6, 2, 5), "loss": "squared_error"}, "y must be finite where it is scored"),
    ({"y": [[["a"] * 5] * 2] * 6, "loss": "squared_error"}, "y must be numbers for squared_error"),
    ({"loss": "mse"}, "loss must be one of cross_entropy, squared_error, got 'mse'"),
    ({"mask": np.zeros((6, 2), bool)}, "mask must score at least one step, got none"),
    ({"mask": np.ones((6, 2))}, r"mask must be true or false \(bool\), got float64"),
    ({"mask": np.ones((6, 1), bool)}, r"mask must have the shape \(6, 2\), got \(6, 1\)"),
    ({"mask": np.ones((2, 6), bool)}, r"mask must have the shape \(6, 2\), got \(2, 6\)"),
    ({"initial": {"q": zeros(1, 2, 4)}}, r"initial must be a mapping with the keys \['h', 'c'\]"),
    ({"initial": zeros(1, 2, 4)}, "initial must be a mapping .*got ndarray"),
    ({"initial": {"h": zeros(2, 4)}}, r"initial\['h'\] must have the shape \(1, 2, 4\)"),
    ({"initial": {"c": with_nan(1, 2, 4)}}, r"initial\['c'\] must be finite"),
    ({"truncate": 0}, "truncate must be a whole number 1 or more, got 0"),
    ({"truncate": 1.5}, "truncate must be a whole number 1 or more, got 1.5"),
]


BAD_TO_LEARN = [bad for bad in BAD if "initial" not in bad[0]]  # learning starts from zero


@pytest.mark.parametrize(
    ("what", "changed", "message"),
    [("record", *bad) for bad in BAD] + [("learn", *bad) for bad in BAD_TO_LEARN],
)
def test_a_bad_batch_is_refused_and_nothing_is_changed(what, changed, message):
    net = network("lstm")
    x, y, _ = batch(net, T=6)
    net.learn(x, y)
    before, outputs = (net.flat.copy(), net.flat_gradients.copy()), net.outputs.copy()
    with pytest.raises(ValueError, match=message):
        getattr(net, what)(**{"x": x, "y": Y, **changed})
    for now, then in zip((net.flat, net.flat_gradients), before, strict=True):
        assert np.array_equal(now, then)
    assert what == "learn" or np.array_equal(net.outputs, outputs)
    assert np.isfinite(net.learn(x, y))


def test_a_prediction_of_bad_input_is_refused():
    with pytest.raises(ValueError, match="x must be finite"):
        network("lstm").predict(with_nan(6, 2, 3))


class OfAnotherLibrary:
    """Refuses to become an array, as a tensor of PyTorch does that requires a gradient."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("detach me")


def changed_weights(net, **changes):
    weights = {**net.to_torch(), **changes}
    return {name: values for name, values in weights.items() if values is not None}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bias_hh_l0": None}, r"missing \['bias_hh_l0'\], unknown \[\]"),
        ({"weight_hr_l0": zeros(1)}, r"missing \[\], unknown \['weight_hr_l0'\]"),
        (
            {"weight_hh_l0": zeros(16, 3)},
            r"weight_hh_l0 must have the shape \(16, 4\), got \(16, 3",
        ),
        ({"readout.bias": with_nan(5)}, "readout.bias must be finite, got NaN"),
        ({"readout.bias": ["a"] * 5}, "readout.bias must be an array of numbers"),
        ({"readout.bias": OfAnotherLibrary()}, "readout.bias must be an array, got: detach me"),
    ],
)
def test_bad_weights_are_refused_and_nothing_is_changed(changes, message):
    net = network("lstm")
    before = net.flat.copy()
    good = {name: values + 1 for name, values in net.to_torch().items()}
    with pytest.raises(ValueError, match=message):
        net.load_torch(changed_weights(net, **{**good, **changes}))
    assert np.array_equal(net.flat, before)


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm"])
def test_the_smallest_sizes_work(cell):
    net = network(cell, D=1, H=1, K=2)
    record = net.record(np.ones((1, 1, 1)), np.ones((1, 1), int))
    assert np.isfinite(record.loss)
    assert record.layers[0].h.shape == (1, 1, 1)
    single = network(cell, D=1, H=1, K=1)
    assert single.record(np.ones((2, 1, 1)), np.ones((2, 1, 1)), loss="squared_error").loss > 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"gradients": {"bias": zeros(16)}}, r"gradients must be of .*got \['bias'\]"),
        (
            {"gradients": {"bias_hh_l0": zeros(17)}},
            r"gradients\['bias_hh_l0'\] must have the shape \(16,\), got \(17,\)",
        ),
        ({"step": 0.0}, "step must be above 0, got 0.0"),
        ({"entries": 0}, "entries must be a whole number 1 or more, got 0"),
    ],
)
def test_a_check_of_what_is_not_there_is_refused(settings, message):
    net = network("lstm")
    with pytest.raises(ValueError, match=message):
        GradientCheck(net, zeros(6, 2, 3), Y, **settings)


@pytest.mark.parametrize("of", [jacobian_norms, step_jacobians])
@pytest.mark.parametrize("step", [6, -1, 1.5])
def test_a_time_step_that_is_not_there_is_refused(of, step):
    with pytest.raises(ValueError, match=rf"steps must be a whole number 0\.\.5, got {step}"):
        of(network("lstm"), zeros(6, 1, 3), steps=[step])


@pytest.mark.parametrize(
    ("clip", "name"), [(clip_by_norm, "max_norm"), (clip_by_value, "max_value")]
)
@pytest.mark.parametrize(
    ("limit", "message"), [(-1, "0 or more, got -1"), (np.nan, "a finite number, got nan")]
)
def test_a_limit_that_is_none_is_refused_and_the_gradient_is_not_changed(
    clip, name, limit, message
):
    gradients = np.ones(3)
    with pytest.raises(ValueError, match=f"{name} must be {message}"):
        clip(gradients, limit)
    assert gradients.tolist() == [1, 1, 1]


def test_classes_of_any_whole_numbers_are_the_same_classes():
    net = network("lstm")
    x, y, _ = batch(net)
    for kind in ("uint8", "int32", "uint64"):
        assert net.record(x, y.astype(kind)).loss == net.record(x, y).loss


X = np.random.default_rng(0).normal(size=(6, 2, 3))

HOSTILE = [
    None, True, -1, 2**63, 10**5000, 1.5, float("nan"), float("inf"), "3", "x" * 100_000, "\ud800",
    b"x", [], [[1], [1, 2]], {}, {"a": 1}, {1: 1, "a": 2}, {10**5000: 1}, set(), 1j, object(),
    Fraction(1, 3), Decimal("NaN"), np.bool_(True), np.int8(3), np.array(3), np.array([1, 2]),
    np.array(["a"]), np.datetime64("2020"), np.zeros((0, 0, 0)), X.astype(object), X[0], X * 1j,
    X.tolist(), Y + 100, Y - 100, Y.astype(np.uint64), Y.tolist(), np.zeros((6, 2), bool),
]  # fmt: skip


def _huge(value):
    """Tell whether there is no memory for so many, which NumPy says in its own words."""
    return type(value) is int and value >= 2**63


CALLS = {
    **{name: lambda _, value, name=name: Network(**{**SETTINGS, name: value})
       for name in ("cell", "layers", "dtype", "seed", "forget_bias", "peephole", "coupled",
                    "reset", "initial_weights", "spectral_radius")},
    "x": lambda net, value: net.learn(value, Y),
    "x recorded": lambda net, value: net.record(value, Y),
    "x predicted": lambda net, value: net.predict(value),
    "x looked up": lambda _, value: network("lstm", embedding_size=2).learn(value, Y),
    "x checked": lambda net, value: GradientCheck(net, value, Y),
    "x taken apart": lambda net, value: itemised(net, value, Y),
    "y": lambda net, value: net.learn(X, value),
    "y of numbers": lambda net, value: net.learn(X, value, loss="squared_error"),
    "y recorded": lambda net, value: net.record(X, value),
    "mask": lambda net, value: net.learn(X, Y, value),
    "mask recorded": lambda net, value: net.record(X, Y, value),
    "loss": lambda net, value: net.learn(X, Y, loss=value),
    "truncate": lambda net, value: net.learn(X, Y, truncate=value),
    "truncate recorded": lambda net, value: net.record(X, Y, truncate=value),
    "initial": lambda net, value: net.record(X, Y, initial=value),
    "weights": lambda net, value: net.load_torch(value),
    "readout.bias": lambda net, value: net.load_torch({**net.to_torch(), "readout.bias": value}),
    "dtype of a copy": lambda net, value: net.copy(value),
    "gradients": lambda net, value: GradientCheck(net, X, Y, gradients=value),
    "gradients by name": lambda net, value: GradientCheck(net, X, Y, gradients={"x": value}),
    "step": lambda net, value: GradientCheck(net, X, Y, step=value),
    "entries": lambda net, value: GradientCheck(net, X, Y, entries=value),
    "entries more": lambda net, value: GradientCheck(net, X, Y, entries=1).advance(value),
    "intervention": lambda net, value: net.intervene(value),
    "gate": lambda net, value: net.intervene(Hold(value, 1.0)),
    "value": lambda net, value: net.intervene(Hold("f", value)),
    "unit": lambda net, value: net.intervene(Silence((value,))),
    "unit or units": lambda net, value: net.intervene(Silence(value)),
    "layer": lambda net, value: net.intervene(Silence(layer=value)),
    "amount": lambda net, value: net.intervene(ShiftForgetBias(value)),
    "optimizer": lambda _, value: make_optimizer(value, 3),
    "size": lambda _, value: make_optimizer("sgd", -1 if _huge(value) else value),
    "momentum": lambda _, value: make_optimizer("sgd", 3, momentum=value),
    "weight_decay": lambda _, value: make_optimizer("adam", 3, weight_decay=value),
    "max_norm": lambda _, value: clip_by_norm(np.ones(3), value),
    "max_value": lambda _, value: clip_by_value(np.ones(3), value),
}  # fmt: skip


@pytest.mark.parametrize("named", CALLS)
def test_whatever_comes_is_taken_or_refused_in_a_short_sentence_with_its_name(named):
    net = network("lstm")
    before = net.flat.copy()
    refused = []
    for value in HOSTILE:
        try:
            CALLS[named](net, value)
        except ValueError as error:
            refused.append(str(error))
            assert np.array_equal(net.flat, before)
        net.intervene()
    assert refused
    for sentence in refused:
        assert re.match(rf"{named.split()[0]}s?\b", sentence), sentence
        assert re.search(r"\b(got|unknown)\b", sentence), sentence
        assert len(sentence) < 350


def test_unscored_targets_may_be_anything_while_learning():
    net = network("lstm")
    x, y, _ = batch(net)
    mask = np.zeros(y.shape, bool)
    mask[-1] = True
    wanted = net.learn(x, y, mask)
    assert net.learn(x, np.where(mask, y, 99), mask) == wanted


def test_weights_that_are_infinite_in_the_network_s_precision_are_refused():
    net = network("lstm", dtype="float32")
    before = net.flat.copy()
    with pytest.raises(ValueError, match=r"readout\.bias must be finite in float32, got 1e\+300"):
        net.load_torch({**net.to_torch(), "readout.bias": np.full(5, 1e300)})
    assert np.array_equal(net.flat, before)
