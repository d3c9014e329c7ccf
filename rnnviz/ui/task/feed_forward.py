"""Feed-forward and recurrent compared: the best accuracy of each way to predict a gym schedule."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import streamlit as st

from rnnviz import figures
from rnnviz.analysis.comparison import (
    WAYS,
    Result,
    Way,
    compare,
    in_words,
    measure,
    result_with,
    way_of,
    worth_of_memory,
)
from rnnviz.engine import WITHOUT_MEMORY
from rnnviz.figures.chart import Chart
from rnnviz.tasks import GymSchedule
from rnnviz.tasks.task import Task
from rnnviz.training.config import RECURRENT, RunConfig
from rnnviz.ui.components.plot import plots
from rnnviz.ui.shell import session
from rnnviz.ui.shell.controls import CHOICE_LABELS
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Seconds between two updates of the run that trains. Each one runs a second fragment, for which
#: the browser drops several frames of the animation: with one update a second, nine of 55.
LOOK_S = 4.0

_KEY = "comparison"


def panel(visit: Visit) -> None:
    """Show the three ways for the schedule of the run, what it has reached, and their buttons.

    Draws nothing for other tasks.
    """
    if not isinstance(visit.trainer.task, GymSchedule):
        return
    st.subheader("How much does memory help?", anchor=False)
    st.fragment(_live, run_every=LOOK_S if visit.playing else None)()
    _buttons()


def of_task(visit: Visit, task: Task) -> None:
    """Show the three ways for a gym schedule being edited; draws nothing for other tasks."""
    if not isinstance(task, GymSchedule):
        return
    st.markdown(
        "**How much does memory help?** · share of days that can be known, and that was learned"
    )
    with TURNS.turn(visit):
        now = measure(visit.trainer)
    _draw(task, now, visit)


@dataclass
class _Results:
    """What earlier runs on a gym schedule reached, each way's latest."""

    latest: dict[Way, Result] = field(default_factory=dict)


def _results(visit: Visit) -> dict[Way, Result]:
    """Return what earlier runs reached, also those that can no longer be gone back to."""
    latest = visit.part(_Results).latest
    for left in visit.earlier:
        result = result_with(left.trainer, left.score)
        if result is not None and result.iteration:
            latest[result.way] = result
    return latest


def _live() -> None:
    session.refresh()
    visit = session.current()
    with TURNS.turn(visit):
        now = measure(visit.trainer)
    if now is not None:
        _draw(now.task, now, visit)


def _draw(task: GymSchedule, now: Result | None, visit: Visit) -> None:
    ways = compare(task, now, _results(visit).values())
    chart = Chart(
        figures.comparison_spec(ways),
        " ".join(filter(None, (worth_of_memory(ways), *map(in_words, ways)))),
        "Bars: the best accuracy of each way, and what was reached.",
    )
    plots((chart,), key=_KEY, live=visit.playing)


@st.fragment
def _buttons() -> None:
    session.refresh()
    visit = session.current()
    task = visit.trainer.task
    if not isinstance(task, GymSchedule):
        return
    config = visit.trainer.config
    goes_now = way_of(task, config)
    with st.container(horizontal=True):
        for way in WAYS:
            # A window of an MLP is no memory of all days so far.
            if way != goes_now or (way == "memory" and config.cell in WITHOUT_MEMORY):
                cell = _cell_for(way, visit)
                st.button(
                    f"Train the {CHOICE_LABELS[cell]}: {WAYS[way]}",
                    key=f"way:{way}",
                    icon=":material/model_training:",
                    help="Starts a new run on the same schedule; this one's result stays here.",
                    on_click=_train,
                    args=(way, cell),
                )


def _cell_for(way: Way, visit: Visit) -> str:
    """Return the cell for this way: without memory, or the recurrent one used last."""
    if way != "memory":
        return WITHOUT_MEMORY[0]
    before = _results(visit).get(way)
    cells = [visit.trainer.config.cell, *([] if before is None else [before.cell])]
    return next((cell for cell in cells if cell in RECURRENT), RunConfig.cell)


def _train(way: Way, cell: str) -> None:
    """Start a run that uses another way; a second press of the button is ignored."""
    visit = session.current()
    task = visit.trainer.task
    if not isinstance(task, GymSchedule):
        return
    wanted = replace(task, view="calendar" if way == "calendar" else "yesterday")
    if (wanted, cell) == (task, visit.trainer.config.cell):
        return
    if session.restart(wanted, cell=cell, window=1):
        visit.play()
    visit.outdate_page()
