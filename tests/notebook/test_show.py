"""`rnnviz.show`: what a notebook gets to see, and what it is sent while a cell runs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

import rnnviz
from rnnviz import RunConfig, Trainer
from rnnviz.recording import Recording
from tests.figures.test_picture import unpack

_WIDGET = "application/vnd.jupyter.widget-view+json"


def _trainer(**config) -> Trainer:
    return Trainer(RunConfig(**{"hidden_size": 3, "batch_size": 2} | config))


def _iterations(packed: bytes) -> list[int]:
    return [frame["iteration"] for frame in unpack(packed)["frames"]]


@pytest.fixture
def without_anywidget(monkeypatch):
    monkeypatch.setitem(sys.modules, "rnnviz.notebook.widget", None)
    monkeypatch.setitem(sys.modules, "anywidget", None)


def test_a_run_is_shown_with_all_that_was_kept():
    trainer = _trainer()
    trainer.advance(3)

    shown = rnnviz.show(trainer)

    assert _iterations(shown._widget.kept) == [0, 1, 2, 3]
    assert _WIDGET in shown._repr_mimebundle_()[0]


def test_a_trace_a_recording_and_all_that_has_a_recording_are_shown():
    trainer = _trainer()
    trainer.advance(2)
    watch = SimpleNamespace(recording=trainer.recording)

    assert _iterations(rnnviz.show(trainer.trace())._widget.kept) == [2]
    assert _iterations(rnnviz.show(trainer.recording)._widget.kept) == [0, 1, 2]
    assert _iterations(rnnviz.show(watch)._widget.kept) == [0, 1, 2]


def test_while_a_cell_trains_the_newest_traces_are_sent_but_only_now_and_then():
    trainer = _trainer()
    shown = rnnviz.show(trainer)
    sent = []
    shown._widget.observe(lambda change: sent.append(_iterations(change["new"])), "newest")

    trainer.advance(5)
    assert sent == [[1]]
    shown._next = 0.0
    trainer.advance(5)
    assert sent == [[1], [6]]


def test_after_the_cell_all_that_was_kept_is_there():
    trainer = _trainer()
    shown = rnnviz.show(trainer)

    async def cell():
        trainer.advance(5)
        assert _iterations(shown._widget.kept) == [0]
        while shown._settling:
            await asyncio.sleep(0.01)

    # A thread of its own: where a test of the browser ran before, this one has a loop already.
    with ThreadPoolExecutor(1) as kernel:
        kernel.submit(lambda: asyncio.run(cell())).result()
    assert _iterations(shown._widget.kept) == [0, 1, 2, 3, 4, 5]


def test_to_be_watched_changes_nothing_of_a_run():
    alone, watched = _trainer(), _trainer()
    shown = rnnviz.show(watched)
    for trainer in (alone, watched):
        trainer.advance(5)
        shown._next = 0.0
        trainer.advance(5)

    assert watched.marks == alone.marks
    assert (watched.network.flat == alone.network.flat).all()


def test_who_goes_back_in_a_run_sees_nothing_of_what_was_undone():
    trainer = _trainer()
    trainer.advance(2)
    trainer.set(learning_rate=0.5)
    trainer.advance(5)
    shown = rnnviz.show(trainer)
    before = unpack(shown._widget.kept)["run"]

    trainer.undo()
    shown.update()

    after = unpack(shown._widget.kept)
    assert after["run"] != before
    assert [frame["iteration"] for frame in after["frames"]] == [0, 1, 2]


def test_a_picture_of_nothing_says_so_until_there_is_a_trace():
    recording = Recording()
    shown = rnnviz.show(recording)
    assert "No trace has been kept yet" in shown._widget.note
    assert "No trace has been kept yet" in shown._repr_html_()

    recording.add(_trainer().trace())

    assert shown._widget.note == ""
    assert _iterations(shown._widget.newest) == [0]


def test_of_a_run_that_diverged_it_says_what_happened():
    trainer = _trainer()
    trainer.network.flat[:] = float("nan")
    trainer.advance(3)
    assert trainer.diverged is not None

    shown = rnnviz.show(trainer)

    assert shown._widget.note == trainer.diverged
    assert trainer.diverged in shown._repr_html_()


@pytest.mark.parametrize("other", [3, None, "trainer", RunConfig()])
def test_what_cannot_be_shown_is_refused_with_a_sentence(other):
    with pytest.raises(ValueError, match="show expects a Trainer, a Trace, a Recording or"):
        rnnviz.show(other)


def test_of_a_race_it_says_how_to_show_one_run():
    from rnnviz.tasks import Parity

    lanes = [rnnviz.Lane(RunConfig(cell=cell, hidden_size=2), cell) for cell in ("rnn", "gru")]
    race = rnnviz.Race(Parity(length=4), lanes, seeds=[0])
    with pytest.raises(ValueError, match=r"race.trainer\(lane, seed\)"):
        rnnviz.show(race)


@pytest.mark.usefixtures("without_anywidget")
def test_without_anywidget_it_is_a_page_in_a_frame_of_its_own():
    trainer = _trainer()
    shown = rnnviz.show(trainer)
    trainer.advance(2)
    shown.update()

    data, _ = shown._repr_mimebundle_()

    assert set(data) == {"text/plain", "text/html"}
    assert data["text/html"].startswith('<iframe srcdoc="&lt;!doctype html&gt;')
    assert 'sandbox="allow-scripts ' in data["text/html"]
    assert "allow-same-origin" not in data["text/html"]


def test_neither_anywidget_nor_ipython_nor_streamlit_is_loaded_with_rnnviz():
    code = (
        "import sys, rnnviz; loaded = {name.split('.')[0] for name in sys.modules};"
        "print(loaded & {'anywidget', 'IPython', 'ipywidgets', 'marimo', 'streamlit', 'torch'})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_the_iteration_that_one_goes_back_to_is_sent_without_rounding():
    trainer = _trainer()
    trainer.advance(4)
    shown = rnnviz.show(trainer)
    rounded = [frame["exact"] for frame in unpack(shown._widget.kept)["frames"]]
    assert rounded == [False, False, False, False, True]

    shown._heard(shown._widget, {"iteration": 2}, [])

    packet = unpack(shown._widget.newest)
    assert [frame["iteration"] for frame in packet["frames"]] == [2, 4]
    assert all(frame["exact"] for frame in packet["frames"])
    assert packet["run"] == unpack(shown._widget.kept)["run"]


def test_a_picture_that_nobody_sees_any_more_gets_nothing_until_it_is_seen_again():
    trainer = _trainer()
    shown = rnnviz.show(trainer)
    for is_shown in (True, False):
        shown._heard(shown._widget, {"shown": is_shown}, [])

    trainer.advance(3)
    assert shown._widget.newest == b""
    shown._heard(shown._widget, {"shown": True}, [])
    assert _iterations(shown._widget.kept) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "message", [None, "x", {}, {"iteration": "2"}, {"iteration": 99}, {"shown": 1}]
)
def test_what_the_browser_should_not_say_changes_nothing(message):
    shown = rnnviz.show(_trainer())
    before = shown._widget.get_state()
    shown._heard(shown._widget, message, [])
    assert shown._widget.get_state() == before
