"""Draw, store, spoil, recall: the classic network on a grid, and Hebb's rule with its numbers."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rnnviz.ui.components.hopfield import board, happened
from rnnviz.ui.hopfield import rule
from rnnviz.ui.hopfield.desk import SIDES, Board, Desk, drawn_in
from rnnviz.ui.hopfield.telling import left_out
from rnnviz.ui.shell import address, inspection, live, session
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.shell.transport import Slots
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Keys of the controls.
SIDE = "hopfield_side"
LETTERS_TYPED = "hopfield_letters"
RANDOM_COUNT = "hopfield_random"
FLIPPED = "hopfield_flip_share"
UPDATES = "hopfield_updates"

BOARD = "hopfield_board"

#: Shares that can be flipped, in percent, and the one that is chosen first.
SHARES = tuple(range(5, 55, 5))
FIRST_SHARE = 20
ONE_AT_A_TIME, ALL_AT_ONCE = "one at a time", "all at once"
#: Longest text of letters that is looked at.
_LONGEST = 40
_MOST_RANDOM = 60


def show(visit: Visit, slots: Slots) -> None:
    """Show the board and what can be done with it."""
    live.keep_going(visit, slots)
    st.fragment(_panel)(slots)


def _panel(slots: Slots) -> None:
    session.refresh()
    visit = session.current()
    desk = visit.part(Desk)
    _actions()
    # Beside each other where there is room; a phone has the board first.
    drawn, controls = st.columns([5, 2], gap="medium")
    with controls:
        _how(desk.board)
        _storing(desk)
    with drawn:
        if desk.board.refused:
            st.warning(escaped(desk.board.refused), icon=":material/block:")
        board(
            desk.board.message(),
            key=BOARD,
            on_draw=_draw,
            on_load=_load,
            on_forget=_forget,
        )
        st.caption(_sentence(desk.board))
        if left_out(desk.board):
            st.info(left_out(desk.board), icon=":material/link:")
        rule.rule(desk.board)
        if desk.board.together:
            rule.cycle()
    if not visit.busy:
        # No tick comes by itself, and the address follows what is drawn.
        address.tell(visit, slots.linked)


def _sentence(shown: Board) -> str:
    count = len(shown.stored)
    held = f"{count} pattern{'s' * (count != 1)} in {shown.units} units"
    until = "until no unit disagrees with its local field"
    if shown.together:
        until += ", or for ever, between two states"
    return (
        f"{held}, which have {shown.units * (shown.units - 1) // 2:,} connections. What you draw "
        f"is a state, not an input: the network changes it {until}. It is no network for "
        "sequences: it takes one state, and answers by coming to rest."
    )


def _actions() -> None:
    """Draw what is done with the grid: above it, so that a phone shows what comes of it."""
    with st.container(horizontal=True):
        st.button(
            "Recall",
            icon=":material/psychology:",
            type="primary",
            key="hopfield_recall",
            help="Starts from what is in the grid, and plays what the network makes of it.",
            on_click=_do,
            args=(Board.run,),
        )
        st.button(
            "Flip",
            icon=":material/shuffle:",
            key="hopfield_flip",
            help="Spoils what you drew or loaded last: a share of its units is flipped.",
            on_click=_flip,
        )
        st.button(
            "Cover half",
            icon=":material/vertical_align_bottom:",
            key="hopfield_cover",
            help="Spoils what you drew or loaded last: its lower half becomes −1.",
            on_click=_do,
            args=(Board.cover,),
        )
        st.button(
            "Clear",
            icon=":material/ink_eraser:",
            key="hopfield_clear",
            help="Every unit becomes −1. What is stored stays.",
            on_click=_do,
            args=(Board.clear,),
        )
        st.button(
            "Store",
            icon=":material/add:",
            key="hopfield_store",
            help="Stores what is in the grid as one more pattern.",
            on_click=_do,
            args=(Board.store_drawing,),
        )


def _how(shown: Board) -> None:
    updates = inspection.choose_one(
        "Units are updated",
        (ONE_AT_A_TIME, ALL_AT_ONCE),
        UPDATES,
        ONE_AT_A_TIME,
        help="One at a time, in a random order, the energy never rises. All at once it may, and "
        "the state can go to and fro between two states for ever.",
    )
    shown.together = updates == ALL_AT_ONCE
    inspection.slide(
        "Share to flip",
        SHARES,
        FLIPPED,
        FIRST_SHARE,
        format_func=lambda percent: f"{percent} %",
    )


def _storing(desk: Desk) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Letters", key=LETTERS_TYPED, max_chars=_LONGEST, persist_state="session",
            placeholder="HOP", width=110,
        )  # fmt: skip
        st.button("Store letters", key="hopfield_store_letters", on_click=_store_letters)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Random", 1, _MOST_RANDOM, 5, key=RANDOM_COUNT, persist_state="session", width=110
        )
        st.button("Store random", key="hopfield_store_random", on_click=_store_random)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = inspection.fitting(desk.side, SIDES, SIDES[0])
        key = inspection.control(SIDE, side)
        st.select_slider(
            "Grid",
            SIDES,
            value=side,
            format_func=lambda side: f"{side} × {side}",
            key=key,
            help="Each size has patterns of its own, which stay while you look at another. "
            "A link holds those of the size that is shown.",
            on_change=_resize,
            args=(key,),
            width=150,
        )
        st.button("Forget all", key="hopfield_forget_all", on_click=_do, args=(Board.forget_all,))


def _do(wish: Callable[[Board], object]) -> None:
    """Do something with the board that is shown, within a turn."""
    visit = session.current()
    with TURNS.turn(visit):
        wish(visit.part(Desk).board)


def _flip() -> None:
    share = inspection.fitting(session.value(FLIPPED), SHARES, FIRST_SHARE)
    _do(lambda shown: shown.flip(share / 100))


def _store_letters() -> None:
    text = session.value(LETTERS_TYPED)
    _do(lambda shown: shown.store_letters(str(text or "")[:_LONGEST]))


def _store_random() -> None:
    count = inspection.fitting(session.value(RANDOM_COUNT), range(1, _MOST_RANDOM + 1), 1)
    _do(lambda shown: shown.store_random(count))


def _resize(key: str) -> None:
    if inspection.is_current(SIDE, key):
        desk = session.current().part(Desk)
        desk.side = inspection.fitting(session.value(key), SIDES, desk.side)


def _draw() -> None:
    def take(shown: Board) -> None:
        signs = drawn_in(happened(BOARD, "drawn"), shown.side)
        if signs is not None:
            shown.draw(signs)

    _do(take)


def _load() -> None:
    _do(lambda shown: shown.load(happened(BOARD, "load")))


def _forget() -> None:
    _do(lambda shown: shown.forget(happened(BOARD, "forget")))
