"""The controls of the Memory page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

import streamlit as st

from rnnviz.tasks import NextSymbol
from rnnviz.tasks.symbols import MOST_TYPED
from rnnviz.ui.shell import inspection, session
from rnnviz.ui.shell.address import Choice, Told
from rnnviz.ui.shell.markup import escaped
from rnnviz.views.memory import (
    HELD,
    LETTER,
    MACHINE,
    STEP,
    STRETCH,
    UNIT,
    VIEWS,
    Letter,
    View,
    letters_of,
)
from rnnviz.views.memory.resting import NOTHING_HELD, offered
from rnnviz.visit import Visit
from rnnviz.visit.looking import is_place

#: Keys of the controls.
MEMORY_VIEW = "memory_view"
MEMORY_OF = "memory_of"
MEMORY_STRETCH = "memory_stretch"
MEMORY_UNITS = "memory_units"
MEMORY_TEXT = "memory_text"
MEMORY_HELD = "memory_held"
MEMORY_MACHINE = "memory_machine"

_STATES: dict[Letter, str] = {"h": "hidden state", "c": "cell state"}
#: The choice of no fixed points, in the list.
_OFF = -2
#: Most units that are searched for together, unless it is all of them.
_MOST_UNITS = 8

Whole = tuple[int, ...]
_Middle = Literal["center", "bottom"]


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
        Time step; None where the view has no control of it.
    held
        Number of the input that is held while fixed points are searched for; None does not search.
    machine
        Whether an automaton is read.
    stretch
        First and last time step that are searched for; None where the view has none.
    units
        Those whose values are searched for; empty is all of them.
    text
        Typed by the visitor, to be searched instead of the task's sequences; empty is none.
    iteration
        Iteration of the run; None is the newest.
    """

    view: str
    layer: int
    letter: Letter = "h"
    step: int | None = None
    held: int | None = None
    machine: bool = False
    stretch: tuple[int, int] | None = None
    units: Whole = ()
    text: str = ""
    iteration: int | None = None

    @property
    def shown(self) -> View:
        """The view."""
        return VIEWS[self.view]


def stretch_of(visit: Visit, numbers: object) -> Whole:
    """Return the first and the last step of a stretch; empty if there is no such stretch."""
    below = len(visit.trainer.probe.input_labels)
    if not isinstance(numbers, list | tuple) or len(numbers) != 2:
        return ()
    there = all(is_place(number, below) for number in numbers)
    return tuple(sorted(numbers)) if there else ()


def units_of(visit: Visit, numbers: object) -> Whole:
    """Return those of some numbers that are units of the run, as many as can be searched for."""
    below = visit.trainer.network.hidden_size
    if not isinstance(numbers, list | tuple):
        return ()
    there = {number for number in numbers if is_place(number, below)}
    return tuple(sorted(there)[:_MOST_UNITS])


@dataclass(frozen=True)
class _Numbers:
    """Whole numbers that are chosen, in a link; `fitting` returns what the run has of them."""

    word: str
    name: str
    fitting: Callable[[Visit, object], Whole]

    def write(self, visit: Visit) -> str:
        return "-".join(map(str, self.fitting(visit, session.value(self.name))))

    def read(self, text: str, visit: Visit) -> None:
        parts = text[:100].split("-")
        numbers = [int(part) for part in parts if part.isdecimal() and len(part) < 5]
        session.show(self.name, self.fitting(visit, numbers))


@dataclass(frozen=True)
class _Held:
    """The input that is held, in a link: `none`, or the number of a symbol."""

    word: str = "held"

    def write(self, visit: Visit) -> str:
        held = held_of(visit)
        return "" if held is None else {NOTHING_HELD: "none"}.get(held, str(held))

    def read(self, text: str, visit: Visit) -> None:  # noqa: ARG002
        held = NOTHING_HELD if text == "none" else None
        if text.isdecimal() and len(text) < 5:
            held = int(text)
        session.show(MEMORY_HELD, held)


@dataclass(frozen=True)
class _Machine:
    """Whether an automaton is read, in a link."""

    word: str = "machine"

    def write(self, visit: Visit) -> str:  # noqa: ARG002
        return "yes" if session.value(MEMORY_MACHINE) is True else ""

    def read(self, text: str, visit: Visit) -> None:  # noqa: ARG002
        session.show(MEMORY_MACHINE, text == "yes")


def held_of(visit: Visit) -> int | None:
    """Return the input that is held, as far as the task has it."""
    held = inspection.fitting(session.value(MEMORY_HELD), offered(visit.trainer.task), None)
    return None if held is None else int(held)


def told() -> tuple[Told, ...]:
    """Return the choices that a link tells, besides view, layer, time step and iteration."""
    return (
        Choice("of", MEMORY_OF, lambda visit: letters_of(visit.trainer.config.cell)),
        _Held(),
        _Machine(),
        _Numbers("steps", MEMORY_STRETCH, stretch_of),
        _Numbers("units", MEMORY_UNITS, units_of),
    )


def ask(visit: Visit, stops: inspection.Stops) -> MemoryChoices:
    """Draw the controls, and return what was chosen."""
    trainer, titles = visit.trainer, list(VIEWS)
    just_opened = not visit.looked_at.name
    asked = inspection.take_over(visit, MEMORY_VIEW)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.header("Memory", anchor=False, width="content")
        title = inspection.choose_one(
            "View", titles, MEMORY_VIEW, titles[0], label_visibility="collapsed"
        )
        layer = inspection.choose_layer(trainer.network.architecture)
    view = VIEWS[title]
    # The time steps are asked for in the time of the layer that is shown.
    visit.look_at(name=title, layer=layer)
    said = visit.looked_at.time_step
    if asked and said is not None:
        visit.sweep_to(said if view.in_space else _in_own_time(visit, said))
    if just_opened and not asked and visit.swept is not None:
        session.show(inspection.TIME_STEP, _in_own_time(visit, visit.swept))
    stretch: tuple[int, int] | None = None
    units: Whole = ()
    text = ""
    # The state space has both clocks itself, so its choices need no labels above them.
    key, middle = ("in_space", "center") if view.in_space else ("choices", "bottom")
    with st.container(horizontal=True, key=key, vertical_alignment=cast("_Middle", middle)):
        letter = _letter(trainer.config.cell) if LETTER in view.asks else "h"
        step = _step(visit) if STEP in view.asks else None
        held = _held(visit) if HELD in view.asks else None
        reads = view.of_machine or (MACHINE in view.asks and _machine())
        if UNIT in view.asks:
            inspection.choose_unit(visit, layer)
        if STRETCH in view.asks:
            stretch, units, text = _stretch(visit), _units(visit), _text(visit)
        if not view.in_space:
            inspection.rewind(visit, stops)
    visit.look_at(time_step=visit.swept if view.in_space else step)
    at = visit.looked_at.shown_iteration
    return MemoryChoices(title, layer, letter, step, held, reads, stretch, units, text, at)


def _letter(cell: str) -> Letter:
    letters = letters_of(cell)
    if len(letters) < 2:
        return "h"
    return inspection.choose_one(
        "State",
        letters,
        MEMORY_OF,
        "h",
        format_func=_STATES.__getitem__,
        label_visibility="collapsed",
    )


def _held(visit: Visit) -> int | None:
    """Draw the choice of the input with which the network is to rest."""
    # A list has no option None: it would be one in which nothing is chosen.
    inputs = {_OFF: "fixed points: off"}
    for held, name in offered(visit.trainer.task).items():
        inputs[held] = f"fixed points: {name[:30]}"
    shown, numbers = held_of(visit), list(inputs)
    session.show(MEMORY_HELD, shown)
    key = inspection.control(MEMORY_HELD, _OFF if shown is None else shown)
    st.selectbox(
        "Fixed points",
        numbers,
        index=numbers.index(_OFF if shown is None else shown),
        format_func=inputs.__getitem__,
        key=key,
        on_change=_take_held,
        args=(key,),
        label_visibility="collapsed",
        width=230,
    )
    return shown


def _take_held(key: str) -> None:
    if inspection.is_current(MEMORY_HELD, key):
        chosen = session.value(key)
        session.show(MEMORY_HELD, None if chosen == _OFF else chosen)


def _machine() -> bool:
    """Draw the choice whether an automaton is read and drawn beside the state space."""
    shown = session.value(MEMORY_MACHINE) is True
    session.show(MEMORY_MACHINE, shown)
    key = inspection.control(MEMORY_MACHINE, shown)
    st.toggle(
        "Automaton",
        value=shown,
        key=key,
        on_change=inspection.take,
        args=(MEMORY_MACHINE, key),
        help="Reads the smallest machine that answers as the network does from its states, and "
        "draws it beside them. The view “Automaton” tells more of it.",
    )
    return shown


def _step(visit: Visit) -> int:
    """Draw the choice of a time step, which the sweep of the Studio shares."""
    step = inspection.choose_step(visit)
    if step != len(visit.trainer.probe.input_labels) - 1 or visit.swept is not None:
        visit.sweep_to(_in_own_time(visit, step))
    return step


def _in_own_time(visit: Visit, step: int) -> int:
    """Return a time step of the probe as the layer counts it, or the other way round."""
    return len(visit.trainer.probe.input_labels) - 1 - step if _is_backward(visit) else step


def _is_backward(visit: Visit) -> bool:
    layer = visit.looked_at.layer
    return layer is not None and visit.trainer.network.architecture.reads_backward(layer)


def _stretch(visit: Visit) -> tuple[int, int]:
    """Draw the choice of the stretch of time steps that is searched for."""
    labels = _labels(visit)
    last = len(labels) - 1
    chosen = stretch_of(visit, session.value(MEMORY_STRETCH))
    shown = (chosen[0], chosen[1]) if chosen else (max(0, last - 2), last)
    if last < 1:
        return (0, 0)
    key = inspection.control(MEMORY_STRETCH, shown)
    session.show(MEMORY_STRETCH, shown)
    st.select_slider(
        "Time steps to look for",
        options=range(last + 1),
        value=shown,
        format_func=lambda step: f"{step} {escaped(labels[step][:20])}",
        key=key,
        on_change=inspection.take,
        args=(MEMORY_STRETCH, key),
        help="A stretch of the probe. The view searches where else the units behave like this.",
        width=280,
    )
    return shown


def _units(visit: Visit) -> Whole:
    """Draw the choice of the units whose values are searched for."""
    shown = units_of(visit, session.value(MEMORY_UNITS))
    key = inspection.control(MEMORY_UNITS, list(shown))
    session.show(MEMORY_UNITS, shown)
    st.multiselect(
        "Units",
        options=range(visit.trainer.network.hidden_size),
        default=list(shown),
        format_func=lambda unit: f"unit {unit}",
        key=key,
        max_selections=_MOST_UNITS,
        placeholder="all units",
        on_change=inspection.take,
        args=(MEMORY_UNITS, key),
        width=260,
    )
    return shown


def _text(visit: Visit) -> str:
    """Ask for a text to search in, where the task reads one."""
    if not isinstance(visit.trainer.task, NextSymbol):
        return ""
    session.seed(MEMORY_TEXT, "")
    typed = st.text_input(
        "Search in a text of your own",
        key=MEMORY_TEXT,
        persist_state="session",
        max_chars=MOST_TYPED,
        placeholder="empty: the task’s sequences",
        help="Made of the symbols of the text that the network learns. It is read from its "
        "beginning, as one sequence.",
        width=280,
    )
    return typed.strip() if isinstance(typed, str) else ""


def _labels(visit: Visit) -> tuple[str, ...]:
    """Return the inputs of the probe, in the order in which the layer reads them."""
    labels = visit.trainer.probe.input_labels
    return tuple(labels[::-1] if _is_backward(visit) else labels)
