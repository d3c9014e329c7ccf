"""The runs of one visitor: the one that all pages show, others beside it, and their memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rnnviz.tasks.task import Task
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.pair import Pair, can_stand_beside, second_config, usual_companion
from rnnviz.training.side_by_side import SideBySide
from rnnviz.visit import room
from rnnviz.visit.earlier import Earlier, nbytes
from rnnviz.visit.racing import Racing


class Runs:
    """The runs of one visitor, and the last change that was refused; see `Visit`.

    Parameters
    ----------
    trainer
        The first run.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.earlier: tuple[Earlier, ...] = ()
        self.beside: str | None = None
        self.pair: Pair | None = None
        self.side_by_side: SideBySide | None = None
        self.racing: Racing | None = None
        self.problem: str | None = None
        self.page_is_old = self.controls_are_old = False

    @property
    def behind(self) -> bool:
        """Whether the second network has to catch up with the first."""
        return self.pair is not None and not self.pair.level

    @property
    def stopped(self) -> bool:
        """Whether the run has diverged, and the second network too, if there is one."""
        alone = self.trainer.diverged is not None
        return alone if self.pair is None else self.pair.stopped

    def advance(self, iterations: int | None, seconds: float) -> None:
        """Train the run, and the second network too; the turn must be held."""
        self._keep_beside()
        if self.pair is None:
            self.trainer.advance(iterations=iterations, seconds=seconds)
            return
        try:
            self.pair.advance(iterations=iterations, seconds=seconds)
        except ValueError as refused:
            self._go_on_alone(str(refused))

    def put_beside(self, beside: str | None) -> None:
        """Put a second network beside the first; what can't stand there, and None, removes it.

        Parameters
        ----------
        beside
            Another cell, or `WITHOUT_ATTENTION` where the first has attention.
        """
        fits = self.trainer.can_learn and beside in can_stand_beside(self.trainer.config)
        self.beside = beside if fits else None
        self.page_is_old = True

    def catch_up(self, seconds: float) -> None:
        """Train the second network up to the iteration of the first; the turn must be held."""
        self._keep_beside()
        if self.pair is None:
            return
        try:
            self.pair.catch_up(seconds)
        except ValueError as refused:
            self._go_on_alone(str(refused))

    def _keep_beside(self) -> None:
        """Make the second network belong to the present run."""
        first = self.trainer
        if self.beside == first.config.cell:
            self.beside = usual_companion(first.config.cell)
        # Where nothing is learned there is nothing to compare, and no choice that takes it away.
        if self.beside not in can_stand_beside(first.config) or not first.can_learn:
            self.beside = None
        if self.beside is None:
            self.pair = None
        elif self.pair is None or self.pair.first is not first or self.pair.beside != self.beside:
            self.pair = None
            try:
                second = second_config(first.config, self.beside), first.task
                room.require(self, self.needs_mb, second)
                self.pair = Pair(first, self.beside)
            except ValueError as refused:
                self._go_on_alone(str(refused))

    def _go_on_alone(self, why: str) -> None:
        """Drop the second network, if there is no memory or time for two."""
        self.problem, self.page_is_old = why, True
        self.beside = self.pair = None

    def refuse(self, why: str) -> bool:
        """Note why a change was refused; the run is as before, and the controls show it again.

        Returns
        -------
        bool
            False, so that a method can return it.
        """
        self.problem = why
        self.page_is_old = self.controls_are_old = True
        return False

    def forget_problem(self) -> None:
        """Forget the last refusal."""
        self.problem = None

    def outdate_page(self) -> None:
        """Note that the whole page must be drawn again."""
        self.page_is_old = True

    @property
    def needs_mb(self) -> float:
        """Estimated maximum of the memory of all its runs, in megabytes."""
        if self.is_forgotten:
            return 0.0
        racing = 0.0 if self.racing is None else self.racing.needs_mb
        return self.besides_race_mb + racing

    @property
    def besides_race_mb(self) -> float:
        """The same without its race; a run of the race that is shown elsewhere counts in both."""
        runs = {id(trainer): trainer for trainer in (self.trainer, *self._others)}
        return self.earlier_mb + sum(trainer.needs_mb for trainer in runs.values())

    @property
    def earlier_mb(self) -> float:
        """Megabytes of the earlier runs; only their recordings are kept."""
        return nbytes(self.earlier) / 1e6

    @property
    def _others(self) -> list[Trainer]:
        """The second network, and the runs side by side."""
        others = [] if self.side_by_side is None else [*self.side_by_side.trainers.values()]
        return others if self.pair is None else [*others, self.pair.second]

    def free_buffers(self) -> None:
        """Free what can be made again; work in progress continues when the visitor is back."""
        raced = [] if self.racing is None else self.racing.trainers
        earlier = (one.trainer for one in self.earlier)
        for trainer in (self.trainer, *earlier, *self._others, *raced):
            trainer.free_buffers()

    def leave(self) -> None:
        """End what works for the visitor outside of their turns: the browser has gone."""

    def forget(self) -> None:
        """Free everything: the visitor will not come back."""
        vars(self).clear()

    @property
    def is_forgotten(self) -> bool:
        """Whether everything has been freed."""
        return not vars(self)

    def find_room(self, config: RunConfig, task: Task) -> None:
        """Refuse a run that would replace the present one if there is no memory for it.

        Raises
        ------
        ValueError
            If there is none; the message says what would fit.
        """
        left_behind = self.earlier_mb + self.trainer.recording.nbytes / 1e6
        room.require(self, left_behind, (config, task))

    def _check_growth(self, knobs: Mapping[str, Any]) -> None:
        """Refuse live knobs for which the run and the second network would need too much memory."""
        both = [self.trainer] if self.pair is None else [self.trainer, self.pair.second]
        planned = [(replace(trainer.config, **knobs), trainer.task) for trainer in both]
        room.require(self, self.needs_mb - sum(trainer.needs_mb for trainer in both), *planned)
