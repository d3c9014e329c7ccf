"""Sweeps: many runs, over a grid or a random draw of settings, each with several seeds.

`sweep` does them all and returns a table; also as `rnnviz.sweep`. What it is made of:

>>> plan = sweeps.plan({"task": "recall", "length": [10, 20], "forget_bias": [0, 3]},
...                    seeds=range(10), iterations=300)
>>> sweeping = sweeps.Sweeping(plan)      # or with an executor of concurrent.futures
>>> while not sweeping.done:
...     new = sweeping.advance(seconds=0.05)
>>> sweeping.frame                        # a row for each run
"""

from rnnviz.sweeps.plan import MOST_RUNS, MOST_VARIED, Draw, Grid, Plan, Range, plan
from rnnviz.sweeps.processes import Processes
from rnnviz.sweeps.run import RESULTS, Doing, Row, Run, one
from rnnviz.sweeps.sweep import ITERATIONS, sweep
from rnnviz.sweeps.sweeping import Sweeping, SweepStopped

__all__ = [
    "ITERATIONS",
    "MOST_RUNS",
    "MOST_VARIED",
    "RESULTS",
    "Doing",
    "Draw",
    "Grid",
    "Plan",
    "Processes",
    "Range",
    "Row",
    "Run",
    "SweepStopped",
    "Sweeping",
    "one",
    "plan",
    "sweep",
]
