"""The presets of the page: races with a story, each begun by one click."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from rnnviz.engine import WITHOUT_MEMORY
from rnnviz.training import RunConfig
from rnnviz.training.race import Lane
from rnnviz.training.race_presets import RACES, RacePreset
from rnnviz.ui.race.desk import AS_SET, UNITS, Plan, desk_of, named
from rnnviz.ui.shell import inspection, session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit

#: Name of the choice of the race, and what in it is a race of one's own.
PRESET, _OWN = "race_preset", "own"
#: Seeds and iterations of a race of one's own.
_OWN_SEEDS, _OWN_UNTIL = 5, 300

PRESETS: dict[str, RacePreset] = {preset.key: preset for preset in RACES}


def plan_of(preset: RacePreset) -> Plan:
    """Return the race of a preset, as it is before anything was changed."""
    sizes = {lane.config.hidden_size for lane in preset.lanes}
    return Plan(
        preset=preset.key,
        task=preset.task,
        of_visit=False,
        lanes=preset.lanes,
        seeds=preset.seeds,
        first=0,
        by=preset.by,
        until=preset.until,
        equal=UNITS if len(sizes) == 1 else AS_SET,
    )


def own_plan(visit: Visit) -> Plan:
    """Return a race on the task of the visitor's run: its cell, and others with its settings."""
    trainer = visit.trainer
    mine = replace(trainer.config, seed=0)
    cells = dict.fromkeys((mine.cell, "lstm", "gru", "rnn"))
    recurrent = [cell for cell in cells if cell not in WITHOUT_MEMORY]
    lanes = [Lane(_other(mine, cell), "") for cell in [*recurrent[:3], "mlp"]]
    return Plan(
        preset="",
        task=trainer.task,
        of_visit=True,
        lanes=named(lanes),
        seeds=_OWN_SEEDS,
        first=0,
        by="iterations",
        until=_OWN_UNTIL,
        equal=UNITS,
    )


def _other(config: RunConfig, cell: str) -> RunConfig:
    attention = "none" if cell in WITHOUT_MEMORY else config.attention
    return replace(config, cell=cell, attention=attention)


def ready(visit: Visit) -> None:
    """Plan the race of the first preset, if nothing is planned yet."""
    desk = desk_of(visit)
    if desk.is_new:
        desk.take(plan_of(RACES[0]))


@st.fragment
def menu() -> None:
    """Draw a button for each preset, and the story of the one that is shown."""
    session.refresh()
    visit = session.current()
    plan = desk_of(visit).plan
    shown = plan.preset if plan.preset in PRESETS else _OWN
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="presets"):
        st.caption("Show me:", width="content")
        key = inspection.control(PRESET, shown)
        st.pills(
            "Race",
            (*PRESETS, _OWN),
            default=shown,
            format_func=lambda key: PRESETS[key].name if key in PRESETS else "On my task",
            required=True,
            label_visibility="collapsed",
            key=key,
            on_change=_choose,
            args=(key,),
        )
    with st.container(border=True, gap="small", key="report"):
        _story(plan, visit.racing is not None)


def _story(plan: Plan, has_begun: bool) -> None:
    """Tell what is raced, and what comes of it; shorter once the lanes are to be looked at."""
    preset = PRESETS.get(plan.preset)
    where = _task_line(plan, has_begun)
    if preset is None:
        st.markdown(f"**Your own race.** {where}")
        return
    st.markdown(f"**{escaped(preset.title)}** {escaped(preset.story)}")
    st.caption(where)
    if replace(plan_of(preset), seeds=plan.seeds, first=plan.first) == plan:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("You changed it: the story may not hold for this race.", width="content")
        st.button("As it was", key="race_as_it_was", on_click=_take, args=(preset.key,))


def _task_line(plan: Plan, short: bool) -> str:
    of = "the task of your run in the Studio" if plan.of_visit else "the preset’s task"
    task = plan.task
    told = "" if short else f" {escaped(task.description)}"
    return f"Task: {escaped(task.title)}, {task.length} steps ({of}).{told}"


def _choose(key: str) -> None:
    """Show the race that was chosen, if that control is the present one."""
    if inspection.is_current(PRESET, key):
        _take(inspection.fitting(session.value(key), (*PRESETS, _OWN), None))


def _take(chosen: str | None) -> None:
    visit = session.current()
    if chosen is None:
        return
    preset = PRESETS.get(chosen)
    desk_of(visit).take(own_plan(visit) if preset is None else plan_of(preset))
    visit.leave_race()
