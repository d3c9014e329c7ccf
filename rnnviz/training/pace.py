"""How long this machine takes, beside the one for which `engine/cost.py` tells the seconds.

Machines differ by a factor of three in what a network takes. So the estimates are those of one
machine, and a server measures once, when it starts, by what factor its own differs. Whoever does
not measure has the estimates as they are: then they are the same everywhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from rnnviz.engine import Network
from rnnviz.engine.cost import learning_s
from rnnviz.training.threads import one_thread

#: Of one pass: long enough that its numbers count and not its calls, and short enough to wait for.
_STEPS, _BATCH, _HIDDEN = 14, 64, 32
#: The least of so many counts: what else the machine does only ever adds.
_ROUNDS = 5
#: No machine that this runs on is further off; what is measured beyond is a disturbance.
_LEAST, _MOST = 0.3, 3.0

_pace = 1.0


def pace() -> float:
    """Return by what an estimate of seconds is multiplied; 1 until someone has measured."""
    return _pace


def keep(factor: float) -> None:
    """Multiply every estimate from now on."""
    global _pace
    _pace = factor


def measured(clock: Callable[[], float] = time.thread_time) -> float:
    """Measure by what factor this machine takes longer than estimated; it takes some 30 ms.

    Parameters
    ----------
    clock
        Tells seconds; the processor's time of this thread, so that a busy machine disturbs little.

    Returns
    -------
    float
        0.3..3.
    """
    network = Network(cell="lstm", input_size=4, hidden_size=_HIDDEN, output_size=4)
    x = np.random.default_rng(0).random((_STEPS, _BATCH, 4))
    y = np.zeros((_STEPS, _BATCH), dtype=np.int64)
    taken = []
    with one_thread():
        network.learn(x, y)  # makes the buffers
        for _ in range(_ROUNDS):
            begun = clock()
            network.learn(x, y)
            taken.append(clock() - begun)
    factor = min(taken) / learning_s(network.architecture, _STEPS, _BATCH)
    return min(_MOST, max(_LEAST, factor))
