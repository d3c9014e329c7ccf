"""Fixed points of a run: from its network, task and a chosen input to a search, and to answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnviz.analysis.memory.resting_search import NO_INPUT, FixedPoints, Search
from rnnviz.engine import Network, StepMap
from rnnviz.fields import shown
from rnnviz.numbers import number
from rnnviz.recording import Trace
from rnnviz.tasks.task import Task
from rnnviz.training import Trainer
from rnnviz.training.threads import one_thread

#: Numbers in all recorded states together, 16 MB, and sequences, of which there are no more.
_NUMBERS, _SEQUENCES = 2**21, 64
__all__ = ["FixedPoints", "Search", "fixed_points", "search", "search_in", "symbols"]


def fixed_points(
    trainer: Trainer,
    inputs: ArrayLike | str | None = None,
    *,
    starts: int = 256,
    iteration: int | None = None,
    layer: int | None = None,
    seed: int = 0,
) -> FixedPoints:
    """Find the states in which a trained network rests while its input stays the same.

    Parameters
    ----------
    inputs
        The input of every step: None for none (all zeros), a symbol of the task, or a vector (D,).
    starts
        How many starts Newton's method gets: a quarter of them states of the evaluation sequences,
        the others between two of these.
    iteration
        A kept iteration, or the last kept one before it; None is the network as it is now.
    layer
        One layer alone, whose inputs are then what it receives; None for all layers together.
    seed
        Of the choice of starts.

    Raises
    ------
    ValueError
        If the network has no state, or there is no such layer, symbol, or input.
    """
    trace = None if iteration is None else trainer.recording.at(iteration)
    with one_thread():
        return search(trainer, inputs, starts=starts, trace=trace, layer=layer, seed=seed).finish()


def search(
    trainer: Trainer,
    inputs: ArrayLike | str | None = None,
    *,
    starts: int = 256,
    trace: Trace | None = None,
    layer: int | None = None,
    seed: int = 0,
) -> Search:
    """Begin a search that is done in slices; `trace` is one of this run, None the newest.

    Other arguments, and errors, as in `fixed_points`.
    """
    shown_trace = trainer.trace() if trace is None else trace
    return search_in(
        trainer.network_of(shown_trace),
        trainer.task,
        inputs,
        starts=starts,
        layer=layer,
        seed=seed,
        iteration=shown_trace.iteration,
    )


def search_in(
    network: Network,
    task: Task,
    inputs: ArrayLike | str | None = None,
    *,
    starts: int = 256,
    layer: int | None = None,
    seed: int = 0,
    iteration: int | None = None,
) -> Search:
    """Begin a search in a network, as `search` does in that of a run."""
    step_map = StepMap(network, layer)
    held, given = held_input(task, network, step_map, inputs)

    def read(found: FixedPoints) -> FixedPoints:
        outputs = _outputs(step_map, found)
        return replace(
            found,
            parts=step_map.parts,
            outputs=outputs,
            answers=() if outputs is None else answers(task, outputs),
            given=given,
            iteration=iteration,
        )

    states = recorded_states(network, task, step_map)
    return Search(step_map, held, states, starts=starts, seed=seed, read=read)


def recorded_states(network: Network, task: Task, step_map: StepMap) -> NDArray[np.float64]:
    """Return the states of the evaluation sequences after each step, (N, S), at most 16 MB."""
    batch = task.evaluation()
    steps, there = batch.x.shape[:2]
    # A network keeps some ten numbers for each of a state.
    count = int(np.clip(_NUMBERS // (10 * steps * step_map.size), 1, min(there, _SEQUENCES)))
    records = network.observe(batch.x[:, :count], batch.answering)
    columns = [getattr(records[layer], letter) for layer, letter, _ in step_map.parts]
    return np.concatenate(columns, axis=2).reshape(-1, step_map.size).astype(np.float64)


def held_input(
    task: Task, network: Network, step_map: StepMap, inputs: ArrayLike | str | None
) -> tuple[NDArray[np.float64], str]:
    """Return the input that is held, (D,), and what it is called.

    Raises
    ------
    ValueError
        If there is no such symbol, or a vector does not fit.
    """
    if inputs is None:
        return np.zeros(step_map.input_size), NO_INPUT
    if not isinstance(inputs, str):
        held = step_map.inputs(inputs)
        if held.ndim != 1:
            raise ValueError(f"inputs must be one vector ({step_map.input_size},)")
        return held, "the given input"
    names = symbols(task)
    if not names:
        raise ValueError("inputs: the inputs of this task are no symbols; give a vector, or None")
    if inputs not in names:
        raise ValueError(f"inputs must be one of {', '.join(names)}, or None; got {shown(inputs)}")
    if step_map.parts[0][0] >= network.architecture.directions:
        raise ValueError(
            "inputs: a symbol is an input of the first layer; choose all layers together, or give "
            f"the layer what it receives, a vector ({step_map.input_size},)"
        )
    place = names.index(inputs)
    if network.architecture.ids:
        return step_map.inputs(place), inputs
    return np.eye(step_map.input_size)[place], inputs


def symbols(task: Task) -> tuple[str, ...]:
    """Return the names of the inputs if each step has one of them; empty where it has numbers."""
    batch = task.evaluation()
    names = tuple(task.input_names)
    if batch.x.ndim == 2:
        return tuple(str(name) for name in task.symbols()["symbol"])
    is_one = np.isin(batch.x, (0, 1)).all() and (batch.x.sum(axis=2) <= 1).all()
    return names if is_one and len(names) == batch.x.shape[2] else ()


def answers(task: Task, outputs: NDArray[np.float64]) -> tuple[str, ...]:
    """Say what outputs (N, K) mean: the likeliest class, or the numbers."""
    if task.loss == "cross_entropy":
        return tuple(task.output_labels[place] for place in outputs.argmax(axis=1))
    return tuple(", ".join(number(value, 2) for value in row) for row in outputs)


def _outputs(step_map: StepMap, found: FixedPoints) -> NDArray[np.float64] | None:
    try:
        return step_map.outputs(found.points)
    except ValueError:  # the readout sees more than the state, or there is none
        return None
