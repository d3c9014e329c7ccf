"""Measure what the texts on Hopfield networks say, and print it: the table in the README.

    python -m benchmarks.hopfield [--draws 20] [--frames]

With `--frames` it plays a recall of 400 units in a real browser instead, and counts its frames.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from rnnviz.engine import softmax
from rnnviz.hopfield import (
    KEPT,
    Hopfield,
    Modern,
    critical_load,
    first_flips,
    flipped,
    random_patterns,
)
from rnnviz.hopfield.capacity import capacity, results

LOADS = (0.10, 0.12, 0.138, 0.15, 0.18, 0.25)
#: Seeds of the starts that are looked at.
_FIRST = 1000


def kept(units: int, draws: int) -> None:
    """Print the share of patterns kept, with its standard error over the draws."""
    rows = results(capacity(units, LOADS, draws, seed=_FIRST))
    print(f"\n{units} units, {draws} draws: kept at overlap {KEPT:g}")
    print("| patterns per unit | kept | standard error | first step, measured | theory |")
    for load in LOADS:
        here = [row for row in rows if row.patterns == round(load * units)]
        shares = np.array([row.kept for row in here])
        flips = np.mean([row.flips for row in here])
        error = shares.std(ddof=1) / np.sqrt(len(shares))
        theory = first_flips(here[0].load)
        print(f"| {load:g} | {shares.mean():.3f} | {error:.3f} | {flips:.5f} | {theory:.5f} |")


def falls(starts: int = 1000) -> None:
    """Count steps at which the energy rises, one unit at a time."""
    rises = changes = 0
    for seed in range(starts):
        network = Hopfield(random_patterns(1 + seed % 20, 100, seed))
        energy = network.recall(random_patterns(1, 100, _FIRST + seed)[0], seed=seed).energy
        rises += int((np.diff(energy) > 0).sum())
        changes += len(energy) - 1
    print(f"\n{starts} starts, {changes:,} changes: the energy rose at {rises}")


def modern(starts: int = 20) -> None:
    """Print from how many spoiled starts one update recalls the pattern, and what beta does."""
    print(f"\nmodern network, 64 units, beta 1, 20 % flipped, one update, {starts} starts")
    for count in (10, 1000, 100_000):
        patterns = random_patterns(count, 64, _FIRST)
        network = Modern(patterns, 1.0)
        wanted = patterns[np.arange(starts) % count]
        queries = flipped(wanted, 0.2, _FIRST)
        found = (np.sign([network.recall(query) for query in queries]) * wanted).sum(axis=1)
        print(f"| {count:,} patterns | {sum(overlap >= KEPT * 64 for overlap in found)} recalled |")
    rises = 0
    rng = np.random.default_rng(_FIRST)
    for _ in range(500):
        network = Modern(rng.normal(size=(12, 16)), float(rng.uniform(0.1, 10)))
        xi = rng.normal(size=16)
        rises += bool(network.energy(network.recall(xi)) > network.energy(xi) + 1e-12)
    print(f"500 starts: the energy rose at {rises} by more than rounding")
    states, query = rng.normal(size=(30, 16)), rng.normal(size=16)
    attention = softmax((states @ query / 4)[None])[0]
    apart = np.abs(Modern(states, 1 / 4).weights(query) - attention).max()
    print(f"weights beside the engine's softmax of dot scores: {apart:.1g} apart at most")


def frames() -> None:
    """Play a recall of 400 units, and count frames and the milliseconds in which nothing moved."""
    from playwright.sync_api import sync_playwright

    from tests.serving import running_app

    with running_app() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{server.url}/hopfield?v=1&page=hopfield&p.side=20")
        page.locator("canvas.grid").wait_for()
        page.get_by_role("button", name="Recall", exact=True).click()
        page.locator(".reading", has_text=re.compile("step [1-9]")).wait_for()
        found = page.evaluate(_COUNT)
        print(f"400 units: {found['frames'] / found['seconds']:.1f} frames/s while it plays, ")
        print(f"longest pause {found['longest']:.0f} ms, {found['steps']} steps shown")
        browser.close()


_COUNT = """() => new Promise((done) => {
  const find = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.classList?.contains("reading")) return node;
      const inside = node.shadowRoot && find(node.shadowRoot);
      if (inside) return inside;
    }
  };
  const text = find(document);
  const begun = performance.now(), seen = new Set();
  let frames = 0, last = begun, longest = 0;
  const count = (now) => {
    frames++; longest = Math.max(longest, now - last); last = now; seen.add(text.textContent);
    if (now - begun < 5000) return requestAnimationFrame(count);
    done({ frames, longest, seconds: (now - begun) / 1000, steps: seen.size });
  };
  requestAnimationFrame(count);
})"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--frames", action="store_true")
    asked = parser.parse_args(arguments)
    if asked.frames:
        frames()
        return
    with threadpool_limits(1):
        print(f"first step, theory: {[round(first_flips(a), 4) for a in (0.105, 0.138, 0.185)]}")
        print(f"largest load of a very large network: {critical_load():.4f}")
        falls()
        modern()
        for units in (400, 100):
            kept(units, asked.draws)


if __name__ == "__main__":
    main()
