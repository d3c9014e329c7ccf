"""The claims of the presets of the page Memory, measured from their runs."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence

import numpy as np

from rnnviz.analysis.claim import Claim, Numbers
from rnnviz.analysis.gradients import backward_norms, reach
from rnnviz.analysis.memory.at_once import sweeps_of
from rnnviz.analysis.memory.eigenvalues import spectra
from rnnviz.analysis.memory.fixed_points import search
from rnnviz.analysis.memory.machine import counted
from rnnviz.analysis.memory.machine_claims import MACHINE_CLAIMS
from rnnviz.numbers import number
from rnnviz.training import Trainer

#: Starts of a search that is done anew while a preset trains.
_STARTS = 128
#: A bit whose output is smaller than this in size is neither −1 nor +1.
_OPEN = 0.7


def _memories(trainers: Sequence[Trainer]) -> Generator[None, None, Numbers]:
    error = trainers[0].score().value  # before others may train it further
    searching = search(trainers[0], starts=_STARTS)
    while not searching.done:
        searching.advance(0.0)
        yield
    found = searching.found
    stable, saddles = found.of("stable"), found.of("saddle")
    outputs = np.zeros((len(found), 0)) if found.outputs is None else found.outputs
    open_bits = (np.abs(outputs) < _OPEN).sum(axis=1)
    return {
        "stable": stable.size,
        "answers": len({found.answers[place] for place in stable}),
        "saddles": saddles.size,
        "between": int((open_bits[saddles] == found.unstable[saddles]).sum()),
        "slow": found.count("slow"),
        "settled": found.settled,
        "recorded": found.recorded,
        "error": error,
    }


def _memories_says(n: Numbers) -> str:
    stable = "no stable point"
    if n["stable"] == 1:
        stable = "1 stable point"
    elif n["stable"]:
        own = n["answers"] == n["stable"]
        different = "the same answer"
        if n["answers"] != 1:
            different = f"{n['answers']:.0f} different answers"
        each = "each with its own answer" if own else f"with {different}"
        stable = f"{n['stable']:.0f} stable points, {each}"
    one = n["saddles"] + n["slow"] == 1
    have, leave = ("has", "it leaves") if n["between"] == 1 else ("have", "they leave")
    return (
        f"With no input: {stable}. Besides, {counted(n['saddles'], 'saddle')} and "
        f"{counted(n['slow'], 'slow point')} {'was' if one else 'were'} found; "
        f"{n['between']:.0f} of the saddles {have} as many unstable directions as {leave} bits "
        f"open (an output between −{number(_OPEN)} and {number(_OPEN)}). From "
        f"{n['settled']:.0f} of {n['recorded']:.0f} recorded states the network ends at one of the "
        f"stable points when nothing more comes in. Squared error: {number(n['error'])}."
    )


def _memories_holds(n: Numbers) -> bool:
    kept = n["stable"] == n["answers"] == 8 and n["settled"] == n["recorded"]
    return kept and n["between"] == n["saddles"] > 0


#: Names of the runs of "Forgetting in the plane", by the size of their recurrent weights.
_RADII = ("0.5", "1", "1.5")


def _forgetting(trainers: Sequence[Trainer]) -> Generator[None, None, Numbers]:
    numbers: dict[str, float] = {}
    for radius, trainer in zip(_RADII, trainers, strict=True):
        trace = trainer.recording.at(0)
        network = trainer.network_of(trace)
        steps = (yield from spectra(network, trace, 0, most=trace.steps)).steps
        sweeps = (yield from sweeps_of(network, trace, 0)).needed
        largest = [each.largest for each in steps]
        reached = reach(backward_norms(trace))
        numbers |= {
            f"largest {radius}": max(largest),
            f"outside {radius}": sum(each.outside > 0 for each in steps),
            f"reach {radius}": math.nan if reached is None else reached,
            f"sweeps {radius}": math.nan if sweeps is None else sweeps,
            "steps": len(steps),
        }
    return numbers


def _forgetting_says(n: Numbers) -> str:
    small, one, large = (number(n[f"reach {radius}"]) for radius in _RADII)
    sweeps = ", ".join(number(n[f"sweeps {radius}"]) for radius in _RADII[:2])
    return (
        f"Before training the largest modulus of a step is at most {number(n['largest 0.5'])} at "
        f"radius 0.5, {number(n['largest 1'])} at radius 1 and {number(n['largest 1.5'])} at "
        f"radius 1.5, where {n['outside 1.5']:.0f} of {n['steps']:.0f} steps have an eigenvalue "
        f"outside the unit circle. The gradient of the last prediction reaches {small}, {one} and "
        f"{large} steps back. All steps at once take {sweeps} and {number(n['sweeps 1.5'])} sweeps."
    )


def _forgetting_holds(n: Numbers) -> bool:
    inside = n["largest 0.5"] < 0.6 and n["largest 1"] < 1
    outside = n["outside 1.5"] >= 0.1 * n["steps"]
    reaches = 2 * n["reach 0.5"] < n["reach 1"] < n["reach 1.5"]
    sweeps = n["sweeps 0.5"] < n["sweeps 1"] < n["sweeps 1.5"]
    return inside and outside and reaches and sweeps


#: The claim of each preset of `rnnviz.training.memory_presets.MEMORY_PRESETS`, by its key.
MEMORY_CLAIMS: dict[str, Claim] = {
    **MACHINE_CLAIMS,
    "memories": Claim.in_steps(_memories, _memories_says, _memories_holds),
    "forgetting": Claim.in_steps(_forgetting, _forgetting_says, _forgetting_holds),
}
