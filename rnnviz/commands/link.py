"""`rnnviz link cell=gru hidden_size=32`: prints the link of an experiment."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from rnnviz.fields import Field, shown
from rnnviz.link import LONG_CHARACTERS, read, write, write_file
from rnnviz.link.values import to_text
from rnnviz.link.words import LONG, fields_of
from rnnviz.tasks import TASKS
from rnnviz.training import RunConfig

ABOUT = "Print the link of an experiment; what is not said has its usual value."


def add(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "config",
        nargs="*",
        metavar="CONFIG",
        help="a setting as name=value, by its name or its short key: cell=gru h=32 seed=7 it=1200; "
        "of its task too: lag=5; names of a list are joined by ~: exercises=legs~arms; "
        "text=@FILE and csv=@FILE read a file",
    )
    parser.add_argument("--app", default="", help="address of the app, to print the whole address")
    parser.add_argument("--file", help="write it to this .rnnviz.json file as well")


def run(arguments: argparse.Namespace) -> int:
    """Print the link, or say which settings are refused."""
    experiment, problems = read(pairs_of(arguments.config))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    link = write(experiment)
    print(f"{arguments.app}?{link}" if arguments.app else link)
    if arguments.file:
        write_file(experiment, arguments.file)
    elif len(link) > LONG_CHARACTERS:
        print(
            f"The link has {len(link):,} characters; many servers cut off an address of more than "
            f"{LONG_CHARACTERS:,}. --file NAME.rnnviz.json writes a file of the same.",
            file=sys.stderr,
        )
    return 0


def pairs_of(words: Iterable[str]) -> dict[str, list[str]]:
    """Return keys and values of a link from words such as `hidden_size=32`.

    Raises
    ------
    ValueError
        If a word has no `=`.
    OSError
        If a file that is named can't be read.
    """
    given: list[tuple[str, str]] = []
    for word in words:
        name, mark, value = word.partition("=")
        if not mark:
            raise ValueError(f"a setting must be name=value, got {shown(word)}")
        given.append((name, value))
    task = dict(given).get("task", RunConfig().task)
    fields = {field.name: field for field in (fields_of(task) if task in TASKS else ())}
    pairs: dict[str, list[str]] = {}
    for name, value in given:
        field = fields.get(name)
        key = field.short if field else LONG.get(name, name)
        pairs.setdefault(key, []).append(_value(value, field or _by_key(key, fields.values())))
    return pairs


def _by_key(key: str, fields: Iterable[Field]) -> Field | None:
    return next((field for field in fields if field.short == key), None)


def _value(value: str, field: Field | None) -> str:
    """Read a file where one is named in the place of a long text."""
    long = field is not None and field.kind is str and not field.choices
    if field is None or not long or not value.startswith("@"):
        return value
    return to_text(field, Path(value[1:]).read_text(encoding="utf-8-sig"))
