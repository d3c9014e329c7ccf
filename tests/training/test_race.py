"""A race: every run is the one that it would be alone, measured at the same marks."""

import numpy as np
import pytest

import rnnviz
from rnnviz import RunConfig, Trainer
from rnnviz.recording.reach import backward_norms, reach
from rnnviz.tasks import GymSchedule, make_task
from rnnviz.training.race import Lane, Race, mark_after

TASK = make_task("order", length=10)
SMALL = {"task": "order", "hidden_size": 4, "batch_size": 64}
LANES = [Lane(RunConfig(cell=cell, **SMALL), cell.upper()) for cell in ("rnn", "lstm", "mlp")]
SEEDS = (3, 8)


def race(by="iterations", lanes=LANES, seeds=SEEDS, task=TASK):
    return Race(task, lanes, seeds, by)


def test_every_run_is_the_one_that_a_trainer_makes_alone_also_in_one_pass_with_others():
    raced = race(seeds=(3, 8, 13))  # three of a kind are the fewest that one pass takes
    assert all(group.stacked for group in raced.groups.values())
    while raced.level < 25:
        raced.advance(seconds=0.002, iterations=25 - raced.level)
    for lane in LANES:
        for seed in raced.seeds:
            alone = Trainer(RunConfig(cell=lane.config.cell, seed=seed, **SMALL), TASK)
            alone.advance(iterations=25)
            mine = raced.trainer(lane, seed)
            np.testing.assert_array_equal(mine.network.flat, alone.network.flat)
            np.testing.assert_array_equal(mine.history.column("loss"), alone.history.column("loss"))


def test_the_link_of_a_run_opens_the_very_same():
    raced = race()
    raced.advance(iterations=7)
    opened = rnnviz.open(raced.trainer(LANES[1], 8).link())
    np.testing.assert_array_equal(opened.network.flat, raced.trainer(LANES[1], 8).network.flat)


def test_all_lanes_are_measured_at_the_same_marks_and_show_what_the_runs_had_there():
    raced = race()
    raced.advance(iterations=25)
    for lane in LANES:
        marks, losses = raced.curves(lane, "loss")
        assert marks.tolist() == [0, 10, 20]
        assert losses.shape == (2, 3)
        assert np.isnan(losses[:, 0]).all()
        for row, seed in zip(losses, SEEDS, strict=True):
            history = raced.trainer(lane, seed).history.frame().set_index("iteration").loss
            assert row[1:].tolist() == history[[10, 20]].tolist()
        assert [len(norms) for norms in raced.gradients(lane)] == [10, 10]
    marks, scores = raced.curves(LANES[0], "score")
    reaches = raced.curves(LANES[0], "reach")[1]
    alone = Trainer(RunConfig(cell="rnn", seed=8, **SMALL), TASK)
    alone.advance(iterations=20)
    assert scores[1, 2] == alone.score().value
    assert reaches[1, 2] == reach(backward_norms(alone.trace()))


def test_the_gradient_is_that_of_one_example_whatever_is_looked_at_elsewhere():
    task = make_task("count")
    small = {"task": "count", "hidden_size": 2, "batch_size": 2}
    lanes = [Lane(RunConfig(cell=cell, **small), cell) for cell in ("rnn", "gru")]
    raced = race(lanes=lanes, task=task)
    first = raced.trainer(lanes[0], SEEDS[0])
    raced.advance(iterations=10)
    sizes = [len(norms) for norms in raced.gradients(lanes[0])]
    first.choose_probe(len(task.probe_names) - 1)  # of another length, as in the Studio
    assert len(backward_norms(first.trace())) != sizes[0]
    raced.advance(iterations=70)
    assert [len(norms) for norms in raced.gradients(lanes[0])] == sizes


def test_marks_get_rarer_as_a_race_goes_on():
    assert [mark_after(now) for now in (0, 9, 10, 999)] == [10, 10, 20, 1000]
    assert [mark_after(now) for now in (1000, 1990, 2000)] == [1020, 2000, 2040]


def test_by_seconds_every_lane_gets_the_same_time():
    raced = race(by="seconds")
    while raced.level < 40:
        raced.advance(seconds=0.02)
    seconds = [raced.seconds(lane) for lane in LANES]
    longest = max(raced.seconds(lane) / raced.iteration(lane) for lane in LANES)
    assert max(seconds) - min(seconds) <= 10 * longest + 0.05
    assert raced.iteration(LANES[2]) > raced.iteration(LANES[1])


def test_a_lane_that_cannot_run_says_why_and_the_others_race():
    calendar = Lane(RunConfig(cell="mlp", **SMALL), "calendar", features=True)
    raced = race(lanes=[LANES[0], calendar])
    assert raced.refused == {
        calendar: "calendar sees the calendar, and only a gym schedule has one"
    }
    assert raced.advance(iterations=3) == 3
    assert raced.curves(calendar, "score")[1].shape == (2, 0)
    with pytest.raises(ValueError, match="calendar does not race"):
        raced.trainer(calendar, 3)
    with pytest.raises(ValueError, match="seed must be one of 3, 8, got 4"):
        raced.trainer(LANES[0], 4)
    gym = GymSchedule(length=6)
    assert not race(lanes=[LANES[0], calendar], task=gym).refused


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lanes": LANES[:1]}, "2 to 4 lanes, got 1"),
        ({"lanes": [LANES[0], LANES[0]]}, "different names"),
        ({"lanes": [LANES[0], Lane(RunConfig(), "b")]}, "same batch size"),
        ({"seeds": ()}, "1 to 20 seeds, got 0"),
        ({"seeds": (1, 1)}, "all be different"),
        ({"by": "luck"}, "by must be"),
    ],
)
def test_a_race_that_cannot_be_is_refused_in_a_sentence(wrong, said):
    with pytest.raises(ValueError, match=said):
        race(**wrong)


def test_all_lanes_are_scored_on_the_same_sequences_where_one_cannot_afford_all():
    task = make_task("order", length=50)
    lanes = [
        Lane(RunConfig(cell=cell, batch_size=1, hidden_size=24), cell) for cell in ("rnn", "lstm")
    ]
    raced = Race(task, lanes, [0])
    raced.advance(iterations=0)
    few = {raced.scored(lane).sequences for lane in lanes}
    assert few == {raced.trainer(lanes[1], 0).score().sequences}
    assert max(few) < raced.trainer(lanes[0], 0).score().sequences


def test_a_run_that_diverges_stops_alone():
    steep = {"optimizer": "sgd", "learning_rate": 100.0, "weight_decay": 1.0, "dtype": "float32"}
    tame = Lane(RunConfig(cell="rnn", task="adding"), "tame")
    wild = Lane(RunConfig(cell="rnn", task="adding", **steep), "wild")
    raced = Race(make_task("adding", length=10), [tame, wild], SEEDS)
    raced.advance(iterations=20)
    assert raced.trainer(wild, 3).diverged
    assert raced.iteration(tame) == raced.level == 20
    assert not raced.stopped
    assert raced.curves(wild, "score")[0].tolist() == [0]


def test_a_race_too_large_says_how_many_seeds_would_fit():
    large = [
        Lane(RunConfig(cell=cell, hidden_size=64, batch_size=64), cell) for cell in ("rnn", "lstm")
    ]
    with pytest.raises(
        ValueError, match=r"2 lanes with 20 seeds each need about .* with \d+ seeds? it fits"
    ):
        Race(make_task("order", length=20), large, range(20))
