"""What of a run a visitor looks at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """What is looked at: together with the run, all that is needed to see the same again.

    Parameters
    ----------
    page
        Title of the page.
    title
        Of the page's view; "" where the page has one alone, or the first of several.
    layer
        That the page shows, from the input up; None is the top.
    step
        Time step; None is the one that the page opens with.
    unit, unit_layer
        Unit that is outlined in every picture, None if there is none, and the layer it belongs to.
    shown_iteration
        Which of the kept iterations is shown; None follows the newest.
    """

    page: str = ""
    title: str = ""
    layer: int | None = None
    step: int | None = None
    unit: int | None = None
    unit_layer: int = 0
    shown_iteration: int | None = None
