"""Whatever stands in an address, what can be read is read, and the rest is told in sentences."""

from __future__ import annotations

import base64
import json
import random
import time
import tracemalloc
import zlib

import pytest

from rnnviz import RunConfig, link
from rnnviz.link.pairs import MOST_CHARACTERS
from rnnviz.link.reading import MOST_PROBLEMS
from rnnviz.tasks import make_task
from tests.link.experiments import experiment

ONE = link.Experiment(RunConfig(hidden_size=8), iteration=20)


def packed(data: bytes) -> str:
    return "~" + base64.urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("h=8&it=20&foo=1", "'foo' is not known here and was left out."),
        ("h=8&it=20&lag=3", "'lag' is not a setting of the task gym and was left out."),
        ("h=8&h=9&it=20", "'h' is in the link more than once; the first one counts."),
        ("h=8&it=20&lr=0", "learning_rate must be 1e-06..100, got 0."),
        ("h=8&it=20&l=1_0", "layers must be a whole number 1..4, got '1_0'."),
        ("h=8&it=20&l=%D9%A3", "layers must be a whole number 1..4, got '٣'."),
        ("h=8&it=20&l=nan", "layers must be a whole number 1..4, got 'nan'."),
        ("h=8&it=20&cell=%00", "cell must be one of rnn, relu, gru, lstm, mlp, got '\\x00'."),
        (
            "v=2&h=8&it=20",
            "This was made by a newer rnnviz (version 2 of the link, known here is 1): "
            "only what is known here was read.",
        ),
        ("v=x&h=8&it=20", "v must be 1, the version of the link, got 'x'."),
        ("h=8&it=20&u=8", "unit must be 0..7, got 8."),
        ("h=8&it=20&at=21", "shown_iteration must be 0..20, got 21."),
        ("h=8&it=20&probe=99", "probe must be 0..9, got 99."),
        ("h=8&it=20&page=../x", "page must be small letters, digits or _, got '../x'."),
        (
            "h=8&it=20&view=%E2%80%AEx",
            "name must be letters, digits, blanks, _ or -, got '\\u202ex'.",
        ),
        ("h=8&it=20&hide=cell~%3Cb%3E", None),
        ("h=8&it=20&p.X=1", None),
        ("h=8&it=20&p.x=%E2%80%AE", None),
        (
            "h=8&it=20&do=5_lr_x",
            "The change '5_lr_x' was left out: learning_rate must be 1e-06..100, got 'x'.",
        ),
        ("h=8&it=20&do=5_hold_r_1", None),
        ("h=8&it=20&do=5_silence_u8", None),
        ("h=8&it=20&do=5_seed_3", None),
        ("h=8&it=20&do=21_lr_0.1", None),
        ("h=8&it=20&do=x", None),
        ("h=8&it=20&do=5_lr", "The change '5_lr' was left out: there is nothing after lr."),
        ("h=8&it=20&do=5_opt_sgd_lr", None),
        ("h=8&it=20&ex=legs", None),
        ("h=8&it=20&ex=~AAAA", None),
        ("h=8&it=20&b=%FF", "'b' was left out: it is not text in UTF-8, got '%FF'."),
        ("h=8&it=20&widget:hidden_size=3", None),
        ("task=__class__&h=8&it=20", None),
    ],
)
def test_what_cannot_be_read_is_told_and_all_else_is_read(text, sentence):
    opened = link.read(text)

    assert len(opened.problems) == 1
    assert sentence in (None, opened.problems[0])
    got = opened.experiment
    assert (got.config, got.task, got.iteration) == (ONE.config, ONE.task, ONE.iteration)
    assert got.stages == ()


def test_of_several_changes_the_others_are_done():
    stages = link.read("it=20&do=3_lr_0.1~5_what~9_b_4").experiment.stages
    assert [stage.iteration for stage in stages] == [3, 9]


def test_a_change_out_of_order_is_left_out():
    opened = link.read("it=20&do=9_lr_0.1~5_b_4")
    assert [stage.iteration for stage in opened.experiment.stages] == [9]
    assert "its iteration must be 9..20" in opened.problems[0]


def test_of_a_task_that_refuses_its_settings_the_one_is_left_out_that_does_it():
    opened = link.read("ex=legs~rest~core&len=9&miss=0.1")
    assert opened.experiment.task == make_task("gym", exercises=("legs", "rest", "core"), length=9)
    assert "while days can be missed" in opened.problems[0]
    assert opened.problems[0].endswith("So missed was left out.")


def test_a_run_that_costs_too_much_is_made_smaller():
    opened = link.read("cell=lstm&h=128&l=4&b=256&len=500&it=5")
    assert "are allowed" in opened.problems[0]
    assert opened.problems[0].endswith("here.")
    assert opened.experiment.task.length == 500
    link.Replay(opened.experiment)


@pytest.mark.parametrize("harm", ["cut", "altered", "other", "more", "bomb", "half"])
def test_harmed_data_are_told_and_the_usual_ones_taken(harm):
    whole = packed(b"so it goes and so it went " * 90)
    text = {
        "cut": whole[:-9],
        "altered": whole[:20] + ("A" if whole[20] != "A" else "B") + whole[21:],
        "other": "~!!!",
        "more": whole + packed(b"more")[1:],
        "bomb": packed(bytes(50_000_000)),
        "half": packed(b"\xff\xfe"),
    }[harm]
    begun = time.perf_counter()
    opened = link.read({"task": "symbols", "text": text, "h": "8"})
    assert time.perf_counter() - begun < 5
    assert len(opened.problems) == 1
    assert opened.problems[0].startswith("text must be ")
    assert opened.experiment.task == make_task("symbols")
    assert opened.experiment.config.hidden_size == 8


def test_a_bomb_takes_no_more_memory_than_an_own_text_may():
    bomb = packed(bytes(200_000_000))
    tracemalloc.start()
    link.read({"task": "symbols", "text": bomb, "unit": bomb, "do": bomb, "hide": bomb})
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 40_000_000


def test_of_megabytes_the_beginning_is_read():
    opened = link.read("h=8&p.x=1&" + "y" * (MOST_CHARACTERS * 3))
    assert opened.experiment.config.hidden_size == 8
    assert "only its beginning was read" in opened.problems[0]
    assert all(len(problem) < 300 for problem in opened.problems)


def test_many_problems_are_counted():
    opened = link.read("&".join(f"x{number}=1" for number in range(900)))
    assert len(opened.problems) == MOST_PROBLEMS + 1
    assert opened.problems[-1] == f"And {900 - MOST_PROBLEMS} more things could not be read."


def test_sentences_hold_no_control_characters():
    nasty = "%E2%80%AE%00%1B[31m%0A<script>"
    keys = ("cell", "task", "text", "do", "view", "page", "hide", "p.x", nasty, "v", "it", "h")
    for key in keys:
        for problem in link.read(f"{key}={nasty}").problems:
            assert problem.isprintable()


def test_what_a_host_adds_is_not_ours():
    assert link.read("https://some.where/gates?embed=true&embed_options=dark_theme&h=8#x") == (
        link.Experiment(RunConfig(hidden_size=8)),
        (),
    )


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"h": ["8", "9"]},
        {"h": 8},
        {3: "x"},
        {"h": None},
        {"h": [["8"]]},
        {"": ""},
        {"h": "8" * 9},
    ],
)
def test_a_mapping_may_hold_anything(query):
    assert isinstance(link.read(query), link.Opened)


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"3", b"{", b"{" * 200_000, b"\xff\xfe", b'{"h": {"x": 1}}', b'{"h": NaN}',
     b"null", b'{"h": 1e999}', b'{"h": 8, "h": 9}', b"[" * 200_000, b'{"text": "\\ud800"}'],
)  # fmt: skip
def test_a_file_that_holds_something_else_is_told(data):
    opened = link.finish(link.reading_file(data))
    assert len(opened.problems) == 1
    assert opened.problems[0].isprintable()


def test_a_file_written_by_hand_is_read(tmp_path):
    file = tmp_path / "mine.rnnviz.json"
    file.write_text(json.dumps({"cell": "gru", "h": 32, "lr": 0.003, "it": 5}), encoding="utf-8")
    opened = link.read_file(file)
    assert opened.problems == ()
    assert (opened.experiment.config.cell, opened.experiment.config.learning_rate) == ("gru", 0.003)


_PIECES = (
    "&", "=", "~", "_", "%", "%00", "%E2%80%AE", "<script>alert(1)</script>", "nan", "-1", "1e999",
    "9" * 400, "none", "v=99", "h=", "do=", "5_hold_f_1_u1", "~eJw", "+", "#", "?", "p.a=1", "é",
    "\ud800", "٣", "__import__('os')", "'", '"', "\\", "\n", "it=999999999", "task=echo", "text=~x",
)  # fmt: skip


def test_500_altered_addresses_are_read_without_an_exception():
    dice = random.Random(12)
    links = [link.write(experiment(seed)) for seed in range(60)]
    links = [text for text in links if len(text) < 600]
    for number in range(500):
        text = dice.choice(links)
        for _ in range(dice.randrange(1, 5)):
            at, until = sorted(dice.choices(range(len(text) + 1), k=2))
            new = dice.choice((dice.choice(_PIECES), chr(dice.randrange(0x3000)), text[at:until]))
            text = text[:at] + new + text[dice.choice((at, at, until)) :]
        opened = link.read(text)
        assert all(problem.isprintable() and len(problem) < 1_000 for problem in opened.problems)
        if number % 4 == 0:
            again = link.read(link.write(opened.experiment))
            assert again == (opened.experiment, ())
