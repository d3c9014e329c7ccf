"""From the classic network to attention: one softmax over patterns, or over hidden states."""

from __future__ import annotations

import math
from collections.abc import Callable

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
STEP = "hopfield_step"
UP_TO_IT = "hopfield_up_to_it"

#: Choices of beta in units of 1/sqrt(N), attention's own.
_FACTORS = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)

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


def _show(visit: Visit, slots: Slots, ask: Callable[[Visit], Callable[[], Panel]]) -> None:
    # Beside each other, and below each other on a phone.
    with st.container(horizontal=True):
        for formula in _FORMULAS:
            st.latex(formula, width="content")
    places = live.Places(visit.page_runs, slots)
    with st.container(key="inspected"):
        st.fragment(_tick, run_every=live.TICK_S if visit.busy else None)(places, ask)


def _tick(places: live.Places, ask: Callable[[Visit], Callable[[], Panel]]) -> None:
    session.refresh()
    visit = session.current()
    if places.page_run != visit.page_runs:
        return
    look = ask(visit)
    live.turn(visit, places, look, lambda panel: _draw(visit, panel))


def _patterns(visit: Visit) -> Callable[[], Panel]:
    """Draw the controls, and return what measures."""
    board = visit.part(Desk).board
    st.caption(
        "The patterns X are those that you stored, and the query ξ is the state in the grid of the "
        "view “Recall”, before recall. With a small β it recalls the mean of all patterns, with a "
        "larger one a mixture, with a large one a single pattern. Attention has β = 1/√N."
    )
    if not board.stored:
        return lambda: Panel(sentence="Nothing is stored: store patterns in the view “Recall”.")
    beta = _beta(BETA, board.units)
    patterns = np.array([pattern.signs for pattern in board.stored])
    names = [pattern.name for pattern in board.stored]
    return lambda: views.recalled_pattern(patterns, names, board.start, beta, board.side)


def _states(visit: Visit) -> Callable[[], Panel]:
    """Draw the controls, and return what measures."""
    steps = visit.trainer.trace().steps
    st.caption(
        "The patterns X are the hidden states that your own network has just recorded on the "
        "probe, one for each time step (the top layer), and the query is one of them. Train it, "
        "and see what its states come to have in common."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = _chosen("Time step that asks", range(steps), STEP, steps - 1, str)
        beta = _beta(STATE_BETA, visit.trainer.trace().h.shape[1])
        up_to_it = st.toggle(
            "only steps so far",
            key=UP_TO_IT,
            persist_state="session",
            help="As attention looks: at the step that asks, and those before it.",
        )

    def look() -> Panel:
        trace = visit.shown_trace()
        end = step + 1 if up_to_it else trace.steps
        states = np.asarray(trace.h[:end], dtype=np.float64)
        try:
            return views.recalled_steps(
                states, trace.input_labels[:end], step, beta, _recorded(visit, step, beta, end)
            )
        except ValueError as refused:
            return Panel(sentence=f"Nothing can be recalled: {refused}.")

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
    factor: float = _chosen(
        "β: from the mean of all, over a mixture, to one",
        _FACTORS,
        name,
        1.0,
        lambda factor: f"{number(factor * own)}{' (attention)' if factor == 1 else ''}",
    )
    return factor * own


def _chosen(label: str, options, name: str, first, written):  # type: ignore[no-untyped-def]
    """Draw a slider over options, kept under a name; return what is chosen."""
    shown = inspection.fitting(session.value(name), options, first)
    session.show(name, shown)
    key = inspection.control(name, shown)
    st.select_slider(
        label,
        options,
        value=shown,
        format_func=written,
        key=key,
        on_change=inspection.take,
        args=(name, key),
        width=380,
    )
    return shown


def _draw(visit: Visit, panel: Panel) -> None:
    if panel.sentence:
        st.write(panel.sentence)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        plots(panel.charts, key="hopfield:bridge", live=visit.busy)
    with right:
        if visit.busy:
            st.caption("The numbers are here as soon as training pauses.")
        elif panel.table is not None:
            rows = panel.table.rows
            st.dataframe(rows, hide_index=True, height="content" if len(rows) <= _ROWS else 320)
        st.caption(panel.note)
