"""Fixed points of a run: from its network, task and a chosen input to a search, and to answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnviz.analysis.memory.resting_search import GIVEN, NO_INPUT, FixedPoints, Search
from rnnviz.analysis.memory.states import (
    input_alphabet,
    sequences_of,
    target_alphabet,
    there,
)
from rnnviz.engine import Network, StepMap
from rnnviz.fields import shown
from rnnviz.numbers import number
from rnnviz.recording import Trace
from rnnviz.tasks.task import Task, has_targets
from rnnviz.training import Trainer
from rnnviz.training.threads import one_thread

#: States are taken from that many evaluation sequences at most.
_SEQUENCES = 64
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
    """Return the states of some evaluation sequences after each step that they have, (N, S)."""
    batch, _ = sequences_of(network, task, _SEQUENCES)
    records = network.observe(batch.x, batch.answering)
    columns = [getattr(records[layer], letter) for layer, letter, _ in step_map.parts]
    return np.concatenate(columns, axis=2)[there(batch).T].astype(np.float64)


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
        return held, GIVEN
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
    alphabet = input_alphabet(task)
    return step_map.inputs(place if alphabet is None else alphabet.rows[place]), inputs


def symbols(task: Task) -> tuple[str, ...]:
    """Return the names of the different inputs; empty where there are too many, or numbers."""
    if task.embedding_size is not None:
        return tuple(str(name) for name in task.symbols()["symbol"])
    alphabet = input_alphabet(task)
    return () if alphabet is None else alphabet.names


def answers(task: Task, outputs: NDArray[np.float64]) -> tuple[str, ...]:
    """Say what outputs (N, K) mean: the likeliest class, the nearest target, or the numbers."""
    if task.loss == "cross_entropy":
        return tuple(task.output_labels[place] for place in outputs.argmax(axis=1))
    targets = target_alphabet(task) if has_targets(task) else None
    if targets is not None:
        return tuple(targets.names[place] for place in targets.nearest(outputs))
    mean, deviation = task.scale
    return tuple(", ".join(number(value, 2) for value in row * deviation + mean) for row in outputs)


def _outputs(step_map: StepMap, found: FixedPoints) -> NDArray[np.float64] | None:
    try:
        return step_map.outputs(found.points)
    except ValueError:  # the readout sees more than the state, or there is none
        return None
