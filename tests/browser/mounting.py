"""The picture of some traces on an empty page, without Streamlit; its parts can be asked there."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from playwright.sync_api import Page, expect

from rnnviz.figures.picture import BUDGET, pack
from rnnviz.recording import Trace
from rnnviz.ui.components.unrolled import script

#: Ink and paper of Streamlit's two themes.
LIGHT = {"ink": "#31333f", "paper": "#ffffff"}
DARK = {"ink": "#fafafa", "paper": "#0e1117"}


def mount(
    page: Page,
    *pictures: Sequence[Trace],
    theme: dict[str, str] = LIGHT,
    still: bool = True,
    exact: Sequence[int] | None = None,
    budget: int = BUDGET,
) -> Page:
    """Mount a picture for each sequence of traces, one below the other: `pictures` on the page."""
    page.emulate_media(reduced_motion="reduce" if still else "no-preference")
    packed = [
        base64.b64encode(pack(traces, exact=exact, budget=budget)).decode() for traces in pictures
    ]
    page.set_content(f"""<body style="margin: 8px; background: {theme["paper"]}">
        <script type="module">{script()}
            window.repaintNow = (view) => rnnviz.repaint(view, false);
            window.inside = rnnviz;
            window.pictures = {json.dumps(packed)}.map((text) => {{
                const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
                const parent = document.body.appendChild(document.createElement("div"));
                return rnnviz.mount(parent, {{ bytes, theme: {json.dumps(theme)} }});
            }});
        </script></body>""")
    expect(page.locator(".unrolled .label").first).to_be_visible()
    return page
