"""How one value stands in a link, and how it is read from there.

A link is a query string, and much of what is not a letter, a digit or one of `_ . - ~` takes three
characters in it. So numbers stand as they are, names of a list are joined by `~`, and a long text
is compressed: `~`, then zlib's bytes in the letters of base64url.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from typing import Any
from urllib.parse import quote_plus

from rnnviz.fields import Field, shown

#: Most bytes that the compressed texts of one link may grow to.
MOST_INFLATED = 5_000_000
#: From so many characters on, as they stand in a link, a text is compressed where that is shorter.
_LONG = 200

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,40})?(e-?[0-9]{1,3})?", re.ASCII)
_NONE = "none"


def number_text(value: float) -> str:
    """Write a number such that `float` or `int` reads the same one again."""
    if isinstance(value, int):
        return str(value)
    text = repr(float(value)).replace("e+", "e")
    return text.removesuffix(".0") if value or text[0] != "-" else text  # -0.0 keeps its sign


def to_text(field: Field, value: Any) -> str:
    """Write the value of a setting; `from_text` reads it back."""
    if value is None:
        return _NONE
    if field.kind is bool:
        return "1" if value else "0"
    if field.kind is tuple:
        return "~".join(_escaped(name) for name in value)
    if field.kind is str:
        return f"~{value}" if value.startswith("~") else str(value)
    return number_text(value)


def packed(text: str) -> str:
    """Compress what `to_text` wrote, where that makes a link shorter or can't be avoided."""
    try:
        as_it_is = len(quote_plus(text))
    except UnicodeEncodeError:  # half of a surrogate pair
        as_it_is = None
    if as_it_is is not None and as_it_is <= _LONG:
        return text
    squeezed = zlib.compress(text.encode("utf-8", "surrogatepass"), 9)
    code = f"~{base64.urlsafe_b64encode(squeezed).decode('ascii').rstrip('=')}"
    return code if as_it_is is None or len(code) < as_it_is else text


def from_text(field: Field, text: str, budget: Budget) -> Any:
    """Read the value of a setting.

    Parameters
    ----------
    field
    text
        As it stands in a link.
    budget
        How far compressed texts of this link may still grow.

    Raises
    ------
    ValueError
        As `Field.check`, or if the text is not one that `to_text` or `packed` writes.
    """
    if field.optional and text == _NONE:
        return None
    if field.kind is bool:
        if text not in ("0", "1"):
            raise field.refusal(shown(text))
        return text == "1"
    if field.kind in (str, tuple):
        if text.startswith("~") and not text.startswith("~~"):
            text = budget.inflate(field.name, text[1:])
        if field.kind is str:
            return field.check(text[1:] if text.startswith("~~") else text)
        return field.check([_plain(name) for name in text.split("~")] if text else [])
    return field.check(number(field, text))


def number(field: Field, text: str) -> float:
    """Read a number: an `int` where it is written as one, so that a long seed stays exact."""
    if not _NUMBER.fullmatch(text):
        raise field.refusal(shown(text))
    return int(text) if text.lstrip("-").isdigit() else float(text)


class Budget:
    """What the compressed texts of a link may grow to, all together.

    Parameters
    ----------
    most
        Bytes.
    """

    def __init__(self, most: int = MOST_INFLATED) -> None:
        self._left = most

    def inflate(self, name: str, code: str) -> str:
        """Return the text of which this is the code.

        Raises
        ------
        ValueError
            If the code was cut off or altered, or grows to more than is left.
        """
        try:
            squeezed = base64.b64decode(
                code + "=" * (-len(code) % 4), altchars=b"-_", validate=True
            )
            inflating = zlib.decompressobj()
            data = inflating.decompress(squeezed, self._left + 1)
        except (binascii.Error, ValueError, zlib.error):
            raise ValueError(_broken(name)) from None
        if len(data) > self._left:
            raise ValueError(
                f"{name} must be at most {MOST_INFLATED // 1_000_000} MB when it is unpacked, "
                "got more"
            )
        if not inflating.eof or inflating.unused_data:
            raise ValueError(_broken(name))
        self._left -= len(data)
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise ValueError(_broken(name)) from None


def _broken(name: str) -> str:
    return (
        f"{name} must be a compressed text as rnnviz writes it, got one that is cut off or altered"
    )


def _escaped(name: str) -> str:
    """Write a name such that it holds no `~` and is not empty."""
    return name.replace("!", "!!").replace("~", "!-") or "!0"


def _plain(name: str) -> str:
    """Read what `_escaped` wrote."""
    return re.sub("![!0-]", lambda found: {"!!": "!", "!-": "~", "!0": ""}[found[0]], name)
