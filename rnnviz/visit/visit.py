"""A visit: the runs of one visitor, what is under way, and what is looked at."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from rnnviz.analysis.gradient_check import CheckedTrace
from rnnviz.analysis.saturation_history import SaturationHistory
from rnnviz.engine import Intervention
from rnnviz.recording import Trace
from rnnviz.tasks.task import Task
from rnnviz.training import FIELD, Preset, RunConfig, Trainer, new_run
from rnnviz.training.pair import Pair, usual_companion
from rnnviz.training.side_by_side import Named, SideBySide
from rnnviz.visit import room
from rnnviz.visit.earlier import Earlier, is_the_same_untouched, is_untouched, kept, nbytes
from rnnviz.visit.jobs import Job, Opening, Replay
from rnnviz.visit.turns import TURNS
from rnnviz.visit.view import View

#: A slider that was dragged while training, and has not moved for this long, is let go.
REST_S = 0.6
#: Within this time after a pause a second press is the same one: when the timer of the live loop is
#: due while a button is pressed, the browser sends the press with the tick, and then again.
SAME_PRESS_S = 0.3

Part = TypeVar("Part")


class Visit:
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
        self.trainer = trainer
        self.earlier: tuple[Earlier, ...] = ()
        self.looked_at = View()
        self.playing = False
        self.job: Job | None = None
        self.beside: str | None = None
        self.pair: Pair | None = None
        self.side_by_side: SideBySide | None = None
        self.preset: Preset | None = None
        self.gradient_check: CheckedTrace | None = None
        self.problem: str | None = None
        self.page_is_old = self.controls_are_old = False
        self.page_runs = self.controls = self.pictures = 0
        self._opened: tuple[Opening, int | None] | None = None
        self._asked: View | None = None
        self._saturation: SaturationHistory | None = None
        self._parts: dict[type, Any] = {}
        self._paused_at = -SAME_PRESS_S
        self._knob_changed_at: float | None = None

    # ------------------------------------------------------------------ what is under way

    @property
    def busy(self) -> bool:
        """Whether the live loop has work to do."""
        return self.playing or self.job is not None or self.behind

    @property
    def behind(self) -> bool:
        """Whether a network beside the first has to catch up."""
        return self.pair is not None and not self.pair.level

    @property
    def stopped(self) -> bool:
        """Whether it has diverged, and the network beside it as well."""
        alone = self.trainer.diverged is not None
        return alone if self.pair is None else self.pair.stopped

    @property
    def comparing(self) -> bool:
        """Whether the live loop trains the runs side by side."""
        return self.side_by_side is not None and self.side_by_side is self.job

    @property
    def training(self) -> bool:
        """Whether its weights change: it plays, is replayed, or is one of those side by side."""
        others = self.side_by_side.trainers.values() if self.side_by_side is not None else ()
        compared = self.comparing and self.trainer in others
        return self.playing or compared or self.opening is not None

    @property
    def opening(self) -> Opening | None:
        """What replays an experiment that was opened, while it is under way."""
        opened = self._opened
        return opened[0] if opened is not None and opened[0] is self.job else None

    def play(self) -> None:
        """Train, from the next tick on; whatever else was under way ends: one thing at a time."""
        self._end_job()
        self.playing, self.problem = True, None
        self.page_is_old = True

    def pause(self) -> None:
        """Train no more."""
        self.playing, self._paused_at = False, time.monotonic()
        self.page_is_old = True

    def toggle(self) -> None:
        """Train, or pause. A press that comes twice while the loop runs still pauses."""
        if self.playing:
            self.pause()
        elif time.monotonic() - self._paused_at > SAME_PRESS_S:
            self.play()

    def start_job(self, job: Job) -> None:
        """Have the live loop work on something else than training."""
        self._end_job()
        self.playing, self.job, self.problem = False, job, None
        self.page_is_old = True

    def stop(self) -> None:
        """End whatever is under way; what was done of it stays."""
        self._end_job()
        self.playing = False
        self.page_is_old = True

    def _end_job(self) -> None:
        """Let go of the job; the controls then show the settings that a replay has brought."""
        if self.opening is not None:
            self.controls_are_old = True
        self.job = None

    def work(self, iterations: int | None, seconds: float) -> None:
        """Do a slice of what is under way; the turn must be held.

        Parameters
        ----------
        iterations
            Most of them, where it trains; None is as many as fit.
        seconds
            At most for so long.
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

    def advance(self, iterations: int | None, seconds: float) -> None:
        """Train, and the network beside it too; the turn must be held."""
        self._keep_beside()
        if self.pair is None:
            self.trainer.advance(iterations=iterations, seconds=seconds)
            return
        try:
            self.pair.advance(iterations=iterations, seconds=seconds)
        except ValueError as refused:
            self._go_on_alone(str(refused))

    def _arrive(self) -> None:
        """End a job that is done; what was opened then stands where it was left."""
        opened = self._opened if self.opening is not None else None
        self.stop()
        if opened is not None and opened[1] in self.trainer.recording.iterations:
            self.rewind_to(opened[1])

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
                left.rest()
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
            if not _is_place(index, len(self.trainer.task.probe_names)):
                return
            self.trainer.choose_probe(index)
        self.follow()

    def restore_last_good(self) -> None:
        """Go back to the iteration with the lowest loss, where a run has diverged."""
        with TURNS.turn(self):
            self.trainer.restore_last_good()
        self.start_pictures_anew()
        self.page_is_old = True

    def refuse(self, why: str) -> bool:
        """Say why a change is not taken: the run is as it was, and the controls show it again.

        Returns
        -------
        bool
            False, so that a method can return it.
        """
        self.problem = why
        self.page_is_old = self.controls_are_old = True
        return False

    def forget_problem(self) -> None:
        """Say no more what was refused."""
        self.problem = None

    def _show(self, trainer: Trainer) -> None:
        self.trainer, self.problem = trainer, None
        self.start_pictures_anew()
        self.page_is_old = self.controls_are_old = True

    def _last_with_something_done(self) -> Trainer | None:
        """Return the run that the mark of a new one compares it with; None if there is none yet."""
        runs = (self.trainer, *(one.trainer for one in reversed(self.earlier)))
        return next((trainer for trainer in runs if not is_untouched(trainer)), None)

    # ------------------------------------------------------------------ a network beside it

    def put_beside(self, cell: str | None) -> None:
        """Put a network with another cell beside the first, or none; what is no cell is none."""
        known = cell in (FIELD["cell"].choices or ()) and cell != self.trainer.config.cell
        self.beside = cell if known else None
        self.page_is_old = True

    def catch_up(self, seconds: float) -> None:
        """Bring the network beside to the iteration of the first; the turn must be held."""
        self._keep_beside()
        if self.pair is None:
            return
        try:
            self.pair.catch_up(seconds)
        except ValueError as refused:
            self._go_on_alone(str(refused))

    def _keep_beside(self) -> None:
        """Have the network beside belong to the run of now."""
        first = self.trainer
        if self.beside == first.config.cell:
            self.beside = usual_companion(first.config.cell)
        if self.beside is None:
            self.pair = None
        elif self.pair is None or self.pair.first is not first or self.pair.cell != self.beside:
            self.pair = None
            try:
                second = replace(first.config, cell=self.beside), first.task
                room.require(self, self.needs_mb, second)
                self.pair = Pair(first, self.beside)
            except ValueError as refused:
                self._go_on_alone(str(refused))

    def _go_on_alone(self, why: str) -> None:
        """Let go of the network beside, where two are too much."""
        self.problem, self.page_is_old = why, True
        self.beside = self.pair = None

    # ------------------------------------------------------------------ runs side by side

    def compare(self, runs: Sequence[Named], iterations: int) -> bool:
        """Begin to train runs side by side.

        Parameters
        ----------
        runs : sequence of (name, config, task)
        iterations
            To which each is trained.

        Returns
        -------
        bool
            False where they are too much, and `problem` says why.
        """
        try:
            with TURNS.turn(self):
                # They take the place of those side by side before, which count until then.
                planned = ((config, task) for _, config, task in runs)
                room.require(self, self.trainer.needs_mb, *planned)
                begun = SideBySide(runs, iterations)
        except ValueError as refused:
            return self.refuse(str(refused))
        self.side_by_side, self.preset = begun, None
        self.start_job(begun)
        return True

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

    def go_on_comparing(self) -> None:
        """Train the runs side by side further; does nothing where there are none."""
        if self.side_by_side is not None:
            self.start_job(self.side_by_side)

    # ------------------------------------------------------------------ what is looked at

    def open_page(self, page: str) -> None:
        """Note that a page is drawn as a whole: it shows all that has changed until now."""
        self.page_is_old = False
        self.page_runs += 1
        if page != self.looked_at.page:
            self.look_at(page=page, name="")
            self._asked = None

    def look_at(self, **changes: Any) -> None:
        """Look at something else: other values of `View`, by name."""
        self.looked_at = replace(self.looked_at, **changes)

    def show(self, view: View) -> None:
        """Have a page show this: its controls take it over when they are drawn next.

        A unit or an iteration that there is not is none.
        """
        self.looked_at = self._asked = replace(view, unit=None, shown_iteration=None)
        self.select_unit(view.unit, view.unit_layer)
        if view.shown_iteration in self.trainer.recording.iterations:
            self.rewind_to(view.shown_iteration)
        self.page_is_old = True

    def take_asked(self) -> View | None:
        """Return, once, what the controls of the page are to show; None where nobody asked."""
        asked, self._asked = self._asked, None
        return asked

    def select_unit(self, unit: Any, layer: Any) -> None:
        """Outline a unit of a layer in every picture, or none; what is no unit changes nothing."""
        network = self.trainer.network
        if unit is None:
            self.look_at(unit=None)
        elif _is_place(unit, network.hidden_size) and _is_place(layer, network.layers):
            self.look_at(unit=unit, unit_layer=layer)

    @property
    def selected(self) -> tuple[int, int] | None:
        """Layer and unit of the one that is outlined; None if there is none."""
        unit = self.looked_at.unit
        return None if unit is None else (self.looked_at.unit_layer, unit)

    def rewind_to(self, iteration: int | None) -> None:
        """Show one of the kept iterations; None follows the newest."""
        self.look_at(shown_iteration=iteration)

    def follow(self) -> None:
        """Show the newest iteration, whichever that will be."""
        self.rewind_to(None)

    def shown_trace(self) -> Trace:
        """Return the trace of the iteration that is shown; the turn must be held."""
        if self.looked_at.shown_iteration is None:
            return self.trainer.trace()
        return self.trainer.recording.at(self.looked_at.shown_iteration)

    def replay(self) -> None:
        """Show the kept iterations one after the other."""
        with TURNS.turn(self):
            iterations = self.trainer.recording.iterations
        self.start_job(Replay(iterations, self.rewind_to))

    def check_gradient(self, entries: int | None) -> None:
        """Compare the gradients of what is shown with central differences.

        Parameters
        ----------
        entries
            How many of each array; None is every one.
        """
        with TURNS.turn(self):
            trace = self.shown_trace()
            check = CheckedTrace(trace, self.trainer.network_of(trace), entries)
        self.gradient_check = check
        self.start_job(check)

    def saturation_of(self, layer: int) -> SaturationHistory:
        """Return the counts of a layer; only those of the one asked for last are kept."""
        if self._saturation is None or self._saturation.layer != layer:
            run = self.trainer
            self._saturation = SaturationHistory(run.network, run.task, run.probe, layer)
        return self._saturation

    # ------------------------------------------------------------------ pages

    @property
    def name(self) -> str:
        """Name of what the moving pictures show; another name starts them anew."""
        return f"{self.pictures}:{self.trainer.probe.name}"

    def start_pictures_anew(self) -> None:
        """Forget what was chosen in the pictures of an earlier run, or of iterations undone."""
        self.pictures += 1
        self.look_at(unit=None, shown_iteration=None)
        self.job = self.side_by_side = self.preset = self._opened = None
        self.gradient_check = self._saturation = None

    def outdate_page(self) -> None:
        """Say that the whole page must be drawn anew."""
        self.page_is_old = True

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

    # ------------------------------------------------------------------ memory

    @property
    def needs_mb(self) -> float:
        """Most megabytes of all its runs, as estimated."""
        if self.is_forgotten:
            return 0.0
        runs = {id(trainer): trainer for trainer in (self.trainer, *self._others)}
        return self.earlier_mb + sum(trainer.needs_mb for trainer in runs.values())

    @property
    def earlier_mb(self) -> float:
        """Megabytes of the runs that can be gone back to, which keep their recordings alone."""
        return nbytes(self.earlier) / 1e6

    @property
    def _others(self) -> list[Trainer]:
        """The run beside the first, and those side by side."""
        others = [] if self.side_by_side is None else [*self.side_by_side.trainers.values()]
        return others if self.pair is None else [*others, self.pair.second]

    def rest(self) -> None:
        """Let go of what can be made again; what is under way goes on when the visitor is back."""
        for trainer in (self.trainer, *(one.trainer for one in self.earlier), *self._others):
            trainer.rest()

    def forget(self) -> None:
        """Let go of everything: the visitor will not come back."""
        vars(self).clear()

    @property
    def is_forgotten(self) -> bool:
        """Whether everything was let go of."""
        return not vars(self)

    def _check_growth(self, knobs: Mapping[str, Any]) -> None:
        """Refuse live knobs with which the run, and the one beside it, find no room any more."""
        both = [self.trainer] if self.pair is None else [self.trainer, self.pair.second]
        planned = [(replace(trainer.config, **knobs), trainer.task) for trainer in both]
        room.require(self, self.needs_mb - sum(trainer.needs_mb for trainer in both), *planned)

    def find_room(self, config: RunConfig, task: Task) -> None:
        """Refuse a run in the place of the one of now if there is no room for it.

        Raises
        ------
        ValueError
            With what would fit.
        """
        left_behind = self.earlier_mb + self.trainer.recording.nbytes / 1e6
        room.require(self, left_behind, (config, task))


def _is_place(number: Any, count: int) -> bool:
    """Tell whether something that a browser has sent is a whole number 0..count-1."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < count
