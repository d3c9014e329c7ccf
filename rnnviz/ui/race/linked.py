"""What a link tells of a race: its preset, whose task, lanes, seeds, end, and what they share.

Told is what differs from the preset. A lane is written like a link itself: `gru~h_32~lr_0.003`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from rnnviz.engine import CELLS
from rnnviz.link.values import Budget, from_text, to_text
from rnnviz.training import FIELD, FIELDS, RunConfig
from rnnviz.training.race import FEWEST_LANES, MOST_LANES, MOST_SEEDS, By, Lane
from rnnviz.ui.race.desk import EQUAL, FEATURES, MOST_FIRST, UNTIL, Plan, desk_of, kind_of, named
from rnnviz.ui.race.stories import PRESETS, own_plan, plan_of
from rnnviz.ui.shell.address import Linked
from rnnviz.visit import Visit

#: A race of one's own, and the task of one's own run.
_OWN = "own"
#: Settings that a lane tells: the task and the seed are those of the race.
_TOLD = tuple(field for field in FIELDS if field.name not in ("task", "seed", "cell"))
_BY_KEY = {field.short: field for field in _TOLD}


@dataclass(frozen=True)
class _OfRace:
    """Something of a race that a link tells."""

    word: str
    text: Callable[[Plan, Visit], str]
    take: Callable[[Plan, str, Visit], Plan]

    def write(self, visit: Visit) -> str:
        desk = desk_of(visit)
        return "" if desk.is_new else self.text(desk.plan, visit)

    def read(self, text: str, visit: Visit) -> None:
        desk = desk_of(visit)
        if not text and self.word != "preset":
            return
        if desk.is_new:
            desk.take(_base("", visit))
        desk.take(self.take(desk.plan, text, visit))
        if visit.racing is not None:
            visit.leave_race()


def _base(preset: str, visit: Visit) -> Plan:
    """Return the race from which a link tells the differences."""
    if preset == _OWN:
        return own_plan(visit)
    return plan_of(PRESETS.get(preset) or next(iter(PRESETS.values())))


def _base_of(plan: Plan, visit: Visit) -> Plan:
    return _base(plan.preset or _OWN, visit)


def _preset(plan: Plan, visit: Visit) -> str:  # noqa: ARG001
    first = next(iter(PRESETS))
    return "" if plan.preset == first else plan.preset or _OWN


def _task(plan: Plan, visit: Visit) -> str:  # noqa: ARG001
    return _OWN if plan.preset and plan.of_visit else ""


def _take_task(plan: Plan, text: str, visit: Visit) -> Plan:
    return replace(plan, task=visit.trainer.task, of_visit=True) if text == _OWN else plan


def _differing(name: str) -> Callable[[Plan, Visit], str]:
    """Return what writes an attribute of a race where it differs from the preset's."""

    def text(plan: Plan, visit: Visit) -> str:
        now = getattr(plan, name)
        return "" if now == getattr(_base_of(plan, visit), name) else str(now)

    return text


def _take_count(name: str, low: int, high: int) -> Callable[[Plan, str, Visit], Plan]:
    def take(plan: Plan, text: str, visit: Visit) -> Plan:  # noqa: ARG001
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else -1
        changes: dict[str, Any] = {name: number}
        return replace(plan, **changes) if low <= number <= high else plan

    return take


def _take_by(plan: Plan, text: str, visit: Visit) -> Plan:  # noqa: ARG001
    by: By | None = next((by for by in UNTIL if by == text), None)
    return plan if by in (None, plan.by) else replace(plan, by=by, until=UNTIL[by][2])


def _take_until(plan: Plan, text: str, visit: Visit) -> Plan:  # noqa: ARG001
    stops = {str(stop): stop for stop in UNTIL[plan.by]}
    return replace(plan, until=stops.get(text, plan.until))


def _take_equal(plan: Plan, text: str, visit: Visit) -> Plan:  # noqa: ARG001
    return replace(plan, equal=text) if text in EQUAL else plan


def _nth_lane(number: int) -> _OfRace:
    def text(plan: Plan, visit: Visit) -> str:
        # Lanes of one's own follow from a run that may change: they are always told.
        as_in_preset = plan.preset and _same(plan, _base_of(plan, visit))
        if as_in_preset or number >= len(plan.lanes):
            return ""
        return written(plan.lanes[number])

    def take(plan: Plan, text: str, visit: Visit) -> Plan:  # noqa: ARG001
        lane = read_lane(text, plan.lanes[0].config.batch_size)
        # The first says that others follow; what the preset has is dropped.
        before = plan.lanes[:number]
        if lane is None or len(before) < number:
            return plan
        lane = replace(lane, config=replace(lane.config, task=plan.task.key))
        lanes = [*before, lane, *plan.lanes[number + 1 : FEWEST_LANES]]
        return plan.with_lanes(lanes)

    return _OfRace(f"lane{number + 1}", text, take)


def _same(plan: Plan, base: Plan) -> bool:
    return named(plan.lanes) == named(base.lanes)


def written(lane: Lane) -> str:
    """Write a lane: its kind, and the settings that differ from the usual ones."""
    parts = [kind_of(lane)]
    for field in _TOLD:
        now = getattr(lane.config, field.name)
        if now != field.default:
            parts.append(f"{field.short}_{to_text(field, now)}")
    return "~".join(parts)


def read_lane(text: str, batch_size: int) -> Lane | None:
    """Read a lane as far as it can be read; None where its kind is none.

    Parameters
    ----------
    text
        As `written` writes it; whoever wrote it may be anyone.
    batch_size
        Of all lanes, where it says no other.
    """
    kind, *parts = text.split("~")
    if kind not in CELLS and kind != FEATURES:
        return None
    settings: dict[str, Any] = {"batch_size": batch_size}
    for part in parts:
        key, _, value = part.partition("_")
        field = _BY_KEY.get(key)
        if field is None:
            continue
        try:
            settings[field.name] = from_text(field, value, Budget())
        except ValueError:
            continue  # as its usual value
    cell = "mlp" if kind == FEATURES else kind
    return Lane(RunConfig(cell=FIELD["cell"].check(cell), **settings), "", kind == FEATURES)


LINKED = Linked(
    "race",
    None,
    (
        _OfRace("preset", _preset, lambda _, text, visit: _base(text, visit)),
        _OfRace("task", _task, _take_task),
        *map(_nth_lane, range(MOST_LANES)),
        _OfRace("seeds", _differing("seeds"), _take_count("seeds", 1, MOST_SEEDS)),
        _OfRace("first", _differing("first"), _take_count("first", 0, MOST_FIRST)),
        _OfRace("by", _differing("by"), _take_by),
        _OfRace("until", _differing("until"), _take_until),
        _OfRace("equal", _differing("equal"), _take_equal),
    ),
)
