"""Presets of the page Memory: experiments at one click, each of which shows what a network keeps.

The claim of each of them is checked in `rnnviz.analysis.memory.claims`. `Preset.view` is the title
of a view of the page, `Preset.choices` what is chosen in its controls.
"""

from __future__ import annotations

from rnnviz.tasks import FlipFlop
from rnnviz.training.preset import Preset, runs_of

#: Every preset of the page, in teaching order.
MEMORY_PRESETS: tuple[Preset, ...] = (
    Preset(
        key="memories",
        name="Eight memories",
        title="Three bits are kept in eight stable points",
        runs=runs_of(
            FlipFlop(bits=3),
            {"cell": "rnn", "hidden_size": 16},
            {"tanh RNN": {}},
        ),
        iterations=300,
        look_at=(
            "The fixed points for no input, in three components, and how many there are over "
            "training. At the end there are eight stable ones, the corners of a cube: one for each "
            "way to set three bits. While nothing comes in, the state stays where it is, and that "
            "is the memory. Between the corners lie saddles, on the edges, the faces and in the "
            "middle: where their unstable directions point, the state falls to one corner or "
            "another. Early in training some corners are only slow points, where a bit fades; one "
            "after the other they become stable."
        ),
        not_to_conclude=(
            "That every memory is a stable point: a network that must keep a bit for a few steps "
            "can do with a slow one. Nor that no further fixed points exist: a search from other "
            "starts may find more saddles."
        ),
        view="Paths",
    ),
)
