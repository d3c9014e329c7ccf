"""Tables to download.

A file that is made on a click belongs to nobody in Streamlit 1.67: it is deleted when any two
scripts have ended on the server, those of other visitors too. Beside a network that trains that is
often before the browser has asked for the file. So the file is given to the visitor who clicked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pandas as pd
import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from rnnviz.tasks.safe_csv import to_csv

_CSV = "text/csv"


def csv_button(what: str, make: Callable[[], pd.DataFrame], waits: bool = False) -> None:
    """Offer a table as a CSV file, which is made when the user asks for it.

    Parameters
    ----------
    what
        The table has, such as "sample sequences"; unique in the page.
    make
        Returns the table. It is called outside of the page's script, so it must not touch the
        trainer, which needs a turn.
    waits
        Whether it can't be asked for now, as what it would hold changes many times a second.
    """
    name = f"{what.replace(' ', '_')}.csv"
    file_button(f"Download {what} (CSV)", lambda: to_csv(make()).encode(), name, _CSV, waits=waits)


def file_button(
    label: str, make: Callable[[], bytes], name: str, mime: str, *, waits: bool = False
) -> None:
    """Offer a file, which is made when the user asks for it.

    Parameters
    ----------
    label
        What the button says; unique in the page.
    make, waits
        As of `csv_button`, `make` returning the content of the file.
    name, mime
        Of the file.
    """
    st.download_button(
        label,
        b"" if waits else made_for_this_visitor(make, name, mime),
        file_name=name,
        mime=mime,
        key=f"download:{label}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        disabled=waits,
        help="Pause first: the numbers change as the network trains." if waits else None,
    )


def made_for_this_visitor(make: Callable[[], bytes], name: str, mime: str) -> Callable[[], bytes]:
    """Return a function that makes the file and keeps it until this visitor's page is drawn again.

    Parameters
    ----------
    make
        Returns the content of the file.
    name, mime
        As the button that offers it has them: Streamlit knows a file by these and its content.
    """
    context = get_script_run_ctx()

    def made() -> bytes:
        data = make()
        if context is not None and runtime.exists():
            files = runtime.get_instance().media_file_mgr
            # The visitor is read from the thread, and a click is answered in one of nobody.
            keeper = threading.Thread(
                target=files.add, args=(data, mime, f"made:{name}", name, True), daemon=True
            )
            add_script_run_ctx(keeper, context)
            keeper.start()
            keeper.join()
        return data

    return made
