"""The Hopfield page: what is drawn, stored and recalled, without a browser."""

import base64
import json
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from rnnviz import RunConfig, Trainer
from rnnviz.hopfield import Hopfield, capacity, letter
from rnnviz.ui.hopfield import measuring
from rnnviz.ui.hopfield.desk import SIDES, Desk, digits_of, signs_of
from rnnviz.ui.hopfield.linked import LINKED
from rnnviz.ui.shell import address
from tests.pages.conftest import control, go_to, visit_of
from tests.pages.test_address import address as address_of
from tests.pages.test_late_values import ROUNDS, problems, send_wrongly, sent
from tests.serving import ROOT


@pytest.fixture
def page(open_app):
    return open_app("hopfield")


def board_of(app):
    return visit_of(app).part(Desk).board


def names(app):
    return [pattern.name for pattern in board_of(app).stored]


def component(app):
    return next(
        one for one in app.get("bidi_component") if one.proto.component_name == "rnnviz_hopfield"
    )


def told(app):
    """Return what the browser was told."""
    return json.loads(component(app).proto.bytes)


def report(app, **state):
    """Send what the board reports."""
    mine = component(app).proto.id
    others = [one for one in sent(app) if one.id != mine]
    app._run(WidgetStates(widgets=[*others, WidgetState(id=mine, json_value=json.dumps(state))]))


def test_it_opens_with_a_spoiled_letter_that_is_recalled(page):
    assert names(page) == ["A", "S", "Y"]
    control(page, "hopfield_recall").click().run()
    recall = board_of(page).recall
    assert (recall.end == letter("S", 10)).all()
    energy = np.frombuffer(base64.b64decode(told(page)["recall"]["energy"]["bdata"]), "<f4")
    np.testing.assert_allclose(energy, recall.energy, rtol=1e-6)


def test_what_is_drawn_is_stored_and_recalled(page):
    drawn = letter("Z", 10)
    report(page, drawn={"side": 10, "cells": digits_of(drawn), "stroke": 1})
    assert (board_of(page).start == drawn).all()
    control(page, "hopfield_store").click().run()
    assert names(page)[-1] == "drawing 1"
    assert (board_of(page).stored[-1].signs == drawn).all()


@pytest.mark.parametrize("side", SIDES)
def test_on_every_grid_the_letters_of_the_opening_are_fixed_points(side):
    patterns = np.array([letter(name, side) for name in "ASY"])
    assert all(Hopfield(patterns).recall(one).steps == 0 for one in patterns)


def test_letters_and_random_patterns_are_stored_and_forgotten(page):
    page.text_input(key="hopfield_letters").set_value("hoS").run()
    control(page, "hopfield_store_letters").click().run()
    assert names(page) == ["A", "S", "Y", "H", "O"]
    page.number_input(key="hopfield_random").set_value(2).run()
    control(page, "hopfield_store_random").click().run()
    assert len(names(page)) == 7
    control(page, "hopfield_forget_all").click().run()
    assert names(page) == []
    control(page, "hopfield_recall").click().run()
    assert "Nothing is stored yet" in page.warning[0].value


def test_what_can_not_be_stored_is_refused_and_nothing_is_lost(page):
    control(page, "hopfield_clear").click().run()
    control(page, "hopfield_store").click().run()
    assert "All units of the grid are equal" in page.warning[0].value
    report(page, load=2)
    control(page, "hopfield_store").click().run()
    assert "stored already, as S" in page.warning[0].value
    page.text_input(key="hopfield_letters").set_value("<b>").run()
    control(page, "hopfield_store_letters").click().run()
    assert "letters from A to Z" in page.warning[0].value
    assert names(page) == ["A", "S", "Y"]


def test_each_size_of_grid_keeps_its_own_patterns(page):
    report(page, forget=1)
    assert names(page) == ["S", "Y"]
    control(page, "hopfield_side").set_value(12).run()
    assert names(page) == ["A", "S", "Y"]
    assert told(page)["side"] == 12
    go_to(page, "gates")
    go_to(page, "hopfield")
    assert told(page)["side"] == 12
    control(page, "hopfield_side").set_value(10).run()
    assert names(page) == ["S", "Y"]


@pytest.mark.parametrize(
    "late",
    [
        {"drawn": {"side": 12, "cells": "f" * 36}},
        {"drawn": {"side": 10, "cells": "f" * 24}},
        {"drawn": {"side": 10, "cells": "g" * 25}},
        {"drawn": {"side": 10, "cells": 7}},
        {"drawn": {"side": "ten"}},
        {"drawn": "<script>"},
        {"load": 99},
        {"load": [1]},
        {"forget": "all"},
        {"forget": {"id": 1}},
    ],
)
def test_what_the_board_reports_late_or_wrongly_changes_nothing(page, late):
    before = board_of(page).start.copy()
    report(page, **late)
    assert not page.exception
    assert (board_of(page).start == before).all()
    assert names(page) == ["A", "S", "Y"]


def test_digits_hold_every_sign():
    for count in (100, 121, 400):
        signs = np.random.default_rng(count).choice([-1.0, 1.0], count)
        assert (signs_of(digits_of(signs), count) == signs).all()


def measured(app, view, button):
    """Open a view, press its button, and let the live loop measure to the end."""
    control(app, "hopfield_view").set_value(view).run()
    control(app, button).click().run()
    while visit_of(app).job is not None:
        app.run()
    assert not app.exception
    return [chart["caption"] for shown in charts_of(app) for chart in shown]


def charts_of(app):
    """Return what each component of charts was told."""
    plots = [one for one in app.get("bidi_component") if one.proto.component_name == "rnnviz_plot"]
    return [json.loads(one.proto.bytes)["charts"] for one in plots]


def test_capacity_is_measured_in_slices_beside_the_theory(page, monkeypatch):
    monkeypatch.setattr(measuring, "UNITS", 100)
    monkeypatch.setattr(measuring, "DRAWS", 1)
    monkeypatch.setattr(measuring, "alike", lambda: capacity.alike(10))
    first, letters, flips = measured(page, "How many fit", "hopfield_fitting")
    assert "holds up to 0.138 patterns per unit" in first
    assert "Of 26 letters" in letters
    assert "in theory" in flips


def test_false_memories_of_the_board_are_shown_and_named(page, monkeypatch):
    monkeypatch.setattr(measuring, "STARTS", 50)
    (says,) = measured(page, "False memories", "hopfield_false")
    assert says.startswith("Of 50 random starts")
    titles = charts_of(page)[0][0]["layout"]["annotations"]
    assert any(title["text"].startswith("−A") for title in titles)
    assert set(page.dataframe[0].value["kind"]) == {"stored pattern", "negative of one", "mixture"}


def test_without_patterns_there_is_nothing_to_search(page):
    control(page, "hopfield_forget_all").click().run()
    control(page, "hopfield_view").set_value("False memories").run()
    control(page, "hopfield_false").click().run()
    assert visit_of(page).job is None
    assert any("Nothing is stored" in caption.value for caption in page.caption)


def test_connections_are_cut_also_in_the_network_of_the_board(page, monkeypatch):
    monkeypatch.setattr(measuring, "UNITS", 100)
    monkeypatch.setattr(measuring, "FEW", 3)
    monkeypatch.setattr(measuring, "MANY", 6)
    (says,) = measured(page, "Cut connections", "hopfield_cut")
    assert "3 random patterns: with" in says
    assert "Your patterns: with" in says


def test_a_measurement_can_be_stopped_and_gone_on_with(page, monkeypatch):
    monkeypatch.setattr(measuring, "UNITS", 100)
    control(page, "hopfield_view").set_value("How many fit").run()
    control(page, "hopfield_fitting").click().run()
    control(page, "stop").click().run()
    assert visit_of(page).job is None
    control(page, "go_on").click().run()
    assert visit_of(page).job is visit_of(page).part(measuring.Measured).fitting


def test_the_modern_network_recalls_the_grid_with_the_weights_of_attention(page):
    control(page, "hopfield_view").set_value("Modern network").run()
    rows = page.dataframe[0].value
    assert list(rows["pattern"]) == ["A", "S", "Y"]
    assert list(rows["weight, Hopfield"]) == list(rows["weight, attention"])
    tiles, _, energy = charts_of(page)[0]
    assert energy["caption"].startswith("Energy: ")
    assert "the grid recalls one of the patterns" in tiles["caption"]
    control(page, "hopfield_beta").set_value(0.01).run()
    assert "about the mean of all patterns" in charts_of(page)[0][0]["caption"]


def test_a_hidden_state_of_the_own_network_recalls_time_steps(open_app):
    trainer = Trainer(RunConfig(hidden_size=8, seed=3))
    trainer.advance(iterations=5)
    page = open_app("hopfield", trainer)
    control(page, "hopfield_view").set_value("Hidden states").run()
    control(page, "time_step").set_value(4).run()
    chart, energy = charts_of(page)[0]
    assert "No update can raise it" in energy["caption"]
    assert "The state of step 4 recalls most of steps" in chart["caption"]
    drawn = np.frombuffer(base64.b64decode(chart["data"][0]["y"]["bdata"]), "<f4")
    states = trainer.trace().h
    powers = np.exp(states @ states[4] / np.sqrt(8))
    np.testing.assert_allclose(drawn, powers / powers.sum(), rtol=1e-6)
    control(page, "hopfield_recalled").set_value("only steps so far").run()
    assert len(page.dataframe[0].value) == 5


def test_recorded_dot_attention_is_what_its_hidden_states_recall(open_app):
    trainer = Trainer(RunConfig(cell="gru", hidden_size=6, attention="dot"))
    trainer.advance(iterations=3)
    page = open_app("hopfield", trainer)
    control(page, "hopfield_view").set_value("Hidden states").run()
    control(page, "hopfield_recalled").set_value("only steps so far").run()
    control(page, "time_step").set_value(7).run()
    rows = page.dataframe[0].value
    assert list(rows["weight, recorded"]) == list(rows["weight, Hopfield"])
    assert any("has recorded these weights itself" in text.value for text in page.caption)
    control(page, "hopfield_state_beta").set_value(3.0).run()
    assert "weight, recorded" not in page.dataframe[0].value


def test_hidden_states_that_are_no_numbers_are_told_in_a_sentence(open_app):
    trainer = Trainer(RunConfig(hidden_size=4))
    trainer.trace().h[3] = np.nan
    page = open_app("hopfield", trainer)
    control(page, "hopfield_view").set_value("Hidden states").run()
    assert any("got NaN" in text.value for text in page.markdown)


def test_hebbs_rule_and_the_cycle_of_two_units_are_there_with_numbers(page):
    network = board_of(page).network
    first, field = (block.value for block in page.latex)
    assert first.strip("$\n").endswith(f"= {network.weights[12, 13]:.3g}")
    assert field.strip("$\n").endswith(f"= {network.fields(board_of(page).start)[12]:.3g}")
    control(page, "hopfield_updates").set_value("all at once").run()
    assert list(page.dataframe[0].value["unit 1"]) == ["+1", "−1", "+1", "−1", "+1"]
    control(page, "hopfield_recall").click().run()
    assert told(page)["recall"]["together"]


def opened(query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    for key, value in parse_qsl(query):
        app.query_params[key] = value
    go_to(app, "hopfield")
    assert not app.exception
    return app


def test_a_link_holds_the_grid_what_is_stored_and_what_is_chosen(page):
    control(page, "hopfield_side").set_value(12).run()
    page.text_input(key="hopfield_letters").set_value("k").run()
    control(page, "hopfield_store_letters").click().run()
    page.number_input(key="hopfield_random").set_value(12).run()
    control(page, "hopfield_store_random").click().run()
    report(page, forget=board_of(page).stored[7].number)
    drawn = letter("Q", 12)
    report(page, drawn={"side": 12, "cells": digits_of(drawn)})
    control(page, "hopfield_store").click().run()
    control(page, "hopfield_flip_share").set_value(30).run()
    control(page, "hopfield_flip").click().run()
    control(page, "hopfield_updates").set_value("all at once").run()
    query = address_of(page)

    other = opened(query)

    there, here = board_of(other), board_of(page)
    assert there.side == 12
    assert (there.start == here.start).all()
    assert (there.whole == drawn).all()
    assert [(one.name, one.signs.tobytes()) for one in there.stored[:4]] == [
        (one.name, one.signs.tobytes()) for one in here.stored[:4]
    ]
    assert {one.signs.tobytes() for one in there.stored} == {
        one.signs.tobytes() for one in here.stored
    }
    assert there.together
    assert control(other, "hopfield_flip_share").value == 30
    assert address_of(other) == query


def test_a_link_holds_the_question_of_hidden_states(open_app):
    page = open_app("hopfield", Trainer(RunConfig(hidden_size=4)))
    control(page, "hopfield_view").set_value("Hidden states").run()
    control(page, "time_step").set_value(3).run()
    control(page, "hopfield_state_beta").set_value(5.0).run()
    control(page, "hopfield_recalled").set_value("only steps so far").run()

    other = opened(address_of(page))

    assert charts_of(other)[0] == charts_of(page)[0]


def test_a_link_begins_the_measurement_that_was_looked_at(page, monkeypatch):
    monkeypatch.setattr(measuring, "STARTS", 25)
    first = measured(page, "False memories", "hopfield_false")
    query = address_of(page)

    other = opened(query)
    while visit_of(other).busy:  # First the run of the link, and then the measurement.
        other.run()
    other.run()
    while visit_of(other).busy:
        other.run()

    assert [chart["caption"] for shown in charts_of(other) for chart in shown] == first
    visit_of(other).part(Desk).board.forget_all()
    other.run()
    assert any("before you changed what is stored" in text.value for text in other.caption)
    assert "measured" not in address_of(other)


def test_patterns_that_a_link_has_no_room_for_are_told(page):
    rng = np.random.default_rng(0)
    board = board_of(page)
    for _ in range(10):
        board.store_own(rng.choice([-1.0, 1.0], 100))
    page.run()
    (told,) = (text.value for text in page.info)
    assert "leaves out 2 of your 10 drawings, as it has room for 8" in told
    visit = visit_of(page)
    assert told in address.experiment_seen(visit, LINKED).problems
    other = opened(address_of(page))
    assert names(other) == names(page)[:-2]


def test_a_link_has_room_for_all_that_the_page_tells_and_a_network_beside():
    words = [told.word for told in LINKED.more]
    assert len(set(words)) == len(words) <= 20 - 1  # as `link.View.more` says


@pytest.mark.parametrize(
    "query",
    [
        "p.side=99",
        "p.letters=a<b>",
        "p.own1=zz",
        "p.grid=" + "f" * 26,
        "p.side=1e1",
        "p.random=1.5-2~x",
        "p.beta=nan",
    ],
)
def test_a_link_that_says_what_there_is_not_opens_the_board_as_it_is(query):
    app = opened(f"v=1&page=hopfield&{query}")
    assert names(app) == ["A", "S", "Y"]


@pytest.mark.parametrize("view", ["How many fit", "Modern network", "Hidden states"])
def test_no_value_that_a_browser_may_send_breaks_a_view(page, view):
    control(page, "hopfield_view").set_value(view).run()
    for number in ROUNDS:
        send_wrongly(page, number)
        assert not problems(page)
        page.run()
        assert not problems(page)
