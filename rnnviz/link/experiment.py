"""Experiment: all that a link holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from rnnviz.tasks import Task, make_task
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.changes import MOST_SETUPS, SetupPeriod
from rnnviz.training.marks import Setup


@dataclass(frozen=True)
class View:
    """Where a person looks. Only the page can tell whether it has such a view: it checks that.

    Parameters
    ----------
    page
        Name of the page's script, such as `gates`; "" where nothing is said. 0..20 small letters,
        digits or `_`.
    name
        What the page calls the view of it, of at most 40 letters, digits, blanks, `_` or `-`.
    unit, layer, time_step
        What is looked at, counted from 0; None where nothing is said.
    shown_iteration
        Which of the kept iterations is shown; None follows the newest.
    more : tuple of (key, value)
        What else the page wants to say, in the order of the keys: at most 20 keys of 1..16 small
        letters or digits, each once, with a text of at most 200 printable characters.
    unit_layer
        The layer that `unit` belongs to, which need not be the one that is looked at.
    """

    page: str = ""
    name: str = ""
    unit: int | None = None
    layer: int | None = None
    time_step: int | None = None
    shown_iteration: int | None = None
    more: tuple[tuple[str, str], ...] = ()
    unit_layer: int = 0


@dataclass(frozen=True)
class Stage:
    """Settings and interventions that a run has from an iteration on.

    Parameters
    ----------
    iteration
        How many iterations were tried before: those done, and one that diverged.
    setup
        All settings, of which only live knobs may differ from those before, and all interventions.
    """

    iteration: int
    setup: Setup


@dataclass(frozen=True)
class Experiment:
    """A run, what was done to it, and what is looked at: everything that a link holds.

    From this the run can be done again, bit by bit. Weights are not in it: they follow.

    Parameters
    ----------
    config : RunConfig
        The settings with which the run began.
    task : Task
        Of the key that `config` names.
    probe
        Index of the example whose inside is shown.
    iteration
        To which the run went. Where it diverged, one more than the updates that were made.
    stages : tuple of Stage
        What was changed while it trained, and when, by rising iteration: at most one for each, none
        after `iteration`, each another setup than the one before it.
    view : View
        What is looked at.
    hidden : tuple of str
        Controls that are not shown to whoever opens it: names of settings, or what else the user
        interface calls its controls (1..20 small letters, digits or `_`).
    """

    config: RunConfig = field(default_factory=RunConfig)
    task: Task = field(default_factory=lambda: make_task(RunConfig().task))
    probe: int = 0
    iteration: int = 0
    stages: tuple[Stage, ...] = ()
    view: View = View()
    hidden: tuple[str, ...] = ()

    def until(self, iteration: int) -> Experiment:
        """Return the same experiment, stopped at an iteration, such as 0 for the start."""
        stages = tuple(stage for stage in self.stages if stage.iteration <= iteration)
        shown = self.view.shown_iteration
        if shown is not None and shown > iteration:
            return replace(self, view=replace(self.view, shown_iteration=None)).until(iteration)
        return replace(self, iteration=min(iteration, self.iteration), stages=stages)


class Opened(NamedTuple):
    """What was read, and what could not be.

    Parameters
    ----------
    experiment : Experiment
        With the defaults in place of what could not be read.
    problems : tuple of str
        A plain sentence for each thing that could not. Text of others may stand in them, quoted and
        without control characters: plain text, never markup.
    """

    experiment: Experiment
    problems: tuple[str, ...] = ()


def experiment_of(trainer: Trainer, view: View | None = None, hidden: Iterable[str] = ()) -> Opened:
    """Return the experiment that leads to where a run stands now.

    Its problems say what of the run a link can't hold: weights that were set by hand, and more
    changes than are kept.
    """
    known = trainer.setups
    last_of = {since.tried: since.setup for since in known}
    config, stages = canonical(
        known[0].setup.config, (Stage(tried, last_of[tried]) for tried in sorted(last_of))
    )
    experiment = Experiment(
        config=config,
        task=trainer.task,
        probe=trainer.task.probe_names.index(trainer.probe.name),
        iteration=iteration_of(trainer),
        stages=stages,
        view=view or View(),
        hidden=tuple(hidden),
    )
    return Opened(experiment, tuple(_not_held(known)))


def iteration_of(trainer: Trainer) -> int:
    """Return to which iteration a run went: one more than it has, where that one diverged."""
    return trainer.iteration + (trainer.diverged is not None)


def canonical(config: RunConfig, stages: Iterable[Stage]) -> tuple[RunConfig, tuple[Stage, ...]]:
    """Return the one way to say how a run began and what was changed.

    Knobs that were set before the first iteration are settings of the beginning, and a stage that
    changes nothing is none.
    """
    kept: list[Stage] = []
    for stage in stages:
        if stage.iteration == 0:
            config = stage.setup.config
        if stage.setup != (kept[-1].setup if kept else Setup(config)):
            kept.append(stage)
    return config, tuple(kept)


def _not_held(known: tuple[SetupPeriod, ...]) -> Iterable[str]:
    if known[0].number:
        yield (
            f"This run was changed more than {MOST_SETUPS:,} times, and only the last changes are "
            "known: what is opened from here is another run."
        )
    by_hand = [since.iteration for since in known if since.by_hand]
    if known[0].by_hand and not known[0].number:
        yield (
            "This run began from weights that were given to it, and a link holds no weights: what "
            "is opened from here is a run with the initial weights of its seed."
        )
    elif by_hand:
        yield (
            f"Weights were set by hand at iteration {by_hand[0]:,}, and a link holds no weights: "
            "what is opened from here is another run from there on."
        )
