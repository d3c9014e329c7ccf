"""The charts of a sweep, and what stands around them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from rnnviz.analysis.sweep_cells import (
    NOTHING,
    Combination,
    Estimate,
    finished,
    iterations_to_solve,
    overlaps,
    reach,
    share_solved,
)
from rnnviz.figures.chart import Chart
from rnnviz.figures.sweep_charts import Along, Side, sweep_map_spec, sweep_points_spec
from rnnviz.numbers import percent
from rnnviz.views.panel import Panel, Table
from rnnviz.views.sweep.measures import (
    MEASURES,
    Measure,
    iteration_span,
    iteration_text,
    percents,
    reach_span,
    score_of,
    score_span,
)
from rnnviz.views.sweep.scene import Axis, SweepScene, written

#: Name of the one row of a map with one setting.
_ONLY = " "
_POINTS_NOTE = (
    "Hover over a point for its settings, its numbers, and the range that its seeds leave."
)
#: How much further apart than any rounding a click may be from the point that it means.
_NEAR = 1e-4


def panel(scene: SweepScene, measure: str) -> Panel:
    """Show what is known of a sweep so far.

    Parameters
    ----------
    measure
        One of `MEASURES`.
    """
    shown = MEASURES[measure]
    found = {each: shown.estimate(runs) for each, runs in scene.runs_of.items()}
    charts = _maps(scene, shown, found) if scene.drawn is None else (_points(scene, shown, found),)
    return Panel(
        charts=charts,
        sentence=_sentence(scene),
        table=Table(_table(scene), "All combinations"),
        note=shown.note if scene.drawn is None else _POINTS_NOTE,
    )


def combination_at(
    scene: SweepScene, chart: int, x: float | str, y: float | str
) -> Combination | None:
    """Return the combination that was clicked; None if there is none, as a late click may tell.

    Parameters
    ----------
    chart
        Which of the charts, counted from 0.
    x, y
        Place on its axes.
    """
    if scene.drawn is not None:
        return _drawn_at(scene, x, y)
    across, upwards, sheets = _sides(scene)
    places = [_place(_shown_names(across), x), _place(_shown_names(upwards), y)]
    if None in places or not 0 <= chart < len(sheets):
        return None
    values = [across.values[places[0]]]  # type: ignore[index]
    if upwards is not None:
        values.append(upwards.values[places[1]])  # type: ignore[index]
    return (*values, *sheets[chart])


def _sides(scene: SweepScene) -> tuple[Axis, Axis | None, list[Combination]]:
    """Return what is across, what is upwards, and the values of the third, one for each map."""
    across, *others = scene.axes
    upwards = others[0] if others else None
    return across, upwards, list(product(*(axis.values for axis in others[1:])))


def _shown_names(axis: Axis | None) -> tuple[str, ...]:
    return (_ONLY,) if axis is None else axis.names


def _place(names: Sequence[str], name: float | str) -> int | None:
    return names.index(str(name)) if str(name) in names else None


def _maps(
    scene: SweepScene, shown: Measure, found: Mapping[Combination, Estimate]
) -> tuple[Chart, ...]:
    across, upwards, sheets = _sides(scene)
    return tuple(_map(scene, shown, found, across, upwards, sheet) for sheet in sheets)


def _map(
    scene: SweepScene,
    shown: Measure,
    found: Mapping[Combination, Estimate],
    across: Axis,
    upwards: Axis | None,
    sheet: Combination,
) -> Chart:
    rows = [()] if upwards is None else [(value,) for value in upwards.values]
    cells = [[(value, *row, *sheet) for value in across.values] for row in rows]
    there = [[found.get(cell, NOTHING) for cell in row] for row in cells]
    title = scene.axes[2].says(sheet[0]) if sheet else ""
    chosen = scene.chosen if scene.chosen is not None and scene.chosen[2:] == sheet else None
    spec = sweep_map_spec(
        Side(across.label, across.names, _marked(across, chosen, 0)),
        Side("" if upwards is None else upwards.label, _shown_names(upwards))
        if chosen is None
        else Side(
            "" if upwards is None else upwards.label,
            _shown_names(upwards),
            0 if upwards is None else _marked(upwards, chosen, 1),
        ),
        np.array([[each.value for each in row] for row in there]),
        [[shown.cell(each, scene) if each.runs else "" for each in row] for row in there],
        [[_hover(scene, shown, cell, found) for cell in row] for row in cells],
        shown.shades(list(found.values()), scene),
        title,
    )
    label = f"Map of the sweep{f' for {title}' if title else ''}."
    return Chart(spec, "", label)


def _marked(axis: Axis, chosen: Combination | None, number: int) -> int | None:
    if chosen is None or chosen[number] not in axis.values:
        return None
    return axis.values.index(chosen[number])


def _hover(
    scene: SweepScene, shown: Measure, cell: Combination, found: Mapping[Combination, Estimate]
) -> str:
    there, runs = found.get(cell, NOTHING), scene.runs_of.get(cell, [])
    lines = [scene.says(cell)]
    if there.runs:
        lines.append(shown.words(there, scene))
    if len(runs) < scene.seeds:
        lines.append(f"{len(runs)} of {scene.seeds} runs finished")
    failed = len(runs) - len(finished(runs))
    if failed:
        lines.append(f"{failed} failed, and {'is' if failed == 1 else 'are'} left out")
    return "<br>".join(lines)


def _points(scene: SweepScene, shown: Measure, found: Mapping[Combination, Estimate]) -> Chart:
    assert scene.drawn is not None
    axes, drawn = scene.axes, scene.drawn
    across, x = _along(axes[0], [each[0] for each in drawn])
    values = np.array([found.get(each, NOTHING).value for each in drawn])
    shades = shown.shades(list(found.values()), scene)
    if len(axes) > 1:
        upwards, y = _along(axes[1], [each[1] for each in drawn])
    else:
        upwards = Along(shades.label)
        y = [None if math.isnan(value) else value for value in np.clip(values, None, shades.high)]
    spec = sweep_points_spec(
        across,
        upwards,
        x,
        y,
        values,
        [_hover(scene, shown, each, found) for each in drawn],
        shades,
        drawn.index(scene.chosen) if scene.chosen in drawn else None,
    )
    return Chart(spec, "", "Combinations that were drawn at random.")


def _along(axis: Axis, values: Sequence[Any]) -> tuple[Along, list[Any]]:
    if axis.is_numeric:
        return Along(axis.label, axis.logarithmic), list(values)
    return Along(axis.label, names=axis.names), [axis.names[axis.values.index(v)] for v in values]


def _drawn_at(scene: SweepScene, x: float | str, y: float | str) -> Combination | None:
    """Return the combination drawn at this place, which came through a browser's float32."""
    assert scene.drawn is not None
    places = [x, y][: min(len(scene.axes), 2)]
    for each in scene.drawn:
        if all(
            _is_there(axis, value, place)
            for axis, value, place in zip(scene.axes, each, places, strict=False)
        ):
            return each
    return None


def _is_there(axis: Axis, value: Any, place: float | str) -> bool:
    if axis.is_numeric:
        is_number = isinstance(place, int | float) and not isinstance(place, bool)
        return is_number and math.isclose(float(place), float(value), rel_tol=_NEAR)
    return place == axis.names[axis.values.index(value)]


def _sentence(scene: SweepScene) -> str:
    """Say which combination solved most, and whether the seeds tell it from the others."""
    if not scene.can_be_solved:
        return (
            "This task has no score at which it counts as solved: nobody knows what can be "
            "reached. Look at the final score."
        )
    shares = {each: share_solved(runs) for each, runs in scene.runs_of.items()}
    shares = {each: share for each, share in shares.items() if share.runs}
    if not shares:
        return ""
    return _best(scene, shares)


def _best(scene: SweepScene, shares: Mapping[Combination, Estimate]) -> str:
    """Say which combinations solved the largest share, and how many are not surely worse."""
    most = max(share.value for share in shares.values())
    if most == 0:
        runs = sum(share.runs for share in shares.values())
        return f"Solved by iteration {scene.iterations:,}: 0 of {runs:,} runs."
    best = [each for each, share in shares.items() if share.value == most]
    top = max((shares[each] for each in best), key=lambda share: share.low)
    if len(best) == 1:
        said = f"{scene.says(best[0])} solved {top.count} of {top.runs} runs, the most"
    else:
        said = f"{len(best)} of {len(shares)} combinations solved {percent(most)} of their runs"
    said = f"{said} (95 % interval {percents(top.low, top.high)})."
    others = [share for each, share in shares.items() if each not in best]
    alike = sum(overlaps(share, top) for share in others)
    if not others:
        return said
    if not alike:
        return f"{said} The intervals of all others lie below."
    which = "all" if alike == len(others) else f"{alike} of the"
    return (
        f"{said} The intervals of {which} {len(others)} others overlap with "
        f"{'it' if len(best) == 1 else 'theirs'}: so few seeds can’t tell which is better."
    )


def _table(scene: SweepScene) -> pd.DataFrame:
    """Return what is known of each combination, as text to read."""
    lines = []
    for each, runs in scene.runs_of.items():
        settings = {
            axis.label: written(value) for axis, value in zip(scene.axes, each, strict=True)
        }
        lines.append(settings | _told(scene, runs))
    return pd.DataFrame(lines)


def _told(scene: SweepScene, runs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    share, taken, back, score = (
        estimate(runs) for estimate in (share_solved, iterations_to_solve, reach, score_of)
    )
    dash = "–"
    told = {
        "Solved": f"{share.count} of {share.runs}",
        "95 % interval": percents(share.low, share.high) if share.runs else dash,
        "Median iteration": iteration_text(taken.value, scene) if taken.runs else dash,
        "First to last": iteration_span(taken, scene) if taken.runs else dash,
        "Reach, lowest to highest": reach_span(back) if back.runs else dash,
        "Score, lowest to highest": score_span(score, scene) if score.runs else dash,
    }
    failed = len(runs) - len(finished(runs))
    return told | ({"Failed": str(failed)} if failed else {})
