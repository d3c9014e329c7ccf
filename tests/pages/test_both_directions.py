"""A bidirectional network on the pages: each layer is named, and counts in its own time."""

import pytest

from rnnviz import RunConfig, Trainer
from tests.pages.conftest import control, visit_of
from tests.schedules import three_days


@pytest.mark.parametrize("page", ["studio", "gates", "equations", "gradients"])
def test_every_page_shows_both_directions(open_app, page):
    config = RunConfig(cell="gru", hidden_size=3, layers=1, bidirectional=True)
    trainer = Trainer(config, three_days())
    trainer.advance(iterations=2)
    app = open_app(page, trainer)
    assert visit_of(app).trainer.network.layers == 2
    if page == "studio":
        return
    layer = control(app, "shown_layer")
    assert layer.options == ["1, forward (top)", "1, backward (top)"]
    layer.set_value(1).run()
    assert not app.exception
    assert any("its step 0 is the last input" in caption.value for caption in app.caption)


def test_the_equations_of_a_reset_gate_before_the_product_are_refused_in_a_sentence(open_app):
    trainer = Trainer(RunConfig(cell="gru", hidden_size=3, reset="before"), three_days())
    app = open_app("equations", trainer)
    said = [*app.info, *app.warning, *app.caption, *app.markdown, *app.error]
    assert any("acts before the recurrent product" in each.value for each in said)
