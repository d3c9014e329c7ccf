"""A sweep of 40 runs on both cores: how busy they are, and what it adds to the runs themselves.

    python -m benchmarks.sweep

The same runs are done one after the other in this process, and as a sweep with a process for each
core. Processor time of the sweep is that of this process and of all workers, from the call to the
table, with the start of the workers and the file; so it does not matter what else the machine does.
How busy the cores are can be told only where nothing else runs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from pathlib import Path

import rnnviz
from rnnviz import sweeps
from rnnviz.numbers import number, percent
from rnnviz.sweeps.processes import cores

#: The published sweep's task and cell.
_GRID = {
    **{"task": "recall", "asked": "last step", "cell": "lstm", "batch_size": 16},
    **{"length": [20, 40], "forget_bias": [0.0, 3.0]},
}
_SEEDS = range(10)


def _processor_s() -> float:
    """Return the processor seconds of this process and of its workers, once they have ended."""
    for worker in multiprocessing.active_children():
        worker.join()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iterations", type=int, default=200)
    iterations = parser.parse_args().iterations
    plan = sweeps.plan(_GRID, _SEEDS, iterations=iterations)
    print(f"{len(plan.runs)} runs of {iterations} iterations, {cores()} cores, load "
          f"{os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip

    with tempfile.TemporaryDirectory() as folder:
        begun, used = time.perf_counter(), _processor_s()
        file = Path(folder, "rows.csv")
        table = rnnviz.sweep(_GRID, _SEEDS, iterations=iterations, file=file)
        wall = time.perf_counter() - begun
        swept = _processor_s() - used

    begun = time.process_time()
    rows = [sweeps.one(run) for run in plan.runs]
    alone = time.process_time() - begun
    same = list(table["loss"]) == [row["loss"] for row in rows]

    print(f"wall-clock time of the sweep      {number(wall)} s")
    print(f"processor time of the sweep       {number(swept)} s")
    print(f"processor time of its runs alone  {number(alone)} s")
    print(f"added                             {percent(swept / alone - 1)}")
    print(f"cores busy                        {percent(swept / wall / cores())}")
    print(f"same losses, to the bit           {'yes' if same else 'NO'}")


if __name__ == "__main__":
    main()
