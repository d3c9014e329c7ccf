"""The controls of the Gates page, and the click on a map that chooses a unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from rnnviz.figures.palette import QUANTITIES
from rnnviz.ui.components.plot import clicked
from rnnviz.ui.shell import inspection, session
from rnnviz.views.gates import BY_LIKENESS, BY_NUMBER

#: Keys of the controls.
GATE_VIEW = "gate_view"
GATE_QUANTITY = "gate_quantity"
SATURATED_GATE = "saturated_gate"
WEIGHED_GATE = "weighed_gate"
FOLLOWING_QUANTITY = "following_quantity"
UNIT_ORDER = "unit_order"

_ALL = "all"


@dataclass(frozen=True)
class GateChoices:
    """What was chosen in the controls of the page.

    Parameters
    ----------
    view
        Title of the view.
    layer
        From the input up.
    letters
        The quantities; at least one, unless the view has none for this cell.
    order
        Order of the units: `BY_NUMBER`, `BY_LIKENESS`, or the letter of a quantity.
    unit
        The unit that is outlined, if it is in this layer.
    step
        Time step.
    iteration
        Iteration of the run; None is the newest.
    """

    view: str
    layer: int
    letters: tuple[str, ...]
    order: str = BY_NUMBER
    unit: int | None = None
    step: int = 0
    iteration: int | None = None


def offered(letters: Sequence[str], all_at_once: bool) -> list[str]:
    """Return the choices: each quantity, and all together where that is possible."""
    return [_ALL, *letters] if all_at_once and len(letters) > 1 else list(letters)


def choose_quantities(cell: str, letters: Sequence[str], key: str) -> tuple[str, ...]:
    """Draw the choice of one quantity or all of them; return the chosen letters."""
    if len(letters) < 2:
        return tuple(letters)
    chosen = choose(
        "Quantity",
        offered(letters, all_at_once=True),
        key,
        lambda letter: "all" if letter == _ALL else QUANTITIES[cell][letter].label,
    )
    return tuple(letters) if chosen == _ALL else (chosen,)


def choose_quantity(cell: str, letters: Sequence[str], key: str) -> tuple[str, ...]:
    """Draw the choice of one quantity; return its letter in a tuple."""
    return (choose("Quantity", letters, key, lambda letter: QUANTITIES[cell][letter].label),)


def orders(cell: str) -> dict[str, str]:
    """Return the orders of the units, and what they are called."""
    names = {BY_NUMBER: "by number", BY_LIKENESS: "similar units side by side"}
    return names | {letter: f"largest {q.label} first" for letter, q in QUANTITIES[cell].items()}


def choose_order(cell: str, gradients: bool = True) -> str:
    """Draw the choice of the order of the units; by a gradient only where there is one."""
    names = orders(cell)
    if not gradients:
        of_gradients = {each for each, q in QUANTITIES[cell].items() if q.scale == "magnitude"}
        names = {name: label for name, label in names.items() if name not in of_gradients}
    return choose(
        "Order of units",
        list(names),
        UNIT_ORDER,
        names.__getitem__,
        "Similar units: clustered by the correlation of their hidden states over the probe's time "
        "steps. Largest first: by the mean over the time steps; for a gradient, by its mean size.",
    )


def choose(
    label: str,
    options: Sequence[str],
    key: str,
    name: Callable[[str], Any] = str,
    help: str | None = None,
) -> str:
    """Draw a list to choose from; ignore a choice made for another cell, or one that comes late."""
    shown = inspection.fitting(session.value(key), options, options[0])
    chosen = st.selectbox(
        label,
        options,
        index=options.index(shown),
        format_func=name,
        key=key,
        help=help,
        persist_state="session",
        width=220,
    )
    return str(inspection.fitting(chosen, options, options[0]))


def click(key: str, unit_axis: str, layer: int) -> None:
    """Choose the unit that was clicked, or none if it was already chosen."""
    visit, place = session.current(), clicked(key)
    if place is None:
        return
    unit = _whole(place.get("x" if unit_axis == "x" else "y"))
    if unit is None:
        return
    same = (unit, layer) == (visit.looked_at.unit, visit.looked_at.unit_layer)
    visit.select_unit(None if same else unit, layer)


def _whole(number: object) -> int | None:
    """Read the number of a unit from an axis; None if it is not one."""
    text = str(number)
    return int(text) if text.isdecimal() and len(text) < 10 else None
