"""The controls of the Memory page."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from rnnviz.ui.shell import inspection
from rnnviz.ui.shell.address import Choice, Told
from rnnviz.views.memory import LETTER, STEP, VIEWS, Letter, View, letters_of
from rnnviz.visit import Visit

#: Keys of the controls.
MEMORY_VIEW = "memory_view"
MEMORY_OF = "memory_of"

_STATES: dict[Letter, str] = {"h": "hidden state", "c": "cell state"}


@dataclass(frozen=True)
class MemoryChoices:
    """What was chosen in the controls of the page.

    Parameters
    ----------
    view
        Title of the view.
    layer
        From the input up.
    letter
        Hidden state `h` or cell state `c`.
    step
        Time step; None where the view has none.
    iteration
        Iteration of the run; None is the newest.
    """

    view: str
    layer: int
    letter: Letter = "h"
    step: int | None = None
    iteration: int | None = None

    @property
    def shown(self) -> View:
        """The view."""
        return VIEWS[self.view]


def told() -> tuple[Told, ...]:
    """Return the choices that a link tells, besides view, layer, time step and iteration."""
    return (Choice("of", MEMORY_OF, lambda visit: letters_of(visit.trainer.config.cell)),)


def ask(visit: Visit, stops: inspection.Stops) -> MemoryChoices:
    """Draw the controls, and return what was chosen."""
    trainer, titles = visit.trainer, list(VIEWS)
    inspection.take_over(visit, MEMORY_VIEW)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = inspection.choose_one(
            "View", titles, MEMORY_VIEW, titles[0], label_visibility="collapsed"
        )
        layer = inspection.choose_layer(trainer.network.architecture)
    view = VIEWS[title]
    # The time step is asked for in the time of the layer that is shown.
    visit.look_at(name=title, layer=layer)
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        letter = _letter(trainer.config.cell) if LETTER in view.asks else "h"
        step = inspection.choose_step(visit) if STEP in view.asks else None
        inspection.rewind(visit, stops)
    visit.look_at(time_step=step)
    return MemoryChoices(title, layer, letter, step, visit.looked_at.shown_iteration)


def _letter(cell: str) -> Letter:
    letters = letters_of(cell)
    if len(letters) < 2:
        return "h"
    return inspection.choose_one("State", letters, MEMORY_OF, "h", format_func=_STATES.__getitem__)
