"""The pictures of the exhibits: files that were made from their own runs.

They are made by `python -m benchmarks.gallery_pictures`, which writes beside them from which link
each was made. A test holds that these are the links of now.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from rnnviz.gallery.exhibit import Exhibit
from rnnviz.link import write

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

FOLDER = Path(__file__).with_name("pictures")
#: Key of an exhibit -> link of its experiment, and the digest of each of its files.
RECORD = FOLDER / "made_from.json"


def picture(exhibit: Exhibit, theme: Theme) -> Path:
    """Return the file of an exhibit's picture, WEBP."""
    return FOLDER / f"{exhibit.key}.{theme}.webp"


def made_from(exhibit: Exhibit) -> dict[str, str]:
    """Return what is recorded of an exhibit's pictures as they are now."""
    digests: dict[str, str] = {
        theme: hashlib.sha256(picture(exhibit, theme).read_bytes()).hexdigest()[:16]
        for theme in THEMES
    }
    return {"link": write(exhibit.experiment), **digests}


def recorded() -> dict[str, dict[str, str]]:
    """Return what was recorded when the pictures were made, by the keys of the exhibits."""
    found: dict[str, dict[str, str]] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found
