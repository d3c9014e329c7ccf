"""README names only what there is."""

import re
import textwrap

import pytest

import rnnviz
from rnnviz.analysis import claims
from rnnviz.engine import CELLS
from rnnviz.gallery import EXHIBITS
from rnnviz.tasks import TASKS
from rnnviz.training import FIELDS, PRESETS
from rnnviz.training.race_presets import RACES
from rnnviz.ui.shell.frame import MENU
from rnnviz.views.gradients import VIEWS
from tests.serving import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = README[README.index("## The map") : README.index("## Numbers")]
#: Below these a path may be written in short.
FOLDERS = ("", "rnnviz", "rnnviz/ui", "rnnviz/ui/shell", "rnnviz/engine", "rnnviz/tasks")
_PATH = re.compile(r"[\w./]*\w(?:/|\.(?:py|js|md))(?![\w/])")
_PAGES = re.compile(r"(?m)^    (\w+)/ +(.*(?:\n {20}.*)*)")


def paths():
    """Return what the map names, but for the lists of a page's folder."""
    told = _PAGES.sub("", MAP)
    return sorted({path for path in _PATH.findall(told) if not path.startswith("/")})


def test_the_map_names_enough_to_be_worth_a_look():
    assert len(paths()) > 15


@pytest.mark.parametrize("path", paths())
def test_every_path_of_the_map_is_there(path):
    elsewhere = [] if "/" in path.rstrip("/") else list(ROOT.glob(f"rnnviz/**/{path}"))
    assert elsewhere or any((ROOT / folder / path).exists() for folder in FOLDERS)


def test_every_file_of_a_folder_in_ui_is_in_that_folder():
    ui = MAP[MAP.index("In `rnnviz/ui`") :]
    named = [(folder, file) for folder, text in _PAGES.findall(ui)
             for file in re.findall(r"`(\w+(?:\.py)?)`", text)]  # fmt: skip
    assert len(named) > 15
    for folder, file in named:
        assert (ROOT / "rnnviz/ui" / folder / file).exists(), (folder, file)


@pytest.mark.parametrize("name", re.findall(r"python -m (benchmarks\.\w+)", README))
def test_every_command_that_measures_is_there(name):
    assert (ROOT / f"{name.replace('.', '/')}.py").is_file()


def test_every_name_to_enter_something_in_is_there():
    told = re.findall(r"in `([A-Z]+)`", MAP)
    there = {"CELLS": CELLS, "TASKS": TASKS, "PRESETS": PRESETS, "MENU": MENU,
             "CLAIMS": claims.CLAIMS, "EXHIBITS": EXHIBITS, "RACES": RACES,
             "VIEWS": VIEWS, "FIELDS": FIELDS}  # fmt: skip
    assert set(told) == set(there)
    assert all(there.values())


def test_the_example_of_a_race_runs():
    begin = README.index("    from rnnviz.analysis.verdict")
    end = README.index("    from rnnviz import export", begin)
    said = {"rnnviz": rnnviz}
    exec(textwrap.dedent(README[begin:end]), said)
    assert said["race"].level == 100
    assert " of 3, by iteration 100." in said["verdict_of"](said["race"]).sentence
