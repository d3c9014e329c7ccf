"""What is measured beside training: once, to its end, and not when the visitor has left."""

from rnnviz.ui.memory import desk as desk_module
from rnnviz.ui.memory.desk import Desk
from rnnviz.views.memory import Store


def counting(done, steps=3):
    def begin():
        for step in range(steps):
            done.append(step)
            yield

    return begin


def test_the_same_is_not_measured_again():
    desk, done = Desk(), []
    desk.want("points", "layer 1", 5, counting(done))
    desk.advance(1.0)
    assert not desk.working
    desk.want("points", "layer 1", 5, counting(done))
    desk.advance(1.0)
    assert done == [0, 1, 2]


def test_what_is_under_way_is_finished_before_the_same_of_another_iteration_begins(monkeypatch):
    monkeypatch.setattr(desk_module, "REST_S", 0.0)
    desk, first, second = Desk(), [], []
    desk.want("points", "layer 1", 5, counting(first))
    desk.want("points", "layer 1", 6, counting(second))
    desk.advance(1.0)
    desk.want("points", "layer 1", 6, counting(second))
    assert desk.working
    desk.advance(1.0)
    assert first == second == [0, 1, 2]


def test_while_the_network_rests_another_iteration_is_measured_at_once():
    desk, first, second = Desk(), [], []
    desk.want("points", "layer 1", 5, counting(first))
    desk.want("points", "layer 1", 6, counting(second), patient=False)
    desk.advance(1.0)
    assert (first, second) == ([], [0, 1, 2])


def test_another_choice_ends_what_is_under_way_and_so_does_leaving():
    desk, first, second = Desk(), [], []
    begun = counting(first)()
    desk.want("points", "layer 1", 5, lambda: begun)
    next(begun)
    desk.want("points", "layer 2", 5, counting(second))
    desk.advance(1.0)
    assert (first, second) == ([0], [0, 1, 2])
    desk.want("points", "layer 3", 5, counting(first))
    assert desk.working
    desk.leave()
    desk.advance(1.0)
    assert not desk.working
    assert first == [0]


def test_what_the_work_under_way_needs_is_counted_until_it_ends():
    desk = Desk()

    def begin():
        with desk.store.lending(3_000_000):
            while True:
                yield

    desk.want("points", "layer 1", 5, begin)
    while not desk.store.lent:
        desk.advance(0.001)
    assert desk.needs_mb == 3.0
    desk.want("points", "layer 2", 5, counting([]))
    assert desk.needs_mb == 0.0


def test_it_works_in_slices_and_what_is_not_wanted_any_more_ends():
    desk, done = Desk(), []
    desk.want("points", "layer 1", 5, counting(done))
    desk.want("machine", "layer 1", 5, counting([]))
    desk.want_only("machine")
    desk.advance(1.0)
    assert done == []


def test_another_run_starts_with_nothing_measured():
    desk = Desk()
    desk.open("0:first")
    desk.store.put("found", 1, 8_000_000)
    assert desk.needs_mb == 8.0
    desk.open("0:first")
    assert isinstance(desk.store, Store)
    assert desk.store.get("found") == 1
    desk.want("points", "layer 1", 5, counting([]))
    desk.open("1:second")
    assert desk.store.get("found") is None
    assert not desk.working
