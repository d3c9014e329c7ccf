"""Group: runs of one shape that are trained together are what they would be alone."""

from __future__ import annotations

import pytest

from rnnviz.tasks import make_task
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.group import Group


def trainer(**settings: object) -> Trainer:
    return Trainer(RunConfig(hidden_size=4, batch_size=4, **settings))


def test_all_runs_of_a_group_do_the_same_number_of_iterations() -> None:
    group = Group([trainer(seed=seed) for seed in (1, 2)])
    assert group.advance(iterations=3) == 3
    assert group.advance(seconds=0.0) == 1
    assert [member.iteration for member in group.trainers] == [4, 4]


def test_a_group_refuses_what_is_no_group() -> None:
    one = trainer()
    with pytest.raises(ValueError, match="at least one trainer, got none"):
        Group([])
    with pytest.raises(ValueError, match="trainers must be Trainers, got 3"):
        Group([one, 3])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="only once, got one as number 0 and 1"):
        Group([one, one])
    with pytest.raises(ValueError, match="same architecture; number 1 differs from number 0"):
        Group([one, trainer(cell="gru")])
    short, long = (Trainer(RunConfig(task="adding"), make_task("adding", length=n)) for n in (8, 9))
    with pytest.raises(ValueError, match="number 0 has 8 time steps, number 1 has 9"):
        Group([short, long])


def test_advance_refuses_what_is_no_number() -> None:
    group = Group([trainer()])
    with pytest.raises(ValueError, match="got neither"):
        group.advance()
    with pytest.raises(ValueError, match="iterations must be"):
        group.advance(iterations=-1)
    with pytest.raises(ValueError, match="seconds must be 0 or more"):
        group.advance(seconds=-1.0)
