"""The Gates page: each view, what its controls change, and what is there to take along."""

import json

import numpy as np
import pytest

from tests.figures.test_payload import unpack
from tests.pages.conftest import control, go_to, run_of

VIEWS = ("Time steps", "Training, one step", "Training, one unit")


def picture(app):
    """Return the chart that was sent: its data, layout and sentence."""
    (component,) = app.get("bidi_component")
    (chart,) = json.loads(component.proto.bytes)["charts"]
    return chart


def values_of(app, name):
    """Return one map as it was sent, (rows, columns)."""
    sent = next(trace["z"] for trace in picture(app)["data"] if trace["name"] == name)
    return unpack(sent).reshape([int(size) for size in sent["shape"].split(",")])


def rows_of(app):
    return [int(unit) for unit in picture(app)["data"][0]["y"]]


def choose(app, key, value):
    control(app, key).set_value(value).run()
    assert not app.exception


@pytest.fixture
def page(open_app):
    """Open the page of a small run that has been trained."""
    app = open_app()
    control(app, "setting:hidden_size").set_value(5).run()
    run_of(app).trainer.advance(iterations=12)
    return go_to(app, "gates")


def trainer(app):
    return run_of(app).trainer


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm", "mlp"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_a_picture_and_a_sentence_for_every_cell(page, view, cell):
    choose(page, "gate_view", view)
    control(page, "setting:cell").set_value(cell).run()

    assert not page.exception
    assert picture(page)["data"]
    assert picture(page)["says"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_takes_one_time_step_one_unit_and_one_iteration(open_app, view):
    app = open_app("gates")
    control(app, "setting:hidden_size").set_value(1).run()
    control(app, "length:gym").set_value(2).run()
    choose(app, "gate_view", view)

    assert picture(app)["data"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_a_diverged_run_as_what_it_is(page, view):
    choose(page, "gate_view", view)
    trainer(page).network.flat[:] = np.nan
    trainer(page).advance(iterations=1)
    trainer(page)._trace = None

    page.run()

    assert not page.exception
    assert "not finite numbers" in picture(page)["says"]


def test_a_quantity_alone_is_drawn_large(page):
    assert len(picture(page)["data"]) == 6

    choose(page, "gate_quantity", "o")

    assert [trace["name"] for trace in picture(page)["data"]] == ["output gate"]
    np.testing.assert_allclose(
        values_of(page, "output gate"), trainer(page).trace().gates["o"].T, rtol=1e-6
    )


def test_a_quantity_that_another_cell_lacks_falls_back_to_all(page):
    choose(page, "gate_quantity", "o")
    choose(page, "unit_order", "c")

    control(page, "setting:cell").set_value("gru").run()

    assert not page.exception
    assert len(picture(page)["data"]) == 4


def test_units_can_be_ordered_by_a_quantity(page):
    choose(page, "unit_order", "f")

    means = trainer(page).trace().gates["f"].mean(axis=0)
    assert rows_of(page) == list(np.argsort(-means))
    np.testing.assert_allclose(
        values_of(page, "hidden state"), trainer(page).trace().h.T[rows_of(page)], rtol=1e-6
    )
    assert "largest forget gate" in picture(page)["says"]


def test_the_order_holds_in_the_view_over_training(page):
    choose(page, "unit_order", "likeness")
    order = rows_of(page)

    choose(page, "gate_view", "Training, one step")

    assert rows_of(page) == order


def test_the_time_step_can_be_chosen(page):
    choose(page, "gate_view", "Training, one step")
    choose(page, "time_step", 3)

    kept = trainer(page).recording.traces
    assert [trace.iteration for trace in kept] == list(range(13))
    expected = np.array([trace.gates["f"][3] for trace in kept]).T
    np.testing.assert_allclose(values_of(page, "forget gate"), expected, rtol=1e-6)
    assert "at time step 3" in picture(page)["says"]


def test_a_time_step_that_a_shorter_sequence_lacks_is_the_last_one(page):
    choose(page, "gate_view", "Training, one step")
    choose(page, "time_step", 13)

    control(page, "length:gym").set_value(4).run()

    assert not page.exception
    assert control(page, "time_step").value == 3


def test_the_unit_is_that_of_all_pages_and_without_one_the_mean_is_shown(page):
    choose(page, "gate_view", "Training, one unit")
    kept = trainer(page).recording.traces
    expected = np.array([trace.c.mean(axis=1) for trace in kept])
    np.testing.assert_allclose(values_of(page, "cell state"), expected, rtol=1e-5)

    choose(page, "unit", 2)

    assert (run_of(page).selected_unit, run_of(page).selected_layer) == (2, 0)
    expected = np.array([trace.c[:, 2] for trace in kept])
    np.testing.assert_allclose(values_of(page, "cell state"), expected, rtol=1e-5)

    choose(page, "gate_view", "Time steps")

    assert len(picture(page)["layout"]["shapes"]) == 6


def test_a_unit_of_another_layer_is_not_marked(page):
    control(page, "setting:layers").set_value(2).run()
    choose(page, "unit", 2)
    assert picture(page)["layout"]["shapes"]

    choose(page, "shown_layer", 0)

    assert not picture(page)["layout"]["shapes"]


def test_what_was_chosen_holds_after_another_page(page):
    choose(page, "gate_view", "Training, one step")
    choose(page, "gate_quantity", "i")
    choose(page, "time_step", 4)

    go_to(page, "gradients")
    go_to(page, "gates")

    chosen = [control(page, key).value for key in ("gate_view", "gate_quantity", "time_step")]
    assert chosen == ["Training, one step", "i", 4]
