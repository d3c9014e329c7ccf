"""Studio: transport and controls act on the one run."""

import re

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.training import FIELDS
from rnnviz.ui.shell.frame import MENU
from rnnviz.ui.shell.transport import SPEED
from tests.pages.conftest import control, go_to, visit_of
from tests.schedules import three_days


def readings(app):
    """Return the live numbers of the transport bar by their labels."""
    written = next(html.proto.body for html in app.get("html") if "readings" in html.proto.body)
    return dict(re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", written))


def test_a_first_visit_shows_an_untrained_network_at_rest(open_app):
    app = open_app()

    assert readings(app)["Iteration"] == "0"
    assert readings(app)["Learning rate"] == "0.01"
    assert 0 < float(readings(app)["All: accuracy (guess 60 %)"].rstrip(" %")) < 70
    assert control(app, "play").label == "Train"


def test_step_does_exactly_one_iteration(open_app):
    app = open_app()

    app.button(key="step").click().run()

    assert readings(app)["Iteration"] == "1"
    assert visit_of(app).trainer.iteration == 1


def test_train_trains_and_pause_holds_still(open_app):
    app = open_app()

    control(app, "play").click().run()
    trained = visit_of(app).trainer.iteration
    assert trained > 0
    assert control(app, "play").label == "Pause"

    control(app, "play").click().run()
    app.run()
    assert control(app, "play").label == "Train"
    assert visit_of(app).trainer.iteration == trained


def test_the_slow_speed_does_one_iteration_per_tick(open_app):
    app = open_app()
    control(app, "speed").set_value("slow").run()

    control(app, "play").click().run()

    assert visit_of(app).trainer.iteration == 1


def test_reset_gives_the_same_run_again(open_app):
    app = open_app()
    first = [app.button(key="step").click().run() and readings(app) for _ in range(3)]

    app.button(key="reset").click().run()
    assert readings(app)["Iteration"] == "0"

    assert [app.button(key="step").click().run() and readings(app) for _ in range(3)] == first


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [
        ("setting:learning_rate", 0.3, "learning_rate"),
        ("setting:batch_size", 8, "batch_size"),
        ("setting:optimizer", "sgd", "optimizer"),
        ("setting:clip_norm", 1.0, "clip_norm"),
        ("setting:truncate", 5, "truncate"),
        ("setting:weight_decay", 0.01, "weight_decay"),
    ],
)
def test_a_live_knob_acts_on_the_running_network(open_app, key, value, name):
    app = open_app()
    app.button(key="step").click().run()
    trainer = visit_of(app).trainer

    control(app, key).set_value(value).run()

    assert visit_of(app).trainer is trainer
    assert getattr(trainer.config, name) == value
    assert readings(app)["Learning rate"] == f"{trainer.config.learning_rate:g}"
    assert trainer.iteration == 1


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [
        ("setting:cell", "gru", "cell"),
        ("setting:hidden_size", 5, "hidden_size"),
        ("setting:seed", 7, "seed"),
        ("setting:layers", 2, "layers"),
        ("setting:forget_bias", 3.0, "forget_bias"),
        ("setting:dtype", "float32", "dtype"),
    ],
)
def test_the_other_settings_start_a_new_run(open_app, key, value, name):
    app = open_app()
    app.button(key="step").click().run()

    control(app, key).set_value(value).run()

    assert not app.exception
    assert getattr(visit_of(app).trainer.config, name) == value
    assert readings(app)["Iteration"] == "0"


def test_the_sequence_length_starts_a_new_run_of_that_length(open_app):
    app = open_app()

    control(app, "length:gym").set_value(30).run()

    assert visit_of(app).trainer.task.length == 30
    assert visit_of(app).trainer.trace().steps == 30


def test_a_live_knob_waits_for_the_next_tick_while_training(open_app):
    app = open_app()
    control(app, "play").click().run()

    slider = control(app, "setting:learning_rate")
    slider.set_value(0.1).run()

    assert visit_of(app).trainer.config.learning_rate == 0.1
    assert visit_of(app).trainer.history.column("learning_rate")[-1] == 0.1


def test_a_run_that_diverges_stops_says_so_and_can_go_back(open_app):
    app = open_app()
    trainer = Trainer(RunConfig(cell="relu", optimizer="sgd"), three_days())
    trainer.advance(iterations=15)
    visit = visit_of(app)
    visit.replace_trainer(trainer, "another")
    app.run()
    app.session_state[control(app, "setting:optimizer").key] = "sgd"
    app.session_state[control(app, "setting:learning_rate").key] = 1.0
    app.session_state[SPEED] = "fast"
    visit.play()
    for _ in range(20):
        app.run()
        if trainer.diverged:
            break

    assert not visit.playing
    assert not app.exception
    assert "the loss is nan" in app.error[0].value
    assert control(app, "play").disabled

    app.button(key="restore").click().run()

    assert not app.error
    assert trainer.iteration == trainer.last_good_iteration
    assert not control(app, "play").disabled


def test_leaving_the_studio_and_coming_back_changes_nothing(open_app):
    app = open_app()
    control(app, "setting:hidden_size").set_value(9).run()
    control(app, "setting:learning_rate").set_value(0.03).run()
    for _ in range(3):
        app.button(key="step").click().run()
    before, trainer = readings(app), visit_of(app).trainer

    for page in ("task", "gates", "gradients", "studio"):
        go_to(app, page)
        assert not app.exception
        assert control(app, "setting:hidden_size").value == 9
        assert control(app, "setting:learning_rate").value == 0.03

    assert readings(app) == before
    assert visit_of(app).trainer is trainer


@pytest.mark.parametrize("presses", [1, 2])
def test_a_press_that_the_browser_sends_twice_is_one_press(open_app, presses):
    app = open_app()
    control(app, "play").click()
    train = app._tree.get_widget_states()
    for _ in range(presses):
        app._run(train)
    assert visit_of(app).playing

    control(app, "play").click()
    pause = app._tree.get_widget_states()
    for _ in range(presses):
        app._run(pause)

    assert not app.exception
    assert not visit_of(app).playing


def test_a_batch_that_does_not_fit_is_refused_in_words_and_the_run_goes_on(open_app):
    app = open_app()
    control(app, "setting:hidden_size").set_value(64).run()
    control(app, "length:gym").set_value(100).run()
    trainer = visit_of(app).trainer

    control(app, "setting:batch_size").set_value(256).run()

    assert not app.exception
    assert "make something smaller" in app.error[0].value
    assert visit_of(app).trainer is trainer
    assert trainer.config.batch_size == control(app, "setting:batch_size").value == 32

    control(app, "setting:batch_size").set_value(16).run()

    assert not app.error
    assert trainer.config.batch_size == 16


def test_a_network_that_does_not_fit_is_refused_in_words_and_the_run_stays(open_app):
    app = open_app()
    control(app, "length:gym").set_value(500).run()
    control(app, "setting:layers").set_value(4).run()
    trainer = visit_of(app).trainer

    control(app, "setting:hidden_size").set_value(128).run()

    assert not app.exception
    assert "make something smaller" in app.error[0].value
    assert visit_of(app).trainer is trainer
    assert control(app, "setting:hidden_size").value == trainer.config.hidden_size


@pytest.mark.parametrize("page", ["task", "gates", "equations", "gradients"])
def test_a_refusal_is_told_on_every_page_until_something_else_is_done(open_app, page):
    app = open_app()
    control(app, "setting:hidden_size").set_value(128).run()
    control(app, "length:gym").set_value(500).run()

    go_to(app, page)

    assert "200 MB are allowed" in app.error[0].value
    assert control(app, "length:gym").value == 20

    control(app, "setting:hidden_size").set_value(16).run()

    assert not app.error


def test_training_goes_on_without_telling_again_what_was_refused(open_app):
    app = open_app()
    control(app, "setting:hidden_size").set_value(128).run()
    control(app, "length:gym").set_value(500).run()

    control(app, "play").click().run()

    assert not app.error


def test_outputs_that_are_not_numbers_have_no_accuracy(open_app):
    app = open_app()
    visit_of(app).trainer.network.flat[:] = float("nan")
    visit_of(app).trainer.advance(iterations=1)
    visit_of(app).start_pictures_anew()
    visit_of(app).trainer._score = None

    app.run()

    assert readings(app)["All: accuracy (guess 60 %)"] == "–"


@pytest.mark.parametrize("page", [name for name, *_ in MENU])
def test_training_goes_on_on_every_page(open_app, page):
    app = open_app()
    control(app, "play").click().run()
    trained = visit_of(app).trainer.iteration

    go_to(app, page)
    assert visit_of(app).trainer.iteration > trained

    control(app, "play").click().run()
    held = visit_of(app).trainer.iteration
    app.run()

    assert not app.exception
    assert visit_of(app).trainer.iteration == held


def test_the_speed_is_shown_on_another_page_before_it_was_touched(open_app):
    app = open_app()
    for page in ("gradients", "studio"):
        go_to(app, page)
        speed = control(app, "speed")
        assert speed.value == "slow"
        assert list(speed.proto.default) == [0]


def test_a_solved_run_is_told_and_a_reset_takes_it_back(open_app):
    trainer = Trainer(RunConfig())
    while trainer.solved_at is None and trainer.iteration < 200:
        trainer.advance(iterations=1)
        trainer.score()
    app = open_app("studio", trainer)
    assert readings(app)["Solved at"] == str(trainer.solved_at)
    assert any("Solved at iteration" in html.proto.body for html in app.get("html"))

    app.button(key="reset").click().run()

    assert "Solved at" not in readings(app)
    assert any("Press Train: an LSTM" in html.proto.body for html in app.get("html"))


def test_settings_without_effect_are_disabled_and_say_why(open_app):
    app = open_app()
    momentum = control(app, "setting:momentum")
    assert momentum.disabled
    assert momentum.help.startswith("No effect now, only with optimiser SGD.")

    control(app, "setting:optimizer").set_value("sgd").run()

    assert not control(app, "setting:momentum").disabled
    assert control(app, "setting:window").disabled
    assert not control(app, "setting:forget_bias").disabled


def test_every_setting_has_one_control(open_app):
    app = open_app()
    kinds = (app.slider, app.select_slider, app.button_group, app.selectbox, app.toggle)
    keys = [str(widget.key) for kind in kinds for widget in kind]
    drawn = [key.split(":")[1].split("@")[0] for key in keys if key.startswith("setting:")]
    assert sorted(drawn) == sorted(field.name for field in FIELDS if field.name != "task")
