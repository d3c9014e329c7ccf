"""Sweeping: the runs of a plan, done one after the other or by many workers at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future

import pandas as pd

from rnnviz.sweeps.plan import Plan
from rnnviz.sweeps.run import Doing, Row, Run, failed, one


class Sweeping:
    """Does the runs of a plan without ever waiting for one.

    Without an executor the runs are done in this process, one after the other, in the slices of
    `advance`. With one, `poll` starts as many as there are workers and collects what has finished.

    Parameters
    ----------
    plan : Plan
    executor
        Of `concurrent.futures`; None: in this process.
    workers
        How many runs the executor does at once.
    """

    def __init__(self, plan: Plan, executor: Executor | None = None, workers: int = 2) -> None:
        self.plan = plan
        self._executor, self._workers = executor, workers
        self._rows: dict[str, Row] = {}
        self._left: list[Run] = list(plan.runs)
        self._futures: dict[Future[Row], Run] = {}
        self._doing: Doing | None = None
        self._begun = time.perf_counter()
        self._cancelled = False

    @property
    def rows(self) -> list[Row]:
        """Rows of the runs that have finished, in the order of the plan."""
        return [self._rows[run.key] for run in self.plan.runs if run.key in self._rows]

    @property
    def frame(self) -> pd.DataFrame:
        """The same as a table."""
        return pd.DataFrame(self.rows)

    @property
    def running(self) -> Sequence[Run]:
        """The runs that are being done."""
        alone = [] if self._doing is None else [self._doing.run]
        return [*alone, *self._futures.values()]

    @property
    def done(self) -> bool:
        """Whether all runs have finished, or the rest was cancelled."""
        return self._cancelled or len(self._rows) == len(self.plan.runs)

    @property
    def progress(self) -> float:
        """Share of the work that has finished, 0..1, by its estimated cost."""
        under_way = 0.0 if self._doing is None else self._doing.progress * self._doing.run.cost_s
        done = sum(run.cost_s for run in self.plan.runs if run.key in self._rows)
        return min((done + under_way) / self.plan.cost_s, 1.0)

    @property
    def time_left(self) -> float:
        """Seconds that are left: by what was measured, at first as estimated."""
        share = self.progress
        if share == 0.0:
            return self.plan.cost_s / (self._workers if self._executor else 1)
        return (time.perf_counter() - self._begun) * (1 / share - 1)

    def advance(self, seconds: float) -> list[Row]:
        """Work for about so long in this process; with an executor, only poll.

        Returns
        -------
        list of dict
            The rows of the runs that finished.
        """
        if self._executor is not None:
            return self.poll()
        end, new = time.perf_counter() + seconds, []
        while not self.done:
            new += self._advance_one(max(end - time.perf_counter(), 0.0))
            if time.perf_counter() >= end:
                break
        return new

    def _advance_one(self, seconds: float) -> list[Row]:
        if self._doing is None:
            run = self._left.pop(0)
            try:
                self._doing = Doing(run)
            except ValueError as refusal:
                return [self._keep(run, failed(run, str(refusal)))]
        self._doing.advance(seconds)
        if not self._doing.done:
            return []
        doing, self._doing = self._doing, None
        return [self._keep(doing.run, doing.row())]

    def poll(self) -> list[Row]:
        """Start runs for idle workers, and return the rows of those that finished since."""
        if self._executor is None or self._cancelled:
            return []
        new = []
        for future in [future for future in self._futures if future.done()]:
            run = self._futures.pop(future)
            try:
                row = future.result()
            except Exception as error:  # whatever a run raises in its worker is its own affair
                row = failed(run, f"{type(error).__name__}: {error}")
            new.append(self._keep(run, row))
        while self._left and len(self._futures) < self._workers:
            run = self._left.pop(0)
            self._futures[self._executor.submit(one, run)] = run
        return new

    def cancel(self) -> None:
        """Start no further run, and drop those that are being done."""
        self._cancelled = True
        for future in self._futures:
            future.cancel()
        self._futures.clear()
        self._doing = None
        self._left.clear()

    def _keep(self, run: Run, row: Row) -> Row:
        self._rows[run.key] = row
        return row
