"""The card of each lane of a race: its size, where its runs are, and its gates."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnviz.figures.lane_strips import lane_strips
from rnnviz.figures.palette import RUN_LINES
from rnnviz.numbers import number, percent
from rnnviz.tasks.task import Task
from rnnviz.training import RunConfig, check_runs
from rnnviz.training.fair import formula, parameter_count, sizes, with_one_bias
from rnnviz.training.race import Lane, Race, task_of


@dataclass(frozen=True)
class Card:
    """What a card shows.

    Parameters
    ----------
    name
        Of the lane.
    number
        Of the lane, which gives it its colour and dash.
    size
        Hidden units and parameters.
    formula
        How the number of parameters follows from the sizes, and what the letters are.
    state
        Where its runs are.
    refused
        Why it can't run; "" if it can.
    strips
        The gates of its first run, as `figures.lane_strips` describes them; None before it runs.
    """

    name: str
    number: int
    size: str
    formula: str
    state: str = ""
    refused: str = ""
    strips: dict[str, Any] | None = None

    @property
    def message(self) -> dict[str, Any]:
        """What the browser is told, as `Lane` in `components/lanes/lanes.js`."""
        colour, dash = RUN_LINES[self.number % len(RUN_LINES)]
        return {
            "name": self.name,
            "colour": colour,
            "dash": dash,
            "size": self.size,
            "formula": self.formula,
            "state": self.state,
            "refused": self.refused,
            "strips": None if self.strips is None else self.strips | {"values": self._packed},
            "opens": self.strips is not None,
        }

    @property
    def _packed(self) -> dict[str, str]:
        """The bytes of the gates in base64; as numbers they would be four times as many."""
        assert self.strips is not None
        return {"bdata": base64.b64encode(self.strips["values"].tobytes()).decode("ascii")}


def planned(task: Task, lanes: Sequence[Lane]) -> list[Card]:
    """Return the cards of a race that has not begun."""
    return [_planned(task, lane, place) for place, lane in enumerate(lanes)]


def cards(race: Race) -> list[Card]:
    """Return the cards of a race as far as it got; the gates are those of its first seed."""
    return [
        _running(race, lane, card)
        for lane, card in zip(race.lanes, planned(race.task, race.lanes), strict=True)
    ]


def exactness(race: Race) -> str:
    """Say how exactly a run of the race is the one that it would be alone, as in the Studio."""
    most = max((group.deviation for group in race.groups.values()), default=0.0)
    if not most:
        return "Each run is the same as alone in the Studio, to the bit."
    return (
        "Runs of one lane are computed together where that is faster: an iteration then differs "
        f"from that of the run alone in the Studio by at most {number(most, 2)} of its size."
    )


def _planned(task: Task, lane: Lane, place: int) -> Card:
    try:
        seen = task_of(lane, task)
        check_runs((lane.config, seen))
    except ValueError as refused:
        return Card(lane.name, place, "", "", refused=f"{refused}.")
    count = parameter_count(lane.config, seen)
    units = lane.config.hidden_size
    size = f"{units} unit{'s' * (units != 1)} · {count:,} parameters"
    return Card(lane.name, place, size, _formula(lane.config, seen, count))


def _formula(config: RunConfig, task: Task, count: int) -> str:
    """Write how the count follows from the sizes, and what it would be with one bias."""
    # What belongs together stays on one line.
    named = (f"{letter}\u00a0=\u00a0{size:,}" for letter, size in sizes(config, task).items())
    letters = ", ".join(named)
    one_bias = with_one_bias(config, task)
    keras = f"; {one_bias:,} with one bias, as in Keras" if one_bias != count else ""
    return f"{formula(config, task)} with {letters}{keras}"


def _running(race: Race, lane: Lane, card: Card) -> Card:
    if lane in race.refused:
        return Card(lane.name, card.number, card.size, card.formula,
                    refused=f"{race.refused[lane]}.")  # fmt: skip
    trainer = race.trainer(lane, race.seeds[0])
    return Card(
        lane.name, card.number, card.size, card.formula, _state(race, lane), "",
        lane_strips(trainer.trace()),
    )  # fmt: skip


def _state(race: Race, lane: Lane) -> str:
    """Say at which iteration a lane is, its score, and how many of its runs have diverged."""
    told = [f"iteration {race.iteration(lane):,}"]
    if race.by == "seconds":
        told.append(f"{number(race.seconds(lane), 2)} s")
    _, scores = race.curves(lane, "score")
    now = scores[:, -1] if scores.size else np.empty(0)
    if np.isfinite(now).any():
        share = race.task.measure == "accuracy"
        middle = float(np.nanmedian(now))
        told.append(f"{percent(middle)} right" if share else f"error {number(middle)}")
    runs = race.groups[lane].trainers
    diverged = sum(run.diverged is not None for run in runs)
    if diverged:
        told.append("diverged" if len(runs) == 1 else f"{diverged} of {len(runs)} diverged")
    return ", ".join(told)
