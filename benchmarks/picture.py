"""Measure the moving picture while it plays training, and whether it holds on to memory.

LSTM of 4 layers of 32 units, 50 time steps, 100 kept iterations, in a real Chromium: first the
picture alone, then the Studio, which trains and then plays training for some minutes.

    python -m benchmarks.picture [--minutes 10] [--seconds 20]
"""

from __future__ import annotations

import argparse
import base64
import os
import platform
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from rnnviz import RunConfig, Trainer
from rnnviz.figures.picture import pack
from rnnviz.recording import Trace
from rnnviz.tasks import make_task
from rnnviz.ui.components.unrolled import script
from tests.serving import Server, running_app

LAYERS, UNITS, STEPS, ITERATIONS = 4, 32, 50, 100

#: The picture alone: `data` holds the packed bytes, `show` mounts it and resolves when it is drawn.
_PAGE = """<!doctype html><meta charset="utf-8"><body><main></main><script type="module">
%s
window.show = async (text) => {
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const start = performance.now();
  window.picture = rnnviz.mount(document.querySelector("main"), { bytes });
  const canvas = document.querySelector("canvas.strips");
  const drawn = () => {
    const { width, height } = canvas;
    return canvas.getContext("2d").getImageData(width / 2, height / 3, 1, 40).data.some(Boolean);
  };
  while (!drawn()) await new Promise(requestAnimationFrame);
  return performance.now() - start;
};
</script>"""

#: Counts frames and what long tasks have blocked, from now on.
_WATCH = """() => {
  const seen = (window.seen = {frames: 0, blocked: 0, worst: 0, since: performance.now()});
  let before = 0;
  const frame = (now) => {
    if (seen !== window.seen) return;
    seen.frames += 1;
    if (before) seen.worst = Math.max(seen.worst, now - before);
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.blocked += Math.max(0, task.duration - 50);
  }).observe({entryTypes: ["longtask"]});
}"""

_READ = "() => ({...seen, seconds: (performance.now() - seen.since) / 1000})"

#: Zooms in and out twice: milliseconds between the frames on the way.
_ZOOM = """async () => {
  const levels = document.querySelectorAll(".levels button");
  const between = [];
  for (const level of [1, 2, 1, 0, 1, 2, 1, 0]) {
    let before = await new Promise(requestAnimationFrame);
    levels[level].click();
    const end = before + 420;
    while (before < end) {
      const now = await new Promise(requestAnimationFrame);
      between.push(now - before);
      before = now;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return between;
}"""

#: Points at 200 places, one in each frame: milliseconds until the tooltip stands where it belongs.
_HOVER = """async () => {
  const stage = document.querySelector(".scroll");
  const box = stage.getBoundingClientRect();
  const tooltip = document.querySelector(".tooltip");
  const taken = [];
  for (let place = 0; place < 200; place++) {
    await new Promise(requestAnimationFrame);
    const clientX = box.left + 30 + (place * 37) % (box.width - 60);
    const clientY = box.top + 80 + (place * 53) % (box.height - 120);
    const start = performance.now();
    stage.dispatchEvent(new PointerEvent("pointermove", {clientX, clientY, bubbles: true}));
    tooltip.getBoundingClientRect();
    if (!tooltip.hidden) taken.push(performance.now() - start);
  }
  return taken;
}"""


def _say(name: str, value: float, unit: str, wanted: str) -> None:
    print(f"{name:>44}: {value:9.2f} {unit:<8} wanted {wanted}", flush=True)


def _traces() -> list[Trace]:
    """Train, and keep the trace of every iteration."""
    config = RunConfig(
        task="echo", hidden_size=UNITS, layers=LAYERS, batch_size=4, dtype="float32", seed=0
    )
    trainer = Trainer(config, make_task("echo", length=STEPS))
    traces = [trainer.trace()]
    while len(traces) < ITERATIONS:
        trainer.advance(iterations=1)
        traces.append(trainer.trace())
    return traces


def _metrics(session: CDPSession) -> dict[str, float]:
    """Return the browser's own counters; times are those of the main thread's processor."""
    listed = session.send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in listed}


def _alone(browser: Browser, folder: Path, seconds: float) -> None:
    """Measure the picture without anything around it."""
    packed = pack(_traces(), run="benchmark")
    _say("payload of all iterations", len(packed) / 1e6, "MB", "<= 1")
    file = folder / "picture.html"
    file.write_text(_PAGE % script(), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1100, "height": 1300})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(file.as_uri())
    first = page.evaluate("(text) => show(text)", base64.b64encode(packed).decode())
    _say("first draw after the data", first, "ms", "<= 150")
    page.get_by_role("button", name="Play training: all").click()
    _playing(page, session, seconds, "playing training")
    page.get_by_role("button", name="Play the sweep").click()
    _playing(page, session, seconds, "playing the sweep")
    page.get_by_role("button", name="Play the sweep").click()
    zooming = page.evaluate(_ZOOM)
    _say("zooming: frames", 1000 / statistics.mean(zooming), "/s", "60")
    _say("zooming: longest time between two frames", max(zooming), "ms", "")
    taken = page.evaluate(_HOVER)
    _say("hover, median", statistics.median(taken), "ms", "<= 16")
    _say("hover, longest", max(taken), "ms", "<= 16")
    page.close()


def _playing(page: Page, session: CDPSession, seconds: float, what: str) -> None:
    page.wait_for_timeout(1000)
    before = _metrics(session)
    page.evaluate(_WATCH)
    page.wait_for_timeout(int(seconds * 1000))
    seen, after = page.evaluate(_READ), _metrics(session)
    busy = 1000 * (after["TaskDuration"] - before["TaskDuration"])
    _say(f"{what}: frames", seen["frames"] / seen["seconds"], "/s", "60")
    _say(f"{what}: main thread blocked", seen["blocked"] / seen["seconds"], "ms/s", "< 5")
    _say(f"{what}: main thread busy per frame", busy / seen["frames"], "ms", "< 16.7")


def _resident_mb(server: Server) -> float:
    """Return the memory that the server holds, in MB."""
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line) / 1024


def _held(page: Page, session: CDPSession, server: Server) -> tuple[float, float]:
    """Return the megabytes that the page's scripts and the server hold."""
    session.send("HeapProfiler.collectGarbage")
    page.wait_for_timeout(200)
    return _metrics(session)["JSHeapUsedSize"] / 1e6, _resident_mb(server)


def _soak(browser: Browser, server: Server, minutes: float) -> None:
    """Train for half of the time, then play training; after a start, nothing may grow."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(server.url)
    train = page.locator(".st-key-play button").first
    train.wait_for()
    page.wait_for_timeout(2000)
    page.get_by_role("radio", name="fast").click()
    page.wait_for_timeout(500)
    train.click()
    half = minutes * 30_000
    _phase(page, session, server, half, "training")
    train.click()
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="Play training: all").click()
    _phase(page, session, server, half, "playing training")
    page.close()


def _phase(page: Page, session: CDPSession, server: Server, milliseconds: float, what: str) -> None:
    page.wait_for_timeout(0.4 * milliseconds)
    before = _held(page, session, server)
    page.wait_for_timeout(0.6 * milliseconds)
    after = _held(page, session, server)
    of = 0.6 * milliseconds / 60_000
    for who, start, end in zip(("scripts", "server"), before, after, strict=True):
        _say(f"{what}, {of:.1f} minutes: {who} hold at first", start, "MB", "")
        _say(f"{what}, {of:.1f} minutes: {who} grew by", end - start, "MB", "about 0")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="of the soak; 0 leaves it out")
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement of playing")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with running_app() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        print(f"Chromium {browser.version}, {time.strftime('%Y-%m-%d')}")
        with tempfile.TemporaryDirectory() as folder:
            _alone(browser, Path(folder), asked.seconds)
        if asked.minutes:
            _soak(browser, server, asked.minutes)
        browser.close()


if __name__ == "__main__":
    main()
