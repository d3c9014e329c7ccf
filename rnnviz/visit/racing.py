"""A race as the live loop does it: in slices, up to an end, and only while its runs are its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rnnviz.tasks.task import Task
from rnnviz.training import Trainer
from rnnviz.training.limits import race_mb
from rnnviz.training.marks import Setup
from rnnviz.training.race import Lane, Race, task_of
from rnnviz.visit.guests import Guest
from rnnviz.visit.room import require_mb


class Racing:
    """A race, and how far it goes; a `Job` of the live loop.

    Parameters
    ----------
    race : Race
    until
        Iterations of each run, or seconds of computing of each lane.

    Attributes
    ----------
    race : Race
    spoiled : str
        The lane whose run was trained or changed elsewhere, as in the Studio; "" while all are as
        the race left them. Such a race can't go on.
    """

    def __init__(self, race: Race, until: int) -> None:
        self.race = race
        self.until = 0
        self.go_to(until)
        self.spoiled = ""
        self._needs_mb = race.needs_mb
        self._left = self._as_it_is()

    def go_to(self, until: int) -> None:
        """Give it another end: in iterations the first one there at which all are measured."""
        self.until = self.race.mark_from(until) if self.race.by == "iterations" else until

    @property
    def first(self) -> dict[Lane, Trainer]:
        """The run that is shown of each lane that can run: that of the first seed."""
        race = self.race
        return {lane: race.trainer(lane, race.seeds[0]) for lane in race.groups}

    @property
    def trainers(self) -> list[Trainer]:
        """All its runs."""
        return [trainer for group in self.race.groups.values() for trainer in group.trainers]

    @property
    def needs_mb(self) -> float:
        """Estimated maximum of its memory, in megabytes."""
        return self._needs_mb

    @property
    def done(self) -> bool:
        """Whether it is at its end, or nothing is left to train."""
        if self.spoiled:
            return True
        return self.race.is_measured and (self.race.stopped or self.reached >= self.until)

    @property
    def reached(self) -> float:
        """How far the lane is that is furthest behind: in iterations, or in seconds."""
        if self.race.by == "iterations":
            return self.race.level
        going = [
            lane
            for lane, group in self.race.groups.items()
            if any(run.diverged is None for run in group.trainers)
        ]
        return min(map(self.race.seconds, going), default=0.0)

    @property
    def progress(self) -> float:
        """Share of it that is done, 0..1."""
        return min(self.reached / self.until, 1.0)

    def advance(self, seconds: float) -> None:
        """Train for this long, as far as its end."""
        self.look_whether_spoiled()
        if self.done:
            return
        left = None
        if self.race.by == "iterations":
            left = max(self.until - self.race.level, 0)
        elif self.reached >= self.until:
            left = 0  # what is left is to measure
        self.race.advance(seconds, left)
        self._left = self._as_it_is()

    def step(self) -> None:
        """Do one iteration of every run."""
        self.look_whether_spoiled()
        if not self.done:
            self.race.advance(iterations=1)
            self._left = self._as_it_is()

    def look_whether_spoiled(self) -> None:
        """Note which lane's run was trained or changed elsewhere; the turn must be held."""
        now = self._as_it_is()
        changed = (lane.name for lane, was in self._left.items() if now[lane] != was)
        self.spoiled = next(changed, "")

    def _as_it_is(self) -> dict[Lane, tuple[int, Setup]]:
        """Return what tells whether a run is as the race left it."""
        return {lane: (run.iteration, run.setups[-1].setup) for lane, run in self.first.items()}


def needs_mb(task: Task, lanes: Sequence[Lane], seeds: int) -> float:
    """Estimate the maximum megabytes of a race; a lane that can't run on the task needs none."""
    planned = []
    for lane in lanes:
        try:
            seen = task_of(lane, task)
        except ValueError:
            continue
        planned.append((replace(lane.config, task=seen.key), seen))
    return race_mb(planned, seeds)


def require_room(
    guest: Guest, kept_mb: float, task: Task, lanes: Sequence[Lane], seeds: int
) -> None:
    """Refuse a race for which the other visitors leave too little memory.

    Parameters
    ----------
    guest
        The visitor who wants it.
    kept_mb
        Megabytes of what the visitor keeps besides it.

    Raises
    ------
    ValueError
        The message gives the numbers, and says what would fit.
    """
    needed = needs_mb(task, lanes, seeds)
    require_mb(guest, kept_mb, needed, "come back later, or race with fewer seeds")
