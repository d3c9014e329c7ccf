"""What the exhibits show, measured on their runs.

Each function trains the experiment that it is given, from any seed, and what that is compared with.
The presets of the Gradients page bring claims of their own (`rnnviz.analysis.claims`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnnviz.analysis.claims import CLAIMS
from rnnviz.analysis.memory.claims import MEMORY_CLAIMS
from rnnviz.analysis.predictions import likeliest
from rnnviz.gallery.exhibit import Claim, Numbers
from rnnviz.link import Experiment, Replay
from rnnviz.tasks import NextSymbol
from rnnviz.training import PRESETS, Trainer
from rnnviz.training.memory_presets import MEMORY_PRESETS

_SLICE_S = 1.0


def trained(experiment: Experiment) -> Trainer:
    """Return the run of an experiment, at its iteration."""
    replay = Replay(experiment)
    while not replay.done:
        replay.advance(_SLICE_S)
    return replay.trainer


def score(experiment: Experiment) -> Numbers:
    """Return the score at the end, and what a constant and a model without memory can reach."""
    trainer = trained(experiment)
    return {
        "score": trainer.score().value,
        "guessing": trainer.task.baseline().score,
        "memoryless": trainer.task.memoryless,
    }


def before_and_after(experiment: Experiment) -> Numbers:
    """Return the score right before the one change of a run, and at its end."""
    (changed,) = experiment.stages
    trainer = trained(replace(experiment.until(changed.iteration), stages=()))
    before = trainer.score().value
    trainer.take_over(changed.setup)
    trainer.advance(iterations=experiment.iteration - changed.iteration)
    return {
        "before": before,
        "after": trainer.score().value,
        "memoryless": experiment.task.memoryless,
    }


def beside(cell: str) -> Claim:
    """Return the claim that a cell learns what another, beside it, does not in that time."""

    def measure(experiment: Experiment) -> Numbers:
        other = replace(experiment, config=replace(experiment.config, cell=cell))
        return {
            "score": trained(experiment).score().value,
            "other": trained(other).score().value,
        }

    return Claim(measure, lambda n: n["score"] >= 0.9 and n["other"] < 0.8)


def continued(experiment: Experiment) -> Numbers:
    """Return the share of a text that is written as it stands, word by word, from its start on."""
    trainer, task = trained(experiment), experiment.task
    assert isinstance(task, NextSymbol)
    text = task.read(task.text)
    written = list(text[: task.length])
    while len(written) < len(text):
        inputs = task.encode(written[-task.length :])
        chosen = likeliest(trainer.network.predict(inputs)[-1, 0])
        if task.output_labels[chosen] != text[len(written)]:
            break
        written.append(text[len(written)])
    return {"share": len(written) / len(text), "symbols": len(text)}


def counted(experiment: Experiment) -> Numbers:
    """Return the score, and how closely the cell state of one unit follows the count of a's.

    That is the largest correlation (Pearson's, without its sign) of a unit with the a's so far
    minus the b's, on the longest sequence.
    """
    trainer = trained(experiment)
    trace = trainer.trace()
    assert trace.c is not None
    letters = np.array(trace.input_labels)
    count = np.cumsum((letters == "a").astype(float) - (letters == "b"))
    follows = [abs(np.corrcoef(count, state)[0, 1]) for state in trace.c.T]
    best = int(np.argmax(follows))
    return {"score": trainer.score().value, "correlation": float(follows[best]), "unit": best}


def of_preset(key: str) -> Claim:
    """Return the claim of a preset, whose runs are trained from the seed of the experiment."""
    preset = next(preset for preset in (*PRESETS, *MEMORY_PRESETS) if preset.key == key)
    claim = (CLAIMS | MEMORY_CLAIMS)[key]

    def measure(experiment: Experiment) -> Numbers:
        trainers = preset.seeded(experiment.config.seed).trainers()
        for trainer in trainers:
            trainer.advance(iterations=preset.iterations)
        return claim.measure(trainers)

    return Claim(measure, claim.holds)
