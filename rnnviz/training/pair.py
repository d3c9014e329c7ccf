"""A second run beside a first one: another cell, all else the same, in step with it.

Whatever is done to the first run leaves a mark with its iteration, and so the second can follow: at
each iteration it is the run that it would have been, had the same been done to it alone.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

from rnnviz.engine import CELLS, Hold, Intervention, ShiftForgetBias, gate_label, spec_of
from rnnviz.training.changes import Since
from rnnviz.training.config import CHOICE_LABELS
from rnnviz.training.limits import check_runs
from rnnviz.training.marks import Setup
from rnnviz.training.trainer import Trainer

#: Setups whose counterpart is remembered: a slider that is dragged makes many.
_MOST_REMEMBERED = 500


def usual_companion(cell: str) -> str:
    """Return the cell beside which this one tells most: one with gates, or one without."""
    return "rnn" if cell == "lstm" else "lstm"


class Pair:
    """Two runs that differ in the cell alone, brought to the same iteration in each slice.

    Same task, same seed, and so the same batches. Whatever is done to the first run, also by those
    who know nothing of the second, is done to the second before it goes on; what its cell has no
    place for is left out, and told by `left_out`.

    Parameters
    ----------
    first
        The run that is followed. It may be old already: the second then catches up.
    cell
        Cell of the second.

    Attributes
    ----------
    first, second : Trainer

    Raises
    ------
    ValueError
        If the second run can't be made, or both together would need too much memory or time.
    """

    def __init__(self, first: Trainer, cell: str) -> None:
        self.first = first
        self.cell = cell
        self._own_of: dict[Setup, Setup] = {}
        self._begin()

    @property
    def names(self) -> tuple[str, str]:
        """What people read for the two; two of one kind are told apart."""
        first, second = (CHOICE_LABELS[cell] for cell in (self.first.config.cell, self.cell))
        return (first, second) if first != second else (f"{first}, first", f"{second}, second")

    @property
    def level(self) -> bool:
        """Whether the second has caught up, but for one of the two that has diverged."""
        return self._has_followed() and not self._is_behind()

    @property
    def stopped(self) -> bool:
        """Whether both have diverged, so that there is nothing left to train."""
        return None not in (self.first.diverged, self.second.diverged)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is held or shifted in the first now and the second's cell does not have."""
        items = self.first.network.interventions
        missing = (_part(item) for item in items if not self._has_place_for(item))
        return tuple(dict.fromkeys(missing))

    def advance(self, iterations: int | None = None, seconds: float | None = None) -> int:
        """Bring the second level, then train both for so many iterations, or for so long.

        Returns
        -------
        int
            Iterations that were done after the second was level; of one alone where the other has
            diverged.

        Raises
        ------
        ValueError
            If the second can't follow, as both together would need too much memory or time.
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
        """Do to the second what was done to the first, and bring it to the same iteration.

        Parameters
        ----------
        seconds
            Stop after the first iteration that ends later than this; None: go all the way.

        Raises
        ------
        ValueError
            If both together would need too much memory now.
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
        """Return the kept iterations at which both can be looked at, rising."""
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

    def _wanted(self) -> list[Since]:
        """Tell the setups that the first run went through, as far as they concern the second."""
        told: list[Since] = []
        for since in self.first.setups:
            own = replace(since, setup=self._own(since.setup))
            if not told or told[-1].setup != own.setup:
                told.append(own)
        return told

    def _own(self, setup: Setup) -> Setup:
        if setup not in self._own_of:
            if len(self._own_of) > _MOST_REMEMBERED:
                self._own_of.clear()
            items = tuple(item for item in setup.interventions if self._has_place_for(item))
            self._own_of[setup] = Setup(replace(setup.config, cell=self.cell), items)
        return self._own_of[setup]

    def _has_place_for(self, item: Intervention) -> bool:
        if isinstance(item, Hold):
            return item.gate in CELLS[self.cell].holdable()
        return bool(spec_of(self.cell).forget_gate) or not isinstance(item, ShiftForgetBias)

    def _follow(self) -> None:
        """Go back where the first went back, then do what is due."""
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

    def _agrees(self, wanted: list[Since]) -> bool:
        """Tell whether the second has done nothing but what was done to the first.

        What the first no longer knows was too long ago to be undone.
        """
        known = [since for since in self._followed if since.number > wanted[0].number]
        same = known == wanted[1 : 1 + len(known)]
        return same and (
            self.first.diverged is not None or self.second.iteration <= self.first.iteration
        )

    def _due(self, wanted: list[Since]) -> list[Since]:
        """Tell what the second has to do before its next iteration."""
        now = self.second.iteration
        new = [since for since in wanted if since.number > self._followed[-1].number]
        return [since for since in new if since.iteration <= now]

    def _next_stop(self) -> int:
        """Tell the iteration at which something is due next, or the first run is."""
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
        """Undo the last change of the second, or begin it anew where that does not help."""
        if self.second.undoable is None:
            return self._begin()
        self.second.undo()
        setup = Setup(self.second.config, self.second.network.interventions)
        # Several changes of one knob at the same iteration are one that is undone.
        self._followed.pop()
        while self._followed and self._followed[-1].setup != setup:
            self._followed.pop()
        return None if self._followed else self._begin()

    def _check_limits(self, setup: Setup) -> None:
        task = self.first.task
        check_runs((self.first.config, task), (setup.config, task), in_step=True)

    def _keep_the_same(self) -> None:
        """Have both recordings keep the same iterations, so that one can rewind both."""
        first, second = self.first.recording, self.second.recording
        stride = max(first.stride, second.stride)
        first.thin_to(stride)
        second.thin_to(stride)


def _part(item: Intervention) -> str:
    return gate_label(item.gate) if isinstance(item, Hold) else "forget bias"
