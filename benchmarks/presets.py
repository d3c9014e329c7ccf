"""Run every preset on seeds that it does not show, and count on how many its claim holds.

Chance has its part in training, so not every text can hold on every seed; one that says "in most
runs" is allowed a few that fail::

    python -m benchmarks.presets [key ...] [--seeds 12] [--first 601]
"""

from __future__ import annotations

import argparse

from rnnviz.analysis.claims import CLAIMS
from rnnviz.analysis.memory.claims import MEMORY_CLAIMS
from rnnviz.training import PRESETS, Preset
from rnnviz.training.memory_presets import MEMORY_PRESETS


def holds(preset: Preset, seed: int) -> bool:
    """Run a preset to its end from other random numbers; tell whether its claim holds."""
    trainers = preset.seeded(seed).trainers()
    for trainer in trainers:
        trainer.advance(iterations=preset.iterations)
    claim = (CLAIMS | MEMORY_CLAIMS)[preset.key]
    return claim.holds(claim.measure(trainers))


def main() -> None:
    """Print a line for each preset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("keys", nargs="*", help="of the presets; all if none is given")
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--first", type=int, default=601)
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    for preset in (*PRESETS, *MEMORY_PRESETS):
        if asked.keys and preset.key not in asked.keys:
            continue
        held = [seed for seed in seeds if holds(preset, seed)]
        failed = ", ".join(str(seed) for seed in seeds if seed not in held)
        print(f"{preset.name}: {len(held)} of {len(seeds)}{failed and f'; not {failed}'}")


if __name__ == "__main__":
    main()
