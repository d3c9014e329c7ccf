"""One description of a setting, from which its check, control, link and table are made.

A setting of a run (`rnnviz.training.config`) or of a task (`rnnviz.tasks`) is described once, by a
`Field`. Code that accepts a value calls `check`; code that draws a control reads the range and the
help from the field; `rnnviz.link.values` reads and writes the value in a link. This module imports
nothing of the package.
"""

from __future__ import annotations

import math
import numbers
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

SHOWN_CHARACTERS = 60

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = SHOWN_CHARACTERS


def shown(value: object) -> str:
    """Return a value as it appears in an error message: quoted, harmless and short."""
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number of more than 60 digits"  # Python refuses to write it out beyond 4300
    try:
        text = _SHORT.repr(value)
    except ValueError:  # such a number within a list
        return f"a {type(value).__name__} that holds a number of very many digits"
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 3] + "..."


def check_settings(owner: object, fields: tuple[Field, ...]) -> None:
    """Replace each setting of a frozen dataclass by its checked value; for `__post_init__`.

    Raises
    ------
    ValueError
        As `Field.check`, for the first setting that is not allowed.
    """
    for field in fields:
        object.__setattr__(owner, field.name, field.check(getattr(owner, field.name)))


@dataclass(frozen=True)
class Field:
    """One setting: its name, its allowed values, and what it is for.

    Parameters
    ----------
    name
        Name of the attribute that holds the value.
    label
        What a person reads beside the control.
    kind
        `int`, `float`, `str`, `bool`, or `tuple` for a list of names.
    default
        Value if none is given.
    help
        One or two plain sentences for the tooltip.
    low, high
        Inclusive range of a number, of the length of a `str`, of the number of entries of a
        `tuple`.
    choices
        The allowed values of a `str`.
    optional
        Whether None is allowed, and means "off".
    live
        Whether the value may change during training. All others start a new run.
    logarithmic
        Whether a slider should have a logarithmic scale.
    short
        Key in a link (`rnnviz.link`), as short as it can be.
    applies
        Other settings, by name, and the values of them with which this one has an effect; all must
        hold. Otherwise this setting is kept, but does nothing.
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
    applies: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()

    def without_effect(
        self,
        value_of: Callable[[str], Any],
        fields: Mapping[str, Field],
        labels: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Say why the setting has no effect at present; "" if it has one.

        Parameters
        ----------
        value_of
            Returns the current value of another setting, by its name.
        fields
            The table that names the other settings.
        labels
            Readable names of values, where they differ.
        """
        for name, values in self.applies:
            if value_of(name) not in values:
                needed = " or ".join(labels.get(value, value) for value in map(_said, values))
                return f"No effect now, only with {fields[name].label.lower()} {needed}."
        return ""

    def allowed(self) -> str:
        """Say in words what is allowed, such as `1..128`."""
        if self.choices:
            text = "one of " + ", ".join(self.choices)
        elif self.kind is str:
            text = f"a text of {self._range()} characters" if self._range() else "a text"
        elif self.kind is tuple:
            text = f"a list of {self._range()} names" if self._range() else "a list of names"
        elif self.kind is bool:
            text = "true or false"
        else:
            text = self._range() or "a number"
        return f"{text}, or none" if self.optional else text

    def check(self, value: Any) -> Any:
        """Return the value in its own type, or say what was expected and what was given.

        Raises
        ------
        ValueError
            If the value has the wrong type, is not finite, or is out of range.
        """
        if value is None and self.optional:
            return None
        checked = self._convert(value)
        if self.choices and checked not in self.choices:
            raise self.refusal(shown(value))
        if self.kind is bool:
            return checked
        size = len(checked) if self.kind in (str, tuple) else checked
        too_small = self.low is not None and size < self.low
        too_large = self.high is not None and size > self.high
        if too_small or too_large:
            raise self.refusal(self._size(value))
        return checked

    def _range(self) -> str:
        if self.low is not None and self.high is not None:
            return f"{self.low:.15g}..{self.high:.15g}"
        if self.low is not None:
            return f"at least {self.low:.15g}"
        return f"at most {self.high:.15g}" if self.high is not None else ""

    def _size(self, value: Any) -> str:
        if self.kind is str:
            return f"{len(value)} characters"
        return f"{len(value)} name{'s' * (len(value) != 1)}" if self.kind is tuple else shown(value)

    def _convert(self, value: Any) -> Any:
        if self.kind is tuple:
            if not isinstance(value, (list, tuple)):
                raise self.refusal(shown(value))
            return tuple(value)
        if self.kind in (str, bool):
            if not isinstance(value, self.kind):
                raise self.refusal(shown(value))
            return value
        # NumPy's numbers are Real too; bool is an int, but never meant as a number here.
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise self.refusal(shown(value))
        if self.kind is int and isinstance(value, numbers.Integral):
            return int(value)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number) or (self.kind is int and not number.is_integer()):
            raise self.refusal(shown(value))
        return self.kind(number)

    def refusal(self, given: str) -> ValueError:
        """Return the error that says what was expected, and what was given."""
        whole = "a whole number " if self.kind is int else ""
        return ValueError(f"{self.name} must be {whole}{self.allowed()}, got {given}")


def _said(value: str | bool) -> str:
    """Return a value of another setting in words."""
    return value if isinstance(value, str) else "on" if value else "off"
