"""From the classic network to attention: one softmax over patterns, or over hidden states."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from rnnviz.hopfield.validation import Array
from rnnviz.numbers import number
from rnnviz.ui.components.plot import plots
from rnnviz.ui.hopfield.desk import Desk
from rnnviz.ui.shell import inspection, live, session
from rnnviz.ui.shell.transport import Slots
from rnnviz.views import hopfield as views
from rnnviz.views.panel import Panel
from rnnviz.visit import Visit

#: Names of the choices.
BETA = "hopfield_beta"
STATE_BETA = "hopfield_state_beta"
RECALLED = "hopfield_recalled"

#: Choices of beta in units of 1/sqrt(N), and attention's own.
FACTORS = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)
OWN_FACTOR = 1.0
#: Which steps can be recalled.
ALL_STEPS, STEPS_SO_FAR = "all steps", "only steps so far"

#: The one formula, as each of the two is written.
_FORMULAS = (
    r"\underbrace{\xi \leftarrow X\,\operatorname{softmax}(\beta X^\top \xi)}"
    r"_{\text{modern Hopfield}}",
    r"\underbrace{m_t = \textstyle\sum_s h_s\,\operatorname{softmax}_s(h_s \cdot h_t / \sqrt{H})}"
    r"_{\text{dot attention}}",
)
#: Rows of a table from which on it scrolls.
_ROWS = 8


def show_patterns(visit: Visit, slots: Slots) -> None:
    """Show what the grid recalls from the patterns of the board, for any beta."""
    _show(visit, slots, _patterns)


def show_states(visit: Visit, slots: Slots) -> None:
    """Show which time steps a hidden state of the visitor's own network recalls."""
    _show(visit, slots, _states)


_Ask = Callable[[Visit, inspection.Stops], Callable[[], Panel]]


def _show(visit: Visit, slots: Slots, ask: _Ask) -> None:
    # Beside each other, and below each other on a phone.
    with st.container(horizontal=True):
        for formula in _FORMULAS:
            st.latex(formula, width="content")
    places = live.Places(visit.page_runs, slots)
    with st.container(key="inspected"):
        st.fragment(_tick, run_every=live.TICK_S if visit.busy else None)(
            places, inspection.Stops(), ask
        )


def _tick(places: live.Places, stops: inspection.Stops, ask: _Ask) -> None:
    session.refresh()
    visit = session.current()
    if places.page_run != visit.page_runs:
        return
    look = ask(visit, stops)
    live.turn(visit, places, look, lambda panel: _draw(visit, panel))


def _patterns(visit: Visit, _: inspection.Stops) -> Callable[[], Panel]:
    """Draw the controls, and return what measures."""
    board = visit.part(Desk).board
    st.caption(
        "The patterns X are those that you stored, and the query ξ is the state in the grid of the "
        "view “Recall”, before recall. With a small β it recalls the mean of all patterns, with a "
        "larger one a mixture, with a large one the pattern that fits best, if one does. Attention "
        "has β = 1/√N."
    )
    if not board.stored:
        return lambda: Panel(sentence="Nothing is stored: store patterns in the view “Recall”.")
    beta = _beta(BETA, board.units)
    patterns = np.array([pattern.signs for pattern in board.stored])
    names = [pattern.name for pattern in board.stored]
    return lambda: views.recalled_pattern(patterns, names, board.start, beta, board.side)


def _states(visit: Visit, stops: inspection.Stops) -> Callable[[], Panel]:
    """Draw the controls, and return what measures."""
    st.caption(
        "The patterns X are the hidden states that your own network has recorded on the probe, one "
        "for each time step (the top layer), and the query is one of them. Train it, and see what "
        "its states come to have in common."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = inspection.choose_step(visit, "Time step that asks")
        beta = _beta(STATE_BETA, visit.trainer.network.hidden_size)
        recalled = inspection.choose_one(
            "Can be recalled",
            (ALL_STEPS, STEPS_SO_FAR),
            RECALLED,
            ALL_STEPS,
            help="Attention looks at the steps so far: the one that asks, and those before it.",
        )
        inspection.rewind(visit, stops)
    visit.look_at(time_step=step)

    def look() -> Panel:
        trace = visit.shown_trace()
        end = step + 1 if recalled == STEPS_SO_FAR else trace.steps
        states = np.asarray(trace.h[:end], dtype=np.float64)
        try:
            panel = views.recalled_steps(
                states, trace.input_labels[:end], step, beta, _recorded(visit, step, beta, end)
            )
        except ValueError as refused:
            return Panel(sentence=f"Nothing can be recalled: {refused}.")
        return replace(panel, note=f"{inspection.measured_on(visit, trace)} {panel.note}")

    return look


def _recorded(visit: Visit, step: int, beta: float, end: int) -> Array | None:
    """Return the weights of the network's own attention, where it asked the same question."""
    trace = visit.shown_trace()
    own_scale = math.isclose(beta, 1 / math.sqrt(trace.h.shape[1]))
    weights = trace.attention
    if visit.trainer.config.attention != "dot" or weights is None or not own_scale:
        return None
    row = np.asarray(weights[step], dtype=np.float64)
    # Where a sequence has an answering part, its steps look at other steps.
    return row[:end] if (row[:end] > 0).all() and not row[end:].any() else None


def _beta(name: str, units: int) -> float:
    """Draw the choice of beta, in units of what attention has."""
    own = 1 / math.sqrt(units)
    factor = inspection.slide(
        "β: from the mean of all, over a mixture, to one",
        FACTORS,
        name,
        OWN_FACTOR,
        format_func=lambda factor: f"{number(factor * own)}{' (attention)' * (factor == 1)}",
        width=380,
    )
    return factor * own


def _draw(visit: Visit, panel: Panel) -> None:
    if panel.sentence:
        st.write(panel.sentence)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        plots(panel.charts, key="hopfield:bridge", live=visit.busy)
    with right:
        if visit.busy or panel.table is None:
            st.caption("The numbers are here as soon as training pauses.")
            return
        rows = panel.table.rows
        st.dataframe(rows, hide_index=True, height="content" if len(rows) <= _ROWS else 320)
        st.caption(panel.note)
