"""The claims of the presets about automata, measured from their runs."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.claim import Claim, Numbers
from rnnviz.analysis.memory.automaton import Extraction
from rnnviz.analysis.memory.grammars import compare
from rnnviz.analysis.memory.machine import GOOD, Automaton, counted
from rnnviz.analysis.memory.planes import plane_of
from rnnviz.numbers import percent
from rnnviz.tasks import Counting
from rnnviz.training import Trainer

Measuring = Generator[None, None, Numbers]

#: Seconds of reading before others may go on.
_SLICE_S = 0.002
#: Points of an automaton that is read anew while a preset trains.
_STATES = 1_500
#: A unit counts if it goes the right way at so many of the letters: all but one of eight.
_COUNTS = 7 / 8


def _triangle(trainers: Sequence[Trainer]) -> Measuring:
    (trainer,) = trainers
    hidden = trainer.network.copy().observe(trainer.task.evaluation().x)[-1].h
    shares = plane_of(hidden, 2).shares
    found = yield from _read(trainer)
    compared = compare(found, trainer.task)
    return {
        **_measured(found),
        "plane": float(sum(shares)),
        "lasting": len(found.lasting),
        "same": compared is not None and compared.same,
    }


def _triangle_says(n: Numbers) -> str:
    plane = f"Two components hold {percent(n['plane'])} of the variance of the hidden states."
    if not n["fits"]:
        return f"{plane} {_none(n)}"
    same = ": the schedule itself" if n["same"] else ", which are not those of the schedule"
    return (
        f"{plane} The automaton goes through {counted(n['lasting'], 'state')}{same}. {_explains(n)}"
    )


def _triangle_holds(n: Numbers) -> bool:
    return bool(n["plane"] >= 0.95 and n["lasting"] == 3 and n["same"] and n["good"])


def _parity(trainers: Sequence[Trainer]) -> Measuring:
    return _measured((yield from _read(trainers[0])))


def _parity_says(n: Numbers) -> str:
    if not n["fits"]:
        return _none(n)
    return f"The smallest automaton found has {counted(n['states'], 'state')}. {_explains(n)}"


def _parity_holds(n: Numbers) -> bool:
    return bool(n["good"] and n["states"] == 2 and n["longer"] >= GOOD)


def _counting(trainers: Sequence[Trainer]) -> Measuring:
    (trainer,) = trainers
    task = trainer.task
    assert isinstance(task, Counting)
    longest = task.probe(0).batch  # S, then the most a's, then as many b's
    record = trainer.network.copy().observe(longest.x)[-1].c
    assert record is not None
    cells = record[:, 0]
    shares, goes_up = _counts(cells, task.most)
    unit = int(shares.argmax())
    score = trainer.score().value  # before others may train it further
    found = yield from _read(trainer)
    return {
        **_measured(found),
        "unit": unit,
        "share": float(shares[unit]),
        "up": bool(goes_up[unit]),
        "most": task.most,
        "score": score,
    }


def _counts(
    cells: NDArray[np.floating], most: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return for each unit the share of letters at which it counts, and whether a's make it rise.

    The share is the worse of those of a's and of b's.

    Parameters
    ----------
    cells : array, (T, H)
        Cell states after S, then `most` a's, then as many b's.
    most
    """
    rises = np.diff(cells[: 2 * most + 1], axis=0) > 0
    of_a, of_b = rises[:most].mean(axis=0), rises[most:].mean(axis=0)
    up, down = np.minimum(of_a, 1 - of_b), np.minimum(1 - of_a, of_b)
    return np.asarray(np.maximum(up, down), dtype=np.float64), np.asarray(up >= down)


def _counting_says(n: Numbers) -> str:
    first, then = ("up", "down") if n["up"] else ("down", "up")
    return (
        f"The cell state of unit {n['unit']:.0f} counts best: at {percent(n['share'])} or more of "
        f"the a's it goes {first}, of the b's {then}. {_of_counting(n)} Accuracy: "
        f"{percent(n['score'])}."
    )


def _of_counting(n: Numbers) -> str:
    if not n["fits"]:
        return _none(n)
    return (
        f"For up to {n['most']:.0f} a's a machine with {counted(n['states'], 'state')} gives "
        f"{percent(n['answers'])} of the network's answers; for twice the length the same machine "
        f"gives {percent(n['longer'])}."
    )


def _counting_holds(n: Numbers) -> bool:
    many = n["states"] >= 2 * n["most"] + 2
    return bool(n["share"] >= _COUNTS and n["fits"] and many and n["longer"] < GOOD)


def _read(trainer: Trainer) -> Generator[None, None, Automaton]:
    """Read the automaton of a network as it is now."""
    reading = Extraction(trainer.network.copy(), trainer.task, _STATES)
    while reading.found is None:
        reading.advance(_SLICE_S)
        yield
    return reading.found


def _measured(found: Automaton) -> dict[str, float]:
    longer = math.nan if found.longer is None else found.longer.answers
    return {
        "states": len(found.states),
        "deterministic": found.held_out.deterministic,
        "answers": found.held_out.answers,
        "longer": longer,
        "fits": found.fits,
        "good": found.good,
    }


def _explains(n: Numbers) -> str:
    return (
        f"It gives {percent(n['answers'])} of the network's answers and explains "
        f"{percent(n['deterministic'])} of the steps; on sequences of twice the length it gives "
        f"{percent(n['longer'])} of the answers."
    )


def _none(n: Numbers) -> str:
    return (
        f"No small automaton was found: the best one, with {counted(n['states'], 'state')}, gives "
        f"{percent(n['answers'])} of the network's answers and explains "
        f"{percent(n['deterministic'])} of the steps."
    )


#: The claims of the presets about automata, by their keys.
MACHINE_CLAIMS: dict[str, Claim] = {
    "triangle": Claim.in_steps(_triangle, _triangle_says, _triangle_holds),
    "two": Claim.in_steps(_parity, _parity_says, _parity_holds),
    "counts": Claim.in_steps(_counting, _counting_says, _counting_holds),
}
