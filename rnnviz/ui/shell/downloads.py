"""Tables to download."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from rnnviz.tasks.safe_csv import to_csv


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
    st.download_button(
        f"Download {what} (CSV)",
        b"" if waits else lambda: to_csv(make()),
        file_name=f"{what.replace(' ', '_')}.csv",
        mime="text/csv",
        key=f"download:{what}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        disabled=waits,
        help="Pause first: the numbers change as the network trains." if waits else None,
    )
