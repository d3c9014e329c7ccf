"""The published sweep is what its command makes, and the README says no more than its numbers."""

from __future__ import annotations

import argparse
import shlex

import pandas as pd
import pytest

from rnnviz import sweeps
from rnnviz.commands import sweep as command
from tests.serving import ROOT

DOCS = ROOT / "docs" / "sweeps.md"
DATA = ROOT / "docs" / "lag_by_forget_bias.csv"


def plan() -> sweeps.Plan:
    """Return what the command does that made the data, as the documentation has it."""
    text = DOCS.read_text(encoding="utf-8")
    begin = text.index("rnnviz sweep", text.index("## The published sweep"))
    lines = text[begin : text.index("\n\n", begin)]
    parser = argparse.ArgumentParser()
    command.add(parser)
    return command.planned(parser.parse_args(shlex.split(lines.replace("\\\n", " "))[2:]))


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(DATA)


def test_the_data_holds_every_run_of_the_command_and_none_failed(table):
    assert sorted(table["run"]) == sorted(run.key for run in plan().runs)
    assert table["error"].isna().all()
    assert not table["diverged"].any()


def test_a_run_of_it_comes_out_the_same_again(table):
    run = plan().runs[0]
    kept = table.set_index("run").loc[run.key]
    again = sweeps.one(run)
    assert again["reach_at_start"] == kept["reach_at_start"]
    assert again["solved"] == kept["solved"]
    assert again["loss"] == pytest.approx(kept["loss"], rel=1e-3)  # machines round differently
    assert again["link"] == kept["link"]


def test_the_readme_says_what_the_numbers_say(table):
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    solved = table.groupby(["length", "forget_bias"])["solved"].sum()
    for lag in (lag for lag in table["length"].unique() if lag >= 20):
        counts = [int(solved[lag, bias]) for bias in (0.0, 1.0, 3.0, 5.0)]
        first, second, third, fourth = counts
        said = f"at lag {lag}: {first} of 10 with forget bias 0, {second} with 1, {third} with 3"
        assert f"{said} and {fourth} with 5" in text
    far = table[table["length"] >= 20]
    whole = far["reach_at_start"] == far["length"] - 1
    assert not far[~whole]["solved"].any()
    said = f"gradient of {(~whole).sum()} runs did not reach all the way before training, and none"
    assert said in text
    assert f"of the other {whole.sum()}, {far[whole]['solved'].sum()} did" in text
