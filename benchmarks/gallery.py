"""Train every experiment of the gallery on seeds that it does not show, and count who holds.

For each one it tells on how many seeds its claim holds, and how long the replay of its own link
takes::

    python -m benchmarks.gallery [--seeds 10] [--first 701] [--only KEY ...]
"""

from __future__ import annotations

import argparse
import time

from rnnviz.gallery import EXHIBITS, Exhibit, seeded
from rnnviz.gallery.claims import trained


def holds(exhibit: Exhibit, seed: int) -> bool:
    """Train an exhibit from other random numbers; tell whether its claim holds."""
    return exhibit.claim.holds(exhibit.claim.measure(seeded(exhibit.experiment, seed)))


def main() -> None:
    """Print a line for each exhibit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=701)
    parser.add_argument("--only", nargs="*", default=[exhibit.key for exhibit in EXHIBITS])
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    for exhibit in EXHIBITS:
        if exhibit.key not in asked.only:
            continue
        begun = time.process_time()
        trained(exhibit.experiment)
        took = time.process_time() - begun
        failed = [seed for seed in seeds if not holds(exhibit, seed)]
        but = f"; not {', '.join(map(str, failed))}" if failed else ""
        count = f"{len(seeds) - len(failed)} of {len(seeds)}"
        print(f"{exhibit.key}: {count}{but}; replay {took:.1f} s of processor time", flush=True)


if __name__ == "__main__":
    main()
