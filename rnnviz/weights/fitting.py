"""Which tasks fit the sizes of a network, so that it can be trained on from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rnnviz.tasks import TASKS, OwnSequences, Task, make_task

#: Values of a setting that are tried; of more, none is.
_MOST_TRIED = 40


@dataclass(frozen=True)
class Fit:
    """A task that fits, and what of its settings is not as usual.

    Parameters
    ----------
    task
    changed
        The settings that make it fit, in words; "" for none.
    """

    task: Task
    changed: str


@dataclass(frozen=True)
class Misfit:
    """A task that does not fit, and why: what it has as it usually is, and what was wanted."""

    title: str
    why: str


@lru_cache(maxsize=8)
def fitting(
    input_size: int, embedding_size: int | None, output_size: int
) -> tuple[tuple[Fit, ...], tuple[Misfit, ...]]:
    """Return the tasks that fit a network, and those that do not.

    A task fits as it usually is, or with one whole number among its settings changed.

    Parameters
    ----------
    input_size, embedding_size, output_size
        As the arguments of `Network`.
    """
    fits, misfits = [], []
    wanted = (input_size, embedding_size, output_size)
    for key, kind in TASKS.items():
        if kind is OwnSequences:
            continue
        found = next(_fitting(key, wanted), None)
        if found is None:
            misfits.append(Misfit(kind.title, _why(make_task(key), wanted)))
        else:
            fits.append(found)
    return tuple(fits), tuple(misfits)


def _fitting(key: str, wanted: tuple[int, int | None, int]) -> Iterator[Fit]:
    """Yield the ways in which a task fits, the usual one first."""
    for settings in _tried(key, wanted[1]):
        try:
            task = make_task(key, **settings)
        except ValueError:
            continue
        if _sizes(task) == wanted:
            labels = {field.name: field.label.lower() for field in TASKS[key].fields}
            yield Fit(task, ", ".join(f"{labels[name]} {settings[name]}" for name in settings))


def _tried(key: str, embedding_size: int | None) -> Iterator[Mapping[str, Any]]:
    yield {}
    fields = {field.name: field for field in TASKS[key].fields}
    if embedding_size is not None:
        if "embedding_length" in fields:
            yield {"encoding": "embedding", "embedding_length": embedding_size}
        return
    for name, field in fields.items():
        if field.kind is int and name != "length" and field.low is not None:
            high = field.low if field.high is None else field.high
            for value in range(int(field.low), int(min(high, field.low + _MOST_TRIED)) + 1):
                yield {name: value}


def _sizes(task: Task) -> tuple[int, int | None, int]:
    return task.input_size, task.embedding_size, len(task.output_labels)


def _why(task: Task, wanted: tuple[int, int | None, int]) -> str:
    """Say which sizes a task has, and what the network has instead."""
    inputs, embedding, outputs = wanted
    wrong = []
    if embedding is not None and task.embedding_size is None:
        wrong.append(
            f"it gives {task.input_size:,} numbers, and the network looks up one of {inputs:,} "
            "symbols"
        )
    elif task.input_size != inputs:
        wrong.append(f"it has {_count(task.input_size, 'input')}, the network {inputs:,}")
    if len(task.output_labels) != outputs:
        has = _count(len(task.output_labels), "output")
        wrong.append(f"it has {has}, the network {outputs:,}")
    return "; ".join(wrong)


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
