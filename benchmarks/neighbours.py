"""Measure what a visitor with a small network keeps beside three with the largest that are allowed.

Starts the app, and lets one visitor train the run that it opens with, over a real WebSocket
connection: alone first, then beside others who train the largest network of that task that is not
refused. Prints updates per second of both, their ratio, and the longest wait for an update.

    python -m benchmarks.neighbours [--heavy 3] [--seconds 15]
"""

from __future__ import annotations

import argparse
import asyncio
import time
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from itertools import pairwise

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.users import WARM_S, Visitor, listen, run_timer, send
from rnnviz import RunConfig
from rnnviz.tasks import make_task
from rnnviz.tasks.task import Task
from rnnviz.training import pace
from rnnviz.training.limits import fits, iteration_ms, memory_mb, turn_ms
from tests.serving import Server, running_app


@dataclass
class Watched(Visitor):
    """A visitor, and when each update came, by the monotonic clock, in seconds."""

    came_s: list[float] = field(default_factory=list)

    def read(self, message: ForwardMsg) -> None:
        """Take from a message of the server what the frontend would."""
        before = self.updates
        super().read(message)
        if self.updates > before:
            self.came_s.append(time.monotonic())


def largest() -> RunConfig:
    """Return the settings of the longest turn that is allowed with the task of the opening.

    A little less than that: the server measures the machine for itself, and must not refuse them.
    """
    pace.keep(1.15 * pace.measured())
    task = make_task("gym")
    shapes = [
        replace(RunConfig(), hidden_size=hidden_size, layers=layers)
        for hidden_size in (32, 64, 128)
        for layers in (1, 2, 4)
    ]
    allowed = []
    for shape in shapes:
        sizes = range(1, 257)
        most = bisect_left(sizes, True, key=lambda size: not _fits(shape, size, task))
        if most:
            allowed.append(replace(shape, batch_size=most))
    return max(allowed, key=lambda config: turn_ms(config, task))


def _fits(shape: RunConfig, batch_size: int, task: Task) -> bool:
    return fits((replace(shape, batch_size=batch_size), task))


async def enter(server: Server, visitor: Visitor, config: RunConfig | None) -> ClientConnection:
    """Open the app, choose settings, press Train; return the connection."""
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    socket = await connect(address, subprotocols=["streamlit"], max_size=None)
    visitor.listener = asyncio.create_task(listen(socket, visitor))
    await _script(socket, visitor)
    if config is not None:
        # Batch size last: on the way no combination is larger than the last one.
        for label, value in (
            ("Batch size", 1),
            ("Hidden units ↻", config.hidden_size),
            ("Layers ↻", config.layers),
            ("Batch size", config.batch_size),
        ):
            await _script(socket, visitor, slider=visitor.sliders[label], to=value)
    await _script(socket, visitor, button=visitor.play_button)
    visitor.timers = [
        asyncio.create_task(run_timer(socket, fragment, interval_s))
        for fragment, interval_s in visitor.intervals_s.items()
    ]
    return socket


async def _script(socket: ClientConnection, visitor: Visitor, **state: object) -> None:
    visitor.idle.clear()
    await send(socket, **state)
    await asyncio.wait_for(visitor.idle.wait(), 60)
    await asyncio.sleep(0.2)  # what a callback asked for comes with the next script


async def _watch(visitor: Watched, seconds: float) -> tuple[float, float]:
    """Return updates per second and the longest wait in seconds, after a while to warm up."""
    await asyncio.sleep(WARM_S)
    visitor.came_s.clear()
    begun = time.monotonic()
    await asyncio.sleep(seconds)
    moments = [begun, *visitor.came_s, time.monotonic()]
    waits = [after - before for before, after in pairwise(moments)]
    return len(visitor.came_s) / seconds, max(waits)


async def _measure(server: Server, config: RunConfig, heavy: int, seconds: float) -> None:
    light = Watched()
    await enter(server, light, None)
    alone, wait_alone = await _watch(light, seconds)
    task = make_task("gym")
    print(
        f"the largest: {config.hidden_size} units, {config.layers} layers, batch size "
        f"{config.batch_size}, {task.length} steps: about {iteration_ms(config, task):.0f} ms for "
        f"an iteration, {turn_ms(config, task):.0f} ms for a turn, {memory_mb(config, task):.0f} MB"
    )
    others = [Watched() for _ in range(heavy)]
    for visitor in others:
        await enter(server, visitor, config)
    beside, wait_beside = await _watch(light, seconds)
    theirs = [len(visitor.came_s) / (time.monotonic() - visitor.came_s[0]) for visitor in others]
    print(f"alone:         {alone:5.2f} updates/s, longest wait {wait_alone * 1e3:5.0f} ms")
    print(f"beside {heavy}:      {beside:5.2f} updates/s, longest wait {wait_beside * 1e3:5.0f} ms")
    print("the others:    " + ", ".join(f"{each:.2f}" for each in theirs) + " updates/s")
    print(f"kept:          {beside / alone:5.2f}   (wanted: at least 0.33)")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heavy", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15)
    wanted = parser.parse_args()
    config = largest()  # before anyone waits for this process
    with running_app() as server:
        asyncio.run(_measure(server, config, wanted.heavy, wanted.seconds))


if __name__ == "__main__":
    main()
