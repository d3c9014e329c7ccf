"""What is said of a file that can't be used."""

from __future__ import annotations

from typing import Any

#: Most characters of a name in a sentence.
_NAME = 80


class WeightsError(ValueError):
    """A file, or a choice of what is in it, from which no network can be made.

    The message says in sentences what was expected and what came. It may hold names from the file:
    whoever shows it must not read it as markup.

    Parameters
    ----------
    message
        The sentences.
    code
        Lines of Python with which users can make a file that can be read, if there are any.
    """

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


def named(name: Any, most: int = _NAME) -> str:
    """Return a name from a file as it stands in a sentence: printable and short."""
    text = name if isinstance(name, str) else str(name)
    text = "".join(each if each.isprintable() else "�" for each in text[: most + 1])
    return text if len(text) <= most else text[: most - 1] + "…"


def listed(names: list[str], most: int = 6) -> str:
    """Return names as they stand in a sentence, the first few and the number of the others."""
    first = ", ".join(named(name) for name in names[:most])
    left = len(names) - most
    return f"{first} and {left:,} more" if left > 0 else first
