"""A bar on the terminal: one line that is written over, or a line per tenth into a file."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TextIO

from rnnviz.numbers import percent

_WIDTH = 30


class Progress:
    """Shows how far something is, as long as the block lasts.

    Parameters
    ----------
    what
        What is done, as a person reads it.
    stream
        Standard error when None.
    """

    def __init__(self, what: str, stream: TextIO | None = None) -> None:
        self._what = what
        self._stream = sys.stderr if stream is None else stream
        self._tenth = 0
        self._is_drawn = False

    def show(self, share: float, left_s: float) -> None:
        """Show a share, 0..1, and the seconds that are left."""
        if self._stream.isatty():
            filled = round(share * _WIDTH)
            bar = "█" * filled + "░" * (_WIDTH - filled)
            self._stream.write(
                f"\r{self._what} {bar} {percent(share)}, {_time(left_s)} left \x1b[K"
            )
            self._is_drawn = True
        elif int(share * 10) > self._tenth:
            self._tenth = int(share * 10)
            self._stream.write(f"{self._what}: {percent(share)}, {_time(left_s)} left\n")
        self._stream.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_drawn:
            self._stream.write("\n")


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
