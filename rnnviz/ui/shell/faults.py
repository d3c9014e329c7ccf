"""What a visitor sees of an exception that nobody expected: a sentence, and two ways out.

Streamlit asks a handler what to do with an exception that leaves a page, a fragment or the callback
of a widget. `rnnviz.ui.shell.session` names ours, wherever one of them asks for the visitor's run.
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
#: Two faults on one page have a button each.
_NUMBERS = count()


def tell(fault: Exception) -> bool:
    """Note in the server's log what repeats an exception, and show a sentence with two ways out.

    Returns
    -------
    bool
        True: Streamlit shows nothing of its own.
    """
    _LOG.error("A page failed: %s", what_repeats(fault, session.known_run()))
    with st.container(border=True):
        st.error(
            "Something went wrong here, and the mistake is not yours. The server has noted what "
            "is needed to repair it.",
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
            "Start afresh, with a new run and all settings as at the first visit",
            key=f"afresh:{number}",
            icon=":material/restart_alt:",
            on_click=session.clear,
        )
    return True


def leaves() -> bool:
    """Tell, once, whether the visitor asked for the way back to the Studio."""
    asked = bool(session.value(_LEAVES, False))
    session.show(_LEAVES, False)
    return asked


def _leave() -> None:
    session.show(_LEAVES, True)
    visit = session.known_run()
    if visit is not None:
        visit.stop()


def what_repeats(fault: Exception, visit: Visit | None) -> str:
    """Return what repeats an exception: run, task, page, iteration, and what was being done.

    Parameters
    ----------
    run
        Of the visitor, if there is one.
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
    # As Python would write it: what a visitor has typed can't begin a line of the log.
    return ", ".join(f"{name}={value!r}" for name, value in found.items())


def _action(fault: Exception) -> str:
    """Return the functions of ours that were at work, the outermost first."""
    ours = (
        f"{Path(frame.filename).stem}.{frame.name}:{frame.lineno}"
        for frame in traceback.extract_tb(fault.__traceback__)
        if Path(frame.filename).is_relative_to(_OURS) or Path(frame.filename).parent.name == "pages"
    )
    return " > ".join(ours)


session.on_fault = tell
