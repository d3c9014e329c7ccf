"""Two packets in one, and charts with a line for each of two runs."""

import json

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer, figures
from rnnviz.figures.beside import Beside, iterations_in, pack_two
from rnnviz.figures.pair_charts import gradient_of_both_spec, together
from rnnviz.figures.palette import RUN_LINES
from rnnviz.figures.picture import pack
from rnnviz.tasks import GymSchedule

TASK = GymSchedule(exercises=("legs", "arms", "cardio"), length=6)


@pytest.fixture(scope="module")
def runs():
    made = [Trainer(RunConfig(cell=cell, hidden_size=3), TASK) for cell in ("lstm", "rnn")]
    for trainer, iterations in zip(made, (4, 6), strict=True):
        trainer.advance(iterations=iterations)
    return made


def test_two_packets_come_out_as_they_went_in(runs):
    packets = [pack(trainer.recording.traces) for trainer in runs]
    says = [{0: "a"}, {6: "ünd b"}]
    both = [Beside(name, *rest) for name, *rest in zip(("LSTM", "RNN"), packets, says, strict=True)]
    packed = pack_two(*both)
    assert packed[:4] == b"PAIR"
    length = int.from_bytes(packed[4:8], "little")
    header = json.loads(packed[8 : 8 + length])["pictures"]
    assert [about["name"] for about in header] == ["LSTM", "RNN"]
    assert [about["sentences"] for about in header] == [{"0": "a"}, {"6": "ünd b"}]
    assert [about["dashed"] for about in header] == [False, True]
    assert packed[8 + length :] == packets[0] + packets[1]
    assert [about["length"] for about in header] == [len(packet) for packet in packets]


def test_a_packet_tells_its_iterations(runs):
    assert iterations_in(pack(runs[0].recording.traces)) == (0, 1, 2, 3, 4)


def test_both_curves_are_drawn_in_one_chart_the_second_dashed_and_named(runs):
    histories = [trainer.history for trainer in runs]
    specs = [
        figures.loss_spec(history.column("iteration"), history.column("loss"), 3)
        for history in histories
    ]
    chart = together(specs, ("LSTM", "RNN"))
    assert [curve["name"] for curve in chart["data"]] == ["LSTM", "RNN"]
    lines = [(curve["line"]["color"], curve["line"]["dash"]) for curve in chart["data"]]
    assert lines == list(RUN_LINES[:2])
    for curve, history in zip(chart["data"], histories, strict=True):
        np.testing.assert_array_equal(curve["y"], history.column("loss"))
    key = chart["layout"]["annotations"][0]["text"]
    assert "LSTM" in key
    assert "RNN" in key


def test_the_gradient_of_both_is_on_one_axis(runs):
    traces = [trainer.trace() for trainer in runs]
    chart = gradient_of_both_spec(traces, ("LSTM", "RNN"))
    wanted = [traces[0].layers[-1].last_d_c, traces[1].layers[-1].last_d_h]
    for curve, gradient in zip(chart["data"], wanted, strict=True):
        np.testing.assert_allclose(curve["y"], np.linalg.norm(gradient, axis=1))
    assert "cell state" in chart["data"][0]["hovertemplate"]
    assert chart["layout"]["yaxis"]["type"] == "log"
