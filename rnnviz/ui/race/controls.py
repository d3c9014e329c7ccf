"""What can be changed of a race: its task, seeds and end, its lanes, and the settings of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import streamlit as st

from rnnviz.engine import WITHOUT_MEMORY
from rnnviz.training import FIELD
from rnnviz.training.config import CHOICE_LABELS
from rnnviz.training.race import FEWEST_LANES, MOST_LANES, MOST_SEEDS, By
from rnnviz.ui.race.desk import (
    AS_SET,
    EQUAL,
    FEATURES,
    MOST_FIRST,
    OF_LANE,
    UNTIL,
    Plan,
    desk_of,
    kind_label,
    kind_of,
    kinds_for,
)
from rnnviz.ui.race.stories import PRESETS
from rnnviz.ui.shell import controls, inspection, session
from rnnviz.visit import Visit

#: Name of the choice of the lane whose settings are shown.
EDITED = "race_edited"
#: Whose task it is.
_PRESETS, _MINE = "the preset’s", "that of my run"
_BY_LABELS = {"iterations": "iterations", "seconds": "computing time"}
_MLP_HELP = (
    "Feed-forward, without memory: it sees a window of the last inputs, or the calendar of each "
    "day instead of what was done."
)
_EQUAL_LABELS = dict(zip(EQUAL, ("hidden units", "parameters", "neither"), strict=True))
#: Where another end is looked for, when what counts becomes another.
_FIRST_UNTIL: dict[By, int] = {"iterations": 300, "seconds": 5}

Change = Callable[[Plan, Any], Plan]


@st.fragment
def settings() -> None:
    """Draw all settings, as a fragment: a change waits until the present tick has finished."""
    session.refresh()
    visit = session.current()
    plan = desk_of(visit).plan
    with st.expander("Change the race: lanes, seeds, task", key="race_settings"):
        _of_race(visit, plan)
        _lanes(plan)
        _of_lane(plan)
        st.caption(
            "These are the settings of the race. Those in the sidebar are of your own run alone."
        )


def _of_race(visit: Visit, plan: Plan) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if plan.preset in PRESETS:
            _segments(
                "Task", (_PRESETS, _MINE), "task", _MINE if plan.of_visit else _PRESETS,
                partial(_with_task, visit),
            )  # fmt: skip
        elif plan.task != visit.trainer.task:
            st.button(
                "Race on the present task of my run", key="race_task_now", on_click=_take_task
            )
        _slider(
            "Seeds", range(1, MOST_SEEDS + 1), "seeds", plan.seeds,
            lambda plan, seeds: replace(plan, seeds=seeds),
            help="Each lane is trained once from every seed. One alone may be luck.",
        )  # fmt: skip
        key = inspection.control("race_first", plan.first)
        st.number_input(
            "First seed", 0, MOST_FIRST, plan.first, key=key, on_change=_take,
            args=("race_first", key, range(MOST_FIRST + 1), _with_first), width=130,
            help="With other seeds you see whether a story holds for them, too.",
        )  # fmt: skip
        _segments(
            "Each run gets the same", get_args(By), "by", plan.by,
            lambda plan, by: replace(plan, by=by, until=_FIRST_UNTIL[by]),
            format_func=_BY_LABELS.__getitem__,
        )  # fmt: skip
        stops = sorted({*UNTIL[plan.by], plan.until})
        in_seconds = plan.by == "seconds"
        _slider(
            "Seconds for each lane" if in_seconds else "Iterations", stops, f"until_{plan.by}",
            plan.until, lambda plan, until: replace(plan, until=until),
            format_func=lambda stop: f"{stop} s" if in_seconds else f"{stop:,}",
        )  # fmt: skip
        _segments(
            "Same number of", EQUAL, "equal", plan.equal,
            lambda plan, equal: replace(plan, equal=equal),
            format_func=_EQUAL_LABELS.__getitem__,
            help="The first lane says how many, and the hidden units of the others follow. With "
            "“neither” each lane has its own.",
        )  # fmt: skip


def _lanes(plan: Plan) -> None:
    kinds = kinds_for(plan.task)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for number, lane in enumerate(plan.lanes):
            kind = kind_of(lane)
            options = kinds if kind in kinds else (*kinds, kind)
            name = f"race_kind_{number}"
            key = inspection.control(name, kind)
            st.selectbox(
                f"Lane {number + 1}",
                options,
                help=_MLP_HELP if kind in (FEATURES, *WITHOUT_MEMORY) else None,
                index=options.index(kind),
                format_func=kind_label,
                key=key,
                on_change=_take,
                args=(name, key, options, lambda plan, kind, n=number: plan.with_kind(n, kind)),
                width=160,
            )
            if len(plan.lanes) > FEWEST_LANES:
                st.button(
                    "", icon=":material/close:", key=f"race_remove_{number}",
                    help=f"Remove lane {number + 1}.", on_click=_remove, args=(number,),
                )  # fmt: skip
        if len(plan.lanes) < MOST_LANES:
            st.button("Add a lane", icon=":material/add:", key="race_add", on_click=_add)


def _of_lane(plan: Plan) -> None:
    """Draw the settings of one lane, that which is chosen."""
    number = inspection.choose_one(
        "Settings of",
        range(len(plan.lanes)),
        EDITED,
        0,
        format_func=lambda number: plan.lanes[number].name,
    )
    config = plan.sized[number].config
    columns = st.columns(4, gap="medium")
    follows = "" if number == 0 or plan.equal == AS_SET else "It follows from the first lane."
    shown = [
        FIELD[name]
        for name in OF_LANE
        if not FIELD[name].without_effect(partial(getattr, config), FIELD, CHOICE_LABELS)
    ]
    for place, field in enumerate(shown):
        name = f"race_lane_{number}_{field.name}"
        now = getattr(config, field.name)
        key = inspection.control(name, now)
        session.seed(key, now)
        with columns[place % len(columns)]:
            controls.draw(
                field, key, now, partial(_set, name, key, number, field.name),
                off=follows if field.name == "hidden_size" else "",
            )  # fmt: skip


def _segments(
    label: str, options: Sequence[Any], name: str, shown: Any, change: Change, **more: Any
) -> None:
    key = inspection.control(f"race_{name}", shown)
    st.segmented_control(
        label, options, default=shown, key=key, required=True, on_change=_take,
        args=(f"race_{name}", key, options, change), **more,
    )  # fmt: skip


def _slider(
    label: str, options: Sequence[Any], name: str, shown: Any, change: Change, **more: Any
) -> None:
    key = inspection.control(f"race_{name}", shown)
    st.select_slider(
        label, options, value=shown, key=key, on_change=_take,
        args=(f"race_{name}", key, options, change), width=230, **more,
    )  # fmt: skip


def _take(name: str, key: str, options: Sequence[Any], change: Change) -> None:
    """Change the race as a control says, if it is the present one and offers that."""
    if inspection.is_current(name, key):
        chosen = inspection.fitting(session.value(key), options, None)
        if chosen is not None:
            _change(lambda plan: change(plan, chosen))


def _set(name: str, key: str, number: int, setting: str) -> None:
    """Change a setting of a lane, whose range the settings check themselves."""
    if inspection.is_current(name, key):
        value = session.value(key)
        _change(lambda plan: plan.with_lane(number, **{setting: value}))


def _change(change: Callable[[Plan], Plan]) -> None:
    """Plan another race; the one before it ends, as it was another one."""
    visit = session.current()
    desk = desk_of(visit)
    try:
        changed = change(desk.plan)
    except ValueError as refused:
        visit.refuse(str(refused))
        return
    if changed != desk.plan:
        desk.take(changed)
        visit.leave_race()
    visit.outdate_page()


def _with_first(plan: Plan, first: int) -> Plan:
    return replace(plan, first=first)


def _with_task(visit: Visit, plan: Plan, whose: str) -> Plan:
    mine = whose == _MINE
    task = visit.trainer.task if mine else PRESETS[plan.preset].task
    return replace(plan, task=task, of_visit=mine)


def _take_task() -> None:
    task = session.current().trainer.task
    _change(lambda plan: replace(plan, task=task))


def _add() -> None:
    _change(Plan.with_another)


def _remove(number: int) -> None:
    _change(lambda plan: plan.without(number))
