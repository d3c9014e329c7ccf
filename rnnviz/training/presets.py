"""Presets: experiments of one click, each of which shows one thing about gradients.

What each of them shows is checked by its claim, in `rnnviz.analysis.claims`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rnnviz.tasks import Adding, DelayedRecall, TemporalOrder
from rnnviz.tasks.task import Task
from rnnviz.training.config import RunConfig
from rnnviz.training.trainer import Trainer

Named = tuple[str, RunConfig, Task]
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Preset:
    """An experiment: runs that differ in one thing.

    Parameters
    ----------
    key
        In the table of claims.
    name
        On its button.
    title
        What it shows, in a few words.
    runs : tuple of (name, config, task)
        The first is the one to watch, the others are what to compare it with.
    iterations
        After so many in each run it has shown what it shows.
    look_at
        What to look at, and what is to be seen there.
    not_to_conclude
        What it does not show.
    opens_at
        Iteration at which its runs are looked at first; None is the last one.
    """

    key: str
    name: str
    title: str
    runs: tuple[Named, ...]
    iterations: int
    look_at: str
    not_to_conclude: str
    opens_at: int | None = None

    def seeded(self, seed: int) -> Preset:
        """Return the same experiment from other random numbers."""
        runs = ((name, replace(config, seed=seed), task) for name, config, task in self.runs)
        return replace(self, runs=tuple(runs))

    def trainers(self) -> tuple[Trainer, ...]:
        """Return a new trainer for each run."""
        return tuple(Trainer(config, task) for _, config, task in self.runs)


def _runs(task: Task, common: Settings, named: Mapping[str, Settings]) -> tuple[Named, ...]:
    """Make runs on one task that share some settings."""
    return tuple(
        (name, RunConfig(**{"task": task.key, **common, **own}), task)
        for name, own in named.items()
    )


_SGD = {"optimizer": "sgd", "momentum": 0.0}

#: Every preset, in the order in which they tell their story.
PRESETS: tuple[Preset, ...] = (
    Preset(
        key="vanish",
        name="Vanishing",
        title="The gradient vanishes in a tanh RNN",
        runs=_runs(
            TemporalOrder(length=100),
            {"cell": "rnn", "hidden_size": 16, "batch_size": 16},
            {"tanh RNN": {}},
        ),
        iterations=100,
        look_at=(
            "The gradient by the hidden state, over the lag: a straight line downwards on the "
            "logarithmic axis. The recurrent weights start as a rotation, which shrinks nothing; "
            "it is tanh' < 1 that takes its share at every step. Less than a ten-thousandth "
            "arrives at the symbols that matter, and the network goes on guessing."
        ),
        not_to_conclude=(
            "That a plain RNN learns nothing: with 20 steps instead of 100 it learns this task. "
            "And a small gradient is not no gradient: what vanishes is the part that comes from far"
            " away, beside which the near one is all that the update sees."
        ),
    ),
    Preset(
        key="explode",
        name="Explosion",
        title="It explodes at radius 1.3 with SGD",
        runs=_runs(
            TemporalOrder(length=20),
            {"cell": "relu", "hidden_size": 16, "batch_size": 16, **_SGD},
            {
                "ReLU, radius 1.3": {"spectral_radius": 1.3},
                "ReLU, radius 1": {"spectral_radius": 1.0},
                "tanh, radius 1.3": {"cell": "rnn", "spectral_radius": 1.3},
            },
        ),
        iterations=40,
        look_at=(
            "The gradient norm of the first iterations, below the loss: where nothing squashes, "
            "each step back multiplies the gradient by nearly 1.3 (“Shown at iteration” 0), and "
            "the first updates throw the weights so far away that the next gradient is larger by "
            "many powers of ten. After that the run has diverged, or its units are dead and it "
            "guesses."
        ),
        not_to_conclude=(
            "That a radius above 1 always explodes: with tanh the same radius does not, because "
            "large states saturate it and tanh' shrinks what the weights enlarge. Nor that radius "
            "1 is safe: its gradient has peaks as well."
        ),
        opens_at=0,
    ),
    Preset(
        key="clip",
        name="Clipping",
        title="Clipping saves a run at learning rate 0.5, and is not needed at 0.05",
        runs=_runs(
            TemporalOrder(length=12),
            {"cell": "rnn", "hidden_size": 24, "batch_size": 8, **_SGD},
            {
                "0.5, not clipped": {"learning_rate": 0.5},
                "0.5, clipped at 1": {"learning_rate": 0.5, "clip_norm": 1.0},
                "0.05, not clipped": {"learning_rate": 0.05},
                "0.05, clipped at 1": {"learning_rate": 0.05, "clip_norm": 1.0},
            },
        ),
        iterations=250,
        look_at=(
            "The four accuracies. At learning rate 0.5 the run without clipping is thrown about "
            "and ends at guessing, the clipped one learns the task. At 0.05 both learn it."
        ),
        not_to_conclude=(
            "That clipping always helps: at the small learning rate it cuts many updates and "
            "changes nothing about the outcome. It does nothing against vanishing, either."
        ),
    ),
    Preset(
        key="truncate",
        name="Truncation",
        title="Truncation at 10 hides what is 20 steps back",
        runs=_runs(
            TemporalOrder(length=24),
            {"cell": "gru", "hidden_size": 16, "batch_size": 16, "learning_rate": 0.02},
            {"cut after 10 steps": {"truncate": 10}, "whole sequence": {}},
        ),
        iterations=200,
        look_at=(
            "The gradient by the hidden state: exactly zero before the cut. The first of the two "
            "symbols lies 19 to 21 steps before the answer; where the gradient can't reach it, the "
            "network does not learn the task. With the whole sequence it does."
        ),
        not_to_conclude=(
            "That a truncated network can't remember: its state crosses the cut, only the gradient "
            "does not. What happens to be kept can still be used; it is just not learned."
        ),
    ),
    Preset(
        key="bias",
        name="Forget bias",
        title="Forget bias 0 against 3",
        runs=_runs(
            DelayedRecall(length=10),
            {"cell": "lstm", "hidden_size": 24},
            {"bias 0": {"forget_bias": 0.0}, "bias 3": {"forget_bias": 3.0}},
        ),
        iterations=100,
        look_at=(
            "The gradient by the cell state at “Shown at iteration” 0. With bias 0 the forget "
            "gates stand near one half and it shrinks at every step; with bias 3 they are nearly "
            "open and it passes. In nearly every run the network with bias 3 learns to recall the "
            "first symbol, while the other one still guesses it."
        ),
        not_to_conclude=(
            "That a larger bias is always better: what is never forgotten can be in the way. And "
            "given longer, bias 0 can get there too: it starts with a shorter reach, and learns."
        ),
        opens_at=0,
    ),
    Preset(
        key="identity",
        name="ReLU, identity",
        title="ReLU with identity start",
        runs=_runs(
            Adding(length=20),
            {"cell": "relu", "hidden_size": 24, "learning_rate": 0.003, "clip_norm": 1.0},
            {
                "identity start": {"initial_weights": "identity"},
                "uniform start": {"initial_weights": "uniform"},
            },
        ),
        iterations=300,
        look_at=(
            "The factor per step at “Shown at iteration” 0. The identity hands on what it is "
            "given, and ReLU passes it where a unit is on: the factor is nearly 1. Uniform "
            "weights in ±1/√H, the default of PyTorch, lose about half of it or more at every "
            "step. After training the identity start has the smaller error, usually less than "
            "half of the other."
        ),
        not_to_conclude=(
            "That ReLU is safe: nothing bounds its state, and most gradients of this run "
            "had to be clipped. Nor that it does as well as gates: nothing here compares them."
        ),
        opens_at=0,
    ),
    Preset(
        key="cell",
        name="Cell path",
        title="Why the cell path of an LSTM keeps the gradient",
        runs=_runs(
            TemporalOrder(length=50),
            {"hidden_size": 16, "batch_size": 16, "learning_rate": 0.003},
            {
                "LSTM, forget bias 3": {"cell": "lstm", "forget_bias": 3.0},
                "tanh RNN": {"cell": "rnn"},
            },
        ),
        iterations=60,
        look_at=(
            "The gradient by the cell state of the LSTM, beside that by the hidden state of the "
            "RNN, at “Shown at iteration” 0 and at the end. From one step to the one before, the "
            "cell state's is multiplied by the forget gate, a number near 1 that no matrix and no "
            "tanh' comes with; the RNN's goes through both."
        ),
        not_to_conclude=(
            "That an LSTM can't lose a gradient: with the forget gate at one half it falls as "
            "fast. The gates decide it, and they are learned. Nor is the forget gate all: the "
            "paths through the hidden state add to the cell's. Nor that a plain RNN can't keep it: "
            "trained for longer, some learn to."
        ),
        opens_at=0,
    ),
)
