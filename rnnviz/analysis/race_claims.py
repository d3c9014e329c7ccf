"""What the stories of the races claim, for one seed at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rnnviz.analysis.verdict import Verdict
from rnnviz.numbers import percent


@dataclass(frozen=True)
class Finish:
    """How the run of one lane ended.

    Parameters
    ----------
    score
        At the last mark, in the task's measure; NaN if it has diverged.
    solved_at
        The iteration from which on it has solved the task; None if it has not.
    """

    score: float
    solved_at: int | None

    @property
    def solved(self) -> bool:
        """Whether it has solved the task."""
        return self.solved_at is not None


Finishes = Mapping[str, Finish]


@dataclass(frozen=True)
class RaceClaim:
    """Something that a story says.

    Parameters
    ----------
    says
        In a few words.
    lanes
        Names of the lanes that it is about.
    holds
        Whether the runs of one seed, by the name of their lane, show it at the end of the race.
    at_least
        On which share of the seeds it must hold for the story to be true: 1 for what is said of
        every run, less for what is said of most.
    """

    says: str
    lanes: tuple[str, ...]
    holds: Callable[[Finishes], bool]
    at_least: float = 1.0


def finishes(verdict: Verdict) -> list[Finishes]:
    """Return for each seed how the runs of all lanes ended."""
    ended = {
        lane.name: [Finish(*run) for run in zip(lane.scores, lane.solved_at, strict=True)]
        for lane in verdict.standings
    }
    runs = len(verdict.standings[0].scores)
    return [{name: found[place] for name, found in ended.items()} for place in range(runs)]


def kept(claim: RaceClaim, ended: list[Finishes]) -> list[bool]:
    """Return for each seed whether the claim holds."""
    return [claim.holds(each) for each in ended]


def _solved(*names: str, at_least: float = 1.0) -> RaceClaim:
    return RaceClaim(
        f"{' and '.join(names)} solve it",
        names,
        lambda ended: all(ended[name].solved for name in names),
        at_least,
    )


def _not_solved(*names: str, at_least: float = 1.0) -> RaceClaim:
    return RaceClaim(
        f"not so {' and '.join(names)}",
        names,
        lambda ended: not any(ended[name].solved for name in names),
        at_least,
    )


def _stays_at(name: str, score: float) -> RaceClaim:
    return RaceClaim(
        f"{name} stays at {percent(score)}",
        (name,),
        lambda ended: abs(ended[name].score - score) < 0.005,
    )


_LSTM, _WINDOW = "LSTM, forget bias 3", "MLP, window 5"
#: Least share of the seeds for "nearly every run" and "hardly ever", and for "more often than not".
_NEARLY, _HARDLY_EVER, _MORE_OFTEN = 0.8, 0.8, 0.6

#: The claims of each race of `rnnviz.training.race_presets.RACES`, by its key.
RACE_CLAIMS: dict[str, tuple[RaceClaim, ...]] = {
    "gym": (
        _stays_at("MLP, calendar", 0.6),
        _stays_at("MLP, yesterday", 0.8),
        _solved("RNN", "LSTM"),
    ),
    "recall_5": (_solved("RNN", "GRU", _LSTM, _WINDOW),),
    "recall_10": (
        _solved(_LSTM, at_least=_NEARLY),
        _not_solved(_WINDOW),
        _not_solved("RNN", at_least=_HARDLY_EVER),
        _not_solved("GRU", at_least=_HARDLY_EVER),
    ),
    "recall_20": (_not_solved(_LSTM, at_least=_MORE_OFTEN), _not_solved("RNN", "GRU", _WINDOW)),
    "order": (_solved("GRU"), _solved(_LSTM), _not_solved("RNN", at_least=_HARDLY_EVER)),
    "adding": (_solved("ReLU"), _solved("LSTM"), _not_solved("RNN")),
}
