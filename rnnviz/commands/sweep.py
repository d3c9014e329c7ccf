"""`rnnviz sweep task=recall length=10,20 forget_bias=0,3 --seeds 0-9`: trains many runs at once."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from rnnviz import sweeps
from rnnviz.commands.progress import Progress
from rnnviz.fields import Field, shown
from rnnviz.link.values import Budget, from_text
from rnnviz.link.words import fields_of
from rnnviz.numbers import number
from rnnviz.sweeps import Draw, Grid, Range, Sweeping, SweepStopped
from rnnviz.sweeps.files import text_of
from rnnviz.sweeps.run import EVERY
from rnnviz.tasks import TASKS
from rnnviz.training import FIELDS, RunConfig

ABOUT = "Train many runs at once, over a grid or a random draw of settings and seeds."

_RANGE = re.compile(r"([^.].*?)\.\.(.+)")
_SEEDS = re.compile(r"(\d+)-(\d+)")
_STOPPED = 130  # as a shell has it after Ctrl-C


def add(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "settings",
        nargs="*",
        metavar="SETTING",
        help="name=value, by name or short key, of a run or its task; up to three may have several "
        "values, name=1,2,5, or with --draw a range, name=0.001..0.1",
    )
    parser.add_argument("--seeds", default="0-9", help="such as 0-9 or 3,5,8; 0-9 if not given")
    parser.add_argument(
        "--iterations", type=int, default=sweeps.ITERATIONS, help="of each run (%(default)s)"
    )
    parser.add_argument(
        "--every", type=int, default=EVERY, help="iterations between evaluations (%(default)s)"
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help=".csv or .parquet, gets each row as soon as its run has finished; the same command "
        "goes on where it stopped. Without it, a CSV goes to standard output at the end",
    )
    parser.add_argument("--draw", type=int, metavar="N", help="draw N times instead of a grid")
    parser.add_argument("--draw-seed", type=int, default=0, help="seed of the draw (%(default)s)")
    workers = parser.add_mutually_exclusive_group()
    workers.add_argument("--workers", type=int, help="processes; as many as cores if not given")
    workers.add_argument(
        "--dask", metavar="ADDRESS", help="of a Dask cluster’s scheduler, which then does the runs"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train all runs, write or print the rows, and sum up."""
    plan = planned(arguments)
    with _executor(arguments) as executor:
        sweeping = Sweeping(plan, executor, arguments.out)
        if sweeping.rows:
            print(f"{len(sweeping.rows):,} runs were there already.", file=sys.stderr)
        try:
            _do(sweeping)
        except SweepStopped as stopped:
            rest = stopped.unwritten if arguments.out else sweeping.rows
            where = " These rows follow on standard output." if rest else ""
            print(f"rnnviz sweep: {stopped}{where}", file=sys.stderr)
            sys.stdout.write(text_of(rest, plan) if rest else "")
            return 1
        except KeyboardInterrupt:
            sweeping.cancel()
            print(f"\nStopped: {_count(sweeping)}.", file=sys.stderr)
            if not arguments.out:
                sys.stdout.write(text_of(sweeping.rows, plan))
            return _STOPPED
    if not arguments.out:
        sys.stdout.write(text_of(sweeping.rows, plan))
    _tell(sweeping)
    return 0


def planned(arguments: argparse.Namespace) -> sweeps.Plan:
    """Say which runs the command does.

    Raises
    ------
    ValueError
        As `rnnviz.sweeps.plan`, or if a word is none of a sweep.
    """
    settings = settings_of(arguments.settings)
    ranges = [name for name, value in settings.items() if isinstance(value, Range)]
    if arguments.draw is None and ranges:
        raise ValueError(f"{ranges[0]} has a range, which needs --draw N")
    swept = (
        Grid(settings)
        if arguments.draw is None
        else Draw(settings, arguments.draw, arguments.draw_seed)
    )
    return sweeps.plan(
        swept,
        seeds_of(arguments.seeds),
        iterations=arguments.iterations,
        every=arguments.every,
    )


def _do(sweeping: Sweeping) -> None:
    with Progress(f"{len(sweeping.plan.runs):,} runs") as progress:
        while not sweeping.done:
            for row in sweeping.poll():
                if row["error"]:
                    print(f"\nseed {row['seed']}, {_named(sweeping, row)}: {row['error']}",
                          file=sys.stderr)  # fmt: skip
            progress.show(sweeping.progress, sweeping.time_left)
            sweeping.wait(0.5)


def _named(sweeping: Sweeping, row: sweeps.Row) -> str:
    return ", ".join(f"{name} {row[name]}" for name in sweeping.plan.varied) or row["task"]


def _count(sweeping: Sweeping) -> str:
    return f"{len(sweeping.rows):,} of {len(sweeping.plan.runs):,} runs have finished"


def _tell(sweeping: Sweeping) -> None:
    rows = sweeping.rows
    solved, failed = (sum(bool(row[name]) for row in rows) for name in ("solved", "error"))
    spent = sum(row["seconds"] for row in rows)
    text = f"{_count(sweeping)}, {solved:,} solved their task; {number(spent)} s of processor time."
    if failed:
        text += f" {failed:,} failed; the same command tries them again."
    print(text, file=sys.stderr)


@contextmanager
def _executor(arguments: argparse.Namespace) -> Iterator[Executor]:
    if arguments.dask is not None:
        with _cluster(arguments.dask) as executor:
            yield executor
        return
    processes = sweeps.Processes(arguments.workers)
    try:
        processes.begin()
        yield processes
    finally:
        processes.stop()


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(
            "--dask needs the package distributed: pip install 'rnnviz[dask]'"
        ) from None
    with Client(address) as client:
        yield client.get_executor()


def settings_of(words: Iterable[str]) -> dict[str, Any]:
    """Return the settings of a sweep from words such as `length=10,20`.

    Raises
    ------
    ValueError
        If a word has no `=`, there is no such setting, or a value is not allowed.
    """
    given: dict[str, str] = {}
    for word in words:
        name, mark, text = word.partition("=")
        if not mark:
            raise ValueError(f"a setting must be name=value, got {shown(word)}")
        if name in given:
            raise ValueError(f"{shown(name)} is given twice")
        given[name] = text
    tasks = given.get("task", RunConfig.task).split(",")
    fields = [*FIELDS, *(field for key in tasks if key in TASKS for field in fields_of(key))]
    by_word = {word: field for field in fields for word in (field.name, field.short)}
    settings: dict[str, Any] = {}
    for name, text in given.items():
        field = by_word.get(name)
        if field is None:
            known = ", ".join(dict.fromkeys(field.name for field in fields))
            raise ValueError(f"{shown(name)} is not a setting; there are {known}")
        settings[field.name] = _value(field, text)
    return settings


def _value(field: Field, text: str) -> Any:
    """Read one value, several, or a range."""
    found = _RANGE.fullmatch(text)
    if found and field.kind in (int, float):
        low, high = (from_text(field, end, Budget()) for end in found.groups())
        return Range(low, high)
    if field.kind is str and not field.choices:
        return from_text(field, text, Budget())  # a comma belongs to the text
    values = [from_text(field, part, Budget()) for part in text.split(",")]
    return values[0] if len(values) == 1 else values


def seeds_of(text: str) -> list[int]:
    """Return the seeds of a text such as `0-9` or `3,5,8`.

    Raises
    ------
    ValueError
        If it is none, or they would be too many.
    """
    seeds: list[int] = []
    for part in text.split(","):
        found = _SEEDS.fullmatch(part)
        if not found and not part.isdecimal():
            raise ValueError(f"seeds must be such as 0-9 or 3,5,8, got {shown(text)}")
        first, last = map(int, found.groups()) if found else (int(part), int(part))
        if last - first >= sweeps.MOST_RUNS:
            raise ValueError(
                f"a sweep may have at most {sweeps.MOST_RUNS:,} runs, got {shown(text)}"
            )
        seeds += range(first, last + 1)
    return seeds
