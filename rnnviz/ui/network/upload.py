"""Open a file of weights: from the visitor's disk, or the example."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.network.desk import MOST_BYTES, Desk
from rnnviz.ui.shell import session, uploads
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.weights import WeightsError
from rnnviz.weights.guesses import EXAMPLE_FILE

_FILE = "network_file"

#: How people get such a file out of the tool that they trained with.
_HOW_TO_SAVE = """
from safetensors.torch import save_file        # PyTorch: any module, any names
save_file(model.state_dict(), "model.safetensors")

model.save("model.keras")                      # Keras 3

numpy.savez("model.npz", **state_dict)         # arrays with PyTorch's names
""".strip()


def upload(visit: Visit) -> None:
    """Draw the control that opens a file, and what was wrong with the last one."""
    desk = visit.part(Desk)
    st.file_uploader(
        "A file of weights",
        key=_FILE,
        max_upload_size=MOST_BYTES // 1_000_000,
        help="safetensors, .npz, .keras, .weights.h5 or .h5, up to "
        f"{MOST_BYTES // 1_000_000} MB. It is read as data: nothing in it is executed.",
        on_change=_read_upload,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Try an example",
            key="network_example",
            icon=":material/science:",
            help="A small LSTM that PyTorch trained to predict the next letter of the weekdays.",
            on_click=_open_example,
        )
        if desk.file is None:
            st.caption("An LSTM of 20 units, trained in PyTorch on the names of the weekdays.")
        else:
            st.button("Close the file", key="network_close", on_click=_close)
    if desk.refused is not None:
        end = "" if desk.file is None else " The file before it is still open."
        sentence = str(desk.refused).rstrip(".")
        st.error(f"{escaped(sentence)}. Nothing was changed.{end}", icon=":material/block:")
        if isinstance(desk.refused, WeightsError) and desk.refused.code:
            st.code(desk.refused.code, language="python")
    if desk.file is None:
        with st.expander("How do I save my network?", expanded=desk.refused is None):
            st.write("Any of these makes a file that can be opened here:")
            st.code(_HOW_TO_SAVE, language="python")


def _read_upload() -> None:
    visit = session.current()
    uploaded = uploads.taken(session.value(_FILE))
    if uploaded is not None:
        visit.part(Desk).open(visit, uploaded.getvalue(), uploaded.name)


def _open_example() -> None:
    visit = session.current()
    data = EXAMPLE_FILE.read_bytes()
    visit.part(Desk).open(visit, data, EXAMPLE_FILE.name, is_example=True)


def _close() -> None:
    session.current().part(Desk).close()
