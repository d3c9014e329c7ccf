"""`rnnviz.show` in real notebooks: JupyterLab, Notebook 7 and marimo, in a headless Chromium.

    python -m venv notebooks && notebooks/bin/pip install . anywidget jupyterlab notebook marimo
    python -m benchmarks.notebooks --python notebooks/bin/python --pictures FOLDER

The first cell shows a picture, the second trains for some seconds, and the third shows another one
and trains. Of each notebook it prints how long the first picture took to come, how many iterations
were seen on it while the second cell ran, and whether all else is as it should be. VS Code and
Colab can't be driven here.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
CELLS = (
    "import time\n\nimport rnnviz\n\n"
    "trainer = rnnviz.Trainer(rnnviz.RunConfig(hidden_size=8))\nrnnviz.show(trainer)",
    "for _ in range(60):\n    trainer.advance(10)\n    time.sleep(0.1)\ndone = trainer.iteration",
    "with rnnviz.show(trainer).live():\n    trainer.advance(50)\nended = done + 50",
    "print(ended)\nrnnviz.figures.gates(trainer.trace())",
)
#: Seconds for what comes at once on a quiet machine.
PATIENCE = 90
ITERATION = re.compile(r"iteration ([\d\u202f ]+)")


@dataclass(frozen=True)
class Notebook:
    """One kind of notebook: how it starts, where it is, and how it is used."""

    name: str
    module: str
    command: Callable[[int], list[str]]
    address: str
    run: Callable[[Page], None]
    darken: Callable[[Page], None]
    #: Whether all cells run when the notebook is opened.
    runs_itself: bool = False


def _jupyter(port: int) -> list[str]:
    return [
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--IdentityProvider.token=",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]


def _marimo(port: int) -> list[str]:
    return [
        *("edit", "run.py", "--headless", "--no-token", "--skip-update-check"),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]


def _run_cell(page: Page) -> None:
    page.keyboard.press("Shift+Enter")


def _run_nothing(_: Page) -> None:
    """Marimo runs the cells by itself."""


def _darken_jupyter(page: Page) -> None:
    page.evaluate(
        "jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"
    )


def _darken_system(page: Page) -> None:
    page.emulate_media(color_scheme="dark")


_LAB, _SEVEN = "lab/tree/run.ipynb", "notebooks/run.ipynb"
NOTEBOOKS = (
    Notebook("JupyterLab", "jupyterlab", _jupyter, _LAB, _run_cell, _darken_jupyter),
    Notebook("Notebook 7", "notebook", _jupyter, _SEVEN, _run_cell, _darken_jupyter),
    Notebook("marimo", "marimo", _marimo, "", _run_nothing, _darken_system, runs_itself=True),
)


def main() -> None:
    """Drive all notebooks that are installed, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--python", default=sys.executable, help="of where the notebooks are")
    parser.add_argument("--only", help="the module of one of them, such as marimo")
    parser.add_argument("--pictures", type=Path, help="folder for screenshots")
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    print("| notebook | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for notebook in NOTEBOOKS:
        if arguments.only in (None, notebook.module):
            seen = drive(notebook, arguments.python, arguments.pictures)
            print(f"| {notebook.name} | " + " | ".join(seen[each] for each in COLUMNS) + " |")


COLUMNS = (
    "first picture",
    "iterations seen, of seconds",
    "all kept afterwards",
    "two pictures",
    "a figure",
    "sweep, hover and training",
    "keys stay in the picture",
    "dark",
    "after a reload without a kernel",
)


def drive(notebook: Notebook, python: str, pictures: Path | None) -> dict[str, str]:
    """Return what was seen in a notebook, by column."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        _write(Path(folder))
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox"]
        )
        with _server(notebook, python, Path(folder)) as url:
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(1000 * PATIENCE)
            expect.set_options(timeout=1000 * PATIENCE)
            wrong: list[str] = []
            page.on("pageerror", lambda error: wrong.append(str(error)))

            def shoot(name: str) -> None:
                if pictures:
                    page.screenshot(path=pictures / f"{notebook.module}-{name}.png")

            page.goto(f"{url}/{notebook.address}")
            seen = _look(page, notebook, shoot)
        chromium.close()
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
    return seen


def _look(page: Page, notebook: Notebook, shoot: Callable[[str], None]) -> dict[str, str]:
    if not notebook.runs_itself:
        first = page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
        first.click()
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()
    begun = time.monotonic()
    notebook.run(page)
    picture = page.locator(".unrolled").first
    picture.locator(".measured").wait_for()
    seen = {"first picture": f"{time.monotonic() - begun:.1f} s"}
    shoot("first")
    notebook.run(page)
    seen["iterations seen, of seconds"] = _followed(picture)
    shoot("trained")
    slider = picture.locator(".training input")
    seen["all kept afterwards"] = str(int(slider.get_attribute("max") or 0) + 1)
    notebook.run(page)
    second = page.locator(".unrolled").nth(1)
    expect(second.locator(".measured")).to_contain_text("iteration 650")
    expect(picture.locator(".measured")).to_contain_text("iteration 650")
    seen["two pictures"] = _yes(page.locator(".unrolled").count() == 2)
    notebook.run(page)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    seen["a figure"] = "yes"
    shoot("second")
    picture.scroll_into_view_if_needed()
    seen["sweep, hover and training"] = _controls(picture)
    seen["keys stay in the picture"] = _keys(page, picture)
    shoot("controls")
    notebook.darken(page)
    picture.scroll_into_view_if_needed()
    end = time.monotonic() + PATIENCE
    while not _is_dark(picture) and time.monotonic() < end:
        page.wait_for_timeout(200)
    seen["dark"] = _yes(_is_dark(picture))
    shoot("dark")
    seen["after a reload without a kernel"] = _without_kernel(page, notebook, shoot)
    return seen


def _followed(picture: Locator) -> str:
    """Return how many iterations were seen until training ended, and in how many seconds."""
    said = picture.locator(".measured")
    iterations: dict[int, float] = {}
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and 600 not in iterations:
        found = ITERATION.search(said.inner_text())
        if found:
            iterations.setdefault(int(re.sub(r"\D", "", found[1])), time.monotonic())
        time.sleep(0.02)
    times = list(iterations.values())
    return f"{len(times)}, {times[-1] - times[0]:.1f}"


def _controls(picture: Locator) -> str:
    step, play = picture.locator(".time input"), picture.locator(".time .play")
    before = step.input_value()
    expect(step).not_to_have_value(before)
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    picture.locator(".training input").fill("0")
    expect(picture.locator(".measured")).to_contain_text("iteration 0 ")
    picture.locator(".training .play").click()
    expect(picture.locator(".measured")).not_to_contain_text("iteration 0 ")
    picture.locator(".training .play").click()
    box = picture.locator(".stage").bounding_box()
    assert box is not None
    picture.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 70)
    picture.page.mouse.move(box["x"] + box["width"] / 2 + 2, box["y"] + 72)
    told = picture.locator(".tooltip")
    told.wait_for()
    return _yes(bool(re.search(r"\d\.\d", told.inner_text())))


def _keys(page: Page, picture: Locator) -> str:
    """Press keys that the notebook would take for commands; they are the picture's alone."""
    cells = page.locator(".jp-Notebook .jp-Cell, .marimo-cell")
    before = cells.count()
    picture.locator(".scroll").focus()
    for key in "abddxm":
        page.keyboard.press(key)
    step = picture.locator(".time input")
    at = int(step.input_value())
    page.keyboard.press("ArrowRight" if at == 0 else "ArrowLeft")
    expect(step).to_have_value(str(1 if at == 0 else at - 1))
    return _yes(cells.count() == before)


def _is_dark(picture: Locator) -> bool:
    red, green, blue = picture.evaluate(
        """figure => {
            const canvas = document.createElement("canvas").getContext("2d");
            canvas.fillStyle = getComputedStyle(figure).backgroundColor;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
        }"""
    )
    return max(red, green, blue) < 90


def _without_kernel(page: Page, notebook: Notebook, shoot: Callable[[str], None]) -> str:
    """Save, shut the kernel down, load the page again."""
    if notebook.runs_itself:
        return "–"
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(3000)
    page.evaluate(
        "async () => { for (const each of await (await fetch('/api/kernels')).json())"
        " await fetch(`/api/kernels/${each.id}`, { method: 'DELETE', headers:"
        " { 'X-XSRFToken': (document.cookie.match(/_xsrf=([^;]+)/) ?? [])[1] ?? '' } }); }"
    )
    page.reload()
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.wait_for_timeout(8000)
    shoot("reloaded")
    found = page.locator(".unrolled .measured")
    return found.first.inner_text().split(" · ")[0] if found.count() else "no picture"


def _yes(seen: bool) -> str:
    return "yes" if seen else "NO"


def _write(folder: Path) -> None:
    """Write the same cells as a notebook of Jupyter and of marimo."""
    document = {
        "cells": [
            {
                **{"cell_type": "code", "id": f"cell-{place}", "source": source},
                **{"metadata": {}, "outputs": [], "execution_count": None},
            }
            for place, source in enumerate(CELLS)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (folder / "run.ipynb").write_text(json.dumps(document), encoding="utf-8")
    names = ("", "rnnviz, time, trainer", "done, rnnviz, trainer", "ended, rnnviz, trainer")
    returned = ("rnnviz, time, trainer", "done,", "ended,", "")
    parts = ["import marimo\n\napp = marimo.App()\n"]
    for source, needs, gives in zip(CELLS, names, returned, strict=True):
        body = "".join(f"    {line}\n" if line else "\n" for line in source.split("\n"))
        parts.append(f"\n\n@app.cell\ndef _({needs}):\n{body}    return {gives}\n")
    (folder / "run.py").write_text("".join(parts), encoding="utf-8")
    # By default JupyterLab saves no widget, and without its kernel a notebook cannot show one.
    settings = folder / "JUPYTER_CONFIG_DIR" / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True)
    saves = {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}}
    settings.write_text(json.dumps(saves), encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        '[tool.marimo.display]\ntheme = "system"\n\n'
        "[tool.marimo.runtime]\nauto_instantiate = true\n",
        encoding="utf-8",
    )


@contextmanager
def _server(notebook: Notebook, python: str, folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    private = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    process = subprocess.Popen(
        [python, "-m", notebook.module, *notebook.command(port)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **private},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the notebook ended at once with exit code {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"the notebook did not answer within {PATIENCE} s")


if __name__ == "__main__":
    main()
