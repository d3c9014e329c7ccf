"""Measure whether many visitors who train at once each get a fair and lively share.

Starts the app, opens real WebSocket connections to it on this machine, presses Train in each, and
lets every one run its timer as the browser does. Prints updates and training per visitor.

    python -m benchmarks.users [--users 20] [--seconds 20] [--speed fast] [--app ../other/app.py]

The processor's time of the server for each update tells less of what else the machine does. With
--app it is that of another copy of the app, so that two can be compared in the same minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.processes import processor_s
from tests.serving import ROOT, Server, running_app

#: Seconds after everyone has pressed Train that are not counted.
WARM_S = 3
_ITERATION = re.compile("<dt>Iteration</dt><dd>([0-9,]+)</dd>")


@dataclass
class Visitor:
    """What one connection has seen."""

    play_button: str = ""
    speed: str = ""
    sliders: dict[str, str] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    intervals_s: dict[str, float] = field(default_factory=dict)
    iteration: int = 0
    updates: int = 0
    first: tuple[int, int] | None = None
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    listener: asyncio.Task[None] | None = None
    timers: list[asyncio.Task[None]] = field(default_factory=list)

    def read(self, message: ForwardMsg) -> None:
        """Take from a message of the server what the frontend would."""
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._read_element(message.delta.new_element)
        elif kind == "auto_rerun":
            self.intervals_s[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "script_finished":
            self.idle.set()

    def _read_element(self, element: object) -> None:
        kind = element.WhichOneof("type")
        if kind == "button" and element.button.label == "Train":
            self.play_button = element.button.id
        elif kind == "alert":
            self.alerts.append(element.alert.body)
        elif kind == "button_group" and element.button_group.label == "Speed":
            self.speed = element.button_group.id
        elif kind == "slider":
            self.sliders[element.slider.label] = element.slider.id
        elif kind == "html" and (shown := _ITERATION.search(element.html.body)):
            self.iteration = int(shown[1].replace(",", ""))
            self.updates += 1


async def send(socket: ClientConnection, **state: object) -> None:
    """Ask for a script, or with `fragment` for that alone.

    A `button` is pressed, a `slider` moved, of a `group` one is chosen.
    """
    message = BackMsg()
    message.rerun_script.is_auto_rerun = bool(state.get("auto"))
    message.rerun_script.fragment_id = str(state.get("fragment", ""))
    if button := state.get("button"):
        message.rerun_script.widget_states.widgets.add(id=button, trigger_value=True)
    if slider := state.get("slider"):
        moved = message.rerun_script.widget_states.widgets.add(id=slider)
        moved.double_array_value.data.append(state["to"])
    if group := state.get("group"):
        chosen = message.rerun_script.widget_states.widgets.add(id=group)
        chosen.string_array_value.data.append(state["to"])
    message.rerun_script.SetInParent()
    await socket.send(message.SerializeToString())


async def listen(socket: ClientConnection, visitor: Visitor) -> None:
    """Let a visitor read whatever comes."""
    async for raw in socket:
        visitor.read(ForwardMsg.FromString(raw))


async def _visit(
    server: Server, visitor: Visitor, start: asyncio.Event, seconds: float, speed: str
) -> None:
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    async with connect(address, subprotocols=["streamlit"], max_size=None) as socket:
        listener = asyncio.create_task(listen(socket, visitor))
        await send(socket)
        await visitor.idle.wait()
        await start.wait()
        if speed:
            await _script(socket, visitor, group=visitor.speed, to=speed)
        await _script(socket, visitor, button=visitor.play_button)
        timers = [
            asyncio.create_task(run_timer(socket, fragment, interval_s))
            for fragment, interval_s in visitor.intervals_s.items()
        ]
        # The first seconds, in which everyone presses Train, are not counted.
        await asyncio.sleep(WARM_S)
        visitor.first = (visitor.updates, visitor.iteration)
        await asyncio.sleep(seconds)
        for task in (listener, *timers):
            task.cancel()


async def _script(socket: ClientConnection, visitor: Visitor, **state: object) -> None:
    visitor.idle.clear()
    await send(socket, **state)
    await asyncio.wait_for(visitor.idle.wait(), 60)


async def run_timer(socket: ClientConnection, fragment: str, interval_s: float) -> None:
    """Ask for a fragment again and again, as the browser does."""
    while True:
        await send(socket, fragment=fragment, auto=True)
        await asyncio.sleep(interval_s)


@dataclass
class Measured:
    """What all visitors had, and what of the processor the server took for it."""

    visitors: list[Visitor]
    processor_s: float

    @property
    def updates(self) -> list[int]:
        """Counted updates of each visitor."""
        return [each.updates - each.first[0] for each in self.visitors if each.first]

    @property
    def iterations(self) -> list[int]:
        """Counted iterations of each visitor."""
        return [each.iteration - each.first[1] for each in self.visitors if each.first]


async def _measure(server: Server, users: int, seconds: float, speed: str) -> Measured:
    visitors = [Visitor() for _ in range(users)]
    start = asyncio.Event()
    visits = [asyncio.create_task(_visit(server, v, start, seconds, speed)) for v in visitors]
    await asyncio.gather(*(v.idle.wait() for v in visitors))
    start.set()
    while not all(visitor.first for visitor in visitors):
        await asyncio.sleep(0.05)
    before = processor_s(server.pid)
    await asyncio.sleep(seconds - 1)
    taken = (processor_s(server.pid) - before) / (seconds - 1) * seconds
    await asyncio.gather(*visits)
    return Measured(visitors, taken)


def _peak_memory_mb(server: Server) -> float:
    """Return the most resident memory that the server ever had; 0 where /proc does not tell."""
    status = Path(f"/proc/{server.pid}/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1000 if found else 0.0


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--speed", default="", help="slow, medium or fast; else as it opens")
    parser.add_argument("--app", type=Path, default=ROOT / "app.py")
    wanted = parser.parse_args()
    with running_app(wanted.app, wanted.app.resolve().parent) as server:
        measured = asyncio.run(_measure(server, wanted.users, wanted.seconds, wanted.speed))
        memory_mb = _peak_memory_mb(server)
    updates = [count / wanted.seconds for count in measured.updates]
    trained = [count / wanted.seconds for count in measured.iterations]
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, ", end="")
    print(f"Python {platform.python_version()}, {wanted.users} visitors, {wanted.seconds:g} s")
    for name, values in (("updates/s", updates), ("iterations/s", trained)):
        middle = statistics.median(values)
        print(
            f"{name:>13}: least {min(values):8.1f}   median {middle:8.1f}   "
            f"most {max(values):8.1f}   least/median {min(values) / max(middle, 1e-9):.2f}"
        )
    each_ms = 1e3 * measured.processor_s / max(1, sum(measured.updates))
    share = measured.processor_s / wanted.seconds
    print(f"processor: {share:.2f} of a core, {each_ms:.1f} ms for an update")
    print(f"all together: {sum(trained):.0f} iterations/s; server's peak memory {memory_mb:.0f} MB")


if __name__ == "__main__":
    main()
