"""Addresses that someone has cut, mistyped or meddled with: for tests and benchmarks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from urllib.parse import quote

_WHOLE = (
    "v=1&task=symbols&cell=gru&h=4&seed=7&b=4&it=3&do=2_lr_0.003"
    "&page=gates&u=3&t=2&p.order=likeness"
)
_SIGNS = (
    *"&=~_<>\"'%+. 9", "\u202e", "\x00", "é", "%zz", "&h=", "&task=", "&p.view=", "-1", "&v=2",
    "<script>alert(1)</script>",
)  # fmt: skip


def altered(count: int, seed: int = 1) -> Iterator[str]:
    """Yield query strings that were good once."""
    draw = random.Random(seed)
    for number in range(count):
        text = list(_WHOLE)
        for _ in range(1 + number % 5):
            text[draw.randrange(len(text))] = draw.choice(_SIGNS)
        cut = draw.randrange(len(text)) if number % 4 == 3 else len(text)
        yield quote("".join(text[:cut]), safe="&=~_.-%+")
