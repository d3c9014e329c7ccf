"""Draw the published sweep: reach and success over the lag and the forget bias of an LSTM.

Needs a Chromium. docs/sweeps.md has the command that made the data::

    python -m benchmarks.published_sweep
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs

from rnnviz.analysis.sweep_cells import (
    Estimate,
    Row,
    by_combination,
    median_of,
    share_solved,
)
from rnnviz.figures.spec import Spec, figure
from rnnviz.figures.sweep_charts import Shades, Side, sweep_map_spec
from rnnviz.numbers import number, percent

DATA = Path(__file__).parents[1] / "docs" / "lag_by_forget_bias.csv"
PICTURE = DATA.with_suffix(".png")
_WIDTH = 520
_PAGE = """<!doctype html><meta charset="utf-8"><script>{script}</script>
<body style="margin:0;background:white"><div id="all" style="display:inline-flex;padding:8px">
{charts}</div></body>"""


def specs(rows: Sequence[Row]) -> tuple[Spec, Spec]:
    """Describe both maps: how many runs solved the task, and the reach before training."""
    found = by_combination(rows, ["length", "forget_bias"])
    most = float(max(lag for lag, _ in found) - 1)
    return (
        _map(found, share_solved, _solved, Shades("solved the task", 0.0, 1.0, "none", "all")),
        _map(
            found,
            lambda runs: median_of(runs, "reach_at_start"),
            _reach,
            Shades("reach before training, in steps", 0.0, most, "0", number(most)),
        ),
    )


def _map(
    found: dict[tuple[int, float], list[Row]],
    estimate: Callable[[Sequence[Row]], Estimate],
    write: Callable[[Estimate], str],
    shades: Shades,
) -> Spec:
    lags = sorted({lag for lag, _ in found})
    biases = sorted({bias for _, bias in found})
    there = [[estimate(found[lag, bias]) for lag in lags] for bias in biases]
    texts = [[write(each) for each in row] for row in there]
    values = np.array([[each.value for each in row] for row in there])
    across, upwards = (
        Side("Lag, in steps", [number(lag) for lag in lags]),
        Side("Forget bias at the start", [number(bias) for bias in biases]),
    )
    return sweep_map_spec(across, upwards, values, texts, texts, shades)


def _solved(found: Estimate) -> str:
    low = percent(found.low).removesuffix(" %")
    return f"{found.count} of {found.runs}<br>{low}–{percent(found.high)}"


def _reach(found: Estimate) -> str:
    ends = dict.fromkeys((number(found.low), number(found.high)))
    return f"{number(found.value)}<br>{'–'.join(ends)}"


def main() -> None:
    """Draw both maps side by side."""
    rows = pd.read_csv(DATA, keep_default_na=False, na_values={"reach_at_start": [""]})
    charts = []
    for spec in specs(rows.to_dict("records")):
        drawn = figure(spec).update_layout(width=_WIDTH)
        charts.append(drawn.to_html(full_html=False, include_plotlyjs=False))
    page = _PAGE.format(script=get_plotlyjs(), charts="".join(charts))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        opened = browser.new_page(device_scale_factor=2, viewport={"width": 1200, "height": 700})
        opened.set_content(page)
        opened.locator(".heatmaplayer image").nth(1).wait_for(state="attached")
        opened.locator("#all").screenshot(path=PICTURE)
        browser.close()
    print(f"Wrote {PICTURE}.")


if __name__ == "__main__":
    main()
