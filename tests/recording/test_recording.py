"""The recording is bounded, and always covers the whole of training."""

import numpy as np
import pytest

from rnnviz.recording import Recording
from rnnviz.recording.recording import traces_made
from tests.traces import make_trace


def record_until(last: int, recording: Recording) -> Recording:
    for iteration in range(last + 1):
        if recording.is_due(iteration):
            recording.add(make_trace(iteration))
    return recording


@pytest.mark.parametrize("last", [0, 7, 8, 9, 100, 1023, 1024, 5000])
def test_the_kept_traces_cover_all_of_training_evenly(last):
    recording = record_until(last, Recording(max_traces=8))

    iterations = recording.iterations
    assert iterations[0] == 0
    assert len(iterations) <= 8
    assert set(np.diff(iterations)) <= {recording.stride}
    assert last - iterations[-1] < recording.stride


def test_a_full_store_drops_every_second_trace():
    recording = record_until(8, Recording(max_traces=8))

    assert recording.iterations == (0, 2, 4, 6, 8)
    assert recording.stride == 2


def test_the_bytes_held_never_exceed_the_bound():
    one = make_trace().nbytes
    recording = Recording(max_bytes=5 * one, max_traces=1000)

    for iteration in range(500):
        if recording.is_due(iteration):
            recording.add(make_trace(iteration))
        assert recording.nbytes <= 5 * one
    assert len(recording) >= 2


def test_a_trace_that_leaves_no_room_for_another_is_held_alone():
    recording = Recording(max_bytes=make_trace().nbytes * 3 // 2)

    recording.add(make_trace(0))
    recording.add(make_trace(1))

    assert recording.iterations == (1,)


def test_the_trace_of_an_iteration_is_the_latest_one_kept_up_to_it():
    recording = record_until(8, Recording(max_traces=8))

    assert recording.at(5).iteration == 4
    assert recording.at(4).iteration == 4
    assert recording.at(10_000).iteration == 8


def test_an_empty_recording_says_that_nothing_was_recorded():
    with pytest.raises(LookupError, match="nothing has been recorded"):
        Recording().at(0)


def test_a_recording_that_was_cleared_keeps_every_iteration_again():
    recording = record_until(40, Recording(max_traces=8))
    assert recording.stride > 1

    recording.clear()
    recording.add(make_trace(41))

    assert recording.iterations == (41,)
    assert recording.is_due(42)


def test_rewinding_forgets_the_traces_after_the_iteration():
    recording = record_until(8, Recording(max_traces=8))

    recording.rewind(5)

    assert recording.iterations == (0, 2, 4)


@pytest.mark.parametrize("last", [1, 127, 128, 150, 1000])
def test_it_is_known_how_many_traces_are_made(last):
    recording, made = Recording(), 0
    recording.add(make_trace(0))
    for iteration in range(1, last + 1):
        if recording.is_due(iteration):
            recording.add(make_trace(iteration))
            made += 1
    assert traces_made(last) == made
