"""The buffers are the record: beside it there is little."""

import tracemalloc

import numpy as np
import pytest

from rnnviz.engine import Network


def bytes_of_record(record):
    arrays = [record.outputs, record.d_x]
    for layer in record.layers:
        arrays += [*layer.gates.values(), layer.h, layer.d_h]
        arrays += [] if layer.c is None else [layer.c, layer.d_c]
    return sum(array.nbytes for array in arrays)


def bytes_of_buffers(net, x, y):
    """Return what the first pass over a shape allocates and keeps in arrays."""
    tracemalloc.start()
    net.learn(x, y)
    arrays = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    kept = tracemalloc.take_snapshot().filter_traces([arrays])
    tracemalloc.stop()
    return sum(trace.size for trace in kept.traces)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize(
    ("B", "T", "D", "H"),
    [(1, 10, 3, 8), (16, 10, 8, 16), (32, 30, 8, 32), (32, 100, 16, 64), (1, 200, 64, 128)],
)
def test_buffers_take_at_most_2_2_times_the_bytes_of_the_record(cell, layers, B, T, D, H):
    net = Network(cell=cell, input_size=D, hidden_size=H, output_size=4, layers=layers)
    x, y = np.zeros((T, B, D)), np.zeros((T, B), int)
    assert bytes_of_buffers(net, x, y) <= 2.2 * bytes_of_record(net.record(x, y))


def test_a_second_pass_over_a_shape_allocates_nothing_that_stays():
    net = Network(cell="lstm", input_size=8, hidden_size=16, output_size=4)
    x, y = np.zeros((20, 8, 8)), np.zeros((20, 8), int)
    net.learn(x, y)
    assert bytes_of_buffers(net, x, y) < 1000
