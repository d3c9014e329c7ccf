"""Measure what a visitor keeps of their updates while others sweep.

Starts the app once for each number of worker processes, and lets one visitor train the run that it
opens with, over a real WebSocket connection: alone first, then beside others who sweep. Prints
updates per second of the one, and the runs that the others have finished meanwhile.

    python -m benchmarks.sweeping_neighbours [--sweepers 1] [--processes 0 1 2] [--seconds 10]
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.neighbours import Watched, _watch, enter
from benchmarks.users import listen
from tests.serving import ROOT, Server, running

#: A sweep that lasts longer than any measurement: 240 runs of the task that the app opens with.
QUERY = "v=1&page=sweep&p.sweep1=cell~rnn~gru~lstm&p.sweep2=h~8~16~24~32&p.seeds=20&p.until=300"
_DONE = re.compile(r"^([0-9,]+) of [0-9,]+ runs")


@dataclass
class Sweeper(Watched):
    """A visitor who sweeps, and how many runs have finished."""

    begin: str = ""
    page: str = ""
    done: int = 0

    def read(self, message: ForwardMsg) -> None:
        """Take from a message of the server what the frontend would."""
        super().read(message)
        if message.WhichOneof("type") == "new_session":
            self.page = message.new_session.page_script_hash
        if message.WhichOneof("type") != "delta":
            return
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button" and element.button.label == "Sweep":
            self.begin = element.button.id
        elif kind == "progress" and (found := _DONE.match(element.progress.text)):
            self.done = int(found[1].replace(",", ""))


async def _sweep(server: Server, visitor: Sweeper) -> ClientConnection:
    """Open the page by a link, and press the button."""
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    socket = await connect(address, subprotocols=["streamlit"], max_size=None)
    visitor.listener = asyncio.create_task(listen(socket, visitor))
    message = BackMsg()
    message.rerun_script.query_string = QUERY
    message.rerun_script.page_name = "sweep"
    await socket.send(message.SerializeToString())
    while not visitor.begin:
        await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    visitor.intervals_s.clear()
    pressed = BackMsg()
    pressed.rerun_script.page_script_hash = visitor.page
    pressed.rerun_script.widget_states.widgets.add(id=visitor.begin, trigger_value=True)
    await socket.send(pressed.SerializeToString())
    while not visitor.intervals_s:
        await asyncio.sleep(0.1)
    visitor.timers = [
        asyncio.create_task(_tick(socket, visitor.page, fragment, interval_s))
        for fragment, interval_s in visitor.intervals_s.items()
    ]
    return socket


async def _tick(socket: ClientConnection, page: str, fragment: str, interval_s: float) -> None:
    """Ask for a fragment of a page again and again, as the browser does."""
    message = BackMsg()
    message.rerun_script.page_script_hash = page
    message.rerun_script.fragment_id = fragment
    message.rerun_script.is_auto_rerun = True
    while True:
        await socket.send(message.SerializeToString())
        await asyncio.sleep(interval_s)


async def _measure(server: Server, sweepers: int, seconds: float) -> str:
    light = Watched()
    await enter(server, light, None)
    alone, _ = await _watch(light, seconds)
    others = [Sweeper() for _ in range(sweepers)]
    for visitor in others:
        await _sweep(server, visitor)
    beside, wait = await _watch(light, seconds)
    return (
        f"alone {alone:5.2f} updates/s, beside {sweepers} {beside:5.2f} (kept "
        f"{beside / alone:.2f}, fair share {1 / (1 + sweepers):.2f}), longest wait "
        f"{1e3 * wait:.0f} ms; runs finished: {', '.join(str(other.done) for other in others)}"
    )


def main() -> None:
    """Measure, and print a line for each number of processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweepers", type=int, default=1)
    parser.add_argument("--processes", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=10)
    wanted = parser.parse_args()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    for processes in wanted.processes:
        with running(command, ROOT, {"RNNVIZ_SWEEP_PROCESSES": str(processes)}) as server:
            told = asyncio.run(_measure(server, wanted.sweepers, wanted.seconds))
        print(f"{processes} processes: {told}", flush=True)


if __name__ == "__main__":
    main()
