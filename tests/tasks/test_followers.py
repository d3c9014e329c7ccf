"""What follows each window: the quick count against a slow one."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks.followers import counting, followers


def slowly(codes, length):
    after = defaultdict(Counter)
    for place in range(len(codes) - length):
        after[tuple(codes[place : place + length])][codes[place + length]] += 1
    ambiguous = sum(found.total() for found in after.values() if len(found) > 1)
    return ambiguous, sum(max(found.values()) for found in after.values())


@given(st.lists(st.integers(0, 3), min_size=2, max_size=60), st.data())
@settings(derandomize=True, deadline=None)
def test_the_quick_count_is_the_slow_one(codes, data):
    length = data.draw(st.integers(1, len(codes) - 1))
    assert followers(np.array(codes, dtype=np.uint8), length) == slowly(codes, length)


@pytest.mark.parametrize("length", [1, 2, 3, 7, 8, 31, 50])
def test_long_windows_of_many_symbols_are_told_apart(length):
    generator = np.random.default_rng(length)
    passages = generator.integers(500, size=(4, 60))
    codes = passages[generator.integers(4, size=30)].ravel().astype(np.uint16)
    assert followers(codes, length) == slowly(codes.tolist(), length)


def test_many_windows_are_counted_in_small_steps():
    codes = np.random.default_rng(0).integers(90, size=400_000).astype(np.uint8)
    for length in (1, 3, 30):
        told = []
        steps = sum(1 for _ in returned(counting(codes, length), told))
        assert told == [slowly(codes.tolist(), length)]
        assert steps > 5


def returned(steps, told):
    told.append((yield from steps))
