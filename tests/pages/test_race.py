"""The page Race: presets, lanes, the race itself, and what of it is in a link."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from rnnviz import RunConfig, Trainer, link
from rnnviz.tasks import TemporalOrder
from rnnviz.training.race import Lane
from rnnviz.ui.race.desk import AS_SET, PARAMETERS, Plan, desk_of, named
from rnnviz.ui.race.linked import LINKED, read_lane, written
from rnnviz.ui.shell import address
from rnnviz.visit import Visit
from tests.pages.conftest import control, go_to, visit_of
from tests.pages.test_late_values import sent

TASK = TemporalOrder(length=10)
SMALL = RunConfig(task="order", hidden_size=2, batch_size=2)
LANES = named([Lane(replace(SMALL, cell=cell), "") for cell in ("rnn", "lstm")])
PLAN = Plan("", TASK, True, LANES, 2, 0, "iterations", 50)


@pytest.fixture
def page(open_app):
    """Open the page with a small race of one's own."""
    app = open_app("race", Trainer(SMALL, TASK))
    desk_of(visit_of(app)).take(PLAN)
    return app.run()


def plan_of(app):
    return desk_of(visit_of(app)).plan


def raced(app, iterations=20):
    """Let the race go to its end, at this iteration."""
    control(app, "race").click().run()
    racing = visit_of(app).racing
    racing.go_to(iterations)
    while not racing.done:
        racing.advance(0.05)
    app.run()
    assert not visit_of(app).in_race
    assert not app.exception
    return app


def component(app):
    return next(
        one for one in app.get("bidi_component") if one.proto.component_name == "rnnviz_lanes"
    )


def cards(app):
    return json.loads(component(app).proto.bytes)["lanes"]


def report(app, **state):
    """Send what the browser reports when a card was clicked."""
    mine = component(app).proto.id
    others = [one for one in sent(app) if one.id != mine]
    app._run(WidgetStates(widgets=[*others, WidgetState(id=mine, json_value=json.dumps(state))]))


def says(app):
    """Return how the race stands, and what more may be said."""
    told = json.loads(component(app).proto.bytes)
    return f"{told['says']} {told['more']}"


def test_it_opens_with_a_story_and_says_what_to_press(open_app):
    app = open_app("race")
    told = " ".join(one.value for one in app.markdown)
    assert "By weekday, or by memory?" in told
    assert "Press Race" in says(app)
    assert control(app, "race").label == "Race"
    assert [card["strips"] for card in cards(app)] == [None] * 4


def test_a_race_trains_its_lanes_and_tells_a_verdict_with_its_count(page):
    own = visit_of(page).trainer
    raced(page)
    visit = visit_of(page)
    assert [visit.racing.race.iteration(lane) for lane in LANES] == [20, 20]
    assert "of 2" in says(page)
    assert "by iteration 20" in says(page)
    assert all(card["strips"]["values"]["bdata"] for card in cards(page))
    assert visit.trainer is own
    assert own.iteration == 0


def test_a_click_opens_the_very_run_and_undo_brings_the_own_one_back(page):
    raced(page)
    visit = visit_of(page)
    own, lane = visit.trainer, visit.racing.race.lanes[1]
    run = visit.racing.race.trainer(lane, 0)
    report(page, open=1)
    assert visit.trainer is run
    assert visit.looked_at.page == "studio"
    visit.undo()
    assert visit.trainer is own

    visit.open_lane(1)
    run.advance(iterations=1)
    go_to(page, "race")
    assert "went on in the Studio" in says(page)
    assert not page.exception


def test_a_click_on_a_lane_that_is_none_changes_nothing(page):
    raced(page, 10)
    own = visit_of(page).trainer
    for late in (9, "0", True, None):
        report(page, open=late)
        assert visit_of(page).trainer is own
        assert not page.exception


def test_a_lane_that_cannot_run_says_why_and_the_others_race(page):
    sees = Lane(replace(SMALL, cell="mlp"), "", features=True)
    desk_of(visit_of(page)).take(PLAN.with_lanes([*LANES, sees]))
    page.run()
    assert "only a gym schedule" in cards(page)[2]["refused"]
    raced(page, 10)
    assert len(visit_of(page).racing.race.groups) == 2
    assert "only a gym schedule" in cards(page)[2]["refused"]


def test_what_is_changed_is_another_race(page):
    raced(page, 10)
    control(page, "race_seeds").set_value(3).run()
    assert plan_of(page).seeds == 3
    assert visit_of(page).racing is None
    page.number_input[0].set_value(7).run()
    assert list(plan_of(page).all_seeds) == [7, 8, 9]
    control(page, "race_equal").set_value(PARAMETERS).run()
    first, second = plan_of(page).sized
    assert second.config.hidden_size < first.config.hidden_size
    control(page, "race_kind_1").set_value("gru").run()
    assert plan_of(page).lanes[1].name == "GRU"
    control(page, "race_add").click().run()
    assert len(plan_of(page).lanes) == 3
    control(page, "race_remove_0").click().run()
    assert plan_of(page).lanes[0].config.cell == "gru"
    assert not page.exception


def test_a_preset_is_chosen_changed_and_as_it_was(page):
    control(page, "race_preset").set_value("recall_5").run()
    assert plan_of(page).task.length == 5
    before = plan_of(page)
    control(page, "race_remove_0").click().run()
    assert "the story may not hold" in " ".join(one.value for one in page.caption)
    control(page, "race_as_it_was").click().run()
    assert plan_of(page) == before
    control(page, "race_preset").set_value("own").run()
    assert plan_of(page).task == TASK
    assert not page.exception


def test_a_lane_has_settings_of_its_own(page):
    control(page, "race_edited").set_value(1).run()
    control(page, "race_lane_1_forget_bias").set_value(3.0).run()
    assert plan_of(page).lanes[1].config.forget_bias == 3.0
    assert plan_of(page).lanes[0].config.forget_bias == 1.0
    assert not page.exception


@pytest.fixture
def visit():
    """Return a visit with the same race, without a page."""
    alone = Visit(Trainer(SMALL, TASK))
    desk_of(alone).take(PLAN)
    return alone


def test_the_link_brings_the_race_back(visit):
    lanes = named([*LANES, Lane(replace(SMALL, cell="gru", learning_rate=0.003), "")])
    plan = replace(PLAN, lanes=lanes, seeds=7, first=3, by="seconds", until=10, equal=PARAMETERS)
    desk_of(visit).take(plan)
    query = address.query_seen(visit, LINKED)
    assert ("p.seeds", "7") in parse_qsl(query)
    desk_of(visit).take(PLAN)
    said = dict(link.read(query).experiment.view.more)
    for word in LINKED.more:
        word.read(said.get(word.word, ""), visit)
    assert desk_of(visit).plan == plan


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("preset", "<b>"), ("task", "none"), ("lane1", "perceptron"), ("seeds", "21"),
        ("seeds", "-1"), ("first", "99999999999"), ("by", "luck"), ("until", "7"),
        ("equal", "fun"), ("lane4", "lstm~h_9"),
    ],
)  # fmt: skip
def test_what_a_link_says_wrongly_is_not_taken(visit, word, text):
    told = next(one for one in LINKED.more if one.word == word)
    told.read(text, visit)
    plan = desk_of(visit).plan
    assert 1 <= plan.seeds <= 20
    assert plan.first == 0
    assert plan.by == "iterations"
    assert plan.equal == (PLAN.equal if word != "preset" else plan.equal)
    assert len(plan.lanes) in (2, 4)


def test_a_lane_of_a_link_is_read_as_far_as_it_can_be():
    lane = Lane(RunConfig(cell="gru", hidden_size=9, clip_norm=1.0, spectral_radius=0.5), "GRU")
    assert read_lane(written(lane), 32).config == lane.config
    assert read_lane("gru~h_999~lr_x~zz_1~fb_2", 8).config == RunConfig(
        cell="gru", batch_size=8, forget_bias=2.0
    )
    assert read_lane("features~win_3", 8).features


def test_lanes_of_one_kind_are_named_by_what_differs():
    base = RunConfig()
    lanes = [Lane(replace(base, forget_bias=bias), "") for bias in (1.0, 3.0)]
    assert [lane.name for lane in named(lanes)] == ["LSTM, forget bias 1", "LSTM, forget bias 3"]
    assert [lane.name for lane in named([lanes[0]] * 2)] == ["LSTM", "LSTM (2)"]
    assert PLAN.equal == AS_SET
