"""How long a search for fixed points takes: 256 starts in a trained network, in slices.

    python -m benchmarks.fixed_points [--quick]

For each cell and size: the whole search, in time of the processor and of the clock, its longest
piece that cannot be interrupted, and what it found. The networks keep three bits (flip-flop).
"""

from __future__ import annotations

import argparse
import statistics
import time

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.memory.fixed_points import search
from rnnviz.analysis.memory.resting_sentences import counts
from rnnviz.tasks import FlipFlop
from rnnviz.training.threads import one_thread

#: Cell, hidden units, iterations of training, repetitions.
CASES = (
    ("rnn", 16, 300, 5),
    ("relu", 16, 300, 3),
    ("gru", 16, 300, 5),
    ("lstm", 16, 300, 5),
    ("rnn", 32, 300, 3),
    ("lstm", 128, 20, 1),
)


def measure(trainer: Trainer) -> tuple[float, float, float, str]:
    """Return the seconds of a search, twice, and of its longest piece, and what it found."""
    begun = last = time.perf_counter()
    computed = time.process_time()
    longest = 0.0
    with one_thread():
        found = search(trainer)
        while not found.done:
            found.advance(0.0)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
    whole = time.perf_counter() - begun
    return time.process_time() - computed, whole, longest, counts(found.found)


def main() -> None:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out 128 units")
    quick = parser.parse_args().quick
    for cell, units, iterations, repetitions in CASES:
        if quick and units > 32:
            continue
        config = RunConfig(task="flipflop", cell=cell, hidden_size=units)
        trainer = Trainer(config, FlipFlop(bits=3))
        trainer.advance(iterations=iterations)
        taken = [measure(trainer) for _ in range(repetitions)]
        computed, whole, longest = (
            1e3 * statistics.median(each[place] for each in taken) for place in range(3)
        )
        print(
            f"{cell} {units}: {computed:.0f} ms of the processor, {whole:.0f} ms of the clock, "
            f"longest piece {longest:.0f} ms; {taken[0][-1]}"
        )


if __name__ == "__main__":
    main()
