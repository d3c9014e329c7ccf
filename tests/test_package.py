"""The package as others install it: a wheel that is complete, typed, and starts anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

import rnnviz
from rnnviz import __main__ as command
from rnnviz.ui.components.plot import LIBRARY
from tests.serving import ROOT, running

PAGES = {path.name for path in (ROOT / "pages").glob("*.py")}


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Return the folder that a wheel made from this checkout was unpacked to."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def metadata(site: Path) -> str:
    return next(site.glob("*.dist-info/METADATA")).read_text(encoding="utf-8")


def test_the_wheel_holds_the_app_its_pages_its_settings_and_plotly(installed):
    app = installed / "rnnviz" / "app"
    assert (app / "app.py").is_file()
    assert {path.name for path in (app / "pages").glob("*.py")} == PAGES
    assert (app / ".streamlit" / "config.toml").is_file()
    assert (app / "static" / LIBRARY).stat().st_size > 1_000_000


def test_the_wheel_holds_every_file_of_the_package(installed):
    listed = subprocess.run(
        ["git", "ls-files", "rnnviz"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    missing = [name for name in listed.stdout.split() if not (installed / name).is_file()]
    assert missing == []
    assert (installed / "rnnviz" / "py.typed").is_file()


def test_the_wheel_needs_what_requirements_txt_says_and_no_more_without_an_extra(installed):
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = {line for line in lines if not line.startswith("#")}
    found = {
        line.removeprefix("Requires-Dist: ")
        for line in metadata(installed).splitlines()
        if line.startswith("Requires-Dist: ") and "; extra ==" not in line
    }
    assert found == wanted
    assert f"Version: {rnnviz.__version__}" in metadata(installed)


def test_an_installed_app_starts_from_another_folder_and_serves_plotly(installed, tmp_path):
    path = os.pathsep.join([str(installed), *sys.path[1:]])
    with running([sys.executable, "-P", "-m", "rnnviz"], tmp_path, {"PYTHONPATH": path}) as server:
        served = urllib.request.urlopen(f"{server.url}/app/static/{LIBRARY}", timeout=10)
        assert served.headers["Content-Type"].startswith(("application/javascript", "text/java"))
        assert len(served.read()) > 1_000_000


def test_what_is_not_an_option_of_ours_goes_on_to_streamlit(monkeypatch):
    from streamlit.web import cli

    called = []
    monkeypatch.setattr(sys, "argv", ["rnnviz"])
    monkeypatch.setattr(cli, "main", lambda: called.append(list(sys.argv)))
    command.main(["--server.port=8600"])
    assert called == [["streamlit", "run", str(ROOT / "app.py"), "--server.port=8600"]]


def test_the_command_tells_its_version(capsys):
    with pytest.raises(SystemExit):
        command.main(["--version"])
    assert capsys.readouterr().out.strip() == f"rnnviz {rnnviz.__version__}"
