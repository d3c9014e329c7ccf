"""`rnnviz run` has its pictures drawn by the script of the app, in a browser without a window."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image

from tests.serving import ROOT


@pytest.mark.usefixtures("browser")  # skipped where there is none
def test_a_run_is_written_as_films_and_as_a_picture(tmp_path: Path) -> None:
    files = {name: tmp_path / f"run.{name}" for name in ("gif", "webp", "svg")}
    wanted = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    command = [sys.executable, "-m", "rnnviz", "run", "v=1&h=4&it=3", *wanted]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)

    for name in ("gif", "webp"):
        with Image.open(files[name]) as film:
            assert (film.format, film.n_frames) == (name.upper(), 4)
    title = ElementTree.parse(files["svg"]).getroot().find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == "rnnviz, iteration 3"
