"""What a visitor looks at: page, view, unit, layer, time step, iteration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeGuard

from rnnviz.recording import Trace
from rnnviz.training import Trainer
from rnnviz.visit.runs import Runs
from rnnviz.visit.view import View


class Looking(Runs):
    """Runs, and what is looked at of them; see `Visit`."""

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(trainer)
        self.looked_at = View()
        self.page_runs = self.pictures = 0
        self._asked: View | None = None

    def open_page(self, page: str) -> None:
        """Note that a page is drawn as a whole: it shows all that has changed until now."""
        self.page_is_old = False
        self.page_runs += 1
        if page != self.looked_at.page:
            self.look_at(page=page, name="", layer=None, time_step=None)
            self._asked = None

    def look_at(self, **changes: Any) -> None:
        """Look at something else: other values of `View`, by name."""
        self.looked_at = replace(self.looked_at, **changes)

    def show(self, view: View) -> None:
        """Have a page show this: its controls take it over when they are drawn next.

        A unit or an iteration that there is not is none.
        """
        self.looked_at = self._asked = replace(view, unit=None, shown_iteration=None)
        self.select_unit(view.unit, view.unit_layer)
        if view.shown_iteration in self.trainer.recording.iterations:
            self.rewind_to(view.shown_iteration)
        self.page_is_old = True

    def take_asked(self) -> View | None:
        """Return, once, what the controls of the page are to show; None where nobody asked."""
        asked, self._asked = self._asked, None
        return asked

    def select_unit(self, unit: Any, layer: Any) -> None:
        """Outline a unit of a layer in every picture, or none; what is no unit changes nothing."""
        network = self.trainer.network
        if unit is None:
            self.look_at(unit=None)
        elif is_place(unit, network.hidden_size) and is_place(layer, network.layers):
            self.look_at(unit=unit, unit_layer=layer)

    @property
    def selected(self) -> tuple[int, int] | None:
        """Layer and unit of the one that is outlined; None if there is none."""
        unit = self.looked_at.unit
        return None if unit is None else (self.looked_at.unit_layer, unit)

    def rewind_to(self, iteration: int | None) -> None:
        """Show one of the kept iterations; None follows the newest."""
        self.look_at(shown_iteration=iteration)

    def follow(self) -> None:
        """Show the newest iteration, whichever that will be."""
        self.rewind_to(None)

    def shown_trace(self) -> Trace:
        """Return the trace of the iteration that is shown; the turn must be held."""
        if self.looked_at.shown_iteration is None:
            return self.trainer.trace()
        return self.trainer.recording.at(self.looked_at.shown_iteration)

    @property
    def name(self) -> str:
        """Name of what the moving pictures show; another name starts them anew."""
        return f"{self.pictures}:{self.trainer.probe.name}"

    def start_pictures_anew(self) -> None:
        """Forget what was chosen in the pictures of an earlier run, or of iterations undone."""
        self.pictures += 1
        self.look_at(unit=None, shown_iteration=None)


def is_place(number: Any, count: int) -> TypeGuard[int]:
    """Tell whether something that a browser has sent is a whole number 0..count-1."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < count
