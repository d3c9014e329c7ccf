"""What the live loop does: training, or a job in slices."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.analysis.gradient_check import CheckedTrace
from rnnviz.analysis.saturation_history import SaturationHistory
from rnnviz.tasks.task import Task
from rnnviz.training import Preset, Trainer
from rnnviz.training.race import By, Lane, Race
from rnnviz.training.side_by_side import Named, SideBySide
from rnnviz.training.trainer import nothing_to_learn
from rnnviz.visit import room
from rnnviz.visit.jobs import Job, Opening, Replay
from rnnviz.visit.looking import Looking
from rnnviz.visit.racing import Racing, require_room
from rnnviz.visit.turns import TURNS


class Working(Looking):
    """Runs, what the pages show of them, and what the live loop does; see `Visit`."""

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(trainer)
        self.playing = False
        self.job: Job | None = None
        self.preset: Preset | None = None
        self.gradient_check: CheckedTrace | None = None
        self._opened: tuple[Opening, int | None] | None = None
        self._saturation: SaturationHistory | None = None

    @property
    def busy(self) -> bool:
        """Whether the live loop has work to do."""
        return self.playing or self.job is not None or self.behind

    @property
    def comparing(self) -> bool:
        """Whether the live loop trains the runs side by side."""
        return self.side_by_side is not None and self.side_by_side is self.job

    @property
    def training(self) -> bool:
        """Whether the run's weights change: in play, in a replay, or side by side with others."""
        others = self.side_by_side.trainers.values() if self.side_by_side is not None else ()
        compared = self.comparing and self.trainer in others
        racing = self.racing if self.in_race else None
        raced = racing is not None and self.trainer in racing.trainers
        return self.playing or compared or raced or self.opening is not None

    @property
    def opening(self) -> Opening | None:
        """The replay of an opened experiment, while it is in progress."""
        opened = self._opened
        return opened[0] if opened is not None and opened[0] is self.job else None

    def play(self) -> None:
        """Train from the next tick on; a job in progress ends. Refused where nothing is learned."""
        if not self._can_learn():
            return
        self._end_job()
        self.playing, self.problem = True, None
        self.page_is_old = True

    def _can_learn(self) -> bool:
        """Tell whether the run has something to learn from; if not, `problem` says why."""
        if self.trainer.can_learn:
            return True
        return self.refuse(nothing_to_learn(self.trainer.task).rstrip("."))

    def pause(self) -> None:
        """Stop training."""
        self.playing = False
        self.page_is_old = True

    def start_job(self, job: Job) -> None:
        """Let the live loop work on a job instead of training."""
        self._end_job()
        self.playing, self.job, self.problem = False, job, None
        self.page_is_old = True

    def stop(self) -> None:
        """End training or the job; what has been done so far is kept."""
        self._end_job()
        self.playing = False
        self.page_is_old = True

    def _end_job(self) -> None:
        """Drop the job; after a replay, the controls then show the settings of its run."""
        if self.opening is not None:
            self.controls_are_old = True
        self.job = None

    def work(self, iterations: int | None, seconds: float) -> None:
        """Do a slice of training or of the job; the turn must be held.

        Parameters
        ----------
        iterations
            Maximum number of iterations of training; None is as many as fit.
        seconds
            Maximum time.
        """
        if self.playing:
            self.advance(iterations, seconds)
        elif self.job is not None:
            self.job.advance(seconds)
            if self.job.done:
                self._arrive()
        elif self.behind:
            self.catch_up(seconds)
            self.page_is_old = not self.behind

    def _arrive(self) -> None:
        """End a job that is done; an opened experiment then shows the iteration it was left at."""
        opened = self._opened if self.opening is not None else None
        self.stop()
        if opened is not None and opened[1] in self.trainer.recording.iterations:
            self.rewind_to(opened[1])

    def compare(self, runs: Sequence[Named], iterations: int) -> bool:
        """Begin to train runs side by side.

        Parameters
        ----------
        runs : sequence of (name, config, task)
        iterations
            Number of iterations for which each is trained.

        Returns
        -------
        bool
            False if they need too much; `problem` says why.
        """
        try:
            with TURNS.turn(self):
                # They replace the previous runs side by side, which count until then.
                planned = ((config, task) for _, config, task in runs)
                room.require(self, self.trainer.needs_mb, *planned)
                begun = SideBySide(runs, iterations)
        except ValueError as refused:
            return self.refuse(str(refused))
        self.side_by_side, self.preset = begun, None
        self.start_job(begun)
        return True

    def go_on_comparing(self) -> None:
        """Continue to train the runs side by side; do nothing if there are none."""
        if self.side_by_side is not None:
            self.start_job(self.side_by_side)

    @property
    def in_race(self) -> bool:
        """Whether the live loop trains the lanes of the race."""
        return self.racing is not None and self.racing is self.job

    def start_race(
        self, task: Task, lanes: Sequence[Lane], seeds: Sequence[int], by: By, until: int
    ) -> bool:
        """Begin a race in place of the one before it; the visitor's own run waits as it is.

        Parameters
        ----------
        task, lanes, seeds, by
            As `Race` takes them.
        until
            Iterations of each run, or seconds of computing of each lane.

        Returns
        -------
        bool
            False if it needs too much, or can't be; `problem` says why, and the race before it
            is still there.
        """
        try:
            with TURNS.turn(self):
                require_room(self, self.besides_race_mb, task, lanes, len(seeds))
            # Up to 80 runs are made: others train in between.
            race = TURNS.in_slices(self, Race.making(task, lanes, seeds, by))
        except ValueError as refused:
            return self.refuse(str(refused))
        with TURNS.turn(self):
            self.racing = Racing(race, until)
        self.start_job(self.racing)
        return True

    def go_on_racing(self, until: int | None = None) -> None:
        """Continue the race; do nothing if there is none, or it is at its end.

        Parameters
        ----------
        until
            Its new end; None is the one that it has.
        """
        if self.racing is None:
            return
        if until is not None:
            self.racing.go_to(until)
        if not self.racing.done:
            self.start_job(self.racing)

    def step_race(self) -> None:
        """Do one iteration of every run of the race; do nothing if there is none."""
        if self.racing is not None:
            with TURNS.turn(self):
                self.racing.step()
            self.page_is_old = True

    def leave_race(self) -> None:
        """Drop the race, and what it has measured."""
        if self.in_race:
            self.stop()
        self.racing = None
        self.page_is_old = True

    def replay(self) -> None:
        """Show the kept iterations one after the other."""
        with TURNS.turn(self):
            iterations = self.trainer.recording.iterations
        self.start_job(Replay(iterations, self.rewind_to))

    def check_gradient(self, entries: int | None) -> None:
        """Compare the gradients of the shown iteration with central differences.

        Parameters
        ----------
        entries
            Number of entries of each array; None is all of them.
        """
        if not self._can_learn():
            return
        with TURNS.turn(self):
            trace = self.shown_trace()
            check = CheckedTrace(trace, self.trainer.network_of(trace), entries)
        self.gradient_check = check
        self.start_job(check)

    def saturation_of(self, layer: int) -> SaturationHistory:
        """Return the counts of a layer; only those of the last layer asked for are kept."""
        if self._saturation is None or self._saturation.layer != layer:
            run = self.trainer
            self._saturation = SaturationHistory(run.network, run.task, run.probe, layer)
        return self._saturation

    def start_pictures_anew(self) -> None:
        """Forget what was selected in the pictures of another run, or of undone iterations."""
        super().start_pictures_anew()
        self.job = self.side_by_side = self.preset = self._opened = None
        self.gradient_check = self._saturation = None
