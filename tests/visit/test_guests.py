"""What is let go of when a visitor has left, and while one rests; exact when they come back."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import GymSchedule
from rnnviz.visit import Visit
from rnnviz.visit.guests import LOST_AFTER_S, RESTS_AFTER_S, Guests


class Guest:
    """Counts what it is told."""

    def __init__(self):
        self.rested = self.forgotten = 0

    def free_buffers(self):
        self.rested += 1

    def leave(self):
        pass

    def forget(self):
        self.forgotten += 1


@pytest.fixture
def house():
    """Return guests of whom one is there, with their presence."""
    guests, guest = Guests(), Guest()
    presence = guests.arrive()
    presence.renew(guest)
    return guests, guest, presence


def test_who_is_there_and_does_something_keeps_everything(house):
    guests, guest, presence = house

    assert guests.look(presence.seen_at + 1) == 0
    assert (guest.rested, guest.forgotten) == (0, 0)


def test_who_has_left_is_put_to_rest_at_once_and_forgotten_when_they_can_not_come_back(house):
    guests, guest, presence = house
    guests.leave(presence)

    guests.look(presence.left_at + 1)
    guests.look(presence.left_at + LOST_AFTER_S - 1)
    assert (guest.rested, guest.forgotten) == (1, 0)
    guests.look(presence.left_at + LOST_AFTER_S + 1)
    guests.look(presence.left_at + 10 * LOST_AFTER_S)
    assert (guest.rested, guest.forgotten) == (1, 1)


def test_who_comes_back_in_time_is_never_forgotten(house):
    guests, guest, presence = house
    guests.leave(presence)
    guests.look(presence.left_at + 1)
    again = guests.arrive()
    again.renew(guest)

    guests.look(presence.left_at + 2)
    guests.look(presence.left_at + LOST_AFTER_S + 1)
    assert (guest.rested, guest.forgotten) == (1, 0)


def test_who_does_nothing_for_long_is_put_to_rest_once_and_again_after_the_next_deed(house):
    guests, guest, presence = house

    guests.look(presence.seen_at + RESTS_AFTER_S + 1)
    guests.look(presence.seen_at + RESTS_AFTER_S + 9)
    assert guest.rested == 1
    presence.renew(guest)
    guests.look(presence.seen_at + RESTS_AFTER_S + 1)
    assert (guest.rested, guest.forgotten) == (2, 0)


def test_a_run_that_rests_gives_its_buffers_back_and_goes_on_to_the_bit():
    config, task = RunConfig(hidden_size=64, batch_size=64), GymSchedule(length=30)
    plain, visit = Trainer(config, task), Visit(Trainer(config, replace(task)))
    plain.advance(iterations=6)
    tracemalloc.start()
    visit.trainer.advance(iterations=3)
    working = tracemalloc.get_traced_memory()[0]
    visit.free_buffers()
    resting = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    visit.trainer.advance(iterations=3)

    assert working - resting > 10e6  # the buffers of the batch
    np.testing.assert_array_equal(visit.trainer.network.flat, plain.network.flat)
    np.testing.assert_array_equal(
        visit.trainer.history.column("loss"), plain.history.column("loss")
    )
