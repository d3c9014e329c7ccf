"""Trainer: one run, from its initial weights on, that can be advanced, inspected and rewound.

The file is long because one class is what notebooks and pages hold, and its methods are explained
here. How weights are updated (`updating`), what was changed (`changes`), what was set from outside
(`last_seen`) and what a trace holds (`tracing`) have files of their own.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Intervention, Network, validation
from rnnviz.engine.init import WITH_RADIUS
from rnnviz.fields import shown
from rnnviz.recording import History, Recording, Trace
from rnnviz.tasks import make_task
from rnnviz.tasks.task import Batch, Task, has_targets
from rnnviz.training.begun import Begun, Learned
from rnnviz.training.changes import Changes, SetupPeriod, State
from rnnviz.training.config import FIELD, LIVE_KNOBS, RunConfig
from rnnviz.training.evaluate import Score, evaluate, finite_score
from rnnviz.training.last_seen import LastSeen, same_bits
from rnnviz.training.limits import architecture_of, check_runs, memory_mb
from rnnviz.training.marks import Mark, Setup
from rnnviz.training.solved import ScoreTracker
from rnnviz.training.threads import one_thread
from rnnviz.training.tracing import make_trace
from rnnviz.training.updating import Updater

#: Iterations between two comparisons of the state with the best one so far.
SNAPSHOT_EVERY = 10


class Trainer:
    """One run: a network, its task, its history and its recording.

    Nothing runs by itself: the owner of the trainer calls `advance`.

    Weights and interventions may also be set directly on `network`, for instance by
    `network.load_torch`. The trainer notices this at its next call: `trace` and `score` are then
    those of the network as it is, and a mark records the change, which can be undone. History and
    recording keep what was measured before; only a kept trace of this same iteration is replaced.
    The optimiser keeps its state, and a run that had diverged can train again.

    Parameters
    ----------
    config
        Settings of the run.
    task
        The task; None means the one that `config.task` names, with its default settings.
    probe
        Index of the probe.
    begun_for
        How this run differs from the one before it, if it does: the text of its first mark.
    weights : mapping of name to array or tensor, or None
        All weights from which the run begins, by PyTorch's names, as `Network.load_torch` takes
        them; they are copied. None draws the initial weights from the seed, which otherwise draws
        the batches alone. The first mark says so, and a link can't hold them.

    Attributes
    ----------
    iteration : int
        Number of updates of the weights so far.
    history : History
    recording : Recording
    given_weights : dict or None
        The weights from which the run began, by PyTorch's names, if they were given.
    diverged : str or None
        What happened when the loss or the gradient was no longer finite; the trainer then stops
        until `restore_last_good`.

    Raises
    ------
    ValueError
        If the task is not the one that the config names, config or task has another type, there is
        no such task or probe, weights do not fit, or the run would need too much memory or time.
    """

    def __init__(
        self,
        config: RunConfig,
        task: Task | None = None,
        probe: int = 0,
        begun_for: str | None = None,
        weights: Mapping[str, Any] | None = None,
    ) -> None:
        if not isinstance(config, RunConfig):
            raise ValueError(f"config must be a RunConfig, got {shown(config)}")
        self.config = config
        self.task = make_task(config.task) if task is None else task
        key = getattr(self.task, "key", None)
        if key != config.task:
            got = shown(self.task if key is None else key)
            raise ValueError(f"task must be {config.task!r}, as in config, got {got}")
        self.probe = self.task.probe(probe)
        check_runs((config, self.task))
        with one_thread():  # orthogonal initial weights take matrix products too
            self.network = Network(
                **asdict(architecture_of(config, self.task)),
                seed=config.seed,
                forget_bias=config.forget_bias,
                initial_weights=config.initial_weights,
                spectral_radius=_radius(config),
            )
        self.given_weights: dict[str, NDArray[np.floating]] | None = None
        if weights is not None:
            self.network.load_torch(weights)
            own = self.network.parameters
            self.given_weights = {name: values.copy() for name, values in own.items()}
            begun_for = (
                f"{begun_for}, from given weights" if begun_for else "begun from given weights"
            )
        self._generator = np.random.default_rng(config.seed)
        self.updater = Updater(self.network, config)
        self.iteration = 0
        self.history = History()
        self.recording = Recording()
        self.diverged: str | None = None
        self._seen = LastSeen(self.network)
        self._trace: Trace | None = None
        self._score: Score | None = None
        self._scores = ScoreTracker()
        self._changes = Changes(self._setup, begun_for, by_hand=weights is not None)
        self._best = self._state(loss=math.inf)
        self._needs = (config, memory_mb(config, self.task))
        self.recording.add(self.trace())

    def advance(self, iterations: int | None = None, seconds: float | None = None) -> int:
        """Train for a number of iterations, or for as many as fit in a time, or both.

        Parameters
        ----------
        iterations
            Maximum number of iterations.
        seconds
            Maximum time, if an iteration takes as long as the last one; at least one is always
            done.

        Returns
        -------
        int
            Iterations done; none when the run has diverged.

        Raises
        ------
        ValueError
            If neither is given, or one is negative or not a number; or if there is nothing to learn
            from: no readout, or no target.
        """
        if iterations is None and seconds is None:
            raise ValueError("advance expects iterations, seconds or both, got neither")
        if iterations is not None:
            iterations = validation.integer("iterations", iterations, 0)
        if seconds is not None and validation.finite("seconds", seconds) < 0:
            raise ValueError(f"seconds must be 0 or more, got {seconds}")
        if not self.can_learn:
            raise ValueError(nothing_to_learn(self.task))
        start = self.iteration
        last = math.inf if iterations is None else start + iterations
        end = math.inf if seconds is None else time.perf_counter() + seconds
        with self.training(), one_thread():
            while self.diverged is None and self.iteration < last:
                begun = time.perf_counter()
                self.iterate()
                now = time.perf_counter()
                if now + (now - begun) > end:  # another one would not fit
                    break
        return self.iteration - start

    @property
    def can_learn(self) -> bool:
        """Whether there are outputs and targets to compare; if not, `advance` is refused."""
        return can_learn(self.task)

    # ------------------------------------------------------------------ the parts of an iteration
    # Internal to this folder: group.py does some of them for several runs at once.

    @contextmanager
    def training(self) -> Iterator[None]:
        """Return a context in which iterations change the weights, and nobody else does."""
        self._see_what_was_set()
        try:
            yield
        finally:  # a notebook may be interrupted in between
            self._seen.remember()

    def iterate(self) -> None:
        """Do one update, or record why it can't be done."""
        self.complete(self.begin())

    def begin(self) -> Begun:
        """Draw the batch of the next iteration."""
        may_be_best = self.iteration % SNAPSHOT_EVERY == 0
        generator = self._generator.bit_generator.state if may_be_best else None
        return Begun(
            batch=self.task.sample(self._generator, self.config.batch_size),
            generator=generator,
            traced=self.recording.is_due(self.iteration + 1),
        )

    def complete(self, begun: Begun) -> None:
        """Learn from the batch, and update the weights unless the run has diverged."""
        with np.errstate(all="ignore"):  # divergence is detected below, so no warnings
            loss = self._learn(begun.batch)
            accuracy = math.nan
            if self.task.measure == "accuracy":
                counted = replace(begun.batch, mask=self.task.knowable(begun.batch))
                accuracy = finite_score(self.network.outputs, counted, "accuracy")
            norm, clipped = self.updater.clip()
        learned = Learned(loss, accuracy, norm, clipped)
        if self.accept(begun, learned):
            self.updater.step()
            self.end(begun, learned)

    def accept(self, begun: Begun, learned: Learned) -> bool:
        """Tell whether the weights may be updated; keep their state if it is the best so far.

        If not, the run has diverged, and says why. Where `begun.needs_state`, network and optimiser
        must be those before the update.
        """
        left, self.updater.left = self.updater.left, None
        loss, norm = learned.loss, learned.gradient_norm
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self.history.add(self.iteration + 1, *learned, self.config.learning_rate)
            self.diverged = (
                f"Training stopped at iteration {self.iteration + 1:,}: the loss is "
                f"{loss:g} and the gradient norm is {norm:g}, so no update can be made."
            )
            return False
        if begun.generator is not None and loss < self._best.loss:
            self._best = replace(self._state(loss, begun.generator), left=left)
        if begun.traced:
            begun.weights_before = self.network.flat.copy()
        return True

    def end(self, begun: Begun, learned: Learned) -> None:
        """Count an iteration whose update is made; keep its numbers, and its trace if it is due."""
        self.iteration += 1
        self._trace = self._score = None
        self.history.add(self.iteration, *learned, self.config.learning_rate)
        if begun.weights_before is not None:
            self._trace = self._make_trace(begun.weights_before)
            self.recording.add(self._trace)

    # ------------------------------------------------------------------ changes

    @property
    def needs_mb(self) -> float:
        """Maximum megabytes of the run, as estimated."""
        if self._needs[0] is not self.config:
            self._needs = (self.config, memory_mb(self.config, self.task))
        return self._needs[1]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What was done to the run so far, oldest first."""
        self._see_what_was_set()
        return self._changes.marks

    def set(self, **knobs: Any) -> None:
        """Change live settings of the run; the next iteration uses them.

        A change is recorded as a mark, and can be undone. Another optimiser starts without a
        state; going back to the previous one at the same iteration restores its state.

        Raises
        ------
        ValueError
            If a name is not a live knob, a value is not allowed, or the batch would need too much
            memory or time; nothing is changed then.
        """
        for name in knobs:
            if name not in LIVE_KNOBS:
                kind = "starts a new run" if name in FIELD else "is not a setting"
                raise ValueError(f"{name} {kind}; live knobs are {', '.join(LIVE_KNOBS)}")
        self._see_what_was_set()
        changed = replace(self.config, **knobs)
        check_runs((changed, self.task))
        if changed != self.config:
            before = self._state()
            self._use(changed)
            self._changes.add(before, self._setup, self._best)

    def intervene(self, *items: Intervention) -> None:
        """Hold gates, silence units, shift the forget bias: these, and nothing else, from now on.

        Without arguments, everything is released. The next iteration is the first affected. A
        change is recorded as a mark, and can be undone.

        Raises
        ------
        ValueError
            If there is no such gate, unit or layer; nothing is changed then.
        """
        self._see_what_was_set()
        before = self._state()
        self.network.intervene(*items)  # first: what it refuses may not be comparable
        self._seen.remember()
        if items != before.setup.interventions:
            self._trace = self._score = None
            self._changes.add(before, self._setup, self._best)

    @property
    def setups(self) -> tuple[SetupPeriod, ...]:
        """The settings and interventions of the run so far, oldest first.

        They are all that is needed to repeat the run, except weights that were set by hand.
        """
        self._see_what_was_set()
        return self._changes.setups

    def take_over(self, setup: Setup) -> None:
        """Adopt the live settings and interventions of another run at once, as one change.

        Raises
        ------
        ValueError
            As `set` and `intervene` do, or if anything but live settings differs; nothing is
            changed then.
        """
        self._see_what_was_set()
        before, config = self._state(), setup.config
        if replace(self.config, **{name: getattr(config, name) for name in LIVE_KNOBS}) != config:
            raise ValueError("only live knobs and interventions can be taken over")
        check_runs((config, self.task))
        self.network.intervene(*setup.interventions)
        self._seen.remember()
        if setup.interventions != before.setup.interventions:
            self._trace = self._score = None
        self._use(config)
        self._changes.add(before, self._setup, self._best)

    def free_buffers(self) -> None:
        """Let go of what can be made again: the buffers of the network, and the looks at it."""
        self.network.free_buffers()
        self._trace = self._score = None

    @property
    def undoable(self) -> Mark | None:
        """Mark of the change that `undo` would revert; None if there is none."""
        self._see_what_was_set()
        return None if self._changes.last is None else self._changes.last.mark

    def undo(self) -> Mark:
        """Return to the state right before the last change, and return the mark of that change.

        Weights, optimiser, random generator and settings are then as they were, and everything
        after is dropped: the run goes on as if it had never been changed, number by number. The
        last 20 changes can be undone, fewer for large networks: the states kept for this take at
        most 16 MB.

        Raises
        ------
        LookupError
            If there is no change that can be undone.
        """
        self._see_what_was_set()
        last = self._changes.last
        if last is None or last.back is None:
            raise LookupError("there is no change that can be undone")
        before, self._best = last.back
        self._restore(before)
        return last.mark

    def trace(self) -> Trace:
        """Return everything that the network computes on the probe with the current weights."""
        self._see_what_was_set()
        if self._trace is None:
            with one_thread():
                self._trace = self._make_trace()
        return self._trace

    def network_of(self, trace: Trace) -> Network:
        """Return a separate network with the weights and interventions of a trace of this run.

        On the same probe it computes what the trace holds, up to rounding, and anything else about
        that iteration: gradients w.r.t. weights, Jacobians, itemised gradients.
        """
        network = self.network.copy()
        network.flat[:] = trace.weights
        network.intervene(*trace.interventions)
        return network

    def score(self) -> Score:
        """Return the score of the current weights on the task's evaluation sequences."""
        self._see_what_was_set()
        if self._score is None:
            with one_thread(), np.errstate(all="ignore"):
                self._score = evaluate(self.network, self.task)
            self._scores.add(self.iteration, self.task, self._score)
        return self._score

    @property
    def solved_at(self) -> int | None:
        """Iteration from which on the task is solved, by its scores; see `ScoreTracker`."""
        return self._scores.solved_at(self.iteration)

    def choose_probe(self, index: int) -> None:
        """Choose another probe; the traces of the old one are dropped.

        Raises
        ------
        ValueError
            If there is no such probe; nothing is changed then.
        """
        self._see_what_was_set()
        self.probe = self.task.probe(index)
        self._trace = None
        self.recording.clear()
        self.recording.add(self.trace())

    def link(self) -> str:
        """Return the link that leads to this run as it stands now; `rnnviz.open` opens it.

        Append it to the app's address after a `?`. A warning tells what a link can't hold: weights
        that were set by hand.
        """
        # Here, for a link is made of what stands on this floor.
        from rnnviz.link import experiment_of, write

        opened = experiment_of(self)
        for problem in opened.problems:
            warnings.warn(problem, stacklevel=2)
        return write(opened.experiment)

    @property
    def last_good_iteration(self) -> int:
        """Iteration to which `restore_last_good` returns: the one with the lowest loss so far."""
        return self._best.iteration

    def restore_last_good(self) -> None:
        """Return to the state with the lowest loss so far, or to the start if there is none.

        Live settings and interventions stay as they are now; any difference is recorded as a mark.
        """
        self._see_what_was_set()
        best, now = self._best, self._setup
        self._restore(best)
        self.network.intervene(*now.interventions)
        self._seen.remember()
        self._trace = self._score = None
        self._use(now.config)
        self._changes.add(best, now, best)

    @property
    def _setup(self) -> Setup:
        return Setup(self.config, self.network.interventions)

    def _see_what_was_set(self) -> None:
        """Detect weights and interventions that were set directly on the network."""
        seen = self._seen
        same_weights = seen.same_weights
        if same_weights and seen.same_interventions:
            return
        setup = Setup(self.config, seen.interventions)
        before = replace(self._state(), flat=seen.flat.copy(), setup=setup)
        seen.remember()
        self._trace = self._score = None
        also: dict[Hashable, str] = {} if same_weights else {"weights": "weights set by hand"}
        self._changes.add(before, self._setup, self._best, also)
        if not same_weights:
            self.diverged = None
            self._rewind_recording()

    def _use(self, config: RunConfig) -> None:
        """Adopt changed live settings."""
        before, self.config = self.config, config
        if config.cut_after != before.cut_after:
            self._trace = None
        if config.batch_size != before.batch_size:
            self.network.free_buffers()  # a slider that is dragged would leave buffers of each size
        self.updater.use(config)

    def _state(self, loss: float = math.nan, generator: Mapping[str, Any] | None = None) -> State:
        """Copy the current state; `generator` is that before the batch, if one was drawn."""
        return State(
            iteration=self.iteration,
            loss=loss,
            setup=self._setup,
            flat=self.network.flat.copy(),
            optimizer=self.updater.state(),
            generator=generator or self._generator.bit_generator.state,
            diverged=self.diverged,
            changes=self._changes.count,
            left=self.updater.left,
        )

    def _restore(self, state: State) -> None:
        """Return to a state of this run, and drop everything after it."""
        self.network.flat[:] = state.flat
        self.network.intervene(*state.setup.interventions)
        self._seen.remember()
        self._generator.bit_generator.state = state.generator
        self.config = state.setup.config
        self.updater.restore(state.setup.config, state.optimizer, state.left)
        self.iteration, self.diverged = state.iteration, state.diverged
        self._trace = self._score = None
        self.history.rewind(state.iteration)
        self._changes.rewind(state)
        self._rewind_recording()

    def _rewind_recording(self) -> None:
        """Drop the traces after this iteration, and keep at least one."""
        self.recording.rewind(self.iteration)
        kept = self.recording.traces
        if not kept or not self._was_made_so(kept[-1]):
            self.recording.rewind(self.iteration - 1)
            if not len(self.recording):
                self.recording.clear()
            self.recording.add(self.trace())

    def _was_made_so(self, trace: Trace) -> bool:
        """Tell whether a trace is of an earlier iteration, or of the current state of this one."""
        return trace.iteration < self.iteration or (
            (trace.interventions, trace.truncate)
            == (self.network.interventions, self.config.cut_after)
            and same_bits(trace.weights, self.network.flat)
        )

    def _learn(self, batch: Batch) -> float:
        return self.network.learn(
            batch.x,
            batch.y,
            batch.mask,
            loss=self.task.loss,
            truncate=self.config.cut_after,
            answering=batch.answering,
        )

    def _make_trace(self, weights_before: NDArray[np.floating] | None = None) -> Trace:
        trace = make_trace(self.network, self.task, self.probe, self.config, self.iteration)
        if weights_before is None:
            return trace
        with np.errstate(all="ignore"):
            return replace(trace, update=self.network.flat - weights_before)


def can_learn(task: Task) -> bool:
    """Tell whether a task has outputs and targets to compare."""
    return bool(task.output_labels) and has_targets(task)


def nothing_to_measure(task: Task) -> str:
    """Say why there is neither a loss nor a gradient where a task has nothing to learn from."""
    why = "No step has a target" if task.output_labels else "This network has no readout"
    return f"{why}, so there are no loss, no score and no gradients."


def nothing_to_learn(task: Task) -> str:
    """Say why a network cannot be trained with a task that gives it nothing to learn from."""
    if not task.output_labels:
        return "There is nothing to learn: this network has no readout, and can only be looked at."
    return "There is nothing to learn: no step has a target, so the network can only be looked at."


def _radius(config: RunConfig) -> float:
    """Return the spectral radius where the initial weights have one to choose."""
    return config.spectral_radius if config.initial_weights in WITH_RADIUS else 1.0
