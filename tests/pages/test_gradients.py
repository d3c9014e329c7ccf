"""The gradient laboratory: each view, its controls, and what its numbers are about."""

import base64
import json
import re

import numpy as np
import pytest

from rnnviz.analysis.gradients import backward_norms, factor_per_step, reach
from rnnviz.engine import Hold
from rnnviz.numbers import factor as factor_text
from rnnviz.tasks import DelayedRecall, NextSymbol
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.config import CHOICE_LABELS
from rnnviz.training.side_by_side import other_cells
from rnnviz.views.gradients import THROUGH_TIME, VIEWS
from tests.pages.conftest import control, visit_of
from tests.schedules import three_days


def charts(app):
    """Return the messages that go to the browser for all charts of the page."""
    found = []
    for component in app.get("bidi_component"):
        data = getattr(component.proto, "bytes", b"")
        if component.proto.component_name.endswith("rnnviz_plot"):
            found += json.loads(data)["charts"]
    return found


def says(app):
    return " ".join(chart["caption"] for chart in charts(app))


def large_numbers(app):
    written = next(
        html.proto.body for html in app.get("html") if "readings large" in html.proto.body
    )
    return {
        label: re.sub("<.*?>", "", text).rstrip("▁▂▃▄▅▆▇█")
        for label, text in re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", written)
    }


@pytest.fixture
def laboratory(open_app):
    """Open the page with a run of a few iterations, at one of its views."""

    def open_at(view="Over the lag", iterations=20, **settings):
        trainer = Trainer(RunConfig(**settings), three_days())
        trainer.advance(iterations=iterations)
        app = open_app("gradients", trainer)
        if view != "Over the lag":
            control(app, "gradient_view").set_value(view).run()
        assert not app.exception
        return app

    return open_at


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm", "mlp"])
def test_every_view_is_there_for_every_cell_before_any_training(laboratory, cell):
    app = laboratory(iterations=0, cell=cell)
    for view in each_view(app):
        through_time = cell == "mlp" and view in THROUGH_TIME
        assert through_time or view in ("Side by side", "Check") or says(app), view


def test_the_words_of_a_view_are_explained_beside_the_heading(laboratory):
    app = laboratory(iterations=3)
    for view, word in (
        ("Over the lag", "Reach:"),
        ("Itemised", "Itemised:"),
        ("Jacobians", "Saturated:"),
    ):
        control(app, "gradient_view").set_value(view).run()
        help_of = {text.value: text.proto.help for text in app.caption}
        assert word in help_of["What the words mean"], view


def test_without_recurrence_one_sentence_says_so_and_nothing_empty_is_drawn(laboratory):
    app = laboratory(iterations=3, cell="mlp", window=4)
    for view in each_view(app):
        told = [text.value for text in app.markdown if "no recurrence" in text.value]
        assert bool(told) == (view in THROUGH_TIME), view
        assert bool(charts(app)) == (view == "Norm and updates"), view
        assert not large_numbers(app), view
        if told:
            assert "from the last 4 time steps alone" in told[0]
            assert not [each for each in app.select_slider if each.label == "Iteration"]


def each_view(app, views=VIEWS):
    """Go through the views, and yield the name of each."""
    for view in views:
        control(app, "gradient_view").set_value(view).run()
        assert not app.exception, view
        yield view


def test_a_diverged_run_is_shown_as_what_it_is(laboratory):
    app = laboratory(iterations=5)
    trainer = visit_of(app).trainer
    trainer.network.flat[:] = np.nan
    trainer.advance(iterations=1)
    trainer.choose_probe(0)

    for view in each_view(app):
        assert large_numbers(app)["Reach"] == "–", view


def test_a_loss_that_sends_nothing_back_is_shown_as_what_it_is(laboratory):
    app = laboratory(iterations=0)
    trainer = visit_of(app).trainer
    trainer.network.parameters["readout.weight"][:] = 0
    trainer.choose_probe(0)

    for view in each_view(app):
        assert view != "Over the lag" or "exactly zero at every step" in says(app)


@pytest.mark.parametrize(
    ("task", "views"),
    [
        (NextSymbol(length=1), VIEWS),
        (DelayedRecall(length=12), ["Over the lag", "Itemised", "Jacobians"]),
    ],
    ids=["one step", "one prediction"],
)
def test_what_has_little_to_send_back_is_shown(open_app, task, views):
    app = open_app("gradients", Trainer(RunConfig(task=task.key, hidden_size=4), task))

    assert list(each_view(app, views)) == list(views)


@pytest.mark.parametrize(("by", "which"), [("c", "last_d_c"), ("h", "last_d_h")])
def test_the_large_numbers_are_those_of_the_chosen_iteration_and_state(laboratory, by, which):
    app = laboratory(iterations=40)
    control(app, "gradient_by").set_value(by).run()
    control(app, "shown_iteration").set_value(5).run()

    norms = backward_norms(visit_of(app).trainer.recording.at(5), which)
    shown = large_numbers(app)
    state = {"c": "cell state", "h": "hidden state"}[by]
    assert shown[f"Factor per step, {state}"] == factor_text(factor_per_step(norms))
    assert shown["Reach"] == f"{reach(norms)} of {len(norms) - 1} steps"
    assert ("Forget gates alone" in shown) == (by == "c")
    assert ("Jacobians, at most" in shown) == (by == "h")


def test_one_step_is_no_plural(open_app):
    task = NextSymbol(length=2)
    app = open_app("gradients", Trainer(RunConfig(task=task.key, hidden_size=4), task))
    assert large_numbers(app)["Reach"].endswith(" of 1 step")


def test_the_whole_loss_can_be_looked_at_instead_of_the_last_prediction(laboratory):
    app = laboratory()
    control(app, "gradient_of").set_value("all predictions").run()
    assert "This is the gradient of the whole loss." in says(app)


def test_the_pictures_show_the_chosen_iteration(laboratory):
    app = laboratory(iterations=40)
    now = says(app)
    control(app, "shown_iteration").set_value(0).run()
    assert says(app) != now


def test_a_prediction_is_chosen_by_its_control(laboratory):
    app = laboratory("Itemised")
    assert "The loss of the prediction at step 13 is most sensitive" in says(app)

    control(app, "prediction").set_value(6).run()

    assert "The loss of the prediction at step 6 is most sensitive" in says(app)


def test_the_layer_can_be_chosen(laboratory):
    app = laboratory("Jacobians", iterations=0, layers=2)
    upper = says(app)
    control(app, "shown_layer").set_value(0).run()
    assert says(app) != upper


def test_clipping_and_updates_are_told_from_the_history(laboratory):
    app = laboratory("Norm and updates", clip_norm=1.0)
    assert "Clipping at norm 1 is on" in says(app)
    assert "Iteration 20 changed the weights" in says(app)


def test_a_change_leaves_a_mark_on_the_time_axes(laboratory):
    app = laboratory(iterations=10)
    trainer = visit_of(app).trainer
    trainer.set(learning_rate=0.5)
    trainer.advance(iterations=10)
    app.run()
    marked = [chart for chart in charts(app) if "learning rate" in json.dumps(chart["data"])]
    assert len(marked) == 3  # factor, reach, and the map


def test_training_goes_on_here_and_the_numbers_follow(laboratory):
    app = laboratory(iterations=0)
    before = visit_of(app).trainer.iteration

    control(app, "play").click().run()

    assert visit_of(app).trainer.iteration > before


def test_who_rewinds_while_it_trains_stays_there_until_he_follows_again(laboratory):
    app = laboratory(iterations=10)
    control(app, "play").click().run()
    app.run()
    slider = next(each for each in app.select_slider if each.label == "Iteration")
    slider.set_value(0).run()
    app.run()
    assert visit_of(app).playing
    assert visit_of(app).looked_at.shown_iteration == 0

    app.button(key="follow").click().run()

    assert visit_of(app).looked_at.shown_iteration is None


def test_replay_goes_through_the_kept_iterations_and_ends_with_the_newest(laboratory):
    app = laboratory(iterations=3)
    app.button(key="replay").click().run()
    visit = visit_of(app)
    seen = []
    while visit.job is not None:
        seen.append(visit.looked_at.shown_iteration)
        app.run()
    assert seen == [0, 1, 2, 3]
    assert visit.looked_at.shown_iteration is None
    app.run()
    assert app.button(key="replay").label == "Replay"


def test_a_replay_can_be_stopped(laboratory):
    app = laboratory(iterations=3)
    app.button(key="replay").click().run()
    app.button(key="replay").click().run()
    assert visit_of(app).job is None


def test_one_click_trains_the_same_with_each_cell_to_the_same_iteration(laboratory):
    app = laboratory("Side by side", iterations=15)
    control(app, "compared_until").set_value(15)

    app.button(key="compare").click().run()
    visit = visit_of(app)
    for _ in range(50):
        if visit.job is None:
            break
        app.run()

    found = visit.side_by_side.trainers
    assert list(found) == ["RNN", "ReLU", "GRU", "LSTM"]
    assert {trainer.iteration for trainer in found.values()} == {15}
    # The LSTM beside the others is the run itself, number by number.
    np.testing.assert_array_equal(found["LSTM"].network.flat, visit.trainer.network.flat)
    assert "At iteration 15 most of the gradient is left per step back, on average, in" in says(app)
    assert app.dataframe[0].value["iteration"].tolist() == [15] * 4

    app.run()
    control(app, "compared_at").set_value(4).run()

    assert app.dataframe[0].value["iteration"].tolist() == [4] * 4


def test_one_click_shows_the_gradient_with_and_without_attention(laboratory):
    app = laboratory("Side by side", iterations=0, hidden_size=4)
    control(app, "compared_until").set_value(100)
    app.button(key="compare_attention").click().run()
    runs = visit_of(app).side_by_side.trainers
    assert [run.config.attention for run in runs.values()] == ["dot", "none"]
    assert list(runs) == ["LSTM with dot attention", "LSTM without"]
    names = " ".join(line["name"] for line in charts(app)[0]["data"])
    assert all(name in names for name in runs)


def test_a_comparison_can_be_stopped_and_goes_on(laboratory):
    app = laboratory("Side by side", iterations=0)
    control(app, "compared_until").set_value(3000)
    app.button(key="compare").click().run()
    app.button(key="stop_side_by_side").click().run()
    visit = visit_of(app)
    assert visit.job is None
    stopped = [trainer.iteration for trainer in visit.side_by_side.trainers.values()]

    app.button(key="go_on").click().run()

    assert [trainer.iteration for trainer in visit.side_by_side.trainers.values()] > stopped


def test_while_runs_are_not_equally_far_all_is_of_one_iteration_that_is_named(laboratory):
    app = laboratory("Side by side", iterations=0, hidden_size=4)
    runs = start_comparison(app, far=9, less_far=6)

    app.run()

    assert app.dataframe[0].value["iteration"].tolist() == [6] * 4
    assert "At iteration 6 most of the gradient is left" in says(app)
    for chart in charts(app)[1:]:
        ends = [decoded(line["x"])[-1] for line in chart["data"]]
        assert ends == [6] * 4
    assert control(app, "compared_at").value == 6
    assert progress(app).text == f"{int(100 * runs.progress)} %: iteration 6 of 3,000"


def test_the_browser_is_told_each_time_where_the_slider_stands(laboratory):
    """A value in the session alone is sent once, and lost with a page that is drawn over."""
    app = laboratory("Side by side", iterations=0, hidden_size=4)
    runs = start_comparison(app, far=3, less_far=3)
    for _ in range(2):
        app.run()
        (place,) = control(app, "compared_at").proto.default
        assert runs.common_iterations()[int(place)] == 3


def test_a_run_that_went_on_by_itself_is_still_compared_at_an_iteration_of_all(laboratory):
    app = laboratory("Side by side", iterations=0, hidden_size=4)
    runs = start_comparison(app, far=9, less_far=6)
    runs.iterations = 6

    app.run()

    assert runs.done
    assert app.dataframe[0].value["iteration"].tolist() == [6] * 4


def test_what_is_not_done_is_never_called_all(laboratory):
    app = laboratory("Side by side", iterations=0, hidden_size=4)
    runs = start_comparison(app, far=300, less_far=299)
    runs.iterations = 300

    app.run()

    assert runs.progress > 0.999
    assert progress(app).text == "99 %: iteration 299 of 300"


def start_comparison(app, far, less_far):
    """Compare the cells, one of which is not as far yet as the others."""
    visit = visit_of(app)
    cells = other_cells(visit.trainer.config, visit.trainer.task, CHOICE_LABELS)
    visit.compare(cells, 3000)
    visit.stop()
    *others, last = visit.side_by_side.trainers.values()
    for trainer in others:
        trainer.advance(iterations=far)
    last.advance(iterations=less_far)
    return visit.side_by_side


def progress(app):
    return next(each.proto for each in app.get("progress"))


def test_a_comparison_that_is_too_large_is_refused_with_the_reason(laboratory):
    app = laboratory("Side by side", iterations=0, hidden_size=128)
    control(app, "setting:batch_size").set_value(256).run()
    app.button(key="compare").click().run()
    assert not app.exception
    assert any("4 runs side by side need about" in error.value for error in app.error)


def test_the_gradient_is_checked_on_the_own_network(laboratory):
    app = laboratory("Check", iterations=10, hidden_size=4)
    app.button(key="check").click().run()
    visit = visit_of(app)
    for _ in range(50):
        if visit.job is None:
            break
        app.run()

    table = app.dataframe[0].value.set_index("gradient w.r.t.")
    assert set(table.index) >= set(visit.trainer.network.parameters)
    assert set(table["verdict"]) == {"agrees"}
    assert (numbers_of(table["relative error"]) <= numbers_of(table["allowed"])).all()
    assert any("agree with central differences" in text.value for text in app.markdown)


def test_every_entry_is_checked_if_asked_for(laboratory):
    app = laboratory("Check", iterations=1, hidden_size=6)
    next(each for each in app.toggle if each.key == "check_all").set_value(True).run()
    app.button(key="check").click().run()
    assert visit_of(app).gradient_check.check.total > visit_of(app).trainer.network.flat.size


def test_training_ends_what_else_was_under_way(laboratory):
    app = laboratory("Check", iterations=1, hidden_size=16)
    visit = visit_of(app)
    app.button(key="check").click()
    visit.stop()
    app.run()
    control(app, "play").click().run()
    assert visit.job is None
    assert visit.playing


def test_a_new_run_forgets_check_and_comparison_of_the_old_one(laboratory):
    app = laboratory("Check", iterations=1, hidden_size=4)
    app.button(key="check").click().run()
    assert visit_of(app).gradient_check is not None

    app.button(key="reset").click().run()

    assert visit_of(app).gradient_check is None
    assert visit_of(app).job is None


def decoded(packed):
    return np.frombuffer(base64.b64decode(packed["bdata"]), "<" + packed["dtype"])


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_extreme_gradients_reach_the_browser_as_they_are(laboratory, size):
    app = laboratory(iterations=0, cell="rnn")
    trainer = visit_of(app).trainer
    trainer.network.parameters["readout.weight"][:] *= size
    trainer.choose_probe(0)

    app.run()

    norms = backward_norms(trainer.trace())
    drawn = decoded(charts(app)[0]["data"][0]["y"])
    np.testing.assert_allclose(drawn[np.isfinite(drawn)], norms[norms > 0], rtol=1e-6)
    assert charts(app)[0]["layout"]["yaxis"]["type"] == "log"


def test_side_by_side_says_which_interventions_are_not_taken_over(laboratory):
    app = laboratory("Side by side", iterations=2)
    assert not any("Left out, because" in caption.value for caption in app.caption)
    visit_of(app).trainer.intervene(Hold("f", 0.0))
    app.run()
    told = next(each.value for each in app.caption if "Left out, because" in each.value)
    assert "forget gate held at 0" in told


def test_what_is_done_to_one_of_the_runs_side_by_side_is_marked_with_its_name(laboratory):
    app = laboratory("Side by side", iterations=0)
    visit = visit_of(app)
    named = [("one", RunConfig(hidden_size=4), visit.trainer.task)]
    visit.compare(named, 5)
    visit.stop()
    trainer = visit.side_by_side.trainers["one"]
    trainer.advance(iterations=3)
    trainer.set(learning_rate=0.5)
    app.run()
    loss, norms = (json.dumps(chart["data"]) for chart in charts(app)[1:])
    assert "one: learning rate" in loss
    assert "one: learning rate" in norms


def numbers_of(column):
    """Read numbers as they are written for people."""
    return column.str.replace("−", "-").astype(float)
