"""Make the network the visitor's run: to look into it, or to train it on with a task that fits."""

from __future__ import annotations

import streamlit as st

from rnnviz.tasks import OwnSequences, Task
from rnnviz.ui.network.desk import Desk, File
from rnnviz.ui.shell import session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.weights import Model, WeightsError
from rnnviz.weights.fitting import fitting

#: Keys of what was pressed. It is done once the page knows what was typed just before.
_PRESSED, _TRAIN = "network:pressed", "network:train"
_LEFT_FOR = "your network"


def look_button(visit: Visit, model: Model | None, task: OwnSequences | None) -> None:
    """Draw the button that makes the network the run, and opens the Studio."""
    pressed = bool(session.value(_PRESSED, False))
    session.show(_PRESSED, False)
    if pressed and model is not None and task is not None and _begin(visit, model, task):
        st.switch_page("pages/studio.py")
    st.button(
        "Look into it",
        key="network_look",
        type="primary",
        icon=":material/search:",
        disabled=model is None or task is None,
        help="Makes it your run: all pages then show it. Undo brings your present run back.",
        on_click=session.show,
        args=(_PRESSED, True),
    )
    refused = visit.part(Desk).refused
    if pressed and refused is not None:
        sentence = escaped(str(refused).rstrip("."))
        st.error(f"{sentence}. Your run is as it was.", icon=":material/block:")
        visit.part(Desk).refused = None


def _begin(visit: Visit, model: Model, task: Task) -> bool:
    """Begin a run from the weights of the file; a refusal leaves the present one as it is."""
    desk = visit.part(Desk)
    desk.refused = None
    try:
        config = model.config(task)
    except WeightsError as refused:
        desk.refused = refused
        return False
    if visit.begin(config, task, _LEFT_FOR, weights=model.parameters):
        return True
    desk.refused = ValueError(visit.problem)
    visit.forget_problem()
    return False


def train_on(visit: Visit, file: File, model: Model) -> None:
    """List the tasks that fit the sizes of the network, each with a button, and all others."""
    if not model.output_size:
        st.write(
            "It has no readout, so there is nothing to compare with a target: it can be looked "
            "into, but not trained. Choose a readout above if the file has one."
        )
        return
    fits, misfits = fitting(model.input_size, model.embedding_size, model.output_size)
    _train_pressed(visit, file, model)
    st.caption(
        "With targets, Train goes on with your own sequences. Or choose a task that has the sizes "
        "of this network; each begins from the weights of the file."
    )
    if not fits:
        st.write("No task of the library has the sizes of this network.")
    for place, fit in enumerate(fits):
        changed = f" ({fit.changed})" if fit.changed else ""
        st.button(
            f"{fit.task.title}{changed}",
            key=f"network_train:{place}",
            icon=":material/model_training:",
            help="A new run with this task that begins from the weights of the file.",
            on_click=session.show,
            args=(_TRAIN, (file.number, place)),
        )
    with st.expander(f"{len(misfits)} tasks that do not fit, and why"):
        for misfit in misfits:
            st.write(f"**{misfit.title}**: {misfit.why}.")
        st.caption(
            "The sizes are those of each task as it usually is. “Next symbol” and “Own labels” "
            "have the symbols of your data: choose such data on the page Task."
        )


def _train_pressed(visit: Visit, file: File, model: Model) -> None:
    """Begin the run whose button was pressed; a late press, for another file, does nothing."""
    pressed = session.value(_TRAIN)
    session.show(_TRAIN, None)
    fits, _ = fitting(model.input_size, model.embedding_size, model.output_size)
    if not isinstance(pressed, tuple) or pressed[0] != file.number or pressed[1] >= len(fits):
        return
    if _begin(visit, model, fits[pressed[1]].task):
        st.switch_page("pages/studio.py")
    desk = visit.part(Desk)
    sentence = escaped(str(desk.refused).rstrip("."))
    st.error(f"{sentence}. Your run is as it was.", icon=":material/block:")
    desk.refused = None
