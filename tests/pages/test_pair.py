"""Studio: a second network beside the first follows whatever is done to the first."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Hold
from rnnviz.ui.shell import session
from rnnviz.ui.studio import pair
from rnnviz.ui.studio.pair import TELLING
from rnnviz.visit import Visit
from tests.pages.conftest import control, go_to, visit_of


def beside(app, cell):
    return control(app, pair.BESIDE).set_value(cell).run()


def pictures(app):
    """Return what stands above each of the pictures; empty where there is one alone."""
    for component in app.get("bidi_component"):
        packed = component.proto.bytes
        if packed[:4] == b"PAIR":
            length = int.from_bytes(packed[4:8], "little")
            return json.loads(packed[8 : 8 + length])["pictures"]
    return []


def step(app, times=1):
    for _ in range(times):
        app.button(key="step").click().run()


def alone(trainer, cell):
    other = Trainer(replace(trainer.config, cell=cell), trainer.task)
    other.advance(iterations=trainer.iteration)
    return other


def level(app, patience=50):
    """Run the loop until the second network has caught up."""
    for _ in range(patience):
        if not visit_of(app).behind:
            break
        app.run()
    assert visit_of(app).pair.level
    return visit_of(app).pair


def test_at_first_there_is_one_network(open_app):
    app = open_app()
    assert control(app, pair.BESIDE).value == "none"
    assert pictures(app) == []
    assert visit_of(app).pair is None


def test_every_other_cell_can_stand_beside(open_app):
    app = open_app()
    assert control(app, pair.BESIDE).options == ["none", "RNN", "ReLU", "GRU", "MLP"]
    for cell in ("rnn", "relu", "gru", "mlp"):
        beside(app, cell)
        assert not app.exception
        assert next(about["name"] for about in pictures(app)) == "LSTM"
        assert visit_of(app).pair.second.config.cell == cell
    beside(app, "none")
    assert pictures(app) == []


def test_both_train_and_step_together_and_each_has_its_sentence(open_app):
    app = beside(open_app(), "rnn")
    step(app, 2)
    control(app, "play").click().run()
    control(app, "play").click().run()
    pair = visit_of(app).pair
    assert pair.first.iteration == pair.second.iteration > 2
    np.testing.assert_array_equal(pair.second.network.flat, alone(pair.first, "rnn").network.flat)
    first, second = (about["sentences"][str(pair.first.iteration)] for about in pictures(app))
    assert "w.r.t. the cell state" in first
    assert "w.r.t. the hidden state" in second
    assert "Batch accuracy" in first
    assert "Batch accuracy" in second


def test_both_packets_hold_the_same_iterations(open_app):
    app = beside(open_app(), "rnn")
    step(app, 3)
    first, second = (set(about["sentences"]) for about in pictures(app))
    assert first == second == {"0", "1", "2", "3"}


def test_one_chosen_late_catches_up(open_app):
    trainer = Trainer(RunConfig(hidden_size=4))
    trainer.advance(iterations=40)
    app = beside(open_app(trainer=trainer), "gru")
    assert level(app).second.iteration == 40


def test_reset_begins_both_anew(open_app):
    app = beside(open_app(), "rnn")
    step(app, 3)
    app.button(key="reset").click().run()
    pair = level(app)
    assert pair.first is visit_of(app).trainer
    assert pair.first.iteration == pair.second.iteration == 0


def test_undo_takes_both_back(open_app):
    app = beside(open_app(), "rnn")
    step(app, 2)
    control(app, "setting:optimizer").set_value("sgd").run()
    step(app, 2)
    app.button(key="undo").click().run()
    pair = level(app)
    assert pair.first.iteration == pair.second.iteration == 2
    assert pair.second.config.optimizer == "adam"


def test_live_knobs_act_on_both(open_app):
    app = beside(open_app(), "rnn")
    control(app, "setting:optimizer").set_value("sgd").run()
    step(app)
    assert visit_of(app).pair.second.config.optimizer == "sgd"


def test_what_the_second_does_not_have_is_told(open_app):
    trainer = Trainer(RunConfig(hidden_size=4))
    trainer.intervene(Hold("f", 1.0))
    app = beside(open_app(trainer=trainer), "rnn")
    level(app)
    assert "It has no forget gate" in pictures(app)[1]["sentences"]["0"]


def test_the_cell_of_the_second_gives_way_where_the_first_takes_it(open_app):
    app = beside(open_app(), "rnn")
    control(app, "setting:cell").set_value("rnn").run()
    assert [about["name"] for about in pictures(app)] == ["RNN", "LSTM"]
    assert control(app, pair.BESIDE).value == "lstm"


def test_a_new_task_has_both_on_it(open_app):
    app = beside(open_app(), "rnn")
    app.button(key="telling").click().run()
    pair = level(app)
    assert pair.first.task == pair.second.task
    assert pair.first.config == TELLING
    assert app.button(key="telling").disabled
    app.button(key="undo").click().run()
    assert level(app).first.task.key == "gym"


def test_one_that_has_diverged_stops_alone(open_app):
    app = beside(open_app(), "rnn")
    step(app)
    visit = visit_of(app)
    visit.pair.first.diverged = "The loss came out as nan."
    app.run()
    assert not visit.stopped
    assert not control(app, "play").disabled
    step(app, 2)
    assert (visit.pair.first.iteration, visit.pair.second.iteration) == (1, 3)
    assert "Stopped at iteration 1" in pictures(app)[0]["sentences"]["1"]
    visit.pair.second.diverged = "The loss came out as nan."
    app.run()
    assert control(app, "play").disabled


def test_that_the_first_has_diverged_is_said_at_once_while_the_other_trains_on(open_app):
    app = beside(open_app(), "rnn")
    control(app, "play").click().run()
    visit = visit_of(app)

    def diverge(**_):
        visit.pair.first.diverged = "The loss came out as nan."
        return 0

    visit.pair.first.advance = diverge
    app.run()

    assert not app.exception
    assert visit.playing
    assert app.error[0].value == "The loss came out as nan."
    assert app.button(key="restore")
    assert not control(app, "play").disabled


def test_two_that_are_too_much_together_are_refused_in_a_sentence(open_app, monkeypatch):
    monkeypatch.setattr("rnnviz.training.limits.MOST_MB", 16.0)
    app = beside(open_app(), "rnn")
    app.run()
    assert visit_of(app).pair is None
    assert control(app, pair.BESIDE).value == "none"
    assert any("2 runs side by side need" in error.value for error in app.error)


def test_it_is_still_there_after_another_page(open_app):
    app = beside(open_app(), "gru")
    step(app)
    go_to(app, "gradients")
    go_to(app, "studio")
    assert [about["name"] for about in pictures(app)] == ["LSTM", "GRU"]
    assert level(app).second.iteration == 1


@pytest.mark.parametrize("value", ["lstm", "transformer", "", None])
def test_a_choice_that_is_not_offered_changes_nothing(monkeypatch, value):
    visit = Visit(Trainer(RunConfig(hidden_size=2)))
    monkeypatch.setattr(session, "current", lambda: visit)
    monkeypatch.setattr(session, "value", lambda _key: value)
    pair._choose()
    assert visit.beside is None
    assert visit.page_is_old


def test_numbers_as_targets_are_compared_as_well(open_app):
    app = beside(open_app(trainer=Trainer(RunConfig(task="adding", hidden_size=4))), "rnn")
    step(app, 2)
    assert not app.exception
    assert "Error of its batch" in pictures(app)[1]["sentences"]["2"]
