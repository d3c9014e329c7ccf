"""The network answers what is typed, with its own last answer as the next input."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rnnviz import link
from rnnviz.engine import answer_freely
from rnnviz.numbers import percent
from rnnviz.tasks import OwnPairs, Reorder, WrittenDates
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.pair import Pair
from rnnviz.ui.studio import answering, pair
from rnnviz.visit import Visit
from tests.pages.conftest import control, go_to, visit_of


def panel_alone():
    from rnnviz.ui.shell import session
    from rnnviz.ui.studio import answering

    session.start()
    answering.panel()


def opened(task, iterations=0, **settings):
    """Open the panel without the Studio around it."""
    trainer = Trainer(RunConfig(task=task.key, cell="gru", hidden_size=6, **settings), task)
    trainer.advance(iterations=iterations)
    app = AppTest.from_function(panel_alone, default_timeout=30)
    app.session_state["visit"] = Visit(trainer)
    app.run()
    assert not app.exception
    return app


def type_in(app, text):
    app.text_input[0].set_value(text).run()
    assert not app.exception


def test_what_is_typed_is_answered_as_the_engine_does():
    task = WrittenDates()
    app = opened(task, 3)
    assert app.text_input[0].value == task.probe_names[0][3:].split(" →")[0].replace("␣", " ")
    type_in(app, "3 March 1987")
    batch = task.batch([(task.read("3 March 1987"), "1987-03-03")])
    network = visit_of(app).trainer.network
    outputs = answer_freely(network, batch.x, task.answering, task.fed_back)[:, 0]
    said = "".join(task.output_labels[number] for number in outputs.argmax(axis=1))
    assert app.text[0].value == f"3 March 1987 → {said}"
    table = app.dataframe[0].value
    assert "".join(table["answered"]) == said
    assert "".join(table["read"]) == f"→{said[:-1]}"
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    chances = (powers / powers.sum(axis=1, keepdims=True)).max(axis=1)
    np.testing.assert_allclose(table["probability"], chances, atol=1e-12)


def test_an_answer_is_stepped_through():
    app = opened(Reorder(length=8))
    whole = app.text[0].value
    app.slider[0].set_value(2).run()
    assert app.text[0].value == whole[:-2]
    assert len(app.dataframe[0].value) == 2
    app.slider[0].set_value(1).run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 1


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("", "at least 1 symbol"),
        ("<b>3</b> *March* 1987", "got '<'"),
        ("3 March 1987, 3 March 1987", "at most 18 symbols, got 26"),
    ],
)
def test_what_cannot_be_read_is_refused_and_the_next_source_is_answered(typed, refused):
    app = opened(WrittenDates())
    type_in(app, typed)
    assert refused in app.error[0].value.replace("\\", "")
    assert not app.text
    type_in(app, "03.03.1987")
    assert app.text
    assert not app.error


def test_symbols_of_own_pairs_are_shown_as_they_are():
    task = OwnPairs(csv="a,b\n**x** <b>,$y$\n:red[z],`a`\n")
    app = opened(task)
    type_in(app, "**x** <b>")
    assert app.text[0].value.startswith("**x** <b> →")
    said = list(app.dataframe[0].value["answered"])
    assert set(said) <= set(task.output_labels)
    assert "■" not in said[:-1]


def test_late_values_of_the_browser_do_no_harm():
    app = opened(WrittenDates())
    app.session_state[app.slider[0].key] = 77
    app.run()
    assert not app.exception
    assert app.slider[0].value in range(1, 11)


def test_a_network_that_has_diverged_says_so():
    app = opened(WrittenDates())
    visit_of(app).trainer.network.flat[:] = np.nan
    app.run()
    assert not app.exception
    assert "diverged" in app.warning[0].value


def test_the_studio_tells_both_scores_and_shows_the_panel(open_app):
    task = WrittenDates()
    trainer = Trainer(RunConfig(task="dates", hidden_size=4), task)
    app = open_app("studio", trainer)
    assert any("Let the network answer" in title.value for title in app.subheader)
    app.button(key="step").click().run()
    assert not app.exception
    read = " ".join(html.value for html in app.get("html") if "readings" in str(html.value))
    assert "free-running accuracy" in read
    assert "Teacher-forced, held out" in read
    go_to(app, "task")
    assert not app.exception


PAIRS = "word,Wort\nred,rot\nblue,blau\ngreen,grün\none two,eins zwei\n"


def edit_pairs(open_app):
    app = open_app("task")
    control(app, "task").set_value("pairs").run()
    return app


def upload(app, data):
    app.file_uploader[0].set_value(("mine.csv", data, "text/csv")).run()
    assert not app.exception


def test_own_pairs_are_uploaded_trained_and_answered(open_app):
    app = edit_pairs(open_app)
    upload(app, PAIRS.encode())
    assert not app.error
    app.button(key="use_task").click().run()
    task = visit_of(app).trainer.task
    assert task == OwnPairs(csv=PAIRS)
    assert (task.trained, task.longest_source) == (3, 7)
    go_to(app, "studio")
    app.button(key="step").click().run()
    assert not app.exception
    assert next(box for box in app.text_input if box.label == "Source").value in PAIRS


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (b"word\nred\nblue\n", "csv must have two columns, source and answer, got 1: 'word'"),
        (b"a,b\nred,rot\n\xff\xfe", "must be in UTF-8"),
        (b"a,b\nred,rot\nred,rouge\n", "two for 'red', in row 2 and in row 3"),
    ],
)
def test_pairs_that_cannot_be_learned_are_refused_and_the_run_keeps_its_task(
    open_app, data, refused
):
    app = edit_pairs(open_app)
    before = visit_of(app).trainer
    upload(app, data)
    assert refused in " ".join(error.value for error in app.error).replace("\\", "")
    assert visit_of(app).trainer is before


def test_own_pairs_travel_in_a_link():
    task = OwnPairs(csv=PAIRS, start="zero state")
    written = link.write(link.Experiment(RunConfig(task="pairs"), task))
    opened = link.read(written)
    assert opened.experiment.task == task
    assert not opened.problems
    assert len(written) < 400


@pytest.mark.parametrize("start", ["last state", "zero state"])
def test_with_attention_a_map_shows_what_each_answer_looks_at(monkeypatch, start):
    task = Reorder(length=9, start=start)
    drawn = []
    monkeypatch.setattr(answering, "plots", lambda charts, **_: drawn.append(charts[0]))
    app = opened(task, 2, attention="general")
    type_in(app, "ABBA")
    network = visit_of(app).trainer.network
    said = app.text[0].value.removeprefix("ABBA → ")
    assert len(said) == 4
    # The same inputs given at once: what it said itself stands for the true answers.
    batch = task.batch([("ABBA", said)])
    weights = network.record(
        batch.x, batch.y, batch.mask, answering=batch.answering
    ).attention.weights[5:, :5, 0]
    np.testing.assert_allclose(drawn[-1].figure["data"][0]["z"], weights, atol=1e-12)
    most = int(weights[-1].argmax())
    assert f"looks most at step {most}" in drawn[-1].caption
    app.slider[0].set_value(2).run()
    assert np.shape(drawn[-1].figure["data"][0]["z"]) == (2, 5)


def test_the_settings_that_dates_suggest_are_told_and_applied(open_app):
    app = open_app("task")
    control(app, "task").set_value("dates").run()
    assert app.button(key="use_suggested").label == (
        "Start with cell RNN, attention general, hidden units 48, learning rate 0.005, batch size "
        "64, clip gradient at norm 1"
    )
    app.button(key="use_suggested").click().run()
    assert not app.exception
    config = visit_of(app).trainer.config
    assert {
        name: getattr(config, name) for name in WrittenDates.suggested
    } == WrittenDates.suggested


@pytest.mark.parametrize(("cell", "attention"), [("lstm", "none"), ("rnn", "general")])
def test_every_page_takes_answers_from_zero(open_app, cell, attention):
    task = Reorder(start="zero state", length=8)
    config = RunConfig(task="reorder", cell=cell, attention=attention, hidden_size=4)
    app = open_app("studio", Trainer(config, task))
    app.button(key="step").click().run()
    for page in ("gates", "equations", "gradients", "task"):
        go_to(app, page)
        assert not app.exception
        assert not app.error


def test_of_two_networks_beside_each_other_both_scores_are_told():
    task = Reorder("sorted", 2, length=8)
    first = Trainer(RunConfig(task="reorder", cell="gru", hidden_size=5), task)
    first.advance(iterations=30)
    both = Pair(first, "rnn")
    while not both.level:
        both.catch_up(1.0)
    accuracy = [chart.caption for chart in pair.charts(both, 200)][1]
    for trainer, name in zip((both.first, both.second), both.names, strict=True):
        score = trainer.score()
        for value in (score.value, score.free.whole, score.free.forced):
            assert f"{name} {percent(value)}" in accuracy
    assert "with their own last answers as input" in accuracy
