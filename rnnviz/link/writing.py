"""From an experiment to the text of a link."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote_plus

from rnnviz.fields import Field
from rnnviz.link import words
from rnnviz.link.changes import changes_text
from rnnviz.link.experiment import Experiment
from rnnviz.link.values import packed, to_text
from rnnviz.training import FIELDS
from rnnviz.training.marks import Setup

#: From so many characters on an address may be cut off on its way, as by most proxies.
LONG_CHARACTERS = 8_000


def write(experiment: Experiment) -> str:
    """Return the link's query string, such as `v=1&cell=gru&h=32&it=1200&page=gates&u=3`.

    It holds what differs from the defaults, always in the same order; long texts are compressed.
    Experiments that are equal have the same link, and `read` returns an equal one.
    """
    return "&".join(f"{key}={quote_plus(_in_link(key, text))}" for key, text in pairs(experiment))


def _in_link(key: str, text: str) -> str:
    """Compress what is long; the page's own words are its own, and short."""
    return text if key.startswith(words.OWN) else packed(text)


def pairs(experiment: Experiment) -> Iterator[tuple[str, str]]:
    """Yield keys and values in the order of a link, not compressed."""
    config, view = experiment.config, experiment.view
    yield words.VERSION_KEY, str(words.VERSION)
    for field in FIELDS:
        yield from _pair(field, getattr(config, field.name))
    for field in words.fields_of(config.task):
        yield from _pair(field, getattr(experiment.task, field.name))
    yield from _pair(words.PROBE, experiment.probe)
    yield from _pair(words.ITERATION, experiment.iteration)
    if experiment.stages:
        yield words.CHANGES_KEY, changes_text(Setup(config), experiment.stages)
    for field in words.VIEW:
        yield from _pair(field, getattr(view, field.name))
    for key, value in sorted(view.more):
        yield words.OWN + key, value
    yield from _pair(words.HIDDEN, experiment.hidden)


def _pair(field: Field, value: object) -> Iterator[tuple[str, str]]:
    text = to_text(field, value)
    if text != to_text(field, field.default):
        yield field.short, text
