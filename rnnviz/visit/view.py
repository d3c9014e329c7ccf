"""The part of a run that a visitor is looking at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """What is shown. Together with the run, this is all that is needed to show the same again.

    Parameters
    ----------
    page
        Name of the page's script, such as `gates`.
    name
        Title of the page's view; "" if the page has only one.
    layer
        Layer that the page shows, counted from the input up; None is the top.
    time_step
        None is the step with which the page opens.
    unit, unit_layer
        The unit that is outlined in every picture, or None, and its layer.
    shown_iteration
        Kept iteration that is shown; None follows the newest.
    """

    page: str = ""
    name: str = ""
    layer: int | None = None
    time_step: int | None = None
    unit: int | None = None
    unit_layer: int = 0
    shown_iteration: int | None = None
