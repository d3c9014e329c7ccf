"""How often chance alone separates the runs of two lanes as much as they are apart."""

from __future__ import annotations

import math


def apart_by_chance(runs: int) -> float:
    """Return for which share of random deals all runs of one lane are ahead of all of the other.

    Two lanes of `runs` runs each, without ties; either of them may be the one ahead.
    """
    return 2 / math.comb(2 * runs, runs)


def uneven_by_chance(one: int, other: int, runs: int) -> float:
    """Return for which share of random deals two counts differ at least as much.

    `one + other` solved runs are dealt to two lanes of `runs` runs each: Fisher's exact test, two
    sides (Fisher 1935).
    """
    solved = one + other
    deals = {
        count: math.comb(runs, count) * math.comb(runs, solved - count)
        for count in range(max(0, solved - runs), min(runs, solved) + 1)
    }
    as_uneven = [n for count, n in deals.items() if abs(2 * count - solved) >= abs(one - other)]
    return sum(as_uneven) / math.comb(2 * runs, solved)
