"""What Streamlit keeps of a visitor: when the page is drawn anew."""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.ui.shell import session
from rnnviz.visit import Visit


@pytest.mark.parametrize("is_old", [True, False])
def test_a_fragment_draws_the_whole_page_anew_where_a_callback_asked_for_it(monkeypatch, is_old):
    drawn, visit = [], Visit(Trainer(RunConfig(hidden_size=3)))
    if is_old:
        visit.outdate_page()
    monkeypatch.setattr(session, "current", lambda: visit)
    monkeypatch.setattr(session.st, "rerun", lambda: drawn.append("anew"))

    session.refresh()

    assert drawn == ["anew"] * is_old
