"""A second run beside a first one: another cell, or no attention; all else the same, in step.

Whatever is done to the first run leaves a mark with its iteration, so the second can follow. At
each iteration the second is the run that it would have been if the same had been done to it alone.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

from rnnviz.engine import CELLS, Hold, Intervention, ShiftForgetBias, gate_label, spec_of
from rnnviz.engine.architecture import layer_names
from rnnviz.training.changes import SetupPeriod
from rnnviz.training.config import CHOICE_LABELS, FIELD, RECURRENT, RunConfig
from rnnviz.training.limits import check_runs
from rnnviz.training.marks import Setup
from rnnviz.training.trainer import Trainer

#: In the place of a cell: the first run's own, without the attention that the first has.
WITHOUT_ATTENTION = "plain"

#: Number of setups whose counterpart is cached: a dragged slider makes many.
_MOST_REMEMBERED = 500


def usual_companion(cell: str) -> str:
    """Return the most instructive cell to compare with: one with gates, or one without."""
    return "rnn" if cell == "lstm" else "lstm"


def can_stand_beside(config: RunConfig) -> list[str]:
    """Return what can be the second beside a run of these settings."""
    cells = [cell for cell in FIELD["cell"].choices or () if cell != config.cell]
    attends = config.attention != "none" and config.cell in RECURRENT and not config.two_ways
    return [WITHOUT_ATTENTION, *cells] if attends else cells


def second_config(config: RunConfig, beside: str) -> RunConfig:
    """Return the settings of the second run beside one of these settings."""
    if beside == WITHOUT_ATTENTION:
        return replace(config, attention="none")
    return replace(config, cell=beside)


class Pair:
    """Two runs that differ in the cell or in attention, at the same iteration after each slice.

    The task and the seed are the same, and so are the batches. Whatever is done to the first run,
    even by code that knows nothing of the second, is done to the second before it goes on. What the
    second's cell does not have is left out, and reported by `left_out`.

    Parameters
    ----------
    first
        The run to follow. It may already be trained: the second then catches up.
    beside
        Cell of the second run, or `WITHOUT_ATTENTION`.

    Attributes
    ----------
    first, second : Trainer
    cell
        Cell of the second run.

    Raises
    ------
    ValueError
        If the second run can't be made, or both together would need too much memory or time.
    """

    def __init__(self, first: Trainer, beside: str) -> None:
        self.first, self.beside = first, beside
        self.cell = second_config(first.config, beside).cell
        self._own_of: dict[Setup, Setup] = {}
        self._begin()

    @property
    def names(self) -> tuple[str, str]:
        """Display names of the two runs; two of one kind are periods apart."""
        first, second = (CHOICE_LABELS[cell] for cell in (self.first.config.cell, self.cell))
        if self.beside == WITHOUT_ATTENTION:
            return f"{first} with attention", f"{second} without"
        return (first, second) if first != second else (f"{first}, first", f"{second}, second")

    @property
    def level(self) -> bool:
        """Whether the second has caught up, or one of the two has diverged."""
        return self._has_followed() and not self._is_behind()

    @property
    def stopped(self) -> bool:
        """Whether both have diverged, so that nothing is left to train."""
        return None not in (self.first.diverged, self.second.diverged)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is held, shifted or silenced in the first run and does not exist in the second."""
        items = self.first.network.interventions
        missing = (self._part(item) for item in items if not self._has_place_for(item))
        return tuple(dict.fromkeys(missing))

    def advance(self, iterations: int | None = None, seconds: float | None = None) -> int:
        """Let the second catch up, then train both for this many iterations, or for this long.

        Returns
        -------
        int
            Iterations done after the second had caught up; iterations of one run alone if the other
            has diverged.

        Raises
        ------
        ValueError
            If the second can't follow, because both together would need too much memory or time.
        """
        end = math.inf if seconds is None else time.perf_counter() + seconds
        most = math.inf if iterations is None else iterations
        self.catch_up(seconds)
        done = 0
        if not self.level:
            return done
        while not self.stopped and done < most:
            # One by one: whatever they cost, the slice ends at most one iteration of both late.
            self.first.advance(iterations=1)
            self.second.advance(iterations=1)
            self._keep_the_same()
            done += 1
            if time.perf_counter() >= end:
                break
        return done

    def catch_up(self, seconds: float | None = None) -> None:
        """Repeat on the second what was done to the first, and bring it to the same iteration.

        Parameters
        ----------
        seconds
            Stop after the first iteration that ends later than this; None: catch up completely.

        Raises
        ------
        ValueError
            If both together would now need too much memory.
        """
        end = math.inf if seconds is None else time.perf_counter() + seconds
        self._follow()
        while self._is_behind():
            left = None if end == math.inf else max(end - time.perf_counter(), 0.0)
            self.second.advance(self._next_stop() - self.second.iteration, left)
            self._follow()
            if time.perf_counter() >= end:
                break
        self._keep_the_same()

    def common_iterations(self) -> list[int]:
        """Return the kept iterations at which both runs can be shown, ascending."""
        kept = (set(trainer.recording.iterations) for trainer in (self.first, self.second))
        return sorted(set.intersection(*kept))

    # ------------------------------------------------------------------ to follow

    def _begin(self) -> None:
        start = self._wanted()[0]
        self._check_limits(start.setup)
        trainer = Trainer(start.setup.config, self.first.task, self._probe())
        if start.setup.interventions:
            trainer.take_over(start.setup)
        trainer.recording.thin_to(self.first.recording.stride)
        self.second, self._followed = trainer, [start]

    def _probe(self) -> int:
        return self.first.task.probe_names.index(self.first.probe.name)

    def _wanted(self) -> list[SetupPeriod]:
        """Return the setups of the first run so far, as far as they concern the second."""
        periods: list[SetupPeriod] = []
        for since in self.first.setups:
            own = replace(since, setup=self._own(since.setup))
            if not periods or periods[-1].setup != own.setup:
                periods.append(own)
        return periods

    def _own(self, setup: Setup) -> Setup:
        if setup not in self._own_of:
            if len(self._own_of) > _MOST_REMEMBERED:
                self._own_of.clear()
            items = tuple(item for item in setup.interventions if self._has_place_for(item))
            self._own_of[setup] = Setup(second_config(setup.config, self.beside), items)
        return self._own_of[setup]

    def _has_place_for(self, item: Intervention) -> bool:
        if not self._has_layer_of(item):
            return False
        if isinstance(item, Hold):
            return item.gate in CELLS[self.cell].holdable()
        return bool(spec_of(self.cell).forget_gate) or not isinstance(item, ShiftForgetBias)

    def _has_layer_of(self, item: Intervention) -> bool:
        """Tell whether the layer is there; of one and of two directions, all are others."""
        two_ways = second_config(self.first.config, self.beside).two_ways
        return item.layer is None or two_ways == self.first.config.two_ways

    def _part(self, item: Intervention) -> str:
        """Say what the second does not have."""
        if item.layer is not None and not self._has_layer_of(item):
            named = layer_names(item.layer + 1, self.first.config.two_ways)[-1]
            name, _, way = named.partition(", ")
            return f"{way} {name}".strip()
        return gate_label(item.gate) if isinstance(item, Hold) else "forget bias"

    def _follow(self) -> None:
        """Go back if the first run went back, then apply what is due."""
        wanted = self._wanted()
        while not self._agrees(wanted):
            self._go_back()
        for since in self._due(wanted):
            if since.setup != self._followed[-1].setup:
                self._check_limits(since.setup)
                self.second.take_over(since.setup)
            self._followed.append(since)
        if self.second.probe.name != self.first.probe.name:
            self.second.choose_probe(self._probe())

    def _agrees(self, wanted: list[SetupPeriod]) -> bool:
        """Tell whether the second has done nothing but what was done to the first.

        Changes that the first no longer keeps are too old to be undone.
        """
        known = [since for since in self._followed if since.number > wanted[0].number]
        same = known == wanted[1 : 1 + len(known)]
        return same and (
            self.first.diverged is not None or self.second.iteration <= self.first.iteration
        )

    def _due(self, wanted: list[SetupPeriod]) -> list[SetupPeriod]:
        """Return the setups that the second must take over before its next iteration."""
        now = self.second.iteration
        new = [since for since in wanted if since.number > self._followed[-1].number]
        return [since for since in new if since.iteration <= now]

    def _next_stop(self) -> int:
        """Return the iteration at which a setup is due next, or that the first run has reached."""
        now = self.second.iteration
        coming = [since.iteration for since in self._wanted() if since.iteration > now]
        return min([self.first.iteration, *coming])

    def _has_followed(self) -> bool:
        wanted = self._wanted()
        same_probe = self.second.probe.name == self.first.probe.name
        return self._agrees(wanted) and not self._due(wanted) and same_probe

    def _is_behind(self) -> bool:
        return self.second.diverged is None and self.second.iteration < self.first.iteration

    def _go_back(self) -> None:
        """Undo the last change of the second, or start it anew if that does not help."""
        if self.second.undoable is None:
            return self._begin()
        self.second.undo()
        setup = Setup(self.second.config, self.second.network.interventions)
        # Several changes of one setting at the same iteration are undone as one.
        self._followed.pop()
        while self._followed and self._followed[-1].setup != setup:
            self._followed.pop()
        return None if self._followed else self._begin()

    def _check_limits(self, setup: Setup) -> None:
        task = self.first.task
        check_runs((self.first.config, task), (setup.config, task), in_step=True)

    def _keep_the_same(self) -> None:
        """Make both recordings keep the same iterations, so that both can be rewound together."""
        first, second = self.first.recording, self.second.recording
        stride = max(first.stride, second.stride)
        first.thin_to(stride)
        second.thin_to(stride)
