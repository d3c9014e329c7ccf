"""Imports point down the floors, and Streamlit and Plotly stay where they belong."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: floor -> what it may import of the package, besides itself, `rnnviz.fields` and `numbers`.
MAY_IMPORT = {
    "engine": set(),
    "hopfield": set(),
    "recording": {"engine"},
    "tasks": {"engine"},
    "training": {"engine", "recording", "tasks"},
    "link": {"engine", "tasks", "training"},
    "analysis": {"engine", "recording", "tasks", "training"},
    "export": {"engine", "recording", "tasks", "training"},
    "weights": {"engine", "tasks", "training", "link"},
    "sweeps": {"recording", "tasks", "training", "link", "analysis"},
    "figures": {"engine", "recording", "tasks", "training", "analysis", "export"},
    "visit": {"engine", "recording", "tasks", "training", "link", "analysis"},
    "gallery": {"tasks", "training", "link", "analysis"},
    "views": {
        *("engine", "hopfield", "recording", "tasks", "training", "analysis", "figures"),
        "sweeps",
    },
    "ui": {
        "hopfield",
        *("engine", "recording", "tasks", "training", "link", "analysis", "export", "figures"),
        *("visit", "views", "gallery", "sweeps", "weights"),
    },
    "notebook": {"engine", "recording", "tasks", "training", "figures", "ui"},
    "commands": {"tasks", "training", "link", "export", "figures", "gallery", "sweeps", "ui"},
}
#: The one way up: `Trainer.link` asks for the link's floor when it is called.
UP = {("trainer.py", "link")}
ENGINE_MAY_IMPORT = {
    "numpy",
    "math",
    "abc",
    "collections",
    "copy",
    "dataclasses",
    "functools",
    "re",
    "typing",
}


def imported(file: Path) -> set[str]:
    """Return the dotted names of every module that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def floors_used(file: Path) -> set[str]:
    parts = [name.split(".") for name in imported(file)]
    return {part[1] for part in parts if part[0] == "rnnviz" and len(part) > 1} & set(MAY_IMPORT)


def files_of(floor: str) -> list[Path]:
    files = sorted((ROOT / "rnnviz" / floor).rglob("*.py"))
    assert files
    return files


@pytest.mark.parametrize("floor", MAY_IMPORT)
def test_imports_point_down_the_floors(floor):
    for file in files_of(floor):
        ways_up = {above for name, above in UP if name == file.name}
        assert floors_used(file) <= MAY_IMPORT[floor] | {floor} | ways_up, file


@pytest.mark.parametrize("floor", sorted(set(MAY_IMPORT) - {"ui"}))
def test_only_the_user_interface_knows_streamlit(floor):
    for file in files_of(floor):
        assert not any(name.split(".")[0] == "streamlit" for name in imported(file)), file


@pytest.mark.parametrize(
    "floor",
    [
        *("engine", "hopfield", "recording", "tasks", "training", "link", "analysis", "visit"),
        *("export", "gallery", "sweeps", "weights"),
    ],
)
def test_no_floor_below_the_figures_knows_plotly(floor):
    for file in files_of(floor):
        assert not any(name.split(".")[0] == "plotly" for name in imported(file)), file


@pytest.mark.parametrize("floor", ["engine", "hopfield"])
def test_the_ground_floor_knows_numpy_alone(floor):
    for file in files_of(floor):
        outside = {name.split(".")[0] for name in imported(file)} - {"rnnviz", "__future__"}
        assert outside <= ENGINE_MAY_IMPORT, file


def test_session_state_is_known_to_one_file_and_to_the_components():
    for file in sorted((ROOT / "rnnviz").rglob("*.py")) + sorted((ROOT / "pages").glob("*.py")):
        if file.name == "session.py" or "components" in file.parts:
            continue
        assert "session_state" not in file.read_text(encoding="utf-8"), file


def test_pages_hold_no_logic():
    for file in sorted((ROOT / "pages").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)], file
        assert "rnnviz.ui.shell.frame" in imported(file), file


def test_every_page_of_the_menu_has_its_script_and_the_other_way_round():
    from rnnviz.ui.shell.frame import MENU

    assert {name for name, *_ in MENU} == {file.stem for file in (ROOT / "pages").glob("*.py")}


#: The folders of the pages in rnnviz/ui: none imports another's, and what they share is the shell.
PAGES = {
    *("studio", "gallery", "task", "gates", "equations", "gradients", "memory", "hopfield"),
    *("race", "sweep"),
}


@pytest.mark.parametrize("page", sorted(PAGES | {"shell", "components"}))
def test_no_folder_of_the_user_interface_imports_that_of_a_page(page):
    for file in sorted((ROOT / "rnnviz" / "ui" / page).rglob("*.py")):
        used = {name.split(".")[2] for name in imported(file) if name.startswith("rnnviz.ui.")}
        assert not used & (PAGES - {page}), file


def test_no_other_page_loads_the_gallery():
    loading = {file for file in files_of("ui") if "gallery" in floors_used(file)}
    assert {file.parent.name for file in loading} == {"gallery"}


def test_the_components_know_nothing_of_the_shell():
    for file in sorted((ROOT / "rnnviz" / "ui" / "components").rglob("*.py")):
        assert not any(name.startswith("rnnviz.ui.shell") for name in imported(file)), file


def set_on_a_visit(file: Path) -> list[str]:
    """Return what a file assigns to attributes of a visit; those of a page's part are its own."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            owner = ast.unparse(node.value)
            is_visit = owner.split(".")[0] in ("visit", "run") or "current()" in owner
            if is_visit and ".part(" not in owner:
                found.append(f"{owner}.{node.attr}")
    return found


def test_only_a_visit_changes_its_state(tmp_path):
    example = tmp_path / "example.py"
    example.write_text("visit.playing = True\nsession.current().job = None\na = visit.job\n")
    assert set_on_a_visit(example) == ["visit.playing", "session.current().job"]

    for file in [*files_of("ui"), *sorted((ROOT / "pages").glob("*.py")), ROOT / "app.py"]:
        assert not set_on_a_visit(file), file
