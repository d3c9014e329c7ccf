"""What the page keeps for a visitor: who races, on what, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rnnviz.engine import CELLS, WITHOUT_MEMORY
from rnnviz.numbers import number
from rnnviz.tasks.gym import GymSchedule
from rnnviz.tasks.task import Task
from rnnviz.training import FIELD, RunConfig
from rnnviz.training.config import CHOICE_LABELS
from rnnviz.training.fair import parameter_count, sized_to
from rnnviz.training.race import FEWEST_LANES, MOST_LANES, By, Lane, task_of
from rnnviz.visit import Visit

#: What the lanes have in common: the hidden units of the first, its parameters, or nothing.
UNITS, PARAMETERS, AS_SET = "hidden units", "parameters", "as set"
EQUAL = (UNITS, PARAMETERS, AS_SET)
#: How far a race can go: iterations of each run, or seconds of computing of each lane.
UNTIL: dict[By, tuple[int, ...]] = {
    "iterations": (50, 100, 200, 300, 400, 500, 600, 800, 1000, 1500, 2000, 3000, 5000),
    "seconds": (1, 2, 5, 10, 20, 30, 60, 120),
}
#: The largest number of the first seed.
MOST_FIRST = 9_999
#: A lane without memory that sees what each day is, instead of what came before.
FEATURES = "features"
KINDS = (*CELLS, FEATURES)
#: Settings that a lane has of its own; all others are the same in every lane.
OF_LANE = (
    "hidden_size", "layers", "learning_rate", "optimizer", "clip_norm", "attention", "window",
    "forget_bias", "spectral_radius", "initial_weights", "truncate", "clip_value", "weight_decay",
    "momentum",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A race as it is to be.

    Parameters
    ----------
    preset
        Key of the preset whose story it tells; "" for a race of one's own.
    task
        What is raced on.
    of_visit
        Whether that is the task of the visitor's run, and not that of the preset.
    lanes
        As they were set; `sized` makes them comparable.
    seeds, first
        How many, and the first of them.
    by, until
        What each gets the same of, and how much of it.
    equal
        One of `EQUAL`.
    """

    preset: str
    task: Task
    of_visit: bool
    lanes: tuple[Lane, ...]
    seeds: int
    first: int
    by: By
    until: int
    equal: str = AS_SET

    @property
    def sized(self) -> tuple[Lane, ...]:
        """The lanes as they race: with names, of the task, and as large as the first."""
        lanes = [replace(lane, config=self._of_task(lane)) for lane in self.lanes]
        lanes = [lanes[0], *(self._as_large(lane, lanes[0]) for lane in lanes[1:])]
        return tuple(lanes)

    @property
    def all_seeds(self) -> range:
        """The seeds themselves."""
        return range(self.first, self.first + self.seeds)

    def with_lanes(self, lanes: Sequence[Lane]) -> Plan:
        """Return the same race with other lanes, which get names that tell them apart."""
        return replace(self, lanes=named(lanes))

    def with_lane(self, number: int, **settings: Any) -> Plan:
        """Return the same race with other settings of one lane.

        Raises
        ------
        ValueError
            If a value is not allowed.
        """
        lane = self.lanes[number]
        changed = replace(lane, config=replace(lane.config, **settings))
        return self.with_lanes([*self.lanes[:number], changed, *self.lanes[number + 1 :]])

    def with_kind(self, number: int, kind: str) -> Plan:
        """Return the same race with another kind of network in one lane."""
        lane = self.lanes[number]
        config = replace(lane.config, cell="mlp" if kind == FEATURES else kind)
        changed = Lane(config, "", kind == FEATURES)
        return self.with_lanes([*self.lanes[:number], changed, *self.lanes[number + 1 :]])

    def with_another(self) -> Plan:
        """Return the same race with one more lane: the first kind that is not in it."""
        if len(self.lanes) >= MOST_LANES:
            return self
        there = {kind_of(lane) for lane in self.lanes}
        kind = next((kind for kind in ("lstm", "gru", "rnn", *CELLS) if kind not in there), "lstm")
        added = Lane(replace(self.lanes[0].config, cell=kind), "")
        return self.with_lanes([*self.lanes, added])

    def without(self, number: int) -> Plan:
        """Return the same race without one of its lanes, if enough are left."""
        if len(self.lanes) <= FEWEST_LANES:
            return self
        return self.with_lanes([*self.lanes[:number], *self.lanes[number + 1 :]])

    def _of_task(self, lane: Lane) -> RunConfig:
        """Return the settings of a lane, with those that all lanes share."""
        first = self.lanes[0].config
        return replace(
            lane.config,
            task=self.task.key,
            seed=0,
            batch_size=first.batch_size,
            dtype=first.dtype,
        )

    def _as_large(self, lane: Lane, first: Lane) -> Lane:
        """Give a lane as many units, or about as many parameters, as the first has."""
        if self.equal == UNITS:
            return replace(lane, config=replace(lane.config, hidden_size=first.config.hidden_size))
        if self.equal == AS_SET:
            return lane
        try:
            wanted = parameter_count(first.config, task_of(first, self.task))
            sized = sized_to(lane.config, task_of(lane, self.task), wanted)
        except ValueError:  # a lane that can't run on this task says so itself
            return lane
        return replace(lane, config=sized)


def kind_of(lane: Lane) -> str:
    """Return which of `KINDS` a lane is."""
    return FEATURES if lane.features else lane.config.cell


def kinds_for(task: Task) -> tuple[str, ...]:
    """Return the kinds to choose from; a calendar has only a gym schedule."""
    return KINDS if isinstance(task, GymSchedule) else tuple(CELLS)


def kind_label(kind: str) -> str:
    """Name a kind of network."""
    if kind == FEATURES:
        return "MLP, calendar"
    if kind in WITHOUT_MEMORY:
        return f"{CHOICE_LABELS[kind]}, window"
    return CHOICE_LABELS[kind]


def named(lanes: Sequence[Lane]) -> tuple[Lane, ...]:
    """Name lanes by their kind, and by the settings in which they differ."""
    given: list[Lane] = []
    for lane in lanes:
        name = ", ".join([_short_kind(lane), *_differences(lane, lanes)])
        again = sum(other.name.split(" (")[0] == name for other in given)
        given.append(replace(lane, name=f"{name} ({again + 1})" if again else name))
    return tuple(given)


def _differences(lane: Lane, lanes: Sequence[Lane]) -> list[str]:
    """Tell the settings in which a lane differs: all from those of its kind, unusual from any."""
    told = []
    for name in OF_LANE:
        if name == "window":  # it is in the name of the kind
            continue
        now = getattr(lane.config, name)
        alike = {getattr(other.config, name) for other in lanes if kind_of(other) == kind_of(lane)}
        everyone = {getattr(other.config, name) for other in lanes}
        if len(alike) > 1 or (len(everyone) > 1 and now != FIELD[name].default):
            told.append(_told(name, now))
    return told


def _short_kind(lane: Lane) -> str:
    if lane.features:
        return "MLP, calendar"
    if lane.config.cell in WITHOUT_MEMORY:
        return f"{CHOICE_LABELS[lane.config.cell]}, window {lane.config.window}"
    return CHOICE_LABELS[lane.config.cell]


def _told(name: str, value: Any) -> str:
    shown = number(value) if isinstance(value, float) else value
    label = FIELD[name].label.lower()
    return f"no {label}" if value in (None, "none") else f"{label} {shown}"


class Desk:
    """The race that a visitor has planned; `desk_of` returns it.

    Attributes
    ----------
    plan : Plan
    """

    def __init__(self) -> None:
        self._plan: Plan | None = None

    @property
    def plan(self) -> Plan:
        """The race as it is planned."""
        assert self._plan is not None
        return self._plan

    @property
    def is_new(self) -> bool:
        """Whether nothing has been planned yet."""
        return self._plan is None

    def take(self, plan: Plan) -> None:
        """Plan this race."""
        self._plan = plan

    def set(self, **changes: Any) -> None:
        """Change something of the plan."""
        self._plan = replace(self.plan, **changes)


def desk_of(visit: Visit) -> Desk:
    """Return what a visitor has planned."""
    return visit.part(Desk)
