"""Measure the live loop as a visitor has it: the real app in a real Chromium.

LSTM with 32 units, 50 time steps, 16 sequences in a batch. Prints updates, frames, blocked main
thread, the time from a slider to its effect, and whether any chart was mounted anew.

    python -m benchmarks.live [--seconds 30] [--page gradients | gates | equations]
                              [--beside rnn | gru | ...] [--attention dot | general | additive]

With --beside the Studio shows a second network, with --attention the network has attention: it is
measured alone first, then beside the second, or with attention, in the same minute, so that the two
can be compared on a machine that others use too.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import time

from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.processes import browser_s, processor_s
from rnnviz.engine.attention import ATTENTION
from rnnviz.training.config import CHOICE_LABELS
from tests.serving import Server, running_app

CELLS = ("rnn", "relu", "gru", "mlp")

#: Counts frames, long tasks, updates and mounts from now on.
WATCH = """() => {
  const seen = {frames: 0, blocked: 0, updates: 0, shown: 0, mounts: 0, since: performance.now()};
  window.seen = seen;
  const frame = () => { seen.frames += 1; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.blocked += Math.max(0, task.duration - 50);
  }).observe({entryTypes: ["longtask"]});
  const reading = () => document.querySelector(".readings").innerText;
  // What the page shows besides: the numbers of the equations, or the sentences under its charts.
  const told = (it) => it.ariaLabel ?? it.textContent;
  const shows = () =>
    [...document.querySelectorAll(".equation, .rnnviz-plot-chart")].map(told).join();
  let last = reading(), lastShown = shows();
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) {
        if (node.nodeType !== 1) continue;
        seen.mounts += node.matches(".js-plotly-plot, canvas") ? 1 : 0;
        seen.mounts += node.querySelector(".katex") ? 1 : 0;
      }
    }
    const now = reading();
    if (now !== last) { last = now; seen.updates += 1; }
    const nowShown = shows();
    if (nowShown !== lastShown) { lastShown = nowShown; seen.shown += 1; }
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""

READ = "() => ({...seen, seconds: (performance.now() - seen.since) / 1000})"

#: Resolves with the milliseconds from now until the reading of the learning rate changes.
_UNTIL_EFFECT = """() => new Promise((resolve) => {
  const readings = () => document.querySelector(".readings").querySelectorAll("dd");
  const reading = () => [...readings()].at(-1).innerText;
  const before = reading();
  document.addEventListener("keydown", () => {
    const start = performance.now();
    const look = () => {
      if (reading() !== before) resolve(performance.now() - start);
      else requestAnimationFrame(look);
    };
    look();
  }, {once: true, capture: true});
})"""


def _slider(page: Page, label: str) -> Locator:
    return page.get_by_role("slider", name=label, exact=False).first


def _set(page: Page, label: str, wanted: int) -> None:
    """Move a slider to a value, by keyboard."""
    slider = _slider(page, label)
    slider.focus()
    while (shown := int(slider.input_value())) != wanted:
        slider.press("ArrowRight" if shown < wanted else "ArrowLeft")
        page.wait_for_timeout(100)
    page.wait_for_timeout(1500)


def _slider_to_effect_ms(page: Page, times: int = 15) -> list[float]:
    slider = _slider(page, "Learning rate")
    slider.focus()
    measured = []
    for number in range(times):
        page.evaluate(f"() => {{ window.effect = ({_UNTIL_EFFECT})(); }}")
        slider.press("ArrowRight" if number % 2 else "ArrowLeft")
        measured.append(float(page.evaluate("window.effect")))
        page.wait_for_timeout(170 + 37 * number % 150)
    return measured


def _prepare(page: Page) -> None:
    _set(page, "Hidden units", 32)
    _set(page, "Sequence length", 50)
    _set(page, "Batch size", 16)
    _train(page)


def _train(page: Page) -> None:
    page.get_by_role("radio", name="fast").click()
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Train", exact=False).first.click()
    page.wait_for_timeout(3000)


def _processor_s(server: Server) -> dict[str, float]:
    """Return the processor's time so far of the server, and of each part of the browser."""
    return {"server": processor_s(server.pid), **browser_s()}


def _measure(page: Page, server: Server, seconds: float) -> tuple[float, float]:
    """Measure for so long, print it, and return the updates and the frames per second."""
    zoom = "() => { const plot = document.querySelector('.js-plotly-plot'); %s }"
    wanted = [1, 7]
    charts = page.locator(".js-plotly-plot").count()
    if charts:
        page.evaluate(
            zoom % f"return Plotly.relayout(plot, {{'xaxis.range': {wanted}}}).then(() => 0)"
        )
    page.evaluate(WATCH)
    before = _processor_s(server)
    page.wait_for_timeout(int(seconds * 1000))
    seen, after = page.evaluate(READ), _processor_s(server)
    kept = page.evaluate(zoom % "return plot._fullLayout.xaxis.range") if charts else None
    effect = _slider_to_effect_ms(page)
    for name, value, unit in (
        ("updates", seen["updates"] / seen["seconds"], "/s"),
        ("charts or equations told anew", seen["shown"] / seen["seconds"], "/s"),
        ("frames", seen["frames"] / seen["seconds"], "/s"),
        ("main thread blocked", seen["blocked"] / seen["seconds"], "ms/s"),
        ("slider to effect, median", statistics.median(effect), "ms"),
        ("slider to effect, most", max(effect), "ms"),
        ("charts and canvases mounted anew", seen["mounts"], ""),
    ):
        print(f"{name:>34}: {value:7.1f} {unit}")
    for part, taken_s in after.items():
        share = (taken_s - before.get(part, 0.0)) / seen["seconds"]
        print(f"{f'processor, {part}':>34}: {share:7.2f} cores")
    if charts:
        print(f"{'zoom kept over the run':>34}: {'yes' if kept == wanted else f'no, {kept}'}")
    return seen["updates"] / seen["seconds"], seen["frames"] / seen["seconds"]


def _stand_beside(page: Page, cell: str) -> None:
    page.locator(".st-key-beside input").click()
    page.get_by_role("option", name=CHOICE_LABELS[cell], exact=True).click()
    page.locator(".beside.two").wait_for()
    # The second network catches up first.
    page.get_by_text("Catching up").wait_for(state="hidden", timeout=120_000)
    page.wait_for_timeout(1000)


def _compare(now: tuple[float, float], alone: tuple[float, float]) -> None:
    for name, value, before in zip(("updates", "frames"), now, alone, strict=True):
        print(f"{f'{name}, share of those alone':>34}: {value / before:7.2f}")


def _attend(page: Page, server: Server, arguments: argparse.Namespace) -> None:
    """Start the same network anew, with attention."""
    where = f"{server.url}/{arguments.page}"
    page.goto(f"{where}?v=1&page={arguments.page}&h=32&len=50&b=16&att={arguments.attention}")
    page.get_by_role("button", name="Train", exact=False).first.wait_for()
    page.wait_for_timeout(3000)
    _train(page)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--page", default="", help="the Studio, or another page that trains")
    parser.add_argument("--beside", choices=CELLS, help="cell of a second network in the Studio")
    parser.add_argument("--attention", choices=ATTENTION[1:], help="then the same with attention")
    arguments = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with running_app() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        print(f"Chromium {browser.version}, 1440x900, {time.strftime('%Y-%m-%d')}")
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{server.url}/{arguments.page}")
        page.get_by_role("button", name="Train", exact=False).first.wait_for()
        page.wait_for_timeout(2000)
        _prepare(page)
        alone = _measure(page, server, arguments.seconds)
        if arguments.beside:
            _stand_beside(page, arguments.beside)
            print(f"Beside it: {CHOICE_LABELS[arguments.beside]}")
            _compare(_measure(page, server, arguments.seconds), alone)
        if arguments.attention:
            _attend(page, server, arguments)
            print(f"With {arguments.attention} attention")
            _compare(_measure(page, server, arguments.seconds), alone)
        browser.close()


if __name__ == "__main__":
    main()
