"""What a classic network can't hold, and what it withstands: charts of what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from rnnviz.figures.chart import Chart
from rnnviz.figures.hopfield_charts import Line, shares_spec, tiles_spec
from rnnviz.figures.spec import short_label
from rnnviz.hopfield import KEPT, critical_load, first_flips
from rnnviz.hopfield.capacity import Alike, Kept, Recalled, retrieval_line
from rnnviz.hopfield.false_memories import Kind, Memory, counted
from rnnviz.numbers import number, percent
from rnnviz.views.panel import Panel, Table

#: Most states that are drawn.
_TILES = 12
#: Longest name of a pattern in a title.
_LONGEST = 10


def fitting(kept: Sequence[Kept], alike: Sequence[Alike]) -> Panel:
    """Show how many random patterns fit, with the theory beside it, and how many letters."""
    return Panel(
        charts=(_capacity(kept), _letters(alike)),
        beside=(_first_step(kept),),
        note=f"A pattern counts as kept where recall that starts on it ends at an overlap of "
        f"{number(KEPT)} or more. Each point is the mean of all draws so far.",
    )


def _capacity(kept: Sequence[Kept]) -> Chart:
    loads, shares = _means(kept, "kept")
    _, overlaps = _means(kept, "overlap")
    theory, m = retrieval_line()
    edge = critical_load()
    lines = [
        Line("patterns kept", loads, shares),
        Line("mean overlap", loads, overlaps),
        Line("overlap in theory", theory, m, theory=True),
    ]
    spec = shares_spec(lines, "patterns per unit", "share", at=edge)
    units = round(kept[0].patterns / kept[0].load) if kept else 0
    said = _capacity_sentence(units, loads, shares, edge)
    return Chart(spec, said, "What is kept, over the load.")


def _capacity_sentence(units: int, loads: np.ndarray, shares: np.ndarray, edge: float) -> str:
    if not loads.size:
        return "How many random patterns can be stored before recall breaks down?"
    sentence = (
        f"In theory a very large network holds up to {edge:.3f} patterns per unit, and then loses "
        "them all at once. "
    )
    nearest = int(np.abs(loads - edge).argmin())
    sentence += (
        f"With {units} units, {percent(shares[nearest])} are kept at {number(loads[nearest])}"
    )
    half = _crossing(loads, shares, 0.5)
    if half is None:
        return f"{sentence}."
    return f"{sentence}, and half of them at about {number(half, 2)}: not all are lost at once."


def _first_step(kept: Sequence[Kept]) -> Chart:
    loads, flips = _means(kept, "flips")
    theory = np.linspace(0.03, 0.25, 60)
    line = np.array([first_flips(load) for load in theory])
    spec = shares_spec(
        [Line("measured", loads, flips), Line("½ erfc √(N / 2p)", theory, line, theory=True)],
        "patterns per unit",
        "units that turn at once",
    )
    sentence = "How many units of a stored pattern disagree with their local field."
    if loads.size:
        nearest = int(np.abs(loads - critical_load()).argmin())
        sentence += (
            f" At {number(loads[nearest])}: {percent(flips[nearest])} measured, "
            f"{percent(first_flips(float(loads[nearest])))} in theory."
        )
        ends = _means(kept, "overlap")[1]
        if 2 * flips[-1] < 1 - ends[-1]:
            sentence += (
                f" At {number(loads[-1])} they are {percent(flips[-1])} at first, but in the end "
                f"the overlap is {number(ends[-1], 2)}: they turn others over in turn."
            )
    return Chart(spec, sentence, "Units that turn over at once, over the load.")


def _letters(alike: Sequence[Alike]) -> Chart:
    counts = np.array([one.patterns for one in alike])
    lines = [
        Line("the first letters", counts, np.array([one.letters for one in alike])),
        Line("random patterns", counts, np.array([one.random for one in alike])),
    ]
    spec = shares_spec(lines, "patterns stored", "share kept")
    sentence = "Letters on a grid of 20 × 20, beside as many random patterns."
    if alike:
        last = alike[-1]
        all_kept = [one.patterns for one in alike if one.letters == 1]
        sentence = (
            f"Of {last.patterns} letters {percent(last.letters)} are kept, of {last.patterns} "
            f"random patterns {percent(last.random)}. Letters are alike: the overlap of two of "
            f"them has a size of {number(last.overlap, 2)} on average, that of two random patterns "
            f"{number(last.random_overlap, 2)}. "
        )
        if all_kept:
            sentence += f"The largest set of first letters that are all kept has {max(all_kept)}."
    return Chart(spec, sentence, "Letters beside random patterns.")


def false_memories(memories: Sequence[Memory], names: Sequence[str], side: int) -> Panel:
    """Show where random starts ended: drawn and named, false memories first."""
    kinds = Counter(memory.kind for memory in memories)
    found = counted(list(memories))
    false = [memory for memory in found if memory.kind != "pattern"]
    drawn = false[:_TILES]
    titles = [f"{name_of(one, names)}<br>{one.times} ×" for one in drawn]
    chart = Chart(
        tiles_spec([memory.state for memory in drawn], side, titles),
        _found_sentence(kinds, len(memories)),
        "False memories.",
    )
    rows = [
        {
            "state": name_of(one, names),
            "starts": one.times,
            "kind": _KINDS[one.kind],
            "overlap": number(one.overlap),
            "energy": number(one.energy),
        }
        for one in found[:50]
    ]
    return Panel(
        charts=(chart,) if drawn else (),
        sentence="" if drawn else _found_sentence(kinds, len(memories)),
        table=Table(pd.DataFrame(rows)),
        note="A mixture is the sign of a sum of stored patterns or their negatives: each unit goes "
        "with the majority. A state counts as a pattern, a negative or a mixture from an overlap "
        f"of {number(KEPT)} with it on; of all others the closest pattern is named.",
    )


_KINDS: dict[Kind, str] = {
    "pattern": "stored pattern",
    "negative": "negative of one",
    "mixture": "mixture",
    "other": "other",
}


def name_of(memory: Memory, names: Sequence[str]) -> str:
    """Name a state after what it is made of: `A`, `−A`, `A + S − Y`, `near A`."""
    parts = sorted(memory.parts, key=lambda part: (-part[1], part[0]))
    text = ""
    for place, (pattern, sign) in enumerate(parts):
        name = short_label(names[pattern], _LONGEST)
        text += ("−" if sign < 0 else "") + name if place == 0 else f" {'+−'[sign < 0]} {name}"
    return f"near {text}" if memory.kind == "other" else text


def _found_sentence(kinds: Counter[Kind], starts: int) -> str:
    if not starts:
        return "Random starts have not been tried yet."
    return (
        f"Of {starts:,} random starts {kinds['pattern']:,} ended in a stored pattern, "
        f"{kinds['negative']:,} in the negative of one, {kinds['mixture']:,} in a mixture and "
        f"{kinds['other']:,} elsewhere."
    )


def robustness(measured: dict[str, Sequence[Recalled]]) -> Panel:
    """Show recall while connections are cut; each line has a name."""
    lines = [
        Line(
            name,
            np.array([one.cut for one in rows]),
            np.array([one.recalled for one in rows]),
        )
        for name, rows in measured.items()
    ]
    spec = shares_spec(lines, "share of the connections cut", "patterns recalled", height=340)
    fifths = np.linspace(0, 1, 6)
    spec["layout"]["xaxis"] |= {"tickvals": fifths, "ticktext": [*map(percent, fifths)]}
    sentences = [_holds(name, rows) for name, rows in measured.items() if rows]
    return Panel(
        charts=(Chart(spec, " ".join(sentences), "Recall over the share of connections cut."),),
        note="Recall starts from each pattern with 10 % of its units flipped. Which connections "
        "are cut is drawn anew at each share; a connection is cut in both directions.",
    )


def _holds(name: str, rows: Sequence[Recalled]) -> str:
    """Say how much can be cut while nine of ten starts are still recalled."""
    held = 0.0
    for one in rows:
        if one.recalled < 0.9:
            break
        held = one.cut
    whole = rows[0].recalled
    if whole < 0.9:
        return f"{name}: with all connections {percent(whole)} of the starts are recalled."
    still = percent(_at(rows, held))
    return (
        f"{name}: with {percent(held)} of the connections cut, {still} of the starts are recalled."
    )


def _at(rows: Sequence[Recalled], cut: float) -> float:
    return next(one.recalled for one in rows if one.cut == cut)


def _means(kept: Sequence[Kept], of: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the loads that were measured, rising, and the mean over all draws at each."""
    loads = sorted({one.load for one in kept})
    means = [np.mean([getattr(one, of) for one in kept if one.load == load]) for load in loads]
    return np.array(loads), np.array(means)


def _crossing(x: np.ndarray, y: np.ndarray, level: float) -> float | None:
    """Return where a falling line crosses a level, drawn straight between its points."""
    for k in range(len(x) - 1):
        if y[k] >= level > y[k + 1]:
            return float(x[k] + (y[k] - level) / (y[k] - y[k + 1]) * (x[k + 1] - x[k]))
    return None
