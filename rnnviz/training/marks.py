"""Marks: what was done to a run, and when, in words, for the time axis of every chart."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from rnnviz.engine import Hold, Intervention, ShiftForgetBias, Silence, gate_label
from rnnviz.engine.architecture import layer_names
from rnnviz.numbers import number
from rnnviz.tasks.task import Task
from rnnviz.training.config import CHOICE_LABELS, FIELDS, RunConfig

#: Settings that can be off: the wording of a value, and of none.
_OPTIONAL = {
    "clip_norm": ("clipping at norm {}", "no clipping at a norm"),
    "clip_value": ("clipping at value {}", "no clipping at a value"),
    "truncate": ("truncation after {} steps", "no truncation"),
}
#: A mark names at most this many changes, and counts the others.
_MOST_NAMED = 3
#: Significant digits of a setting: more than anyone would type.
_DIGITS = 6


@dataclass(frozen=True)
class Mark:
    """Something that was done to the run; the iteration after `iteration` is the first affected.

    Parameters
    ----------
    iteration
        How many updates of the weights there had been.
    text
        What was done, such as `learning rate 0.01 → 0.003`.
    """

    iteration: int
    text: str


@dataclass(frozen=True)
class Setup:
    """Everything that a user can change during a run."""

    config: RunConfig
    interventions: tuple[Intervention, ...] = ()


def differences(before: Setup, after: Setup) -> dict[Hashable, str]:
    """Return the differences between two setups: what was changed -> the change in words."""
    changes: dict[Hashable, str] = {}
    for field in FIELDS:
        old, new = getattr(before.config, field.name), getattr(after.config, field.name)
        if old != new:
            changes[field.name] = _setting(field.name, field.label, old, new)
    if before.interventions != after.interventions:
        changes |= _interventions(before.interventions, after.interventions, after.config.two_ways)
    return changes


def new_run(before: tuple[RunConfig, Task], after: tuple[RunConfig, Task]) -> str:
    """Say how a new run differs from the one before it; empty if it does not."""
    (old_config, old_task), (config, task) = before, after
    changes = differences(Setup(old_config), Setup(config))
    if old_task.key != task.key:
        changes["task"] = f"task {old_task.title} → {task.title}"
    elif old_task != task:
        changes |= _of_task(old_task, task)
    return f"new run: {one_line(changes)}" if changes else ""


def _of_task(before: Task, after: Task) -> dict[Hashable, str]:
    """Say how two tasks of one kind differ; for texts and lists only that they do."""
    changes: dict[Hashable, str] = {}
    for field in after.fields:
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            shown = field.kind in (int, float)
            change = f"{_shown(old)} → {_shown(new)}" if shown else "changed"
            changes[field.name] = f"{field.label.lower()} {change}"
    return changes


def put(items: tuple[Intervention, ...], item: Intervention) -> tuple[Intervention, ...]:
    """Return the interventions with `item` added, replacing one on the same gate and units."""
    return (*(other for other in items if _key(other) != _key(item)), item)


def one_line(changes: dict[Hashable, str]) -> str:
    """Join the result of `differences` into the text of a mark."""
    parts = list(changes.values())
    if len(parts) > _MOST_NAMED:
        parts = [*parts[: _MOST_NAMED - 1], f"and {len(parts) - _MOST_NAMED + 1} more"]
    return ", ".join(parts)


def describe(item: Intervention, two_ways: bool = False) -> str:
    """Say what an intervention does, such as `forget gate of unit 3 held at 1`.

    Parameters
    ----------
    item
    two_ways
        Whether the network is bidirectional, so that each direction is a layer.
    """
    if isinstance(item, Hold):
        return f"{_target(item, two_ways)} held at {number(item.value, _DIGITS)}"
    if isinstance(item, Silence):
        return f"{_target(item, two_ways)} silenced"
    plus = "+" if item.amount >= 0 else ""
    return f"forget bias {plus}{number(item.amount, _DIGITS)}{_layer(item, two_ways)}"


def _setting(name: str, label: str, old: object, new: object) -> str:
    if name in _OPTIONAL:
        phrase, off = _OPTIONAL[name]
        if new is None:
            return off
        said = phrase.format(_shown(new) if old is None else f"{_shown(old)} → {_shown(new)}")
        return said.removesuffix("s") if new == 1 and said.endswith("steps") else said
    return f"{label.lower()} {_shown(old)} → {_shown(new)}"


def _shown(value: object) -> str:
    if isinstance(value, float):
        return number(value, _DIGITS)
    return CHOICE_LABELS.get(str(value), str(value))


def _interventions(
    before: tuple[Intervention, ...], after: tuple[Intervention, ...], two_ways: bool
) -> dict[Hashable, str]:
    changes: dict[Hashable, str] = {
        _key(item): _released(item, two_ways) for item in before if item not in after
    }
    changes |= {_key(item): describe(item, two_ways) for item in after if item not in before}
    return changes or {"interventions": "interventions in another order"}


def _key(item: Intervention) -> Hashable:
    if isinstance(item, Hold):
        return ("hold", item.gate, item.units, item.layer)
    if isinstance(item, Silence):
        return ("silence", item.units, item.layer)
    return ("forget bias", item.layer)


def _released(item: Intervention, two_ways: bool) -> str:
    if isinstance(item, ShiftForgetBias):
        return f"nothing added to the forget bias{_layer(item, two_ways)}"
    return f"{_target(item, two_ways)} {'released' if isinstance(item, Hold) else 'heard again'}"


def _target(item: Hold | Silence, two_ways: bool) -> str:
    units = "" if item.units is None else _units(item.units)
    if isinstance(item, Silence):
        return f"{units or 'all units'}{_layer(item, two_ways)}"
    return f"{gate_label(item.gate)}{units and f' of {units}'}{_layer(item, two_ways)}"


def _units(units: tuple[int, ...]) -> str:
    named = ", ".join(str(unit) for unit in units[:_MOST_NAMED])
    more = ", …" if len(units) > _MOST_NAMED else ""
    return f"unit{'s' * (len(units) > 1)} {named}{more}"


def _layer(item: Intervention, two_ways: bool) -> str:
    if item.layer is None:
        return ""
    name, _, way = layer_names(item.layer + 1, two_ways)[-1].partition(", ")
    return f" in {name} ({way})" if way else f" in {name}"
