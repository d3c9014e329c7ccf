"""The command `rnnviz sweep` reads settings, shows how far it is, and keeps what has finished."""

from __future__ import annotations

import errno
import io
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

import rnnviz
from rnnviz import sweeps
from rnnviz.commands import do
from rnnviz.commands.sweep import seeds_of, settings_of
from rnnviz.sweeps import files
from tests.sweeps.troubled import PLAN, SMALL

WORDS = [
    *("task=echo", "lag=1,2", "len=6", "cell=rnn", "hidden_size=4"),
    *("--seeds", "0,1", "--iterations", "12"),
]


class Threads(ThreadPoolExecutor):
    """Workers that start at once, in the place of processes."""

    def begin(self) -> None:
        """Nothing has to be started."""

    def stop(self) -> None:
        """Let go of the threads."""
        self.shutdown(cancel_futures=True)


@pytest.fixture(autouse=True)
def threads(monkeypatch):
    monkeypatch.setattr(sweeps, "Processes", Threads)


def test_a_sweep_is_printed_with_its_progress_and_time_left(capsys):
    assert do("sweep", WORDS) == 0
    out, err = capsys.readouterr()
    table = pd.read_csv(io.StringIO(out))
    assert list(table["lag"]) == [1, 1, 2, 2]
    assert list(table["loss"]) == [sweeps.one(run)["loss"] for run in PLAN.runs]
    assert "4 runs: 100 %, 0 s left" in err
    assert "4 of 4 runs have finished, 0 solved their task" in err


def test_the_same_command_goes_on_where_it_stopped(tmp_path, capsys):
    file = tmp_path / "rows.csv"
    begun = sweeps.Sweeping(PLAN, file=file)
    while len(begun.rows) < 3:
        begun.advance(0.0)
    assert do("sweep", [*WORDS, "--out", str(file)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "3 runs were there already." in err
    assert len(pd.read_csv(file)) == 4


def test_ctrl_c_says_how_many_have_finished(monkeypatch, tmp_path, capsys):
    def interrupted(sweeping: sweeps.Sweeping, seconds: float) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    monkeypatch.setattr(sweeps.Sweeping, "wait", interrupted)
    assert do("sweep", [*WORDS, "--out", str(tmp_path / "rows.csv")]) == 130
    assert "of 4 runs have finished." in capsys.readouterr().err


def test_rows_that_a_full_disk_did_not_take_are_printed(monkeypatch, tmp_path, capsys):
    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.Csv, "add", full)
    assert do("sweep", [*WORDS, "--out", str(tmp_path / "rows.csv")]) == 1
    out, err = capsys.readouterr()
    assert "The results can’t be written (OSError: [Errno 28] No space left on device)" in err
    assert "These rows follow on standard output." in err
    printed = pd.read_csv(io.StringIO(out))
    assert set(printed["run"]) <= {run.key for run in PLAN.runs}
    assert f"{len(printed)} of 4 runs have finished" in err


def test_settings_are_read_by_name_or_key_as_values_lists_or_ranges():
    words = ["task=recall", "asked=last step", "len=5,10", "lr=0.001..0.1", "clip=none,1"]
    assert settings_of(words) == {
        "task": "recall",
        "asked": "last step",
        "length": [5, 10],
        "learning_rate": sweeps.Range(0.001, 0.1),
        "clip_norm": [None, 1.0],
    }
    assert settings_of(["exercises=legs~arms,core~legs"])["exercises"] == [
        ("legs", "arms"),
        ("core", "legs"),
    ]


def test_a_draw_is_done_with_a_range(capsys):
    words = ["task=echo", "length=6", "h=4", "lr=0.001..0.1", "--iterations", "2", "--seeds", "0"]
    assert do("sweep", [*words, "--draw", "3"]) == 0
    rates = pd.read_csv(io.StringIO(capsys.readouterr().out))["learning_rate"]
    assert rates.nunique() == 3
    assert rates.between(0.001, 0.1).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lag"], "a setting must be name=value, got 'lag'"),
        (["lag=1"], "'lag' is not a setting; there are task, cell"),
        (["h=4", "h=5"], "'h' is given twice"),
        (["h=4..8"], "hidden_size has a range, which needs --draw N"),
        (["cell=lst"], "cell must be one of rnn"),
        (["h=4", "--seeds", "0-"], "seeds must be such as 0-9 or 3,5,8, got '0-'"),
        (["h=4", "--seeds", "0-999999"], "a sweep may have at most 100,000 runs"),
        (["h=4", "--out", "rows.txt"], "file must end in .csv or .parquet, got 'rows.txt'"),
    ],
)
def test_what_cannot_be_done_is_said(words, said, capsys):
    assert do("sweep", words) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_seeds_are_a_range_or_a_list():
    assert seeds_of("0-3,7") == [0, 1, 2, 3, 7]


def test_the_function_gives_the_table_and_tells_its_progress(tmp_path):
    seen = []
    with ThreadPoolExecutor(1) as executor:
        table = rnnviz.sweep(
            SMALL,
            [0, 1],
            executor,
            iterations=12,
            file=tmp_path / "rows.parquet",
            progress=lambda sweeping: seen.append(sweeping.progress),
        )
    assert list(table["run"]) == [run.key for run in PLAN.runs]
    assert list(table.columns[:4]) == ["run", "lag", "seed", "solved"]
    assert seen[-1] == 1.0
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "rows.parquet"), table)
