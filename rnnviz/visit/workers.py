"""Worker processes for all visitors together: never more than the server allows.

Two environment variables set the bounds, since only whoever runs the server knows the machine:
`RNNVIZ_SWEEP_PROCESSES`, how many processes there may be (0 by default: none at all, and everything
is done in the slices of the live loop), and `RNNVIZ_SWEEP_RUNS`, how many runs a sweep may have.

Whoever has the fewest at work is next, so that no visitor has to wait until another one's sweep has
ended. A process ends when the visitor for whom it works leaves, when there has been nothing to do
for a while, and when the server ends. `rnnviz.sweeps.Processes` knows no visitors, and makes its
processes from the script of the caller, which under Streamlit is a page.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_LOG = logging.getLogger("rnnviz")

PROCESSES, RUNS = "RNNVIZ_SWEEP_PROCESSES", "RNNVIZ_SWEEP_RUNS"
#: What holds where the environment says nothing; and what nobody means to exceed.
_DEFAULT = {PROCESSES: 0, RUNS: 400}
_MOST = {PROCESSES: 256, RUNS: 100_000}
#: Seconds without work after which a process ends: its memory is worth more than a second.
REST_S = 30.0

_PACKAGES = Path(__file__).parents[2]


def allowed(name: str) -> int:
    """Return a bound that the environment sets: `PROCESSES` or `RUNS`.

    What is no whole number from 0 on, or too large, counts as not set; the log says so.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return _DEFAULT[name]
    if text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= _MOST[name]:
        return int(text)
    _LOG.warning(
        "%s must be a whole number 0..%d, got %r: %d is used instead",
        *(name, _MOST[name], text[:60], _DEFAULT[name]),
    )
    return _DEFAULT[name]


class WorkerEnded(RuntimeError):  # noqa: N818 - it is what happened
    """The process that was doing something has ended; the others go on."""


@dataclass(eq=False)
class _Task:
    owner: int
    message: bytes
    future: Future[Any]


class Workers:
    """At most so many processes, each of which does one thing at a time.

    Parameters
    ----------
    most
        Maximum number of processes.
    rest_s
        Seconds without work after which a process ends.
    """

    def __init__(self, most: int, rest_s: float = REST_S) -> None:
        self.most = most
        self._rest_s = rest_s
        self._changed = threading.Condition()
        self._queue: list[_Task] = []
        self._at_work: dict[_Worker, _Task | None] = {}

    def share_of(self, owner: object) -> Share:
        """Return the executor of one visitor; `cancel` ends what it has begun."""
        return Share(self, owner)

    @property
    def pids(self) -> list[int]:
        """The processes that there are."""
        with self._changed:
            return [worker.pid for worker in self._at_work]

    def submit(self, owner: int, message: bytes) -> Future[Any]:
        """Have a process do it as soon as one is free.

        Raises
        ------
        OSError
            If there is none, and the system starts none.
        """
        future: Future[Any] = Future()
        with self._changed:
            self._queue.append(_Task(owner, message, future))
            try:
                self._start_where_needed()
            except OSError:
                if not self._at_work:
                    self._queue.pop()
                    raise
            self._changed.notify_all()
        return future

    def _start_where_needed(self) -> None:
        """Start another process if all are busy, and one more is allowed."""
        resting = sum(task is None for task in self._at_work.values())
        if resting < len(self._queue) and len(self._at_work) < self.most:
            worker = _Worker(self)
            self._at_work[worker] = None
            worker.start()

    def cancel(self, owner: int) -> None:
        """Forget what this visitor has asked for, and end the processes that are at it."""
        with self._changed:
            dropped = [task for task in self._queue if task.owner == owner]
            self._queue = [task for task in self._queue if task.owner != owner]
            # Here, so that none of them has begun something for another visitor meanwhile.
            for worker, task in self._at_work.items():
                if task is not None and task.owner == owner:
                    worker.kill()
        for task in dropped:
            task.future.cancel()

    def end(self) -> None:
        """End all processes."""
        with self._changed:
            dropped, self._queue = self._queue, []
            for worker in self._at_work:
                worker.kill()
        for task in dropped:
            task.future.cancel()

    def next_for(self, worker: _Worker) -> _Task | None:
        """Return what a process is to do next; None if it has nothing to do for long."""
        with self._changed:
            self._at_work[worker] = None
            self._changed.wait_for(lambda: self._queue or worker.is_killed, self._rest_s)
            if not self._queue or worker.is_killed:
                del self._at_work[worker]
                return None
            busy = [task.owner for task in self._at_work.values() if task is not None]
            task = min(self._queue, key=lambda waiting: busy.count(waiting.owner))
            self._queue.remove(task)
            self._at_work[worker] = task
            return task

    def gone(self, worker: _Worker) -> None:
        """Note that a process has ended; another one takes its place if there is work."""
        with self._changed:
            self._at_work.pop(worker, None)
            try:
                self._start_where_needed()
            except OSError as refused:
                if not self._at_work:
                    for task in self._queue:
                        task.future.set_exception(WorkerEnded(str(refused)))
                    self._queue.clear()


class _Worker(threading.Thread):
    """A process, and the thread that waits for its answers.

    The process starts at once. It knows that the server has gone when its input ends.
    """

    def __init__(self, workers: Workers) -> None:
        super().__init__(name="worker", daemon=True)
        self._workers = workers
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_PACKAGES,
            # One thread for matrix products: each process is meant to use one core.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        self.pid = self._process.pid
        self.is_killed = False

    def run(self) -> None:
        """Do one task after the other, until there are none for a while."""
        try:
            while (task := self._workers.next_for(self)) is not None:
                if not self._do(task):
                    break
        finally:
            self.kill()
            self._process.wait()
            for stream in self._streams():
                with contextlib.suppress(OSError):
                    stream.close()
            self._workers.gone(self)

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self.is_killed = True
        self._process.kill()

    def _do(self, task: _Task) -> bool:
        """Do a task; tell whether the process is still there afterwards."""
        if not task.future.set_running_or_notify_cancel():
            return True
        to, back = self._streams()
        try:
            to.write(task.message)
            to.flush()
            is_done, told = pickle.load(back)
        except (OSError, EOFError, pickle.UnpicklingError):
            task.future.set_exception(WorkerEnded("its worker process has ended"))
            return False
        if is_done:
            task.future.set_result(told)
        else:
            task.future.set_exception(RuntimeError(told))
        return True

    def _streams(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


class Share(Executor):
    """What one visitor may ask of the workers; an `Executor` of `concurrent.futures`.

    Parameters
    ----------
    workers : Workers
    owner
        The visitor; used as an identity only.
    """

    def __init__(self, workers: Workers, owner: object) -> None:
        self._workers, self._owner = workers, id(owner)

    def submit(  # type: ignore[override]
        self, function: Callable[..., Any], /, *args: Any
    ) -> Future[Any]:
        """Have a worker call an importable function."""
        return self._workers.submit(self._owner, pickle.dumps((function, args)))

    def cancel(self) -> None:
        """End everything that was begun for this visitor."""
        self._workers.cancel(self._owner)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """End what was begun; the processes stay, for others."""
        self.cancel()


#: The worker processes of this server.
WORKERS = Workers(allowed(PROCESSES))
