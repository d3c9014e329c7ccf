"""The script of the state space, and the one that is made of it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from rnnviz.ui.components import states

_FOLDER = Path(states.__file__).parent


def _sources(folder: Path) -> dict[str, bytes]:
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.suffix in {".js", ".css"} and not path.name.endswith(".min.js")
    }
    return dict(sorted(found.items()))


def test_the_bundle_was_made_from_the_scripts_that_are_here() -> None:
    total = hashlib.sha256()
    for folder in (_FOLDER, _FOLDER.parent / "unrolled"):
        for name, text in _sources(folder).items():
            total.update(f"{name}\n".encode() + text)
    first = states.script().splitlines()[0]
    assert total.hexdigest() in first, "stale: run `npm install` once, then `npm run build`"


def test_the_context_that_writes_svg_knows_every_call_that_the_picture_makes() -> None:
    drawing = [text for name, text in _sources(_FOLDER).items() if name[:4] in {"draw", "diag"}]
    used = set(re.findall(r"\bcontext\.([a-z]\w*)", b"".join(drawing).decode()))
    vector = (_FOLDER.parent / "unrolled" / "save" / "vector.js").read_text(encoding="utf-8")
    known = set(re.findall(r"(?m)^  (\w+)\(", vector)) | set(re.findall(r"this\.(\w+) = ", vector))
    assert used <= known
