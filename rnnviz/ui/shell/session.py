"""What one visitor has: their run, and the values of their controls.

The only file that reads and writes Streamlit's session state; the keys of what is kept there under
a name of ours stand here too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rnnviz.analysis.comparison import Reached, Way, measure
from rnnviz.analysis.gradient_check import CheckedTrace
from rnnviz.analysis.saturation_history import SaturationHistory
from rnnviz.recording import Trace
from rnnviz.tasks import TASKS
from rnnviz.tasks.table import Glance
from rnnviz.tasks.task import Task
from rnnviz.training import FIELDS, LIVE_KNOBS, Preset, RunConfig, Trainer, new_run
from rnnviz.training.pair import Pair, usual_companion
from rnnviz.training.side_by_side import SideBySide
from rnnviz.ui.shell import absence, room
from rnnviz.ui.shell.turns import TURNS

_VISIT = "visit"

#: Tells of an exception, and whether nothing else needs to; `faults.py` puts itself here.
on_fault: Callable[[Exception], bool] | None = None

#: A slider that was dragged while training, and has not moved for this long, is let go.
REST_S = 0.6
#: So many earlier runs can be gone back to, and fewer where their recordings take more bytes.
MOST_EARLIER, MOST_EARLIER_BYTES = 20, 48_000_000

#: Keys of the controls that are not settings.
SPEED = "speed"
PROBE = "probe"
BESIDE = "beside"
TASK = "task"
SHOWN_ITERATION = "shown_iteration"
SHOWN_LAYER = "shown_layer"
GRADIENT_VIEW = "gradient_view"
GRADIENT_BY = "gradient_by"
GRADIENT_OF = "gradient_of"
PREDICTION = "prediction"
COMPARED_UNTIL = "compared_until"
COMPARED_AT = "compared_at"
CHECK_ALL = "check_all"
GATE_VIEW = "gate_view"
GATE_QUANTITY = "gate_quantity"
SATURATED_GATE = "saturated_gate"
WEIGHED_GATE = "weighed_gate"
FOLLOWING_QUANTITY = "following_quantity"
UNIT = "unit"
UNIT_ORDER = "unit_order"
TIME_STEP = "time_step"
EQUATION_UNIT = "equation_unit"
EQUATION_DIRECTION = "equation_direction"
INTERVENTION = "intervention"
HELD_GATE = "held_gate"
INTERVENTION_UNIT = "intervention_unit"
MET_LAYER = "met_layer"
FORGET_SHIFT = "forget_shift"
CONTINUATION_CHOICE = "continuation:choice"
CONTINUATION_TEMPERATURE = "continuation:temperature"
CONTINUATION_SEED = "continuation:seed"
FILE_KIND = "take_away:kind"
FILE_EXTENT = "take_away:extent"

#: Keys of what is kept besides: the text continued so far, and the file being made or ready.
CONTINUATION = "continuation"
FILE = "take_away"

#: Settings of a run that have a control in the sidebar; the task has a page of its own.
CONTROLLED = tuple(field.name for field in FIELDS if field.name != "task")


@dataclass
class Draft:
    """The names of a list being edited on the Task page.

    Parameters
    ----------
    names
        As edited so far.
    shown
        What the table was given when it was last drawn anew; the browser sends changes to this.
    version
        Counts how often the table was drawn anew.
    """

    names: tuple[str, ...]
    shown: tuple[str, ...]
    version: int = 0


@dataclass(frozen=True)
class File:
    """A text that is too large to be edited, and stays out of the page: its name, and itself."""

    name: str
    text: str


@dataclass(frozen=True)
class Edited:
    """The last task that was made of the settings on the Task page, or why there is none.

    Parameters
    ----------
    settings
        Key of the task, and its settings by name.
    task
        None if it was refused.
    refused
        The reason; "" if there is a task.
    """

    settings: tuple[str, dict[str, Any]]
    task: Task | None = None
    refused: str = ""


@dataclass(frozen=True)
class Earlier:
    """A run that was left for a new one, exactly as it was.

    Parameters
    ----------
    trainer
    left_for
        What the new one was begun for, in words.
    """

    trainer: Trainer
    left_for: str


@dataclass(frozen=True)
class Experiment:
    """A preset that was started, and its runs."""

    preset: Preset
    runs: SideBySide


class Job(Protocol):
    """Work of some length that the live loop does in slices, while the run itself rests."""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""

    def advance(self, seconds: float) -> None:
        """Work for so long."""


@dataclass
class Visit:
    """The run that all pages of one visitor show.

    Parameters
    ----------
    trainer
        Touch it only while holding a turn of `rnnviz.ui.shell.turns.TURNS`.
    earlier
        The runs before this one, the latest last: to each `undo` goes back when nothing of the one
        after it is left to undo.
    page
        Name of the page that was drawn last.
    playing
        Whether the live loop trains.
    job
        What else the live loop works on, while it does not train.
    side_by_side, gradient_check
        Runs side by side, and the gradient check, on the Gradients page; as far as they got.
    saturation
        How saturated the gates were at the kept iterations, counted so far, on the Gates page.
    beside, pair
        Cell of the network beside the first, if there is one, and both of them; see `keep_beside`.
    experiment
        The preset that was started last, whose runs may still be those side by side.
    paused_at
        When it was last paused, by the monotonic clock, in seconds.
    problem
        Why the last change was refused, until the next that is taken; the run is as it was.
    selected_unit, selected_layer
        Unit that is outlined in every picture, and the layer that it belongs to.
    shown_iteration
        Which of the kept iterations the inspecting pages show; None follows the newest.
    refused_upload
        Of which control the last file could not be read, by its key, and why.
    drafts
        Lists being edited on the Task page, by task and setting.
    files
        Large texts chosen on the Task page, by the key of the control in whose place they are.
    glances
        What is shown of the tables being edited, by the key of the control; read once as well.
    edited
        Made once, not at every rerun of the page.
    reached
        What earlier runs on a gym schedule reached, each way's latest.
    controls
        Counts how often the controls of the settings were made anew, to show another run's.
    pictures
        Counts how often the pictures had to start anew.
    page_runs
        Counts how often a whole page was drawn.
    page_is_old
        Whether a callback has changed what the whole page shows; see `refresh`.
    knob_changed_at
        When a live knob was changed while training, by the monotonic clock, in seconds, and the
        sidebar does not tell yet; None if it does.
    """

    trainer: Trainer
    earlier: tuple[Earlier, ...] = ()
    page: str = ""
    playing: bool = False
    job: Job | None = None
    side_by_side: SideBySide | None = None
    beside: str | None = None
    pair: Pair | None = None
    experiment: Experiment | None = None
    gradient_check: CheckedTrace | None = None
    saturation: SaturationHistory | None = None
    paused_at: float = -1.0
    problem: str | None = None
    refused_upload: tuple[str, str] | None = None
    selected_unit: int | None = None
    selected_layer: int = 0
    shown_iteration: int | None = None
    drafts: dict[str, Draft] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    glances: dict[str, Glance] = field(default_factory=dict)
    edited: Edited | None = None
    reached: dict[Way, Reached] = field(default_factory=dict)
    controls: int = 0
    pictures: int = 0
    page_is_old: bool = False
    knob_changed_at: float | None = None
    page_runs: int = 0

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

    def advance(self, iterations: int | None, seconds: float) -> None:
        """Train, and the network beside it too; the turn must be held."""
        keep_beside(self)
        if self.pair is None:
            self.trainer.advance(iterations=iterations, seconds=seconds)
        else:
            with _beside_refused(self):
                self.pair.advance(iterations=iterations, seconds=seconds)

    @property
    def training(self) -> bool:
        """Whether its weights change: it plays, or is one of the runs trained side by side."""
        others = self.side_by_side.trainers.values() if self.side_by_side is not None else ()
        return self.playing or (self.comparing and self.trainer in others)

    @property
    def comparing(self) -> bool:
        """Whether the live loop trains the runs side by side."""
        return self.side_by_side is not None and self.side_by_side is self.job

    @property
    def preset(self) -> Preset | None:
        """The preset whose runs are those side by side; None if they are others, or none."""
        begun = self.experiment
        return None if begun is None or begun.runs is not self.side_by_side else begun.preset

    @property
    def name(self) -> str:
        """Name of what the moving pictures show; another name starts them anew."""
        return f"{self.pictures}:{self.trainer.probe.name}"

    def start_pictures_anew(self) -> None:
        """Forget what was chosen in the pictures of an earlier run, or of iterations undone."""
        self.pictures += 1
        self.selected_unit = self.shown_iteration = None
        self.job = self.side_by_side = self.gradient_check = self.saturation = None

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
        return _nbytes(list(self.earlier)) / 1e6

    @property
    def _others(self) -> list[Trainer]:
        """The run beside the first, and those side by side."""
        others = [] if self.side_by_side is None else [*self.side_by_side.trainers.values()]
        return others if self.pair is None else [*others, self.pair.second]

    def rest(self) -> None:
        """Let go of what can be made again; what is under way goes on when the visitor is back."""
        for trainer in (self.trainer, *(one.trainer for one in self.earlier), *self._others):
            trainer.rest()

    def select(self, unit: Any, layer: Any) -> None:
        """Outline a unit of a layer in every picture, or none; what is no unit changes nothing."""
        network = self.trainer.network
        if unit is None:
            self.selected_unit = None
        elif _is_place(unit, network.hidden_size) and _is_place(layer, network.layers):
            self.selected_unit, self.selected_layer = unit, layer

    def forget(self) -> None:
        """Let go of everything: the visitor will not come back."""
        vars(self).clear()

    @property
    def is_forgotten(self) -> bool:
        """Whether everything was let go of."""
        return not vars(self)

    @property
    def undoable(self) -> str | None:
        """What `undo` would take back, in words; None where there is nothing."""
        last = self.trainer.undoable
        if last is not None:
            return last.text
        return self.earlier[-1].left_for if self.earlier else None

    def shown_trace(self) -> Trace:
        """Return the trace of the iteration that the inspecting pages show."""
        with TURNS.turn(self):
            if self.shown_iteration is None:
                return self.trainer.trace()
            return self.trainer.recording.at(self.shown_iteration)


def keep_beside(visit: Visit) -> None:
    """Have the network beside belong to the run of now; the turn must be held."""
    first = visit.trainer
    if visit.beside == first.config.cell:
        visit.beside = usual_companion(first.config.cell)
    if visit.beside is None:
        visit.pair = None
    elif visit.pair is None or visit.pair.first is not first or visit.pair.cell != visit.beside:
        visit.pair = None
        with _beside_refused(visit):
            room.require(
                visit, visit.needs_mb, (replace(first.config, cell=visit.beside), first.task)
            )
            visit.pair = Pair(first, visit.beside)


def catch_up(visit: Visit, seconds: float) -> None:
    """Bring the network beside to the iteration of the first; the turn must be held."""
    keep_beside(visit)
    if visit.pair is None:
        return
    with _beside_refused(visit):
        visit.pair.catch_up(seconds)


@contextmanager
def _beside_refused(visit: Visit) -> Iterator[None]:
    """Go on alone where two networks are too much."""
    try:
        yield
    except ValueError as refused:
        visit.problem, visit.page_is_old = str(refused), True
        visit.beside = visit.pair = None


def _is_place(number: Any, count: int) -> bool:
    """Tell whether something that a browser has sent is a whole number 0..count-1."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < count


def start() -> Visit:
    """Return the visitor's run, at the start of a whole page."""
    visit = current()
    visit.page_is_old = False
    visit.page_runs += 1
    for name in CONTROLLED:
        seed(setting_key(name), getattr(visit.trainer.config, name))
    seed(length_key(visit.trainer.task), visit.trainer.task.length)
    return visit


def current() -> Visit:
    """Return the visitor's run; make it from the defaults at their first visit.

    And where it was let go of: the page must then be drawn anew.
    """
    _watch_for_faults()
    visit: Visit | None = st.session_state.get(_VISIT)
    if visit is None or visit.is_forgotten:
        visit = st.session_state[_VISIT] = Visit(Trainer(RunConfig()), page_is_old=True)
    absence.here(visit)
    return visit


def _watch_for_faults() -> None:
    """Have exceptions that leave this run of the script told by `on_fault`."""
    context = get_script_run_ctx()
    if context is not None:
        context.on_script_error = on_fault


def clear() -> None:
    """Forget everything of this visitor."""
    st.session_state.clear()


def outdate_page() -> None:
    """Say that the whole page must be drawn anew: what a callback in a fragment calls."""
    current().page_is_old = True


def refresh() -> None:
    """Draw the whole page anew if a callback asked for it; what every fragment begins with.

    (A callback may call st.rerun itself, but that request is lost when a tick is waiting.)
    """
    if current().page_is_old:
        st.rerun()


def setting_key(name: str) -> str:
    """Return the key of the control of a setting of the run.

    Another one whenever the run was changed for another: what a browser that has not seen that yet
    sends of the old controls is then no change of the new ones.
    """
    return f"setting:{name}@{current().controls}"


def length_key(task: Task) -> str:
    """Return the key of the control of a task's sequence length; each task has its own range."""
    return f"length:{task.key}@{current().controls}"


def held_value_key(signed: bool) -> str:
    """Return the key of the value at which a gate is held: 0..1, or -1..1 for a candidate."""
    return f"held_value:{'signed' if signed else 'share'}"


def draft_key(task_key: str, name: str) -> str:
    """Return the key of the control of a task's setting while it is edited."""
    return f"draft:{task_key}:{name}"


def seed(key: str, first: Any) -> None:
    """Give a control its first value, unless it has one."""
    st.session_state.setdefault(key, first)


def show(key: str, now: Any) -> None:
    """Make a control show a value, before it is drawn."""
    st.session_state[key] = now


def known_run() -> Visit | None:
    """Return the visitor's run as it is; None where there is none."""
    visit: Visit | None = st.session_state.get(_VISIT)
    return None if visit is None or visit.is_forgotten else visit


def value(key: str, default: Any = None) -> Any:
    """Return the value of a control, or the default while it has none."""
    return st.session_state.get(key, default)


def live_knobs() -> dict[str, Any]:
    """Return what the controls say that may change while training goes on."""
    config = current().trainer.config
    # A control that is being made anew has no value yet.
    return {name: value(setting_key(name), getattr(config, name)) for name in LIVE_KNOBS}


def shows_the_run(visit: Visit) -> bool:
    """Tell whether the controls show the settings that the run has."""
    trainer = visit.trainer
    return value(length_key(trainer.task)) == trainer.task.length and all(
        value(setting_key(name)) == getattr(trainer.config, name) for name in CONTROLLED
    )


def apply_knobs(visit: Visit, knobs: dict[str, Any]) -> bool:
    """Give the live knobs to the trainer, whose turn must be held; return whether one changed.

    A change shows on the page at once, or, while training, when it is over: a slider that is
    dragged does not draw the page anew at each of its stops.
    """
    config = visit.trainer.config
    if any(getattr(config, name) != knob for name, knob in knobs.items()):
        try:
            _check_growth(visit, knobs)
            visit.trainer.set(**knobs)
            visit.problem = None
        except ValueError as refused:
            _refuse(visit, str(refused))
            visit.page_is_old = True
    changed, now = visit.trainer.config != config, time.monotonic()
    if changed and visit.playing:
        visit.knob_changed_at = now
    elif changed or (visit.knob_changed_at is not None and now - visit.knob_changed_at >= REST_S):
        visit.page_is_old, visit.knob_changed_at = True, None
    return changed


def _check_growth(visit: Visit, knobs: dict[str, Any]) -> None:
    """Refuse live knobs with which the run, and the one beside it, find no room any more."""
    both = [visit.trainer] if visit.pair is None else [visit.trainer, visit.pair.second]
    planned = [(replace(trainer.config, **knobs), trainer.task) for trainer in both]
    room.require(visit, visit.needs_mb - sum(trainer.needs_mb for trainer in both), *planned)


def find_room(visit: Visit, config: RunConfig, task: Task) -> None:
    """Refuse a run in the place of the one of now if there is no room for it.

    Raises
    ------
    ValueError
        With what would fit.
    """
    left_behind = visit.earlier_mb + visit.trainer.recording.nbytes / 1e6
    room.require(visit, left_behind, (config, task))


def restart(task: Task | None = None, **settings: Any) -> None:
    """Start a new run with the settings that the controls show now.

    A value that is not allowed leaves the old run as it is, and `Visit.problem` says why.

    Parameters
    ----------
    task
        The new run's task; when None, the old run's with the sequence length that is shown now.
    settings
        Other values than those that the controls show, by name.
    """
    visit = current()
    chosen = {name: st.session_state[setting_key(name)] for name in CONTROLLED} | settings
    now, compared = visit.trainer, _last_with_something_done(visit)
    try:
        if task is None:
            length = st.session_state[length_key(visit.trainer.task)]
            task = replace(visit.trainer.task, length=length)  # type: ignore[type-var]
        config = RunConfig(task=task.key, **chosen)
        mark = (
            None if compared is None else new_run((compared.config, compared.task), (config, task))
        )
        with TURNS.turn(visit):
            find_room(visit, config, task)
            trainer = Trainer(config, task, begun_for=mark)
    except ValueError as refused:
        _refuse(visit, str(refused))
        return
    leave_for(trainer, new_run((now.config, now.task), (config, task)) or "reset")


def leave_for(trainer: Trainer, left_for: str) -> None:
    """Make this the visitor's run, and keep the one before it for `undo`."""
    visit = current()
    left = visit.trainer
    with TURNS.turn(visit):
        reached = measure(left)
        if not _is_the_same_untouched(left, trainer):
            left.rest()
            visit.earlier = _kept((*visit.earlier, Earlier(left, left_for)))
    if reached is not None and reached.iteration:
        visit.reached[reached.way] = reached
    _show(trainer)


def undo() -> None:
    """Go back to before the last change of the run; a new run is such a change as well."""
    visit = current()
    with TURNS.turn(visit):
        if visit.trainer.undoable is not None:
            visit.trainer.undo()
            _show(visit.trainer)
        elif visit.earlier:
            *before, last = visit.earlier
            visit.earlier = tuple(before)
            _show(last.trainer)


def _kept(earlier: tuple[Earlier, ...]) -> tuple[Earlier, ...]:
    """Drop what is too much to keep: of the oldest runs first those in which nothing was done."""
    kept = list(earlier)
    while len(kept) > 1 and (len(kept) > MOST_EARLIER or _nbytes(kept) > MOST_EARLIER_BYTES):
        kept.remove(next((one for one in kept if _is_untouched(one.trainer)), kept[0]))
    return tuple(kept)


def _nbytes(earlier: list[Earlier]) -> int:
    return sum(one.trainer.recording.nbytes for one in earlier)


def _last_with_something_done(visit: Visit) -> Trainer | None:
    """Return the run that the mark of a new one compares it with; None if there is none yet."""
    runs = (visit.trainer, *(one.trainer for one in reversed(visit.earlier)))
    return next((trainer for trainer in runs if not _is_untouched(trainer)), None)


def _is_the_same_untouched(left: Trainer, trainer: Trainer) -> bool:
    """Tell whether nothing is lost: a run in which nothing was done is begun once more."""
    same = (left.config, left.task) == (trainer.config, trainer.task)
    return same and _is_untouched(left) and _is_untouched(trainer)


def _is_untouched(trainer: Trainer) -> bool:
    return trainer.iteration == 0 and trainer.undoable is None


def _show(trainer: Trainer) -> None:
    """Make this the visitor's run, and let the controls show what it has."""
    visit = current()
    visit.trainer, visit.problem = trainer, None
    visit.start_pictures_anew()
    if not shows_the_run(visit):
        _new_controls(visit)
    st.session_state.pop(PROBE, None)


def _refuse(visit: Visit, why: str) -> None:
    """Say why a setting is not taken, and let the controls show what the run goes on with."""
    visit.problem = why
    _new_controls(visit)


def _new_controls(visit: Visit) -> None:
    """Make the controls of the settings anew, and let them show those of the run."""
    for name in CONTROLLED:
        st.session_state.pop(setting_key(name), None)
    visit.controls += 1
    for name in CONTROLLED:
        show(setting_key(name), getattr(visit.trainer.config, name))
    show(length_key(visit.trainer.task), visit.trainer.task.length)


def lengths() -> dict[str, int]:
    """Return the sequence length that each task would start with."""
    defaults = {key: _default_length(kind) for key, kind in TASKS.items()}
    run_task = current().trainer.task
    return {**defaults, run_task.key: run_task.length}


def _default_length(kind: type[Task]) -> int:
    return next(int(field.default) for field in kind.fields if field.name == "length")
