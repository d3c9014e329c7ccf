"""Presets of a page: one click starts an experiment, and its text says what to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from rnnviz.analysis.claim import Claim, Numbers, Steps
from rnnviz.training import Preset, Trainer
from rnnviz.training.side_by_side import SideBySide
from rnnviz.ui.shell import session
from rnnviz.ui.shell.address import as_word
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Seconds between two reports on a running experiment.
REPORT_S = 1.0


@dataclass(frozen=True)
class Offered:
    """The presets that a page offers.

    Parameters
    ----------
    presets
    claims
        By the keys of the presets.
    started
        Has the page show a preset that has been started.
    """

    presets: Sequence[Preset]
    claims: Mapping[str, Claim]
    started: Callable[[Preset], None]

    def of(self, visit: Visit) -> Preset | None:
        """Return the preset of the runs side by side, if the page offers it."""
        return visit.preset if visit.preset in self.presets else None


@dataclass(frozen=True)
class Begun:
    """The preset whose runs are side by side: a link begins them anew.

    Parameters
    ----------
    presets
        Those of the page.
    """

    presets: Sequence[Preset]
    word: str = "preset"

    def write(self, visit: Visit) -> str:
        """Return the name of the preset; "" if there is none."""
        begun = visit.preset
        return as_word(begun.name) if begun is not None and begun in self.presets else ""

    def read(self, text: str, visit: Visit) -> None:
        """Start the preset that a link names, if there is such a one."""
        for preset in self.presets:
            if as_word(preset.name) == text:
                visit.start_preset(preset)


def menu(visit: Visit, offered: Offered) -> None:
    """Draw a button for each preset, and the report of the one that was started."""
    under_way = offered.of(visit) is not None and visit.comparing
    st.fragment(_menu, run_every=REPORT_S if under_way else None)(offered)


def _menu(offered: Offered) -> None:
    session.refresh()
    visit = session.current()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="presets"):
        st.caption("Show me:", width="content")
        for preset in offered.presets:
            st.button(
                preset.name,
                key=f"preset:{preset.key}",
                help=f"{preset.title}. Starts {_count(preset)}; "
                "Undo in the sidebar brings back your own run.",
                on_click=_start,
                args=(preset, offered),
            )
    begun = offered.of(visit)
    if begun is not None and visit.side_by_side is not None:
        _report(visit, begun, offered.claims[begun.key], visit.side_by_side)


def _report(visit: Visit, preset: Preset, claim: Claim, runs: SideBySide) -> None:
    """Say what was measured so far, what to look at, and what not to conclude."""
    with TURNS.turn(visit):
        trainers = list(runs.trainers.values())
        as_begun = all(_is_as_begun(trainer) for trainer in trainers)
        quick = as_begun and claim.steps is None
        numbers = claim.measure(trainers) if quick else {}
        iteration = min(trainer.iteration for trainer in trainers)
    if as_begun and claim.steps is not None and runs.done:
        numbers = visit.part(_Known).measured(visit, claim.steps, runs)
    with st.container(border=True, gap="small", key="report"):
        holds = as_begun and bool(numbers) and claim.holds(numbers)
        verdict = _verdict(runs.done, holds, iteration, preset)
        said = f" :gray[{verdict}]" if as_begun else ""
        st.markdown(f"**{escaped(preset.title)}.**{said}")
        # Side by side they would leave no room for a chart in a low window.
        look_at, measured, not_to_conclude = st.tabs(["Look at", "Measured", "Do not conclude"])
        look_at.write(escaped(preset.look_at))
        not_to_conclude.write(escaped(preset.not_to_conclude))
        measured.write(_measured(claim, numbers, as_begun))


class _Known:
    """What took long to measure at the end of a preset's runs; a part of the visit."""

    def __init__(self) -> None:
        self._of: tuple[SideBySide, int] | None = None
        self._numbers: Numbers = {}

    def measured(self, visit: Visit, steps: Steps, runs: SideBySide) -> Numbers:
        """Return the numbers of these runs; they are measured in slices, once."""
        trainers = list(runs.trainers.values())
        of = (runs, sum(trainer.iteration for trainer in trainers))
        if of != self._of:
            self._numbers = TURNS.in_slices(visit, steps(trainers))
            self._of = of
        return self._numbers


def _measured(claim: Claim, numbers: Numbers, as_begun: bool) -> str:
    if not as_begun:
        return "A run was changed, or shows another probe. Start the preset again."
    if not numbers:
        return "This takes a while to measure, so it is done when the runs have been trained."
    return escaped(claim.sentence(numbers))


def _verdict(done: bool, holds: bool, iteration: int, preset: Preset) -> str:
    if not done:
        return f"So far, at iteration {iteration} of {preset.iterations}."
    if holds:
        return "Measured in these runs; the tests also measure it with other seeds."
    return "These runs do not show it: chance plays a part, and decides some runs."


def _is_as_begun(trainer: Trainer) -> bool:
    return not trainer.marks and trainer.recording.iterations[0] == 0


def _count(preset: Preset) -> str:
    runs = "one run" if len(preset.runs) == 1 else f"{len(preset.runs)} runs"
    return (
        f"{runs} of {preset.iterations} iterations" if preset.iterations else f"{runs}, untrained"
    )


def _start(preset: Preset, offered: Offered) -> None:
    """Train the runs of a preset side by side, and show them, or the one run that there is."""
    if session.current().start_preset(preset):
        offered.started(preset)
