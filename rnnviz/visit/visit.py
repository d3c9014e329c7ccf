"""A visit: the runs of one visitor, what the live loop does, and what the pages show."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from rnnviz.engine import Intervention
from rnnviz.tasks.task import Task
from rnnviz.training import Preset, RunConfig, Trainer, new_run
from rnnviz.training.limits import architecture_of
from rnnviz.visit.earlier import Earlier, is_the_same_untouched, is_untouched, kept
from rnnviz.visit.jobs import Opening
from rnnviz.visit.looking import is_place
from rnnviz.visit.turns import TURNS
from rnnviz.visit.upkeep import Upkeep
from rnnviz.visit.view import View
from rnnviz.visit.working import Working

#: Seconds after which a slider that was dragged while training counts as released.
REST_S = 0.6

Part = TypeVar("Part")


class Visit(Working):
    """The runs of one visitor, what the live loop does, and what the pages show.

    Others may read the attributes, but change them only through the methods. A method takes its
    turn of `rnnviz.visit.turns.TURNS` itself, unless it says that the turn must be held.

    Parameters
    ----------
    trainer
        The first run.

    Attributes
    ----------
    trainer : Trainer
        The run that all pages show. Touch it only while holding a turn.
    earlier : tuple of Earlier
        The runs before this one, the latest last. `undo` returns to the latest when nothing in the
        present run is left to undo.
    looked_at : View
    playing : bool
        Whether the live loop trains.
    job : Job or None
        What the live loop works on instead of training.
    beside : str or None
        What the second network beside the first is, as `put_beside` takes it; None if there is
        none.
    pair : Pair or None
        Both networks; None until the second has been made.
    side_by_side : SideBySide or None
        Runs that are compared with each other.
    racing : Racing or None
        The race; the visitor's own run has no part in it.
    preset : Preset or None
        The preset to which the runs side by side belong, if they belong to one.
    gradient_check : CheckedTrace or None
    problem : str or None
        Why the last change was refused; None once another change is accepted.
    page_is_old : bool
        Whether the whole page must be drawn again to show a change.
    controls_are_old : bool
        Whether the settings may differ from what the controls show.
    page_runs, controls, pictures : int
        How often a whole page was drawn, the controls of the settings were recreated, and the
        pictures started afresh.
    """

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(trainer)
        self.controls = 0
        self._parts: dict[type, Any] = {}
        self._knob_changed_at: float | None = None

    def step(self, knobs: Mapping[str, Any]) -> None:
        """Do one iteration, with the live knobs as the controls show them."""
        if not self._can_learn():
            return
        if self.opening is not None:
            knobs = {}  # The controls do not yet show the settings of the replay.
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

        One that began from given weights begins from them again; where they do not fit any more,
        its first mark says that it has others.

        Parameters
        ----------
        settings
            All settings of `RunConfig` except the task.
        task
            None is the present task, with another length if one is given.

        Returns
        -------
        bool
            False if it was refused; the present run then goes on, and `problem` says why.
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
        same = architecture_of(config, task) == now.network.architecture
        weights = now.given_weights if same else None
        begun_for = None
        if compared is not None:
            begun_for = new_run((compared.config, compared.task), (config, task))
        if now.given_weights is not None and not same:
            begun_for = f"{begun_for or 'new run'}, without the given weights"
        return self.begin(config, task, left_for, begun_for, weights)

    def begin(
        self,
        config: RunConfig,
        task: Task,
        left_for: str,
        begun_for: str | None = None,
        weights: Mapping[str, Any] | None = None,
    ) -> bool:
        """Start a new run, and keep the previous one for `undo`.

        Parameters
        ----------
        left_for
            What `undo` would revert, in words.
        begun_for
            Text of the first mark of the new run, if it gets one.
        weights
            From which it begins, as `Trainer` takes them; None draws them from the seed.

        Returns
        -------
        bool
            False if it was refused; the present run then goes on, and `problem` says why.
        """
        try:
            with TURNS.turn(self):
                self.find_room(config, task)
                trainer = Trainer(config, task, begun_for=begun_for, weights=weights)
        except ValueError as refused:
            return self.refuse(str(refused))
        self.replace_trainer(trainer, left_for)
        return True

    def replace_trainer(self, trainer: Trainer, left_for: str) -> None:
        """Make this the visitor's run, and keep the previous one for `undo`."""
        left = self.trainer
        with TURNS.turn(self):
            if not is_the_same_untouched(left, trainer):
                score = left.score()
                left.free_buffers()
                self.earlier = kept((*self.earlier, Earlier(left, left_for, score)))
        self._show(trainer)

    def open(self, replay: Opening, view: View, left_for: str) -> None:
        """Make the run of an experiment the visitor's, and train it again to its iteration.

        Parameters
        ----------
        replay
            Trains the run in slices; call `find_room` first.
        view
            What is shown; its iteration only when the replay has finished.
        left_for
            What `undo` would revert, in words.
        """
        self.replace_trainer(replay.trainer, left_for)
        self.show(replace(view, shown_iteration=None))
        self._opened = (replay, view.shown_iteration)
        self.start_job(replay)

    def undo(self) -> None:
        """Revert the last change of the run; a new run counts as a change too."""
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
        """What `undo` would revert, in words; None if there is nothing."""
        last = self.trainer.undoable
        if last is not None:
            return last.text
        return self.earlier[-1].left_for if self.earlier else None

    def change_knobs(self, knobs: Mapping[str, Any]) -> bool:
        """Change live knobs; tell whether any has changed. The turn must be held.

        The page shows a change at once; while training, only when the slider has been released, so
        that dragging it does not redraw the page at every stop. A run that is being replayed keeps
        its own settings, and the controls show them when the replay has finished.
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
        """Apply these interventions and no others from now on; tell whether they were accepted."""
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
        """Choose another example of the task as the probe; an invalid index changes nothing."""
        with TURNS.turn(self):
            if not is_place(index, len(self.trainer.task.probe_names)):
                return
            self.trainer.choose_probe(index)
        self.follow()

    def restore_last_good(self) -> None:
        """Return to the iteration with the lowest loss, after a run has diverged."""
        with TURNS.turn(self):
            self.trainer.restore_last_good()
        self.start_pictures_anew()
        self.page_is_old = True

    def _show(self, trainer: Trainer) -> None:
        self.trainer, self.problem = trainer, None
        self.start_pictures_anew()
        self.page_is_old = self.controls_are_old = True

    def _last_with_something_done(self) -> Trainer | None:
        """Return the latest run in which something was done, which a new run is compared with."""
        runs = (self.trainer, *(one.trainer for one in reversed(self.earlier)))
        return next((trainer for trainer in runs if not is_untouched(trainer)), None)

    # ------------------------------------------------------------------ runs side by side

    def start_preset(self, preset: Preset) -> bool:
        """Train the runs of a preset side by side; the first becomes the visitor's run.

        Returns
        -------
        bool
            False if they need too much; `problem` says why.
        """
        if not self.compare(preset.runs, preset.iterations):
            return False
        runs = self.side_by_side
        assert runs is not None
        self.replace_trainer(next(iter(runs.trainers.values())), f"preset {preset.name}")
        self.side_by_side, self.preset = runs, preset
        self.start_job(runs)
        return True

    def open_lane(self, number: Any) -> bool:
        """Make the run of a lane of the race, that of its first seed, the visitor's run.

        It is that very run, and not another one like it. `undo` brings the run before it back.
        The race pauses; it can go on as long as nothing was done to the run elsewhere.

        Parameters
        ----------
        number
            Of the lane, from 0.

        Returns
        -------
        bool
            False if there is no such lane, or it can't run.
        """
        racing = self.racing
        if racing is None or not is_place(number, len(racing.race.lanes)):
            return False
        lane = racing.race.lanes[number]
        trainer = racing.first.get(lane)
        if trainer is None:
            return False
        self.stop()
        if trainer is not self.trainer:
            self.replace_trainer(trainer, f"lane {lane.name} of a race")
        return True

    # ------------------------------------------------------------------ pages

    def renew_controls(self) -> None:
        """Note that the controls of the settings are recreated, and show those of the run."""
        self.controls += 1
        self.controls_are_old = False

    def keep_controls(self) -> None:
        """Note that the controls show the settings of the run."""
        self.controls_are_old = False

    def part(self, kind: type[Part]) -> Part:
        """Return what a page keeps for this visitor; it is created on first use."""
        if kind not in self._parts:
            self._parts[kind] = kind()
        found: Part = self._parts[kind]
        return found

    @property
    def needs_mb(self) -> float:
        """Estimated maximum of the memory of all its runs and parts, in megabytes."""
        return super().needs_mb + sum(part.needs_mb for part in self._kept_up)

    def leave(self) -> None:
        """End what works for the visitor outside of their turns: the browser has gone."""
        for part in self._kept_up:
            part.leave()

    def forget(self) -> None:
        """Free everything: the visitor will not come back."""
        self.leave()
        super().forget()

    @property
    def _kept_up(self) -> list[Upkeep]:
        if self.is_forgotten:
            return []
        return [part for part in self._parts.values() if isinstance(part, Upkeep)]
