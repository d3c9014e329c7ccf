"""Presets of the page Memory: experiments at one click, each of which shows what a network keeps.

The claim of each of them is checked in `rnnviz.analysis.memory.claims`. `Preset.view` is the title
of a view of the page, `Preset.choices` what is chosen in its controls.
"""

from __future__ import annotations

from rnnviz.tasks import FlipFlop, TemporalOrder
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
        choices=(("held", "none"),),
    ),
    Preset(
        key="forgetting",
        name="Forgetting in the plane",
        title="How fast an untrained RNN forgets can be seen in its eigenvalues",
        runs=runs_of(
            TemporalOrder(length=50),
            {"cell": "rnn", "hidden_size": 16},
            {f"radius {radius:g}": {"spectral_radius": radius} for radius in (0.5, 1.0, 1.5)},
        ),
        iterations=0,
        look_at=(
            "The eigenvalues of all steps of three networks that have not been trained. They "
            "differ only in the size of their recurrent weights. At radius 0.5 the eigenvalues lie "
            "near a circle of that radius: each step forgets half, and the gradient reaches only a "
            "few steps back. At radius 1 all lie inside the unit circle, because tanh shrinks what "
            "the weights alone would keep, and it reaches several times as far. At radius 1.5 some "
            "lie outside it at many steps: small changes grow there, and the gradient reaches "
            "farthest. All steps at once need more sweeps, the larger the radius is."
        ),
        not_to_conclude=(
            "That the radius of the weights is that of a step: tanh′ lies between them, and "
            "differs from step to step. Nor that the largest eigenvalue alone decides how far the "
            "gradient reaches: the directions of one step are not those of the next. And training "
            "moves them all."
        ),
        view="Eigenvalues",
    ),
)
