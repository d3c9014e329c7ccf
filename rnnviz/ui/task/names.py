"""The table in which the names of a list, such as the exercises of a schedule, are edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from rnnviz.fields import Field
from rnnviz.ui.shell import session
from rnnviz.ui.task.desk import Desk, Draft
from rnnviz.visit import Visit

_ORDER = "Place"
_NAME = "Name"


def edit_names(field: Field, key: str, current: tuple[str, ...], visit: Visit) -> tuple[str, ...]:
    """Draw the table of a list of names; after a change of place, show the rows in their new order.

    The browser sends changes relative to the table that it was given. So this table stays the same
    as long as the places do. When a row is moved, added or removed, it gets a new key.
    """
    draft = visit.part(Desk).drafts.setdefault(key, Draft(current, current))
    version_key = f"{key}:{draft.version}"
    if session.value(version_key) is None and draft.shown != draft.names:
        draft.shown = draft.names
        draft.version += 1
        version_key = f"{key}:{draft.version}"
    st.markdown(f"**{field.label}**", help=field.help)
    table = st.data_editor(
        _table(draft.shown),
        key=version_key,
        num_rows="dynamic",
        hide_index=True,
        height=min(422, 35 * (len(draft.shown) + 2) + 2),
        column_config=_COLUMNS,
        alt=f"{field.label}, one per row; the places give the order",
    )
    draft.names = names_in_order(table)
    if _wants_new_places(table):
        draft.shown = draft.names
        draft.version += 1
        st.rerun()
    return draft.names


def names_in_order(table: pd.DataFrame) -> tuple[str, ...]:
    """Read the names from the edited table, in the order of their places.

    Rows without a place come last, in the order in which they were added; rows without a name
    are still being typed and are left out.
    """
    named = table[table[_NAME].notna()]
    ordered = named.sort_values(_ORDER, kind="stable", na_position="last")
    return tuple(str(name) for name in ordered[_NAME])


def _wants_new_places(table: pd.DataFrame) -> bool:
    """Tell whether every row has a name, but the places are not 1, 2, 3, ... from the top."""
    places = list(range(1, len(table) + 1))
    return bool(table[_NAME].notna().all()) and table[_ORDER].tolist() != places


_COLUMNS: Mapping[str, Any] = {
    _ORDER: st.column_config.NumberColumn(
        help="Change a place to reorder: 1.5 moves a row between 1 and 2.", width="small"
    ),
    _NAME: st.column_config.TextColumn(help="Click to rename; the last row adds one."),
}


def _table(names: tuple[str, ...]) -> pd.DataFrame:
    places = pd.Series(range(1, len(names) + 1), dtype="float64")
    return pd.DataFrame({_ORDER: places, _NAME: pd.Series(names, dtype="object")})
