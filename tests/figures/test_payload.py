import base64
import json
import math

import numpy as np
import pytest

from rnnviz import figures
from rnnviz.analysis.gradient_course import course
from rnnviz.figures.payload import encode_arrays, to_bytes
from tests.traces import make_trace


def unpack(packed):
    """Read plotly.js's form of an array."""
    flat = np.frombuffer(base64.b64decode(packed["bdata"]), dtype=packed["dtype"])
    shape = packed.get("shape", str(flat.size))
    return flat.reshape([int(length) for length in shape.split(",")])


def test_an_array_arrives_with_its_numbers_and_its_shape():
    array = np.array([[1.5, -2.0, 0.0], [4.0, 5.0, 6.0]])
    np.testing.assert_array_equal(unpack(encode_arrays(array)), array)


def test_an_array_that_is_not_contiguous_arrives_in_order():
    array = np.arange(6.0).reshape(2, 3).T
    np.testing.assert_array_equal(unpack(encode_arrays(array)), array)


def test_ordinary_numbers_travel_as_float32():
    assert encode_arrays(np.array([0.1, 1e5, 0.0, np.nan]))["dtype"] == "f4"


@pytest.mark.parametrize("value", [1e-200, 1e200, 1e-40])
def test_numbers_beyond_float32_travel_as_they_are(value):
    packed = encode_arrays(np.array([1.0, value]))
    np.testing.assert_array_equal(unpack(packed), [1.0, value])


def test_not_a_number_stays_not_a_number():
    assert np.isnan(unpack(encode_arrays(np.array([np.nan])))).all()


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, bool])
def test_whole_numbers_travel_as_whole_numbers(dtype):
    array = np.array([0, 1, 1], dtype=dtype)
    np.testing.assert_array_equal(unpack(encode_arrays(array)), [0, 1, 1])


def test_single_numbers_of_numpy_become_plain_ones():
    assert to_bytes({"a": np.float64(0.5), "b": np.int64(3)}) == b'{"a":0.5,"b":3}'


def test_a_number_that_json_does_not_have_becomes_null():
    assert json.loads(to_bytes({"a": math.nan, "b": [math.inf]})) == {"a": None, "b": [None]}


def test_what_is_packed_is_left_as_it_was():
    spec = {"data": [{"y": np.array([1.0])}]}
    encode_arrays(spec)
    assert isinstance(spec["data"][0]["y"], np.ndarray)


def test_text_of_any_kind_survives():
    text = "<img> é 漢字 😀 \u200f\ud800"
    assert json.loads(to_bytes({"text": text}))["text"] == text


def test_the_live_charts_of_a_long_run_stay_small():
    iterations, loss = np.arange(100_000), np.random.default_rng(0).random(100_000)
    assert len(to_bytes(figures.loss_spec(iterations, loss, 3))) < 8_000
    assert len(to_bytes(figures.gradient_norms_spec(make_trace(steps=50, units=32)))) < 8_000


def test_every_spec_can_be_packed():
    trace = make_trace()
    for spec in (
        figures.gates_spec(trace, unit=1, step=1),
        figures.saturation_spec(trace),
        figures.gradient_norms_spec(trace),
        figures.lag_map_spec(course([trace])),
        figures.loss_spec([0, 1], [1.0, 0.5], 3),
        figures.accuracy_spec([0, 1], [1.0, 0.5], 0.3),
    ):
        assert set(json.loads(to_bytes(spec))) == {"data", "layout"}


def test_words_of_any_script_arrive_as_they_are():
    words = {"says": "0.01 → 0.003, שלום 🏋️ \u2028 </script>"}
    assert json.loads(to_bytes(words)) == words
    assert "→".encode() in to_bytes(words)
