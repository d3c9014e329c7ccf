"""What a link tells of the page Sweep: the settings and their values, seeds, iterations, draws.

What is read is kept as if it had been typed: the page checks it and says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rnnviz.fields import Field
from rnnviz.tasks.task import Task
from rnnviz.ui.shell.address import Linked, Titles
from rnnviz.ui.sweep.desk import (
    FEWEST_ITERATIONS,
    ITERATIONS,
    MOST_AXES,
    MOST_DRAWS,
    MOST_ITERATIONS,
    MOST_SEEDS,
    OPENING,
    SEEDS,
    Choices,
    Desk,
)
from rnnviz.ui.sweep.settings import sweepable
from rnnviz.views.sweep import MEASURES
from rnnviz.visit import Visit

#: Between the key of a setting and its values, as they were typed.
_BETWEEN = "~"
#: Longest text that a link holds for a page.
_LONGEST = 200


@dataclass(frozen=True)
class _Setting:
    """A setting that is swept, with its values."""

    place: int

    @property
    def word(self) -> str:
        return f"sweep{self.place + 1}"

    def write(self, visit: Visit) -> str:
        desk, task = visit.part(Desk), visit.trainer.task
        choices, name = desk.choices, desk.choices.names[self.place]
        if (choices.names, choices.typed) == (OPENING, ()) or name not in sweepable(task):
            return ""
        text = choices.text_of(name, visit.trainer.config, task).replace(", ", _BETWEEN)
        told = f"{sweepable(task)[name].short}{_BETWEEN}{text}"
        return told if len(told) <= _LONGEST and told.isprintable() else ""

    def read(self, text: str, visit: Visit) -> None:
        desk, task = visit.part(Desk), visit.trainer.task
        short, _, typed = text.partition(_BETWEEN)
        found = _named(short, task)
        if found is None:
            return
        choices = desk.choices
        if self.place == 0:  # what a link tells is all that is swept
            choices = replace(choices, names=("",) * MOST_AXES)
        choices = choices.with_name(self.place, found.name)
        desk.choose(choices.with_typed(found.name, typed.replace(_BETWEEN, ", ")))


def _named(short: str, task: Task) -> Field | None:
    return next((field for field in sweepable(task).values() if field.short == short), None)


@dataclass(frozen=True)
class _Number:
    """A whole number among the choices."""

    word: str
    usual: int
    low: int
    high: int
    of: Callable[[Choices], int | None]
    put: Callable[[Choices, int], Choices]

    def write(self, visit: Visit) -> str:
        now = self.of(visit.part(Desk).choices)
        return "" if now is None or now == self.usual else str(now)

    def read(self, text: str, visit: Visit) -> None:
        desk = visit.part(Desk)
        is_whole = text.isascii() and text.isdigit() and len(text) < 7
        if is_whole and self.low <= int(text) <= self.high:
            desk.choose(self.put(desk.choices, int(text)))


LINKED = Linked(
    "sweep",
    Titles(tuple(MEASURES)),
    (
        *map(_Setting, range(MOST_AXES)),
        _Number(
            "seeds", SEEDS, 1, MOST_SEEDS,
            lambda choices: choices.seeds,
            lambda choices, count: replace(choices, seeds=count),
        ),
        _Number(
            "until", ITERATIONS, FEWEST_ITERATIONS, MOST_ITERATIONS,
            lambda choices: choices.iterations,
            lambda choices, count: replace(choices, iterations=count),
        ),
        # Where nothing is said of draws, every combination is done.
        _Number(
            "draws", 0, 1, MOST_DRAWS,
            lambda choices: choices.draws if choices.at_random else None,
            lambda choices, count: replace(choices, draws=count, at_random=True),
        ),
    ),
)  # fmt: skip
