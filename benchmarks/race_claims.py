"""Run every race of `RACES` on seeds that it does not show; count on how many its claims hold.

python -m benchmarks.race_claims [--races gym order] [--seeds 10] [--first 700]
"""

from __future__ import annotations

import argparse
import statistics
import time

from rnnviz.analysis.race_claims import RACE_CLAIMS, finishes, kept
from rnnviz.analysis.verdict import verdict_of
from rnnviz.numbers import percent
from rnnviz.training.race_presets import RACES, RacePreset

#: Seeds of one race: more would need more memory than a race may take.
AT_ONCE = 5


def report(preset: RacePreset, seeds: range) -> None:
    """Run a race in parts, and print what became of it."""
    begun, ended = time.process_time(), []
    for first in range(seeds.start, seeds.stop, AT_ONCE):
        race = preset.race(range(first, min(first + AT_ONCE, seeds.stop)))
        race.advance(iterations=preset.until)
        ended += finishes(verdict_of(race))
    taken = time.process_time() - begun
    print(f"{preset.name}, {preset.until:,} iterations, seeds {seeds.start} to {seeds.stop - 1}, "
          f"{taken:.0f} s")  # fmt: skip
    for lane in preset.lanes:
        runs = [each[lane.name] for each in ended]
        at = sorted(run.solved_at for run in runs if run.solved_at is not None)
        scores = sorted(run.score for run in runs)
        when = (
            f", from iteration {at[0]} to {at[-1]}, median {statistics.median_high(at)}"
            if at
            else ""
        )
        print(f"  {lane.name}: solved {len(at)} of {len(runs)}{when}; "
              f"scores {scores[0]:.3g} to {scores[-1]:.3g}")  # fmt: skip
    for claim in RACE_CLAIMS[preset.key]:
        held = kept(claim, ended)
        wanted = "" if claim.at_least == 1 else f" (at least {percent(claim.at_least)} wanted)"
        print(f"  {sum(held)} of {len(held)}: {claim.says}{wanted}", flush=True)


def main() -> None:
    """Print a part for each race."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", nargs="*", default=[preset.key for preset in RACES])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=700)
    asked = parser.parse_args()
    for preset in RACES:
        if preset.key in asked.races:
            report(preset, range(asked.first, asked.first + asked.seeds))


if __name__ == "__main__":
    main()
