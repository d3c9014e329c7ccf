"""A sweep on a real Dask cluster of two workers: the same rows, and a worker may die."""

from __future__ import annotations

import dask
import pytest
from distributed import Client, LocalCluster

from rnnviz import sweeps
from rnnviz.commands import do
from tests.sweeps.troubled import PLAN, deadly, done, plan_of, results

WANTED = results([sweeps.one(run) for run in PLAN.runs])
#: Else a cluster tries a run by itself on three more workers, each of which has to start first.
ONCE = {"distributed.scheduler.allowed-failures": 0}


@pytest.fixture(scope="module")
def client():
    with (
        dask.config.set(ONCE),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as connected,
    ):
        yield connected


def test_a_cluster_gives_the_rows_of_this_process(client, capsys):
    assert done(sweeps.Sweeping(PLAN, client.get_executor())) == WANTED
    words = ["task=echo", "lag=1,2", "length=6", "cell=rnn", "hidden_size=4", "--iterations", "12"]
    assert do("sweep", [*words, "--seeds", "0-1", "--dask", client.scheduler.address]) == 0
    link_of_each = [row["link"] for row in WANTED]
    printed = capsys.readouterr().out.splitlines()[1:]
    assert all(link in line for link, line in zip(link_of_each, printed, strict=True))


def test_a_worker_of_a_cluster_that_dies_costs_nothing(client, tmp_path):
    rows = done(sweeps.Sweeping(plan_of(deadly(tmp_path, 1)), client.get_executor()))
    assert [row["error"] for row in rows] == [""] * 4
    assert rows[1:] == WANTED[1:]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_client_that_is_closed_is_said(client):
    executor = client.get_executor()
    client.close()
    with pytest.raises(sweeps.SweepStopped, match=r"accepts no more runs .*0 of 4 runs"):
        done(sweeps.Sweeping(PLAN, executor))
