"""Colours for letters that have none of their own can be told from all others."""

from itertools import combinations

import numpy as np
import pytest

from rnnviz.figures.palette import QUANTITIES, RUN_LINES, SPARE
from tests.figures.test_lag_charts import SEEN, contrast, lab

SPARE_COLOURS = [colour for pair in SPARE for colour in pair]


def apart(one, other):
    """How far two colours are apart in CIELAB, for whom they are nearest."""
    return min(np.linalg.norm(lab(one, seen) - lab(other, seen)) for seen in SEEN)


def test_spare_colours_can_be_told_from_those_of_quantities_and_runs():
    known = {each.colour for cell in QUANTITIES.values() for each in cell.values()}
    known = (known | {colour for colour, _ in RUN_LINES}) - {*SPARE_COLOURS}
    assert min(apart(spare, other) for spare in SPARE_COLOURS for other in known) > 13


def test_spare_colours_can_be_told_from_each_other_and_the_two_of_a_pair_best():
    assert min(apart(*pair) for pair in combinations(SPARE_COLOURS, 2)) > 13
    assert min(apart(*pair) for pair in SPARE) > 45


@pytest.mark.parametrize("background", ["#ffffff", "#171614"])
def test_spare_colours_are_seen_on_white_and_on_dark(background):
    assert min(contrast(spare, background) for spare in SPARE_COLOURS) >= 3
