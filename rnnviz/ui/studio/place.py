"""Where one looks in the moving picture: it tells that, and an opened link leads it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rnnviz.ui.components.unrolled import viewed_iteration, viewed_place
from rnnviz.ui.shell import session
from rnnviz.visit import Replay, View, Visit
from rnnviz.visit.looking import is_place

#: Key of the picture.
PICTURE = "moving_network"
#: The levels of its zoom, as the visit calls them, from far to near.
LEVELS = ("Whole", "One unit", "One cell")
#: What of the sweep may be shown at the time step looked at; the first is not written into a link.
SWEEPS = ("all", "forward", "backward")


@dataclass
class Place:
    """What the Studio keeps of where a visitor looks, beside `Visit.looked_at`; a part of a visit.

    Parameters
    ----------
    run
        `Visit.name` of what the rest belongs to.
    sweep
        What of the sweep is shown at the time step.
    start
        Where the picture is asked to look, in its own words (`Start` in types.d.ts). What it was
        asked once stays: the same packet need not be sent again.
    told
        The iteration that the picture has told last.
    """

    run: str = ""
    sweep: str = SWEEPS[0]
    start: dict[str, object] = field(default_factory=dict)
    told: int | None = None

    def open(self, visit: Visit, asked: View | None) -> None:
        """Note that the page is drawn as a whole, and what it is asked to show, if anything."""
        if asked is not None:
            self._ask(visit, asked)
        elif visit.looked_at.name not in LEVELS or self.run != visit.name:
            self._forget(visit)

    def _ask(self, visit: Visit, asked: View) -> None:
        level = LEVELS.index(asked.name) if asked.name in LEVELS else 0
        steps, network = _steps(visit), visit.trainer.network
        step = asked.time_step if is_place(asked.time_step, steps) else None
        layer = asked.layer if is_place(asked.layer, network.layers) else None
        said = {"time_step": step, "layer": layer, "zoom": level or None}
        self.start = {name: what for name, what in said.items() if what is not None}
        if step is not None:
            self.start["sweep"] = self.sweep
        self.run, self.told = visit.name, None
        visit.sweep_to(step)
        visit.look_at(name=LEVELS[level], time_step=step, layer=layer)

    def _forget(self, visit: Visit) -> None:
        """Look as a picture opens, but at the time step that was swept to on another page.

        The picture tells it if that is not where one looks.
        """
        self.run, self.sweep, self.start, self.told = visit.name, SWEEPS[0], {}, None
        if visit.swept is not None:
            self.start = {"time_step": visit.swept, "sweep": self.sweep}
        visit.look_at(name=LEVELS[0], time_step=visit.swept, layer=None)

    def look(self, visit: Visit) -> tuple[int | None, Mapping[str, object]]:
        """Return the iteration that the picture shows, and where it is asked to look."""
        if self.run != visit.name:
            self._forget(visit)
        shown = None if isinstance(visit.job, Replay) else visit.looked_at.shown_iteration
        if shown is not None and shown != self.told:
            # A link or another page has chosen it.
            self.start = {**self.start, "iteration": shown}
        return shown, self.start

    def take(self, visit: Visit, told: object) -> None:
        """Take what the picture tells; of another run, or in other words, it is nothing."""
        if told is None:
            self.sweep = SWEEPS[0]
            visit.sweep_to(None)
            visit.look_at(name=LEVELS[0], time_step=None, layer=None)
        if not isinstance(told, Mapping) or told.get("run") != visit.name:
            return
        step, level, layer = (told.get(name) for name in ("time_step", "zoom", "layer"))
        sweep = told.get("sweep")
        self.sweep = sweep if isinstance(sweep, str) and sweep in SWEEPS else SWEEPS[0]
        visit.sweep_to(step if is_place(step, _steps(visit)) else None)
        visit.look_at(
            name=LEVELS[level] if is_place(level, len(LEVELS)) else LEVELS[0],
            time_step=step if is_place(step, _steps(visit)) else None,
            layer=layer if is_place(layer, visit.trainer.network.layers) else None,
        )

    def rewind(self, visit: Visit, iteration: int | None) -> None:
        """Take the iteration that the picture shows; None is the newest."""
        if iteration is None or is_place(iteration, visit.trainer.iteration + 1):
            self.told = iteration
            visit.rewind_to(iteration)


@dataclass(frozen=True)
class Sweep:
    """What of the sweep is shown, in a link."""

    word: str = "sweep"

    def write(self, visit: Visit) -> str:
        """Return what is shown at the time step that is looked at; "" for everything."""
        sweep = visit.part(Place).sweep
        return sweep if sweep != SWEEPS[0] and visit.looked_at.time_step is not None else ""

    def read(self, text: str, visit: Visit) -> None:
        """Take what a link says, if there is such a thing."""
        visit.part(Place).sweep = text if text in SWEEPS else SWEEPS[0]


def take_place() -> None:
    """Take what the picture has told: what its callback does."""
    visit = session.current()
    visit.part(Place).take(visit, viewed_place(PICTURE))


def take_iteration() -> None:
    """Take the iteration that the picture shows: what its callback does."""
    visit = session.current()
    visit.part(Place).rewind(visit, viewed_iteration(PICTURE))


def _steps(visit: Visit) -> int:
    return len(visit.trainer.probe.input_labels)
