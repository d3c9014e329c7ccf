"""Let the network continue a text from a start that the visitor chooses."""

from __future__ import annotations

import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from rnnviz.analysis.predictions import (
    best,
    draw,
    gate_activations,
    likeliest,
    probabilities,
    uniform,
)
from rnnviz.engine import LayerRecord
from rnnviz.figures.palette import QUANTITIES
from rnnviz.tasks import NextSymbol
from rnnviz.tasks.symbols import MOST_TYPED
from rnnviz.training import Trainer
from rnnviz.training.threads import one_thread
from rnnviz.ui.shell import session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Keys of the controls, and of the text continued so far.
CONTINUATION_CHOICE = "continuation:choice"
CONTINUATION_TEMPERATURE = "continuation:temperature"
CONTINUATION_SEED = "continuation:seed"
CONTINUATION = "continuation"

_GREEDY, _SAMPLED = "greedy", "sampled"
_COLDEST, _HOTTEST = 0.1, 2.0
_LAST_SEED = 2**32 - 1

#: Number of symbols per press of "write more", and maximum number after one start.
MANY, MOST_ADDED = 50, 1_000
#: While symbols are written: seconds between two updates, symbols per update, and maximum seconds
#: per update. So one can watch it write, and the network goes on training.
TICK_S, AT_A_TIME, LONGEST_S = 0.3, 5, 0.02


@dataclass(frozen=True)
class _Text:
    """What the visitor started with, and what the network has added.

    Parameters
    ----------
    trainer
        Of the run that continues it. A weak reference, or a replaced run would stay in memory.
    start, added
        Symbols.
    wanted
        Number of symbols still to be written.
    """

    trainer: weakref.ref[Trainer]
    start: tuple[str, ...]
    added: tuple[str, ...] = ()
    wanted: int = 0

    @property
    def symbols(self) -> tuple[str, ...]:
        """Start and added symbols together."""
        return self.start + self.added


@dataclass(frozen=True)
class _View:
    """What the network computed on the window, measured while the turn is held."""

    iteration: int
    chances: NDArray[np.floating]
    gates: pd.DataFrame

    @property
    def is_finite(self) -> bool:
        """Whether the network's outputs are still finite numbers."""
        return bool(np.isfinite(self.chances).all())


def panel() -> None:
    """Draw the panel, for a task whose sequences can be continued."""
    text: _Text | None = session.value(CONTINUATION)
    writing = text is not None and text.wanted > 0
    st.fragment(_panel, run_every=TICK_S if writing else None)(timed=writing)


def _panel(timed: bool) -> None:
    """Draw the panel; while symbols are written, a timer draws it repeatedly."""
    session.refresh()
    visit = session.current()
    task = visit.trainer.task
    if not isinstance(task, NextSymbol):
        return
    st.subheader("Let the network continue", anchor=False)
    _check_choice()
    start = _start(task, visit)
    if start is None:
        return
    text = _written(visit, task, _text_so_far(visit, start))
    if timed and not text.wanted:
        session.outdate_page()  # which ends the timer
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choice()
        # The placeholder comes first; the buttons need the network's prediction.
        buttons = st.container(horizontal=True, width="content")
    view = _look(visit, task, text)
    with buttons:
        _buttons(text, view)
    _show(task, text, view, visit.trainer.config.cell)
    newer = "; pause to see the newest" if visit.playing else ""
    st.caption(f"Measured with the weights of iteration {view.iteration:,}{newer}.")


def _start(task: NextSymbol, visit: Visit) -> tuple[str, ...] | None:
    """Ask for a text to start from, initially the probe's; None if it is refused, with a reason."""
    shown = visit.trainer.probe.input_labels
    key = f"start:{hash((task.output_labels, shown))}"
    session.seed(key, task.join(shown))
    if not isinstance(session.value(key), str):  # whatever the browser has sent
        session.show(key, task.join(shown))
    typed = st.text_input(
        f"Start from these {task.unit}s",
        key=key,
        persist_state="session",
        max_chars=MOST_TYPED,
        help=f"Any {task.unit}s of the text that the network learns. It sees the last "
        f"{task.length} at a time, as in training.",
    )
    try:
        return task.read(typed)
    except ValueError as refused:
        st.error(f"{escaped(str(refused))}.", icon=":material/block:")
        return None


def _text_so_far(visit: Visit, start: tuple[str, ...]) -> _Text:
    """Return the text being continued; a new one after another start or in another run."""
    new = _Text(weakref.ref(visit.trainer), start)
    text: _Text | None = session.value(CONTINUATION)
    if text is None or replace(text, added=(), wanted=0) != new:
        session.show(CONTINUATION, new)
        return new
    return text


def _check_choice() -> None:
    """Give the controls their first values, also where the browser has sent what is none."""
    if session.value(CONTINUATION_CHOICE) not in (_GREEDY, _SAMPLED):
        session.show(CONTINUATION_CHOICE, _GREEDY)
    temperature = session.value(CONTINUATION_TEMPERATURE)
    if type(temperature) is not float or not _COLDEST <= temperature <= _HOTTEST:
        session.show(CONTINUATION_TEMPERATURE, 1.0)
    seed = session.value(CONTINUATION_SEED)
    if type(seed) is not int or not 0 <= seed <= _LAST_SEED:
        session.show(CONTINUATION_SEED, 0)


def _choice() -> None:
    """Draw the choice of how the next symbol is chosen."""
    st.segmented_control(
        "How it chooses",
        options=(_GREEDY, _SAMPLED),
        key=CONTINUATION_CHOICE,
        persist_state="session",
        required=True,
        help="Greedy: always the most likely symbol. Sampled: drawn with its probability.",
    )
    greedy = _is_greedy()
    st.slider(
        "Temperature",
        min_value=_COLDEST,
        max_value=_HOTTEST,
        step=0.1,
        key=CONTINUATION_TEMPERATURE,
        persist_state="session",
        disabled=greedy,
        width=220,
        help="Sampled only. Below 1 the most likely come even more often, above 1 less often.",
    )
    st.number_input(
        "Seed",
        min_value=0,
        max_value=_LAST_SEED,
        step=1,
        key=CONTINUATION_SEED,
        persist_state="session",
        disabled=greedy,
        width=140,
        help="Sampled only. From the same start, with the same weights and temperature, the same "
        "seed draws the same text again.",
    )


def _buttons(text: _Text, view: _View) -> None:
    full = len(text.added) >= MOST_ADDED
    st.button(
        "Next symbol",
        icon=":material/add:",
        key="next_symbol",
        on_click=_want,
        args=(text, 1),
        disabled=not view.is_finite or full or text.wanted > 0,
    )
    writing = text.wanted > 0
    st.button(
        "Stop" if writing else f"Write {MANY} more",
        icon=":material/stop:" if writing else ":material/edit:",
        key="write_more",
        on_click=_stop if writing else _want,
        args=() if writing else (text, MANY),
        disabled=not view.is_finite or (full and not writing),
        help=f"At most {MOST_ADDED:,} symbols are written after one start.",
    )
    st.button(
        "Start again",
        icon=":material/restart_alt:",
        key="start_again",
        on_click=_start_again,
        disabled=not text.added,
    )


def _want(shown: _Text, count: int) -> None:
    """Ask for more symbols after the text that was shown when the button was pressed.

    If the text has changed since, the press was already handled: while training, the browser can
    send one press twice (see `transport`).
    """
    text = session.value(CONTINUATION)
    if text == shown:
        wanted = min(count, MOST_ADDED - len(text.added))
        session.show(CONTINUATION, replace(text, wanted=wanted))
        if wanted > 1:
            session.outdate_page()


def _stop() -> None:
    text = session.value(CONTINUATION)
    if text is not None:
        session.show(CONTINUATION, replace(text, wanted=0))
    session.outdate_page()


def _start_again() -> None:
    text = session.value(CONTINUATION)
    if text is not None:
        session.show(CONTINUATION, replace(text, added=(), wanted=0))
    session.outdate_page()


def _written(visit: Visit, task: NextSymbol, text: _Text) -> _Text:
    """Write some of the wanted symbols; the next run of the panel continues.

    Writing all of them in one turn would keep others from training.
    """
    if not text.wanted:
        return text
    ends = False
    with TURNS.turn(visit) as seconds, one_thread():
        end = time.monotonic() + min(seconds, LONGEST_S)
        for _ in range(min(text.wanted, AT_A_TIME)):
            chances = _expected(visit, task, text)[0]
            if ends := not np.isfinite(chances).all():
                break
            label = task.output_labels[_chosen(chances, len(text.added))]
            text = replace(text, added=(*text.added, label), wanted=text.wanted - 1)
            if time.monotonic() >= end:
                break
    if ends:
        text = replace(text, wanted=0)
    session.show(CONTINUATION, text)
    return text


def _chosen(chances: NDArray[np.floating], place: int) -> int:
    """Return the symbol at a position of the text."""
    if _is_greedy():
        return likeliest(chances)
    return draw(chances, uniform(session.value(CONTINUATION_SEED), place))


def _is_greedy() -> bool:
    return bool(session.value(CONTINUATION_CHOICE) == _GREEDY)


def _look(visit: Visit, task: NextSymbol, text: _Text) -> _View:
    """Let the network read the window; return its prediction and how far its gates are open."""
    with TURNS.turn(visit), one_thread():
        iteration = visit.trainer.iteration
        chances, layers = _expected(visit, task, text)
        return _View(iteration, chances, gate_activations(layers))


def _expected(
    visit: Visit, task: NextSymbol, text: _Text
) -> tuple[NDArray[np.floating], Sequence[LayerRecord]]:
    """Return the probability of each next symbol, and what the network computed; in a turn."""
    x = task.encode(text.symbols[-task.length :])
    # The network records a loss too. The true next symbol is unknown here, so any will do.
    record = visit.trainer.network.record(x, np.zeros(x.shape[:2], dtype=np.int64))
    temperature = 1.0 if _is_greedy() else session.value(CONTINUATION_TEMPERATURE)
    return probabilities(record.outputs[-1, 0], temperature), record.layers


def _show(task: NextSymbol, text: _Text, view: _View, cell: str) -> None:
    # st.text shows it as it is: the symbols are what users typed.
    st.text(task.join(text.symbols))
    short = ""
    if len(text.start) < task.length:
        short = (
            f" The network was trained on windows of {task.length}; until there are as many "
            "symbols, it sees fewer than in training."
        )
    st.caption(f"Start: {len(text.start)}. Added by the network: {len(text.added)}.{short}")
    if not view.is_finite:
        st.warning(
            "The network's outputs are no longer numbers: its training has diverged, so it can't "
            "predict what comes next. Reset starts the run again.",
            icon=":material/trending_up:",
        )
        return
    gates, following = st.columns(2, gap="large")
    with gates:
        st.markdown("**How far its gates are open** · mean of all units, after the last symbol")
        _show_gates(view.gates, cell)
    with following:
        st.markdown(f"**Probability of the next symbol** · {_how()}")
        st.dataframe(
            best(view.chances, task.output_labels),
            hide_index=True,
            column_config={"symbol": "Symbol", "probability": _bar("Probability")},
        )


def _how() -> str:
    """Say how the next symbol is chosen from the probabilities."""
    if _is_greedy():
        return "the likeliest is taken"
    return f"drawn at temperature {session.value(CONTINUATION_TEMPERATURE):.1f}"


def _show_gates(gates: pd.DataFrame, cell: str) -> None:
    if gates.empty:
        st.caption("This cell has no gates. Try the GRU or the LSTM.")
        return
    quantities = [QUANTITIES[cell][letter] for letter in gates["gate"]]
    table = pd.DataFrame(
        {
            "gate": [quantity.label for quantity in quantities],
            "open": gates["open"],
            "meaning": [quantity.meaning for quantity in quantities],
        }
    )
    if gates["layer"].nunique() > 1:
        table.insert(0, "layer", gates["layer"] + 1)
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "layer": "Layer",
            "gate": "Gate",
            "open": _bar("Open"),
            "meaning": "Meaning",
        },
    )


def _bar(label: str) -> Any:
    """Return the display of a column of numbers in 0..1."""
    return st.column_config.ProgressColumn(label, min_value=0.0, max_value=1.0, format="percent")
