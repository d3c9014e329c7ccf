"""The compute gate lets sessions in one at a time, first come, first served."""

import threading

from rnnviz.ui.gate import LONGEST_SLICE_S, SHORTEST_SLICE_S, ComputeGate


def test_sessions_get_their_turn_in_the_order_in_which_they_came():
    gate, order = ComputeGate(), []
    came = [threading.Event() for _ in range(5)]

    def visit(number: int) -> None:
        came[number].set()
        with gate.turn(number):
            order.append(number)

    threads = []
    with gate.turn("first"):
        for number in range(5):
            thread = threading.Thread(target=visit, args=(number,))
            thread.start()
            came[number].wait(5)
            while gate.waiting < number + 1:
                pass
            threads.append(thread)
    for thread in threads:
        thread.join(5)

    assert order == [0, 1, 2, 3, 4]


def test_a_turn_that_fails_lets_the_next_one_in():
    gate = ComputeGate()

    try:
        with gate.turn("one"):
            raise RuntimeError
    except RuntimeError:
        pass

    with gate.turn("two"):
        assert gate.waiting == 0


def test_the_slice_gets_shorter_the_more_sessions_there_are():
    gate = ComputeGate()
    slices = []
    sessions = [object() for _ in range(100)]

    for session in sessions:
        with gate.turn(session) as seconds:
            slices.append(seconds)

    assert slices[0] == LONGEST_SLICE_S
    assert slices == sorted(slices, reverse=True)
    assert slices[-1] == SHORTEST_SLICE_S
