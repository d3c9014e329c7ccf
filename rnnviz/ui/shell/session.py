"""Streamlit's session state of one visitor: their visit, and the values of their controls.

No other file reads or writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rnnviz.tasks.task import Task
from rnnviz.training import FIELDS, LIVE_KNOBS, RunConfig, Trainer
from rnnviz.ui.shell import absence
from rnnviz.visit import Visit

_VISIT = "visit"

#: Tells of an exception, and whether nothing else needs to; `faults.py` puts itself here.
on_fault: Callable[[Exception], bool] | None = None

#: Settings of a run that have a control in the sidebar; the task has a page of its own.
CONTROLLED = tuple(field.name for field in FIELDS if field.name != "task")


def start(page: str = "") -> Visit:
    """Return the visit; called when a whole page of this name starts."""
    visit = current()
    visit.open_page(page)
    for name in CONTROLLED:
        seed(setting_key(visit, name), getattr(visit.trainer.config, name))
    seed(length_key(visit), visit.trainer.task.length)
    return visit


def current() -> Visit:
    """Return the visit; make it from the defaults at the first call.

    If it has been freed it is made again, and the page must be drawn again.
    """
    _watch_for_faults()
    visit: Visit | None = st.session_state.get(_VISIT)
    if visit is None or visit.is_forgotten:
        visit = st.session_state[_VISIT] = Visit(Trainer(RunConfig()))
        visit.outdate_page()
    absence.here(visit)
    if visit.controls_are_old:
        _show_the_run(visit)
    return visit


def _watch_for_faults() -> None:
    """Pass exceptions that end this run of the script to `on_fault`."""
    context = get_script_run_ctx()
    if context is not None:
        context.on_script_error = on_fault


def clear() -> None:
    """Forget everything about this visitor."""
    st.session_state.clear()


def outdate_page() -> None:
    """Note that the whole page must be drawn again; called by callbacks in fragments."""
    current().outdate_page()


def refresh() -> None:
    """Draw the whole page again if a callback asked for it; every fragment starts with this.

    (A callback may call st.rerun itself, but that request is lost when a tick is waiting.)
    """
    if current().page_is_old:
        st.rerun()


def setting_key(visit: Visit, name: str) -> str:
    """Return the key of the control of a setting of the run.

    It changes whenever the run is replaced: what a late browser sends about the old controls then
    does not change the new ones.
    """
    return f"setting:{name}@{visit.controls}"


def length_key(visit: Visit) -> str:
    """Return the key of the control of a task's sequence length; each task has its own range."""
    return f"length:{visit.trainer.task.key}@{visit.controls}"


def seed(key: str, first: Any) -> None:
    """Give a control its first value, unless it has one."""
    st.session_state.setdefault(key, first)


def show(key: str, now: Any) -> None:
    """Make a control show a value, before it is drawn."""
    st.session_state[key] = now


def known_run() -> Visit | None:
    """Return the visit without making one; None if there is none."""
    visit: Visit | None = st.session_state.get(_VISIT)
    return None if visit is None or visit.is_forgotten else visit


def value(key: str, default: Any = None) -> Any:
    """Return the value of a control, or the default if it has none."""
    return st.session_state.get(key, default)


def live_knobs() -> dict[str, Any]:
    """Return the live knobs, as the controls show them."""
    visit = current()
    config = visit.trainer.config
    # A control that is being recreated has no value yet.
    return {name: value(setting_key(visit, name), getattr(config, name)) for name in LIVE_KNOBS}


def shows_the_run(visit: Visit) -> bool:
    """Tell whether the controls show the settings of the run."""
    trainer = visit.trainer
    return value(length_key(visit)) == trainer.task.length and all(
        value(setting_key(visit, name)) == getattr(trainer.config, name) for name in CONTROLLED
    )


def restart(task: Task | None = None, **settings: Any) -> bool:
    """Start a new run with the settings that the controls show.

    Parameters
    ----------
    task
        Task of the new run; None is the present task with the sequence length that is shown.
    settings
        Values that replace those of the controls, by name.

    Returns
    -------
    bool
        False where it was refused: the run goes on as it was, and `Visit.problem` says why.
    """
    visit = current()
    shown = {name: st.session_state[setting_key(visit, name)] for name in CONTROLLED}
    return visit.restart(shown | settings, task, st.session_state[length_key(visit)])


def _show_the_run(visit: Visit) -> None:
    """Recreate the controls of the settings, unless they already show those of the run."""
    if shows_the_run(visit):
        visit.keep_controls()
        return
    for name in CONTROLLED:
        st.session_state.pop(setting_key(visit, name), None)
    visit.renew_controls()
    for name in CONTROLLED:
        show(setting_key(visit, name), getattr(visit.trainer.config, name))
    show(length_key(visit), visit.trainer.task.length)
