"""How exact and how long links are: `python -m benchmarks.links`.

As many random experiments as wanted, of all settings, tasks and interventions: each is done here,
step by step, and made again of its link in another process; weights, optimiser, generator and
history are compared bit by bit.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from rnnviz import link
from tests.link.experiments import experiment
from tests.link.replayed import differing


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="seed of the first one")
    parser.add_argument("--iterations", type=int, default=30, help="at most so many for each")
    chosen = parser.parse_args()
    seeds = range(chosen.first, chosen.first + chosen.experiments)
    experiments = [experiment(seed, chosen.iterations) for seed in seeds]

    links = [link.write(each) for each in experiments]
    begun = time.perf_counter()
    opened = [link.read(text) for text in links]
    each_ms = 1e3 * (time.perf_counter() - begun) / len(links)
    same = sum(
        found == (each, ()) and link.write(found.experiment) == text
        for each, text, found in zip(experiments, links, opened, strict=True)
    )
    others, count = differing(experiments)
    lengths = np.array([len(text) for text in links])

    print(f"read and written again the same: {same} of {len(links)}")
    print(f"the same run in another process, bit by bit: {count - len(others)} of {count}")
    for text in others:
        print(f"  another run: {text}")
    print(
        f"characters, median and most: {np.median(lengths):.0f}, {lengths.max()}; "
        f"read in {each_ms:.1f} ms, mean"
    )


if __name__ == "__main__":
    main()
