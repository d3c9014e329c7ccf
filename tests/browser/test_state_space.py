"""The state space in a real Chromium: it draws what was packed, and reports what is chosen."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from rnnviz.figures.state_space import StateSpace, pack
from rnnviz.ui.components.states import script
from tests.figures.test_state_space import space_of


def _mount(page: Page, space: StateSpace, still: bool = True) -> None:
    page.emulate_media(reduced_motion="reduce" if still else "no-preference")
    packed = base64.b64encode(pack(space)).decode()
    page.set_content(f"""<body style="margin: 8px"><script type="module">{script()}
        const bytes = Uint8Array.from(atob({json.dumps(packed)}), (each) => each.charCodeAt(0));
        const parent = document.body.appendChild(document.createElement("div"));
        window.told = [];
        window.inside = rnnviz;
        window.picture = rnnviz.mount(parent, {{
          bytes,
          theme: {{ ink: "#31333f", paper: "#ffffff" }},
          onPlace: (place) => told.push(place.time_step),
          onIteration: (iteration) => told.push(`iteration ${{iteration}}`),
        }});
    </script></body>""")
    expect(page.locator(".states .measured")).to_contain_text("iteration")


def test_points_lie_where_their_components_say_and_the_head_walks_with_the_time_step(
    page: Page,
) -> None:
    space = space_of(count=30)
    _mount(page, space)
    drawn = page.evaluate("""() => {
        const { points } = inside.placesOf(picture.scene);
        return [[...points.x], [...points.y]];
    }""")
    for axis, places in enumerate(drawn):
        known = space.clouds[-1].points[:, axis]
        slope, start = np.polyfit(known, places, 1)
        assert places == pytest.approx(slope * known + start, abs=0.05)
    page.locator(".states .space").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("told.at(-1) === 2")
    expect(page.locator(".states .readout")).to_contain_text("Time step 2: input rest")


def test_training_plays_with_what_lies_between_and_an_iteration_is_reported(page: Page) -> None:
    _mount(page, space_of(frames=8), still=False)
    page.locator(".states .training .play").click()
    seen = page.evaluate("""() => new Promise((resolve) => {
        const seen = new Set();
        const look = () => {
            seen.add(picture.scene.data.points[0]);
            if (seen.size > 12) resolve([...seen]); else requestAnimationFrame(look);
        };
        look();
    })""")
    assert len(seen) > 12  # more places than iterations: it moves between them
    page.locator(".states .training .play").click()
    page.wait_for_function("told.some((each) => String(each).startsWith('iteration'))")
