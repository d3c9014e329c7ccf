"""Group: runs of one shape that are trained together are what they would be alone."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from rnnviz.engine import CELLS, Hold
from rnnviz.engine.stacked import StackedNetworks
from rnnviz.tasks import TASKS, make_task
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.group import Group
from rnnviz.training.limits import training_mb
from rnnviz.training.stacked_pass import StackedPass, _joined


def trainer(**settings: object) -> Trainer:
    return Trainer(RunConfig(**{"hidden_size": 4, "batch_size": 4, **settings}))


def same_run(one: Trainer, other: Trainer) -> bool:
    """Compare everything that a run has: weights, optimiser, history, traces."""
    kept = one.recording.traces
    return (
        np.array_equal(one.network.flat, other.network.flat)
        and (one.iteration, one.diverged, one.config)
        == (other.iteration, other.diverged, other.config)
        and one.history.frame().equals(other.history.frame())
        and one.last_good_iteration == other.last_good_iteration
        and all(map(np.array_equal, one.updater.state().values(), other.updater.state().values()))
        and one.recording.iterations == other.recording.iterations
        and all(
            np.array_equal(a.d_h, b.d_h) for a, b in zip(kept, other.recording.traces, strict=True)
        )
        and one.score() == other.score()
    )


def check(settings: list[dict[str, object]], task: str = "gym", iterations: int = 12) -> Group:
    """Train runs in a pass and alone, and compare them."""
    config = [{"task": task, **each} for each in settings]
    group = Group([trainer(**each) for each in config], stacked=True)
    assert (group.stacked, group.deviation) == (True, 0.0)
    assert group.advance(iterations=iterations) == iterations
    for member, each in zip(group.trainers, config, strict=True):
        alone = trainer(**each)
        alone.advance(iterations=iterations)
        assert same_run(member, alone)
    return group


@pytest.mark.parametrize(
    ("cell", "task", "settings"),
    [
        ("lstm", "gym", {"layers": 2, "truncate": 3}),
        ("gru", "recall", {"optimizer": "sgd", "weight_decay": 0.01}),
        ("rnn", "adding", {"optimizer": "rmsprop", "clip_norm": 0.05}),
        ("relu", "copy", {"dtype": "float32", "clip_value": 0.01}),
        ("mlp", "gym", {"window": 3, "clip_norm": 0.1, "clip_value": 0.05}),
        ("lstm", "dates", {"forget_bias": 2.0}),
    ],
)
def test_runs_in_one_pass_are_those_that_they_are_alone(cell, task, settings):
    runs = [{"seed": seed, "cell": cell, **settings} for seed in (3, 4, 5)]
    runs[1] |= {"learning_rate": 0.05, "initial_weights": "glorot"}
    check(runs, task)


def test_what_differs_from_run_to_run_stays_its_own():
    check(
        [
            {"clip_norm": 0.1, "optimizer": "sgd", "momentum": 0.5},
            {"clip_value": 0.01, "optimizer": "sgd", "weight_decay": 0.1},
            {"optimizer": "sgd"},
        ]
    )


def test_runs_that_are_too_different_for_one_pass_are_arranged_in_several():
    runs = [{"seed": 1}, {"seed": 2}, {"batch_size": 5}, {"optimizer": "sgd"}, {"truncate": 2}]
    assert check([*runs, {"batch_size": 5, "seed": 1}]).stacked


def test_runs_on_different_tasks_of_one_length_can_share_a_pass():
    """One of them scores all steps, the other only the last one."""
    tasks = [make_task("recall", length=6, **each) for each in ({}, {"asked": "last step"})]
    config = RunConfig(task="recall", hidden_size=4, batch_size=4)
    group = Group([Trainer(config, task) for task in tasks], stacked=True)
    group.advance(iterations=3)
    for member, task in zip(group.trainers, tasks, strict=True):
        alone = Trainer(config, task)
        alone.advance(iterations=3)
        assert group.stacked
        assert same_run(member, alone)


def test_outputs_of_one_run_that_are_not_finite_leave_the_accuracy_of_the_others():
    wild = {"momentum": 0.999, "learning_rate": 100.0, "dtype": "float32", "batch_size": 3}
    settings = {"cell": "relu", "optimizer": "sgd", "hidden_size": 8, **wild}
    task = make_task("gym", length=40)
    config = [
        RunConfig(seed=1, **settings),
        RunConfig(seed=2, **settings | {"learning_rate": 0.01}),
    ]
    group = Group([Trainer(each, task) for each in config], stacked=True)
    group.advance(iterations=4)
    for member, each in zip(group.trainers, config, strict=True):
        alone = Trainer(each, task)
        alone.advance(iterations=4)
        assert (member.diverged is None) == (each.seed == 2)
        assert member.history.frame().equals(alone.history.frame())


def test_what_cannot_be_stacked_is_computed_one_after_the_other(monkeypatch):
    group = Group([trainer(attention="dot", seed=seed) for seed in (1, 2)], stacked=True)
    assert (group.stacked, group.advance(iterations=2)) == (False, 2)
    monkeypatch.setattr(CELLS["lstm"], "stacks", False)
    assert not Group([trainer(seed=seed) for seed in (1, 2)], stacked=True).stacked


def test_only_small_networks_are_stacked_unless_it_is_asked_for():
    small, large = (
        [trainer(hidden_size=16, batch_size=B, seed=s) for s in (1, 2, 3)] for B in (32, 33)
    )
    assert Group(small).stacked
    assert not Group(small[:2]).stacked
    assert not Group(large).stacked
    assert not Group(small, stacked=False).stacked
    with pytest.raises(ValueError, match="stacked must be true or false"):
        Group(small, stacked="yes")


def test_the_memory_of_a_group_is_told_before_it_is_taken():
    settings = {"hidden_size": 64, "batch_size": 8}
    task = make_task("gym", length=40)
    trainers = [Trainer(RunConfig(seed=seed, **settings), task) for seed in range(6)]
    each = trainers[0]
    tracemalloc.start()
    group = Group(trainers)
    group.advance(iterations=2)
    taken = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    assert group.stacked
    buffers = training_mb(each.config, task) * len(trainers)
    passing = group.needs_mb - sum(member.needs_mb for member in trainers)
    assert 0.3 * (buffers + passing) < taken < buffers + passing


def test_a_run_that_diverges_stops_alone():
    settings = [{"cell": "relu", "optimizer": "sgd", "seed": seed} for seed in (1, 2, 3)]
    settings = [{**each, "dtype": "float32"} for each in settings]
    settings[1] |= {"learning_rate": 100.0}
    group = check(settings, "adding", iterations=25)
    assert [member.diverged is None for member in group.trainers] == [True, False, True]
    group.trainers[1].restore_last_good()
    group.advance(iterations=1)
    assert group.trainers[1].iteration == group.trainers[1].last_good_iteration + 1


def test_no_iteration_is_counted_when_all_have_diverged():
    group = Group([trainer(seed=seed) for seed in (1, 2)], stacked=True)
    for member in group.trainers:
        member.diverged = "stopped"
    assert group.advance(iterations=5) == 0


def test_what_is_done_to_one_run_leaves_the_others_alone():
    group = Group([trainer(seed=seed) for seed in (1, 2, 3, 4)], stacked=True)
    group.advance(iterations=12)

    def change(run: Trainer) -> None:
        run.set(learning_rate=0.1)
        run.intervene(Hold("f", 1.0))
        run.network.flat *= 0.9

    change(group.trainers[1])
    group.advance(iterations=8)
    group.trainers[1].undo()
    group.trainers[2].set(optimizer="sgd")
    group.advance(iterations=5)
    for seed, member in enumerate(group.trainers, start=1):
        alone = trainer(seed=seed)
        alone.advance(iterations=12)
        if seed == 2:
            change(alone)
        alone.advance(iterations=8)
        if seed == 2:
            alone.undo()
        if seed == 3:
            alone.set(optimizer="sgd")
        alone.advance(iterations=5)
        assert same_run(member, alone)
        assert member.marks == alone.marks


def test_an_interruption_leaves_every_run_as_it_was_after_its_last_iteration(monkeypatch):
    group = Group([trainer(seed=seed) for seed in (1, 2)], stacked=True)
    iterate, left = StackedPass.iterate, iter(range(3))

    def interrupted(self: StackedPass) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        iterate(self)

    monkeypatch.setattr(StackedPass, "iterate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        group.advance(iterations=5)
    for seed, member in zip((1, 2), group.trainers, strict=True):
        alone = trainer(seed=seed)
        alone.advance(iterations=3)
        assert same_run(member, alone)


def test_a_deviation_that_is_not_zero_is_told(monkeypatch):
    exact = StackedNetworks.learn

    def rounded(self: StackedNetworks, *batch: object, **settings: object) -> object:
        losses = exact(self, *batch, **settings)
        self.flat_gradients *= 1 + 1e-15
        return losses

    monkeypatch.setattr(StackedNetworks, "learn", rounded)
    assert Group([trainer(seed=seed) for seed in (1, 2)], stacked=True).deviation == 1e-12


@pytest.mark.parametrize("key", TASKS)
def test_which_steps_can_be_known_is_said_of_each_sequence_alone(key):
    """So that batches may be joined before it is asked."""
    task, generator = make_task(key), np.random.default_rng(0)
    batches = [task.sample(generator, 6) for _ in range(2)]
    joined = task.knowable(_joined(batches))
    own = [task.knowable(batch) for batch in batches]
    assert (joined is None) == all(each is None for each in own)
    if joined is not None:
        assert np.array_equal(joined, np.concatenate(own, axis=1))


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
