"""Let the network continue the text from symbols that the visitor picks, one at a time."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, replace

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
from rnnviz.figures.palette import QUANTITIES
from rnnviz.tasks import NextSymbol
from rnnviz.training import Trainer
from rnnviz.training.threads import one_thread
from rnnviz.ui import session
from rnnviz.ui.gate import GATE
from rnnviz.ui.session import Run

_GREEDY, _SAMPLED = "greedy", "sampled"


@dataclass(frozen=True)
class _Text:
    """What was picked, and what the network has added to it.

    Parameters
    ----------
    trainer
        Of the run that continues it. Held weakly, or a run that was replaced would stay in memory.
    start, added
        Symbols.
    """

    trainer: weakref.ref[Trainer]
    start: tuple[str, ...]
    added: tuple[str, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        """All of it."""
        return self.start + self.added

    @property
    def window(self) -> tuple[str, ...]:
        """The latest symbols, as many as were picked: what the network sees."""
        return self.symbols[-len(self.start) :]


@dataclass(frozen=True)
class _View:
    """What the network computed on the window; measured while the turn is held."""

    iteration: int
    chances: NDArray[np.floating]
    gates: pd.DataFrame

    @property
    def is_finite(self) -> bool:
        """Whether the network still computes numbers."""
        return bool(np.isfinite(self.chances).all())


@st.fragment
def panel() -> None:
    """Draw the panel, for a task whose sequences can be continued."""
    session.refresh()
    run = session.current()
    task = run.trainer.task
    if not isinstance(task, NextSymbol):
        return
    st.subheader("Let the network continue", anchor=False)
    text = _text_so_far(run, _pick(task, run))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choice()
        # The place is known now, the buttons only once the network was asked.
        buttons = st.container(horizontal=True, width="content")
    view = _look(run, task, text)
    with buttons:
        _buttons(text, view)
    _show(task, text, view, run.trainer.config.cell)
    newer = "; pause to see the newest" if run.playing else ""
    st.caption(f"Measured with the weights of iteration {view.iteration:,}{newer}.")


def _pick(task: NextSymbol, run: Run) -> tuple[str, ...]:
    """Draw one choice for each symbol of the window; start with those of the probe."""
    shown = run.trainer.probe.input_labels
    of_probe = hash((task.output_labels, shown))
    with st.container(horizontal=True):
        return tuple(
            st.selectbox(
                f"Symbol {place + 1}",
                options=task.output_labels,
                index=task.output_labels.index(shown[place]),
                key=f"start:{place}:{of_probe}",
                persist_state="session",
                width=160,
            )
            for place in range(task.length)
        )


def _text_so_far(run: Run, start: tuple[str, ...]) -> _Text:
    """Return the text that is being continued; a new one after another start or in another run."""
    new = _Text(weakref.ref(run.trainer), start)
    text: _Text | None = session.value(session.CONTINUATION)
    if text is None or replace(text, added=()) != new:
        session.show(session.CONTINUATION, new)
        return new
    return text


def _choice() -> None:
    """Draw how the next symbol is chosen."""
    session.seed(session.CONTINUATION_CHOICE, _GREEDY)
    session.seed(session.CONTINUATION_TEMPERATURE, 1.0)
    session.seed(session.CONTINUATION_SEED, 0)
    st.segmented_control(
        "How it chooses",
        options=(_GREEDY, _SAMPLED),
        key=session.CONTINUATION_CHOICE,
        persist_state="session",
        required=True,
        help="Greedy: always the likeliest. Sampled: drawn, each as often as it is likely.",
    )
    greedy = _is_greedy()
    st.slider(
        "Temperature",
        min_value=0.1,
        max_value=2.0,
        step=0.1,
        key=session.CONTINUATION_TEMPERATURE,
        persist_state="session",
        disabled=greedy,
        width=220,
        help="Sampled only. Below 1 the likeliest come even more often, above 1 less often.",
    )
    st.number_input(
        "Seed",
        min_value=0,
        max_value=2**32 - 1,
        step=1,
        key=session.CONTINUATION_SEED,
        persist_state="session",
        disabled=greedy,
        width=140,
        help="Sampled only. From the same start, the same seed draws the same text again.",
    )


def _buttons(text: _Text, view: _View) -> None:
    st.button(
        "Next symbol",
        icon=":material/add:",
        key="next_symbol",
        on_click=_add,
        args=(text,),
        disabled=not view.is_finite,
    )
    st.button(
        "Start again",
        icon=":material/restart_alt:",
        key="start_again",
        on_click=_start_again,
        disabled=not text.added,
    )


def _add(shown: _Text) -> None:
    """Add a symbol to the text that was shown when the button was pressed.

    If the text is another one by now, the press was already obeyed: while training, the browser
    can send one press twice (see `transport`).
    """
    run, text = session.current(), session.value(session.CONTINUATION)
    task = run.trainer.task
    if text != shown or text.trainer() is not run.trainer or not isinstance(task, NextSymbol):
        return
    view = _look(run, task, text)
    if not view.is_finite:
        return
    if _is_greedy():
        place = likeliest(view.chances)
    else:
        place = draw(
            view.chances, uniform(session.value(session.CONTINUATION_SEED), len(text.added))
        )
    session.show(
        session.CONTINUATION, replace(text, added=(*text.added, task.output_labels[place]))
    )


def _start_again() -> None:
    session.show(session.CONTINUATION, replace(session.value(session.CONTINUATION), added=()))


def _is_greedy() -> bool:
    return bool(session.value(session.CONTINUATION_CHOICE) == _GREEDY)


def _look(run: Run, task: NextSymbol, text: _Text) -> _View:
    """Let the network read the window: what it expects next, and how its gates stand then."""
    x = task.encode(text.window)
    # The network records a loss too. Nobody knows the true next symbol here: any will do.
    y = np.zeros(x.shape[:2], dtype=np.int64)
    with GATE.turn(run), one_thread():
        iteration = run.trainer.iteration
        record = run.trainer.network.record(x, y)
    temperature = 1.0 if _is_greedy() else session.value(session.CONTINUATION_TEMPERATURE)
    chances = probabilities(record.outputs[-1, 0], temperature)
    return _View(iteration, chances, gate_activations(record.layers))


def _show(task: NextSymbol, text: _Text, view: _View, cell: str) -> None:
    # st.text shows it as it is: the symbols are what users typed.
    st.text(task.join(text.symbols))
    st.caption(f"Picked: {len(text.start)}. Added by the network: {len(text.added)}.")
    if not view.is_finite:
        st.warning(
            "What the network computes are no longer numbers: its training has diverged, and it "
            "can't say what comes next. Reset starts the run again.",
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
    """Say what the probabilities are those of."""
    if _is_greedy():
        return "the likeliest is taken"
    return f"drawn at temperature {session.value(session.CONTINUATION_TEMPERATURE):.1f}"


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


def _bar(label: str) -> object:
    """Return how a column of numbers 0..1 is drawn."""
    return st.column_config.ProgressColumn(label, min_value=0.0, max_value=1.0, format="percent")
