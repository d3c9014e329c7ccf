"""`rnnviz run LINK_OR_FILE --npz run.npz`: trains an experiment and writes what the app would."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rnnviz import export
from rnnviz.commands import pictures
from rnnviz.commands.progress import Progress
from rnnviz.export import Snapshot
from rnnviz.figures import standalone
from rnnviz.link import Experiment, Replay, experiment_of, write
from rnnviz.link.opening import read_any
from rnnviz.link.words import ITERATION
from rnnviz.numbers import number, percent
from rnnviz.training import Trainer

ABOUT = "Train an experiment and write it to files, as the app does."

_SLICE_S = 0.2

#: What needs no browser: option -> (what it is, how it is made).
_DATA: dict[str, tuple[str, Callable[[Snapshot], bytes]]] = {
    "npz": ("every number, for NumPy", lambda taken: export.finished(export.npz(taken))),
    "csv": ("the same as CSV files in a .zip", lambda taken: export.finished(export.csv(taken))),
    "html": ("the moving network as one page", lambda taken: _page(taken).encode()),
}


def add(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("link", metavar="LINK_OR_FILE", help="a link, or a .rnnviz.json file")
    parser.add_argument(
        "--iterations",
        type=int,
        help="to which iteration; that of the link where nothing is said",
    )
    for name, (about, _) in _DATA.items():
        parser.add_argument(f"--{name}", metavar="FILE", help=f"write {about}")
    for name, picture in pictures.PICTURES.items():
        parser.add_argument(
            f"--{name}", metavar="FILE", help=f"write {picture.about}; needs a browser"
        )


def run(arguments: argparse.Namespace) -> int:
    """Train, then write the files that are wanted."""
    wanted = {name: getattr(arguments, name) for name in (*_DATA, *pictures.PICTURES)}
    wanted = {name: path for name, path in wanted.items() if path}
    opened = read_any(arguments.link)
    for problem in opened.problems:
        print(problem, file=sys.stderr)
    drawn = {name: path for name, path in wanted.items() if name in pictures.PICTURES}
    for path in wanted.values():
        if not Path(path).resolve().parent.is_dir():
            raise ValueError(f"there is no folder for {path}")
    if drawn:
        pictures.check()  # before it trains for minutes
    trainer = _train(_to(opened.experiment, arguments.iterations))
    taken = export.snapshot(trainer)
    for name in _DATA:
        if name in wanted:
            _write(wanted[name], _DATA[name][1](taken))
    if drawn:
        for name, data in pictures.draw(_page(taken), drawn):
            _write(drawn[name], data)
    _tell(trainer)
    return 0


def _to(experiment: Experiment, iterations: int | None) -> Experiment:
    """Return the experiment, stopped earlier or carried on."""
    if iterations is None:
        return experiment
    return replace(experiment.until(iterations), iteration=ITERATION.check(iterations))


def _train(experiment: Experiment) -> Trainer:
    replay = Replay(experiment)
    with Progress("Training") as progress:
        while not replay.done:
            replay.advance(_SLICE_S)
            progress.show(replay.progress, replay.time_left)
    return replay.trainer


def _page(taken: Snapshot) -> str:
    # Here, for only this needs the picture's script, and with it the user interface.
    from rnnviz.ui.components.unrolled import script

    return standalone.page(taken, script())


def _write(path: str, data: bytes) -> None:
    Path(path).write_bytes(data)
    print(f"Wrote {path}.", file=sys.stderr)


def _tell(trainer: Trainer) -> None:
    """Say where the run stands, and print its link."""
    if trainer.diverged:
        print(trainer.diverged, file=sys.stderr)
    score = trainer.score()
    value = percent(score.value) if score.measure == "accuracy" else number(score.value)
    print(
        f"Iteration {trainer.iteration:,}: {score.measure} {value} on the evaluation sequences.",
        file=sys.stderr,
    )
    if score.free is not None:
        print(
            f"That is with its own last answer as input; whole answers right: "
            f"{percent(score.free.whole)}. With the true answers as input, {score.measure} "
            f"{percent(score.free.forced)}.",
            file=sys.stderr,
        )
    print(write(experiment_of(trainer).experiment))
