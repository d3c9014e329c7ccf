"""A file has each row as soon as its run has finished, and keeps it whatever happens."""

from __future__ import annotations

import errno
import os
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace

import pandas as pd
import pytest

from rnnviz import sweeps
from rnnviz.sweeps import files
from tests.sweeps.troubled import PLAN, SMALL, done, plan_of, results, too_large

KINDS = ("csv", "parquet")
WANTED = results([sweeps.one(run) for run in PLAN.runs])


def some(file, count: int) -> sweeps.Sweeping:
    """Do so many runs in this process."""
    sweeping = sweeps.Sweeping(PLAN, file=file)
    while len(sweeping.rows) < count:
        sweeping.advance(0.0)
    return sweeping


@pytest.mark.parametrize("kind", KINDS)
def test_a_sweep_goes_on_where_it_stopped_and_its_table_is_that_of_one_go(kind, tmp_path):
    file = tmp_path / f"rows.{kind}"
    for count in range(1, 5):
        sweeping = some(file, count)
        read = pd.read_csv(file) if kind == "csv" else pd.read_parquet(file)
        assert list(read["loss"]) == [row["loss"] for row in WANTED[:count]]
        assert list(read["link"]) == [row["link"] for row in WANTED[:count]]
    assert results(sweeping.rows) == WANTED
    again = sweeps.Sweeping(PLAN, file=file)
    assert again.done
    assert again.progress == 1
    pd.testing.assert_frame_equal(again.frame, sweeping.frame)


def test_a_line_that_was_not_written_to_its_end_is_done_again(tmp_path):
    file = tmp_path / "rows.csv"
    some(file, 3)
    text = file.read_text()
    file.write_text(text[:-20])
    again = sweeps.Sweeping(PLAN, file=file)
    assert len(again.rows) == 2
    assert file.read_text() == "".join(text.splitlines(keepends=True)[:3])


def test_a_run_that_failed_is_tried_again_and_has_one_row(tmp_path):
    plan, file = plan_of(too_large()), tmp_path / "rows.csv"
    with ThreadPoolExecutor(1) as executor:
        rows = done(sweeps.Sweeping(plan, executor, file))
    assert rows[0]["error"].startswith("ValueError: This run needs about")
    assert (rows[0]["solved"], rows[0]["hidden_size"]) == (False, 128)
    assert rows[0]["link"].startswith("v=1&task=echo&h=128")
    assert rows[1:] == WANTED[1:]
    again = sweeps.Sweeping(plan, file=file)
    assert len(again.rows) == 3
    assert pd.read_csv(file)["error"].isna().all()


def test_a_link_that_holds_a_long_text_is_read_again(tmp_path):
    file = tmp_path / "rows.csv"
    long = WANTED[0] | {"seconds": 1.0, "link": "x" * 200_000}  # csv stops at 131,072
    files.open_file(file, PLAN).add([long])
    assert files.open_file(file, PLAN).rows[long["run"]]["link"] == long["link"]


def test_more_seeds_go_into_the_same_file(tmp_path):
    file = tmp_path / "rows.csv"
    some(file, 4)
    more = sweeps.Sweeping(sweeps.plan(SMALL, range(3), iterations=12), file=file)
    assert len(more.rows) == 4
    assert not more.done


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", ["seeds", "settings", "something"])
def test_a_file_of_something_else_is_refused_and_left_as_it_is(kind, other, tmp_path):
    file = tmp_path / f"rows.{kind}"
    if other == "something":
        file.write_bytes(b"a note without an end of line")
    else:
        some(file, 2)
    before = file.read_bytes()
    plan = {
        "seeds": sweeps.plan(SMALL, [7], iterations=12),
        "settings": sweeps.plan({"task": "parity"}, [0], iterations=12),
        "something": PLAN,
    }[other]
    with pytest.raises(ValueError, match=r"something else than results of this sweep.*Choose"):
        sweeps.Sweeping(plan, file=file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("name", "said"),
    [("rows.txt", "file must end in .csv or .parquet, got"), ("no/rows.csv", "there is no folder")],
)
def test_a_file_that_cannot_be_written_is_refused_before_any_run(name, said, tmp_path):
    with pytest.raises(ValueError, match=said):
        sweeps.Sweeping(PLAN, file=tmp_path / name)


@pytest.fixture
def full_disk(monkeypatch):
    """Let the disk be full: of a line a part is written, of a Parquet file nothing."""
    write, full = os.write, []

    def half(file: int, data: bytes) -> int:
        if not full:
            return write(file, data)
        if len(data) > 10:
            return write(file, data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    def none(*_args: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def fill() -> None:
        full.append(True)
        monkeypatch.setattr(pd.DataFrame, "to_parquet", none)

    monkeypatch.setattr(files.os, "write", half)
    return fill


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_stops_the_sweep_and_nothing_finished_is_lost(kind, tmp_path, full_disk):
    file = tmp_path / f"rows.{kind}"
    sweeping = some(file, 2)
    before = file.read_bytes()
    full_disk()
    with pytest.raises(sweeps.SweepStopped, match="No space left on device") as stopped:
        sweeping.advance(60.0)
    said = str(stopped.value)
    assert "3 of 4 runs have finished; 1 of them is not in the file" in said
    assert file.read_bytes() == before
    assert results(sweeping.rows) == WANTED[:3]
    assert list(stopped.value.frame["loss"]) == [row["loss"] for row in WANTED[:3]]
    assert results(stopped.value.unwritten) == [WANTED[2]]


class ByHand(Executor):
    """Does nothing by itself: its futures are what the test makes of them."""

    def __init__(self) -> None:
        self.futures: list[Future] = []

    def submit(self, *_call: object) -> Future:
        """Return a future that waits."""
        self.futures.append(Future())
        return self.futures[-1]


def test_a_full_disk_keeps_the_runs_that_wait_in_an_executor_from_beginning(tmp_path, full_disk):
    executor = ByHand()
    sweeping = sweeps.Sweeping(PLAN, executor, tmp_path / "rows.csv")
    sweeping.poll()
    first, second, *waiting = executor.futures
    second.set_running_or_notify_cancel()
    full_disk()
    first.set_result(sweeps.one(PLAN.runs[0]))
    sweeping.poll()
    assert all(future.cancelled() for future in waiting)
    second.set_result(sweeps.one(PLAN.runs[1]))
    with pytest.raises(sweeps.SweepStopped, match="2 of them are not in the file") as stopped:
        sweeping.poll()
    assert results(stopped.value.unwritten) == WANTED[:2]


def test_names_that_a_spreadsheet_would_run_stay_text(tmp_path):
    gym = {"task": "gym", "exercises": ["=1+1", "legs"], "hidden_size": 4}
    sweeping = sweeps.Sweeping(sweeps.plan(gym, [0], iterations=1), file=tmp_path / "rows.csv")
    sweeping.advance(60.0)
    assert sweeping.frame["exercises"][0] == "=1+1~legs"
    assert ",'=1+1~legs," in (tmp_path / "rows.csv").read_text()


def test_an_executor_that_is_shut_down_is_said_and_what_had_finished_is_kept(tmp_path):
    with ThreadPoolExecutor(1) as executor:
        sweeping = sweeps.Sweeping(
            replace(PLAN, runs=PLAN.runs[:2]), executor, tmp_path / "rows.csv"
        )
        assert len(done(sweeping)) == 2
    rest = sweeps.Sweeping(PLAN, executor, tmp_path / "rows.csv")
    with pytest.raises(sweeps.SweepStopped, match=r"accepts no more runs .*2 of 4 .* in the file"):
        rest.poll()
    assert results(rest.rows) == WANTED[:2]


def test_what_a_shut_down_executor_still_finishes_is_kept():
    executor = ThreadPoolExecutor(1)
    sweeping = sweeps.Sweeping(plan_of(too_large()), executor)
    sweeping.poll()
    executor.shutdown(wait=False)
    with pytest.raises(sweeps.SweepStopped, match=r"3 of 4 runs have finished; their rows are in"):
        done(sweeping)  # the one that raised can't be tried again
    assert results(sweeping.rows) == WANTED[1:]
