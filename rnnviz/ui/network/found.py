"""What was found in the file, and the choices where there are several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from rnnviz import link
from rnnviz.training.config import CHOICE_LABELS
from rnnviz.ui.network.desk import Desk, File
from rnnviz.ui.shell import session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.visit.opening import Opened
from rnnviz.visit.turns import TURNS
from rnnviz.weights import Model

_NONE = "none"


def found(visit: Visit, file: File) -> Model | None:
    """Draw what was found; return the network that is chosen, or None where it can't be made."""
    contents, desk = file.contents, visit.part(Desk)
    if contents.experiment is not None:
        _offer_the_experiment()
    model = desk.model(**_choices(file))
    if isinstance(model, ValueError):
        st.error(escaped(str(model)), icon=":material/block:")
    else:
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in model.sentences))
    with st.expander(f"All {len(contents.tensors):,} tensors of the file"):
        st.dataframe(
            pd.DataFrame(
                {
                    "name": [tensor.name for tensor in contents.tensors],
                    "shape": [" × ".join(map(str, tensor.shape)) for tensor in contents.tensors],
                    "type": [tensor.dtype for tensor in contents.tensors],
                }
            ),
            hide_index=True,
        )
    return model if isinstance(model, Model) else None


def _choices(file: File) -> dict[str, Any]:
    """Draw the choices where there is more than one; return those that are not the usual ones."""
    contents = file.contents
    place = _choose(
        file, "network", "Recurrent network", [each.label for each in contents.networks]
    )
    chosen: dict[str, Any] = {"network": place}
    cells = contents.networks[place].cells
    if len(cells) > 1:
        labels = [CHOICE_LABELS[cell] for cell in cells]
        which = _choose(file, f"cell:{place}", "Activation", labels)
        chosen["cell"] = cells[which]
    for what, choices in (
        ("embedding", contents.embeddings_of(place)),
        ("readout", contents.readouts_of(place)),
    ):
        if choices:
            names = [*(choice.name for choice in choices), _NONE]
            labels = [*(f"{each.name} {each.shape}" for each in choices), _NONE]
            which = _choose(file, f"{what}:{place}", what.capitalize(), labels)
            chosen[what] = None if names[which] is _NONE else names[which]
        else:
            chosen[what] = None
    return chosen


def _choose(file: File, name: str, label: str, options: Sequence[str]) -> int:
    """Return the place of what is chosen; draw nothing where there is nothing to choose."""
    if len(options) < 2:
        return 0
    key = file.key(name)
    places = list(range(len(options)))
    if session.value(key, 0) not in places:  # a browser may send anything
        session.show(key, 0)
    return int(
        st.selectbox(
            label, places, format_func=options.__getitem__, key=key, persist_state="session"
        )
    )


def _offer_the_experiment() -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.write("The file also holds the experiment that it was saved from.")
        st.button(
            "Open this experiment",
            key="network_experiment",
            icon=":material/replay:",
            help="Trains the same network again, from its seed, up to the same iteration.",
            on_click=_open_experiment,
        )


def _open_experiment() -> None:
    visit = session.current()
    file = visit.part(Desk).file
    if file is not None and file.contents.experiment is not None:
        opened = TURNS.in_slices(visit, link.reading(file.contents.experiment))
        visit.part(Opened).open(visit, opened)
        visit.outdate_page()
