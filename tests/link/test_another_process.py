"""Another process makes the same run of a link, bit by bit; benchmarks/links.py does it for 200."""

from tests.link.experiments import experiment
from tests.link.replayed import differing


def test_weights_optimiser_and_history_are_the_same_in_another_process():
    assert differing(experiment(seed) for seed in range(12)) == ([], 12)
