"""The controls of a sweep: which settings, which values, how many seeds; and what it would cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from rnnviz.training.config import CHOICE_LABELS
from rnnviz.ui.shell import inspection, session
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.sweep.desk import (
    FEWEST_ITERATIONS,
    MOST_AXES,
    MOST_DRAWS,
    MOST_ITERATIONS,
    MOST_SEEDS,
    Choices,
    Desk,
    label_of,
)
from rnnviz.ui.sweep.settings import as_typed, sweepable, values_in
from rnnviz.visit import Visit

_EVERY, _RANDOM = "Every combination", "Random draws"
#: Characters of the values of a setting; a link has no room for more.
_LONGEST = 180
#: How the three places are called.
_PLACES = ("Across", "Upwards", "A map for each")


def choose(visit: Visit) -> None:
    """Draw the controls; each change is kept on the desk."""
    columns = st.columns(MOST_AXES, gap="medium")
    for place, column in enumerate(columns):
        with column:
            _setting(visit, place)
    choices = visit.part(Desk).choices
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _number("Seeds", "seeds", choices.seeds, 1, MOST_SEEDS, 1, _SEEDS_HELP)
        _number(
            "Iterations of each run", "iterations", choices.iterations,
            FEWEST_ITERATIONS, MOST_ITERATIONS, 100, _ITERATIONS_HELP,
        )  # fmt: skip
        shown = _RANDOM if choices.at_random else _EVERY
        key = inspection.control("sweep_way", shown)
        st.segmented_control(
            "Which combinations",
            (_EVERY, _RANDOM),
            default=shown,
            key=key,
            required=True,
            on_change=_take,
            args=("sweep_way", key, _take_way),
            help="Random draws take each number from between the smallest and the largest value, "
            "evenly, for a logarithmic setting by its logarithm; a choice among those listed.",
        )
        if choices.at_random:
            _number("Draws", "draws", choices.draws, 1, MOST_DRAWS, 1, "How many combinations.")
    if visit.trainer.given_weights is not None:
        st.caption(
            "Your run began from given weights. The runs of a sweep do not: each begins with the "
            "initial weights of its own seed."
        )


_SEEDS_HELP = (
    "How often each combination is trained, each time from other initial weights and with other "
    "batches, beginning with the seed of your run. With more seeds the intervals are narrower."
)
_ITERATIONS_HELP = "A run that has not solved the task by then counts as not solved."


def _setting(visit: Visit, place: int) -> None:
    """Draw the choice of a setting, and below it that of its values."""
    task, config = visit.trainer.task, visit.trainer.config
    choices, fields = visit.part(Desk).choices, sweepable(visit.trainer.task)
    name = choices.names[place] if choices.names[place] in fields else ""
    choice = f"sweep_setting_{place + 1}"
    key = inspection.control(choice, name)
    options = [*fields] if place == 0 else ["", *fields]
    if name not in options:
        options.insert(0, name)
    st.selectbox(
        _PLACES[place],
        options,
        index=options.index(name),
        format_func=lambda option: label_of(option, task),
        key=key,
        on_change=_take,
        args=(choice, key, _name_taker(place)),
    )
    if not name:
        return
    text = choices.text_of(name, config, task)
    if fields[name].choices:
        _listed(visit, name, text)
    else:
        _typed(name, text, fields[name].allowed())


def _listed(visit: Visit, name: str, text: str) -> None:
    """Draw the values of a setting that has a few."""
    field = sweepable(visit.trainer.task)[name]
    try:
        chosen = list(values_in(field, text))
    except ValueError:
        chosen = []
    key = inspection.control(f"sweep_listed_{name}", chosen)
    st.multiselect(
        "Values",
        field.choices,
        default=chosen,
        format_func=lambda choice: CHOICE_LABELS.get(choice, choice),
        key=key,
        on_change=_take,
        args=(f"sweep_listed_{name}", key, _list_taker(name)),
        label_visibility="collapsed",
    )


def _typed(name: str, text: str, allowed: str) -> None:
    """Draw the values of a number, with commas between them."""
    key = inspection.control(f"sweep_typed_{name}", text)
    st.text_input(
        "Values",
        text,
        key=key,
        max_chars=_LONGEST,
        on_change=_take,
        args=(f"sweep_typed_{name}", key, _text_taker(name)),
        label_visibility="collapsed",
        help=f"With commas between them. Allowed: {escaped(allowed)}.",
    )


def _number(label: str, name: str, now: int, low: int, high: int, step: int, help: str) -> None:
    choice = f"sweep_{name}"
    key = inspection.control(choice, now)
    st.number_input(
        label,
        low,
        high,
        value=now,
        step=step,
        key=key,
        on_change=_take,
        args=(choice, key, _number_taker(name, low, high)),
        help=help,
        width=150,
    )


Taker = Callable[[Choices, Any], Choices | None]


def _take(choice: str, key: str, take: Taker) -> None:
    """Keep what a control says, if it is the present one and says something that is possible."""
    if not inspection.is_current(choice, key):
        return
    now = session.value(key)
    desk = session.current().part(Desk)
    changed = take(desk.choices, now)
    if changed is not None:
        # The control shows it already, so it need not be made anew.
        desk.choose(changed)
    session.outdate_page()


def _take_way(choices: Choices, now: Any) -> Choices | None:
    return replace(choices, at_random=now == _RANDOM) if now in (_EVERY, _RANDOM) else None


def _name_taker(place: int) -> Taker:
    def take(choices: Choices, now: Any) -> Choices | None:
        task = session.current().trainer.task
        return choices.with_name(place, now) if now == "" or now in sweepable(task) else None

    return take


def _list_taker(name: str) -> Taker:
    def take(choices: Choices, now: Any) -> Choices | None:
        field = sweepable(session.current().trainer.task).get(name)
        if field is None or not isinstance(now, list):
            return None
        return choices.with_typed(
            name, as_typed(field, [one for one in now if one in field.choices])
        )

    return take


def _text_taker(name: str) -> Taker:
    def take(choices: Choices, now: Any) -> Choices | None:
        return choices.with_typed(name, now[:_LONGEST]) if isinstance(now, str) else None

    return take


def _number_taker(name: str, low: int, high: int) -> Taker:
    def take(choices: Choices, now: Any) -> Choices | None:
        is_whole = isinstance(now, int) and not isinstance(now, bool)
        return replace(choices, **{name: now}) if is_whole and low <= now <= high else None

    return take
