"""`rnnviz gallery --out FOLDER`: the gallery as pages that any static host serves.

`index.html` shows the cards. Each experiment has a page of its own with the recorded run in the
picture that plays offline. The pages load nothing but the pictures beside them.
"""

from __future__ import annotations

import argparse
import html
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from rnnviz import export
from rnnviz.commands.progress import Progress
from rnnviz.figures import standalone
from rnnviz.figures.standalone import Heading
from rnnviz.gallery import EXHIBITS, THEMES, Exhibit, picture
from rnnviz.gallery.pictures import Theme
from rnnviz.link import Replay, estimate_s

ABOUT = "Train the experiments of the gallery and write them as pages for any static host."

_SLICE_S = 0.2
_INDEX = "index.html"
_PICTURES = "pictures"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; img-src 'self' file: data:">
<link rel="icon" href="data:,">
<title>Experiments with recurrent networks</title>
<style>
:root { --ink: #31333f; --paper: #ffffff; --line: #d6d6d8; }
@media (prefers-color-scheme: dark) { :root { --ink: #f2f2f0; --paper: #191918; --line: #444; } }
body { margin: 0 auto; max-width: 1100px; padding: 1.5rem 1rem 2rem; color: var(--ink);
  background: var(--paper); font: 16px/1.45 "Source Sans 3", "Segoe UI", Roboto, Arial, sans-serif }
h1 { font-size: 1.6rem; margin: 0 0 0.3rem; }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%%, 290px), 1fr));
  gap: 1rem; padding: 0; list-style: none; }
li { display: flex; flex-direction: column; padding: 0.8rem; border: 1px solid var(--line);
  border-radius: 8px; }
h2 { font-size: 1.1rem; margin: 0.5rem 0 0.2rem; }
p { margin: 0 0 0.6rem; overflow-wrap: anywhere; }
img { display: block; width: 100%%; height: auto; border-radius: 4px; }
a { color: inherit; }
</style>
</head>
<body>
<h1>Experiments with recurrent networks</h1>
<p>Each was trained, and recorded while it trained. Open one, and play it. Made with rnnviz.</p>
<ul>
%s
</ul>
</body>
</html>
"""

_CARD = """<li>
<a href="%(page)s" tabindex="-1" aria-hidden="true"><picture>
<source media="(prefers-color-scheme: dark)" srcset="%(dark)s">
<img src="%(light)s" width="440" height="300" alt="" loading="lazy">
</picture></a>
<h2><a href="%(page)s">%(title)s</a></h2>
<p>%(sees)s</p>%(app)s
</li>"""


def add(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--out", metavar="FOLDER", required=True, help="folder, made if need be")
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="NAME",
        choices=[exhibit.key for exhibit in EXHIBITS],
        help="these experiments alone: %(choices)s",
    )
    parser.add_argument(
        "--app", default="", metavar="ADDRESS", help="of an app, to link to each running network"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train the experiments and write their pages."""
    if arguments.app and urlsplit(arguments.app).scheme not in ("http", "https"):
        raise ValueError(f"--app must begin with http:// or https://, got {arguments.app!r}")
    chosen = [each for each in EXHIBITS if not arguments.only or each.key in arguments.only]
    folder = Path(arguments.out)
    (folder / _PICTURES).mkdir(parents=True, exist_ok=True)
    _write_pages(folder, chosen)
    for exhibit in chosen:
        for theme in THEMES:
            shutil.copyfile(picture(exhibit, theme), folder / _picture(exhibit, theme))
    cards = "\n".join(_card(exhibit, arguments.app) for exhibit in chosen)
    (folder / _INDEX).write_text(_PAGE % cards, encoding="utf-8")
    print(f"Wrote {folder / _INDEX} and {len(chosen)} experiments.", file=sys.stderr)
    return 0


def _write_pages(folder: Path, chosen: Sequence[Exhibit]) -> None:
    # Here, for only this needs the picture's script, and with it the user interface.
    from rnnviz.ui.components.unrolled import script

    drawing = script()
    costs = [estimate_s(exhibit.experiment) for exhibit in chosen]
    done, begun = 0.0, time.perf_counter()
    with Progress("Training") as progress:
        for exhibit, cost in zip(chosen, costs, strict=True):
            replay = Replay(exhibit.experiment)
            while not replay.done:
                replay.advance(_SLICE_S)
                share = (done + replay.progress * cost) / sum(costs)
                progress.show(share, (time.perf_counter() - begun) * (1 / share - 1))
            done += cost
            page = standalone.page(
                export.snapshot(replay.trainer),
                drawing,
                heading=Heading(exhibit.title, _sentence(exhibit), (_INDEX, "All experiments")),
            )
            (folder / _page(exhibit)).write_text(page, encoding="utf-8")


def _card(exhibit: Exhibit, app: str) -> str:
    address = html.escape(f"{app}?{exhibit.link}")
    texts = {
        "page": _page(exhibit),
        "light": _picture(exhibit, "light"),
        "dark": _picture(exhibit, "dark"),
        "title": exhibit.title,
        "sees": exhibit.sees,
    }
    escaped = {name: html.escape(text) for name, text in texts.items()}
    live = f'\n<p><a href="{address}">Train it in the app</a></p>' if app else ""
    return _CARD % {**escaped, "app": live}


def _sentence(exhibit: Exhibit) -> str:
    alone = f" Recorded here: {exhibit.recorded}." if exhibit.recorded else ""
    return f"{exhibit.sees}{alone}"


def _page(exhibit: Exhibit) -> str:
    return f"{exhibit.key}.html"


def _picture(exhibit: Exhibit, theme: Theme) -> str:
    return f"{_PICTURES}/{exhibit.key}.{theme}.webp"
