"""Your network: a file is opened, what it does not say is said, and all pages look into it."""

import threading

import numpy as np
import pytest
from safetensors.numpy import save

from rnnviz.engine import Network
from rnnviz.training import RunConfig, Trainer
from rnnviz.ui.network import desk
from rnnviz.ui.shell.session import setting_key
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS
from rnnviz.weights.guesses import EXAMPLE_FILE, EXAMPLE_TEXT, alphabets, characters_of
from tests.pages.conftest import control, go_to, visit_of


def upload(app, data, name="mine.safetensors"):
    app.file_uploader(key="network_file").set_value((name, data, "")).run()
    assert not app.exception


def file_of(**settings):
    """Return a file of weights as PyTorch writes it."""
    settings = {"cell": "gru", "input_size": 2, "hidden_size": 3, "output_size": 2} | settings
    network = Network(**settings, seed=1)
    weights = {name.replace("readout", "head"): np.array(value) for name, value in
               network.to_torch().items()}  # fmt: skip
    return save(weights), network


def said(app):
    """Return all that the page says."""
    kinds = (app.markdown, app.caption, app.error, app.success, app.info)
    return "\n".join(box.value for kind in kinds for box in kind)


def test_the_example_is_one_click_and_its_weights_are_the_run_in_the_studio(open_app):
    app = open_app("network")
    before = visit_of(app).trainer
    app.button(key="network_example").click().run()
    assert "Found lstm" in said(app)
    assert "24 steps" in app.success[0].value

    app.button(key="network_look").click().run()
    visit = visit_of(app)
    assert not app.exception
    assert visit.looked_at.page == "studio"
    assert visit.trainer.config.hidden_size == 20
    assert visit.trainer.score().value > 0.9  # learned by PyTorch
    assert "given weights" in visit.trainer.marks[0].text

    app.button(key="step").click().run()
    assert visit.trainer.iteration == 1
    visit.undo()
    visit.undo()
    assert visit.trainer is before


def test_the_example_has_the_characters_of_its_text():
    assert len(characters_of(EXAMPLE_TEXT)) == 16
    assert EXAMPLE_FILE.stat().st_size < 20_000
    assert {each.label for each in alphabets(26)} == {"Letters a to z", "Letters A to Z"}


def test_what_is_typed_is_checked_at_once_and_a_refusal_keeps_the_run(open_app):
    app = open_app("network")
    before = visit_of(app).trainer
    data, _ = file_of()
    upload(app, data)
    control(app, "network:meaning:1").set_value("a and b").run()
    assert "12 steps" in app.success[0].value

    control(app, "network:text:a and b:1").set_value("abc").run()
    assert "got 'c' in line 1" in app.error[0].value
    assert app.button(key="network_look").disabled
    assert visit_of(app).trainer is before

    control(app, "network:text:a and b:1").set_value("abba").run()
    app.button(key="network_look").click().run()
    assert visit_of(app).trainer.trace().input_labels == tuple("abba")
    assert not visit_of(app).trainer.can_learn


def test_targets_give_gradients_and_numbers_are_read_as_csv(open_app):
    app = open_app("network")
    upload(app, file_of()[0])
    control(app, "network:meaning:1").set_value("Numbers: vectors as CSV").run()
    control(app, "network:targets:1").set_value("Numbers").run()
    control(app, "network:asked:1").set_value("last step").run()
    assert "gradients are shown" in app.success[0].value
    app.button(key="network_look").click().run()

    trace = visit_of(app).trainer.trace()
    assert trace.has_gradients
    assert trace.scored.tolist() == [False] * 11 + [True]


def test_a_network_is_trained_on_with_a_task_that_fits(open_app):
    app = open_app("network")
    data, network = file_of()
    upload(app, data)
    parity = next(button for button in app.button if button.label == "Parity")
    parity.click().run()

    trainer = visit_of(app).trainer
    assert trainer.task.key == "parity"
    np.testing.assert_array_equal(trainer.network.flat, network.flat)
    assert trainer.can_learn
    assert control(app, setting_key(visit_of(app), "initial_weights")).disabled
    go_to(app, "sweep")
    assert "each begins with the initial weights of its own seed" in said(app)


def test_undo_brings_back_a_run_of_the_same_settings_that_began_from_other_weights(open_app):
    app = open_app("network")
    looked = []
    for seed in (1, 2):
        network = Network(cell="gru", input_size=2, hidden_size=3, output_size=2, seed=seed)
        upload(app, save({name: np.array(each) for name, each in network.to_torch().items()}))
        app.button(key="network_look").click().run()
        looked.append(visit_of(app).trainer)
        go_to(app, "network")
    assert looked[0].config == looked[1].config
    assert looked[0] is not looked[1]
    visit_of(app).undo()
    assert visit_of(app).trainer is looked[0]


def test_without_a_readout_states_alone_are_shown_and_no_task_is_offered(open_app):
    app = open_app("network")
    network = Network(cell="lstm", input_size=2, hidden_size=3, output_size=0, seed=1)
    weights = {name: np.array(value) for name, value in network.to_torch().items()}
    upload(app, save(weights))
    assert "states alone" in app.success[0].value
    assert "can be looked into, but not trained" in said(app)
    app.button(key="network_look").click().run()
    assert visit_of(app).trainer.trace().outputs.shape[1] == 0


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"\x80\x02}q\x00.", ""),
        (b"x" * 21_000_000, "may have 20 MB here, got 21.0 MB"),
        (save({"<b>x</b>.weight": np.zeros((3, 2), np.float32)}), ""),
    ],
)
def test_a_file_that_can_not_be_read_is_refused_and_all_stays_as_it_was(open_app, data, sentence):
    app = open_app("network")
    before = visit_of(app).trainer
    app.button(key="network_example").click().run()
    upload(app, data)

    assert sentence in app.error[0].value.replace("\\", "")
    assert "Nothing was changed" in app.error[0].value
    assert "The file before it is still open" in app.error[0].value
    assert "<b>" not in app.error[0].value
    assert "Found lstm" in said(app)
    assert visit_of(app).trainer is before


def test_another_page_and_back_the_file_and_what_was_typed_are_still_there(open_app):
    app = open_app("network")
    app.button(key="network_example").click().run()
    name = "network:text:The characters of a text:1"
    control(app, name).set_value("sunday").run()
    go_to(app, "task")
    go_to(app, "network")
    assert control(app, name).value == "sunday"
    assert "6 steps" in app.success[0].value


def test_while_a_file_is_read_others_have_their_turns_and_no_more_files_are_read(monkeypatch):
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(_data, _name):
        begun.release()
        assert go_on.wait(60)
        raise ValueError("broken")

    monkeypatch.setattr(desk, "read", slow)
    monkeypatch.setattr(desk, "WAIT_S", 0.01)
    trainer = Trainer(RunConfig())
    visits = [Visit(trainer) for _ in range(desk.AT_ONCE + 1)]
    needed = visits[0].needs_mb
    readers = [
        threading.Thread(target=each.part(desk.Desk).open, args=(each, b"x" * 2_000_000, "a.h5"))
        for each in visits[:-1]
    ]
    for reader in readers:
        reader.start()
    for _ in readers:
        assert begun.acquire(timeout=60)
    try:
        with TURNS.turn(visits[-1]):  # comes at once: no reader holds it
            assert visits[0].needs_mb > needed + 2
        assert not visits[-1].part(desk.Desk).open(visits[-1], b"x", "b.h5")
        assert "try again" in str(visits[-1].part(desk.Desk).refused)
    finally:
        go_on.set()
    for reader in readers:
        reader.join(60)
    assert [str(each.part(desk.Desk).refused) for each in visits[:-1]] == ["broken"] * desk.AT_ONCE
    assert visits[0].needs_mb == needed
