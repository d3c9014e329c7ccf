"""The claims of the presets of the page Memory, measured from their runs."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.analysis.claim import Claim, Numbers
from rnnviz.analysis.memory.fixed_points import fixed_points
from rnnviz.numbers import number
from rnnviz.training import Trainer

#: Starts of a search that is done anew while a preset trains.
_STARTS = 128


def _memories(trainers: Sequence[Trainer]) -> Numbers:
    found = fixed_points(trainers[0], starts=_STARTS)
    stable = found.of("stable")
    return {
        "stable": stable.size,
        "answers": len({found.answers[place] for place in stable}),
        "saddles": found.count("saddle"),
        "slow": found.count("slow"),
        "settled": found.settled,
        "recorded": found.recorded,
        "error": trainers[0].score().value,
    }


def _memories_says(n: Numbers) -> str:
    stable = "no stable point"
    if n["stable"] == 1:
        stable = "1 stable point"
    elif n["stable"]:
        own = n["answers"] == n["stable"]
        each = "each with its own answer" if own else f"with {n['answers']:.0f} different answers"
        stable = f"{n['stable']:.0f} stable points, {each}"
    return (
        f"With no input: {stable}. Besides, {n['saddles']:.0f} saddles and {n['slow']:.0f} slow "
        f"points were found. From {n['settled']:.0f} of {n['recorded']:.0f} recorded states the "
        "network ends at one of the stable points when nothing more comes in. Squared error: "
        f"{number(n['error'])}."
    )


def _memories_holds(n: Numbers) -> bool:
    return n["stable"] == n["answers"] == 8 and n["settled"] == n["recorded"]


#: The claim of each preset of `rnnviz.training.memory_presets.MEMORY_PRESETS`, by its key.
MEMORY_CLAIMS: dict[str, Claim] = {
    "memories": Claim(_memories, _memories_says, _memories_holds),
}
