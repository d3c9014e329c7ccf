"""Worker processes: bounded, shared fairly, and gone with whoever they work for."""

import math
import os
import subprocess
import sys
import time

import pytest

from rnnviz.visit import workers as module
from rnnviz.visit.workers import PROCESSES, RUNS, WorkerEnded, Workers, allowed
from tests.serving import ROOT


@pytest.fixture
def two():
    workers = Workers(2)
    yield workers
    workers.end()
    wait_for(lambda: not workers.pids)


def wait_for(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_never_more_processes_than_allowed_and_each_visitor_has_a_share(two):
    anna, ben = object(), object()
    slow = [two.share_of(anna).submit(time.sleep, 600) for _ in range(5)]
    wait_for(lambda: sum(future.running() for future in slow) == 2)
    quick = two.share_of(ben).submit(math.sqrt, 9.0)
    assert len(two.pids) == 2
    os.kill(two.pids[0], 9)  # one comes free: it is the turn of who has fewer at work
    assert quick.result(60) == 3.0
    assert len(two.pids) <= 2
    broken = [future for future in slow if future.done()]
    with pytest.raises(WorkerEnded, match="its worker process has ended"):
        broken[0].result()

    pids = two.pids
    two.share_of(anna).cancel()
    wait_for(lambda: all(future.done() for future in slow))
    wait_for(lambda: not any(map(is_alive, pids)))
    assert slow[-1].cancelled()


def test_what_a_worker_raises_is_told_and_it_goes_on_until_it_rests():
    workers = Workers(1, rest_s=0.2)
    share = workers.share_of(object())
    with pytest.raises(RuntimeError, match="ValueError"):
        share.submit(math.sqrt, -1.0).result(60)
    wait_for(lambda: not workers.pids)
    assert share.submit(math.sqrt, 4.0).result(60) == 2.0
    wait_for(lambda: not workers.pids)


def test_where_the_system_starts_no_process_nothing_waits_for_one(monkeypatch):
    def refuse(*_, **__):
        raise OSError("too many processes")

    workers = Workers(1)
    monkeypatch.setattr(module.subprocess, "Popen", refuse)
    with pytest.raises(OSError, match="too many processes"):
        workers.share_of(object()).submit(math.sqrt, 4.0)
    assert workers.pids == []


def test_workers_end_with_the_server_even_if_it_is_killed():
    script = (
        "import time; from rnnviz.visit.workers import Workers\n"
        "workers = Workers(1); future = workers.share_of(object()).submit(time.sleep, 600)\n"
        "while not future.running(): time.sleep(0.01)\n"
        "print(workers.pids[0], flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE) as it:
        worker = int(it.stdout.readline())
        assert is_alive(worker)
        it.kill()
    wait_for(lambda: not is_alive(worker))


@pytest.mark.parametrize(
    ("text", "processes"), [("", 0), ("2", 2), ("-1", 0), ("many", 0), ("1e3", 0), ("9999", 0)]
)
def test_the_environment_says_how_many_there_may_be(monkeypatch, caplog, text, processes):
    monkeypatch.setenv(PROCESSES, text)
    assert allowed(PROCESSES) == processes
    assert bool(caplog.records) == (text not in ("", "2"))


def test_by_default_there_is_no_process_and_a_bound_on_runs(monkeypatch):
    monkeypatch.delenv(PROCESSES, raising=False)
    monkeypatch.delenv(RUNS, raising=False)
    assert (allowed(PROCESSES), allowed(RUNS)) == (0, 400)
    assert module.WORKERS.pids == []
