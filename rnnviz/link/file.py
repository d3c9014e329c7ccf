"""An experiment as a file, `.rnnviz.json`: for what is too long for an address.

The same words as in a link, in an object of JSON; texts are not compressed, so that one can read
them. Who writes by hand may leave out what is usual.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rnnviz.fields import shown
from rnnviz.link.experiment import Experiment, Opened
from rnnviz.link.pairs import once
from rnnviz.link.reading import Steps, finish, reading_pairs
from rnnviz.link.writing import pairs

#: What the name of such a file ends with.
SUFFIX = ".rnnviz.json"
#: Most bytes of a file that is read: a text of 5 million characters, and some more.
MOST_BYTES = 21_000_000

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)


def file_text(experiment: Experiment) -> str:
    """Return what the file of an experiment holds."""
    words = {key: int(text) if _WHOLE.fullmatch(text) else text for key, text in pairs(experiment)}
    return json.dumps(words, ensure_ascii=False, indent=1) + "\n"


def write_file(experiment: Experiment, path: str | Path) -> None:
    """Write an experiment to a file; its name should end with `.rnnviz.json`."""
    text = file_text(experiment)
    Path(path).write_bytes(text.encode("utf-8", "surrogatepass"))


def read_file(path: str | Path) -> Opened:
    """Read an experiment from a file, with the checks of `rnnviz.link.read`.

    Raises
    ------
    OSError
        If there is no such file, or it can't be opened. What it holds raises nothing.
    """
    with Path(path).open("rb") as file:
        return finish(reading_file(file.read(MOST_BYTES + 1)))


def reading_file(data: bytes) -> Steps:
    """Read what a file holds in small steps, as `rnnviz.link.reading` does a link."""
    problems: list[str] = []
    found: dict[str, str] = {}
    try:
        found = once(_pairs(data), problems, "file")
    except ValueError as refusal:
        problems.append(f"{refusal}.")
    return (yield from reading_pairs(found, problems))


def _pairs(data: bytes) -> Iterable[tuple[str, str | ValueError]]:
    if len(data) > MOST_BYTES:
        raise ValueError(
            f"An experiment file has at most {MOST_BYTES // 1_000_000} MB, got a larger one"
        )
    try:
        # Numbers stay as they are written, for the checks of a link to read them.
        content = json.loads(
            data.decode("utf-8-sig", "surrogatepass"),
            object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=str,
        )  # fmt: skip
    except (ValueError, RecursionError):
        raise ValueError("An experiment file holds JSON, got something else") from None
    if not isinstance(content, _Object):
        raise ValueError("An experiment file holds one object of JSON, got something else")
    return [(key, _text(value)) for key, value in content]


class _Object(list[tuple[str, Any]]):
    """The pairs of a JSON object, also those that are there twice."""


def _text(value: Any) -> str | ValueError:
    if isinstance(value, str):
        return value
    return ValueError(f"it is not a text or a number, got {shown(value)}")
