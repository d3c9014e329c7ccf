"""Controls made from the table of settings, and the sidebar with the settings of the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from rnnviz.fields import Field
from rnnviz.numbers import number
from rnnviz.training import FIELD, config
from rnnviz.ui.shell import interventions, session
from rnnviz.visit import Visit
from rnnviz.visit.opening import Opened
from rnnviz.visit.turns import TURNS

Reaction = Callable[[], None] | Literal["ignore", "rerun"]

#: Readable names of the choices, including those of the tasks' settings.
CHOICE_LABELS = {**config.CHOICE_LABELS, "word": "words", "character": "characters"}

#: Stops of a logarithmic slider: about half a decade each.
_HALF_DECADES = tuple(float(f"{lead}e{power}") for power in range(-6, 4) for lead in (1, 3))
#: Stops of a slider for a number that can be off.
_COUNTS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200, 500)

#: Up to this many choices are shown side by side; more become a list to open.
MOST_SEGMENTS = 5
#: A text of up to this many characters is edited on one line.
SHORT_TEXT = 100

#: Ranges of sliders where the allowed range is too wide to aim at. They are not a check.
_COMFORTABLE: dict[str, tuple[float, float]] = {
    "learning_rate": (1e-4, 100.0),
    "clip_norm": (0.01, 100.0),
    "weight_decay": (0.0, 0.1),
    "seed": (0, 99),
    "hidden_size": (1, 128),
}


#: What is always in sight, and, in this order, what stands behind "More settings": there is also
#: whatever else has no place elsewhere.
_NETWORK = ("cell", "hidden_size")
_TRAINING = ("learning_rate", "batch_size", "optimizer", "clip_norm")
_MORE = (
    "layers", "attention", "truncate", "clip_value", "weight_decay", "momentum", "forget_bias",
    "initial_weights", "spectral_radius", "window", "reset", "bidirectional", "dtype",
)  # fmt: skip
_PLACED = ("task", "seed", *_NETWORK, *_TRAINING, *_MORE)
#: What says how initial weights are drawn; without effect where a run began from given ones.
_INITIAL = ("forget_bias", "initial_weights", "spectral_radius")
_REST = tuple(name for name in FIELD if name not in _PLACED)


def sidebar() -> None:
    """Draw the settings of the run: live ones act within a tick, all others start a new run."""
    with st.sidebar:
        _settings()


@st.fragment
def _settings() -> None:
    """Draw the settings, as a fragment.

    A change of a widget outside any fragment starts a second script at once, while the first may
    still be training or drawing. A change inside a fragment waits until the first has finished.
    """
    session.refresh()
    visit = session.current()
    st.caption(f"**{visit.trainer.task.title}** · change it on the Task page")
    interventions.undo_button(visit)
    st.subheader("Network", anchor=False, help="A change of a setting marked ↻ starts a new run.")
    hidden = visit.part(Opened).hidden
    for name in _NETWORK:
        _setting(FIELD[name], visit)
    if "length" not in hidden:
        _length(visit)
    _setting(FIELD["seed"], visit)
    st.subheader("Training", anchor=False, help="Changes here act at once, during training too.")
    for name in _TRAINING:
        _setting(FIELD[name], visit)
    with st.container(key="interventions"):
        interventions.active(visit)
    if "interventions" not in hidden:
        with st.expander("Intervene", key="intervene_panel"):
            interventions.panel(visit)
    if "more" not in hidden:
        with st.expander("More settings", key="more_settings"):
            for name in (*_MORE, *_REST):
                _setting(FIELD[name], visit)
    if visit.trainer.marks:
        with st.expander("Changes of this run", key="done_to_run"):
            interventions.list_changes(visit)
    if hidden:
        st.caption("The sender of the link has hidden some controls.")
        st.button("Show all controls", key="unhide", on_click=_unhide)


def _unhide() -> None:
    visit = session.current()
    visit.part(Opened).show_all_controls()
    visit.outdate_page()


def draw(
    field: Field, key: str, current: Any, reaction: Reaction, label: str = "", off: str = ""
) -> Any:
    """Draw a suitable control for a field with one value, and return what it shows.

    Parameters
    ----------
    key
        Key of the control; its value must have been seeded under it.
    current
        The present value, which the control always offers.
    reaction
        What a change does: a callback, or whether the script runs again at once.
    off
        Why the setting has no effect now (`Field.without_effect`); the control is disabled then.
    """
    common: dict[str, Any] = {
        "label": label or field.label,
        "help": f"{off} {field.help}".strip(),
        "disabled": bool(off),
        "key": key,
        "on_change": reaction,
        "persist_state": "session",
    }
    if field.kind is bool:
        return st.toggle(**common)
    if field.choices:
        common |= {
            "options": field.choices,
            "format_func": lambda choice: CHOICE_LABELS.get(choice, choice),
        }
        if len(field.choices) > MOST_SEGMENTS:
            return st.selectbox(**common)
        return st.segmented_control(required=True, width="stretch", **common)
    if field.kind is str:
        if field.high is not None and field.high <= SHORT_TEXT:
            return st.text_input(**common)
        return st.text_area(height=220, **common)
    if field.logarithmic or field.optional:
        stops = _stops(field, current)
        return st.select_slider(options=stops, format_func=_short_number, **common)
    low, high = _offered(field)
    return st.slider(
        min_value=field.kind(min(low, current)),
        max_value=field.kind(max(high, current)),
        step=1 if field.kind is int else 0.05 if high - low > 0.5 else 0.001,
        **common,
    )


def _setting(field: Field, visit: Visit) -> None:
    if field.name in visit.part(Opened).hidden:
        return
    key = session.setting_key(visit, field.name)
    _draw_for_run(field, key, session.value(key), visit)


def _length(visit: Visit) -> None:
    field = next(field for field in visit.trainer.task.fields if field.name == "length")
    key = session.length_key(visit)
    _draw_for_run(field, key, session.value(key), visit)


def _draw_for_run(field: Field, key: str, current: Any, visit: Visit) -> None:
    """Draw a control that changes the run.

    While training, a live knob makes no script run of its own: its value comes with the next tick
    of the live loop, and no second thread competes with that tick.
    """
    config = visit.trainer.config
    off = field.without_effect(lambda name: getattr(config, name), FIELD, CHOICE_LABELS)
    if field.name in _INITIAL and visit.trainer.given_weights is not None:
        off = "No effect now: this run began from given weights."
    if not field.live:
        draw(field, key, current, _restart, label=f"{field.label} ↻", off=off)
    else:
        draw(field, key, current, "ignore" if visit.playing else _apply, off=off)


def _apply() -> None:
    visit = session.current()
    with TURNS.turn(visit):
        visit.change_knobs(session.live_knobs())
    visit.outdate_page()


def _restart() -> None:
    visit = session.current()
    # A late change of a control that is gone changes nothing.
    if not session.shows_the_run(visit):
        session.restart()
    visit.outdate_page()


def _offered(field: Field) -> tuple[float, float]:
    """Return the range of the slider of a number; each has one."""
    assert field.low is not None
    assert field.high is not None
    return _COMFORTABLE.get(field.name, (field.low, field.high))


def _stops(field: Field, current: Any) -> list[Any]:
    """Return the stops of a slider that is logarithmic or can be off; `current` is among them."""
    low, high = _offered(field)
    steps = _HALF_DECADES if field.logarithmic else _COUNTS
    numbers = {field.kind(step) for step in steps if low <= step <= high}
    if current is not None:
        numbers.add(current)
    return ([None] if field.optional else []) + sorted(numbers)


def _short_number(value: float | None) -> str:
    return "off" if value is None else number(value)
