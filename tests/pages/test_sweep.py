"""The Sweep page: what is planned, done and kept, without a browser."""

import json
import re
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rnnviz import RunConfig, Trainer
from rnnviz.sweeps import sweeping
from rnnviz.training import FIELD
from rnnviz.ui.shell import address
from rnnviz.ui.sweep import desk as desks
from rnnviz.ui.sweep import page as pages
from rnnviz.ui.sweep.desk import Desk
from rnnviz.ui.sweep.linked import LINKED
from rnnviz.ui.sweep.settings import as_typed, usual_values, values_in
from rnnviz.ui.sweep.sweep import drawn_in
from rnnviz.visit import room
from rnnviz.visit.guests import Guests
from rnnviz.visit.workers import Workers
from tests.pages.conftest import control, go_to, visit_of
from tests.pages.test_late_values import ROUNDS, problems, send_wrongly
from tests.serving import ROOT
from tests.visit.test_workers import wait_for


@pytest.fixture
def page(open_app):
    return open_app("sweep", Trainer(RunConfig(hidden_size=4, seed=7)))


def desk_of(app):
    return visit_of(app).part(Desk)


def choose(app, cell="RNN, LSTM", rate="0.03", **more):
    """Choose little to do: two cells at one learning rate, two seeds."""
    desk = desk_of(app)
    choices = desk.choices.with_typed("cell", cell).with_typed("learning_rate", rate)
    desk.choose(replace(choices, **{"seeds": 2, "iterations": 20, **more}))
    return app.run()


def press(app, key):
    control(app, key).click().run()
    assert not app.exception
    return app


def to_the_end(app):
    while visit_of(app).job is not None:
        app.run()
    assert not app.exception
    return desk_of(app).sweep


def maps(app):
    """Return what the browser was told to draw."""
    component = next(
        one for one in app.get("bidi_component") if one.proto.component_name == "rnnviz_plot"
    )
    return json.loads(component.proto.bytes)["charts"]


def click(app, monkeypatch, x, y, chart=0):
    monkeypatch.setattr(pages, "clicked", lambda _: {"chart": chart, "x": x, "y": y})
    with monkeypatch.context() as patch:
        patch.setattr(pages.session, "current", lambda: visit_of(app))
        pages._clicked()
    return app.run()


def sweep_drawn(app):
    sweep = desk_of(app).sweep
    return drawn_in(sweep.wanted, sweep.plan)


def test_it_opens_ready_to_sweep_and_says_what_that_takes(page):
    (said,) = [caption.value for caption in page.caption if "36 runs" in caption.value]
    assert "in the live loop" in said
    assert "MB of memory" in said
    sweep = to_the_end(press(choose(page), "sweep_begin"))
    assert sweep.done
    (chart,) = maps(page)
    (cells,) = chart["data"]
    assert (cells["x"], cells["y"]) == (["RNN", "LSTM"], ["0.03"])
    assert all(text.endswith("%") for text in cells["text"][0])
    assert len(page.dataframe[0].value) == 2


def test_a_click_lists_the_runs_of_a_cell_and_opens_that_very_run(page, monkeypatch):
    own = visit_of(page).trainer
    to_the_end(press(choose(page), "sweep_begin"))
    click(page, monkeypatch, "LSTM", "0.03")
    row = next(
        row
        for row in desk_of(page).sweep.rows.values()
        if (row["cell"], row["seed"]) == ("lstm", 8)
    )
    press(page, f"sweep_open:{row['run']}")
    visit = visit_of(page)
    assert visit.looked_at.page == "studio"
    while visit.job is not None:
        page.run()
    opened = visit.trainer
    assert (opened.config.seed, opened.iteration) == (8, 20)
    assert (opened.score().value, opened.history.column("loss")[-1]) == (row["score"], row["loss"])
    visit.undo()
    assert visit.trainer is own


def test_what_has_finished_is_kept_when_one_stops_leaves_and_comes_back(page):
    press(choose(page), "sweep_begin")
    while not desk_of(page).sweep.rows:
        page.run()
    press(page, "sweep_stop")
    there = dict(desk_of(page).sweep.rows)
    assert visit_of(page).job is None
    go_to(page, "gates")
    go_to(page, "sweep")
    assert any("what has finished is kept" in caption.value for caption in page.caption)
    press(page, "sweep_go_on")
    done = to_the_end(page)
    assert {key: done.rows[key] for key in there} == there
    assert len(done.rows) == 4


def test_a_larger_sweep_trains_only_what_is_new(page, monkeypatch):
    to_the_end(press(choose(page), "sweep_begin"))
    choose(page, rate="0.03, 0.1")
    assert any("of which 4 are still to be done" in caption.value for caption in page.caption)
    trained = []
    doing = sweeping.Doing
    monkeypatch.setattr(sweeping, "Doing", lambda run: trained.append(run) or doing(run))
    assert len(to_the_end(press(page, "sweep_begin")).rows) == 8
    assert {run.config.learning_rate for run in trained} == {0.1}


def test_random_draws_are_points_and_a_click_finds_the_nearest(page, monkeypatch):
    choose(page, rate="0.001, 0.1", at_random=True, draws=3)
    to_the_end(press(page, "sweep_begin"))
    (points,) = maps(page)[0]["data"]
    drawn = sweep_drawn(page)
    assert len(points["x"]) == len(drawn) == 3
    assert all(0.001 <= rate <= 0.1 for _, rate in drawn)
    click(page, monkeypatch, points["x"][1], float(np.float32(drawn[1][1])))
    assert desk_of(page).chosen == drawn[1]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ("", "Learning rate needs at least one value"),
        ("0.1, <b>", "Learning rate must be 1e-06..100, got '<b>'"),
        (", ".join(map(str, range(1, 14))), "at most 12 values, got 13"),
        ("0.01, 1e9", "Learning rate must be 1e-06..100, got '1e9'"),
    ],
)
def test_values_that_are_not_possible_are_told_in_a_sentence(values, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        values_in(FIELD["learning_rate"], values)


def test_values_are_read_as_they_are_written():
    for name in ("cell", "clip_norm", "hidden_size", "learning_rate"):
        usual = usual_values(FIELD[name], None)
        assert values_in(FIELD[name], as_typed(FIELD[name], usual)) == usual


def test_without_a_possible_value_nothing_can_begin_and_the_page_says_why(page):
    choose(page, rate="0.1, <b>")
    assert any("Learning rate must be" in caption.value for caption in page.caption)
    assert control(page, "sweep_begin").disabled


def test_a_sweep_that_is_too_large_for_the_server_is_refused_with_its_numbers(page, monkeypatch):
    monkeypatch.setenv("RNNVIZ_SWEEP_RUNS", "3")
    choose(page)
    assert any(
        "2 combinations with 2 seeds each are 4 runs, and this server allows 3" in caption.value
        for caption in page.caption
    )
    assert control(page, "sweep_begin").disabled


def test_on_a_full_server_no_sweep_begins_and_the_sentence_says_so(page, monkeypatch):
    choose(page)
    monkeypatch.setattr(room, "MOST_MB", 0.0)
    press(page, "sweep_begin")
    (error,) = page.error
    assert error.value.startswith("The server is full\\: this needs about")
    assert error.value.endswith("come back later, or sweep over smaller networks.")
    assert desk_of(page).sweep is None


def test_a_run_that_fails_is_named_with_its_reason(page, monkeypatch):
    class Failing(sweeping.Doing):
        def __init__(self, run):
            if run.config.cell == "lstm":
                raise ValueError("no luck with <b>")
            super().__init__(run)

    monkeypatch.setattr(sweeping, "Doing", Failing)
    to_the_end(press(choose(page), "sweep_begin"))
    (warning,) = page.warning
    assert warning.value == "2 runs failed and are left out."
    assert any("LSTM" in text.value and "no luck with" in text.value for text in page.markdown)
    assert len(page.dataframe[0].value) == 2
    monkeypatch.undo()
    to_the_end(press(page, "sweep_begin"))
    assert not page.warning  # only those that failed were tried again


def test_processes_do_the_runs_and_end_when_the_visitor_leaves(page, monkeypatch):
    workers = Workers(1)
    for module in (desks, pages):
        monkeypatch.setattr(module, "WORKERS", workers)
    choose(page, cell="RNN")
    assert any("in up to 1 process," in caption.value for caption in page.caption)
    rows = to_the_end(press(page, "sweep_begin")).rows.values()
    alone = Trainer(RunConfig(cell="rnn", hidden_size=4, seed=7, learning_rate=0.03))
    alone.advance(iterations=20)
    assert [row["score"] for row in rows if row["seed"] == 7] == [alone.score().value]

    choose(page, rate="0.01", iterations=5_000)
    press(page, "sweep_begin")
    guests, visit = Guests(), visit_of(page)
    presence = guests.arrive()
    presence.renew(visit)
    guests.leave(presence)
    assert workers.pids
    guests.look()
    wait_for(lambda: not workers.pids)
    assert not any(row["error"] for row in desk_of(page).sweep.rows.values())

    page.run()  # the browser is back, and the sweep goes on
    assert workers.pids
    visit.forget()
    wait_for(lambda: not workers.pids)


def test_where_no_process_starts_the_sweep_goes_on_in_the_live_loop(page, monkeypatch, caplog):
    def refuse(*_, **__):
        raise OSError("too many processes")

    workers = Workers(1)
    monkeypatch.setattr(desks, "WORKERS", workers)
    monkeypatch.setattr(workers, "submit", refuse)
    choose(page, cell="RNN")
    assert len(to_the_end(press(page, "sweep_begin")).rows) == 2
    assert "too many processes" in caplog.text


def test_the_example_becomes_the_run_and_what_is_swept(page):
    press(page, "sweep_example")
    visit, choices = visit_of(page), desk_of(page).choices
    assert (visit.trainer.config.task, choices.names) == ("recall", ("length", "forget_bias", ""))
    assert any("36 runs of “Delayed recall”" in caption.value for caption in page.caption)
    visit.undo()
    assert visit.trainer.config.task == "gym"


def test_a_setting_without_effect_is_named(page):
    desk = desk_of(page)
    desk.choose(desk.choices.with_name(1, "forget_bias").with_typed("cell", "RNN, GRU, LSTM"))
    page.run()
    assert any(
        "Forget bias has no effect with RNN and GRU" in caption.value for caption in page.caption
    )


def test_a_link_holds_what_is_swept(page):
    desk = desk_of(page)
    choices = desk.choices.with_name(1, "missed").with_name(2, "clip_norm")
    choices = choices.with_typed("missed", "0, 0.2").with_typed("clip_norm", "off, 1")
    desk.choose(replace(choices, seeds=4, iterations=70, draws=9, at_random=True))
    visit = visit_of(page)
    query = address.query_seen(visit, LINKED)

    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    for key, value in parse_qsl(query):
        other.query_params[key] = value
    go_to(other, "sweep")

    assert not other.exception
    there = desk_of(other).choices.wanted(visit_of(other).trainer.config, visit.trainer.task)
    here = desk.choices.wanted(visit.trainer.config, visit.trainer.task)
    assert there == here
    assert address.query_seen(visit_of(other), LINKED) == query


def test_no_value_that_a_browser_may_send_breaks_the_page(page):
    choose(page, at_random=True, draws=3)
    for number in ROUNDS:
        send_wrongly(page, number)
        assert not problems(page)
