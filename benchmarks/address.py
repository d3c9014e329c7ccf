"""What the address costs, in the real app and a real Chromium: `python -m benchmarks.address`.

Three questions. How many updates per second the live loop does with and without keeping the
address, and what an update takes of the processor, in turn on two servers, one of which does not
keep it. How long it takes until the page can be used, opened from a link without a replay and from
the bare address, in turn. And whether any of so many altered addresses shows an exception.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from benchmarks.processes import browser_s, processor_s
from tests.browser.altered import altered
from tests.serving import ROOT, Server, running

# Both servers run the same script: another one beside other files is not as fast.
_APP = Path(__file__).with_name("address_app.py")
_COMMAND = [sys.executable, "-m", "streamlit", "run", str(_APP)]
_WITHOUT = {"RNNVIZ_BENCHMARK_WITHOUT_ADDRESS": "yes"}
_LINK = "v=1&cell=gru&h=32&seed=7&b=16&lr=0.003&u=3&t=12&view=one-unit"
_VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
_FAULTS = '[data-testid="stException"], .stException, :text("Something went wrong here")'

#: Counts the updates of the readings from now on.
_WATCH = """() => {
  const reading = () => document.querySelector(".readings").innerText;
  window.seen = { updates: 0, since: performance.now(), last: reading() };
  new MutationObserver(() => {
    const now = reading();
    if (now !== seen.last) { seen.last = now; seen.updates += 1; }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
_READ = "() => ({ updates: seen.updates, seconds: (performance.now() - seen.since) / 1000 })"


def _ready(page: Page) -> None:
    """Wait until the picture is there, a press would be taken, and nothing is still to come."""
    page.locator(".unrolled .label").first.wait_for()
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()


def _use(page: Page, url: str) -> float:
    """Open an address, and return the seconds until the page can be used."""
    begun = time.perf_counter()
    page.goto(url, wait_until="commit")
    _ready(page)
    return time.perf_counter() - begun


def _train(page: Page, server: Server, seconds: float) -> tuple[float, float]:
    """Train for so long; return updates per second, and the processor's ms for an update."""
    page.locator(".st-key-play button").first.click()
    page.wait_for_timeout(1500)
    before = processor_s(server.pid) + sum(browser_s().values())
    page.evaluate(_WATCH)
    page.wait_for_timeout(1000 * seconds)
    seen = page.evaluate(_READ)
    taken = processor_s(server.pid) + sum(browser_s().values()) - before
    page.locator(".st-key-play button").first.click()
    page.wait_for_timeout(500)
    return seen["updates"] / seen["seconds"], 1e3 * taken / max(1, seen["updates"])


def _compare_loops(browser: Browser, servers: list[Server], rounds: int, seconds: float) -> None:
    # Without the sweep, which would take most of the browser's time in both.
    pages = [browser.new_page(viewport=_VIEWPORT, reduced_motion="reduce") for _ in servers]
    for page, server in zip(pages, servers, strict=True):
        _use(page, server.url)
    measured: list[list[tuple[float, float]]] = [[] for _ in servers]
    for number in range(rounds):
        order = (0, 1) if number % 2 else (1, 0)
        for place in order:
            measured[place].append(_train(pages[place], servers[place], seconds))
    for page in pages:
        page.close()
    for what, unit, of in (("updates", "/s", 0), ("processor's time for an update", "ms", 1)):
        kept, left = (statistics.median(each[of] for each in one) for one in measured)
        print(f"{what:>32}: with {kept:6.2f}, without {left:6.2f} {unit}, ratio {kept / left:.3f}")


def _compare_openings(browser: Browser, server: Server, times: int) -> None:
    measured: dict[str, list[float]] = {"": [], f"?{_LINK}": []}
    for _ in range(times):
        for query, taken in measured.items():
            page = browser.new_page(viewport=_VIEWPORT)
            taken.append(_use(page, server.url + query))
            page.close()
    bare, linked = (statistics.median(taken) for taken in measured.values())
    print(
        f"{'until the page can be used':>32}: bare {bare:.2f}, link {linked:.2f} s, "
        f"ratio {linked / bare:.2f}"
    )


def _alter(browser: Browser, server: Server, count: int) -> None:
    page, faults, spoken = browser.new_page(), [], []
    page.on("dialog", lambda dialog: (spoken.append(dialog.message), dialog.dismiss()))
    begun = time.perf_counter()
    for query in altered(count):
        page.goto(f"{server.url}?{query}", wait_until="domcontentloaded")
        page.locator(".readings dd").first.wait_for()
        if page.locator(_FAULTS).count() or spoken:
            faults.append(query)
    taken = time.perf_counter() - begun
    print(f"{'altered addresses':>32}: {count}, with a fault {len(faults)}, {taken:.0f} s")
    for query in faults:
        print(f"    {query}")
    page.close()


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--openings", type=int, default=5)
    parser.add_argument("--altered", type=int, default=50)
    chosen = parser.parse_args()
    with (
        running(_COMMAND, ROOT) as server,
        running(_COMMAND, ROOT, _WITHOUT) as without,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        _compare_loops(browser, [server, without], chosen.rounds, chosen.seconds)
        _compare_openings(browser, server, chosen.openings)
        _alter(browser, server, chosen.altered)
        browser.close()


if __name__ == "__main__":
    main()
