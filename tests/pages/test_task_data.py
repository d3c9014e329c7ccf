"""Task: own data, what is said about it, and what can be taken away as a file."""

import csv
import io
import json
import tomllib

import pytest
import streamlit as st

from rnnviz.tasks import SHIPPED_TEXT, csv_text
from rnnviz.tasks.csv_text import read_table
from rnnviz.ui.task.desk import Desk, Draft
from tests.figures.test_payload import unpack
from tests.pages.conftest import control, visit_of
from tests.serving import ROOT

SERIES = "day,visits,calls\n" + "\n".join(f"d{n},{n % 7},{n % 5 + 10}" for n in range(60))
LABELS = "day,sky\n" + "\n".join(f"d{n},{'sun' if n % 3 else 'rain'}" for n in range(60))


def open_task(open_app, key):
    app = open_app("task")
    control(app, "task").set_value(key).run()
    return app


def text_of(app):
    """Return what the page says, without the signs that keep Markdown from reading it."""
    written = [*app.markdown, *app.caption]
    return "\n".join(element.value for element in written).replace("\\", "")


def draft(app, name, key="values"):
    return control(app, f"draft:{key}:{name}")


@pytest.fixture
def downloads(monkeypatch):
    """What each download button would save, by the name of the file, at the last script run."""
    offered = {}
    real = st.download_button

    def remember(label, data, **options):
        assert options["on_click"] == "ignore"
        offered[options["file_name"]] = data
        return real(label, data, **options)

    monkeypatch.setattr(st, "download_button", remember)
    return offered


def rows_of(write):
    return list(csv.reader(io.StringIO(write().decode())))


def test_the_tables_can_be_saved(open_app, downloads):
    open_app("task")

    symbols, samples = (
        rows_of(downloads[f"{name}.csv"]) for name in ("symbols", "sample_sequences")
    )
    assert symbols[0] == ["symbol", "integer", "count"]
    assert [row[0] for row in symbols[1:]] == ["legs", "core", "cardio", "arms"]
    assert len(samples) == 1 + 2 * 6  # what is seen, and below it the answers
    assert {len(row) for row in samples} == {2 + 20}


def test_a_series_has_no_symbols_to_save(open_app, downloads):
    app = open_app("task")
    downloads.clear()
    control(app, "task").set_value("waves").run()

    assert list(downloads) == ["sample_sequences.csv"]


def test_formulas_are_saved_as_text_and_there_is_no_other_way_to_save_them(open_app, downloads):
    app = open_app("task")
    names = ("=1+1", "@SUM(A1)", "-2")

    visit_of(app).part(Desk).drafts["draft:gym:exercises"] = Draft(names, names)
    app.run()

    assert not app.exception
    saved = [cell for write in downloads.values() for row in rows_of(write) for cell in row]
    assert "'=1+1" in saved
    assert not [cell for cell in saved if cell.startswith(("=", "@", "-"))]
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["client"]["disableDataExport"]


@pytest.mark.parametrize(
    ("key", "kind"),
    [("gym", "heatmap"), ("symbols", "heatmap"), ("values", "scatter"), ("adding", "scatter")],
)
def test_sample_sequences_are_a_picture_with_a_text_for_who_cannot_see_it(open_app, key, kind):
    app = open_task(open_app, key)

    chart = next(chart for chart in app.get("plotly_chart") if "samples" in chart.proto.id)
    assert json.loads(chart.proto.spec)["data"][0]["type"] == kind
    assert "6 sample sequences" in chart.proto.alt


@pytest.mark.parametrize(
    ("key", "text", "usual"),
    [("values", SERIES, "the first column of numbers"), ("labels", LABELS, "the last column")],
)
def test_the_column_is_chosen_from_those_in_the_csv(open_app, key, text, usual):
    app = open_task(open_app, key)

    draft(app, "csv", key).set_value(text).run()
    column = draft(app, "column", key)
    names = text.splitlines()[0].split(",")
    assert column.options == [usual, *names]
    assert column.value == ""
    column.set_value(names[1]).run()
    app.button(key="use_task").click().run()

    assert not app.exception
    assert visit_of(app).trainer.task.chosen == names[1]
    assert visit_of(app).trainer.task.column == names[1]


def test_a_csv_that_cannot_be_read_leaves_the_text_field_and_the_choice(open_app):
    app = open_task(open_app, "values")
    draft(app, "csv").set_value(SERIES).run()
    draft(app, "column").set_value("calls").run()

    draft(app, "csv").set_value("a,b\n1").run()

    assert not app.exception
    (error,) = app.error
    assert "each row must have 2 cells" in error.value.replace("\\", "")
    assert next(field for field in app.text_input if field.key == "draft:values:column")
    draft(app, "csv").set_value(SERIES).run()
    assert not app.error
    assert draft(app, "column").value == "calls"


def test_a_column_of_another_file_is_refused_in_words(open_app):
    app = open_task(open_app, "values")
    draft(app, "csv").set_value(SERIES).run()
    draft(app, "column").set_value("calls").run()

    draft(app, "csv").set_value(SERIES.replace("calls", "mails")).run()

    assert not app.exception
    (error,) = app.error
    assert "column must be one of 'day', 'visits', 'mails'" in error.value.replace("\\", "")
    assert "calls (not in this CSV)" in draft(app, "column").options


def test_it_is_said_which_rows_have_no_value_and_how_numbers_are_scaled(open_app):
    app = open_task(open_app, "values")

    draft(app, "csv").set_value(SERIES.replace("d3,3,", "d3,,")).run()

    said = text_of(app)
    assert "Row 5 has no value and was dropped." in said
    assert "scaled by the training part: mean" in said
    assert "standard deviation" in said


def test_it_is_said_how_many_windows_are_trained_and_held_out(open_app):
    app = open_task(open_app, "labels")
    draft(app, "csv", "labels").set_value(LABELS).run()

    # Of 60 labels 12 are held out; a window of 6 and the label after it fit 42 times into 48.
    assert (
        "42 windows are used for training; the score on held-out data comes from 12 windows"
        in text_of(app)
    )

    draft(app, "holdout", "labels").set_value(0.0).run()
    assert "54 windows are used for training, and none is held out." in text_of(app)


def test_it_is_said_how_much_of_a_text_can_be_known(open_app):
    app = open_task(open_app, "symbols")

    # Windows of three: `a b c` comes twice, and different symbols follow; four other windows.
    control(app, "draft:symbols:text").set_value("a b c d a b c e a").run()

    said = text_of(app)
    assert "33 % of the windows occur with different next symbols" in said
    assert "at best 83 % can be predicted correctly" in said


def test_nothing_is_said_about_windows_where_sequences_are_drawn_without_end(open_app):
    assert "windows are used for training" not in text_of(open_app("task"))


def upload(app, name, text):
    app.file_uploader[0].set_value((name, text.encode(), "text/plain")).run()


def large_csv(rows=4000):
    return "day,visits\n" + "\n".join(f"d{n},{n % 7}" for n in range(rows))


def test_a_large_csv_stays_out_of_the_page_and_is_shown_in_part(open_app):
    app = open_task(open_app, "values")

    upload(app, "mine *all*.csv", large_csv())

    assert not app.exception
    assert not app.text_area
    assert "mine *all*.csv** · 4,000 rows of 2 columns" in text_of(app)
    preview = app.dataframe[0].value
    assert preview.columns.tolist() == ["day", "visits"]
    assert preview["day"].tolist() == ["d0", "d1", "d2", "d3", "d4"]
    assert app.session_state["draft:values:csv"] == ""
    app.button(key="use_task").click().run()
    assert visit_of(app).trainer.task.csv == large_csv()


def test_the_end_of_a_text_from_a_file_is_held_out_unless_another_share_is(open_app):
    app = open_task(open_app, "symbols")
    assert draft(app, "holdout", "symbols").value == 0.0

    upload(app, "mine.txt", "one two three four five one two three four five one two three")
    assert draft(app, "holdout", "symbols").value == 0.2
    assert "comes from 2 windows that are never used for training" in text_of(app)

    draft(app, "holdout", "symbols").set_value(0.5).run()
    upload(app, "other.txt", "one two three four five six one two three four five six")
    assert draft(app, "holdout", "symbols").value == 0.5


def test_another_can_be_chosen_in_the_place_of_a_large_file(open_app):
    app = open_task(open_app, "symbols")
    upload(app, "book.txt", "one two three four two " * 2000)
    assert not app.text_area
    assert "46,000 characters; the first are" in text_of(app)

    app.button(key="draft:symbols:text:another").click().run()

    assert not app.exception
    assert draft(app, "text", "symbols").value == SHIPPED_TEXT
    assert visit_of(app).part(Desk).files == {}


def test_what_is_pasted_leaves_the_text_field_when_it_is_large(open_app):
    app = open_task(open_app, "values")

    draft(app, "csv").set_value(large_csv()).run()

    assert not app.exception
    assert not app.text_area
    assert "Pasted text** · 4,000 rows" in text_of(app)


def test_a_large_file_that_is_no_table_is_refused_in_words(open_app):
    app = open_task(open_app, "values")
    before = visit_of(app).trainer

    upload(app, "mine.csv", large_csv() + "\nragged")

    assert not app.exception
    assert "got 1 in row 4002" in app.error[0].value.replace("\\", "")
    assert visit_of(app).trainer is before


def test_a_task_is_made_once_for_all_reruns_of_the_page(open_app):
    app = open_task(open_app, "symbols")
    made = visit_of(app).part(Desk).edited.task
    app.run()
    assert visit_of(app).part(Desk).edited.task is made

    app.button(key="use_task").click().run()
    draft(app, "unit", "symbols").set_value("character").run()
    assert visit_of(app).part(Desk).edited.task is not made
    draft(app, "unit", "symbols").set_value("word").run()
    assert visit_of(app).part(Desk).edited.task is visit_of(app).trainer.task


def test_the_forecast_of_a_series_is_drawn_in_the_units_of_the_data(open_app):
    app = open_task(open_app, "values")
    app.button(key="use_task").click().run()
    visit_of(app).trainer.advance(iterations=5)
    app.run()

    task = visit_of(app).trainer.task
    _, values, _ = task.latest(150)
    sent = next(each for each in app.get("bidi_component") if "forecast" in each.proto.id)
    (chart,) = json.loads(sent.proto.bytes)["charts"]
    data, network = chart["data"]
    assert "Measured at iteration 5: root mean squared error" in chart["caption"]
    assert unpack(data["y"]).tolist() == values.tolist()
    said = unpack(network["y"])
    # An untrained network says about 0, which is the mean.
    assert abs(said.mean() - task.mean) < task.deviation


def test_more_columns_are_chosen_by_name_and_come_into_the_network(open_app):
    app = open_task(open_app, "values")
    draft(app, "csv").set_value(SERIES).run()

    more = next(box for box in app.multiselect if box.key == "draft:values:inputs")
    assert more.options == ["day", "visits", "calls"]
    draft(app, "column").set_value("visits").run()
    more = next(box for box in app.multiselect if box.key == "draft:values:inputs")
    assert more.options == ["day", "calls"]
    more.set_value(["calls"]).run()
    app.button(key="use_task").click().run()

    assert not app.exception
    task = visit_of(app).trainer.task
    assert (task.chosen, task.inputs) == ("visits", ("calls",))
    visit_of(app).trainer.advance(iterations=2)
    app.run()
    assert not app.exception


def test_more_columns_that_hold_no_numbers_or_are_of_another_file_are_refused(open_app):
    app = open_task(open_app, "values")
    draft(app, "csv").set_value(SERIES).run()

    def more():
        return next(box for box in app.multiselect if box.key == "draft:values:inputs")

    more().set_value(["day"]).run()
    assert "must hold numbers" in app.error[0].value.replace("\\", "")
    more().set_value(["calls"]).run()
    assert not app.error
    draft(app, "csv").set_value(SERIES.replace("calls", "mails")).run()
    assert "column must be one of" in app.error[0].value.replace("\\", "")
    assert "calls (not in this CSV)" in more().options


def test_the_forecast_has_the_dates_of_the_file_on_its_axis(open_app):
    app = open_task(open_app, "values")
    app.button(key="use_task").click().run()

    sent = next(each for each in app.get("bidi_component") if "forecast" in each.proto.id)
    (spec,) = json.loads(sent.proto.bytes)["charts"]
    assert spec["layout"]["xaxis"]["type"] == "date"
    task = visit_of(app).trainer.task
    assert spec["data"][0]["x"] == task.dates(task.latest(150)[0])


def test_a_large_table_is_read_once_however_many_others_are_open(open_app, monkeypatch):
    app = open_task(open_app, "values")
    upload(app, "mine.csv", large_csv())
    for rows in (4001, 4002, 4003):
        read_table(large_csv(rows))  # those of other visitors

    monkeypatch.setattr(csv_text, "_lines", lambda *_: pytest.fail("read again"))
    app.run()

    assert not app.exception
    assert "4,000 rows of 2 columns" in text_of(app)


def test_what_is_shown_of_a_table_is_that_of_the_text_of_now(open_app):
    app = open_task(open_app, "values")
    draft(app, "csv").set_value(SERIES).run()
    assert "60 rows of 3 columns" in text_of(app)

    draft(app, "csv").set_value(SERIES + "\nd60,1,2").run()

    assert "61 rows of 3 columns" in text_of(app)
