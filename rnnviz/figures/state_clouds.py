"""From the measured states of a run to the picture of its state space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.memory.clouds import Cloud, Clouds
from rnnviz.analysis.memory.states import Labels, States, target_alphabet
from rnnviz.engine import spec_of
from rnnviz.figures.state_space import Colouring, Points, ProbePath, StateSpace
from rnnviz.recording import Trace
from rnnviz.training import Trainer

Array = NDArray[Any]


@dataclass(frozen=True)
class Found:
    """What else was found in the state space, to be drawn into it.

    Parameters
    ----------
    fixed
        Fixed points by iteration, as `figures.fixed_point_charts.fixed_points_json` describes them.
    machine
        The automaton, as `figures.automaton.machine_json` describes it.
    groups : arrays (N,) by iteration
        The state of the automaton that each point belongs to, -1 for none.
    group_names
        Of the states of the automaton.
    """

    fixed: Mapping[int, Any] = field(default_factory=dict)
    machine: Mapping[str, Any] | None = None
    groups: Mapping[int, Array] = field(default_factory=dict)
    group_names: Sequence[str] = ()


class RunSpace:
    """The state space of a run, drawn again and again as it grows.

    Parameters
    ----------
    clouds : Clouds
        Of the trainer's run.
    trainer : Trainer
    """

    def __init__(self, clouds: Clouds, trainer: Trainer) -> None:
        self.clouds, self._trainer = clouds, trainer
        task = trainer.task
        classes = task.loss == "cross_entropy"
        self._alphabet = None if classes else target_alphabet(task)
        self._names: tuple[str, ...] = ()
        if classes:
            self._names = tuple(task.output_labels)
        elif self._alphabet is not None:
            self._names = self._alphabet.names

    def picture(
        self,
        newest: Cloud | None = None,
        *,
        run: str = "",
        about: str = "",
        found: Found | None = None,
    ) -> StateSpace:
        """Return the picture of all clouds that are known.

        Parameters
        ----------
        newest
            The cloud of the present network, which need not be kept; see `Clouds.of`.
        run
            Name of the run. Another name starts the picture anew.
        about
            What is measured, in a few words: it stands above the picture.
        found
            What else is drawn.
        """
        clouds, found = self.clouds, found or Found()
        known = list(clouds.clouds)
        if newest is not None and all(each.iteration != newest.iteration for each in known):
            known = sorted([*known, newest], key=lambda cloud: cloud.iteration)
        states = clouds.states
        spec = spec_of(self._trainer.config.cell)
        labels = {each.letter: each.label for each in spec.states}
        return StateSpace(
            known,
            Points(
                states.sequences[clouds.sequence],
                clouds.step,
                _colourings(states, clouds.sequence, clouds.step, known, found),
            ),
            self._probe(known),
            letter=clouds.letter,
            label=labels.get(clouds.letter, clouds.letter),
            run=run,
            about=about,
            fixed=found.fixed,
            machine=found.machine,
        )

    def _probe(self, clouds: Sequence[Cloud]) -> ProbePath:
        """Describe the probe's symbols, and what the network answers at these iterations."""
        trainer = self._trainer
        newest = trainer.trace()
        traces = {trace.iteration: trace for trace in trainer.recording.traces}
        traces[newest.iteration] = newest
        at = [cloud.iteration for cloud in clouds if cloud.iteration in traces]
        targets = [
            label if scored else ""
            for label, scored in zip(newest.target_labels, newest.scored, strict=True)
        ]
        answers = {iteration: self._answers(traces[iteration]) for iteration in at}
        return ProbePath(trainer.probe.name, newest.input_labels, targets, answers, self._names)

    def _answers(self, trace: Trace) -> Array:
        """Return the answer at each time step, (T,): a class; or a number, in units of the data."""
        outputs = np.asarray(trace.outputs, dtype=np.float64)
        if self._alphabet is not None:
            nearest = self._alphabet.nearest(outputs)
            return np.where(nearest >= 0, nearest, np.nan)
        if not outputs.shape[1]:  # no readout, so no answers
            return np.full(len(outputs), np.nan)
        if not self._names:
            return trace.unscale(outputs)[:, 0]
        known = np.isfinite(outputs.sum(axis=1))
        likeliest = np.where(known[:, None], outputs, 0).argmax(axis=1)
        return np.where(known, likeliest, np.nan)


def _colourings(
    states: States, sequence: Array, step: Array, clouds: Sequence[Cloud], found: Found
) -> list[Colouring]:
    """Return the ways to colour the points, the most telling one first."""
    colourings = [
        _coloured("target", states.targets, states.target_numbers, sequence, step),
        _coloured("input", states.inputs, states.input_numbers, sequence, step),
    ]
    answers = {
        cloud.iteration: cloud.answers
        for cloud in clouds
        if states.answers is not None and cloud.answers is not None
    }
    if answers and states.answers is not None:
        colourings.append(Colouring("answer", "answer", answers, states.answers.names))
    colourings.append(Colouring("position", "time step", np.asarray(step)))
    if found.groups:
        colourings.append(
            Colouring("group", "state of the automaton", found.groups, found.group_names)
        )
    return [each for each in colourings if each is not None]


def _coloured(
    name: str, labels: Labels | None, numbers: Array | None, sequence: Array, step: Array
) -> Colouring | None:
    """Return the colouring by a symbol, or by the first number; None where there is neither."""
    if labels is not None:
        return Colouring(name, name, labels.of[sequence, step], labels.names)
    if numbers is not None:
        return Colouring(name, name, numbers[sequence, step, 0])
    return None
