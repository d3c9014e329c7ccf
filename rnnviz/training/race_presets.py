"""Races worth seeing, each with a story.

What a story claims is checked in `rnnviz.analysis.race_claims`, on seeds that are not the shown
ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnviz.tasks import Adding, DelayedRecall, GymSchedule, TemporalOrder
from rnnviz.tasks.task import Task
from rnnviz.training.config import RunConfig
from rnnviz.training.race import By, Lane, Race


@dataclass(frozen=True)
class RacePreset:
    """A race at one click.

    Parameters
    ----------
    key
        In links and in the table of claims.
    name
        Text on its button.
    title
        Its question.
    story
        What happens in it, in a few plain sentences.
    task
    lanes
    seeds
        How many; the shown ones are 0, 1, 2, ...
    until
        Iterations of each run, or seconds of computing of each lane.
    by
        Which of the two.
    """

    key: str
    name: str
    title: str
    story: str
    task: Task
    lanes: tuple[Lane, ...]
    seeds: int
    until: int
    by: By = "iterations"

    def race(self, seeds: Sequence[int] | None = None) -> Race:
        """Return the race, not yet begun; `seeds` instead of the shown ones."""
        return Race(self.task, self.lanes, seeds or range(self.seeds), self.by)


Settings = Mapping[str, Any]


def _lanes(task: Task, common: Settings, named: Mapping[str, Settings]) -> tuple[Lane, ...]:
    """Make lanes that share some settings; `features` says that a lane sees the calendar."""
    lanes = []
    for name, own in named.items():
        settings = {"task": task.key, **common, **own}
        features = settings.pop("features", False)
        lanes.append(Lane(RunConfig(**settings), name, features))
    return tuple(lanes)


_GYM = GymSchedule()
_ORDER = TemporalOrder(length=50)
_ADDING = Adding(length=50)
_CLIPPED = {"hidden_size": 16, "clip_norm": 1.0}
_OPEN = {"cell": "lstm", "forget_bias": 3.0}
_GATED: dict[str, Settings] = {
    "RNN": {"cell": "rnn"},
    "GRU": {"cell": "gru"},
    "LSTM, forget bias 3": _OPEN,
}
_RECALLING = {**_GATED, "MLP, window 5": {"cell": "mlp", "window": 5}}


def _recall(length: int, story: str) -> RacePreset:
    """Return the race on delayed recall over so many steps; only the lag differs."""
    task = DelayedRecall(length=length)
    return RacePreset(
        key=f"recall_{length}",
        name=f"Recall, {length} steps",
        title=f"What came {length} steps before?",
        story=story,
        task=task,
        lanes=_lanes(task, _CLIPPED, _RECALLING),
        seeds=5,
        until=300,
    )


#: Every preset, in teaching order.
RACES: tuple[RacePreset, ...] = (
    RacePreset(
        key="gym",
        name="Gym schedule",
        title="By weekday, or by memory?",
        story=(
            "A schedule of ten days repeats, so the weekday says little about what is due. The "
            "feed-forward network that sees the calendar stays at 60 %, the one that sees "
            "yesterday at 80 %: without a memory no more is possible. The RNN and the LSTM "
            "remember, and get every day right."
        ),
        task=_GYM,
        lanes=_lanes(
            _GYM,
            _CLIPPED,
            {
                "MLP, calendar": {"cell": "mlp", "features": True},
                "MLP, yesterday": {"cell": "mlp"},
                "RNN": {"cell": "rnn"},
                "LSTM": {"cell": "lstm"},
            },
        ),
        seeds=5,
        until=200,
    ),
    _recall(
        5,
        "The first symbol is asked for after 5 steps. All learn it, and quickly: the RNN, the "
        "GRU, the LSTM, and the feed-forward network, whose window just reaches that far.",
    ),
    _recall(
        10,
        "The same over 10 steps. The feed-forward network cannot do it: its window is too short. "
        "The LSTM with forget bias 3, whose forget gates start nearly open, learns it in nearly "
        "every run; the RNN and the GRU hardly ever do in 300 iterations.",
    ),
    _recall(
        20,
        "The same over 20 steps. In 300 iterations no RNN and no GRU learns it, and the LSTM with "
        "forget bias 3 fails more often than not.",
    ),
    RacePreset(
        key="order",
        name="Temporal order",
        title="Which came first, among 50 steps?",
        story=(
            "Two symbols among 50 steps of noise, and the question in which order they came. The "
            "GRU learns it in these 800 iterations, and so does the LSTM with forget bias 3; the "
            "RNN hardly ever does."
        ),
        task=_ORDER,
        lanes=_lanes(_ORDER, _CLIPPED, _GATED),
        seeds=5,
        until=800,
    ),
    RacePreset(
        key="adding",
        name="Adding",
        title="Does it take gates to remember for 50 steps?",
        story=(
            "Two marked numbers among 50 are to be added. Textbooks often say that this takes "
            "gates. Here the LSTM learns it in these 2,000 iterations, and the RNN with tanh does "
            "not. But the RNN with ReLU learns it too, without any gate: its recurrent weights "
            "start as the identity, which passes each unit’s value on."
        ),
        task=_ADDING,
        lanes=_lanes(
            _ADDING,
            {"hidden_size": 24, "learning_rate": 0.003, "clip_norm": 1.0},
            {"RNN": {"cell": "rnn"}, "ReLU": {"cell": "relu"}, "LSTM": {"cell": "lstm"}},
        ),
        seeds=3,
        until=2000,
    ),
)
