"""All visitors together: what finds no room beside the others is refused, and nobody else is."""

from dataclasses import replace

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import GymSchedule
from rnnviz.training.limits import memory_mb
from rnnviz.ui.studio import pair
from rnnviz.visit import Visit, room
from rnnviz.visit import guests as guests_module
from tests.pages.conftest import Open, control, open_app, visit_of  # noqa: F401  a fixture

PLANNED = RunConfig(hidden_size=32, batch_size=64), GymSchedule()


class Guest:
    def __init__(self, needs_mb):
        self.needs_mb = needs_mb

    def rest(self):
        pass

    def forget(self):
        self.needs_mb = 0.0


@pytest.fixture
def house(monkeypatch):
    """Return guests of whom nobody is there, in a house of 100 MB."""
    guests = guests_module.Guests()
    monkeypatch.setattr(room, "GUESTS", guests)
    monkeypatch.setattr(room, "MOST_MB", 100.0)
    return guests


def arrive(guests, needs_mb):
    presence, guest = guests.arrive(), Guest(needs_mb)
    presence.renew(guest)
    return presence, guest


def test_everyone_counts_once_also_who_may_come_back(house):
    here, guest = arrive(house, 30.0)
    again = house.arrive()
    again.renew(guest)
    left, other = arrive(house, 40.0)
    house.leave(left)

    assert house.needs_mb(but=guest) == 40.0
    assert house.needs_mb(but=other) == 30.0
    house.look(left.left_at + 2 * guests_module.LOST_AFTER_S)
    assert house.needs_mb(but=guest) == 0.0
    assert here.guest is again.guest


def test_what_finds_no_room_is_refused_with_what_would_fit(house):
    others, _ = arrive(house, 100.0 - 0.9 * memory_mb(*PLANNED))
    me = Guest(0.0)

    with pytest.raises(ValueError, match=r"^The server is full: this needs about \d+ MB") as why:
        room.require(me, 0.0, PLANNED)
    size = int(str(why.value).split("with batch size ")[1].split()[0])
    room.require(me, 0.0, (replace(PLANNED[0], batch_size=size), PLANNED[1]))

    house.leave(others)
    house.look(others.left_at + 2 * guests_module.LOST_AFTER_S)
    room.require(me, 0.0, PLANNED)


def test_where_nothing_would_fit_nothing_is_promised(house):
    present, _ = arrive(house, 200.0)

    with pytest.raises(ValueError, match=r"0 MB are left; come back later$"):
        room.require(Guest(0.0), 0.0, PLANNED)
    assert present.guest is not None


def test_who_takes_no_more_than_before_is_not_refused(house):
    present, _ = arrive(house, 200.0)

    room.require(Guest(memory_mb(*PLANNED) + 5.0), 5.0, PLANNED)
    assert present.guest is not None


def test_a_visitor_needs_what_all_their_runs_need_each_once():
    trainer, left = Trainer(RunConfig()), Trainer(RunConfig())
    visit = Visit(left)
    left.advance(iterations=1)
    visit.replace_trainer(trainer, "reset")
    alone = trainer.needs_mb + left.recording.nbytes / 1e6
    assert visit.needs_mb == pytest.approx(alone)

    visit.compare([("one", RunConfig(), GymSchedule())], 1)
    visit.side_by_side.trainers["mine"] = trainer
    assert visit.needs_mb == pytest.approx(alone + trainer.needs_mb)

    trainer.set(batch_size=128)
    assert trainer.needs_mb == memory_mb(trainer.config, trainer.task)
    visit.forget()
    assert visit.needs_mb == 0.0


@pytest.mark.parametrize("change", ["hidden_size", "batch_size", pair.BESIDE])
def test_on_a_full_server_nothing_grows_and_the_run_goes_on(open_app: Open, monkeypatch, change):  # noqa: F811
    app = open_app("studio")
    visit = visit_of(app)
    before = visit.trainer
    monkeypatch.setattr(room, "MOST_MB", before.needs_mb + 0.5)
    monkeypatch.setattr(room, "GUESTS", guests_module.Guests())

    key = change if change == pair.BESIDE else f"setting:{change}"
    control(app, key).set_value("gru" if change == pair.BESIDE else 64).run()
    app.run()

    assert not app.exception
    assert any("The server is full" in error.value for error in app.error)
    assert (visit.trainer, visit.pair) == (before, None)
    assert visit.trainer.config == RunConfig()
    app.button(key="step").click().run()
    assert visit.trainer.iteration == 1
    app.button(key="reset").click().run()
    assert visit.trainer.iteration == 0
