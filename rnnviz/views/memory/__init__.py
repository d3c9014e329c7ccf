"""The views of the memory; each takes a `MemoryScene` and returns a `Panel`.

What takes longer than some milliseconds is the `work` of a view: a generator that yields often and
puts what it finds into the `Store` of the scene. `look` shows what is there so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rnnviz.engine import spec_of
from rnnviz.training.config import RunConfig
from rnnviz.views.memory import alike, at_once, eigenvalues, machine, space, time_constants
from rnnviz.views.memory.scene import Letter, MemoryScene, Store, letters_of
from rnnviz.views.panel import Panel

#: Controls that a view may ask for: hidden or cell state, time step, unit, stretch of time steps,
#: the input that is held while fixed points are searched for, and whether to read an automaton.
LETTER, STEP, UNIT, STRETCH = "letter", "step", "unit", "stretch"
HELD, MACHINE = "held", "machine"


@dataclass(frozen=True)
class View:
    """A view of the memory.

    Parameters
    ----------
    look
        Shows what there is.
    says
        What it shows and what to try, in a line or two.
    work
        Measures in slices what takes long; None where nothing does.
    asks
        Controls that it needs besides layer and iteration: `LETTER`, `STEP`, `UNIT`, `STRETCH`.
    interval_s
        Minimum seconds between two updates while the network trains.
    in_space
        Whether the state space is drawn above it, with both clocks.
    help
        More about it, for those who ask.
    of_machine
        Whether it is about the automaton, which is then always read.
    """

    look: Callable[[MemoryScene], Panel]
    says: str
    work: Callable[[MemoryScene], Iterator[None]] | None = None
    asks: tuple[str, ...] = ()
    interval_s: float = 0.0
    in_space: bool = False
    of_machine: bool = False
    help: str | None = None


#: The views by their titles, in the order of the menu.
VIEWS: dict[str, View] = {
    "Paths": View(
        space.paths,
        "Each point is the network’s memory after one time step: points that lie together are "
        "remembered alike. Press Train, and the cloud may fall into groups: one for each situation "
        "that the network has to tell apart, such as a day of the schedule. The line is the path "
        "of one sequence.",
        work=space.work,
        asks=(LETTER, HELD, MACHINE),
        in_space=True,
        help="A state has as many numbers as there are units. The axes are its first principal "
        "components: the directions in which the states of all evaluation sequences differ most. "
        "The same plane is kept over training and turned as little as possible, so motion means "
        "learning. Fixed points answer: if the same input came again and again, where would the "
        "state come to rest? Stable points are memories, a small change there is forgotten. At a "
        "saddle it grows along some directions, which are drawn. “No input” is an input of zeros.",
    ),
    "Automaton": View(
        machine.automaton,
        "The smallest machine found that answers as the network does, read from its states. Each "
        "circle is a group of states that answer alike and lead alike, each arrow a symbol that "
        "comes in. Play the sweep, and follow the probe through it.",
        work=space.work,
        asks=(LETTER,),
        interval_s=0.3,
        in_space=True,
        of_machine=True,
    ),
    "Eigenvalues": View(
        eigenvalues.eigenvalues,
        "What one time step makes of a small change of the state: each point is an eigenvalue of "
        "its Jacobian. Inside the circle a change fades, outside it grows. Choose a step, and "
        "train: the points that come near the circle can carry the gradient far back.",
        work=eigenvalues.work,
        asks=(STEP,),
        interval_s=0.3,
    ),
    "Time constants": View(
        time_constants.time_constants_of_gates,
        "How many steps each unit keeps what it holds, from its gate alone: 1 / (1 − gate). Train, "
        "and see which units become slow; hold the gate in the sidebar, and see what is left.",
        asks=(UNIT,),
        interval_s=0.3,
    ),
    "Where else": View(
        alike.where_else,
        "Choose a stretch of the probe, and perhaps some units: where else do they behave like "
        "this? What the places have in common may be what the units stand for.",
        work=alike.work,
        asks=(LETTER, STRETCH),
        interval_s=0.5,
    ),
    "All steps at once": View(
        at_once.all_at_once,
        "A loop computes one step after the other. Here all steps are guessed, and corrected "
        "together: play the sweeps, and see the picture snap into place. It takes more "
        "where small changes grow, and where the states jump from one place to another.",
        work=at_once.work,
        asks=(LETTER,),
        interval_s=0.5,
    ),
}


def without_state(config: RunConfig) -> str:
    """Say why a network has no memory to show; "" if it has one."""
    spec = spec_of(config.cell)
    if spec.is_recurrent:
        return ""
    return (
        f"{spec.article.capitalize()} {spec.label} keeps no state from one time step to the next, "
        "so there is no memory to show. Choose a recurrent cell in the sidebar."
    )


__all__ = [
    "HELD",
    "LETTER",
    "MACHINE",
    "STEP",
    "STRETCH",
    "UNIT",
    "VIEWS",
    "Letter",
    "MemoryScene",
    "Store",
    "View",
    "letters_of",
    "without_state",
]
