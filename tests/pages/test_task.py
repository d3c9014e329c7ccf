"""Task: what is edited becomes the task of a new run, or is refused in words."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from rnnviz.tasks import GymSchedule, NextSymbol
from rnnviz.tasks.gym import THREE_DAYS
from rnnviz.ui.task.desk import Desk, Draft
from rnnviz.ui.task.names import names_in_order
from tests.pages.conftest import control, go_to, visit_of


def open_text(open_app):
    app = open_app("task")
    control(app, "task").set_value("symbols").run()
    return app


def symbols_of(app):
    return next(frame.value for frame in app.dataframe if "integer" in frame.value)


def test_the_page_shows_the_task_in_use(open_app):
    app = open_app("task")

    assert app.button(key="use_task").disabled
    assert app.button(key="use_task").label == "In use in the Studio"
    assert symbols_of(app)["symbol"].tolist() == ["legs", "core", "cardio", "arms"]


def test_missed_days_make_a_task_that_can_be_used(open_app):
    app = open_app("task")

    control(app, "draft:gym:missed").set_value(0.3).run()
    app.button(key="use_task").click().run()

    assert visit_of(app).trainer.task == GymSchedule(missed=0.3)
    assert app.button(key="use_task").disabled
    assert "rest" in symbols_of(app)["symbol"].tolist()


def test_editing_does_not_touch_the_run_until_it_is_asked_for(open_app):
    app = open_app("task")
    trainer = visit_of(app).trainer

    control(app, "draft:gym:missed").set_value(0.3).run()

    assert visit_of(app).trainer is trainer


def test_a_text_that_comes_in_one_message_with_the_press_is_the_one_that_is_taken(open_app):
    app = open_text(open_app)

    control(app, "draft:symbols:text").set_value("one two three four five one")
    app.button(key="use_task").click().run()

    assert visit_of(app).trainer.task == NextSymbol("one two three four five one")
    assert app.button(key="use_task").label == "In use in the Studio"


def test_a_text_becomes_the_task_with_its_table_of_symbols(open_app):
    app = open_text(open_app)

    control(app, "draft:symbols:text").set_value("one two three four five one").run()
    app.button(key="use_task").click().run()

    assert visit_of(app).trainer.task == NextSymbol("one two three four five one")
    table = symbols_of(app)
    assert table["symbol"].tolist() == ["one", "two", "three", "four", "five"]
    assert table["integer"].tolist() == [0, 1, 2, 3, 4]
    assert table["count"].tolist() == [2, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "text"),
        ("   ", "at least 4 words"),
        ("same same same same same", "different words, got 1"),
        ("too short", "at least 4 words"),
        ("x" * 10_000_000, "10,?000,?000|characters"),
    ],
)
def test_a_text_that_cannot_be_learned_is_refused_and_the_run_stays(open_app, text, sentence):
    app = open_text(open_app)
    trainer = visit_of(app).trainer

    control(app, "draft:symbols:text").set_value(text).run()

    assert not app.exception
    (error,) = app.error
    assert pd.Series([error.value.replace("\\", "")]).str.contains(sentence)[0]
    assert len(error.value) < 400
    assert app.button(key="use_task").disabled
    assert visit_of(app).trainer is trainer


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)> b c d e <img src=x onerror=alert(1)> b",
        "**bold** [link](http://x) $x^2$ :smile: `code` more words",
        "שלום עולם טוב מאוד היום שלום",
        "🏋️ 💪 🏃 🧘 🏋️ 💪 🏃",
    ],
)
def test_what_users_type_is_shown_as_text_on_every_page(open_app, text):
    app = open_text(open_app)

    control(app, "draft:symbols:text").set_value(text).run()
    app.button(key="use_task").click().run()

    assert not app.exception
    assert not app.error
    for written in [*app.markdown, *app.caption]:
        assert not re.search(r"(?<!\\)<img", written.value)
        assert not written.allow_html


def test_choosing_a_probe_changes_the_example_and_keeps_the_network(open_app):
    app = open_app("task")
    trainer = visit_of(app).trainer

    control(app, "probe").set_value(2).run()

    assert visit_of(app).trainer is trainer
    assert trainer.probe.name == "starts with cardio, day 3 of the schedule"


def test_the_settings_that_a_task_suggests_are_applied_by_a_button(open_app):
    app = open_app("task")
    control(app, "task").set_value("recall").run()

    label = app.button(key="use_suggested").label
    assert label == "Start with cell LSTM, hidden units 32, forget bias 3"
    app.button(key="use_suggested").click().run()

    assert not app.exception
    config = visit_of(app).trainer.config
    assert (config.task, config.cell, config.hidden_size) == ("recall", "lstm", 32)
    assert config.forget_bias == 3.0
    assert app.button(key="use_suggested").disabled


def test_names_are_read_in_the_order_of_their_places():
    table = pd.DataFrame({"Place": [1.0, 2.0, 1.5, None], "Name": ["a", "b", "c", "d"]})

    assert names_in_order(table) == ("a", "c", "b", "d")


def test_a_row_without_a_name_is_still_being_typed():
    table = pd.DataFrame({"Place": [1.0, 2.0, None], "Name": ["a", None, "c"]})

    assert names_in_order(table) == ("a", "c")


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((), "exercises must be a list of 2..50 names"),
        (("squats",), "exercises must be a list of 2..50 names"),
        (tuple(f"exercise {n}" for n in range(500)), "exercises must be a list of 2..50 names"),
        (("squats", "x" * 100), "40"),
        (("squats", "   "), "each exercise"),
    ],
)
def test_exercises_that_cannot_be_a_schedule_are_refused_and_the_run_stays(
    open_app, names, sentence
):
    app = open_app("task")
    trainer = visit_of(app).trainer

    visit_of(app).part(Desk).drafts["draft:gym:exercises"] = Draft(names, names)
    app.run()

    assert not app.exception
    (error,) = app.error
    assert sentence in error.value.replace("\\", "")
    assert app.button(key="use_task").disabled
    assert visit_of(app).trainer is trainer


def test_markup_as_an_exercise_is_shown_as_text(open_app):
    app = open_app("task")
    names = ("<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "$x^2$ :smile:")

    visit_of(app).part(Desk).drafts["draft:gym:exercises"] = Draft(names, names)
    app.run()
    app.button(key="use_task").click().run()

    assert visit_of(app).trainer.task.exercises == names
    for page in ("gates", "gradients", "studio", "task"):
        go_to(app, page)
        assert not app.exception
        for written in [*app.markdown, *app.caption]:
            assert not re.search(r"(?<!\\)<img", written.value)
            assert "](javascript" not in written.value


def calendar(app):
    sent = next(each for each in app.get("bidi_component") if "calendar" in each.proto.id)
    return json.loads(sent.proto.bytes)["charts"][0]


def test_the_calendar_tells_missed_days_and_after_training_the_mistakes(open_app):
    app = open_app("task")
    control(app, "draft:gym:missed").set_value(0.3).run()
    assert "missed" in json.dumps(calendar(app))
    assert "The network learns another task" in calendar(app)["caption"]

    app.button(key="use_task").click().run()
    assert "missed" in json.dumps(calendar(app))
    assert "Not trained yet" in calendar(app)["caption"]

    visit_of(app).trainer.advance(iterations=2)
    app.run()

    assert not app.exception
    found = re.search(r"(\d+) mistakes in the 20 days after the first", calendar(app)["caption"])
    assert json.dumps(calendar(app)).count("#D50000") == int(found[1])


def test_the_calendar_says_nothing_of_a_network_that_has_diverged(open_app):
    app = open_app("task")
    visit_of(app).trainer.advance(iterations=1)
    visit_of(app).trainer.network.flat[:] = np.nan

    app.run()

    assert "has diverged" in calendar(app)["caption"]
    assert "#D50000" not in json.dumps(calendar(app))


def test_the_length_of_embeddings_looks_idle_unless_symbols_are_embedded(open_app):
    app = open_text(open_app)
    assert control(app, "draft:symbols:embedding_length").disabled

    control(app, "draft:symbols:encoding").set_value("embedding").run()

    assert not control(app, "draft:symbols:embedding_length").disabled


def test_the_simplest_schedule_starts_at_once_and_the_table_shows_it(open_app):
    app = open_app("task")
    assert "shoulder, biceps, cardio" in app.button(key="use_simplest").label
    control(app, "draft:gym:missed").set_value(0.3).run()

    app.button(key="use_simplest").click().run()

    assert visit_of(app).trainer.task == GymSchedule(THREE_DAYS, 14)
    assert symbols_of(app)["symbol"].tolist() == list(THREE_DAYS)
    assert app.button(key="use_task").label == "In use in the Studio"
    assert app.button(key="use_simplest").disabled
    app.button(key="undo").click().run()
    assert visit_of(app).trainer.task == GymSchedule()


def test_a_task_without_a_simplest_example_offers_none(open_app):
    app = open_text(open_app)

    assert not [button for button in app.button if button.key == "use_simplest"]
