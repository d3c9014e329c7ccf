"""What can be swept of a run, and the values that a visitor types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnnviz.fields import Field, shown
from rnnviz.link.values import number, to_text
from rnnviz.tasks.task import Task
from rnnviz.training import FIELDS, RunConfig
from rnnviz.training.config import CHOICE_LABELS

#: Most values of one setting; a map has no room for more.
MOST_VALUES = 12
#: Settings that do not change what is learned, or have a place of their own.
_LEFT_OUT = ("task", "seed", "dtype", "momentum")
#: The settings of a run that are asked for most; all others follow them.
_FIRST = (
    "cell", "hidden_size", "learning_rate", "forget_bias", "spectral_radius", "clip_norm",
)  # fmt: skip
#: Values to begin with, where those around the present one tell less.
_USUAL: dict[str, tuple[Any, ...]] = {
    "cell": ("rnn", "gru", "lstm"),
    "hidden_size": (4, 8, 16, 32),
    "learning_rate": (0.001, 0.01, 0.1),
    "forget_bias": (0.0, 1.0, 3.0),
    "spectral_radius": (0.5, 1.0, 1.5),
    "clip_norm": (None, 0.1, 1.0),
    "batch_size": (8, 32, 128),
    "layers": (1, 2, 3),
    "weight_decay": (0.0, 1e-4, 1e-2),
}
#: How a person writes that a setting is off.
_OFF = ("off", "none")


def sweepable(task: Task) -> dict[str, Field]:
    """Return the settings of a run and of this task that can be swept, by name.

    First what is asked for most, with what makes the task harder.
    """
    fields = {field.name: field for field in (*FIELDS, *task.fields) if _has_values(field)}
    of_task = [field.name for field in task.fields if field.name in fields]
    of_task.sort(key=lambda name: name not in (task.difficulty, "length"))
    order = dict.fromkeys((_FIRST[0], *of_task[:2], *_FIRST, *of_task, *fields))
    return {name: fields[name] for name in order}


def _has_values(field: Field) -> bool:
    if field.name in _LEFT_OUT:
        return False
    return field.kind in (int, float, bool) or bool(field.choices)


def usual_values(field: Field, now: Any) -> tuple[Any, ...]:
    """Return values of a setting to begin with, among them those around the present one."""
    if field.name in _USUAL:
        return _USUAL[field.name]
    if field.choices:
        return field.choices[:MOST_VALUES]
    if field.kind is bool:
        return (False, True)
    low, high = field.low or 0, field.high if field.high is not None else 1_000
    if now is None or now == 0:
        around = [low, low + (high - low) / 4, low + (high - low) / 2]
    else:
        around = [now / 2, now, now * 2]
    values = {field.kind(min(max(value, low), high)) for value in around}
    return ((None,) if now is None else ()) + tuple(sorted(values))


def value_of(name: str, config: RunConfig, task: Task) -> Any:
    """Return the present value of a setting of a run or of its task."""
    return getattr(config if hasattr(config, name) else task, name)


def as_typed(field: Field, values: Sequence[Any]) -> str:
    """Write values as a person types them."""
    return ", ".join(_typed(field, value) for value in values)


def _typed(field: Field, value: Any) -> str:
    if value is None:
        return _OFF[0]
    if field.choices:
        return str(CHOICE_LABELS.get(value, value))
    if field.kind is bool:
        return "yes" if value else "no"
    return to_text(field, value)


def values_in(field: Field, text: str) -> tuple[Any, ...]:
    """Read values that were typed, separated by commas; those that are there twice count once.

    Raises
    ------
    ValueError
        If there is none, there are too many, or one is not allowed: a sentence says which.
    """
    parts = [part.strip() for part in text[:1_000].replace(";", ",").split(",")]
    parts = [part for part in parts if part]
    if not parts:
        raise ValueError(
            f"{field.label} needs at least one value: type some with commas between them"
        )
    values = tuple(dict.fromkeys(_value(field, part) for part in parts))
    if len(values) > MOST_VALUES:
        raise ValueError(
            f"{field.label} may have at most {MOST_VALUES} values, got {len(values):,}"
        )
    return values


def _value(field: Field, text: str) -> Any:
    if field.optional and text.lower() in _OFF:
        return None
    if field.choices:
        named = {CHOICE_LABELS.get(choice, choice).lower(): choice for choice in field.choices}
        return field.check(named.get(text.lower(), text))
    if field.kind is bool:
        told = {"yes": True, "no": False}.get(text.lower())
        if told is None:
            raise ValueError(f"{field.label} must be yes or no, got {shown(text)}")
        return told
    try:
        return field.check(number(field, text.lower().replace("−", "-")))
    except ValueError:
        raise ValueError(f"{field.label} must be {field.allowed()}, got {shown(text)}") from None
