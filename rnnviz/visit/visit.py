"""A visit: the runs of one visitor, what is under way, and what is looked at."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from rnnviz.engine import Intervention
from rnnviz.tasks.task import Task
from rnnviz.training import Preset, RunConfig, Trainer, new_run
from rnnviz.visit.earlier import Earlier, is_the_same_untouched, is_untouched, kept
from rnnviz.visit.jobs import Opening
from rnnviz.visit.looking import is_place
from rnnviz.visit.turns import TURNS
from rnnviz.visit.view import View
from rnnviz.visit.working import Working

#: A slider that was dragged while training, and has not moved for this long, is let go.
REST_S = 0.6

Part = TypeVar("Part")


class Visit(Working):
    """The runs of one visitor, what is under way, and what is looked at.

    Others read the attributes, and change them by the methods alone. A method takes its turn of
    `rnnviz.visit.turns.TURNS` itself, unless it says that the turn must be held.

    Parameters
    ----------
    trainer
        The run to begin with.

    Attributes
    ----------
    trainer : Trainer
        The run that all pages show. Touch it only while holding a turn.
    earlier : tuple of Earlier
        The runs before this one, the latest last: to each `undo` goes back when nothing of the one
        after it is left to undo.
    looked_at : View
    playing : bool
        Whether the live loop trains.
    job : Job or None
        What else the live loop works on, while it does not train.
    beside : str or None
        Cell of the network beside the first, if there is one.
    pair : Pair or None
        Both of them, as soon as there was time to make the second.
    side_by_side : SideBySide or None
        Runs that are compared with each other, as far as they got.
    preset : Preset or None
        The one whose runs are those side by side; None if they are others, or none.
    gradient_check : CheckedTrace or None
        As far as it got.
    problem : str or None
        Why the last change was refused, until the next that is taken; the run is as it was.
    page_is_old : bool
        Whether something has changed that the page as a whole must show.
    controls_are_old : bool
        Whether the settings may be others than those that the controls show.
    page_runs, controls, pictures : int
        How often a whole page was drawn, the controls of the settings were made anew, and the
        pictures had to start anew.
    """

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(trainer)
        self.controls = 0
        self._parts: dict[type, Any] = {}
        self._knob_changed_at: float | None = None

    def step(self, knobs: Mapping[str, Any]) -> None:
        """Do one iteration, with the live knobs as they are shown now."""
        if self.opening is not None:
            knobs = {}  # The controls do not show yet what the replay has brought.
            self.stop()
        with TURNS.turn(self) as seconds:
            self.change_knobs(knobs)
            self.advance(1, seconds)
        self.page_is_old = True

    # ------------------------------------------------------------------ the run

    def restart(
        self, settings: Mapping[str, Any], task: Task | None = None, length: int | None = None
    ) -> bool:
        """Start a new run with other settings.

        Parameters
        ----------
        settings
            Those of `RunConfig`, all but the task.
        task
            None is the task of now, with another length if one is given.

        Returns
        -------
        bool
            False where it was refused: the run goes on as it was, and `problem` says why.
        """
        now, compared = self.trainer, self._last_with_something_done()
        try:
            if task is None:
                length = now.task.length if length is None else length
                task = replace(now.task, length=length)  # type: ignore[type-var]
            config = RunConfig(task=task.key, **settings)
        except ValueError as refused:
            return self.refuse(str(refused))
        left_for = new_run((now.config, now.task), (config, task)) or "reset"
        if compared is None:
            return self.begin(config, task, left_for)
        begun_for = new_run((compared.config, compared.task), (config, task))
        return self.begin(config, task, left_for, begun_for)

    def begin(
        self, config: RunConfig, task: Task, left_for: str, begun_for: str | None = None
    ) -> bool:
        """Start a new run, and keep the one before it for `undo`.

        Parameters
        ----------
        left_for
            What `undo` would take back, in words.
        begun_for
            Text of the first mark of the new run, if it is to have one.

        Returns
        -------
        bool
            False where it was refused: the run goes on as it was, and `problem` says why.
        """
        try:
            with TURNS.turn(self):
                self.find_room(config, task)
                trainer = Trainer(config, task, begun_for=begun_for)
        except ValueError as refused:
            return self.refuse(str(refused))
        self.replace_trainer(trainer, left_for)
        return True

    def replace_trainer(self, trainer: Trainer, left_for: str) -> None:
        """Make this the visitor's run, and keep the one before it for `undo`."""
        left = self.trainer
        with TURNS.turn(self):
            if not is_the_same_untouched(left, trainer):
                score = left.score()
                left.free_buffers()
                self.earlier = kept((*self.earlier, Earlier(left, left_for, score)))
        self._show(trainer)

    def open(self, replay: Opening, view: View, left_for: str) -> None:
        """Make the run of an experiment the visitor's, and replay it to where it went.

        Parameters
        ----------
        replay
            Trains the run in slices; `find_room` says first whether there is room for it.
        view
            What is shown; its iteration as soon as the replay has come to its end.
        left_for
            What `undo` would take back, in words.
        """
        self.replace_trainer(replay.trainer, left_for)
        self.show(replace(view, shown_iteration=None))
        self._opened = (replay, view.shown_iteration)
        self.start_job(replay)

    def undo(self) -> None:
        """Go back to before the last change of the run; a new run is such a change as well."""
        with TURNS.turn(self):
            if self.trainer.undoable is not None:
                self.trainer.undo()
                self._show(self.trainer)
            elif self.earlier:
                *before, last = self.earlier
                self.earlier = tuple(before)
                self._show(last.trainer)

    @property
    def undoable(self) -> str | None:
        """What `undo` would take back, in words; None where there is nothing."""
        last = self.trainer.undoable
        if last is not None:
            return last.text
        return self.earlier[-1].left_for if self.earlier else None

    def change_knobs(self, knobs: Mapping[str, Any]) -> bool:
        """Change live knobs of the run; tell whether one is another now. The turn must be held.

        A change shows on the page at once, or, while training, when it is over: a slider that is
        dragged does not draw the page anew at each of its stops. A run that is replayed keeps its
        own, and the controls show them when it has come to its end.
        """
        if self.opening is not None:
            return False
        config = self.trainer.config
        if any(getattr(config, name) != knob for name, knob in knobs.items()):
            try:
                self._check_growth(knobs)
                self.trainer.set(**knobs)
                self.problem = None
            except ValueError as refused:
                self.refuse(str(refused))
        changed, now = self.trainer.config != config, time.monotonic()
        since = self._knob_changed_at
        if changed and self.playing:
            self._knob_changed_at = now
        elif changed or (since is not None and now - since >= REST_S):
            self.page_is_old, self._knob_changed_at = True, None
        return changed

    def intervene(self, *items: Intervention) -> bool:
        """Do these to the network, and nothing else, from now on; tell whether they were taken."""
        if self.opening is not None:
            self.stop()
        try:
            with TURNS.turn(self):
                self.trainer.intervene(*items)
        except ValueError as refused:
            return self.refuse(str(refused))
        self.page_is_old = True
        return True

    def choose_probe(self, index: int) -> None:
        """Look into another example of the task; what is none changes nothing."""
        with TURNS.turn(self):
            if not is_place(index, len(self.trainer.task.probe_names)):
                return
            self.trainer.choose_probe(index)
        self.follow()

    def restore_last_good(self) -> None:
        """Go back to the iteration with the lowest loss, where a run has diverged."""
        with TURNS.turn(self):
            self.trainer.restore_last_good()
        self.start_pictures_anew()
        self.page_is_old = True

    def _show(self, trainer: Trainer) -> None:
        self.trainer, self.problem = trainer, None
        self.start_pictures_anew()
        self.page_is_old = self.controls_are_old = True

    def _last_with_something_done(self) -> Trainer | None:
        """Return the run that the mark of a new one compares it with; None if there is none yet."""
        runs = (self.trainer, *(one.trainer for one in reversed(self.earlier)))
        return next((trainer for trainer in runs if not is_untouched(trainer)), None)

    # ------------------------------------------------------------------ runs side by side

    def start_preset(self, preset: Preset) -> bool:
        """Train the runs of a preset side by side; the first becomes the visitor's run.

        Returns
        -------
        bool
            False where they are too much, and `problem` says why.
        """
        if not self.compare(preset.runs, preset.iterations):
            return False
        runs = self.side_by_side
        assert runs is not None
        self.replace_trainer(next(iter(runs.trainers.values())), f"preset {preset.name}")
        self.side_by_side, self.preset = runs, preset
        self.start_job(runs)
        return True

    # ------------------------------------------------------------------ pages

    def renew_controls(self) -> None:
        """Note that the controls of the settings are made anew, and show those of the run."""
        self.controls += 1
        self.controls_are_old = False

    def keep_controls(self) -> None:
        """Note that the controls show the settings of the run."""
        self.controls_are_old = False

    def part(self, kind: type[Part]) -> Part:
        """Return what a page keeps for this visitor, made at its first use."""
        if kind not in self._parts:
            self._parts[kind] = kind()
        found: Part = self._parts[kind]
        return found
