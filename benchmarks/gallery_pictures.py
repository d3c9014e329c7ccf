"""Make the pictures of the gallery: each experiment is trained and drawn by the app's own script.

Needs a Chromium and Pillow, which Streamlit brings::

    python -m benchmarks.gallery_pictures [--only KEY ...]
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import tempfile
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, sync_playwright

from rnnviz import export
from rnnviz.figures import standalone
from rnnviz.gallery import EXHIBITS, THEMES, picture, pictures
from rnnviz.gallery.claims import trained
from rnnviz.ui.components.unrolled import script

#: Of a card's picture, and of the window in which the network is drawn, in pixels.
SIZE = (440, 300)
WINDOW = {"width": 800, "height": 700}
MOST_BYTES = 20_000

#: The last time steps, where the answer is and where the gradient begins.
_TO_THE_END = "for (const box of document.querySelectorAll('.scroll')) box.scrollLeft = 1e6"


def draw(browser: Browser, page: Path, theme: str) -> bytes:
    """Return the network of a page that plays offline, as WEBP."""
    context = browser.new_context(
        viewport=WINDOW, offline=True, reduced_motion="reduce", color_scheme=theme
    )
    opened = context.new_page()
    opened.goto(page.as_uri())
    opened.locator(".unrolled .label").first.wait_for()
    opened.evaluate(_TO_THE_END)
    opened.wait_for_timeout(500)
    taken = opened.locator(".unrolled .scroll").first.screenshot()
    context.close()
    return as_webp(taken)


def as_webp(png: bytes) -> bytes:
    """Return a picture in the size of a card, of as good a quality as fits."""
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    card = Image.new("RGB", SIZE, whole.getpixel((1, 1)))
    card.paste(ImageOps.contain(whole, SIZE, Image.Resampling.LANCZOS))
    for quality in (80, 70, 60, 50, 40, 30, 20):
        file = io.BytesIO()
        card.save(file, "WEBP", quality=quality, method=6)
        if file.tell() < MOST_BYTES:
            return file.getvalue()
    raise SystemExit("the picture is too large at every quality")


def main() -> None:
    """Make the pictures, and record from which link."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[exhibit.key for exhibit in EXHIBITS])
    asked = parser.parse_args()
    pictures.FOLDER.mkdir(exist_ok=True)
    record = pictures.recorded() if pictures.RECORD.is_file() else {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for exhibit in EXHIBITS:
            if exhibit.key not in asked.only:
                continue
            page = Path(folder, f"{exhibit.key}.html")
            taken = export.snapshot(trained(exhibit.experiment))
            page.write_text(standalone.page(taken, script()), encoding="utf-8")
            for theme in THEMES:
                picture(exhibit, theme).write_bytes(draw(browser, page, theme))
            record[exhibit.key] = pictures.made_from(exhibit)
            print(exhibit.key, flush=True)
    there = {exhibit.key: record[exhibit.key] for exhibit in EXHIBITS if exhibit.key in record}
    pictures.RECORD.write_text(json.dumps(there, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
