"""One description of a setting, from which its check, control, link and table are made.

A setting of a run (`rnnviz.training.config`) or of a task (`rnnviz.tasks`) is described once, by a
`Field`. Whoever accepts a value calls `check`; whoever draws a control reads the range and the
help; nobody repeats either. This module imports nothing of the package.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """One setting: what it is called, what it may be, and what it is for.

    Parameters
    ----------
    name
        Name of the attribute that holds the value.
    label
        What a person reads beside the control.
    kind
        `int`, `float`, `str` or `bool`.
    default
        Value when nothing is said.
    help
        One or two plain sentences for the tooltip.
    low, high
        Inclusive range of a number.
    choices
        The only values allowed, for a `str`.
    optional
        Whether None is allowed, and means "off".
    live
        Whether the value may change while training goes on. All others start a new run.
    logarithmic
        Whether a slider should step in factors.
    short
        Key in a link, as short as it can be.
    """

    name: str
    label: str
    kind: type
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    live: bool = False
    logarithmic: bool = False
    short: str = ""

    def allowed(self) -> str:
        """Say in words what may be given, such as `1..128`."""
        if self.choices:
            text = "one of " + ", ".join(self.choices)
        elif self.low is not None and self.high is not None:
            text = f"{self.low:g}..{self.high:g}"
        else:
            text = {bool: "true or false", str: "a text"}.get(self.kind, "a number")
        return f"{text}, or none" if self.optional else text

    def check(self, value: Any) -> Any:
        """Return the value in its own type, or say what was expected and what came.

        Raises
        ------
        ValueError
            If the value has the wrong type, is not finite, or is out of range.
        """
        if value is None and self.optional:
            return None
        checked = self._convert(value)
        in_choices = not self.choices or checked in self.choices
        in_range = self.low is None or self.high is None or self.low <= checked <= self.high
        if not (in_choices and in_range):
            raise self._refusal(value)
        return checked

    def parse(self, text: str) -> Any:
        """Read the value from a text, as it stands in a link.

        Raises
        ------
        ValueError
            As `check`.
        """
        if self.optional and text == "none":
            return None
        if self.kind is bool:
            if text not in ("0", "1"):
                raise self._refusal(text)
            return text == "1"
        if self.kind is str:
            return self.check(text)
        try:
            number = float(text)
        except ValueError:
            raise self._refusal(text) from None
        return self.check(number)

    def _convert(self, value: Any) -> Any:
        if self.kind in (str, bool):
            if not isinstance(value, self.kind):
                raise self._refusal(value)
            return value
        # numpy numbers have __float__ too; bool is an int that nobody means here.
        if isinstance(value, (bool, str)) or not hasattr(value, "__float__"):
            raise self._refusal(value)
        number = float(value)
        if not math.isfinite(number) or (self.kind is int and number != int(number)):
            raise self._refusal(value)
        return self.kind(number)

    def _refusal(self, value: Any) -> ValueError:
        whole = "a whole number " if self.kind is int else ""
        shown = repr(value)
        if len(shown) > 60:
            shown = shown[:57] + "..."
        return ValueError(f"{self.name} must be {whole}{self.allowed()}, got {shown}")
