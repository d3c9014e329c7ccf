"""What of a run a visitor looks at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """What is looked at: together with the run, all that is needed to see the same again.

    Parameters
    ----------
    page
        Name of the page's script, such as `gates`.
    name
        What the page calls the view of it; "" where it has one alone.
    layer
        That the page shows, from the input up; None is the top.
    time_step
        None is the one that the page opens with.
    unit, unit_layer
        Unit that is outlined in every picture, None if there is none, and the layer it belongs to.
    shown_iteration
        Which of the kept iterations is shown; None follows the newest.
    """

    page: str = ""
    name: str = ""
    layer: int | None = None
    time_step: int | None = None
    unit: int | None = None
    unit_layer: int = 0
    shown_iteration: int | None = None
