"""The app in Streamlit's own test harness: no browser, no timer, one script run at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from rnnviz.training import Trainer
from rnnviz.visit import Visit, room
from tests.serving import ROOT

Open = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """Let Streamlit look for components of other packages only once; it takes 0.15 s each time."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture(scope="session", autouse=True)
def room_for_all() -> Iterator[None]:
    """Let the sessions of all tests of a process be there at once: none of them ever ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "MOST_MB", math.inf)
        yield


@pytest.fixture
def open_app() -> Open:
    """Open the app at a page, in a session of its own; maybe on what a trainer has done so far."""

    def open_at(page: str = "studio", trainer: Trainer | None = None) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        if trainer is not None:
            app.session_state["visit"] = Visit(trainer)
        go_to(app, page)
        assert not app.exception
        return app

    return open_at


def go_to(app: AppTest, page: str) -> AppTest:
    """Open another page of the app in the same session."""
    return app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()


def visit_of(app: AppTest) -> Visit:
    """Return the run that the session shows."""
    visit: Visit = app.session_state["visit"]
    return visit


def control(app: AppTest, key: str) -> Any:
    """Return a widget by its key, or what stands before the @ in it, whatever its kind."""
    kinds = (app.slider, app.select_slider, app.button_group, app.button, app.selectbox)
    kinds += (app.text_area, app.toggle, app.multiselect)
    widgets = (widget for kind in kinds for widget in kind)
    return next(widget for widget in widgets if key in (widget.key, str(widget.key).split("@")[0]))
