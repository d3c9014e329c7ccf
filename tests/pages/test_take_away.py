"""The panel makes a file when asked, and not before."""

import io
import zipfile

import numpy as np
import pytest

import rnnviz
from rnnviz import weights
from rnnviz.engine import Silence
from rnnviz.ui.studio.place import Place
from tests.pages.conftest import control, visit_of


def made(app):
    """Return the file that is ready to be saved."""
    return app.session_state["take_away"]


def make(app, kind, extent=None):
    control(app, "take_away:kind").set_value(kind).run()
    if extent is not None:
        control(app, "take_away:extent").set_value(extent).run()
    app.button(key="take_away:make").click().run()
    assert not app.exception
    return made(app)


def trained(open_app, iterations=3):
    app = open_app()
    for _ in range(iterations):
        app.button(key="step").click().run()
    return app


def save_buttons(app):
    return [each.proto.label for each in app.get("download_button") if "Save" in each.proto.label]


def test_nothing_is_made_before_somebody_asks(open_app):
    app = open_app()

    assert "take_away" not in app.session_state
    assert save_buttons(app) == []


def test_all_kept_iterations_as_numbers(open_app):
    app = trained(open_app)

    file = make(app, "NumPy")

    assert file.name == "rnnviz-gym-lstm-0-3.npz"
    assert save_buttons(app) == ["Save rnnviz\\-gym\\-lstm\\-0\\-3\\.npz"]
    with np.load(io.BytesIO(file.data), allow_pickle=False) as read:
        assert read["iteration"].tolist() == [0, 1, 2, 3]
        assert np.array_equal(read["layer0.h"][3], visit_of(app).trainer.trace().h)


def test_a_ready_file_is_at_its_address_until_the_page_is_drawn_again(open_app):
    """A file made on a click is deleted when other scripts end, before a slow browser asks."""
    app = trained(open_app)
    make(app, "NumPy")

    (button,) = [each.proto for each in app.get("download_button") if "Save" in each.proto.label]
    assert button.url.endswith(".bin")
    assert not button.deferred_file_id


def test_the_shown_iteration_alone_as_tables(open_app):
    app = trained(open_app)

    file = make(app, "CSV", "the shown iteration")

    assert file.name == "rnnviz-gym-lstm-3.csv.zip"
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        rows = archive.read("iterations.csv").decode().splitlines()
    assert [row.split(",")[0] for row in rows] == ["iteration", "3"]


def test_the_shown_iteration_is_the_one_that_the_picture_was_rewound_to(open_app):
    app = trained(open_app)
    visit = visit_of(app)
    visit.part(Place).rewind(visit, 1)

    file = make(app, "NumPy", "the shown iteration")

    assert file.name == "rnnviz-gym-lstm-1.npz"
    assert "iteration 1" in file.about


def test_the_animation_is_one_html_file(open_app):
    app = trained(open_app)

    file = make(app, "Animation")

    assert file.name == "rnnviz-gym-lstm-0-3.html"
    assert file.data.startswith(b"<!doctype html>")
    assert b"measured at iterations 0 to 3." in file.data


def test_the_weights_of_the_shown_iteration_open_again_as_the_same_experiment(open_app):
    app = trained(open_app)
    visit = visit_of(app)
    visit.part(Place).rewind(visit, 2)

    file = make(app, "safetensors")

    assert file.name == "rnnviz-gym-lstm-2.safetensors"
    contents = weights.read(file.data)
    again = rnnviz.open(contents.experiment)
    assert again.iteration == 2
    network = weights.build(contents).network()
    np.testing.assert_array_equal(network.flat, again.network.flat)
    np.testing.assert_array_equal(network.flat, visit.shown_trace().weights)
    assert any("load_file('rnnviz-gym-lstm-2.safetensors')" in code.value for code in app.code)
    assert not any(each.key == "take_away:extent" for each in app.get("button_group"))


def test_where_no_link_leads_to_the_weights_the_file_is_without_one(open_app):
    app = trained(open_app, 1)
    visit_of(app).trainer.network.flat[:] *= 2

    file = make(app, "safetensors")

    assert weights.read(file.data).experiment is None
    assert "without a link" in file.about


def test_weights_taken_from_a_run_with_interventions_say_that_these_are_not_in_the_file(open_app):
    app = open_app(trainer=rnnviz.Trainer(rnnviz.RunConfig(hidden_size=3)))
    assert "interventions" not in make(app, "safetensors").about
    visit_of(app).intervene(Silence(units=(0,)))

    assert make(app, "safetensors").about.endswith("the weights alone, without the interventions")


def test_onnx_and_why_there_is_none_of_a_network_with_attention(open_app):
    assert make(open_app(), "ONNX").data[:1] == b"\x08"
    config = rnnviz.RunConfig(attention="dot", hidden_size=4)
    app = open_app(trainer=rnnviz.Trainer(config))

    assert make(app, "ONNX").data is None
    assert any("attention can't be written" in each.value for each in app.warning)
    assert save_buttons(app) == []


def test_a_network_that_was_never_trained_can_be_taken_too(open_app):
    assert make(open_app(), "CSV").name == "rnnviz-gym-lstm-0.csv.zip"


def test_the_run_goes_on_and_the_file_stays_as_it_was(open_app):
    app = trained(open_app, 1)
    before = make(app, "NumPy").data

    app.button(key="step").click().run()

    assert made(app).data == before
    assert visit_of(app).trainer.iteration == 2


def test_it_can_be_made_while_the_run_plays(open_app):
    app = open_app()
    control(app, "play").click().run()

    file = make(app, "NumPy")

    assert file.data
    assert visit_of(app).playing


@pytest.mark.parametrize("page", ["gates", "task"])
def test_other_pages_do_not_offer_it(open_app, page):
    assert not [each for each in open_app(page).button if each.key == "take_away:make"]
