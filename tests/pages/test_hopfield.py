"""The Hopfield page: what is drawn, stored and recalled, without a browser."""

import base64
import json

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from rnnviz.hopfield import Hopfield, letter
from rnnviz.ui.hopfield.desk import SIDES, Desk, digits_of, signs_of
from tests.pages.conftest import control, go_to, visit_of
from tests.pages.test_late_values import sent


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
    assert names(page)[-1] == "drawing 4"
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
