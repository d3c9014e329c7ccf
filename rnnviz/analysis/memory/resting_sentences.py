"""What was found about the fixed points of a run, in sentences made from the numbers."""

from __future__ import annotations

from collections import Counter

import numpy as np

from rnnviz.analysis.memory.resting import Kind
from rnnviz.analysis.memory.resting_search import GIVEN, ITERATED, NO_INPUT, FixedPoints
from rnnviz.numbers import factor, number

#: Most answers that a sentence spells out.
_MOST_ANSWERS = 8
_NAMES: dict[Kind, str] = {
    "stable": "stable point",
    "saddle": "saddle",
    "undecided": "undecided point",
    "slow": "slow point",
}


def sentence(found: FixedPoints) -> str:
    """Say what was found: how many points of each kind, what they answer, where the map ends."""
    where = held(found.given)
    if found.iteration is not None:
        where = f"{where}, at iteration {found.iteration:,}"
    if not found.starts:
        return f"{where}: the states are not numbers, so there is nothing to search from."
    parts = [f"{where}: {counts(found)}.", _answers(found), _fading(found)]
    more = [_slow(found), _undecided(found), _iterated(found), _lost(found)]
    return " ".join(filter(None, [*parts, *more]))


def held(given: str) -> str:
    """Say which input is held, to begin a sentence."""
    if given == NO_INPUT:
        return "With no input"
    return "With the given input" if given == GIVEN else f"While the input is “{given}”"


def counts(found: FixedPoints) -> str:
    """Count the points of each kind: `8 stable points, 19 saddles`."""
    if not len(found):
        return f"no fixed point was found from {found.starts:,} starts, and no slow point"
    said = [_counted(found.count("stable"), "stable")]
    kinds: tuple[Kind, ...] = ("saddle", "undecided", "slow")
    for kind in kinds:
        if found.count(kind):
            directions = _directions(found) if kind == "saddle" else ""
            said.append(_counted(found.count(kind), kind) + directions)
    return ", ".join(said)


def text(found: FixedPoints, place: int) -> list[str]:
    """Describe one point in a few lines, for a tooltip."""
    kind, sizes = found.kinds[place], np.abs(found.eigenvalues[place])
    lines = [_NAMES[kind].capitalize()]
    if found.answers:
        lines.append(f"answer: {found.answers[place]}")
    lines.append(f"largest eigenvalues: {', '.join(number(size) for size in sizes[:3])} in size")
    if found.unstable[place]:
        lines.append(f"unstable directions: {found.unstable[place]} of {sizes.size}")
    if kind == "slow":
        lines.append(f"moves by {number(float(found.speeds[place]))} per step")
    if kind == "stable":
        lines.append(f"{found.basin[place]} of {found.recorded} recorded states end here")
    return lines


def _directions(found: FixedPoints) -> str:
    """Say how many unstable directions the saddles have, if there are several saddles."""
    unstable = found.unstable[found.of("saddle")]
    if unstable.size < 2:
        return ""
    each = [f"{number(count)} with {number(of)}" for of, count in sorted(Counter(unstable).items())]
    first, *others = each
    one = "direction" if unstable.min() == 1 else "directions"
    return f" ({', '.join([f'{first} unstable {one}', *others])})"


def _counted(count: int, kind: Kind) -> str:
    name = _NAMES[kind]
    return f"{count or 'no'} {name}" if count == 1 else f"{count or 'no'} {name}s"


def _answers(found: FixedPoints) -> str:
    """Say what the stable points answer."""
    stable = found.of("stable")
    if not found.answers or not stable.size:
        return ""
    answers = Counter(sorted(found.answers[place] for place in stable))
    if stable.size == 1:
        return f"There the answer is {next(iter(answers))}."
    if len(answers) == 1:
        return f"All stable points answer {next(iter(answers))}."
    if len(answers) > _MOST_ANSWERS:
        return f"The stable points give {len(answers)} different answers."
    each = "; ".join(
        answer if count == 1 else f"{answer} ({count} points)" for answer, count in answers.items()
    )
    return f"The stable points answer {each}."


def _fading(found: FixedPoints) -> str:
    """Say how fast a small change is forgotten at the stable points."""
    largest = np.abs(found.eigenvalues[found.of("stable"), :1])
    if not largest.size:
        return ""
    low, high = factor(float(largest.min())), factor(float(largest.max()))
    span = low if low == high else f"{low} to {high}"
    return f"In the long run, a small change there becomes {span} per step."


def _slow(found: FixedPoints) -> str:
    slow = found.speeds[found.of("slow")]
    if not slow.size:
        return ""
    share = number(100 * float(slow.min()) / found.spread, 2)
    where = "At the slow point" if slow.size == 1 else "At the slowest of the slow points"
    return (
        f"{where} the state still moves, by {number(float(slow.min()))} per step, which is "
        f"{share} % of the spread of the recorded states."
    )


def _undecided(found: FixedPoints) -> str:
    if not found.count("undecided"):
        return ""
    return (
        "Where a point is undecided, an eigenvalue cannot be told from 1 in size, or the map has a "
        "kink there: the eigenvalues do not say what becomes of a small change."
    )


def _iterated(found: FixedPoints) -> str:
    """Say from how many recorded states the iterated map ends at a stable point."""
    fed = "the network itself, fed this input over and over,"
    if found.settled == found.recorded:
        each = f"each of {found.recorded}" if found.recorded > 1 else "the one"
        states = "states" if found.recorded > 1 else "state"
        return f"From {each} recorded {states} {fed} ends at a stable point found here."
    within = f"within {ITERATED} steps (fewer where it hardly moved any more)"
    if not found.settled:
        none = f"none of {found.recorded} recorded states"
        return f"From {none} does {fed} reach a stable point {within}."
    return (
        f"From {found.settled} of {found.recorded} recorded states {fed} ends at a stable point "
        f"found here, from the others not {within}."
    )


def _lost(found: FixedPoints) -> str:
    if not found.lost or not len(found):
        return ""
    return (
        f"From {found.lost} of {found.starts} starts Newton’s method came to none of these points."
    )
