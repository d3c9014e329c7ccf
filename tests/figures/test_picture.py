"""The bytes for the canvas, read back by a decoder written from the description of the format."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from rnnviz.analysis.gradients import backward_norms
from rnnviz.analysis.theory import WayBack, way_back_sentence
from rnnviz.engine import Hold, ShiftForgetBias, Silence
from rnnviz.figures import picture
from rnnviz.figures.palette import QUANTITIES
from rnnviz.figures.picture import UNKNOWN, pack
from rnnviz.figures.picture_header import TOP
from rnnviz.recording import LayerTrace, Trace
from tests.traces import make_trace

GATES = {"lstm": "figo", "gru": "rzn", "rnn": "", "relu": ""}


def trace(
    cell: str = "lstm",
    *,
    steps: int = 5,
    units: int = 4,
    layers: int = 1,
    outputs: int = 6,
    iteration: int = 0,
    classes: bool = True,
) -> Trace:
    """Return a trace of random numbers that differ from one iteration to the next."""
    generator = np.random.default_rng([iteration, steps, units])
    logits = generator.normal(size=(steps, outputs))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Trace(
        iteration=iteration,
        cell=cell,
        input_labels=tuple(f"in {t}" for t in range(steps)),
        target_labels=tuple(f"class {t % outputs}" if t else "" for t in range(steps)),
        output_labels=tuple(f"class {k}" for k in range(outputs)) if classes else (),
        scored=np.arange(steps) > 0,
        inputs=np.ones((steps, 2)),
        targets=np.arange(steps) % outputs if classes else logits + 1.0,
        outputs=logits,
        probabilities=shares if classes else None,
        loss=0.5 + iteration,
        d_x=np.zeros((steps, 2)),
        layers=tuple(_layer(generator, cell, (steps, units)) for _ in range(layers)),
        weights=np.zeros(3),
    )


def _layer(generator: np.random.Generator, cell: str, shape: tuple[int, int]) -> LayerTrace:
    def signed() -> np.ndarray[Any, Any]:
        return generator.normal(size=shape)

    has_c = cell == "lstm"
    gates = {
        letter: generator.uniform(size=shape) if letter not in "gn" else np.tanh(signed())
        for letter in GATES[cell]
    }
    return LayerTrace(
        gates=gates,
        h=np.tanh(signed()),
        c=3 * signed() if has_c else None,
        d_h=signed(),
        d_c=signed() if has_c else None,
        last_d_h=1e-60 * signed(),
        last_d_c=signed() if has_c else None,
    )


def with_layer(of: Trace, **changed: Any) -> Trace:
    return dataclasses.replace(of, layers=(dataclasses.replace(of.layers[0], **changed),))


def unpack(packed: bytes) -> dict[str, Any]:
    """Read a packet the way its description says; frames come back as dicts of arrays."""
    length = int.from_bytes(packed[:4], "little")
    header: dict[str, Any] = json.loads(packed[4 : 4 + length])
    assert length % 4 == 0
    body = packed[4 + length :]
    frames = [_frame(body[about["offset"] :], header, about) for about in header["frames"]]
    return {**header, "frames": frames}


def _frame(body: bytes, header: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    at = 0

    def take(kind: str, *shape: int) -> np.ndarray[Any, Any]:
        nonlocal at
        array = np.frombuffer(body, kind, count=int(np.prod(shape)), offset=at).reshape(shape)
        at += array.nbytes
        return array

    steps, layers, top = header["steps"], header["layers"], header["top"]
    frame = dict(about)
    frame["norms"] = take("<f8", 2, layers, len(header["gradients"]), steps)
    if header["classes"]:
        frame["top"] = take("<f4", steps, top)
        frame["target"] = take("<f4", steps)
        frame["top_class"] = take("<u2", steps, top)
        frame["rank"] = take("<u2", steps)
    else:
        frame["outputs"] = take("<f4", steps, header["outputs"])
    if header["attention"]:
        kept, exact = header["attention"]["kept"], about["exact"]
        pairs = sum(min(t + 1, kept) for t in range(steps))
        frame["looked_at"] = take("<u2", pairs) if kept < steps else None
        frame["weights"] = take("<f4" if exact else "u1", pairs)
        frame["sent"] = take("<f8" if exact else "u1", pairs)
    shape = (layers, len(header["quantities"]), steps, header["units"])
    if about["exact"]:
        return {**frame, "values": take("<f4", *shape)}
    levels = take("u1", *shape)
    return {**frame, "bytes": levels, "values": _decoded(levels, header)}


def _decoded(levels: np.ndarray[Any, Any], header: dict[str, Any]) -> np.ndarray[Any, Any]:
    values = np.empty(levels.shape)
    for q, quantity in enumerate(header["quantities"]):
        for layer, peak in enumerate(quantity["peaks"]):
            codes = levels[layer, q].astype(float)
            share = (codes - 1) / 254 if quantity["scale"] == "gate" else (codes - 128) / 127 * peak
            values[layer, q] = np.where(codes == 0, np.nan, share)
    return values


def recorded(of: Trace, letter: str, layer: int = 0) -> np.ndarray[Any, Any]:
    return of.layers[layer].quantities()[letter]


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "relu"])
def test_the_newest_trace_comes_back_as_it_was_recorded(cell: str) -> None:
    original = trace(cell, layers=2, iteration=7)
    packet = unpack(pack([original]))
    (frame,) = packet["frames"]
    assert (packet["cell"], frame["iteration"], frame["loss"]) == (cell, 7, 7.5)
    for q, quantity in enumerate(packet["quantities"]):
        for layer in range(2):
            expected = recorded(original, quantity["letter"], layer).astype(np.float32)
            np.testing.assert_array_equal(frame["values"][layer, q], expected)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "relu"])
def test_every_quantity_of_the_palette_is_packed_with_its_words_and_colours(cell: str) -> None:
    packet = unpack(pack([trace(cell)]))
    described = {each["letter"]: each for each in packet["quantities"] + packet["gradients"]}
    assert described.keys() == QUANTITIES[cell].keys()
    for letter, quantity in QUANTITIES[cell].items():
        assert dataclasses.asdict(quantity).items() <= described[letter].items()


def test_older_traces_come_back_to_half_a_level() -> None:
    traces = [trace(layers=2, iteration=iteration) for iteration in range(4)]
    packet = unpack(pack(traces))
    assert [frame["exact"] for frame in packet["frames"]] == [False, False, False, True]
    for q, quantity in enumerate(packet["quantities"]):
        for layer, peak in enumerate(quantity["peaks"]):
            expected = recorded(traces[1], quantity["letter"], layer)
            half = 0.5 / 254 if quantity["scale"] == "gate" else 0.5 * peak / 127
            found = packet["frames"][1]["values"][layer, q]
            np.testing.assert_allclose(found, expected, rtol=0, atol=half * 1.001)


def test_a_signed_scale_ends_at_the_largest_value_of_all_traces() -> None:
    small = with_layer(trace(), c=np.full((5, 4), 0.5))
    large = with_layer(trace(iteration=1), c=np.full((5, 4), -8.0))
    cell_state = next(q for q in unpack(pack([small, large]))["quantities"] if q["letter"] == "c")
    assert cell_state["peaks"] == [8.0]


def test_the_trace_that_is_looked_at_is_exact_too() -> None:
    traces = [trace(iteration=10 * place) for place in range(5)]
    frames = unpack(pack(traces, exact=20))["frames"]
    assert [frame["exact"] for frame in frames] == [False, False, True, False, True]
    expected = recorded(traces[2], "f").astype(np.float32)
    np.testing.assert_array_equal(frames[2]["values"][0, 0], expected)


def test_a_norm_far_below_the_smallest_float32_is_not_packed_as_zero() -> None:
    original = trace()
    norms = unpack(pack([original]))["frames"][0]["norms"]
    expected = np.linalg.norm(original.layers[0].last_d_h, axis=1)
    np.testing.assert_allclose(norms[1, 0, 1], expected, rtol=1e-12)
    assert 0 < norms[1, 0, 1].max() < 1e-50


def test_norms_are_of_the_whole_loss_first_and_of_the_last_step_second() -> None:
    original = trace("gru", layers=2)
    norms = unpack(pack([original]))["frames"][0]["norms"]
    assert norms.shape == (2, 2, 1, 5)
    for layer in range(2):
        whole, last = original.layers[layer].d_h, original.layers[layer].last_d_h
        np.testing.assert_allclose(norms[0, layer, 0], np.linalg.norm(whole, axis=1))
        np.testing.assert_allclose(norms[1, layer, 0], np.linalg.norm(last, axis=1))


@pytest.mark.parametrize("left", [1e-30, 0.009, 0.1, 1.0, 0.0, np.nan])
def test_what_becomes_of_the_gradient_is_told_as_the_gradient_laboratory_tells_it(
    left: float,
) -> None:
    norms = np.geomspace(left or 1.0, 1.0, 5)[:, None] * np.ones(4)
    norms[0] = left
    of = with_layer(trace(), last_d_c=norms)
    (frame,) = unpack(pack([of]))["frames"]
    word = frame["verdict"]
    told = way_back_sentence(WayBack(np.empty(0), backward_norms(of, "last_d_c"), ()), "c")
    assert f" {word}. " in told if word else "not a number" in told
    assert word == {1e-30: "vanishes", 0.009: "vanishes", 0.1: "arrives attenuated"}.get(
        left, {1.0: "is kept", 0.0: "is cut off"}.get(left, "")
    )


def test_steps_that_are_trained_but_not_counted_in_the_accuracy_are_told() -> None:
    of = trace(steps=3)
    (sequence,) = unpack(pack([of]))["sequences"]
    assert sequence["counted"] == sequence["scored"] == [False, True, True]
    (sequence,) = unpack(pack([dataclasses.replace(of, counted=np.arange(3) > 1)]))["sequences"]
    assert sequence["counted"] == [False, False, True]


def test_a_gradient_of_zero_stays_zero() -> None:
    zeros = np.zeros((5, 4))
    packet = unpack(pack([with_layer(trace(), last_d_h=zeros)]))
    np.testing.assert_array_equal(packet["frames"][0]["norms"][1, 0, 1], 0.0)


def test_the_most_probable_classes_are_told_with_the_place_of_the_target() -> None:
    original = trace()
    frame = unpack(pack([original]))["frames"][0]
    shares = original.probabilities
    assert shares is not None
    for t in range(5):
        order = np.argsort(-shares[t])
        np.testing.assert_array_equal(frame["top_class"][t], order[:TOP])
        np.testing.assert_array_equal(frame["top"][t], shares[t, order[:TOP]].astype(np.float32))
        assert frame["target"][t] == np.float32(shares[t, original.targets[t]])
        assert order[frame["rank"][t]] == original.targets[t]


def test_only_classes_that_are_mentioned_carry_their_names() -> None:
    packet = unpack(pack([trace(outputs=500)]))
    assert 0 < len(packet["labels"]) <= 5 * (TOP + 1)
    assert all(name == f"class {number}" for number, name in packet["labels"].items())


def test_outputs_that_are_numbers_come_without_classes() -> None:
    original = trace(classes=False, outputs=2)
    packet = unpack(pack([original]))
    assert packet["classes"] is False
    assert packet["labels"] == {}
    expected = original.outputs.astype(np.float32)
    np.testing.assert_array_equal(packet["frames"][0]["outputs"], expected)
    assert packet["sequences"][0]["target_values"] == original.targets.tolist()


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_level_zero_and_leaves_the_scale_alone(broken: float) -> None:
    state = np.linspace(-2, 2, 20).reshape(5, 4)
    state[2, 1] = broken
    packet = unpack(pack([with_layer(trace(), c=state), trace(iteration=1)]))
    place = [quantity["letter"] for quantity in packet["quantities"]].index("c")
    levels = packet["frames"][0]["bytes"][0, place]
    assert np.argwhere(levels == 0).tolist() == [[2, 1]]
    assert np.isfinite(packet["quantities"][place]["peaks"]).all()


def test_an_exact_trace_keeps_what_is_not_finite() -> None:
    state = np.array([[np.nan, np.inf, -np.inf, 1.0]] * 5)
    packet = unpack(pack([with_layer(trace(), h=state)]))
    place = [quantity["letter"] for quantity in packet["quantities"]].index("h")
    np.testing.assert_array_equal(packet["frames"][0]["values"][0, place], state)


def test_probabilities_that_are_not_numbers_name_no_class() -> None:
    original = trace()
    shares = np.array(original.probabilities)
    shares[3] = np.nan
    frame = unpack(pack([dataclasses.replace(original, probabilities=shares)]))["frames"][0]
    assert frame["rank"][3] == UNKNOWN
    assert (frame["top_class"][3] == UNKNOWN).all()
    assert (frame["rank"][[0, 1, 2, 4]] != UNKNOWN).all()


@pytest.mark.parametrize(("loss", "name"), [(np.nan, "nan"), (np.inf, "inf")])
def test_a_loss_that_json_has_no_name_for_is_told_as_text(loss: float, name: str) -> None:
    packet = unpack(pack([dataclasses.replace(trace(), loss=loss)]))
    assert packet["frames"][0]["loss"] == name


def test_one_unit_one_step_and_constant_zeros_can_be_packed() -> None:
    one = with_layer(trace(steps=1, units=1), c=np.zeros((1, 1)), h=np.zeros((1, 1)))
    packet = unpack(pack([one, dataclasses.replace(one, iteration=1)]))
    np.testing.assert_array_equal(packet["frames"][0]["values"][0, -2:], 0.0)


def test_labels_may_hold_anything() -> None:
    labels = ('<img src=x onerror="alert(1)">', "\n", "مرحبا", "🏋️", "x" * 200)
    packet = unpack(pack([dataclasses.replace(trace(), input_labels=labels)]))
    assert packet["sequences"][0]["inputs"] == list(labels)


def test_a_probe_is_packed_once_and_another_one_beside_it() -> None:
    other = dataclasses.replace(trace(iteration=2), input_labels=tuple("abcde"))
    packet = unpack(pack([trace(), trace(iteration=1), other]))
    assert [frame["sequence"] for frame in packet["frames"]] == [0, 0, 1]
    assert [each["inputs"][0] for each in packet["sequences"]] == ["in 0", "a"]


def test_run_and_chosen_unit_are_passed_on() -> None:
    packet = unpack(pack([trace()], run="third", selected=(0, 3)))
    assert (packet["run"], packet["selected"]) == ("third", [0, 3])
    assert unpack(pack([trace()]))["selected"] is None


def test_a_live_tick_is_small() -> None:
    assert len(pack([trace(steps=14, units=16)])) < 10_000
    assert len(pack([trace(steps=50, units=32)])) < 50_000


def test_a_large_trace_is_quantised_while_it_comes_with_every_tick_and_exact_at_rest() -> None:
    large = [trace(steps=200, units=64, iteration=iteration) for iteration in range(2)]
    assert [frame["exact"] for frame in unpack(pack(large[1:]))["frames"]] == [False]
    assert len(pack(large[1:])) < 100_000
    assert [frame["exact"] for frame in unpack(pack(large))["frames"]] == [False, True]
    assert unpack(pack(large[:1], exact=0))["frames"][0]["exact"]


def test_a_hundred_traces_of_four_quantities_fit_into_a_megabyte() -> None:
    traces = [trace("gru", steps=50, units=32, iteration=iteration) for iteration in range(100)]
    packed = pack(traces)
    assert len(packed) < 1_000_000
    assert len(unpack(packed)["frames"]) == 100


def test_beyond_the_budget_traces_are_left_out_evenly_and_the_header_tells_how_many_came() -> None:
    traces = [trace(steps=20, units=8, iteration=iteration) for iteration in range(60)]
    packed = pack(traces, exact=31, budget=30_000)
    packet = unpack(packed)
    iterations = [frame["iteration"] for frame in packet["frames"]]
    assert len(packed) < 30_000 + 5_000
    assert packet["offered"] == 60
    assert iterations[0] == 0
    assert iterations[-1] == 59
    assert 31 in iterations
    assert max(np.diff(iterations)) <= 2 * 60 / len(iterations)


@pytest.mark.parametrize("classes", [True, False])
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("shape", [(5, 3, 1, 6), (7, 9, 2, 2), (500, 126, 4, 3)])
def test_frames_take_as_many_bytes_as_are_counted_before_they_are_made(
    cell: str, classes: bool, shape: tuple[int, int, int, int]
) -> None:
    steps, units, layers, outputs = shape
    of = trace(cell, steps=steps, units=units, layers=layers, outputs=outputs, classes=classes)
    several = [dataclasses.replace(of, iteration=each) for each in range(3)]
    group = picture.group_of(of)
    frames = unpack(packed := pack(several))["frames"]
    sizes = np.diff([*(frame["offset"] for frame in frames), len(packed) - header_bytes(packed)])
    counted = [picture._frame_bytes(of, group, exact=frame["exact"]) for frame in frames]
    assert sizes.tolist() == counted


def header_bytes(packed: bytes) -> int:
    return 4 + int.from_bytes(packed[:4], "little")


def test_a_budget_too_small_for_anything_still_packs_the_newest() -> None:
    traces = [trace(iteration=iteration) for iteration in range(9)]
    assert unpack(pack(traces, budget=1))["frames"][-1]["iteration"] == 8


def test_nothing_to_pack_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one trace"):
        pack([])


def test_traces_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        pack([trace(), trace(units=5)])


def test_several_traces_can_be_exact_and_none_of_them_is_looked_at() -> None:
    packet = unpack(pack([trace(iteration=each) for each in (0, 1, 2, 3)], exact=[0, 2]))
    assert [frame["exact"] for frame in packet["frames"]] == [True, False, True, True]
    assert packet["viewed"] is None
    assert unpack(pack([trace(iteration=each) for each in (0, 1)], exact=1))["viewed"] == 1


def test_an_exact_iteration_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="got 5"):
        pack([trace(iteration=4)], exact=5)


def test_numbers_that_were_scaled_are_sent_in_the_units_of_the_data():
    scaled = dataclasses.replace(trace(classes=False), scale=(100.0, 20.0))

    packet = unpack(pack([scaled]))

    np.testing.assert_allclose(packet["frames"][0]["outputs"], 100 + 20 * scaled.outputs, rtol=1e-6)
    np.testing.assert_allclose(packet["sequences"][0]["target_values"], 100 + 20 * scaled.targets)


def test_a_trace_of_the_largest_network_keeps_the_budget_as_means_of_neighbouring_units() -> None:
    original = trace(steps=500, units=126, layers=4)
    packed = pack([original])
    assert len(packed) < 320_000
    packet = unpack(packed)
    group = packet["group"]
    assert (packet["hidden"], packet["units"]) == (126, -(-126 // group))
    assert group > 1
    for place in (0, packet["units"] - 1):
        mean = recorded(original, "c")[7, group * place : group * (place + 1)].mean()
        peak = packet["quantities"][4]["peaks"][0]
        assert packet["quantities"][4]["letter"] == "c"
        shown = packet["frames"][0]["values"][0, 4, 7, place]
        assert shown == pytest.approx(mean, abs=peak / 254 + 1e-9)
    several = [trace(steps=500, units=126, layers=4, iteration=each) for each in range(5)]
    assert len(pack(several, exact=1)) < 1_100_000


def test_a_network_of_usual_size_is_told_unit_by_unit() -> None:
    assert unpack(pack([trace(steps=50, units=32, layers=4)]))["group"] == 1
    assert unpack(pack([trace(steps=100, units=128, layers=1)]))["group"] == 1


def test_what_was_done_at_each_iteration_is_told_once():
    free, held = make_trace(), make_trace(iteration=10)
    items = (Hold("f", 0.5, units=(1,)), Silence(layer=0), ShiftForgetBias(2.0))
    traces = [
        free,
        dataclasses.replace(held, interventions=items),
        dataclasses.replace(held, iteration=20),
    ]

    packed = pack(traces)
    header = json.loads(packed[4 : 4 + int.from_bytes(packed[:4], "little")])

    assert [frame["interventions"] for frame in header["frames"]] == [0, 1, 0]
    assert header["interventions"] == [
        [],
        [
            {"kind": "hold", "gate": "f", "value": 0.5, "units": [1], "layer": None},
            {"kind": "silence", "units": None, "layer": 0},
            {"kind": "shift", "amount": 2.0, "layer": None},
        ],
    ]
