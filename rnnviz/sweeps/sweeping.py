"""Sweeping: the runs of a plan, done one after the other or by many workers at once."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from pathlib import Path

import pandas as pd

from rnnviz.sweeps.files import columns, frame, open_file
from rnnviz.sweeps.plan import Plan
from rnnviz.sweeps.processes import Processes
from rnnviz.sweeps.run import Doing, Row, Run, attempt, failed

#: How often a run is tried.
TRIES = 2
#: Runs that an executor has at a time: enough for a cluster, and not all of a large sweep.
IN_FLIGHT = 1000
_LONGEST_ERROR = 300


class SweepStopped(RuntimeError):  # noqa: N818 - not an error of the sweep
    """A sweep that can't go on.

    Attributes
    ----------
    frame : DataFrame
        The rows of all runs that have finished, whether or not they are in the file.
    unwritten : list of dict
        Those that are not in the file.
    """

    def __init__(self, message: str, table: pd.DataFrame, unwritten: Sequence[Row] = ()) -> None:
        super().__init__(message)
        self.frame = table
        self.unwritten = list(unwritten)


class Sweeping:
    """Does the runs of a plan without ever waiting for one.

    Without an executor the runs are done in this process, one after the other, in the slices of
    `advance`; the row of one that raises tells the error. With an executor, `poll` hands runs to it
    and collects what has finished. A run that raises there, or whose worker dies, is tried once
    more when all others have begun; then its row tells the error. If a process pool breaks, the
    rest goes on in processes of its own.

    Parameters
    ----------
    plan : Plan
    executor
        Any of `concurrent.futures`, which the caller shuts down; None: in this process.
    file
        Where to put each row as soon as its run has finished (`.csv` or `.parquet`). What it holds
        of these runs is not done again.
    workers
        How many runs the executor has at a time; None: up to `IN_FLIGHT`, of which it does as many
        as it can.

    Raises
    ------
    ValueError
        If the file holds something else.
    """

    def __init__(
        self,
        plan: Plan,
        executor: Executor | None = None,
        file: str | Path | None = None,
        workers: int | None = None,
    ) -> None:
        self.plan = plan
        self._file = None if file is None else open_file(file, plan)
        self._rows: dict[str, Row] = {} if self._file is None else dict(self._file.rows)
        self._unwritten: list[Row] = []
        self._left = deque(run for run in plan.runs if run.key not in self._rows)
        self._executor, self._in_flight = executor, workers or IN_FLIGHT
        self._replacement = workers or _size(executor)
        self._own: Processes | None = None
        self._futures: dict[Future[Row], Run] = {}
        self._tried: Counter[str] = Counter()
        self._doing: Doing | None = None
        self._problem = ""
        self._cancelled = False
        self._begun = time.perf_counter()
        self._cost_s = {run.key: run.cost_s for run in plan.runs}
        self._before_s = self._done_s = sum(self._cost_s[row["run"]] for row in self._rows.values())

    @property
    def rows(self) -> list[Row]:
        """Rows of the runs that have finished, in the order of the plan."""
        return [self._rows[run.key] for run in self.plan.runs if run.key in self._rows]

    @property
    def frame(self) -> pd.DataFrame:
        """The same as a table: what is varied, the results, then all other settings."""
        return frame(self.rows, columns(self.plan))

    @property
    def running(self) -> list[Run]:
        """The runs that are being done, or wait in the executor."""
        alone = [] if self._doing is None else [self._doing.run]
        return [*alone, *self._futures.values()]

    @property
    def done(self) -> bool:
        """Whether all runs have finished, or the rest was cancelled."""
        return self._cancelled or len(self._rows) == len(self.plan.runs)

    @property
    def progress(self) -> float:
        """Share of the work that has finished, 0..1, by its estimated cost."""
        done = self._done_s + self._under_way_s
        return 1.0 if len(self._rows) == len(self.plan.runs) else min(done / self.plan.cost_s, 1.0)

    @property
    def time_left(self) -> float:
        """Seconds that are left: by what was measured, at first as estimated."""
        done = self._done_s + self._under_way_s
        left = max(self.plan.cost_s - done, 0.0)
        here = done - self._before_s
        if here <= 0:
            return left / (self._replacement or 1)
        return left * (time.perf_counter() - self._begun) / here

    @property
    def _under_way_s(self) -> float:
        return 0.0 if self._doing is None else self._doing.progress * self._doing.run.cost_s

    def advance(self, seconds: float) -> list[Row]:
        """Work for about so long in this process; with an executor, only poll.

        Returns
        -------
        list of dict
            The rows of the runs that finished.

        Raises
        ------
        SweepStopped
            As `poll`.
        """
        if self._executor is not None:
            return self.poll()
        end, new = time.perf_counter() + seconds, []
        while not self.done:
            new += self._advance_one(max(end - time.perf_counter(), 0.0))
            self._stop_if_stuck()
            if time.perf_counter() >= end:
                break
        return new

    def _advance_one(self, seconds: float) -> list[Row]:
        if self._doing is None and self._problem:
            return []
        run = self._left.popleft() if self._doing is None else self._doing.run
        try:
            self._doing = Doing(run) if self._doing is None else self._doing
            self._doing.advance(seconds)
            row = self._doing.row() if self._doing.done else None
        except Exception as error:  # whatever it is, it costs this run alone
            row = failed(run, _said(error))
        if row is None:
            return []
        self._doing = None
        return self._keep([row])

    def poll(self) -> list[Row]:
        """Hand runs to the executor, and return the rows of those that finished since.

        Raises
        ------
        SweepStopped
            If the executor accepts no more runs or a row can't be written, once the runs that had
            begun have finished.
        """
        if self._executor is None or self.done:
            return []
        new = self._collect()
        self._hand_out()
        self._stop_if_stuck()
        return new

    def wait(self, seconds: float) -> None:
        """Wait until a run has finished, but at most so long."""
        if self._futures:
            wait(self._futures, seconds, FIRST_COMPLETED)

    def cancel(self) -> None:
        """Start no further run, and drop those that have not finished."""
        self._cancelled = True
        for future in self._futures:
            future.cancel()
        self._futures.clear()
        self._doing = None
        self._left.clear()
        if self._own is not None:
            self._own.stop()

    def _collect(self) -> list[Row]:
        new, broken = [], False
        for future in [future for future in self._futures if future.done()]:
            run = self._futures.pop(future)
            error = None if not future.cancelled() else "the executor cancelled it"
            raised = None if error else future.exception()
            if error is None and raised is None:
                new.append(future.result())
                continue
            broken = broken or isinstance(raised, BrokenExecutor)
            self._tried[run.key] += 1
            if self._tried[run.key] < TRIES:
                self._left.append(run)
            else:
                new.append(failed(run, error or _said(raised)))
        if broken:
            self._replace_executor()
        return self._keep(new)

    def _hand_out(self) -> None:
        while self._left and len(self._futures) < self._in_flight and not self._problem:
            assert self._executor is not None
            run = self._left[0]
            try:
                # The count makes it another call: a cluster may remember what came of the first.
                future = self._executor.submit(attempt, run, self._tried[run.key])
            except BrokenExecutor:
                self._replace_executor()
            except Exception as error:  # each kind of executor raises its own when it is closed
                self._problem = f"The executor accepts no more runs ({_said(error)})"
            else:
                self._futures[future] = self._left.popleft()

    def _replace_executor(self) -> None:
        """Go on in processes of our own, where a death costs its own run alone."""
        if self._own is None and not isinstance(self._executor, Processes):
            self._executor = self._own = Processes(self._replacement)

    def _keep(self, rows: list[Row]) -> list[Row]:
        """Keep rows of runs that finished, and write them."""
        self._rows |= {row["run"]: row for row in rows}
        self._done_s += sum(self._cost_s[row["run"]] for row in rows)
        self._unwritten += rows
        if self._file is not None and self._unwritten:
            try:
                self._file.add(self._unwritten)
            except OSError as error:
                self._problem = f"The results can’t be written ({_said(error)})"
                # Those that wait in the executor; what has begun goes on to its end.
                self._futures = {each: run for each, run in self._futures.items()
                                 if not each.cancel()}  # fmt: skip
                return rows
        self._unwritten = []
        return rows

    def _stop_if_stuck(self) -> None:
        if not self._problem or self._futures:
            return
        count = f"{len(self._rows):,} of {len(self.plan.runs):,} runs have finished"
        if self._file is None:
            kept = "their rows are in this error’s `frame`, since there is no file"
        elif self._unwritten:
            lacking = len(self._unwritten)
            kept = (
                f"{lacking:,} of them {'is' if lacking == 1 else 'are'} not in the file, but in "
                "this error’s `frame`"
            )
        else:
            kept = "they are in the file"
        again = "" if self._file is None else " Start it again with the same file to go on."
        self.cancel()
        raise SweepStopped(
            f"{self._problem}. {count}; {kept}.{again}",
            self.frame,
            self._unwritten if self._file is not None else (),
        )


def _size(executor: Executor | None) -> int | None:
    """Return how many runs an executor does at a time, where it says so."""
    size = getattr(executor, "workers", getattr(executor, "_max_workers", None))
    return size if isinstance(size, int) and size > 0 else None


def _said(error: BaseException | None) -> str:
    """Say in one short line what went wrong."""
    if isinstance(error, BrokenExecutor):
        return "its worker died"
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= _LONGEST_ERROR else f"{text[: _LONGEST_ERROR - 1]}…"
