"""The state space on the page: what the canvas is sent, and what it tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import streamlit as st

from rnnviz.engine import spec_of
from rnnviz.figures.standalone import Heading
from rnnviz.figures.state_page import state_page
from rnnviz.figures.state_space import Delivery, StateSpace, pack
from rnnviz.ui.components.states import lacking, script, states, viewed_iteration, viewed_place
from rnnviz.ui.components.states import provide as provide_script
from rnnviz.ui.shell import session
from rnnviz.ui.shell.downloads import file_button
from rnnviz.visit import Visit
from rnnviz.visit.looking import is_place

#: Key of the canvas.
PICTURE = "state_space"
#: Key of the colouring by the states of the automaton.
_OF_MACHINE = "group"


@dataclass
class Looking:
    """What the page keeps of where a visitor looks in the state space; a part of a visit.

    Parameters
    ----------
    run
        `Visit.name` of what the rest belongs to.
    start
        Where the picture is asked to look, in its own words (`Start` in types.d.ts).
    told
        The iteration that the picture has told last.
    step
        The time step that it has told, or was asked for, last.
    delivery : Delivery
        What the browser has been sent.
    """

    run: str = ""
    start: dict[str, object] = field(default_factory=dict)
    told: int | None = None
    step: int | None = None
    delivery: Delivery = field(default_factory=Delivery)

    def open(self, visit: Visit) -> None:
        """Note that the page is drawn as a whole: the picture opens where the sweep was left."""
        if self.run != visit.name:
            self.told, self.start = None, {}
        self.run, self.step = visit.name, None

    def packed(
        self, visit: Visit, space: StateSpace, lacks: Collection[int], of_machine: bool
    ) -> bytes:
        """Return what the picture is sent now.

        Parameters
        ----------
        visit, space
        lacks
            Iterations that the browser says it lacks.
        of_machine
            Whether the automaton is what it is about: then the points have its colours.
        """
        if visit.swept is not None and visit.swept != self.step:
            self.step = visit.swept
            self.start = {**self.start, "time_step": visit.swept}
        shown = visit.looked_at.shown_iteration
        keys = [colouring.key for colouring in space.points.colourings]
        if not of_machine:
            self.start = {word: what for word, what in self.start.items() if word != "colouring"}
        elif _OF_MACHINE in keys:
            self.start = {**self.start, "colouring": _OF_MACHINE}
        if shown is not None and shown != self.told:
            self.start = {**self.start, "iteration": shown}
        due = self.delivery.due(space, lacks)
        return pack(space, send=due, viewed=shown, start=self.start)

    def take(self, visit: Visit, told: object) -> None:
        """Take the time step that the picture tells; of another run it is nothing."""
        if not isinstance(told, Mapping) or told.get("run") != visit.name:
            return
        step = told.get("time_step")
        if is_place(step, len(visit.trainer.probe.input_labels)):
            self.step = step
            visit.sweep_to(step)
            visit.look_at(time_step=step)

    def rewind(self, visit: Visit, iteration: int | None) -> None:
        """Take the iteration that the picture shows; None is the newest."""
        if iteration is None or is_place(iteration, visit.trainer.iteration + 1):
            self.told = iteration
            visit.rewind_to(iteration)


def provide(visit: Visit) -> None:
    """Send the script of the picture, which opens where the sweep was left: once for a page."""
    visit.part(Looking).open(visit)
    provide_script(PICTURE)


def lacks(visit: Visit) -> Collection[int]:
    """Return the iterations that the browser says it lacks of the picture sent last."""
    return lacking(PICTURE, *visit.part(Looking).delivery.of)


def draw(packed: bytes) -> None:
    """Draw the state space, or update it in place."""
    states(packed, key=PICTURE, on_iteration=_take_iteration, on_place=_take_place)


def offer(visit: Visit, space: StateSpace, waits: bool) -> None:
    """Offer the picture as a page of its own, with all iterations that are known by now.

    Parameters
    ----------
    waits
        Whether it can't be asked for now: see `file_button`.
    """
    task, cell = visit.trainer.task, visit.trainer.config.cell
    heading, dark = Heading(f"{task.title}, {spec_of(cell).label}"), st.context.theme.type == "dark"
    about = f"What the network remembers: {space.about}."
    file_button(
        "Save as a page that plays offline (HTML)",
        lambda: state_page(space, script(), heading, about=about, dark=dark).encode(),
        f"rnnviz-{task.key}-{cell}-states.html",
        "text/html",
        waits=waits,
    )


def _take_place() -> None:
    visit = session.current()
    visit.part(Looking).take(visit, viewed_place(PICTURE))


def _take_iteration() -> None:
    visit = session.current()
    visit.part(Looking).rewind(visit, viewed_iteration(PICTURE))
