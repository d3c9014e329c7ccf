"""What a visitor sees after an unexpected exception: a sentence, and two ways to continue.

Streamlit asks a handler what to do with an exception that leaves a page, a fragment or the callback
of a widget. `rnnviz.ui.shell.session` sets our handler whenever one of them asks for the visitor's
run.
"""

from __future__ import annotations

import logging
import traceback
from itertools import count
from pathlib import Path
from typing import Any

import streamlit as st

from rnnviz.fields import shown
from rnnviz.ui.shell import session
from rnnviz.visit import Visit

_LOG = logging.getLogger("rnnviz")
_OURS = Path(__file__).parents[1]
_LEAVES = "leaves"
#: Two faults on one page have one button each.
_NUMBERS = count()


def tell(fault: Exception) -> bool:
    """Log how to reproduce an exception, and show a sentence with two ways to continue.

    Returns
    -------
    bool
        True: Streamlit shows nothing of its own.
    """
    _LOG.error("A page failed: %s", what_repeats(fault, session.known_run()))
    with st.container(border=True):
        st.error(
            "Something went wrong here. It was not your fault: the server has logged what is "
            "needed to fix it.",
            icon=":material/error:",
        )
        number = next(_NUMBERS)
        st.button(
            "Back to the Studio",
            key=f"leave:{number}",
            icon=":material/undo:",
            on_click=_leave,
        )
        st.button(
            "Start over with a new run and all settings as at the first visit",
            key=f"afresh:{number}",
            icon=":material/restart_alt:",
            on_click=session.clear,
        )
    return True


def leaves() -> bool:
    """Tell, once, whether the visitor asked to return to the Studio."""
    asked = bool(session.value(_LEAVES, False))
    session.show(_LEAVES, False)
    return asked


def _leave() -> None:
    session.show(_LEAVES, True)
    visit = session.known_run()
    if visit is not None:
        visit.stop()


def what_repeats(fault: Exception, visit: Visit | None) -> str:
    """Return what is needed to reproduce an exception: run, task, page, iteration, and action.

    Parameters
    ----------
    run
        The visitor's run, if there is one.
    """
    found: dict[str, Any] = {"fault": f"{type(fault).__name__}: {fault}", "action": _action(fault)}
    if visit is not None:
        trainer = visit.trainer
        settings = {field.name: getattr(trainer.task, field.name) for field in trainer.task.fields}
        found |= {
            "page": visit.looked_at.page,
            "config": trainer.config,
            "task": trainer.task.key,
            "task settings": {name: shown(value) for name, value in settings.items()},
            "iteration": trainer.iteration,
            "probe": trainer.probe.name,
            "marks": [f"{mark.iteration}: {mark.text}" for mark in trainer.marks[-5:]],
            "playing": visit.playing,
        }
    # In Python's notation, so that nothing a visitor typed can begin a line of the log.
    return ", ".join(f"{name}={value!r}" for name, value in found.items())


def _action(fault: Exception) -> str:
    """Return our own functions on the call stack, outermost first."""
    ours = (
        f"{Path(frame.filename).stem}.{frame.name}:{frame.lineno}"
        for frame in traceback.extract_tb(fault.__traceback__)
        if Path(frame.filename).is_relative_to(_OURS) or Path(frame.filename).parent.name == "pages"
    )
    return " > ".join(ours)


session.on_fault = tell
