"""The moving network as one HTML file that plays anywhere, without a server or a connection.

The file contains the same script and style sheet as the app's picture, and the packed traces. Its
own content security policy forbids it to load anything.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import dataclass

from rnnviz.engine import spec_of
from rnnviz.export import Snapshot
from rnnviz.figures.picture import pack

#: Maximum bytes of traces that are all stored without quantisation. If they would take more, the
#: values of all but the newest iteration are rounded, and marked so.
MOST_EXACT = 3_000_000

_LIGHT = "--st-background-color: #ffffff; --st-text-color: #31333f; color-scheme: light;"
_DARK = "--st-background-color: #191918; --st-text-color: #f2f2f0; color-scheme: dark;"

_STYLE = """
:root {
  %(default)s
  --st-font: "Source Sans 3", "Source Sans Pro", "Segoe UI", Roboto, "Helvetica Neue", Arial,
    sans-serif;
  --st-primary-color: #0072b2;
}
@media (prefers-color-scheme: light) { :root { %(light)s } }
@media (prefers-color-scheme: dark) { :root { %(dark)s } }
body {
  margin: 0 auto;
  max-width: 1400px;
  padding: 1.2rem clamp(0.8rem, 3vw, 2.5rem) 2rem;
  font: 15px/1.45 var(--st-font);
  color: var(--st-text-color);
  background: var(--st-background-color);
}
a { color: inherit; }
h1 { font-size: 1.35rem; margin: 0 0 0.2rem; overflow-wrap: anywhere; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
footer { margin-top: 1rem; font-size: 13px; opacity: 0.75; }
/* Nothing trains in here that could be followed. */
#network .follow { display: none; }
"""

_START = """
const text = document.getElementById("bytes").textContent;
const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const picture = rnnviz.mount(document.getElementById("network"), { bytes });
// The same bytes again: the picture then looks at the colours again.
matchMedia("(prefers-color-scheme: dark)").onchange = () => picture.update(bytes);
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; script-src '%(hash)s'">
<title>%(title)s</title>
<style>%(style)s</style>
</head>
<body>
%(back)s<h1>%(title)s</h1>
%(sentence)s<p>%(about)s</p>
<div id="network"><noscript>The animation needs JavaScript; nothing is loaded.</noscript></div>
<footer>%(foot)s</footer>
<script type="text/plain" id="bytes">%(bytes)s</script>
<script type="module">%(script)s</script>
</body>
</html>
"""


@dataclass(frozen=True)
class Heading:
    """What stands above the picture.

    Parameters
    ----------
    title, sentence
        Plain text; the sentence stands before what the picture is about.
    back : tuple of (address, text)
        A link to the page that lists this one and others, relative to this one.
    """

    title: str
    sentence: str = ""
    back: tuple[str, str] = ("", "")


def page(
    taken: Snapshot, script: str, *, dark: bool = False, heading: Heading | None = None
) -> str:
    """Return the text of the file.

    Parameters
    ----------
    taken
        The traces to show.
    script
        The script that defines `rnnviz.mount`: `rnnviz.ui.components.unrolled.script()`.
    dark
        Whether it is dark if the viewer's system has no preference.
    heading
        None names the task and the cell.

    Raises
    ------
    ValueError
        If the script contains text that would end it, or begin another one.
    """
    packed, rounded = _packed(taken)
    if heading is None:
        heading = Heading(f"{taken.task.title}, {spec_of(taken.config.cell).label}")
    return page_of(packed, script, heading, about=_about(taken), rounded=rounded, dark=dark)


def page_of(
    packed: bytes,
    script: str,
    heading: Heading,
    *,
    about: str,
    rounded: bool = False,
    dark: bool = False,
) -> str:
    """Return the text of a file that shows traces which are packed already.

    Parameters
    ----------
    packed
        What `pack` returned.
    script, heading, dark
        As of `page`.
    about
        A sentence on what the picture shows.
    rounded
        Whether units of some iterations are not exact.

    Raises
    ------
    ValueError
        If the script contains text that would end it, or begin another one.
    """
    whole = f"{script}\n{_START}"
    if found := re.search(r"<(/?script|!--)", whole, re.IGNORECASE):
        raise ValueError(f"a script within HTML must not hold {found.group()!r}")
    digest = base64.b64encode(hashlib.sha256(whole.encode()).digest()).decode()
    theme = {"default": _DARK if dark else _LIGHT, "light": _LIGHT, "dark": _DARK}
    return _PAGE % {
        "hash": f"sha256-{digest}",
        "style": _STYLE % theme,
        **_head(heading),
        "about": html.escape(about),
        "foot": html.escape(_foot(rounded)),
        "bytes": base64.b64encode(packed).decode(),
        "script": whole,
    }


def _head(heading: Heading) -> dict[str, str]:
    address, text = map(html.escape, heading.back)
    return {
        "title": html.escape(heading.title),
        "sentence": f"<p>{html.escape(heading.sentence)}</p>\n" if heading.sentence else "",
        "back": f'<p><a href="{address}">{text}</a></p>\n' if text else "",
    }


def _packed(taken: Snapshot) -> tuple[bytes, bool]:
    """Return the packed traces, and whether values of some of them are rounded."""
    traces = taken.traces
    exact = pack(traces, exact=[trace.iteration for trace in traces])
    if len(exact) <= MOST_EXACT:
        return exact, False
    return pack(traces), len(traces) > 1


def _about(taken: Snapshot) -> str:
    config, task = taken.config, taken.task
    layers = f"{config.layers} layers of " if config.layers > 1 else ""
    if config.two_ways:
        layers = f"{config.layers} layer{'s' * (config.layers > 1)} in both directions of "
    units = f"{config.hidden_size} unit{'' if config.hidden_size == 1 else 's'}"
    return (
        f"{task.description} The picture shows the example “{taken.probe.name}” in a network of "
        f"{layers}{units}, measured at {taken.span}."
    )


def _foot(rounded: bool) -> str:
    sentence = "Every colour and number was measured in the network while it trained."
    if rounded:
        sentence += " Units of all but the newest iteration are rounded to 254 levels, marked ≈."
    return f"{sentence} This file loads nothing. Made with rnnviz."
