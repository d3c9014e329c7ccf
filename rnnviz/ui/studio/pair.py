"""A second network beside the first in the Studio: the choice of what it is, and its display."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz import figures
from rnnviz.analysis import pair as words
from rnnviz.analysis.history import score_text
from rnnviz.figures.beside import Beside, iterations_in, pack_two
from rnnviz.figures.chart import Chart
from rnnviz.figures.pair_charts import gradient_of_both_spec, together
from rnnviz.figures.picture import pack
from rnnviz.numbers import number
from rnnviz.recording import Trace
from rnnviz.tasks import make_task
from rnnviz.tasks.task import Baseline, Task
from rnnviz.training import RunConfig, Score, Trainer
from rnnviz.training.config import CHOICE_LABELS
from rnnviz.training.pair import WITHOUT_ATTENTION, Pair, can_stand_beside, usual_companion
from rnnviz.ui.shell import session
from rnnviz.visit import Visit

#: Key of the control.
BESIDE = "beside"

#: A task on which the two differ visibly: what comes early decides the answer at the end, and in an
#: untrained plain RNN less than 1 % of the gradient arrives there. Measured on seeds 0 to 4 and
#: 1401 to 1412: the LSTM is above 99 % after 250 iterations on all, the RNN between 22 and 91 %.
TELLING = RunConfig(task="order", cell="lstm", clip_norm=1.0)
TELLING_LENGTH = 40
_TELLING_LABEL = f"Where it matters: Temporal order, {TELLING_LENGTH} steps"
_TELLING_HELP = (
    "Starts a new run, an LSTM with an RNN beside it. Two symbols, one early and one half-way, "
    "decide the answer at the end. Undo brings back your present run."
)

_NONE = "none"
_LABELS = {**CHOICE_LABELS, WITHOUT_ATTENTION: "without attention"}
_HELP = (
    "A second network with another cell, or without the attention of the first: same task, seed, "
    "batches and settings, and, once it has caught up, the same iteration. Sweep, pause and rewind "
    "move both, on the same scales. Key f shows both in the whole window."
)


def choice(place: DeltaGenerator) -> None:
    """Draw the choice of the second network."""
    with place:
        _choice()


@st.fragment
def _choice() -> None:
    session.refresh()
    visit = session.current()
    shown = visit.beside or _NONE
    if session.value(BESIDE) != shown:
        session.show(BESIDE, shown)
    with st.container(
        horizontal=True, vertical_alignment="center", width="content", key="beside_row"
    ):
        st.markdown("Beside it", width="content", help=_HELP)
        st.selectbox(
            "Beside it",
            [_NONE, *can_stand_beside(visit.trainer.config)],
            key=BESIDE,
            format_func=lambda beside: _LABELS.get(beside, beside),
            label_visibility="collapsed",
            on_change=_choose,
            width=110 if visit.trainer.config.attention == "none" else 165,
        )
        if visit.beside is not None:
            with st.container(key="two_networks", width="content"):
                st.button(
                    _TELLING_LABEL,
                    icon=":material/trending_down:",
                    key="telling",
                    on_click=_begin_telling,
                    disabled=_is_telling(visit),
                    help=_TELLING_HELP,
                )


def _choose() -> None:
    session.current().put_beside(session.value(BESIDE))


def _begin_telling() -> None:
    visit = session.current()
    if visit.begin(TELLING, _telling_task(), "new run: where the gradient must reach far"):
        visit.put_beside(usual_companion(TELLING.cell))


def _is_telling(visit: Visit) -> bool:
    trainer = visit.trainer
    return trainer.task == _telling_task() and trainer.config.cell == TELLING.cell


def _telling_task() -> Task:
    return replace(make_task(TELLING.task), length=TELLING_LENGTH)  # type: ignore[type-var]


def picture(visit: Visit, pair: Pair, viewed: int | None, start: Mapping[str, object]) -> bytes:
    """Pack both networks for the moving picture; the run's turn must be held.

    Both packets hold the same iterations, so that both can be rewound together; where to look is
    said to the first, and the other follows.
    """
    trainers = (pair.first, pair.second)
    common = set(pair.common_iterations())
    if visit.busy:
        common &= {viewed}
    # The larger network first: what of it is left out, to keep its budget, the other leaves out.
    order = sorted((0, 1), key=lambda place: -trainers[place].trace().nbytes)
    packets: dict[int, bytes] = {}
    held: dict[int, tuple[int, ...]] = {}
    for place in order:
        packets[place] = _pack(
            trainers[place],
            common,
            viewed,
            visit.name,
            (visit.selected, start) if place == 0 else (None, {}),
        )
        held[place] = iterations_in(packets[place])
        common &= set(held[place])
    sentences = (words.sentence, lambda trace, _: words.second_sentence(pair, trace))
    return pack_two(
        *(
            Beside(pair.names[place], packets[place], _sentences(trainers[place], held[place], say))
            for place, say in enumerate(sentences)
        )
    )


def _pack(
    trainer: Trainer,
    wanted: set[int],
    viewed: int | None,
    name: str,
    asked: tuple[tuple[int, int] | None, Mapping[str, object]],
) -> bytes:
    newest = trainer.trace()
    kept = (trace for trace in trainer.recording.traces if trace.iteration in wanted)
    traces = [*(trace for trace in kept if trace.iteration != newest.iteration), newest]
    is_there = any(trace.iteration == viewed for trace in traces)
    selected, start = asked
    exact = viewed if is_there else None
    return pack(traces, exact=exact, run=name, selected=selected, start=start)


def _sentences(
    trainer: Trainer, iterations: tuple[int, ...], say: Callable[[Trace, Trainer], str]
) -> dict[int, str]:
    """Make a sentence for each iteration."""
    newest = trainer.trace()
    return {
        iteration: say(
            newest if iteration == newest.iteration else trainer.recording.at(iteration), trainer
        )
        for iteration in iterations
    }


def charts(pair: Pair, height: int) -> Iterator[Chart]:
    """Make the charts of both: loss, accuracy where there is one, and the gradient."""
    trainers, names = (pair.first, pair.second), pair.names
    traces = [trainer.trace() for trainer in trainers]
    histories = [trainer.history for trainer in trainers]
    baseline, marks = pair.first.task.baseline(), pair.first.marks
    classes = len(traces[0].output_labels) or None
    scores = _each(names, [trainer.score() for trainer in trainers], baseline)
    losses = [
        figures.loss_spec(
            history.column("iteration"),
            history.column("loss"),
            classes,
            height=height,
            marks=marks,
        )
        for history in histories
    ]
    last = [history.column("loss")[-1:] for history in histories]
    listed = ", ".join(
        f"{name} {number(loss[0])}" for name, loss in zip(names, last, strict=True) if loss.size
    )
    yield Chart(
        together(losses, names),
        (f"Loss of the last batch: {listed}. " if listed else "") + ("" if classes else scores),
    )
    if classes is not None:
        accuracies = [
            figures.accuracy_spec(
                history.column("iteration"),
                history.column("accuracy"),
                baseline.accuracy,
                height=height,
                marks=marks,
            )
            for history in histories
        ]
        yield Chart(together(accuracies, names), scores)
    yield Chart(
        gradient_of_both_spec(traces, names, height=height), words.states_sentence(traces, names)
    )


def _each(names: Sequence[str], scores: Sequence[Score], baseline: Baseline) -> str:
    """Say the scores of both on the same sequences."""
    what = "Accuracy" if baseline.measure == "accuracy" else "Squared error"

    def listed(values: Sequence[float]) -> str:
        both = zip(names, values, strict=True)
        return ", ".join(f"{name} {score_text(value, baseline.measure)}" for name, value in both)

    said = f"{what} on the same sequences: {listed([score.value for score in scores])}."
    free = [score.free for score in scores if score.free is not None]
    if not free:
        return said
    return (
        f"{said} This is with their own last answers as input; whole answers right: "
        f"{listed([each.whole for each in free])}. With the true answers as input, as in training: "
        f"{listed([each.forced for each in free])}."
    )
