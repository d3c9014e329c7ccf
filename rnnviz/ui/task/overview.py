"""View a task: its description, its symbols, sample sequences, and the probe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from rnnviz import figures
from rnnviz.analysis.predictions import days_of, forecast_sentence
from rnnviz.figures.chart import Chart
from rnnviz.figures.sample_chart import fit_a_phone, fit_one_line
from rnnviz.numbers import percent
from rnnviz.tasks import GymSchedule, NextSymbol, NextValue, examples
from rnnviz.tasks.examples import Example
from rnnviz.tasks.task import Batch, Task, has_targets
from rnnviz.ui.components.plot import plots
from rnnviz.ui.shell import session
from rnnviz.ui.shell.downloads import csv_button
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Key of the choice of the probe.
PROBE = "probe"
_EXAMPLES = 6
_FORECAST_VALUES = 150
#: Seconds between two updates of the predictions of a network that trains.
_FOLLOWS_S = 1.5


def overview(task: Task) -> None:
    """Show the task's description, its symbols with their integers, and sample sequences."""
    st.write(escaped(task.description))
    st.caption(escaped(" ".join(filter(None, (task.teaches, _hardness(task), _to_beat(task))))))
    for sentence in filter(None, (_split(task), _limits(task))):
        st.caption(sentence)
    symbols = task.symbols()
    if len(symbols):
        st.markdown(f"**Symbols** · {len(symbols)}, each with its integer")
        st.dataframe(symbols, hide_index=True, height=min(252, 35 * (len(symbols) + 1) + 2))
        csv_button("symbols", lambda: symbols)
    st.markdown("**Sample sequences** · what the network sees, and the targets")
    samples = task.examples(np.random.default_rng(0), _EXAMPLES)
    _picture(samples, task, symbols)
    table = examples.table(samples)
    st.dataframe(table, hide_index=True, column_config=_PINNED)
    csv_button("sample sequences", lambda: table)


#: Columns of the table of samples that stay in view while it is scrolled.
_PINNED: dict[str, Any] = {
    name: st.column_config.Column(pinned=True, width="small")
    for name in ("answer", "sequence", "row")
}


def _picture(samples: list[Example], task: Task, symbols: pd.DataFrame) -> None:
    # Outputs first, so that they have the same colours as in the calendar.
    names = (*task.output_labels, *symbols["symbol"]) if len(symbols) else ()
    coloured = [name for name in dict.fromkeys(names) if name not in task.signals]
    if not (len(symbols) or fit_one_line(samples)):
        st.caption("Not every step here is a single number, so no line is drawn: see the table.")
        return
    at_end = examples.only_at_the_end(samples)
    how = _how_drawn(at_end, bool(len(symbols)), has_targets(task))
    st.plotly_chart(
        figures.samples(samples, coloured, task.signals),
        key="wide_samples" if len(symbols) and not fit_a_phone(samples) else "samples",
        alt=(
            f"{len(samples)} sample sequences of {task.length} time steps. {how} "
            "The table below has the same."
        ),
        config={"displayModeBar": False},
    )
    st.caption(how)


def _how_drawn(at_end: bool, symbols: bool, targets: bool) -> str:
    """Say how to read the picture of the samples."""
    if not targets:
        return "Tiles: the inputs." if symbols else "Line: the inputs."
    seen = "Tiles: the inputs" if symbols else "Line: the inputs"
    if at_end:
        return f"{seen}; on the right: the answer that counts, after the last time step."
    where = "below each sequence" if symbols else "rings"
    return f"{seen}; {where}: the scored targets, each at its time step."


def _hardness(task: Task) -> str:
    label = next(field.label for field in task.fields if field.name == task.difficulty)
    place = " in the sidebar" if task.difficulty == "length" else ""
    return f"“{label}”{place} sets the difficulty."


def _split(task: Task) -> str:
    """Say how many windows are trained and held out; "" for tasks that generate without end."""
    windows = getattr(task, "windows", None)
    if windows is None:
        return ""
    held_out = task.held_out()
    trained = f"{windows:,} window{' is' if windows == 1 else 's are'} used for training"
    if held_out is None:
        return f"{trained}, and none is held out."
    # Of very many only some are scored: `held_out` returns a bounded batch.
    count = held_out.x.shape[1]
    ones = f"{count:,} window{' that is' if count == 1 else 's that are'}"
    return f"{trained}; the score on held-out data comes from {ones} never used for training."


def _limits(task: Task) -> str:
    """Say how much of a text can be predicted from the windows; "" for other tasks."""
    if not isinstance(task, NextSymbol):
        return ""
    return (
        f"{percent(task.ambiguous_share)} of the windows occur with different next symbols; at "
        f"best {percent(task.best_accuracy)} can be predicted correctly."
    )


def answers(visit: Visit, task: Task) -> None:
    """Show the trained network's predictions for this task, and follow its training."""
    follows = visit.training and task == visit.trainer.task
    with st.container(key="inspected"):
        st.fragment(_answers, run_every=_FOLLOWS_S if follows else None)(task)


def _answers(task: Task) -> None:
    session.refresh()
    visit = session.current()
    _calendar(visit, task)
    _forecast(visit, task)


def _calendar(visit: Visit, task: Task) -> None:
    """Show the next three weeks of a gym schedule, with the trained network's predictions."""
    if not isinstance(task, GymSchedule):
        return
    table, batch = task.weeks(np.random.default_rng(0))
    outputs, since = _ask(visit, task, batch)
    days = days_of(table, None if outputs is None else outputs[:, 0], task.output_labels)
    mistakes = sum(day.is_mistake for day in days)
    st.markdown("**The next three weeks** · what is due, what was done, what the network predicted")
    caption = since if outputs is None else f"{since}: {_mistakes(mistakes, len(days) - 1)}"
    chart = Chart(figures.calendar(days, task.output_labels), caption, "A calendar of three weeks.")
    plots([chart], key="calendar", revision=visit.name, live=False)


def _mistakes(count: int, days: int) -> str:
    if not count:
        return f"no mistake in the {days} days after the first."
    number, frames = ("1 mistake", "a frame") if count == 1 else (f"{count} mistakes", "frames")
    return f"{number} in the {days} days after the first, marked by {frames} in red."


def _forecast(visit: Visit, task: Task) -> None:
    """Show the end of the user's series, with what the trained network predicted for it."""
    if not isinstance(task, NextValue):
        return
    places, values, batch = task.latest(_FORECAST_VALUES)
    outputs, since = _ask(visit, task, batch)
    said = None if outputs is None else task.unscale(outputs[-1, :, 0])
    ahead = "1 row" if task.ahead == 1 else f"{task.ahead} rows"
    st.markdown(f"**Forecast** · each value, predicted {ahead} before it comes")
    caption = (
        since
        if said is None
        else f"{since}: {forecast_sentence(values, said, places > task.trained)}"
    )
    figure = figures.forecast(places, values, said, task.trained, task.chosen, task.dates(places))
    chart = Chart(figure, caption, "The end of the series, and what was predicted.")
    plots([chart], key="forecast", revision=visit.name, live=False)


def _ask(visit: Visit, task: Task, batch: Batch) -> tuple[NDArray[np.floating] | None, str]:
    """Return the predictions (T, B, K), None if the network has not learned this; and a text."""
    if task != visit.trainer.task:
        return (
            None,
            "The network learns another task: start a new run to see what it predicts here.",
        )
    with TURNS.turn(visit):
        iteration = visit.trainer.iteration
        if not iteration:
            return None, "Not trained yet. Train the network to see its predictions."
        outputs = visit.trainer.network.predict(batch.x, batch.answering)
    if not np.isfinite(outputs).all():
        return None, "The training has diverged: the network's predictions are no longer numbers."
    return outputs, f"Measured at iteration {iteration:,}"


#: What the error without memory is of, unless a task says otherwise.
_LINES = "straight lines over parts of the current value's range give"


def _to_beat(task: Task) -> str:
    """Say what a constant prediction and a model without memory would score."""
    if not has_targets(task):
        return ""
    baseline, memoryless = task.baseline(), task.memoryless
    if baseline.measure == "accuracy":
        return (
            f"Always guessing the most frequent answer, “{baseline.label}”, is right in "
            f"{percent(baseline.score)} of the steps that count in the accuracy; a model without "
            f"memory in {percent(memoryless)} at best."
        )
    return (
        f"Always predicting the mean, {baseline.label}, gives a squared error of "
        f"{baseline.error_in_words(baseline.score)}; without memory, "
        f"{getattr(task, 'without_memory', _LINES)} {baseline.error_in_words(memoryless)}."
    )


def probe_choice(visit: Visit) -> None:
    """Let the visitor choose the probe: the example sequence that all pages show."""
    names = visit.trainer.task.probe_names
    # Another key for another run: what a browser sends late of the old choice is then no choice.
    key = f"{PROBE}@{visit.pictures}"
    if not _is_probe(session.value(key), names):
        session.show(key, names.index(visit.trainer.probe.name))
    st.selectbox(
        "Probe: the example that all pages show",
        options=range(len(names)),
        format_func=lambda index: names[index],
        key=key,
        persist_state="session",
        help="The network stays the same. The recorded traces of the old probe are dropped.",
        on_change=_choose_probe,
        args=(key,),
    )


def _choose_probe(key: str) -> None:
    """Look into the chosen example; a choice among those of a task that has gone is none."""
    session.current().choose_probe(session.value(key))


def _is_probe(chosen: object, names: Sequence[str]) -> bool:
    return type(chosen) is int and 0 <= chosen < len(names)
