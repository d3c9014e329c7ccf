"""The state space as one HTML file that plays anywhere, without a server or a connection."""

from __future__ import annotations

from rnnviz.figures.standalone import Heading, page_of
from rnnviz.figures.state_space import StateSpace, pack

#: Most bytes of all frames in a file, which need not be sent again and again.
BUDGET = 4_000_000


def state_page(
    space: StateSpace, script: str, heading: Heading, *, about: str = "", dark: bool = False
) -> str:
    """Return the text of the file.

    Parameters
    ----------
    space
        The picture.
    script
        The script that defines `rnnviz.mount`: `rnnviz.ui.components.states.script()`.
    heading
        What stands above the picture.
    about
        A sentence on what the picture shows.
    dark
        Whether it is dark if the viewer's system has no preference.

    Raises
    ------
    ValueError
        If the script contains text that would end it, or begin another one.
    """
    return page_of(pack(space, budget=BUDGET), script, heading, about=about, dark=dark)
