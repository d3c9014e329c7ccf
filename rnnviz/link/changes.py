"""What was changed while a run trained, as it stands in a link.

`300_lr_0.003~500_hold_f_0_u3.7_l1~800_free`: after 300 iterations the learning rate was set to
0.003; after 500 the forget gate of units 3 and 7 in layer 1 was held at 0; after 800 everything was
released. A change names the live knobs that it sets by their keys; if it names an intervention,
then all of those that are in force from then on: `hold_<gate>_<value>`, `silence`, `bias_<amount>`,
each followed by its units and its layer if it is not for all. Units and layers are counted from 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from rnnviz.engine import Hold, Intervention, ShiftForgetBias, Silence
from rnnviz.fields import shown
from rnnviz.link import words
from rnnviz.link.experiment import Stage
from rnnviz.link.values import Budget, from_text, number_text, to_text
from rnnviz.training import FIELDS
from rnnviz.training.changes import MOST_SETUPS
from rnnviz.training.marks import Setup

_KNOBS = {field.short: field for field in FIELDS if field.live}
_FREE = "free"
_UNITS = re.compile(r"u([0-9]{1,3}(?:\.[0-9]{1,3}){0,999})?", re.ASCII)
_LAYER = re.compile(r"l([0-9]{1,3})", re.ASCII)
_AMOUNT = re.compile(r"-?[0-9]{1,320}(\.[0-9]{1,40})?(e-?[0-9]{1,3})?", re.ASCII)


def changes_text(start: Setup, stages: Iterable[Stage]) -> str:
    """Write what was changed; `read_changes` reads it back."""
    texts, before = [], start
    for stage in stages:
        texts.append("_".join([str(stage.iteration), *_tokens(before, stage.setup)]))
        before = stage.setup
    return "~".join(texts)


def _tokens(before: Setup, after: Setup) -> Iterator[str]:
    for short, field in _KNOBS.items():
        old, new = (to_text(field, getattr(s.config, field.name)) for s in (before, after))
        if old != new:
            yield from (short, new)
    if before.interventions != after.interventions:
        if not after.interventions:
            yield _FREE
        for item in after.interventions:
            yield from _item_tokens(item)


def _item_tokens(item: Intervention) -> Iterator[str]:
    if isinstance(item, Hold):
        yield from ("hold", item.gate, number_text(item.value))
    elif isinstance(item, Silence):
        yield "silence"
    else:
        yield from ("bias", number_text(item.amount))
    if not isinstance(item, ShiftForgetBias) and item.units is not None:
        yield "u" + ".".join(str(int(unit)) for unit in item.units)
    if item.layer is not None:
        yield f"l{int(item.layer)}"


def read_changes(
    text: str, start: Setup, iteration: int, check: Callable[[Setup], None]
) -> tuple[list[Stage], list[str]]:
    """Read what was changed; what can't be read is left out, and told in a sentence each.

    Parameters
    ----------
    text
    start
        With what the run begins.
    iteration
        To which the run went: what is said to come later is left out.
    check
        Raises `ValueError` if a run can't have such settings and interventions.
    """
    stages: list[Stage] = []
    problems: list[str] = []
    parts = text.split("~", MOST_SETUPS)
    if len(parts) > MOST_SETUPS:
        problems.append(f"Of the changes only the first {MOST_SETUPS:,} were read.")
    for part in parts[:MOST_SETUPS]:
        before = stages[-1] if stages else Stage(0, start)
        try:
            stage = _stage(part, before, iteration)
            check(stage.setup)
        except ValueError as refusal:
            problems.append(f"The change {shown(part)} was left out: {refusal}.")
            continue
        if stages and stages[-1].iteration == stage.iteration:
            stages.pop()
        stages.append(stage)
    return stages, problems


def _stage(text: str, before: Stage, last: int) -> Stage:
    tokens = text.split("_")
    budget = Budget(0)  # nothing in a change is a text
    after = from_text(words.ITERATION, tokens.pop(0), budget)
    if not before.iteration <= after <= last:
        raise ValueError(
            f"its iteration must be {before.iteration}..{last}, not before the change in front of "
            f"it and not after the end, got {after}"
        )
    knobs: dict[str, Any] = {}
    items: list[Intervention] = []
    released = False
    while tokens:
        word = tokens.pop(0)
        if word in _KNOBS:
            field = _KNOBS[word]
            knobs[field.name] = from_text(field, _next(tokens, word), budget)
        elif word == _FREE:
            released = True
        else:
            items.append(_item(word, tokens))
    setup = before.setup
    return Stage(
        after,
        Setup(
            replace(setup.config, **knobs),
            tuple(items) if items or released else setup.interventions,
        ),
    )


def _item(word: str, tokens: list[str]) -> Intervention:
    if word == "hold":
        gate = _next(tokens, word)
        value = _amount(_next(tokens, word))
        return Hold(gate, value, _units(tokens), _layer(tokens))
    if word == "silence":
        return Silence(_units(tokens), _layer(tokens))
    if word == "bias":
        return ShiftForgetBias(_amount(_next(tokens, word)), _layer(tokens))
    known = ", ".join((*_KNOBS, "hold", "silence", "bias", _FREE))
    raise ValueError(f"it must say one of {known}, got {shown(word)}")


def _next(tokens: list[str], word: str) -> str:
    if not tokens:
        raise ValueError(f"there is nothing after {word}")
    return tokens.pop(0)


def _amount(text: str) -> float:
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"a number is expected, got {shown(text)}")
    return float(text)


def _units(tokens: list[str]) -> tuple[int, ...] | None:
    found = _UNITS.fullmatch(tokens[0]) if tokens else None
    if not found:
        return None
    tokens.pop(0)
    return tuple(int(unit) for unit in found[1].split(".")) if found[1] else ()


def _layer(tokens: list[str]) -> int | None:
    found = _LAYER.fullmatch(tokens[0]) if tokens else None
    if not found:
        return None
    tokens.pop(0)
    return int(found[1])
