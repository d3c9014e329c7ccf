"""The scripts of the moving network, and the one that is made of them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from rnnviz.ui.components import unrolled

_FOLDER = Path(unrolled.__file__).parent
_BUNDLE = "unrolled.min.js"
#: A folder's scripts import only from their own and from those before it; "" is what joins them.
_ORDER = ("data", "text", "scene", "draw", "page", "gif", "save", "")
_IMPORT = re.compile(r'^(?:import|export) [^;]*?from "(\.[^"]+\.js)";', re.MULTILINE)

_SCRIPTS = {
    path.relative_to(_FOLDER).as_posix(): path
    for path in sorted(_FOLDER.rglob("*.js"))
    if path.name != _BUNDLE
}


def _imported(name: str) -> list[str]:
    """Return the scripts that one imports."""
    path = _SCRIPTS[name]
    found = _IMPORT.findall(path.read_text(encoding="utf-8"))
    return [(path.parent / each).resolve().relative_to(_FOLDER).as_posix() for each in found]


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


@pytest.mark.parametrize("name", _SCRIPTS)
def test_a_script_imports_only_from_its_folder_and_those_before_it(name: str) -> None:
    place = _ORDER.index(_folder(name))
    for source in _imported(name):
        assert source in _SCRIPTS
        assert _ORDER.index(_folder(source)) <= place, source


def test_no_script_imports_itself_by_way_of_others() -> None:
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, (*way, name)
        if name not in done:
            for source in _imported(name):
                visit(source, (*way, name))
            done.add(name)

    for name in _SCRIPTS:
        visit(name, ())


def test_every_script_is_in_the_bundle() -> None:
    reached: set[str] = set()
    waiting = ["index.js"]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting += [source for source in _imported(name) if source not in reached]
    assert reached == set(_SCRIPTS)


def test_the_bundle_was_made_from_the_scripts_that_are_here() -> None:
    sources = [path for path in _FOLDER.rglob("*") if path.suffix in {".js", ".css"}]
    names = sorted(path.relative_to(_FOLDER).as_posix() for path in sources)
    total = hashlib.sha256()
    for name in names:
        if name != _BUNDLE:
            total.update(f"{name}\n".encode())
            total.update((_FOLDER / name).read_bytes())
    first = unrolled.script().splitlines()[0]
    assert total.hexdigest() in first, "stale: run `npm install` once, then `npm run build`"


def test_the_context_that_writes_svg_knows_every_call_that_the_picture_makes() -> None:
    drawing = [path for name, path in _SCRIPTS.items() if _folder(name) == "draw"]
    texts = "".join(path.read_text(encoding="utf-8") for path in drawing)
    of_images = {"createImageData", "putImageData"}  # small canvases, one pixel for each value
    used = set(re.findall(r"\bcontext\.([a-z]\w*)", texts)) - of_images
    vector = _SCRIPTS["save/vector.js"].read_text(encoding="utf-8")
    known = set(re.findall(r"(?m)^  (\w+)\(", vector)) | set(re.findall(r"this\.(\w+) = ", vector))
    assert used <= known


def test_only_paint_takes_the_whole_scene_of_what_draws_and_tells() -> None:
    whole = [
        (name, count)
        for name, path in _SCRIPTS.items()
        if _folder(name) in {"data", "text", "draw"}
        and (count := len(re.findall(r"@param \{(?:Scene|View)\}", path.read_text("utf-8"))))
    ]
    assert whole == [("draw/paint.js", 1)]


@pytest.mark.parametrize("name", _SCRIPTS)
def test_no_script_escapes_its_types(name: str) -> None:
    text = _SCRIPTS[name].read_text(encoding="utf-8")
    assert not re.search(r"@ts-|\bany\b[\[\]|]*\}|\{[^}\n]*: any\b", text)
