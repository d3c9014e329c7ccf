"""Processes: workers of this machine, of which one may die without harm to the others."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

from rnnviz.fields import Field

_WORKERS = Field("workers", "Workers", int, None, "Of processes.", low=1, high=1000, optional=True)

P = ParamSpec("P")
T = TypeVar("T")

_UNSTARTED = (
    "A worker process ended before it began. In a script, call rnnviz.sweep below "
    '`if __name__ == "__main__":`, for each worker reads the script again.'
)


class Processes(Executor):
    """Does calls in processes of this machine, one at a time in each.

    Each worker is a pool of one process. So if it dies, it is known which call it was doing, and
    only that one fails. A process in which a call failed is replaced by a new one: the next call,
    which may be the same one again, is not done there. Processes are spawned, never forked, since
    a server has threads; they compute matrix products on one thread, and end with the process that
    made them, however that ends.

    Parameters
    ----------
    workers
        Number of processes; None: as many as this process may use cores.

    Raises
    ------
    ValueError
        If it is not a whole number from 1 on.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._lock = threading.RLock()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._idle = [_Worker.new() for _ in range(_WORKERS.check(workers) or cores())]
        self._busy: list[_Worker] = []
        self._open = True
        self._all_ended = threading.Event()
        self.workers = len(self._idle)

    def begin(self) -> None:
        """Start all processes, and wait until each has.

        Raises
        ------
        ValueError
            If one can't: says what a script must look like.
        """
        started = [worker.pool.submit(os.getpid) for worker in self._idle]
        try:
            for future in started:
                future.result()
        except BrokenExecutor:
            self.stop()
            raise ValueError(_UNSTARTED) from None

    def submit(self, call: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> Future[T]:
        """Do a call in the next process that is idle."""
        future: Future[T] = Future()
        with self._lock:
            if not self._open:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._waiting.append((future, partial(call, *args, **named)))
        self._feed()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Accept no more calls; end the processes when the rest is done."""
        with self._lock:
            self._open = False
            if cancel_futures:
                self._cancel_waiting()
            if not self._waiting:
                self._end_idle()
        if wait:
            self._all_ended.wait()

    def stop(self) -> None:
        """End all processes at once, with whatever they are doing."""
        with self._lock:
            self._open = False
            self._cancel_waiting()
            for worker in self._busy:
                worker.end()
            self._end_idle()
        self._all_ended.wait()

    def _cancel_waiting(self) -> None:
        while self._waiting:
            self._waiting.popleft()[0].cancel()

    def _end_idle(self) -> None:
        while self._idle:
            self._idle.pop().end()
        if not self._busy:
            self._all_ended.set()

    def _feed(self) -> None:
        """Hand calls to idle workers."""
        with self._lock:
            while self._waiting and self._idle:
                future, call = self._waiting.popleft()
                if not future.set_running_or_notify_cancel():
                    continue
                worker = self._idle.pop(0)
                try:
                    doing = worker.pool.submit(call)
                except BrokenExecutor:  # it died with nothing to do
                    worker.end()
                    worker = _Worker.new()
                    doing = worker.pool.submit(call)
                self._busy.append(worker)
                doing.add_done_callback(partial(self._finish, worker, future))

    def _finish(self, worker: _Worker, future: Future[Any], doing: Future[Any]) -> None:
        """Take a worker back, or a new one in its place, and pass on what came of its call."""
        error = BrokenExecutor("it was stopped") if doing.cancelled() else doing.exception()
        with self._lock:
            self._busy.remove(worker)
            if error is not None:
                worker.end()
                worker = _Worker.new()
            self._idle.append(worker)
            self._feed()
            if not self._open and not self._waiting:
                self._end_idle()
        if error is None:
            future.set_result(doing.result())
        else:
            future.set_exception(error)


@dataclass
class _Worker:
    """A pool of one process, and the line by which it notices that it should end."""

    pool: ProcessPoolExecutor
    line: Connection

    @classmethod
    def new(cls) -> _Worker:
        context = get_context("spawn")
        reader, writer = context.Pipe(duplex=False)
        pool = ProcessPoolExecutor(1, context, initializer=_prepare, initargs=(reader,))
        return cls(pool, writer)

    def end(self) -> None:
        self.line.close()
        self.pool.shutdown(wait=False, cancel_futures=True)


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prepare(line: Connection) -> None:
    """Prepare a new process: one thread for matrix products, and it ends when the line is cut."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that made it
    threadpool_limits(limits=1, user_api="blas")
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()


def _end_with(line: Connection) -> None:
    line.poll(None)  # nothing is ever sent: it is over when the other end is closed
    os._exit(1)
