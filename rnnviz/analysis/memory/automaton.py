"""The smallest automaton that answers as a network does, read from its hidden states.

The states of many time steps are divided into many small clusters (k-means), and clusters that
answer alike and lead alike become one state of the automaton (`merging`). A cluster whose points
lead to different places is divided first. What comes out is measured on other sequences, and on
longer ones. Omlin and Giles (1996) cluster the hidden states likewise; Weiss, Goldberg and Yahav
(2018) divide them where the network contradicts the automaton.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.memory.clusters import k_means
from rnnviz.analysis.memory.hypothesis import Hypothesis
from rnnviz.analysis.memory.machine import MOST_STATES, Automaton
from rnnviz.analysis.memory.symbols import (
    Alphabet,
    Codes,
    Reading,
    answers_of,
    read,
    symbols_of,
)
from rnnviz.engine import Network
from rnnviz.tasks.task import Batch, Task, has_targets
from rnnviz.training import Trainer

#: Points that are clustered, unless told otherwise.
STATES = 5_000
_ENOUGH = 0.995
#: Numbers of clusters to begin with, and whether these are grouped by the answers to be expected.
_FORESEEN = (64, True)
_TRIED = ((24, False), _FORESEEN, (96, False))
#: If fewer of the steps are asked than this share, what is to be expected comes first.
_OFTEN = 0.25
_TRIED_IF_LATE = (_FORESEEN, (128, True), (24, False))
_BETTER = 1e-3
_BORDERS = 3
_MANY_SYMBOLS, _MORE_OFTEN = 12, 5
_MOST_CLUSTERS = 256
_ROUNDS = 4
_FEWEST_SEQUENCES = 12
#: Numbers of states in one reading.
_MOST_NUMBERS = 1_000_000
#: As many readings, in bytes, are held at once: points, and what is computed with them, included.
_HELD = 11
_DRAWS = 92_821  # beside a seed: sequences that no run, evaluation or probe draws


class Extraction:
    """Reads an automaton from a network, in slices.

    Parameters
    ----------
    network
    task
    states
        About how many points are clustered, 100 or more.
    seed
        Of the sequences and of the clustering.
    checked
        Whether `refuse` found nothing against this task and architecture.

    Attributes
    ----------
    found : Automaton or None
        The automaton, once it is done.
    progress : float
        About how much is done, 0..1.
    nbytes : int
        Estimated maximum of its memory.

    Raises
    ------
    ValueError
        If there can be no automaton: no state, no symbols, no answers, or weights that are not
        finite. The sentence says why.
    """

    def __init__(
        self,
        network: Network,
        task: Task,
        states: int = STATES,
        seed: int = 0,
        checked: bool = False,
    ) -> None:
        if not checked:
            refuse(network, task)
        refuse_weights(network)
        if states < 100:
            raise ValueError(f"states must be 100 or more, got {states}")
        self.found: Automaton | None = None
        self.progress = 0.0
        self._network, self._task = network, task
        self._states, self._seed = states, seed
        steps = task.length * _sequences(network, task.length, states)
        self.nbytes = _HELD * steps * _size(network) * network.dtype.itemsize
        self._work = self._steps()

    @property
    def done(self) -> bool:
        """Whether the automaton is found."""
        return self.found is not None

    def advance(self, seconds: float) -> None:
        """Work for about this long."""
        end = time.perf_counter() + seconds
        while self.found is None and time.perf_counter() < end:
            next(self._work, None)

    def _steps(self) -> Iterator[None]:
        generator = np.random.default_rng([self._seed, _DRAWS])
        count = _sequences(self._network, self._task.length, self._states)
        used_batch = self._task.sample(generator, count)
        yield
        self._alphabet = Alphabet(self._task, _rows_within(used_batch))
        self._answers = answers_of(self._task)
        used = yield from self._read(self._task, used_batch)
        check = yield from self._read(self._task, self._task.sample(generator, count))
        seen = [used.symbols, check.symbols]
        # Of many symbols some are rare: their arrows are counted on more sequences.
        often = _MORE_OFTEN if len(self._alphabet.words) > _MANY_SYMBOLS else 0
        more = []
        for _ in range(often):
            more.append(self._task.sample(generator, count))
            seen.append((yield from symbols_of(self._alphabet, more[-1])))
        held_out = yield from self._read(self._task, self._task.sample(generator, count))
        is_new = _are_new(held_out.symbols, seen)
        unseen = bool(is_new.any())
        held_out = held_out.only(is_new if unseen else _first_of_each(held_out.symbols))
        self.progress = 0.1
        yield
        best = Hypothesis.begun(used)
        generator = np.random.default_rng([self._seed, _DRAWS, 1])
        tried = _tried(used)
        for number, (clusters, foresee) in enumerate(tried):
            best = yield from self._bettered(best, check, clusters, foresee, generator)
            self.progress = 0.1 + 0.8 * (number + 1) / len(tried)
            if best.quality >= _ENOUGH:
                break
        best = yield from self._drawn_anew(best, check, generator)
        for batch in more:
            best = yield from best.counted_on((yield from self._read(self._task, batch)))
        longer, reason = yield from self._longer(generator)
        self.found = yield from best.automaton(
            self._alphabet, self._answers, held_out, unseen, longer, reason,
            (self._task.length, 2 * self._task.length), _note(self._network),
        )  # fmt: skip
        self.progress = 1.0

    def _read(self, task: Task, batch: Batch) -> Generator[None, None, Reading]:
        return read(self._network, task, self._alphabet, self._answers, batch)

    def _longer(
        self, generator: np.random.Generator
    ) -> Generator[None, None, tuple[Reading | None, str]]:
        task = _twice_as_long(self._task)
        if task is None:
            return None, "There are no sequences of twice the length to compare."
        count = _sequences(self._network, task.length, self._states)
        return (yield from self._read(task, task.sample(generator, count))), ""

    def _drawn_anew(
        self, best: Hypothesis, check: Reading, generator: np.random.Generator
    ) -> Generator[None, None, Hypothesis]:
        """Draw the borders anew where the machine answers well, but states are confused."""
        for _ in range(_BORDERS):
            small = best.groups.max() < MOST_STATES
            if best.quality >= _ENOUGH or not small:
                break
            trial = yield from best.drawn_anew(generator)
            trial = replace(trial, quality=(yield from trial.shares(check, True)).least)
            if trial.quality <= best.quality + _BETTER:
                break
            best = trial
        return best

    def _bettered(
        self,
        best: Hypothesis,
        check: Reading,
        clusters: int,
        foresee: bool,
        generator: np.random.Generator,
    ) -> Generator[None, None, Hypothesis]:
        """Begin anew with so many clusters, and divide them; return the best hypothesis so far.

        They are compared on sequences from which they were not read.
        """
        trial = Hypothesis.begun(best.used)
        centers = yield from k_means(trial.points, clusters, generator)
        for _ in range(_ROUNDS):
            trial = yield from trial.clustered(centers, foresee)
            trial = replace(trial, quality=(yield from trial.shares(check, True)).least)
            if trial.quality > best.quality + _BETTER:
                best = trial
            more = yield from trial.divided()
            if more is None or len(more) > _MOST_CLUSTERS or best.quality >= _ENOUGH:
                break
            centers = more
        return best


def _tried(used: Reading) -> tuple[tuple[int, bool], ...]:
    """Return with how many clusters to begin, and whether to group them by what is to be expected.

    Where few steps are asked, that comes first: answers alone tell few clusters apart.
    """
    often = (used.answers >= 0).sum() >= _OFTEN * used.there.sum()
    return _TRIED if often else _TRIED_IF_LATE


def automaton(
    trainer: Trainer, *, iteration: int | None = None, states: int = STATES, seed: int = 0
) -> Automaton:
    """Read the smallest automaton that answers as the network of a run does.

    Parameters
    ----------
    trainer
    iteration
        The kept iteration at or before this one; None takes the network as it is.
    states
        About how many points of the state space are used, 100 or more.
    seed
        Of the sequences and of the clustering.

    Returns
    -------
    Automaton

    Raises
    ------
    ValueError
        If there can be none; the sentence says why.

    Examples
    --------
    >>> trainer = rnnviz.Trainer(rnnviz.RunConfig(task="parity", cell="gru"))
    >>> trainer.advance(iterations=400)
    >>> rnnviz.analysis.automaton(trainer).sentence
    """
    work = Extraction(network_at(trainer, iteration), trainer.task, states, seed)
    while not work.done:
        work.advance(1.0)
    assert work.found is not None
    return work.found


def network_at(trainer: Trainer, iteration: int | None) -> Network:
    """Return a separate network: that of a kept iteration, or as it is now."""
    if iteration is None:
        return trainer.network.copy()
    return trainer.network_of(trainer.recording.at(iteration))


def refuse_weights(network: Network) -> None:
    """Raise `ValueError` if weights are not finite."""
    if not np.isfinite(network.flat).all():
        raise ValueError("Training has diverged: weights are not finite, so there are no states.")


def refuse(network: Network, task: Task) -> None:
    """Raise `ValueError`, with the reason, if no network like this can have an automaton."""
    architecture = network.architecture
    if not architecture.cell_type.state_names:
        raise ValueError(
            "A feed-forward network has no state: it sees a window of inputs, and nothing of it is "
            "kept from step to step."
        )
    if architecture.bidirectional:
        raise ValueError(
            "A bidirectional network reads a sequence from both ends. An automaton reads it from "
            "left to right, so it cannot answer alike."
        )
    if not architecture.has_readout:
        raise ValueError("Without a readout there are no answers that an automaton could give.")
    evaluation = task.evaluation()
    if network.zero_before(evaluation.answering) is not None:
        raise ValueError(
            "In this task the state is set to zero before the answers. What was read reaches them "
            "over attention alone, so no automaton of hidden states can give them."
        )
    answers_of(task)
    Alphabet(task, _rows_within(evaluation))


def _note(network: Network) -> str:
    if network.architecture.attends:
        return (
            "With attention the answer also depends on earlier hidden states, which the automaton "
            "does not see."
        )
    return ""


def _rows_within(batch: Batch) -> NDArray[Any]:
    """Return the inputs up to the last step with a target, (N, 1, D), or (N, 1) of int."""
    if batch.mask is None or not batch.mask.any():
        return batch.x
    within = batch.mask[::-1].cumsum(axis=0)[::-1] > 0
    return np.asarray(batch.x[within])[:, None]


def _sequences(network: Network, length: int, states: int) -> int:
    """Return how many sequences give about so many states, within the memory for them."""
    return max(_FEWEST_SEQUENCES, min(states, _MOST_NUMBERS // _size(network)) // length)


def _size(network: Network) -> int:
    """Return the most numbers that the states of all layers can be."""
    architecture = network.architecture
    return architecture.hidden_size * architecture.layers * 2


def _twice_as_long(task: Task) -> Task | None:
    """Return the same task with sequences of twice the length; None if there is no such one."""
    setting = next((field for field in task.fields if field.name == "length"), None)
    if setting is None or not has_targets(task):
        return None
    try:
        longer: Task = replace(task, length=2 * task.length)  # type: ignore[type-var]
    except (TypeError, ValueError):
        return None
    same = (longer.input_names, longer.output_labels) == (task.input_names, task.output_labels)
    return longer if same and longer.length == 2 * task.length else None


def _are_new(symbols: Codes, others: Sequence[Codes]) -> NDArray[np.bool_]:
    """Return which sequences (T, B) are not among the others."""
    known = {column.tobytes() for other in others for column in other.T}
    return np.array([column.tobytes() not in known for column in symbols.T])


def _first_of_each(symbols: Codes) -> NDArray[np.bool_]:
    """Return which sequences (T, B) differ from all before."""
    known: set[bytes] = set()
    first = []
    for column in symbols.T:
        first.append(column.tobytes() not in known)
        known.add(column.tobytes())
    return np.array(first)
