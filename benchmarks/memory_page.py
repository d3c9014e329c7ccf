"""Measure the page Memory as a visitor has it: the real app in a real Chromium.

An LSTM with 16 units, 200 sequences of 20 steps. Prints for each view how often the transport bar
and the view itself are updated while the network trains at full speed, and how many frames there
are; and after how many seconds the page shows its first picture.

    python -m benchmarks.memory_page [--seconds 8] [--views "Paths,Automaton"] [--fixed]
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import time

from playwright.sync_api import Page, sync_playwright

from rnnviz.views.memory import VIEWS
from tests.serving import running_app

_LINK = "v=1&task=echo&length=20&cell=lstm&h=16"
#: Counts frames, and updates of the numbers of the run and of what the view tells of its iteration.
_WATCH = """() => {
  const seen = {frames: 0, updates: 0, pictures: 0, blocked: 0, since: performance.now()};
  window.seen = seen;
  const frame = () => { seen.frames += 1; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.blocked += Math.max(0, task.duration - 50);
  }).observe({entryTypes: ["longtask"]});
  const caption = () => {
    for (const host of document.querySelectorAll("*")) {
      const found = host.shadowRoot?.querySelector(".states .measured b");
      if (found) return found.textContent;
    }
    return "";
  };
  const charts = () =>
    [...document.querySelectorAll(".rnnviz-plot-chart")].map((each) => each.ariaLabel).join();
  const reading = () => document.querySelector(".readings")?.innerText ?? "";
  let last = reading(), shown = caption() + charts();
  setInterval(() => {
    const now = reading(), told = caption() + charts();
    if (now !== last) { last = now; seen.updates += 1; }
    if (told !== shown) { shown = told; seen.pictures += 1; }
  }, 20);
}"""
_READ = "() => ({...seen, seconds: (performance.now() - seen.since) / 1000})"


def _open(page: Page, url: str) -> float:
    """Open the page, and return the seconds until the state space is drawn."""
    begun = time.monotonic()
    page.goto(f"{url}/memory?{_LINK}&page=memory")
    page.locator(".states canvas").first.wait_for(timeout=60_000)
    return time.monotonic() - begun


def _measure(page: Page, seconds: float) -> str:
    page.evaluate(_WATCH)
    page.wait_for_timeout(int(1000 * seconds))
    seen = page.evaluate(_READ)
    took = seen["seconds"]
    return (
        f"{seen['updates'] / took:5.1f} updates/s, {seen['pictures'] / took:5.1f} pictures/s, "
        f"{seen['frames'] / took:5.1f} frames/s, {seen['blocked'] / took:5.1f} ms/s blocked"
    )


def main() -> None:
    """Measure, and print a line for each view."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--views", default=",".join(VIEWS))
    parser.add_argument("--fixed", action="store_true", help="with fixed points for no input")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with running_app() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        print(f"Chromium {browser.version}, 1280x720, {time.strftime('%Y-%m-%d')}")
        for title in asked.views.split(","):
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            first = _open(page, server.url)
            page.get_by_role("radio", name=title, exact=True).first.click()
            if asked.fixed:
                page.locator(".st-key-in_space input").first.click()
                page.get_by_role("option", name="fixed points: no input").click()
            page.get_by_role("radio", name="fast").click()
            page.get_by_role("button", name="Train", exact=False).first.click()
            page.wait_for_timeout(3000)
            print(f"{title:>18}: first picture {first:4.1f} s; {_measure(page, asked.seconds)}")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
