"""The Gates page: each view, what its controls change, and what is there to take along."""

import json

import numpy as np
import pytest

from rnnviz.analysis import saturation_history
from rnnviz.tasks import make_task
from rnnviz.training import RunConfig, Trainer
from rnnviz.ui.gates import views
from rnnviz.ui.shell.markup import escaped
from tests.figures.test_payload import unpack
from tests.pages.conftest import control, go_to, visit_of
from tests.schedules import three_days

MAPS = ("Time steps", "Training, one step", "Training, one unit")
VIEWS = (*MAPS, "Attention", "Saturation", "Distribution", "Weights", "What units follow")


def picture(app):
    """Return the chart that was sent: its data, layout and sentence."""
    return pictures(app)[0]


def pictures(app):
    return [
        chart
        for component in app.get("bidi_component")
        if component.proto.bytes
        for chart in json.loads(component.proto.bytes)["charts"]
    ]


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
    visit_of(app).trainer = Trainer(RunConfig(hidden_size=5), three_days())
    visit_of(app).trainer.advance(iterations=12)
    return go_to(app, "gates")


def trainer(app):
    return visit_of(app).trainer


@pytest.mark.parametrize("cell", ["rnn", "gru", "mlp"])
def test_every_view_has_a_picture_and_a_sentence_for_every_cell(page, cell):
    control(page, "setting:cell").set_value(cell).run()

    for view in VIEWS:
        choose(page, "gate_view", view)

        if view in ("Saturation", "Attention") and cell in ("rnn", "mlp"):
            assert pictures(page) == []
            assert "has no gates" in page.info[0].value
            assert len(page.info) == 1 + (view == "Attention")
        else:
            assert picture(page)["data"]
            assert picture(page)["caption"]


def test_a_cell_without_gates_that_attends_shows_its_map_and_misses_nothing(open_app):
    page = open_app("gates", Trainer(RunConfig(cell="rnn", hidden_size=3, attention="dot")))
    choose(page, "gate_view", "Attention")
    assert not page.info
    assert picture(page)["data"]
    choose(page, "gate_view", "Saturation")
    assert "has no gates" in page.info[0].value


def test_where_it_is_measured_the_probe_and_saturation_are_explained(page):
    choose(page, "gate_view", "Saturation")
    explained = next(text.proto.help for text in page.caption if "Measured on" in text.value)
    assert "The probe is the one example sequence" in explained
    assert "A gate is saturated where it is nearly shut" in explained


def test_every_view_takes_one_time_step_one_unit_and_one_iteration(open_app):
    app = open_app("gates")
    visit_of(app).trainer = Trainer(
        RunConfig(task="symbols", hidden_size=1),
        make_task("symbols", text="a b a b a b a b", length=1),
    )

    for view in VIEWS:
        choose(app, "gate_view", view)

        assert pictures(app)[0]["caption"]


def test_every_view_shows_a_diverged_run_as_what_it_is(page):
    trainer(page).network.flat[:] = np.nan
    trainer(page).advance(iterations=1)
    trainer(page)._trace = None
    told = []

    for view in VIEWS:
        choose(page, "gate_view", view)
        told.append(picture(page)["caption"])

    assert all("not finite numbers" in says for says in told[:3])
    assert "The gates are not numbers" in told[3]
    assert "no value is a finite number" in told[5]
    assert "Not all weights are finite numbers" in told[6]
    assert "there is no correlation" in told[7]


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
    assert "largest mean forget gate" in picture(page)["caption"]


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
    assert "at time step 3" in picture(page)["caption"]


def test_what_comes_in_at_a_time_step_is_not_read_as_markup(open_app):
    app = open_app()
    task = make_task("gym", exercises=("$x$ :smile:", "<b>"))
    visit_of(app).trainer = Trainer(RunConfig(hidden_size=5), task)
    go_to(app, "gates")
    choose(app, "gate_view", "Training, one step")

    shown = control(app, "time_step").options
    assert {label.partition(" ")[2] for label in shown} == {escaped("$x$ :smile:"), escaped("<b>")}


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

    assert visit_of(page).selected == (0, 2)
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


def test_the_cloud_is_that_of_the_chosen_iteration_and_the_page_has_one_slider(page):
    choose(page, "gate_view", "Saturation")
    choose(page, "unit", 2)
    choose(page, "shown_iteration", 4)

    cloud, bars = pictures(page)
    assert "frames" not in cloud
    assert "sliders" not in cloud["layout"]
    assert cloud["caption"].startswith("Iteration 4. Forget gate: nearly open in more")
    assert "Forget gate: nearly shut in" in bars["caption"]
    now = visit_of(page).saturation_of(0).of(trainer(page).recording.at(4))
    np.testing.assert_array_equal(unpack(cloud["data"][0]["x"]), 100 * now.below["f"])
    way = cloud["data"][3]
    assert len(unpack(way["x"])) == 13
    told = " ".join(caption.value for caption in page.caption)
    assert "Measured over 4 sequences × 14 time steps = 56 cases for each unit" in told
    assert "the path of unit 2" in told


def test_what_was_counted_once_is_not_counted_again(page, monkeypatch):
    choose(page, "gate_view", "Saturation")
    monkeypatch.setattr(saturation_history, "observe", lambda *_: pytest.fail("counted again"))

    choose(page, "shown_iteration", 4)


def test_saturation_of_one_gate_alone(page):
    choose(page, "gate_view", "Saturation")
    choose(page, "saturated_gate", "i")

    assert [trace["name"] for trace in picture(page)["data"]] == ["input gate"]


def test_weights_and_gradients_are_those_of_the_chosen_iteration(page):
    choose(page, "gate_view", "Weights")
    choose(page, "shown_iteration", 4)

    network = trainer(page).network_of(trainer(page).recording.at(4))
    batch = trainer(page).probe.batch
    gradients = network.record(batch.x, batch.y, batch.mask).gradients
    forget = slice(5, 10)
    np.testing.assert_allclose(
        values_of(page, "forget gate")[:, :3], network.parameters["weight_ih_l0"][forget], 1e-6
    )
    np.testing.assert_allclose(
        values_of(page, "gradient, forget gate")[:, 3:8], gradients["weight_hh_l0"][forget], 1e-5
    )


def test_the_quantity_that_is_correlated_and_the_unit_can_be_chosen(page):
    choose(page, "gate_view", "What units follow")
    choose(page, "unit", 3)
    assert picture(page)["caption"].startswith("The hidden state of unit 3 tracks")

    choose(page, "following_quantity", "f")

    assert picture(page)["caption"].startswith("The forget gate of unit 3 tracks")


def test_the_iteration_now_is_shown_though_it_was_not_kept(page):
    trainer(page).recording.rewind(8)
    choose(page, "gate_view", "Training, one unit")

    assert list(unpack(picture(page)["data"][0]["y"])) == [*range(9), 12]


def test_every_view_offers_its_numbers_as_a_table(page, monkeypatch):
    offered = {}

    def catch(what, make, waits):
        assert not waits
        offered[what] = make()

    monkeypatch.setattr(views, "csv_button", catch)
    for view in VIEWS:
        choose(page, "gate_view", view)

    assert len(offered) == len(VIEWS)
    steps = offered["values at every time step"]
    one = steps[(steps["quantity"] == "cell state") & (steps["time_step"] == 3)]
    np.testing.assert_array_equal(one["value"], trainer(page).trace().c[3])
    assert set(offered["saturation over training"]["gate"]) == {
        "forget gate", "input gate", "output gate",
    }  # fmt: skip
    assert all(len(table) for table in offered.values())


def test_long_labels_and_large_networks_are_shown(open_app):
    label = "x" * 39
    text = " ".join(f"{label}{number}" for number in range(6)) + " "
    app = open_app("gates")
    visit_of(app).trainer = Trainer(
        RunConfig(task="symbols", hidden_size=64, layers=2),
        make_task("symbols", text=text * 4, length=5),
    )

    for view in VIEWS:
        choose(app, "gate_view", view)
        assert len(json.dumps(picture(app))) < 1_500_000
