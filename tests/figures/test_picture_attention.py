"""Attention in the bytes for the canvas: pairs of steps, their weights and gradients."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rnnviz.engine import Answering
from rnnviz.figures import picture
from rnnviz.figures.picture import pack
from rnnviz.figures.picture_attention import ALL, LARGEST, pair_count
from rnnviz.recording import Trace
from tests.figures.test_picture import unpack
from tests.traces import make_trace


def attending(steps: int = 5, iteration: int = 0, **changed: np.ndarray) -> Trace:
    generator = np.random.default_rng([steps, iteration])
    weights = np.tril(generator.exponential(size=(steps, steps)) ** 3)
    trace = make_trace(iteration, "gru", steps, attention=weights / weights.sum(1, keepdims=True))
    sent = np.tril(10.0 ** generator.uniform(-9, 1, (steps, steps)))
    of = dataclasses.replace(trace.attending, **{"sent": sent, **changed})
    return dataclasses.replace(trace, attending=of)


def test_without_attention_the_header_says_so():
    assert unpack(pack([make_trace()]))["attention"] is None


def test_the_header_tells_from_which_step_on_only_what_was_read_is_looked_at():
    trace = attending()
    assert unpack(pack([trace]))["attention"]["answers"] is None
    answering = dataclasses.replace(trace, answering=Answering(3))
    assert unpack(pack([answering]))["attention"]["answers"] == 3


def test_all_pairs_of_a_short_sequence_come_back_as_they_were_recorded():
    trace = attending()
    frame = unpack(pack([trace]))["frames"][0]
    pairs = np.tril_indices(5)
    assert frame["looked_at"] is None
    np.testing.assert_array_equal(frame["weights"], trace.attention[pairs].astype(np.float32))
    np.testing.assert_array_equal(frame["sent"], trace.attending.sent[pairs])


def test_a_quantised_frame_has_them_to_half_a_level():
    traces = [attending(iteration=iteration) for iteration in range(3)]
    packet = unpack(pack(traces))
    frame, about, pairs = packet["frames"][0], packet["attention"], np.tril_indices(5)
    shares = (frame["weights"].astype(float) - 1) / 254
    np.testing.assert_allclose(shares, traces[0].attention[pairs], atol=0.501 / 254)
    span = about["high"] - about["low"]
    powers = about["low"] + (frame["sent"].astype(float) - 2) / 253 * span
    expected = np.log10(traces[0].attending.sent[pairs])
    np.testing.assert_allclose(powers, expected, atol=0.501 * span / 253)


def test_exactly_0_stays_0_and_what_is_not_finite_is_told():
    sent = np.tril(np.ones((5, 5)))
    sent[2, :3] = 0, np.nan, np.inf
    broken = attending(sent=sent, weights=np.where(sent == 0, np.nan, 0.2))
    levels = unpack(pack([broken, attending(iteration=1)]))["frames"][0]
    assert levels["sent"][3:6].tolist() == [1, 0, 0]
    assert levels["weights"][3] == 0
    exact = unpack(pack([broken]))["frames"][0]["sent"]
    np.testing.assert_array_equal(exact[3:6], sent[2, :3])


def test_gradients_that_are_all_0_can_be_packed():
    packet = unpack(pack([attending(iteration=i, sent=np.zeros((5, 5))) for i in range(2)]))
    assert (packet["frames"][0]["sent"] == 1).all()


def test_of_a_long_sequence_each_step_keeps_its_largest_weights_in_their_order():
    steps = ALL + 6
    trace = attending(steps)
    frame = unpack(pack([trace]))["frames"][0]
    start = 0
    for t in range(steps):
        count = min(t + 1, LARGEST)
        looked_at = frame["looked_at"][start : start + count]
        largest = np.sort(np.argsort(-trace.attention[t, : t + 1])[:LARGEST])
        assert looked_at.tolist() == largest.tolist()
        sent = frame["sent"][start : start + count]
        np.testing.assert_array_equal(sent, trace.attending.sent[t, looked_at])
        start += count
    assert start == len(frame["weights"]) == pair_count(steps)


@pytest.mark.parametrize(("steps", "most"), [(ALL, 4_200), (100, 8_600), (500, 47_000)])
def test_attention_adds_few_bytes_to_a_kept_frame_however_long_it_is(steps: int, most: int):
    with_, without = (
        picture._frame_bytes(trace, 1, exact=False)
        for trace in (attending(steps), make_trace(0, "gru", steps))
    )
    assert 0 < with_ - without <= most


def test_the_budget_holds_with_attention_too():
    traces = [attending(50, iteration) for iteration in range(30)]
    packed = pack(traces, budget=60_000)
    packet = unpack(packed)
    assert len(packed) < 60_000 + 10_000
    assert 2 <= len(packet["frames"]) < 30
    lengths = np.diff([frame["offset"] for frame in packet["frames"]])
    assert set(lengths) == {picture._frame_bytes(traces[0], 1, exact=False)}


def test_traces_with_and_without_attention_do_not_go_together():
    with pytest.raises(ValueError, match="must have one cell"):
        pack([attending(4), make_trace(1, "gru", 4)])
