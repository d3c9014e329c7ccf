"""The address is the link of what is seen: it is opened once, and followed from then on."""

import re
from html import unescape
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rnnviz import link
from rnnviz.tasks import make_task
from rnnviz.training import RunConfig, Trainer
from rnnviz.ui.shell.address import Linked, view_seen
from rnnviz.visit import Visit
from rnnviz.visit.opening import Opened
from tests.pages.conftest import control, go_to, visit_of
from tests.serving import ROOT

SMALL = "v=1&cell=gru&h=3&b=2&seed=7"


def opened(query):
    """Open an address, and let the live loop work until nothing is under way."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    for key, value in parse_qsl(query):
        app.query_params[key] = value
    app.run()
    assert not app.exception
    for _ in range(50):
        if not visit_of(app).busy:
            break
        app.run()
        assert not app.exception
    return app.run()


def address(app):
    """Return the query that the browser is told to show."""
    written = [html.proto.body for html in app.get("html") if "data-link" in html.proto.body]
    return unescape(re.search('data-link="(.*?)"', written[-1])[1])


def texts(app):
    return " ".join(str(each.value) for each in (*app.markdown, *app.caption, *app.warning))


def test_a_link_leads_to_the_same_weights():
    app = opened(f"{SMALL}&it=23&do=10_lr_0.003")

    trainer = Trainer(RunConfig(cell="gru", hidden_size=3, batch_size=2, seed=7))
    trainer.advance(iterations=10)
    trainer.set(learning_rate=0.003)
    trainer.advance(iterations=13)
    np.testing.assert_array_equal(visit_of(app).trainer.network.flat, trainer.network.flat)
    assert visit_of(app).trainer.iteration == 23
    assert control(app, "setting:hidden_size").value == 3
    assert control(app, "setting:learning_rate").value == 0.003


@pytest.mark.parametrize(
    "query",
    [
        f"{SMALL}&it=5",
        f"{SMALL}&it=5&page=task",
        f"{SMALL}&it=5&page=gates&view=training-one-step&u=2&t=3",
        f"{SMALL}&it=5&page=gates&at=2&p.order=likeness&p.quantity=z",
        f"{SMALL}&it=5&page=gates&view=weights&p.weighed=r",
        f"{SMALL}&it=5&page=equations&view=backward&u=1&t=3",
        "v=1&h=3&b=2&it=5&page=gradients&view=itemised&p.by=h",
        f"{SMALL}&l=2&it=5&page=equations&u=1&layer=0&t=3",
        f"{SMALL}&it=5&p.beside=rnn",
        f"{SMALL}&att=dot&it=5&p.beside=plain",
        f"{SMALL}&it=4&hide=pages~seed~speed",
        f"{SMALL}&it=5&view=one-cell&u=2&t=3",
        f"{SMALL}&it=5&t=3&at=2&p.sweep=backward",
        f"{SMALL}&l=2&it=5&view=one-unit&u=1&ul=1&layer=0",
    ],
)
def test_what_was_opened_has_the_address_that_it_was_opened_from(query):
    assert address(opened(query)) == link.write(link.read(query).experiment)


def test_the_address_follows_what_is_changed_trained_and_looked_at(open_app):
    app = open_app("gates", Trainer(RunConfig(hidden_size=3, batch_size=2)))
    assert address(app) == "v=1&h=3&b=2&page=gates"

    control(app, "step").click().run()
    assert address(app) == "v=1&h=3&b=2&it=1&page=gates"
    control(app, "gate_view").set_value("Distribution").run()
    assert address(app) == "v=1&h=3&b=2&it=1&page=gates&view=distribution"
    go_to(app, "task")
    assert address(app) == "v=1&h=3&b=2&it=1&page=task"
    control(app, "reset").click().run()
    assert address(app) == "v=1&h=3&b=2&page=task"


def test_what_can_not_be_read_is_told_and_the_rest_is_opened():
    app = opened("v=1&h=3&cell=<b>tree</b>&seed=-5&colour=red&it=2")

    assert visit_of(app).trainer.network.hidden_size == 3
    assert visit_of(app).trainer.iteration == 2
    assert "Not all of this link could be read" in texts(app)
    assert "colour" in texts(app)
    assert "<b>" not in texts(app)
    control(app, "dismiss_notes").click().run()
    assert "Not all of this link could be read" not in texts(app)


def test_a_bare_address_opens_the_opening_run_without_a_word(open_app):
    app = open_app()

    assert visit_of(app).trainer.config == RunConfig()
    assert not visit_of(app).part(Opened).notes
    assert not visit_of(app).earlier


def test_a_long_replay_is_offered_and_begins_when_it_is_accepted():
    app = opened("v=1&h=64&b=64&it=90000")

    visit = visit_of(app)
    assert visit.trainer.iteration == 0
    assert not visit.busy
    assert "90,000" in texts(app)
    control(app, "accept").click().run()
    assert visit.opening is not None
    assert visit.trainer.iteration > 0
    assert address(app) == "v=1&h=64&b=64&it=90000"
    control(app, "stop_opening").click().run()
    at = visit.trainer.iteration
    app.run()
    assert visit.job is None
    assert visit.trainer.iteration == at
    assert address(app) == f"v=1&h=64&b=64&it={at}"


def test_a_long_replay_that_is_declined_stays_at_the_start():
    app = opened("v=1&h=64&b=64&it=90000")

    control(app, "decline").click().run()

    assert visit_of(app).trainer.iteration == 0
    assert "90,000" not in texts(app)


def test_controls_that_a_link_hides_are_not_drawn_until_all_are_asked_for():
    app = opened(f"{SMALL}&hide=seed~length~interventions~more~speed")

    drawn = {str(each.key).split("@")[0] for each in (*app.slider, *app.select_slider)}
    assert "setting:seed" not in drawn
    assert not any(key.startswith("length:") for key in drawn)
    assert not any(each.key == "speed" for each in app.button_group)
    control(app, "unhide").click().run()
    drawn = {str(each.key).split("@")[0] for each in app.slider}
    assert "setting:seed" in drawn
    assert "hide=" not in address(app)


def test_undo_brings_back_the_run_before_an_opened_experiment(open_app):
    app = open_app("studio", Trainer(RunConfig(hidden_size=4, batch_size=2)))
    visit_of(app).trainer.advance(iterations=3)

    visit_of(app).part(Opened).open(visit_of(app), link.read(SMALL))
    app.run()
    assert visit_of(app).trainer.network.hidden_size == 3
    control(app, "undo").click().run()

    assert visit_of(app).trainer.network.hidden_size == 4
    assert visit_of(app).trainer.iteration == 3


def test_own_data_that_is_too_long_for_an_address_leaves_it_empty_and_is_offered_as_a_file(
    open_app,
):
    letters = np.random.default_rng(1).integers(0x4E00, 0x4E00 + 400, 6000)
    text = "".join(map(chr, letters))
    task = make_task("symbols", text=text, unit="character")
    app = open_app("studio", Trainer(RunConfig(task="symbols", hidden_size=3, batch_size=2), task))

    assert address(app) == ""
    control(app, "share").click().run()
    assert not app.exception
    assert any("Send the file instead" in each.value for each in app.info)


def test_while_it_trains_the_address_is_of_each_tick_even_where_it_is_not_written_anew(
    open_app, monkeypatch
):
    monkeypatch.setattr("rnnviz.ui.shell.address.MOST_SHARE", 1e-9)
    app = open_app("studio", Trainer(RunConfig(hidden_size=3, batch_size=2)))
    control(app, "play").click().run()
    for _ in range(3):
        app.run()
        assert address(app) == f"v=1&h=3&b=2&it={visit_of(app).trainer.iteration}"

    control(app, "setting:learning_rate").set_value(0.003).run()

    changed = visit_of(app).trainer.setups[-1].tried
    now = visit_of(app).trainer.iteration
    assert address(app) == f"v=1&h=3&b=2&it={now}&do={changed}_lr_0.003"


def test_share_tells_the_link_of_what_is_seen(open_app):
    app = open_app("gates", Trainer(RunConfig(hidden_size=3, batch_size=2)))

    control(app, "share").click().run()

    assert not app.exception
    codes = [each.value for each in app.code]
    assert codes[0].endswith("?v=1&h=3&b=2&page=gates")
    assert "embed=true&amp;v=1" in codes[1]


def test_data_that_is_too_large_for_any_address_is_not_compressed_at_each_tick(
    open_app, monkeypatch
):
    task = make_task("symbols", text="abc " * 30_000, unit="character")
    app = open_app("studio", Trainer(RunConfig(task="symbols", hidden_size=3, batch_size=2), task))
    monkeypatch.setattr(link, "write", lambda _: pytest.fail("compressed"))

    assert not app.run().exception

    assert address(app) == ""


def test_a_link_tells_a_backward_layer_from_the_top_one():
    visit = Visit(Trainer(RunConfig(bidirectional=True, hidden_size=2)))
    seen = []
    for layer in (0, 1):
        visit.look_at(layer=layer)
        seen.append(view_seen(visit, Linked("gates")).layer)
    assert seen == [None, 1]  # the top one, forward, is what is shown where a link says nothing
