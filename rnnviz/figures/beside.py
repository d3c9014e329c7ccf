"""Two packets for the canvas that draws two moving networks side by side.

The format, which `rnnviz/ui/components/unrolled/beside.js` reads:

    4 bytes         PAIR
    4 bytes         length of the header, little-endian
    header          JSON in UTF-8: `pictures`, a list of two, each with its `length` in bytes, its
                    `name`, `colour` and `dashed` of its lines in the charts, and `sentences`: one
                    for each iteration that it holds
    packets         the two of `rnnviz.figures.picture.pack`, one after the other
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from rnnviz.figures.palette import RUN_LINES


@dataclass(frozen=True)
class Beside:
    """One of two pictures.

    Parameters
    ----------
    name
        The title above it.
    packet
        A packet made by `pack`.
    sentences
        Iteration -> sentence.
    """

    name: str
    packet: bytes
    sentences: Mapping[int, str]


def pack_two(first: Beside, second: Beside) -> bytes:
    """Join two packets, with the titles above them."""
    pictures = [
        {
            "length": len(each.packet),
            "name": each.name,
            "colour": colour,
            "dashed": dash != "solid",
            "sentences": dict(each.sentences),
        }
        for each, (colour, dash) in zip((first, second), RUN_LINES, strict=False)
    ]
    header = json.dumps({"pictures": pictures}, separators=(",", ":"), ensure_ascii=False).encode()
    return b"".join(
        [b"PAIR", len(header).to_bytes(4, "little"), header, first.packet, second.packet]
    )


def iterations_in(packet: bytes) -> tuple[int, ...]:
    """Return the iterations whose frames a packet of `pack` holds, ascending."""
    length = int.from_bytes(packet[:4], "little")
    frames = json.loads(packet[4 : 4 + length])["frames"]
    return tuple(int(frame["iteration"]) for frame in frames)
