"""What a browser sends late, or wrongly, is checked like any input: no page shows an exception.

The test is made from the pages: every control on each of them, in several states of the page, gets
values that it no longer offers, or never did, as the browser would send them. All controls of a
page get theirs at once.
"""

import json

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import get_widget_state

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import NextSymbol, NextValue
from tests.pages.conftest import control, go_to, visit_of

HUGE = "x" * 100_000
MARKUP = "<script>alert(1)</script>"
#: For each way in which a control tells its value: what it may be sent instead. Another way than
#: its own is refused by Streamlit itself, before any page is asked.
WRONG = {
    "string_array_value": [[], ["mean of all"], [MARKUP], [HUGE], ["nan"], ["999"], ["", ""]],
    "string_value": ["", "mean of all", MARKUP, "nan", "-1", "999999999", HUGE],
    "double_array_value": [[1e18], [-1e18], [0.5], [float("inf")], [7.0], [float("nan")], [-0.0]],
    "int_value": [-1, 10**12, 0, 7, 1, 2, 3],
    "bool_value": [True, False, True, False, True, False, True],
}
#: What the components of a page may be sent: the moving picture, the charts, the keys.
STATES = [
    None,
    [],
    "mean of all",
    {"selected": {"unit": "mean of all", "layer": 0, "time_step": 0}, "iteration": "newest"},
    {
        "selected": {"unit": 99, "layer": 9, "time_step": -1},
        "iteration": 10**9,
        "place": {"run": "0:", "time_step": "x", "zoom": 9, "sweep": {}, "layer": -1},
    },
    {"selected": {}, "iteration": -1.5, "place": [1], "click": {"x": "a", "y": None}},
    {"selected": {"unit": True, "layer": None}, "clicked": {"x": 1e99, "y": -3}},
]
ROUNDS = range(7)
PAGES = (
    *("studio", "gallery", "task", "network", "gates", "equations", "gradients", "race"),
    *("hopfield", "memory"),
)
RUNS = {
    "layers": lambda: Trainer(RunConfig(hidden_size=6, layers=2)),
    "text": lambda: Trainer(RunConfig(task="symbols", cell="gru", hidden_size=3), NextSymbol()),
    "numbers": lambda: Trainer(RunConfig(task="values", cell="rnn", hidden_size=2), NextValue()),
}


def sent(app: AppTest) -> list[WidgetState]:
    """Return what the browser tells of every control on the page as it is."""
    states = []
    for node in app._tree:
        try:
            state = get_widget_state(node)
        except (AttributeError, NotImplementedError):
            state = None
        if state is not None:
            states.append(state)
    for component in app.get("bidi_component"):
        states.append(WidgetState(id=component.proto.id, json_value="null"))
    return states


def wrong(state: WidgetState, number: int) -> WidgetState | None:
    """Return a wrong value for a control, or None for a button, which has none."""
    kind = state.WhichOneof("value")
    if kind == "json_value":
        return WidgetState(id=state.id, json_value=json.dumps(STATES[number]))
    if kind not in WRONG:
        return None
    instead = WidgetState(id=state.id)
    value = WRONG[kind][number]
    if kind.endswith("_array_value"):
        getattr(instead, kind).data.extend(value)
        getattr(instead, kind).SetInParent()
    else:
        setattr(instead, kind, value)
    return instead


def problems(app: AppTest) -> list[str]:
    """Return what a page shows of exceptions."""
    boxes = [f"{box.message}\n{box.stack_trace}" for box in app.exception]
    return boxes + [box.value for box in app.error if "Something went wrong" in box.value]


def send_wrongly(app: AppTest, number: int) -> None:
    """Send wrong values of all controls at once."""
    states = [wrong(state, number) for state in sent(app)]
    app._run(WidgetStates(widgets=[state for state in states if state is not None]))


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("page", PAGES)
def test_no_value_that_a_browser_may_send_breaks_a_page(open_app, page, run):
    made = RUNS[run]()
    made.advance(iterations=3)
    app = open_app(page, made)
    if page == "network":
        app.button(key="network_example").click().run()
    for number in ROUNDS:
        send_wrongly(app, number)
        assert not problems(app), f"round {number}"
        app.run()
        assert not problems(app), f"after round {number}"
    for other in PAGES:
        go_to(app, other)
        assert not problems(app), f"then on {other}"


def test_a_choice_of_no_unit_leaves_the_selection_as_it_was(open_app):
    app = open_app("studio", RUNS["layers"]())
    visit = visit_of(app)
    visit.select_unit(3, 1)
    for unit, layer in (
        ("mean of all", 0),
        (6, 0),
        (-1, 0),
        (True, 0),
        (2, 2),
        (2, None),
        (1.0, 0),
    ):
        visit.select_unit(unit, layer)
        assert visit.selected == (1, 3)
    visit.select_unit(None, 0)
    assert visit.selected is None


def reported(app: AppTest, key: str) -> WidgetState:
    """Return what the browser tells of a control as it is."""
    return get_widget_state(control(app, key))


def report(app: AppTest, *late: WidgetState) -> None:
    """Send a message of the browser: all controls of the page, and what it still knows besides."""
    app._run(WidgetStates(widgets=[*sent(app), *late]))


def train_at(open_app, page: str) -> AppTest:
    """Open a page on which a network trains, some of whose iterations are kept already."""
    made = RUNS["layers"]()
    made.advance(iterations=12)
    app = open_app(page, made)
    control(app, "play").click().run()
    return app


@pytest.mark.parametrize(("page", "key"), [("gates", "unit"), ("equations", "equation_unit")])
def test_a_late_report_of_the_unit_does_not_take_a_click_on_a_picture_back(open_app, page, key):
    app = open_app(page, RUNS["layers"]())
    control(app, key).set_value(2).run()
    before = reported(app, key)

    visit_of(app).select_unit(4, 1)
    app.run()
    report(app, before)
    app.run()

    assert visit_of(app).looked_at.unit == control(app, key).value == 4


def test_a_late_report_of_the_time_step_does_not_take_a_step_back(open_app):
    app = open_app("equations", RUNS["layers"]())
    control(app, "time_step").set_value(3).run()
    before = reported(app, "time_step")

    control(app, "step_on").click().run()
    report(app, before)
    app.run()

    assert control(app, "time_step").value == 4


@pytest.mark.parametrize("page", ["gates", "equations", "gradients"])
def test_no_control_is_set_while_a_hand_may_be_on_it(open_app, page):
    app = train_at(open_app, page)
    for _ in range(3):
        app.run()
        set_anew = [node.key for node in app.main if getattr(node.proto, "set_value", False)]
        assert not set_anew
