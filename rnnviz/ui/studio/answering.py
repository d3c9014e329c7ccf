"""Let the network answer a source that the visitor types, step by step with its own answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from rnnviz import figures
from rnnviz.analysis.predictions import best, likeliest
from rnnviz.engine import Network, answer_freely, softmax
from rnnviz.figures.chart import Chart
from rnnviz.numbers import percent
from rnnviz.tasks.answered import END, SIGN, Answered
from rnnviz.tasks.task import Batch
from rnnviz.tasks.vocabulary import SPACE
from rnnviz.training.threads import one_thread
from rnnviz.ui.components.plot import plots
from rnnviz.ui.shell import session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Keys of the controls begin with these.
SOURCE, SHOWN = "source:", "answers:"
#: Seconds between two answers of a network that trains.
_FOLLOWS_S = 1.5
MOST_TYPED = 200


@dataclass(frozen=True)
class _Answer:
    """What the network answered to a source.

    Parameters
    ----------
    iteration
        Whose weights answered.
    symbols : tuple of str
        One for each step, the one that ends the answer included.
    chances : array, (steps, K)
        The probability of each symbol at each step; NaN once training has diverged.
    looked_at : array, (steps, symbols), or None
        How much each step looked at each symbol of the source; None without attention.
    """

    iteration: int
    symbols: tuple[str, ...]
    chances: NDArray[np.floating]
    looked_at: NDArray[np.floating] | None


def panel() -> None:
    """Draw the panel, for a task whose sequences are read and then answered."""
    visit = session.current()
    if isinstance(visit.trainer.task, Answered):
        st.fragment(_panel, run_every=_FOLLOWS_S if visit.training else None)()


def _panel() -> None:
    session.refresh()
    visit = session.current()
    task = visit.trainer.task
    if not isinstance(task, Answered):
        return
    st.subheader("Let the network answer", anchor=False)
    source = _source(task, visit)
    if source is None:
        return
    answer = _ask(visit, task, source)
    if not np.isfinite(answer.chances).all():
        st.warning(
            "The network's outputs are no longer numbers: its training has diverged, so it has no "
            "answer. Reset starts the run again.",
            icon=":material/trending_up:",
        )
        return
    shown = _steps_shown(answer)
    said = [symbol for symbol in answer.symbols[:shown] if symbol != END]
    # st.text shows it as it is: the symbols are what users typed.
    st.text(f"{_text(source)} {SIGN} {_text(said)}")
    steps, chances = st.columns(2, gap="large")
    with steps:
        st.markdown("**Step by step** · each answer is the next input")
        st.dataframe(_table(answer, shown), hide_index=True, column_config=_COLUMNS)
    with chances:
        st.markdown("**Probability of the last answer shown** · the likeliest is taken")
        st.dataframe(
            best(answer.chances[shown - 1], task.output_labels),
            hide_index=True,
            column_config={"symbol": "Symbol", "probability": _COLUMNS["probability"]},
        )
    if answer.looked_at is not None:
        _map(task, source, answer, shown, visit.name)
    st.caption(f"Measured with the weights of iteration {answer.iteration:,}.")


def _source(task: Answered, visit: Visit) -> tuple[str, ...] | None:
    """Ask for a source, initially the probe's; None if it is refused, with a reason."""
    first = task.answering.first
    read = [label for label in visit.trainer.probe.input_labels[:first] if label]
    key = f"{SOURCE}{hash((task.source_symbols, tuple(read)))}"
    session.seed(key, _text(read))
    if not isinstance(session.value(key), str):  # whatever the browser has sent
        session.show(key, _text(read))
    typed = st.text_input(
        "Source",
        key=key,
        persist_state="session",
        max_chars=MOST_TYPED,
        help="What the network reads before the sign. It was trained on sources like those in the "
        "list of examples; others it may get wrong.",
    )
    try:
        return task.read(typed)
    except ValueError as refused:
        st.error(f"{escaped(str(refused))}.", icon=":material/block:")
        return None


def _ask(visit: Visit, task: Answered, source: Sequence[str]) -> _Answer:
    """Let the network read the source and answer it."""
    batch = task.source(source)
    with TURNS.turn(visit), one_thread():
        network, iteration = visit.trainer.network, visit.trainer.iteration
        outputs = answer_freely(network, batch.x, task.answering, task.fed_back)
        looked_at = _looked_at(network, task, batch, outputs)
    classes = [likeliest(row) for row in outputs[:, 0]]
    symbols = tuple(task.output_labels[number] for number in classes)
    if END in symbols:
        symbols = symbols[: symbols.index(END) + 1]
    count = len(symbols)
    if looked_at is not None:
        looked_at = looked_at[:count]
    return _Answer(iteration, symbols, softmax(outputs[:, 0])[:count], looked_at)


def _looked_at(
    network: Network, task: Answered, batch: Batch, outputs: NDArray[np.floating]
) -> NDArray[np.floating] | None:
    """Return attention of the answering part over the part that was read; in a turn."""
    if not network.architecture.attends:
        return None
    x, first = batch.x.copy(), task.answering.first
    x[first + 1 :] = task.fed_back[outputs.argmax(axis=2)[:-1]]
    record = network.record(x, batch.y, batch.mask, answering=task.answering)
    assert record.attention is not None
    return record.attention.weights[first:, :first, 0]


def _steps_shown(answer: _Answer) -> int:
    """Let the visitor step through the answer, whole at first."""
    count = len(answer.symbols)
    if count == 1:
        return 1
    key = f"{SHOWN}{count}"
    session.seed(key, count)
    shown = session.value(key)
    if type(shown) is not int or not 1 <= shown <= count:  # whatever the browser has sent
        session.show(key, count)
    return int(
        st.slider(
            "Answers shown",
            width=420,
            min_value=1,
            max_value=count,
            key=key,
            persist_state="session",
            help="Step through the answer: the network gives one symbol at a time.",
        )
    )


def _map(task: Answered, source: Sequence[str], answer: _Answer, shown: int, name: str) -> None:
    """Draw what each answer looked at; steps before a short source are blank."""
    assert answer.looked_at is not None
    read = [""] * (task.answering.first - len(source)) + list(source)
    last = answer.looked_at[shown - 1]
    most = int(last.argmax())
    caption = (
        f"The last answer shown looks most at step {most}"
        f"{f' ({read[most]})' if read[most] else ', before the source'}, with "
        f"{percent(last[most])} of its attention."
    )
    figure = figures.answer_map_spec(answer.looked_at[:shown], read, answer.symbols[:shown])
    chart = Chart(figure, caption, "A map of the answers against the symbols that were read.")
    st.markdown("**What each answer looks at** · attention over the part that was read")
    plots([chart], key="answer_map", revision=name, live=False)


def _table(answer: _Answer, shown: int) -> pd.DataFrame:
    """Return a row for each step shown: what the network read, and what it answered."""
    symbols = answer.symbols[:shown]
    return pd.DataFrame(
        {
            "read": (SIGN, *symbols[:-1]),
            "answered": symbols,
            "probability": answer.chances[:shown].max(axis=1),
        }
    )


_COLUMNS = {
    "read": st.column_config.TextColumn("It reads"),
    "answered": st.column_config.TextColumn("It answers"),
    "probability": st.column_config.ProgressColumn(
        "Probability", min_value=0.0, max_value=1.0, format="percent"
    ),
}


def _text(symbols: Sequence[str]) -> str:
    """Return symbols as running text."""
    return "".join(symbols).replace(SPACE, " ")
