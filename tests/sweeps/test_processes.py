"""Workers of this machine: what one of them does wrong costs its own run, and no other."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from threadpoolctl import threadpool_info

from rnnviz import sweeps
from rnnviz.sweeps import processes as module
from tests.sweeps.troubled import PLAN, deadly, done, plan_of, results


@pytest.fixture(scope="module")
def processes():
    with sweeps.Processes(2) as made:
        made.begin()
        yield made
        made.stop()


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_workers_give_the_rows_of_this_process_and_compute_on_one_thread(processes):
    assert done(sweeps.Sweeping(PLAN, processes)) == results([sweeps.one(run) for run in PLAN.runs])
    assert processes.submit(blas_threads).result() == {1}


def test_a_death_costs_nothing_once_and_its_own_run_when_it_comes_again(processes, tmp_path):
    (tmp_path / "once").mkdir()
    (tmp_path / "always").mkdir()
    once, always = deadly(tmp_path / "once", 1), deadly(tmp_path / "always", 9)
    rows = done(sweeps.Sweeping(plan_of(once, always), processes))
    assert [row["error"] for row in rows] == ["", "its worker died", "", "", ""]
    assert (rows[1]["lag"], rows[1]["seed"], rows[1]["solved"]) == (1, 100, False)
    assert rows[2:] == results([sweeps.one(run) for run in PLAN.runs[1:]])
    assert len(list((tmp_path / "always").iterdir())) == 2


def test_a_process_in_which_a_call_failed_is_not_used_again(processes):
    before = {processes.submit(os.getpid).result() for _ in range(4)}
    assert isinstance(processes.submit(int, "none").exception(), ValueError)
    after = {processes.submit(os.getpid).result() for _ in range(4)}
    assert (len(before), len(after), len(before & after)) == (2, 2, 1)


def test_processes_that_are_shut_down_finish_what_they_have_and_take_no_more(processes):
    calls = [processes.submit(int, text) for text in ("1", "2", "3")]
    processes.shutdown()
    assert [call.result() for call in calls] == [1, 2, 3]
    with pytest.raises(RuntimeError, match="after shutdown"):
        processes.submit(int)


def test_a_broken_pool_of_the_caller_is_replaced_and_the_others_are_not_lost(tmp_path):
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        rows = done(sweeps.Sweeping(plan_of(deadly(tmp_path, 1)), pool))
    assert [row["error"] for row in rows] == [""] * 4


def test_a_script_whose_workers_cannot_begin_is_told_what_it_must_look_like(monkeypatch):
    monkeypatch.setattr(module, "_prepare", os._exit)
    with pytest.raises(ValueError, match=r'call rnnviz.sweep below `if __name__ == "__main__":`'):
        sweeps.Processes(1).begin()


_KILLED = """
import os
from rnnviz.sweeps import Processes, Sweeping
from tests.sweeps.troubled import PLAN
if __name__ == "__main__":
    with Processes(1) as processes:
        sweeping = Sweeping(PLAN, processes, "rows.csv")
        while len(sweeping.rows) < 2:
            sweeping.poll()
            sweeping.wait(1.0)
        os.kill(os.getpid(), 9)
"""


def test_a_killed_process_loses_nothing_finished_and_its_workers_end_with_it(tmp_path):
    script, file = tmp_path / "script.py", tmp_path / "rows.csv"
    script.write_text(_KILLED)
    # Waits until both have closed the output: a worker that lived on would hold it.
    ended = subprocess.run(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=120,
        check=False,
    )
    assert ended.returncode == -9
    again = sweeps.Sweeping(PLAN, file=file)
    assert 2 <= len(again.rows) < 4
    while not again.done:
        again.advance(1.0)
    assert results(again.rows) == results([sweeps.one(run) for run in PLAN.runs])
