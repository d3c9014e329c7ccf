"""From the text of a link to an experiment, as far as it can be read.

Whoever wrote the text may be anyone. Each value is checked by its `Field`, as that of a control is;
what is refused is left out and told in a sentence, and nothing is ever executed. Time and memory
are bounded: by the characters that are looked at (`pairs.py`), by what compressed texts may grow to
(`values.py`), and by what a run may cost (`rnnviz.training.limits`).
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from rnnviz.fields import Field, shown
from rnnviz.link import words
from rnnviz.link.changes import read_changes
from rnnviz.link.experiment import Experiment, Opened, Stage, View, canonical
from rnnviz.link.pairs import MOST_CHARACTERS, MOST_PAIRS, of_mapping, of_query, once
from rnnviz.link.values import MOST_INFLATED, Budget, from_text
from rnnviz.tasks import TASKS, Task, make_task, preparing
from rnnviz.training import FIELDS, RunConfig, check_runs
from rnnviz.training.limits import architecture_of
from rnnviz.training.marks import Setup

#: Sentences about what could not be read; of more, their number is told.
MOST_PROBLEMS = 12
#: What is made smaller first, where a run would cost too much.
_COSTLY = ("batch_size", "window", "layers", "hidden_size")

_PAGE = re.compile(r"[a-z0-9_]{0,20}", re.ASCII)
_VIEW_NAME = re.compile(r"[A-Za-z0-9 _-]{0,40}", re.ASCII)
_OWN_KEY = re.compile(r"[a-z0-9]{1,16}", re.ASCII)
_CONTROL = re.compile(r"[a-z0-9_]{1,20}", re.ASCII)
_MOST_OWN, _LONGEST_OWN = 20, 200

Steps = Generator[None, None, Opened]


def read(query: str | Mapping[str, Any]) -> Opened:
    """Read a link.

    Parameters
    ----------
    query
        A query string, a whole address that has one, or a mapping of keys to texts or to lists of
        texts (as a key that stands there twice has).

    Returns
    -------
    Opened
        Whatever comes in: it raises nothing. What could not be read has its default.
    """
    return finish(reading(query))


def reading(query: str | Mapping[str, Any]) -> Steps:
    """Read a link in small steps, as a large text of one's own takes a second; see `read`."""
    problems: list[str] = []
    size, count = _size(query)
    if size > MOST_CHARACTERS or count > MOST_PAIRS:
        problems.append(
            f"A link may have {MOST_CHARACTERS:,} characters and {MOST_PAIRS:,} keys, and this has "
            "more: only its beginning was read."
        )
    pairs = of_query(query) if isinstance(query, str) else of_mapping(query)
    return (yield from reading_pairs(once(pairs, problems), problems))


def finish(steps: Steps) -> Opened:
    """Do all steps, and return what they lead to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            opened: Opened = end.value
            return opened


def _size(query: str | Mapping[str, Any]) -> tuple[int, int]:
    if isinstance(query, str):
        return len(query), query[:MOST_CHARACTERS].count("&")
    texts = (value for value in query.values() if isinstance(value, str))
    return sum(len(text) for text in texts), len(query)


def reading_pairs(pairs: dict[str, str], problems: list[str], budget: int = MOST_INFLATED) -> Steps:
    """Read what stands in a link or a file, key by key."""
    reader = _Reader(pairs, problems, Budget(budget))
    opened = yield from reader.read()
    return opened


class _Reader:
    """Takes key by key out of what stands in a link, and notes what can't be read."""

    def __init__(self, pairs: dict[str, str], problems: list[str], budget: Budget) -> None:
        self.pairs = {key: text for key, text in pairs.items() if key not in words.FOREIGN}
        self.problems = problems
        self.budget = budget

    def read(self) -> Steps:
        self._version()
        settings = self._settings(FIELDS)
        key = settings.get("task", RunConfig().task)
        if key not in TASKS:
            self.problems.append(f"task must be one of {', '.join(TASKS)}, got {shown(key)}.")
            key = settings["task"] = RunConfig().task
        config = RunConfig(**settings)
        task = yield from self._task(key)
        config, task = self._affordable(config, task)
        iteration = self._value(words.ITERATION)
        config, stages = self._stages(config, task, iteration)
        experiment = Experiment(
            config=config,
            task=task,
            probe=self._probe(task),
            iteration=iteration,
            stages=stages,
            view=self._view(config, task, iteration),
            hidden=self._hidden(),
        )
        self._leftover(key)
        return Opened(experiment, _told(self.problems))

    def _version(self) -> None:
        text = self.pairs.pop(words.VERSION_KEY, str(words.VERSION))
        if text == str(words.VERSION):
            return
        newer = text.isascii() and text.isdigit() and len(text) < 9
        self.problems.append(
            f"This was made by a newer rnnviz (version {int(text)} of the link, known here is "
            f"{words.VERSION}): only what is known here was read."
            if newer and int(text) > words.VERSION
            else f"v must be {words.VERSION}, the version of the link, got {shown(text)}."
        )

    def _value(self, field: Field) -> Any:
        """Return the value of a field; its default where it is not there or refused."""
        text = self.pairs.pop(field.short, None)
        if text is None:
            return field.default
        try:
            return from_text(field, text, self.budget)
        except ValueError as refusal:
            self.problems.append(f"{refusal}.")
            return field.default

    def _settings(self, table: tuple[Field, ...]) -> dict[str, Any]:
        given = [field for field in table if field.short in self.pairs]
        return {field.name: self._value(field) for field in given}

    # ------------------------------------------------------------------ the task, and its cost

    def _task(self, key: str) -> Generator[None, None, Task]:
        """Make the task; where it refuses its settings, without the one that does it."""
        settings = self._settings(words.fields_of(key))
        refusal = yield from _refusal(key, settings)
        if refusal is None:
            return make_task(key, **settings)
        for name in reversed(settings):
            fewer = {other: settings[other] for other in settings if other != name}
            if (yield from _refusal(key, fewer)) is None:
                self.problems.append(f"{refusal}. So {name} was left out.")
                return make_task(key, **fewer)
        self.problems.append(f"{refusal}. So the task has its usual settings.")
        return make_task(key)

    def _affordable(self, config: RunConfig, task: Task) -> tuple[RunConfig, Task]:
        """Make the run smaller until it may be made."""
        refusal = _too_costly(config, task)
        if refusal is None:
            return config, task
        smaller, usual = config, make_task(config.task)
        for name in _COSTLY:
            usual_size = min(getattr(config, name), getattr(RunConfig(), name))
            smaller = replace(smaller, **{name: usual_size})
            if _too_costly(smaller, task) is None:
                self.problems.append(f"{refusal}. So it has {_sizes(smaller)} here.")
                return smaller, task
        self.problems.append(f"{refusal}. So it has {_sizes(smaller)} and its usual task here.")
        return smaller, usual

    # ------------------------------------------------------------------ what was done, and where

    def _stages(
        self, config: RunConfig, task: Task, iteration: int
    ) -> tuple[RunConfig, tuple[Stage, ...]]:
        text = self.pairs.pop(words.CHANGES_KEY, None)
        if text is None:
            return config, ()
        if text.startswith("~"):
            try:
                text = self.budget.inflate(words.CHANGES_KEY, text[1:])
            except ValueError as refusal:
                self.problems.append(f"{refusal}. So nothing is changed while it trains.")
                return config, ()
        architecture = architecture_of(config, task)

        @cache
        def cost(batch_size: int) -> str | None:
            if batch_size == config.batch_size:
                return None
            return _too_costly(replace(config, batch_size=batch_size), task)

        def check(setup: Setup) -> None:
            for item in setup.interventions:
                architecture.check_intervention(item)
            refusal = cost(setup.config.batch_size)
            if refusal is not None:
                raise ValueError(refusal)

        stages, problems = read_changes(text, Setup(config), iteration, check)
        self.problems += problems
        return canonical(config, stages)

    def _probe(self, task: Task) -> int:
        if words.PROBE.short not in self.pairs:
            return 0  # without a look at the names, which takes longer than all else here
        return self._below(words.PROBE, len(task.probe_names)) or 0

    def _below(self, field: Field, count: int) -> int | None:
        """Return an index that there is, or the default."""
        value: int | None = self._value(field)
        if value is not None and value >= count:
            self.problems.append(f"{field.name} must be 0..{count - 1}, got {value}.")
            return None
        return value

    def _matching(self, field: Field, allowed: re.Pattern[str], what: str) -> str:
        text: str = self._value(field)
        if allowed.fullmatch(text):
            return text
        self.problems.append(f"{field.name} must be {what}, got {shown(text)}.")
        return ""

    def _view(self, config: RunConfig, task: Task, iteration: int) -> View:
        return View(
            page=self._matching(words.PAGE, _PAGE, "small letters, digits or _"),
            name=self._matching(words.NAME, _VIEW_NAME, "letters, digits, blanks, _ or -"),
            unit=self._below(words.UNIT, config.hidden_size),
            unit_layer=self._below(words.UNIT_LAYER, config.recorded_layers) or 0,
            layer=self._below(words.LAYER, config.recorded_layers),
            time_step=self._below(words.TIME_STEP, task.length),
            shown_iteration=self._below(words.SHOWN, iteration + 1),
            more=self._more(),
        )

    def _more(self) -> tuple[tuple[str, str], ...]:
        """Take the page's own words, as they are: the page checks what they say."""
        found: list[tuple[str, str]] = []
        for key in sorted(key for key in self.pairs if key.startswith(words.OWN)):
            name, text = key.removeprefix(words.OWN), self.pairs.pop(key)
            if not _OWN_KEY.fullmatch(name) or len(text) > _LONGEST_OWN or not text.isprintable():
                self.problems.append(
                    f"{shown(key)} must be 1..16 small letters or digits after {words.OWN}, and "
                    f"say at most {_LONGEST_OWN} printable characters, got {shown(text)}."
                )
            elif len(found) == _MOST_OWN:
                self.problems.append(f"Of a page's own words only {_MOST_OWN} were read.")
                break
            else:
                found.append((name, text))
        return tuple(found)

    def _hidden(self) -> tuple[str, ...]:
        names = self._value(words.HIDDEN)
        for name in names:
            if not _CONTROL.fullmatch(name):
                self.problems.append(
                    "hidden must be names of small letters, digits or _, "
                    f"got {shown(name)}, which was left out."
                )
        return tuple(dict.fromkeys(name for name in names if _CONTROL.fullmatch(name)))

    def _leftover(self, task: str) -> None:
        """Tell which keys are none of ours."""
        for key in self.pairs:
            if key.startswith(words.OWN):
                continue
            known = any(key == field.short for kind in TASKS.values() for field in kind.fields)
            why = f"not a setting of the task {task}" if known else "not known here"
            self.problems.append(f"{shown(key)} is {why} and was left out.")


def _refusal(key: str, settings: Mapping[str, Any]) -> Generator[None, None, str | None]:
    """Say why there is no task with these settings, in small steps; None where there is."""
    yield from preparing(key, {**_defaults(key), **settings})
    try:
        make_task(key, **settings)
    except ValueError as refusal:
        return str(refusal)
    return None


def _defaults(key: str) -> dict[str, Any]:
    return {field.name: field.default for field in words.fields_of(key)}


def _too_costly(config: RunConfig, task: Task) -> str | None:
    try:
        check_runs((config, task))
    except ValueError as refusal:
        return str(refusal)
    return None


def _sizes(config: RunConfig) -> str:
    said = {field.name: field.label.lower() for field in FIELDS}
    return ", ".join(f"{said[name]} {getattr(config, name)}" for name in _COSTLY)


def _told(problems: list[str]) -> tuple[str, ...]:
    more = len(problems) - MOST_PROBLEMS
    if more <= 0:
        return tuple(problems)
    return (*problems[:MOST_PROBLEMS], f"And {more:,} more things could not be read.")
