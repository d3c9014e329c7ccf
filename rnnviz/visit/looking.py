"""What a visitor is looking at: page, view, unit, layer, time step, iteration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeGuard

from rnnviz.recording import Trace
from rnnviz.training import Trainer
from rnnviz.visit.runs import Runs
from rnnviz.visit.view import View


class Looking(Runs):
    """Runs, and what the pages show of them; see `Visit`."""

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(trainer)
        self.looked_at = View()
        self.page_runs = self.pictures = 0
        self._asked: View | None = None
        self._swept: tuple[str, int | None] = ("", None)

    def open_page(self, page: str) -> None:
        """Note that a whole page is drawn, so it shows all changes made so far."""
        self.page_is_old = False
        self.page_runs += 1
        if page != self.looked_at.page:
            self.look_at(page=page, name="", layer=None, time_step=None)
            self._asked = None

    def look_at(self, **changes: Any) -> None:
        """Change some attributes of the present `View`."""
        self.looked_at = replace(self.looked_at, **changes)

    @property
    def swept(self) -> int | None:
        """Time step at which the sweep was left; None where it was not, or there is none such.

        The Studio and the page Memory share it: what is swept in one is where the other opens.
        It counts in the order of reading, also where a layer reads from the end.
        """
        run, step = self._swept
        return (
            step
            if run == self.name and is_place(step, len(self.trainer.probe.input_labels))
            else None
        )

    def sweep_to(self, step: int | None) -> None:
        """Note at which time step the sweep was left; None where it was not."""
        self._swept = self.name, step

    def show(self, view: View) -> None:
        """Show this view: the page's controls adopt it when they are next drawn.

        A unit or an iteration that does not exist is ignored.
        """
        self.looked_at = self._asked = replace(view, unit=None, shown_iteration=None)
        self.select_unit(view.unit, view.unit_layer)
        if view.shown_iteration in self.trainer.recording.iterations:
            self.rewind_to(view.shown_iteration)
        self.page_is_old = True

    def take_asked(self) -> View | None:
        """Return the view that the page's controls must adopt, once; None if there is none."""
        asked, self._asked = self._asked, None
        return asked

    def select_unit(self, unit: Any, layer: Any) -> None:
        """Outline a unit of a layer in every picture, or none; an invalid unit changes nothing."""
        network = self.trainer.network
        if unit is None:
            self.look_at(unit=None)
        elif is_place(unit, network.hidden_size) and is_place(layer, network.layers):
            self.look_at(unit=unit, unit_layer=layer)

    @property
    def selected(self) -> tuple[int, int] | None:
        """Layer and unit that are outlined; None if no unit is."""
        unit = self.looked_at.unit
        return None if unit is None else (self.looked_at.unit_layer, unit)

    def rewind_to(self, iteration: int | None) -> None:
        """Show one of the kept iterations; None follows the newest."""
        self.look_at(shown_iteration=iteration)

    def follow(self) -> None:
        """Show the newest iteration, and follow training."""
        self.rewind_to(None)

    def shown_trace(self) -> Trace:
        """Return the trace of the iteration that is shown; the turn must be held."""
        if self.looked_at.shown_iteration is None:
            return self.trainer.trace()
        return self.trainer.recording.at(self.looked_at.shown_iteration)

    @property
    def name(self) -> str:
        """Name of what the pictures show; when it changes, they start afresh."""
        return f"{self.pictures}:{self.trainer.probe.name}"

    def start_pictures_anew(self) -> None:
        """Forget what was selected in the pictures of another run, or of undone iterations."""
        self.pictures += 1
        self.look_at(unit=None, shown_iteration=None)


def is_place(number: Any, count: int) -> TypeGuard[int]:
    """Tell whether a value sent by a browser is an integer 0..count-1."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < count
