"""The scripts of the moving network: modules that can be joined into one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnnviz.ui.components import unrolled

_FOLDER = Path(unrolled.__file__).parent
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
_NAME = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


def _text(module: str) -> str:
    return (_FOLDER / f"{module}.js").read_text(encoding="utf-8")


def test_every_script_in_the_folder_is_joined() -> None:
    assert {*unrolled.MODULES, "streamlit"} == {path.stem for path in _FOLDER.glob("*.js")}


@pytest.mark.parametrize("module", [*unrolled.MODULES, "streamlit"])
def test_a_script_imports_only_what_a_script_before_it_exports(module: str) -> None:
    order = [*unrolled.MODULES, "streamlit"]
    for names, source in _IMPORT.findall(_text(module)):
        assert order.index(source) < order.index(module)
        assert set(re.findall(r"\w+", names)) <= set(_EXPORT.findall(_text(source)))


def test_no_name_stands_in_two_scripts() -> None:
    names = [name for module in unrolled.MODULES for name in _NAME.findall(_text(module))]
    assert sorted(names) == sorted(set(names))


def test_the_joined_script_has_no_imports_left_and_offers_mount_and_paint() -> None:
    script = unrolled.script()
    assert not re.search(r"(?m)^(import|export)\b", script)
    for offered in ("mount", "makeScene", "look", "sizeOf", "paint"):
        assert f"\nfunction {offered}(" in script


def test_the_context_that_writes_svg_knows_every_call_that_the_picture_makes() -> None:
    drawing = unrolled.MODULES[: unrolled.MODULES.index("paint") + 1]
    texts = "".join(map(_text, drawing))
    of_images = {"createImageData", "putImageData"}  # small canvases, one pixel for each value
    used = set(re.findall(r"\bcontext\.([a-z]\w*)", texts)) - of_images
    vector = _text("vector")
    known = set(re.findall(r"(?m)^  (\w+)\(", vector)) | set(re.findall(r"(\w+): ", vector))
    assert used <= known
