"""Hebb's rule with the numbers of two units of the grid, and the cycle of two units."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.hopfield.desk import Board
from rnnviz.ui.shell import inspection, session
from rnnviz.views import hopfield as views

#: Keys of the controls, each for every size of grid.
_FIRST, _SECOND = "hopfield_first", "hopfield_second"


def rule(board: Board) -> None:
    """Show the weight between two units and the local field of the first, number by number."""
    with st.expander("Hebb’s rule, with the numbers of two units"):
        with st.container(horizontal=True):
            i = _unit("First unit", _FIRST, board, (2, 3))
            j = _unit("Second unit", _SECOND, board, (2, 4))
        network = board.network
        if network is None:
            st.caption("Nothing is stored yet, so every weight is 0.")
            return
        st.latex(views.weight_latex(network, i, j))
        if i != j:
            st.caption(
                "A pattern in which both units are equal adds 1/N to the connection, one in which "
                "they differ takes 1/N away."
            )
        st.latex(views.field_latex(network, board.start, i))
        st.caption(
            f"s is the state in the grid before recall, m its overlap with each pattern. "
            f"{views.field_sentence(network, board.start, i)}"
        )


def cycle() -> None:
    """Show two units that go to and fro when both are updated at once."""
    with st.expander("All at once: two units that never come to rest"):
        st.caption(
            "One pattern, (+1, −1), gives w = −½. From (+1, +1) both units see a field of −½ and "
            "turn together, and then turn back. One at a time, the unit that is asked first turns, "
            "and the other then agrees with its field."
        )
        st.dataframe(views.two_unit_cycle(), hide_index=True, width="content")


def _unit(label: str, key: str, board: Board, first: tuple[int, int]) -> int:
    """Draw the choice of a unit by row and column; return its number from 0."""
    places = []
    for what, opening in zip(("row", "column"), first, strict=True):
        name = f"{key}_{what}@{board.side}"
        st.number_input(
            f"{label}: {what}", 1, board.side, opening, key=name, persist_state="session", width=150
        )
        places.append(
            inspection.fitting(session.value(name), range(1, board.side + 1), opening) - 1
        )
    return int(places[0] * board.side + places[1])
