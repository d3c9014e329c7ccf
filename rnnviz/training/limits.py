"""How much memory and time a run takes, and what is too much for a shared server.

Everything that a run allocates is counted: parameters, their gradients and optimiser, a batch and
its buffers, the evaluation, the trace of the probe, and the history. The time is that of one turn,
the smallest amount of work of a run: one iteration, one trace, one evaluation. It is an estimate
(`engine/cost.py`), at the pace of this machine if a server has measured that (`pace.py`); the
number of sequences of an evaluation is the same on all machines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from rnnviz.engine import WITHOUT_MEMORY
from rnnviz.engine.architecture import Architecture
from rnnviz.engine.cost import (
    buffer_bytes,
    itemsize,
    learning_s,
    parameter_bytes,
    parameter_count,
    passing_bytes,
    predicting_s,
    stacked_bytes,
    stacking_gains,
)
from rnnviz.recording import recording
from rnnviz.recording.history import COLUMNS
from rnnviz.tasks.answered import Answered
from rnnviz.tasks.task import Batch, Task
from rnnviz.training import changes
from rnnviz.training.config import RECURRENT, WITH_RESET, RunConfig
from rnnviz.training.pace import pace

#: Maximum megabytes of one run, or of several side by side; the whole app should fit in 1 GB.
MOST_MB = 200.0
#: Maximum megabytes of a race: less than a third of what all visitors have.
MOST_RACE_MB = 300.0
#: Maximum milliseconds of one turn, as estimated. Drawing adds to it, and a busy server is slower.
MOST_TURN_MS = 100.0
#: Maximum seconds of an evaluation, as estimated; where it would take longer, it uses fewer
#: sequences.
EVALUATION_S = 0.03
#: Maximum megabytes of the buffers of an evaluation.
EVALUATION_MB = 24.0

#: Minimum number of sequences of an evaluation, however long it takes: fewer would mean nothing.
FEWEST_EVALUATED = 8

#: Maximum number of vectors as long as the parameters: an optimiser's four, the best state's three,
#: what a trace and its two records take, and the gradient's squares.
_VECTORS = 12
#: What a run of a race keeps: of its traces, so many; of its history, every row up to so many, then
#: every second one, and so on.
RACED_TRACES, RACED_ROWS = 2, 4096
#: Bytes of a history that is full.
_HISTORY_BYTES = 3_200_000
#: Seconds for each number of a batch that is drawn.
_DRAWN_S = 2e-9

#: A planned run: its settings, and its task.
Planned = tuple[RunConfig, Task]


def architecture_of(config: RunConfig, task: Task) -> Architecture:
    """Return the architecture of the network of a run."""
    return Architecture(
        cell=config.cell,
        input_size=task.input_size,
        embedding_size=task.embedding_size,
        hidden_size=config.hidden_size,
        output_size=len(task.output_labels),
        layers=config.layers,
        dtype=config.dtype,
        window=config.window if config.cell in WITHOUT_MEMORY else 1,
        attention=config.attention if config.cell in RECURRENT and not config.two_ways else "none",
        reset=config.reset if config.cell in WITH_RESET else "after",
        bidirectional=config.two_ways,
    )


def evaluated(
    architecture: Architecture, task: Task, also: Sequence[Architecture] = ()
) -> tuple[Batch, Batch | None]:
    """Return the sequences of an evaluation, and the held-out ones, that can be afforded.

    All of them if that takes at most `EVALUATION_S` and `EVALUATION_MB`, else as many as do, evenly
    spread, but at least `FEWEST_EVALUATED` of each. The arrays are views.

    Parameters
    ----------
    architecture
    task
    also
        Other networks that are to be evaluated on the same sequences.
    """
    batch, held_out = task.evaluation(), task.held_out()
    share, all_of_them = 1 / _passes(task), (architecture, *also)
    if held_out is None:
        return _afforded(all_of_them, batch, share), None
    return _afforded(all_of_them, batch, share / 2), _afforded(all_of_them, held_out, share / 2)


def _passes(task: Task) -> int:
    """Return how often an evaluation runs over its sequences.

    Where the network answers freely, also once with the true answers.
    """
    return 2 if isinstance(task, Answered) else 1


def _afforded(architectures: Sequence[Architecture], batch: Batch, share: float) -> Batch:
    """Return the sequences for which this share of the limits of an evaluation is enough."""
    steps, there = batch.x.shape[:2]
    most = min(_most_evaluated(each, steps, share) for each in architectures)
    if most >= there:
        return batch
    every = slice(None, None, -(-there // most))
    mask = None if batch.mask is None else batch.mask[:, every]
    return replace(batch, x=batch.x[:, every], y=batch.y[:, every], mask=mask)


@lru_cache(maxsize=128)
def _most_evaluated(architecture: Architecture, steps: int, share: float) -> int:
    """Return for how many sequences a share of what an evaluation may take is enough.

    Asked at every tick of every visitor, so it is worked out once.
    """
    calls_s = predicting_s(architecture, steps, 0)
    each_s = predicting_s(architecture, steps, 1) - calls_s
    each_mb = (buffer_bytes(architecture, steps, 33) - buffer_bytes(architecture, steps, 1)) / 32e6
    in_time = int((share * EVALUATION_S - calls_s) / each_s)
    return max(FEWEST_EVALUATED, min(in_time, int(share * EVALUATION_MB / each_mb)))


def _sequence_counts(architecture: Architecture, task: Task) -> list[int]:
    """Return how many sequences each pass of an evaluation uses."""
    counts = [part.x.shape[1] for part in evaluated(architecture, task) if part is not None]
    return counts * _passes(task)


def memory_mb(config: RunConfig, task: Task) -> float:
    """Estimate the maximum megabytes of a run: its working memory, and what it keeps."""
    return working_mb(config, task) + _kept_bytes(config, task) / 1e6


def working_mb(config: RunConfig, task: Task) -> float:
    """Estimate the maximum megabytes of a run, without the recording, history and undo."""
    architecture, T, B = architecture_of(config, task), task.length, config.batch_size
    looked_at = _sequence_counts(architecture, task)
    vectors = _VECTORS * parameter_count(architecture) * itemsize(architecture)
    buffers = sum(buffer_bytes(architecture, T, count) for count in {1, B, *looked_at})
    if isinstance(task, Answered):  # what runs freely has buffers of its own
        buffers += buffer_bytes(architecture, T, max(looked_at))
    passing = max(passing_bytes(architecture, T, count) for count in (B, *looked_at))
    sets = (part for part in (task.evaluation(), task.held_out()) if part is not None)
    drawn = T * B * _numbers(task) * 8 + sum(_batch_bytes(part) for part in sets)
    return (parameter_bytes(architecture) + vectors + buffers + passing + drawn) / 1e6


def training_mb(config: RunConfig, task: Task) -> float:
    """Estimate the megabytes of a run that only trains, and lets go of what a look at it took."""
    architecture, T, B = architecture_of(config, task), task.length, config.batch_size
    vectors = _VECTORS * parameter_count(architecture) * itemsize(architecture)
    buffers = buffer_bytes(architecture, T, B) + passing_bytes(architecture, T, B)
    drawn = T * B * _numbers(task) * 8
    return (parameter_bytes(architecture) + vectors + buffers + drawn) / 1e6


def _kept_bytes(config: RunConfig, task: Task) -> int:
    """Return the maximum bytes of what is kept of the past."""
    architecture, trace = architecture_of(config, task), _trace_bytes(config, task)
    traces = max(trace, min(recording.MAX_BYTES, recording.MAX_TRACES * trace))
    # Two states: weights, and two moments of the optimiser.
    change = 2 * 3 * parameter_count(architecture) * itemsize(architecture)
    undo = max(change, min(changes.MOST_BYTES, changes.MOST_UNDOS * change))
    return traces + undo + _HISTORY_BYTES


def _trace_bytes(config: RunConfig, task: Task) -> int:
    """Return the bytes of a trace."""
    architecture = architecture_of(config, task)
    each, weights = itemsize(architecture), parameter_count(architecture)
    spec = architecture.cell_type.spec
    # For each state, its values and two gradients are kept.
    traced = len(spec.gates) + 3 * len(spec.states)
    of_step = architecture.recorded_layers * config.hidden_size * traced + _numbers(task)
    if architecture.attends:
        # Three matrices over pairs of steps, and norms, which are float64 always; two sums and four
        # parts of a gradient.
        of_step += (3 + 8 // each) * task.length + 6 * config.hidden_size
    return (task.length * of_step + 2 * weights) * each


def _numbers(task: Task) -> int:
    """Return how many numbers a time step takes: inputs, targets, and what they come from."""
    wide = 1 if task.embedding_size is not None else task.input_size
    return wide + (1 if task.loss == "cross_entropy" else len(task.output_labels)) + 4


def _batch_bytes(batch: Batch) -> int:
    return batch.x.nbytes + batch.y.nbytes + (0 if batch.mask is None else batch.mask.nbytes)


def turn_ms(config: RunConfig, task: Task) -> float:
    """Estimate the milliseconds of an iteration, a trace and an evaluation."""
    return iteration_ms(config, task) + observation_ms(config, task)


def iteration_ms(config: RunConfig, task: Task) -> float:
    """Estimate the milliseconds of an iteration."""
    architecture = architecture_of(config, task)
    numbers = task.length * config.batch_size * _numbers(task)
    taken_s = learning_s(architecture, task.length, config.batch_size) + numbers * _DRAWN_S
    return 1e3 * pace() * taken_s


def observation_ms(config: RunConfig, task: Task) -> float:
    """Estimate the milliseconds of a trace and an evaluation."""
    architecture, T = architecture_of(config, task), task.length
    looked_at = _sequence_counts(architecture, task)
    evaluation_s = sum(predicting_s(architecture, T, count) for count in looked_at)
    return trace_ms(config, task) + 1e3 * pace() * evaluation_s


def check_runs(*runs: Planned, in_step: bool = False) -> None:
    """Refuse a run, or several side by side, that would take too much of a shared server.

    Side by side, the memory of all runs is added up, and so is the time of their traces and
    evaluations. Of the iterations only the longest counts if they come one at a time; all count if
    each turn does one iteration of every run.

    Parameters
    ----------
    *runs : pair of RunConfig and Task
    in_step
        Whether all runs are always at the same iteration.

    Raises
    ------
    ValueError
        If they would need more than `MOST_MB`, or one turn more than `MOST_TURN_MS`. The message
        gives the numbers, and what to make smaller. Also if a network would read backward what it
        has to answer.
    """
    if any(config.two_ways and isinstance(task, Answered) for config, task in runs):
        raise ValueError(
            "This task is answered symbol by symbol, and a network that reads in both directions "
            "would see each answer before it gives it: turn off “Both directions”, or choose "
            "another task."
        )
    needed = sum(memory_mb(*run) for run in runs)
    if needed > MOST_MB:
        wanted = f"{needed:,.0f} MB of memory"
        raise ValueError(_refusal(runs, wanted, f"{MOST_MB:.0f} MB", in_step))
    iterations = [iteration_ms(*run) for run in runs]
    taken = sum(iterations) if in_step else max(iterations)
    taken += sum(observation_ms(*run) for run in runs)
    if taken > MOST_TURN_MS:
        wanted = f"{taken:,.0f} ms for an iteration"
        raise ValueError(_refusal(runs, wanted, f"{MOST_TURN_MS:.0f} ms", in_step))


def stacked_mb(config: RunConfig, task: Task, runs: int) -> float:
    """Estimate the megabytes of one pass over several runs, besides the runs themselves.

    It has the buffers of their batches, and they have none of their own.
    """
    batch = task.length * config.batch_size * _numbers(task) * 8
    return (stacked_bytes(architecture_of(config, task), runs) + runs * batch) / 1e6


def race_mb(runs: Sequence[Planned], seeds: int) -> float:
    """Estimate the maximum megabytes of a race: each of the runs with this many seeds.

    The first run of a lane is as any other. The others keep `RACED_TRACES` traces and `RACED_ROWS`
    rows of their history, and are measured one after the other in the same buffers.
    """
    others = sum(training_mb(*run) + _raced_bytes(*run) / 1e6 for run in runs)
    measured = max((working_mb(*run) for run in runs), default=0.0)
    gain = (run for run in runs if stacking_gains(architecture_of(*run), run[0].batch_size, seeds))
    passes = sum(stacked_mb(*run, seeds) for run in gain)
    return sum(memory_mb(*run) for run in runs) + measured + (seeds - 1) * others + passes


def _raced_bytes(config: RunConfig, task: Task) -> int:
    """Return the maximum bytes of what is kept of the past of a run that is not looked into."""
    return RACED_TRACES * _trace_bytes(config, task) + RACED_ROWS * 8 * len(COLUMNS)


def check_race(runs: Sequence[Planned], seeds: int) -> None:
    """Refuse a race that would take too much of a shared server.

    A turn is one iteration of all runs of a lane, or one trace and evaluation, and a trace of each
    lane to be shown.

    Parameters
    ----------
    runs : sequence of pair of RunConfig and Task
        One for each lane.
    seeds
        Number of runs of each lane.

    Raises
    ------
    ValueError
        If all together would need more than `MOST_RACE_MB`, or one turn more than `MOST_TURN_MS`.
        The message gives the numbers, and how many seeds would fit.
    """
    lanes = f"{len(runs)} lanes with {seeds} seed{'s' * (seeds > 1)} each need about"
    needed, taken = race_mb(runs, seeds), _race_turn_ms(runs, seeds)
    if needed > MOST_RACE_MB:
        wanted, most = f"{needed:,.0f} MB of memory", f"{MOST_RACE_MB:.0f} MB"
    elif taken > MOST_TURN_MS:
        wanted, most = f"{taken:,.0f} ms for an iteration", f"{MOST_TURN_MS:.0f} ms"
    else:
        return
    fewer = (count for count in range(seeds - 1, 0, -1) if _race_fits(runs, count))
    count = next(fewer, 0)
    advice = f"with {count} seed{'s' * (count > 1)} it fits" if count else "make the lanes smaller"
    raise ValueError(f"{lanes} {wanted}, and {most} are allowed: {advice}")


def _race_fits(runs: Sequence[Planned], seeds: int) -> bool:
    return race_mb(runs, seeds) <= MOST_RACE_MB and _race_turn_ms(runs, seeds) <= MOST_TURN_MS


def _race_turn_ms(runs: Sequence[Planned], seeds: int) -> float:
    """Estimate the milliseconds of a turn of a race."""
    longest = max(
        (max(seeds * iteration_ms(*run), observation_ms(*run)) for run in runs), default=0.0
    )
    return longest + sum(trace_ms(*run) for run in runs)


def trace_ms(config: RunConfig, task: Task) -> float:
    """Estimate the milliseconds of a trace."""
    architecture = architecture_of(config, task)
    copies = 1 + architecture.directions  # as `record_sequence` makes them
    return 1e3 * pace() * learning_s(architecture, task.length, copies)


def traces_ms(config: RunConfig, task: Task, iterations: int) -> float:
    """Estimate the milliseconds of all traces that a run keeps or thins out on its way."""
    return recording.traces_made(iterations) * trace_ms(config, task)


def fits(*runs: Planned, in_step: bool = False) -> bool:
    """Tell whether `check_runs` would accept them."""
    try:
        check_runs(*runs, in_step=in_step)
    except ValueError:
        return False
    return True


def _refusal(runs: Sequence[Planned], needed: str, most: str, in_step: bool) -> str:
    """Say what exceeds the limit, which sizes cause it, and what would fit."""
    config, task = max(runs, key=lambda run: memory_mb(*run))
    what = "This run needs" if len(runs) == 1 else f"{len(runs)} runs side by side need"
    sizes = [
        f"hidden units {config.hidden_size}",
        f"layers {config.layers}",
        f"batch size {config.batch_size}",
        f"length {task.length}",
        f"inputs {task.embedding_size or task.input_size}",
        f"outputs {len(task.output_labels)}",
    ]
    if architecture_of(config, task).attends:
        sizes.append(f"attention {config.attention}")
    if architecture_of(config, task).bidirectional:
        sizes[1] += " of two directions"
    if config.cell in WITHOUT_MEMORY:
        sizes.insert(4, f"window {config.window}")
    of = " of the largest" if len(runs) > 1 else ""
    return (
        f"{what} about {needed}, and {most} are allowed: make something smaller{of} "
        f"({', '.join(sizes)}){_advice(runs, in_step)}"
    )


def _advice(runs: Sequence[Planned], in_step: bool) -> str:
    """Name the largest power of 2 that would fit as a batch size, if there is one."""
    size = with_batch(runs, lambda smaller: fits(*smaller, in_step=in_step))
    return "" if size is None else f"; with batch size {size} it fits"


def with_batch(runs: Sequence[Planned], is_fine: Callable[[list[Planned]], bool]) -> int | None:
    """Return the largest power of 2, below the batch sizes of all runs, that is acceptable.

    None if there is none.
    """
    least = min(config.batch_size for config, _ in runs)
    for size in (256, 128, 64, 32, 16, 8, 4, 2, 1):
        smaller = [(replace(config, batch_size=size), task) for config, task in runs]
        if size < least and is_fine(smaller):
            return size
    return None
