"""Runs as one sees them, and as another process makes them of their links.

`python -m tests.link.replayed` reads a link on each line and prints the digest of its run.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import rnnviz
from rnnviz import Trainer, link
from rnnviz.link import Experiment
from rnnviz.training import LIVE_KNOBS

ROOT = Path(__file__).parents[2]


def performed(experiment: Experiment) -> Trainer:
    """Do an experiment by hand, with what everybody calls: nothing of the link takes part."""
    trainer = Trainer(experiment.config, experiment.task, experiment.probe)
    for stage in experiment.stages:
        trainer.advance(iterations=max(stage.iteration - trainer.iteration, 0))
        config = stage.setup.config
        trainer.set(**{name: getattr(config, name) for name in LIVE_KNOBS})
        trainer.intervene(*stage.setup.interventions)
    trainer.advance(iterations=max(experiment.iteration - trainer.iteration, 0))
    return trainer


def digest(trainer: Trainer) -> str:
    """Return a digest of the weights, the optimiser, the generator and the history."""
    found = hashlib.sha256(trainer.network.flat.tobytes())
    for key, part in sorted(trainer.updater.state().items()):
        found.update(key.encode() + part.tobytes())
    found.update(repr(trainer._generator.bit_generator.state).encode())
    for column in ("iteration", "loss", "accuracy", "gradient_norm", "clipped", "learning_rate"):
        found.update(trainer.history.column(column).tobytes())
    return f"{trainer.iteration} {trainer.diverged} {found.hexdigest()}"


def elsewhere(links: Iterable[str]) -> list[str]:
    """Return the digests of the runs of some links, made by another process."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.link.replayed"],
        input="\n".join(links),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return child.stdout.splitlines()


def differing(experiments: Iterable[Experiment]) -> tuple[list[str], int]:
    """Return the links whose run is another in another process, and how many were compared."""
    runs = [performed(experiment) for experiment in experiments]
    links = [link.write(link.experiment_of(run).experiment) for run in runs]
    pairs = zip(links, map(digest, runs), elsewhere(links), strict=True)
    return [address for address, ours, theirs in pairs if ours != theirs], len(runs)


if __name__ == "__main__":
    for line in sys.stdin:
        print(digest(rnnviz.open(line.strip())), flush=True)
