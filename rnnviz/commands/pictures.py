"""Pictures and films of a run, drawn as in the app: by its own script in an installed Chromium.

The script that draws the network in the app is also in the page that is taken along
(`rnnviz.figures.standalone`). That page is opened without a window and without a network, and asked
for its picture, as a person would do.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Where a Chromium of the system may be, if Playwright has none of its own.
_INSTALLED = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
_SIZE = {"width": 1280, "height": 900}
#: A film of the largest network takes about a minute on a slow machine.
_PATIENCE_MS = 300_000
_MISSING = (
    "Pictures are drawn by a browser. Install Playwright with “pip install 'rnnviz[pictures]'”, "
    "and if there is no Chromium, “playwright install chromium”. --npz, --csv and --html need none."
)


@dataclass(frozen=True)
class Picture:
    """A file that the page can save: what it is, and the button that does it."""

    about: str
    button: str


#: By the option that asks for it.
PICTURES = {
    "gif": Picture("a film of training as a GIF", "Save the film: Training as GIF"),
    "webp": Picture("a film of training as a WEBP", "Save the film: Training as WEBP"),
    "svg": Picture("a picture of the last iteration as an SVG", "Save this picture as SVG"),
}


def check() -> None:
    """Refuse where there is no browser that can be started.

    Raises
    ------
    ValueError
        What to install.
    """
    with _browser():
        pass


def draw(page: str, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the names of pictures, and each as the bytes of its file.

    Parameters
    ----------
    page
        What `standalone.page` makes.
    names
        Keys of `PICTURES`.

    Raises
    ------
    ValueError
        If there is no browser, or nothing to make a film of.
    """
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        file = Path(folder, "run.html")
        file.write_text(page, encoding="utf-8")
        context = browser.new_context(
            viewport=_SIZE, offline=True, reduced_motion="reduce", color_scheme="light"
        )
        context.set_default_timeout(_PATIENCE_MS)
        opened = context.new_page()
        opened.goto(file.as_uri())
        opened.get_by_role("button", name="Save the picture").click()
        for name in names:
            yield name, _saved(opened, name)


def _saved(page: Any, name: str) -> bytes:
    button = page.get_by_role("button", name=PICTURES[name].button, exact=True)
    if not button.is_enabled():
        raise ValueError(f"--{name} needs at least two kept iterations: train for longer")
    with page.expect_download() as download:
        button.click()
    return Path(download.value.path()).read_bytes()


@contextmanager
def _browser() -> Iterator[Any]:
    """Start a Chromium, Playwright's own or that of the system."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise ValueError(_MISSING) from None
    with sync_playwright() as playwright:
        paths = (path for path in map(shutil.which, _INSTALLED) if path)
        for path in (None, *paths):
            try:
                browser = playwright.chromium.launch(executable_path=path)
            except Error:  # it is not installed, or does not start
                continue
            try:
                yield browser
            finally:
                browser.close()
            return
        raise ValueError(_MISSING)
