"""`rnnviz.sweep`: many runs at once, from a notebook or a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from rnnviz.sweeps.plan import Swept, plan
from rnnviz.sweeps.processes import Processes
from rnnviz.sweeps.run import EVERY
from rnnviz.sweeps.sweeping import Sweeping

#: Iterations of each run, unless said otherwise.
ITERATIONS = 300
_PATIENCE_S = 0.2


def sweep(
    configs_or_grid: Swept,
    seeds: Iterable[int],
    executor: Executor | None = None,
    *,
    iterations: int = ITERATIONS,
    every: int = EVERY,
    file: str | Path | None = None,
    progress: Callable[[Sweeping], object] | None = None,
) -> pd.DataFrame:
    """Train many runs at once, and return a table with a row for each.

    >>> grid = {"task": "recall", "cell": "lstm", "length": [10, 20], "forget_bias": [0.0, 3.0]}
    >>> table = rnnviz.sweep(grid, seeds=range(10), iterations=400, file="recall.csv")
    >>> table.groupby(["length", "forget_bias"])["solved"].mean()

    Parameters
    ----------
    configs_or_grid : mapping, Grid, Draw, or list
        What is trained: settings of `RunConfig` and of the task by name, of which up to three may
        have a list of values; see `rnnviz.sweeps.plan`.
    seeds
        Each is used with all of the settings.
    executor
        Any of `concurrent.futures`, such as `Client(...).get_executor()` of a Dask cluster; the
        caller shuts it down. None: as many processes of this machine as it has cores. A script
        then must make this call below `if __name__ == "__main__":`.
    iterations
        How long each run trains.
    every
        Iterations between two evaluations.
    file
        `.csv` or `.parquet`: gets each row as soon as its run has finished. Call it again with the
        same file, and it goes on where it stopped.
    progress
        Called again and again with the `Sweeping`: its `progress`, `time_left` and `rows`.

    Returns
    -------
    DataFrame
        In the order of the settings, then of the seeds. `run` names it; then follow what is varied
        and `seed`; `solved`, and `solved_at`, the iteration of the first of five good scores in a
        row; `loss` of the last batch and `score` on the evaluation sequences; `reach`, how many
        steps back the gradient of the last output w.r.t. the state that carries the memory in the
        top layer (c in an LSTM, else h) stays above `REACHED_SHARE` of its largest value on the
        first probe, and `reach_at_start`; `iterations` done, and whether it `diverged`; `seconds`
        of the processor; `link`, which opens this very run; `error`, why there are no results; all
        other settings.

    Raises
    ------
    ValueError
        If there is nothing to do or too much, a setting is not allowed, or the file holds anything
        but results of this sweep.
    SweepStopped
        If the executor was shut down or the disk is full. Its `frame` holds what had finished.
    """
    planned = plan(configs_or_grid, seeds, iterations=iterations, every=every)
    with ExitStack() as stack:
        if executor is None:
            processes = Processes()
            stack.callback(processes.stop)
            processes.begin()
            executor = processes
        sweeping = Sweeping(planned, executor, file)
        stack.callback(sweeping.cancel)
        while not sweeping.done:
            sweeping.poll()
            if progress is not None:
                progress(sweeping)
            sweeping.wait(_PATIENCE_S)
        return sweeping.frame
