"""What the page Sweep keeps for a visitor: what is chosen, the sweep, and all runs so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from rnnviz.analysis.sweep_cells import Combination
from rnnviz.sweeps import Plan, Row, Run
from rnnviz.tasks.task import Task
from rnnviz.training import RunConfig
from rnnviz.ui.sweep.settings import as_typed, sweepable, usual_values, value_of, values_in
from rnnviz.ui.sweep.sweep import Sweep, Wanted
from rnnviz.views.sweep import Axis
from rnnviz.visit import Visit, room
from rnnviz.visit.turns import TURNS
from rnnviz.visit.upkeep import Upkeep
from rnnviz.visit.workers import RUNS, WORKERS, allowed

#: Most settings of a sweep.
MOST_AXES = 3
#: The settings of the sweep that the page opens with; it takes some ten seconds with the first run.
OPENING = ("cell", "learning_rate", "")
SEEDS, MOST_SEEDS = 4, 20
ITERATIONS, FEWEST_ITERATIONS, MOST_ITERATIONS = 150, 10, 5_000
DRAWS, MOST_DRAWS = 20, 200
#: Most finished runs that are kept for another sweep that has them, too.
_KEPT = 1_000


@dataclass(frozen=True)
class Choices:
    """What is chosen.

    Parameters
    ----------
    names
        Of the settings that are swept; "" for none.
    typed : mapping of name to str
        The values of each setting that was ever chosen, as they were typed.
    seeds, iterations, draws
    at_random
        Whether combinations are drawn.
    """

    names: tuple[str, ...] = OPENING
    typed: tuple[tuple[str, str], ...] = ()
    seeds: int = SEEDS
    iterations: int = ITERATIONS
    draws: int = DRAWS
    at_random: bool = False

    def with_typed(self, name: str, text: str) -> Choices:
        """Return the same with other values of a setting."""
        return replace(self, typed=tuple((dict(self.typed) | {name: text}).items()))

    def with_name(self, place: int, name: str) -> Choices:
        """Return the same with another setting in a place; no setting is there twice."""
        names = ["" if other == name else other for other in self.names]
        names[place] = name
        return replace(self, names=tuple(names))

    def text_of(self, name: str, config: RunConfig, task: Task) -> str:
        """Return the values of a setting, as they were typed or as usual."""
        described = sweepable(task)[name]
        usual = usual_values(described, value_of(name, config, task))
        return dict(self.typed).get(name, as_typed(described, usual))

    def wanted(self, config: RunConfig, task: Task) -> Wanted:
        """Return what this means around a run.

        Raises
        ------
        ValueError
            If no setting is chosen, or a value can't be read: a sentence says which.
        """
        fields = sweepable(task)
        axes = tuple(
            Axis(
                name,
                fields[name].label,
                values_in(fields[name], self.text_of(name, config, task)),
                fields[name].logarithmic,
            )
            for name in self.names
            if name in fields
        )
        if not axes:
            raise ValueError("Nothing to sweep over: choose at least one setting")
        draws = self.draws if self.at_random else None
        return Wanted(config, task, axes, self.seeds, self.iterations, draws)


@dataclass(frozen=True)
class Planned:
    """What a press of the button would do, or why it can do nothing.

    Parameters
    ----------
    wanted, plan
        None where it is refused.
    refused
        Why; "" if it is not.
    """

    wanted: Wanted | None = None
    plan: Plan | None = None
    refused: str = ""


@dataclass
class Desk(Upkeep):
    """What lies on the desk of one visitor.

    Parameters
    ----------
    choices
    sweep
        The last one that was begun.
    known : dict of key to row
        All runs that have finished, of sweeps before it too.
    chosen
        The combination whose runs are listed.
    refused
        Why the last sweep could not begin; "" if it could.
    """

    choices: Choices = field(default_factory=Choices)
    sweep: Sweep | None = None
    known: dict[str, Row] = field(default_factory=dict)
    chosen: Combination | None = None
    refused: str = ""
    _asked: Any = None
    _planned: Planned = field(default_factory=Planned)

    @property
    def needs_mb(self) -> float:
        """Estimated maximum of what the sweep needs in this process, in megabytes."""
        return 0.0 if self.sweep is None else self.sweep.needs_mb

    def leave(self) -> None:
        """End the processes that work for the sweep; what has finished is kept."""
        if self.sweep is not None:
            self.sweep.stop()

    def choose(self, choices: Choices) -> None:
        """Choose something else."""
        self.choices, self.refused = choices, ""

    def planned(self, visit: Visit) -> Planned:
        """Return what a press of the button would do; the turn must be held.

        It is worked out again only where something else is asked for.
        """
        config, task = visit.trainer.config, visit.trainer.task
        asked = (self.choices, config, task)
        if asked != self._asked:
            self._planned = self._plan(config, task)
            self._asked = asked
        return self._planned

    def _plan(self, config: RunConfig, task: Task) -> Planned:
        try:
            wanted = self.choices.wanted(config, task)
            return Planned(wanted, wanted.plan(allowed(RUNS)))
        except ValueError as refused:
            return Planned(refused=str(refused))

    def left_of(self, planned: Planned) -> list[Run]:
        """Return the runs of a plan that have not finished yet, in this sweep or one before.

        One that failed is among them: it may have been its worker.
        """
        runs = () if planned.plan is None else planned.plan.runs
        there = self._finished()
        return [run for run in runs if run.key not in there and run.key not in self.known]

    def _finished(self) -> dict[str, Row]:
        """Return the rows of the last sweep, without those that failed."""
        rows = {} if self.sweep is None else self.sweep.rows
        return {key: row for key, row in rows.items() if not row["error"]}

    def begin(self, visit: Visit) -> None:
        """Begin the sweep that is chosen; runs that have finished before are not done again."""
        with TURNS.turn(visit):
            self.leave()
            planned = self.planned(visit)
            self.refused = planned.refused or self._begin(visit, planned)
        if not self.refused and self.sweep is not None and not self.sweep.done:
            visit.start_job(self.sweep)

    def _begin(self, visit: Visit, planned: Planned) -> str:
        """Make the sweep; return why it can't be, "" if it can."""
        assert planned.wanted is not None
        assert planned.plan is not None
        self._remember()
        share = WORKERS.share_of(visit) if WORKERS.most else None
        before = self.sweep
        self.sweep = None
        try:
            if share is None:
                advice = "come back later, or sweep over smaller networks"
                room.require_mb(visit, visit.needs_mb, planned.plan.memory, advice)
        except ValueError as refused:
            self.sweep = before
            return str(refused)
        self.sweep = Sweep(planned.wanted, planned.plan, self.known, share, WORKERS.most)
        self.chosen = None
        return ""

    def _remember(self) -> None:
        """Keep the runs of the last sweep; of very many, the latest."""
        if self.sweep is not None:
            self.known = dict([*self.known.items(), *self._finished().items()][-_KEPT:])

    def go_on(self, visit: Visit) -> None:
        """Go on with a sweep that was stopped."""
        if self.sweep is not None and not self.sweep.done:
            visit.start_job(self.sweep)

    def stop(self, visit: Visit) -> None:
        """Stop; what has finished is kept."""
        with TURNS.turn(visit):
            self.leave()
        visit.stop()


def label_of(name: str, task: Task) -> str:
    """Return what a person reads of a setting; of none that it is none."""
    fields = sweepable(task)
    return fields[name].label if name in fields else "—"
