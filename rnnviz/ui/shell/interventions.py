"""Interventions during training: hold gates, silence units, shift the forget bias, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from rnnviz.engine import Hold, Intervention, Network, ShiftForgetBias, Silence, spec_of
from rnnviz.figures.palette import QUANTITIES
from rnnviz.training import describe, put
from rnnviz.ui.shell import session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit

#: Keys of the controls.
INTERVENTION = "intervention"
HELD_GATE = "held_gate"
INTERVENTION_UNIT = "intervention_unit"
MET_LAYER = "met_layer"
FORGET_SHIFT = "forget_shift"

#: Number of the latest marks that are listed.
MARKS_LISTED = 8

_KINDS = {"hold": "Hold gate", "silence": "Silence", "bias": "Bias"}
#: Choice of all units or layers; None would be a choice that can be cleared.
_ALL = "all"

#: The meaning of a held gate's value, and what happens to its weights.
_NO_GRADIENT = "Its weights get no gradient then; momentum or weight decay may still move them."
_HELD = {
    "gate": f"0 is shut, 1 is open. {_NO_GRADIENT}",
    "update": f"0 takes the candidate, 1 keeps the old state. {_NO_GRADIENT}",
    "candidate": f"The new content for the memory: −1 to 1, and 0 adds nothing. {_NO_GRADIENT}",
}


def undo_button(visit: Visit) -> None:
    """Draw the button that undoes the last change, and names that change."""
    text, last = visit.undoable, visit.trainer.undoable
    where = "the run before, as it was left" if last is None else f"iteration {last.iteration:,}"
    st.button(
        "Undo" if text is None else f"Undo: {escaped(text)}",
        icon=":material/undo:",
        key="undo",
        width="stretch",
        disabled=text is None,
        help="Nothing has been changed yet."
        if text is None
        else f"{escaped(text)}: back to {where}, right before this change. Weights, optimiser, "
        "random numbers and settings will be as they were, and what followed is lost.",
        on_click=_undo,
    )


def active(visit: Visit) -> None:
    """List the current interventions, each with a button that releases it."""
    items = visit.trainer.network.interventions
    for number, item in enumerate(items):
        st.button(
            f"Release: {describe(item, visit.trainer.config.two_ways)}",
            icon=":material/close:",
            key=f"release:{number}",
            width="stretch",
            help="The next iteration is the first without it.",
            on_click=_release,
            args=(item,),
        )


def panel(visit: Visit) -> None:
    """Draw the choice of an intervention, which takes effect at the next iteration."""
    network = visit.trainer.network
    gates = network.architecture.cell_type.holdable()
    kinds = [kind for kind in _KINDS if _fits(kind, gates, network.cell)]
    kind = _choose(INTERVENTION, "What to do", kinds, _KINDS.__getitem__)
    item = _item(kind, visit, gates)
    st.button(
        f"Apply: {describe(item, visit.trainer.config.two_ways)}",
        icon=":material/pan_tool:",
        key="intervene",
        width="stretch",
        help="Changes at once what the network computes. The weights stay as they are, but further "
        "training adapts them.",
        on_click=_intervene,
        args=(item,),
        disabled=item in network.interventions,
    )


def list_changes(visit: Visit) -> None:
    """List the changes of the run so far, the latest first."""
    done = visit.trainer.marks
    for mark in reversed(done[-MARKS_LISTED:]):
        st.caption(f"Iteration {mark.iteration:,}: {escaped(mark.text)}")
    if len(done) > MARKS_LISTED:
        st.caption(f"… and {len(done) - MARKS_LISTED} earlier ones.")


def _item(kind: str, visit: Visit, gates: str) -> Intervention:
    """Draw the controls of one kind of intervention; return what was chosen."""
    network = visit.trainer.network
    if kind == "bias":
        session.seed(FORGET_SHIFT, 2.0)
        amount = st.slider(
            "Add to the forget bias", -5.0, 5.0, step=0.5, key=FORGET_SHIFT,
            persist_state="session",
            help="Added to the learned bias: a positive value opens the gate further.",
        )  # fmt: skip
        return ShiftForgetBias(amount, layer=_layer(network))
    if kind == "silence":
        return Silence(_units(network.hidden_size), layer=_layer(network))
    labels = {gate: QUANTITIES[network.cell][gate].label for gate in _in_order(network.cell, gates)}
    gate = _choose(HELD_GATE, "Gate", list(labels), labels.__getitem__)
    signed = QUANTITIES[network.cell][gate].scale == "signed"
    key = _held_value_key(signed)
    session.seed(key, 1.0)
    value = st.slider(
        "Value", -1.0 if signed else 0.0, 1.0, step=0.05, key=key, persist_state="session",
        help=_HELD["candidate" if signed else "update" if gate == "z" else "gate"],
    )  # fmt: skip
    return Hold(gate, value, units=_units(network.hidden_size), layer=_layer(network))


def _units(hidden_size: int) -> tuple[int, ...] | None:
    names = [f"unit {unit}" for unit in range(hidden_size)]
    unit = _one_or_all(INTERVENTION_UNIT, "Units", names, "all units")
    return None if unit is None else (unit,)


def _layer(network: Network) -> int | None:
    """Draw the choice of layer; users count layers from 1."""
    names = network.architecture.layer_names
    return None if len(names) == 1 else _one_or_all(MET_LAYER, "Layer", names, "all layers")


def _one_or_all(key: str, label: str, names: Sequence[str], all_of_them: str) -> int | None:
    options: list[int | str] = [_ALL, *range(len(names))]
    if session.value(key) not in options:
        session.show(key, _ALL)
    chosen = st.selectbox(
        label, options, key=key, persist_state="session",
        format_func=lambda choice: all_of_them if choice == _ALL else names[choice],
    )  # fmt: skip
    return None if chosen == _ALL else int(chosen)


def _choose(key: str, label: str, options: list[str], words: Callable[[str], str]) -> str:
    """Draw a choice; one that was made for another cell and does not exist here is dropped."""
    if session.value(key) not in options:
        session.show(key, options[0])
    chosen = st.segmented_control(
        label, options, key=key, format_func=words, required=True, width="stretch",
        persist_state="session",
    )  # fmt: skip
    return options[0] if chosen is None else chosen


def _fits(kind: str, gates: str, cell: str) -> bool:
    return {"hold": bool(gates), "silence": True, "bias": bool(spec_of(cell).forget_gate)}[kind]


def _in_order(cell: str, gates: str) -> list[str]:
    """Return the gates in the order of all pictures."""
    return [letter for letter in QUANTITIES[cell] if letter in gates]


def _undo() -> None:
    visit = session.current()
    visit.undo()
    visit.outdate_page()


def _intervene(item: Intervention) -> None:
    visit = session.current()
    visit.intervene(*put(visit.trainer.network.interventions, item))


def _release(item: Intervention) -> None:
    visit = session.current()
    items = visit.trainer.network.interventions
    visit.intervene(*(other for other in items if other != item))


def _held_value_key(signed: bool) -> str:
    """Return the key of the value at which a gate is held: 0..1, or -1..1 for a candidate."""
    return f"held_value:{'signed' if signed else 'share'}"
