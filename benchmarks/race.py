"""Measure a race as a visitor has it: the real app in a real Chromium.

Two races, one after the other: four lanes (MLP, RNN, GRU and LSTM) with 32 units, 50 time steps and
16 sequences in a batch, one seed; and ten seeds of two lanes (RNN and LSTM) with 16 units and 14
time steps. Prints updates and frames per second, and the iterations per second of all runs.

    python -m benchmarks.race [--seconds 20]
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import time

from playwright.sync_api import Page, sync_playwright

from benchmarks.live import READ, WATCH
from benchmarks.processes import browser_s, processor_s
from tests.serving import Server, running_app

_LARGE = "h_32~b_16"
#: What is raced -> the words of its link.
RACES = {
    "4 lanes, H=32, T=50, B=16, 1 seed": (
        "task=order&len=50&p.preset=own&p.seeds=1&p.until=5000"
        + "".join(
            f"&p.lane{n}={cell}~{_LARGE}" for n, cell in enumerate(("mlp", "rnn", "gru", "lstm"), 1)
        )
    ),
    "2 lanes, H=16, T=14, B=32, 10 seeds": (
        "task=gym&len=14&p.preset=own&p.seeds=10&p.until=5000&p.lane1=rnn&p.lane2=lstm"
    ),
}


def _iteration(page: Page) -> int:
    told = page.locator(".readings dd").first.inner_text()
    found = re.match(r"[\d,]+", told)
    return int(found[0].replace(",", "")) if found else 0


def _measure(page: Page, server: Server, seconds: float, runs: int) -> None:
    page.evaluate(WATCH)
    before, begun = {"server": processor_s(server.pid), **browser_s()}, _iteration(page)
    page.wait_for_timeout(int(seconds * 1000))
    seen = page.evaluate(READ)
    done = _iteration(page) - begun
    for name, value, unit in (
        ("updates", seen["updates"] / seen["seconds"], "/s"),
        ("frames", seen["frames"] / seen["seconds"], "/s"),
        ("main thread blocked", seen["blocked"] / seen["seconds"], "ms/s"),
        ("charts and canvases mounted anew", seen["mounts"], ""),
        ("iterations of each run", done / seen["seconds"], "/s"),
        ("iterations of all runs", runs * done / seen["seconds"], "/s"),
    ):
        print(f"{name:>34}: {value:7.1f} {unit}")
    for part, taken_s in {"server": processor_s(server.pid), **browser_s()}.items():
        share = (taken_s - before.get(part, 0.0)) / seen["seconds"]
        print(f"{f'processor, {part}':>34}: {share:7.2f} cores")


def main() -> None:
    """Measure, and print the numbers of each race."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with running_app() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        print(f"Chromium {browser.version}, 1440x900, {time.strftime('%Y-%m-%d')}")
        for name, words in RACES.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{server.url}/race?v=1&page=race&{words}")
            page.locator(".lane").first.wait_for()
            page.wait_for_timeout(2000)
            page.get_by_role("button", name="Race", exact=False).first.click()
            page.locator(".picture").first.wait_for()
            page.wait_for_timeout(3000)
            print(name)
            _measure(page, server, arguments.seconds, runs=20 if "10 seeds" in name else 4)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
