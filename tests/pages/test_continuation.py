"""The text is continued symbol by symbol, by the network of the run."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.analysis.predictions import probabilities
from rnnviz.tasks import NextSymbol
from rnnviz.training import RunConfig, Trainer
from rnnviz.visit import Visit
from tests.pages.conftest import control, go_to, visit_of

STRANGE = "**fett** <b>x</b> $y$ :red[z] שלום עולם 👩🏽‍🚀 **fett** :smile: `a` שלום <b>x</b> 👩🏽‍🚀"


def trainer_on(task=None, **settings):
    return Trainer(RunConfig(task="symbols", **settings), task or NextSymbol())


@pytest.fixture
def studio(open_app):
    """Return the Studio on the next symbol of a text."""
    return open_app("studio", trainer_on())


def panel_alone():
    from rnnviz.ui.shell import session
    from rnnviz.ui.studio import continuation

    session.start()
    continuation.panel()


@pytest.fixture
def panel():
    """Return a function that opens the panel without the Studio around it."""

    def open_on(task=None, **settings):
        app = AppTest.from_function(panel_alone, default_timeout=30)
        app.session_state["visit"] = Visit(trainer_on(task, **settings))
        app.run()
        assert not app.exception
        return app

    return open_on


def box(app):
    return next(box for box in app.text_input if str(box.key).startswith("start:"))


def picked(app):
    return box(app).value.split()


def start_from(app, typed):
    box(app).set_value(typed).run()
    assert not app.exception


def written(app):
    """Press the button for many, and let the timer go on until they are written."""
    app.button(key="write_more").click().run()
    for _ in range(60):
        if app.button(key="write_more").label != "Stop":
            break
        app.run()
    assert not app.exception
    return text(app)


def text(app):
    return app.text[0].value


def press(app, times=1):
    for _ in range(times):
        app.button(key="next_symbol").click().run()
        assert not app.exception
    return text(app)


def sample(app, seed=0, temperature=2.0):
    control(app, "continuation:choice").set_value("sampled").run()
    control(app, "continuation:temperature").set_value(temperature).run()
    app.number_input(key="continuation:seed").set_value(seed).run()


def again(app):
    app.button(key="start_again").click().run()


def expected(app):
    """Return the table of the next symbol."""
    return next(frame.value for frame in app.dataframe if "probability" in frame.value)


def gates(app):
    """Return the table of the gates, None if there is none."""
    return next((frame.value for frame in app.dataframe if "open" in frame.value), None)


def recorded(app, window):
    """Record a window in the network itself."""
    trainer = visit_of(app).trainer
    x = trainer.task.encode(window)
    return trainer.network.record(x, np.zeros(x.shape[:2], dtype=int))


def test_nothing_is_added_before_the_button_is_pressed(panel):
    app = panel()
    assert text(app) == " ".join(picked(app))
    assert app.button(key="start_again").disabled


def test_next_symbol_adds_exactly_one(panel):
    app = panel()
    start = text(app).split()

    assert press(app).split()[:-1] == start
    assert len(press(app).split()) == len(start) + 2


def test_greedy_takes_the_likeliest_each_time(panel):
    app = panel()
    for _ in range(4):
        likeliest = expected(app)["symbol"].iloc[0]
        assert press(app).split()[-1] == likeliest


def test_the_network_sees_the_latest_symbols_with_those_it_added(panel):
    app = panel()
    window = press(app, 2).split()[-3:]

    chances = probabilities(recorded(app, window).outputs[-1, 0])

    np.testing.assert_allclose(expected(app)["probability"], np.sort(chances)[::-1][:5])


def test_the_same_seed_draws_the_same_text_and_another_seed_another(panel):
    app = panel()
    sample(app, seed=1)
    first = press(app, 8)

    again(app)
    assert text(app) == " ".join(picked(app))
    assert press(app, 8) == first

    again(app)
    sample(app, seed=2)
    assert press(app, 8) != first


def test_another_visitor_draws_the_same_text_with_the_same_seed(panel):
    texts = []
    for _ in range(2):
        app = panel()
        sample(app, seed=5)
        texts.append(press(app, 5))
    assert texts[0] == texts[1]


def test_the_table_is_that_of_the_temperature(panel):
    app = panel()
    logits = recorded(app, picked(app)).outputs[-1, 0]

    for temperature in (0.1, 2.0):
        sample(app, temperature=temperature)
        wanted = np.sort(probabilities(logits, temperature))[::-1][:5]
        np.testing.assert_allclose(expected(app)["probability"], wanted)


def test_greedy_has_no_temperature(panel):
    app = panel()
    before = list(expected(app)["probability"])
    assert control(app, "continuation:temperature").disabled

    sample(app, temperature=0.5)
    assert not control(app, "continuation:temperature").disabled
    assert list(expected(app)["probability"]) != before

    control(app, "continuation:choice").set_value("greedy").run()
    assert list(expected(app)["probability"]) == before


@pytest.mark.parametrize(
    ("cell", "letters", "labels"),
    [
        ("lstm", "fio", ["forget gate", "input gate", "output gate"]),
        ("gru", "rz", ["reset gate", "update gate"]),
    ],
)
def test_each_gate_is_shown_as_the_network_has_it_after_the_window(panel, cell, letters, labels):
    app = panel(cell=cell)
    before = list(gates(app)["open"])
    window = press(app).split()[-3:]

    (layer,) = recorded(app, window).layers

    assert list(gates(app)["gate"]) == labels
    assert list(gates(app)["open"]) == [layer.gates[letter][-1].mean() for letter in letters]
    assert list(gates(app)["open"]) != before


def test_every_layer_has_its_gates(panel):
    table = gates(panel(cell="gru", layers=2))
    assert list(table["layer"]) == [1, 1, 2, 2]


@pytest.mark.parametrize("cell", ["rnn", "relu", "mlp"])
def test_a_cell_without_gates_says_so(panel, cell):
    app = panel(cell=cell)
    press(app)
    assert gates(app) is None
    assert any("no gates" in caption.value for caption in app.caption)


def test_a_changed_start_starts_again(panel):
    app = panel()
    press(app, 3)

    start_from(app, "and then rest")

    assert text(app) == "and then rest"


def test_a_new_run_starts_again(studio):
    app = studio
    press(app, 2)

    app.button(key="reset").click().run()

    assert text(app) == " ".join(picked(app))


def test_training_goes_on_under_the_text(studio):
    app = studio
    before = press(app, 2)

    app.button(key="step").click().run()

    assert text(app) == before
    assert any(caption.value.endswith("weights of iteration 1.") for caption in app.caption)


def test_leaving_and_coming_back_keeps_the_text_and_the_way_it_is_made(studio):
    app = studio
    start_from(app, "and then")
    sample(app, seed=4, temperature=1.5)
    before = press(app, 3)

    for page in ("task", "gates", "studio"):
        go_to(app, page)

    assert text(app) == before
    assert control(app, "continuation:choice").value == "sampled"
    assert control(app, "continuation:temperature").value == 1.5
    assert app.number_input(key="continuation:seed").value == 4


@pytest.mark.parametrize("encoding", ["one-hot", "embedding", "integer"])
@pytest.mark.parametrize("unit", ["word", "character"])
def test_every_encoding_continues_texts_with_markup_emoji_and_right_to_left(panel, encoding, unit):
    task = NextSymbol(text=STRANGE, unit=unit, encoding=encoding, punctuation="kept", length=2)
    app = panel(task)
    sample(app)
    likely = set(task.output_labels)

    after = press(app, 4)

    assert after.startswith(task.join(visit_of(app).trainer.probe.input_labels))
    assert set(expected(app)["symbol"]) <= likely
    assert any("Added by the network: 4." in caption.value for caption in app.caption)


def test_a_text_of_two_symbols_and_a_window_of_one(panel):
    app = panel(NextSymbol(text="a b a b", length=1), dtype="float32")
    assert len(expected(app)) == 2
    assert len(press(app, 3).split()) == 4


@pytest.mark.parametrize("cell", ["lstm", "gru", "relu"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_network_that_has_diverged_says_so_and_adds_nothing(panel, cell, bad):
    app = panel(cell=cell)
    before = press(app)
    visit_of(app).trainer.network.flat[:] = bad

    # The press that was on its way when the network diverged.
    app.button(key="next_symbol").click().run()

    assert not app.exception
    assert text(app) == before
    assert any("diverged" in warning.value for warning in app.warning)
    assert app.button(key="next_symbol").disabled
    assert not app.dataframe


def test_other_tasks_are_not_continued(open_app):
    app = open_app()
    assert "next_symbol" not in [button.key for button in app.button]


def test_fifty_more_are_written_a_few_at_a_time_and_are_those_of_fifty_presses(panel):
    app = panel()
    sample(app, seed=3)
    one_by_one = press(app, 12).split()
    again(app)

    app.button(key="write_more").click().run()

    some = len(text(app).split())
    assert 3 < some < 3 + 50
    assert app.button(key="write_more").label == "Stop"
    assert app.button(key="next_symbol").disabled
    for _ in range(60):
        app.run()
    assert len(text(app).split()) == 3 + 50
    assert text(app).split()[:15] == one_by_one
    assert app.button(key="write_more").label == "Write 50 more"


def test_writing_can_be_stopped_and_goes_on_from_there(panel):
    app = panel()
    app.button(key="write_more").click().run()

    app.button(key="write_more").click().run()

    stopped = text(app)
    app.run()
    assert text(app) == stopped
    assert len(stopped.split()) < 3 + 50
    assert written(app).startswith(stopped)


def test_no_more_than_a_thousand_are_written(panel, monkeypatch):
    from rnnviz.ui.studio import continuation

    monkeypatch.setattr(continuation, "MOST_ADDED", 60)
    app = panel()
    written(app)
    assert len(written(app).split()) == 3 + 60
    assert app.button(key="next_symbol").disabled
    assert app.button(key="write_more").disabled


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "a start must have at least 1 word, got ''"),
        ("  ...  ", "a start must have at least 1 word"),
        ("and xylophone", "the text that the network learns, got 'xylophone'"),
        ("<img src=x onerror=alert(1)>", "got '<img'"),
        ("a\x00b", "printable characters only"),
        ("x" * 50, "each word must be 1..40"),
    ],
)
def test_a_start_that_the_network_does_not_know_is_refused_in_words(panel, typed, sentence):
    app = panel()

    start_from(app, typed)

    (error,) = app.error
    assert sentence in error.value.replace("\\", "")
    assert "<img" not in error.value.replace("\\<", "")
    assert not app.button
    start_from(app, "and then rest")
    assert not app.error
    assert len(press(app).split()) == 4


@pytest.mark.parametrize("cell", ["lstm", "mlp"])
def test_a_start_shorter_than_the_window_is_continued_and_explained(panel, cell):
    app = panel(cell=cell)

    start_from(app, "and")

    assert any("sees fewer than in training" in caption.value for caption in app.caption)
    assert len(press(app, 4).split()) == 5


def test_of_a_long_start_the_network_sees_the_last_window(panel):
    app = panel()
    start_from(app, "and then rest and then rest")
    long = list(expected(app)["probability"])

    start_from(app, "and then rest")

    assert list(expected(app)["probability"]) == long
    assert not any("sees fewer" in caption.value for caption in app.caption)


def test_a_start_is_read_as_the_text_is(panel):
    app = panel()
    start_from(app, "  And, THEN... rest!  ")
    assert text(app) == "and then rest"


@pytest.mark.parametrize("unit", ["word", "character"])
@pytest.mark.parametrize("punctuation", ["usual", "kept", "dropped"])
def test_every_window_of_a_text_can_be_typed(unit, punctuation):
    task = NextSymbol(text=STRANGE, unit=unit, punctuation=punctuation, length=3)
    for place in range(len(task.probe_names)):
        labels = task.probe(place).input_labels
        assert task.read(task.join(labels)) == labels


def test_a_start_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="at most 2,500 characters, got 4,000"):
        NextSymbol().read("and " * 1000)


def test_a_start_that_is_no_text_is_the_probes(panel):
    app = panel()
    visit = visit_of(app)
    key = box(app).key
    fresh = AppTest.from_function(panel_alone, default_timeout=30)
    fresh.session_state["visit"] = visit
    fresh.session_state[key] = None

    fresh.run()

    assert not fresh.exception
    assert text(fresh) == " ".join(visit.trainer.probe.input_labels)


@pytest.mark.parametrize("sent", [None, "", "nothing of the kind", -1, 0.0, 10**12, ["x"], b"x"])
def test_what_a_browser_sends_late_of_the_choice_is_not_taken(sent):
    app = AppTest.from_function(panel_alone, default_timeout=30)
    app.session_state["visit"] = Visit(trainer_on())
    for name in ("choice", "temperature", "seed"):
        app.session_state[f"continuation:{name}"] = sent
    app.run()

    assert not app.exception
    assert control(app, "continuation:choice").value == "greedy"
    assert control(app, "continuation:temperature").value == 1.0
    assert app.number_input(key="continuation:seed").value == 0
    press(app)
