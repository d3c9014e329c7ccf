"""The page Your network: open a file, say what it does not, look into it, train it on."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.network.desk import Desk
from rnnviz.ui.network.found import found
from rnnviz.ui.network.looking import look_button, train_on
from rnnviz.ui.network.meaning import meaning
from rnnviz.ui.network.upload import upload
from rnnviz.ui.shell import live
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.shell.transport import Slots
from rnnviz.visit import Visit

#: Pixels: lines that are easy to read.
_WIDTH = 760
#: Headings of steps are smaller than that of the page.
_CSS = "<style>.st-key-network h3 { font-size: 1.15rem; padding: 0.75rem 0 0.4rem; }</style>"


def show(visit: Visit, slots: Slots) -> None:
    """Draw the page, and keep the run going."""
    st.html(_CSS)
    with st.container(width=_WIDTH, key="network"):
        _column(visit)
    live.keep_going(visit, slots)


def _column(visit: Visit) -> None:
    st.caption(
        "Open an RNN, GRU or LSTM that you trained with PyTorch or Keras, and see its gates, "
        "states and gradients on an input of yours."
    )
    _heading(1, "Open a file")
    upload(visit)
    file = visit.part(Desk).file
    if file is None:
        return
    _heading(2, f"What is in {escaped(file.name)}")
    model = found(visit, file)
    if model is None:
        return
    _heading(3, "What the file does not say")
    task = meaning(visit, file, model)
    _heading(4, "Look into it")
    look_button(visit, model, task)
    _heading(5, "Or train it on from there")
    train_on(visit, file, model)


def _heading(number: int, text: str) -> None:
    st.subheader(f"{number} · {text}", anchor=False)
