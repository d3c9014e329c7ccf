"""The commands `rnnviz link` and `rnnviz run` say and write what the app would."""

from __future__ import annotations

import io
import sys
import zipfile

import numpy as np
import pytest

import rnnviz
from rnnviz import Trainer, export, link
from rnnviz.__main__ import main
from rnnviz.commands import COMMANDS, do
from rnnviz.commands.progress import Progress
from rnnviz.tasks import make_task


def test_a_link_is_printed_of_settings_by_name_or_by_key(capsys):
    assert do("link", ["cell=gru", "hidden_size=32", "seed=7", "length=14", "it=60"]) == 0
    assert capsys.readouterr().out == "v=1&cell=gru&h=32&seed=7&len=14&it=60\n"


def test_the_whole_address_is_printed_where_the_app_is_named(capsys):
    do("link", ["task=echo", "lag=5", "--app", "http://localhost:8501/"])
    assert capsys.readouterr().out == "http://localhost:8501/?v=1&task=echo&lag=5\n"


def test_a_text_is_read_from_a_file(tmp_path, capsys):
    (tmp_path / "own.txt").write_text("~ one two three one two four\n", encoding="utf-8")
    assert do("link", ["task=symbols", f"text=@{tmp_path / 'own.txt'}"]) == 0
    opened = link.read(capsys.readouterr().out.strip())
    assert opened.experiment.task.text == "~ one two three one two four\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cell=gr"], "cell must be one of rnn, relu, gru, lstm, mlp, got 'gr'"),
        (["cell"], "a setting must be name=value, got 'cell'"),
        (["lag=3"], "'lag' is not a setting of the task gym"),
        (["h=8", "hidden_size=9"], "'h' is in the link more than once"),
        (["task=symbols", "text=@/nowhere/at/all"], "No such file"),
    ],
)
def test_what_is_refused_is_said_and_no_link_is_printed(words, said, capsys):
    assert do("link", words) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_a_run_is_written_to_files(tmp_path, capsys):
    npz, csv, html = (tmp_path / name for name in ("run.npz", "run.zip", "run.html"))
    wanted = ["--npz", str(npz), "--csv", str(csv), "--html", str(html)]

    assert do("run", ["v=1&h=4&it=6&do=2_lr_0.1", "--iterations", "9", *wanted]) == 0

    trainer = rnnviz.open("v=1&h=4&it=9&do=2_lr_0.1")
    out, err = capsys.readouterr()
    assert out == "v=1&h=4&it=9&do=2_lr_0.1\n"
    assert "Training: 100 %" in err
    assert "Iteration 9: accuracy " in err
    wanted_bytes = export.finished(export.npz(export.snapshot(trainer)))
    with np.load(npz) as ours, np.load(io.BytesIO(wanted_bytes)) as theirs:
        assert sorted(ours.files) == sorted(theirs.files)
        for name in ours.files:
            np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)
    assert zipfile.ZipFile(csv).testzip() is None
    assert "iterations 0 to 9" in html.read_text(encoding="utf-8")


def test_a_run_of_a_file_stops_earlier_where_that_is_said(tmp_path, capsys):
    file = tmp_path / "some.rnnviz.json"
    link.write_file(link.read("h=4&it=6&do=2_lr_0.1~5_b_4").experiment, file)
    do("run", [str(file), "--iterations", "3"])
    assert capsys.readouterr().out == "v=1&h=4&it=3&do=2_lr_0.1\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["/nowhere/some.rnnviz.json"], "No such file"),
        (["h=4", "--iterations", "-1"], "iteration must be a whole number 0..100000000, got -1"),
        (["h=4", "--npz", "/nowhere/at/all.npz"], "there is no folder for /nowhere/at/all.npz"),
    ],
)
def test_what_cannot_be_run_is_said_before_it_trains(words, said, capsys):
    assert do("run", words) == 1
    assert said in capsys.readouterr().err


def test_without_a_browser_it_says_before_it_trains_what_to_install(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    monkeypatch.setattr(Trainer, "advance", lambda *_, **__: pytest.fail("it trained"))
    assert do("run", ["h=4&it=6", "--gif", str(tmp_path / "run.gif")]) == 1
    said = capsys.readouterr().err
    assert "pip install 'rnnviz[pictures]'" in said
    assert "playwright install chromium" in said


def test_a_word_that_is_a_command_does_not_start_the_app(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["link", "h=4"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == "v=1&h=4\n"


def test_the_help_names_every_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert all(f"rnnviz {name} " in told for name in COMMANDS)


def test_progress_is_one_line_on_a_terminal_and_a_line_per_tenth_elsewhere():
    terminal, file = io.StringIO(), io.StringIO()
    terminal.isatty = lambda: True
    for stream in (terminal, file):
        with Progress("Training", stream) as progress:
            for share in range(101):
                progress.show(share / 100, 200 - share)
    assert terminal.getvalue().count("\n") == 1
    assert file.getvalue().count("\n") == 10
    assert "Training: 50 %, 2 min left" in file.getvalue()


def test_a_task_of_a_list_is_written_with_tildes(capsys):
    do("link", ["exercises=legs~arms", "length=9"])
    opened = link.read(capsys.readouterr().out.strip())
    assert opened.experiment.task == make_task("gym", exercises=("legs", "arms"), length=9)
