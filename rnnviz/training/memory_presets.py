"""Presets of the page Memory: experiments at one click, each of which shows what a network keeps.

The claim of each of them is checked in `rnnviz.analysis.memory.claims`. `Preset.view` is the title
of a view of the page, `Preset.choices` what is chosen in its controls.
"""

from __future__ import annotations

from rnnviz.tasks import Counting, FlipFlop, GymSchedule, Parity, TemporalOrder
from rnnviz.tasks.gym import THREE_DAYS
from rnnviz.training.preset import Preset, runs_of

#: Every preset of the page, in teaching order.
MEMORY_PRESETS: tuple[Preset, ...] = (
    Preset(
        key="triangle",
        name="The triangle of the gym",
        title="A schedule of three days is a triangle",
        runs=runs_of(
            GymSchedule(exercises=THREE_DAYS, length=14),
            {"cell": "lstm", "hidden_size": 16},
            {"LSTM": {}},
        ),
        iterations=300,
        look_at=(
            "The points and the state diagram beside them. Before training all states lie close "
            "together. While it trains they move apart into three corners, one for each day: two "
            "components then hold nearly all of the variance. The automaton that is read from "
            "them is the schedule itself: three states in a cycle, and the start. Play the sweep: "
            "the probe goes round in both pictures at the same time."
        ),
        not_to_conclude=(
            "That a memory always lies in a plane: three situations do, as three points always "
            "do. Nor that one unit stands for one day: all units together make up a corner."
        ),
        view="Paths",
        choices=(("machine", "yes"),),
    ),
    Preset(
        key="two",
        name="Two states suffice",
        title="Parity is a machine with two states",
        runs=runs_of(
            Parity(),
            {"cell": "gru", "hidden_size": 16, "clip_norm": 1.0},
            {"GRU": {}},
        ),
        iterations=400,
        look_at=(
            "The state diagram. Sixteen numbers go from step to step, but for the answers one bit "
            "is enough: even or odd. Each 1 flips it, each 0 keeps it. The machine is read from "
            "sequences of 12 bits, and it also answers as the network does on 24."
        ),
        not_to_conclude=(
            "That the network has two points only: around each of the two states lies a cloud, "
            "which also shows what the last bits were. The machine leaves out what no answer "
            "depends on."
        ),
        view="Automaton",
    ),
    Preset(
        key="counts",
        name="What the LSTM counts",
        title="Counting has no finite machine",
        runs=runs_of(
            Counting(),
            {"cell": "lstm", "hidden_size": 12, "clip_norm": 1.0},
            {"LSTM": {}},
        ),
        iterations=300,
        look_at=(
            "The cell states: at least one unit goes one way with each a and back with each b, "
            "like a counter. A machine that answers as the network does needs a state for each "
            "number of letters that are open: for up to 8 a's it has 18 or more. On sequences of "
            "twice the length the same machine fails, because it has no states for them."
        ),
        not_to_conclude=(
            "That the network counts without end: beyond what it was trained on it makes mistakes "
            "too, and the machine does not follow it there. What is shown is that no small "
            "machine does what the network does."
        ),
        view="Paths",
        choices=(("of", "c"), ("machine", "yes")),
    ),
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
            "The fixed points for no input (choose 3-D, and turn the picture), and below it how "
            "many there are over training. At the end there are eight stable ones, the corners of "
            "a cube: one for each way to set three bits. While nothing comes in, the state stays "
            "there, and that is the memory. Between them lie saddles, with one unstable direction "
            "on an edge of the cube, two on a face, three in the middle: along these directions "
            "the state leaves for one corner or the other. Rewind: early in training there are "
            "fewer stable points, some corners are only slow points, and a bit fades there."
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
