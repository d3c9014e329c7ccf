"""The page Race: story, settings, and what the lanes do, in the live loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from rnnviz import link
from rnnviz.analysis.verdict import verdict_of
from rnnviz.figures.chart import Chart
from rnnviz.ui.components.lanes import lane_cards, opened
from rnnviz.ui.components.plot import plots
from rnnviz.ui.race import bar, controls, stories
from rnnviz.ui.race.desk import Plan, desk_of
from rnnviz.ui.shell import live, session
from rnnviz.ui.shell.transport import Slots
from rnnviz.views import race as views
from rnnviz.visit import Visit
from rnnviz.visit.opening import Opened

#: Key of the cards.
CARDS = "race_cards"

#: How to read cards and charts.
_READING = (
    "Cards: the gates in small are those of the first seed, in the top layer, over time steps and "
    "units. In the formulas, H counts hidden units, D inputs and K outputs. Charts: a line is the "
    "median over the seeds, the area around it their range, dots are single runs."
)

_CSS = """
<style>
/* Two charts beside each other, in one component. */
.st-key-race_charts :has(> .rnnviz-plot-host) {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 1rem;
}
.st-key-race_charts :has(> .rnnviz-plot-host) > :not(.rnnviz-plot-host) { display: none; }
.st-key-race_charts .rnnviz-plot-host { margin-top: 0; min-width: 0; }
.st-key-race_settings [data-testid="stExpanderDetails"] { padding-top: 0.5rem; }
</style>
"""


@dataclass(frozen=True)
class _Seen:
    cards: Sequence[views.Card]
    says: str
    more: str = ""
    charts: Sequence[Chart] = ()


class _Measured:
    """What was shown last of which marks, so that it is made once for each."""

    def __init__(self) -> None:
        self.of: object = None
        self.says = ("", "")
        self.charts: Sequence[Chart] = ()


def show(visit: Visit, slots: Slots) -> None:
    """Show the page, and keep the race or the visitor's run going.

    Parameters
    ----------
    slots
        Of the transport bar.
    """
    stories.ready(visit)
    st.html(_CSS)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Race", anchor=False, width="content")
        st.caption(
            "Which network learns it? All get the same task, the same batches and the same seeds. "
            "Choose a race, then press **Race**.",
            width="content",
        )
    stories.menu()
    controls.settings()
    places = live.Places(visit.page_runs, slots)
    with st.container(key="inspected"):
        st.fragment(_tick, run_every=live.TICK_S if visit.busy else None)(places)
    st.caption(_READING)


def _tick(places: live.Places) -> None:
    session.refresh()
    visit = session.current()
    if places.page_run != visit.page_runs:
        return
    live.turn(
        visit,
        places,
        lambda: _look(visit),
        lambda seen: _draw(visit, seen),
        lambda: bar.readings(visit),
    )


def _look(visit: Visit) -> _Seen:
    """Measure what is shown; the turn must be held."""
    racing, plan, measured = visit.racing, desk_of(visit).plan, visit.part(_Measured)
    if racing is None:
        measured.of = None  # and with it the race that was dropped
        return _Seen(views.planned(plan.task, plan.sized), _before(plan))
    racing.look_whether_spoiled()
    race = racing.race
    of = (race, racing.spoiled, *(len(race.spent(lane)) for lane in race.lanes))
    if of != measured.of:
        measured.charts, measured.of = views.charts(race), of
        measured.says = _says(visit)
    return _Seen(views.cards(race), *measured.says, measured.charts)


def _before(plan: Plan) -> str:
    seeds = f"{plan.seeds} seed{'s' * (plan.seeds != 1)}"
    unit = "iterations" if plan.by == "iterations" else "seconds of computing for each lane"
    return f"Press Race: {len(plan.lanes)} lanes from {seeds}, {plan.until:,} {unit}."


def _says(visit: Visit) -> tuple[str, str]:
    """Say how the race stands: the counts, and what more may be said."""
    racing = visit.racing
    assert racing is not None
    if racing.spoiled:
        return (
            f"The run of {racing.spoiled} went on in the Studio, so this race is over.",
            "What was measured before is below. Press Race to begin it again.",
        )
    first, *others = verdict_of(racing.race).parts
    return first, " ".join((*others, views.exactness(racing.race)))


def _draw(visit: Visit, seen: _Seen) -> None:
    cards = [card.message for card in seen.cards]
    lane_cards(cards, seen.says, seen.more, key=CARDS, on_open=_open)
    if seen.charts:
        with st.container(key="race_charts"):
            plots(seen.charts, key="race:charts", live=visit.busy)


def _open() -> None:
    """Show the run of the lane that was clicked in the Studio."""
    visit = session.current()
    if visit.open_lane(opened(CARDS)):
        visit.part(Opened).go_to(link.View(page="studio"))
