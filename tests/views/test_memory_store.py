"""What was measured of a run is kept, and limited in bytes."""

from rnnviz.views.memory import Store


def test_what_was_not_asked_for_the_longest_is_dropped_first():
    store = Store(most_bytes=100)
    store.put("old", 1, 40)
    store.put("used", 2, 40)
    assert store.get("old") == 1
    store.put("new", 3, 40)
    assert (store.get("old"), store.get("used"), store.get("new")) == (1, None, 3)
    assert store.nbytes == 80


def test_what_is_larger_than_the_store_is_not_kept_and_drops_nothing_else():
    store = Store(most_bytes=100)
    store.put("small", 1, 60)
    store.put("large", 2, 101)
    assert (store.get("small"), store.get("large")) == (1, None)


def test_a_second_value_takes_the_place_of_the_first():
    store = Store(most_bytes=100)
    store.put("same", 1, 60)
    store.put("same", 2, 70)
    assert (store.get("same"), store.nbytes) == (2, 70)
