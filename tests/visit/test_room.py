"""All visitors together: what finds no room beside the others is refused, and nobody else is."""

from dataclasses import replace

import pytest

from rnnviz import RunConfig
from rnnviz.tasks import GymSchedule
from rnnviz.training.limits import memory_mb
from rnnviz.visit import guests as guests_module
from rnnviz.visit import room

PLANNED = RunConfig(hidden_size=32, batch_size=64), GymSchedule()


class Guest:
    def __init__(self, needs_mb):
        self.needs_mb = needs_mb

    def free_buffers(self):
        pass

    def leave(self):
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
