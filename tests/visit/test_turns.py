"""`Turns` lets sessions in one at a time, and gives each the same time."""

import threading
import time

from rnnviz.visit import turns as module
from rnnviz.visit.turns import LONGEST_SLICE_S, SHORTEST_SLICE_S, Turns


def test_sessions_that_have_computed_alike_get_their_turn_in_the_order_in_which_they_came():
    turns, order = Turns(), []
    came = [threading.Event() for _ in range(5)]

    def visit(number: int) -> None:
        came[number].set()
        with turns.turn(number):
            order.append(number)

    threads = []
    with turns.turn("first"):
        for number in range(5):
            thread = threading.Thread(target=visit, args=(number,))
            thread.start()
            came[number].wait(5)
            while turns.waiting < number + 1:
                pass
            threads.append(thread)
    for thread in threads:
        thread.join(5)

    assert order == [0, 1, 2, 3, 4]


def test_a_turn_that_fails_lets_the_next_one_in():
    turns = Turns()

    try:
        with turns.turn("one"):
            raise RuntimeError
    except RuntimeError:
        pass

    with turns.turn("two"):
        assert turns.waiting == 0


def test_the_slice_gets_shorter_the_more_sessions_there_are():
    turns = Turns()
    slices = []
    sessions = [object() for _ in range(100)]

    for session in sessions:
        with turns.turn(session) as seconds:
            slices.append(seconds)

    assert slices[0] == LONGEST_SLICE_S
    assert slices == sorted(slices, reverse=True)
    assert slices[-1] == SHORTEST_SLICE_S


def contest(holds: dict[str, float], seconds: float) -> dict[str, int]:
    """Return how many turns sessions get that hold each for so long, and come again at once."""
    turns, taken, end = Turns(), dict.fromkeys(holds, 0), time.monotonic() + seconds

    def come(name: str) -> None:
        while time.monotonic() < end:
            with turns.turn(name):
                time.sleep(holds[name])
            taken[name] += 1

    threads = [threading.Thread(target=come, args=(name,)) for name in holds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return taken


def test_a_session_with_short_turns_comes_more_often_than_those_with_long_ones():
    taken = contest({"light": 0.002, "heavy": 0.06, "heavier": 0.06}, seconds=0.8)

    # Let in as they come, each would have the same number of turns. Now it is next whenever it is
    # there, so between any two of theirs.
    assert taken["light"] > 1.5 * taken["heavy"] > 0


def test_nobody_waits_for_ever_beside_many_with_short_turns(monkeypatch):
    monkeypatch.setattr(module, "LONGEST_WAIT_S", 0.1)
    taken = contest({"heavy": 0.1, **{f"light {number}": 0.01 for number in range(8)}}, seconds=1.0)

    # By time alone it would be let in again after each of the others has had 0.1 s: 2 turns.
    assert taken["heavy"] >= 3


def test_a_session_that_rested_has_saved_nothing_up():
    turns = Turns()
    rested, busy = "rested", "busy"
    with turns.turn(rested):
        pass
    for _ in range(3):
        with turns.turn(busy):
            time.sleep(0.01)
    order, came = [], threading.Event()

    def come(name: str) -> None:
        came.set()
        with turns.turn(name):
            order.append(name)

    with turns.turn(busy):
        threads = [threading.Thread(target=come, args=(rested,))]
        threads[0].start()
        while turns.waiting < 1:
            pass
        threads.append(threading.Thread(target=come, args=("new",)))
        threads[1].start()
        while turns.waiting < 2:
            pass
    for thread in threads:
        thread.join(5)

    assert order == [rested, "new"]  # in the order in which they came
