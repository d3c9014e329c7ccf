"""Measure what the server still holds of visitors who have gone.

Starts the app, lets visitors come over real WebSocket connections, choose the largest network that
is allowed, train it for a while, and close. Prints the server's resident memory before they came,
at most, and after the time at which nothing of them should be left.

    python -m benchmarks.leavers [--users 50] [--at-once 5] [--seconds 2] [--rest 90]

All visitors together may take so much and no more (`rnnviz/visit/room.py`), and who has left
counts until they can no longer come back: so they come in waves, with a rest between, and it is
told how many found no room.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import time
from pathlib import Path

from benchmarks.neighbours import Watched, enter, largest
from rnnviz import RunConfig
from rnnviz.visit.guests import LOOK_S, LOST_AFTER_S
from tests.serving import Server, running_app

#: Seconds after the last one has gone.
WAIT_S = LOST_AFTER_S + 3 * LOOK_S


def resident_mb(server: Server) -> float:
    """Return the resident memory of the server."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


async def _visit(
    server: Server, config: RunConfig, seconds: float, sizes: list[float], refused: list[str]
) -> None:
    visitor = Watched()
    socket = await enter(server, visitor, config)
    await asyncio.sleep(seconds)
    sizes.append(resident_mb(server))
    refused += visitor.alerts[-1:]
    for task in (visitor.listener, *visitor.timers):
        if task is not None:
            task.cancel()
    await socket.close()


async def _measure(
    server: Server, config: RunConfig, users: int, at_once: int, seconds: float, rest_s: float
) -> None:
    # The first visitor loads what every later one needs.
    sizes: list[float] = []
    refused: list[str] = []
    await _visit(server, config, 1.0, sizes, refused)
    await asyncio.sleep(WAIT_S)
    before = resident_mb(server)
    print(f"before:               {before:6.0f} MB", flush=True)
    for start in range(0, users, at_once):
        count = min(at_once, users - start)
        await asyncio.gather(
            *(_visit(server, config, seconds, sizes, refused) for _ in range(count))
        )
        print(f"wave of {count}: at most {max(sizes[-count:]):6.0f} MB", flush=True)
        if start + count < users:
            await asyncio.sleep(rest_s)
            print(f"after it:           {resident_mb(server):6.0f} MB", flush=True)
    closed = time.monotonic()
    print(
        f"at most:              {max(sizes):6.0f} MB, {users} visitors, {len(refused)} refused",
        flush=True,
    )
    print("\n".join(sorted(set(refused))))
    while time.monotonic() < closed + WAIT_S:
        await asyncio.sleep(10)
        gone = time.monotonic() - closed
        print(f"{gone:4.0f} s after the last: {resident_mb(server):6.0f} MB", flush=True)
    print(f"more than before:     {resident_mb(server) - before:6.0f} MB   (wanted: at most 60)")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--at-once", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rest", type=float, default=WAIT_S, help="seconds between two waves")
    wanted = parser.parse_args()
    config = largest()  # before anyone waits for this process
    with running_app() as server:
        asyncio.run(
            _measure(server, config, wanted.users, wanted.at_once, wanted.seconds, wanted.rest)
        )


if __name__ == "__main__":
    main()
