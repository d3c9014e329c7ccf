"""What a run takes is told before it is made; what is too much for the others is refused."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import (
    DelayedRecall,
    GymSchedule,
    NextLabel,
    NextSymbol,
    NextValue,
    Reorder,
    make_task,
)
from rnnviz.training import LIVE_KNOBS, PRESETS, limits
from rnnviz.training.limits import check_runs, iteration_ms, memory_mb, turn_ms, working_mb
from rnnviz.training.side_by_side import SideBySide

DIFFERENT = [f"w{number * number % 1009 % 500}" for number in range(6000)]
LABELS = "label\n" + "\n".join(DIFFERENT[:2000])
VALUES = "value\n" + "\n".join(str(np.sin(number / 7)) for number in range(2000))

#: Settings, each extreme in another way, of a few megabytes at least, and quick to try.
EXTREME = {
    "units": (RunConfig(hidden_size=128, batch_size=64), GymSchedule(length=20)),
    "layers": (RunConfig(hidden_size=64, layers=4, batch_size=16), GymSchedule(length=30)),
    "batch": (RunConfig(hidden_size=16, batch_size=256), GymSchedule(length=50)),
    "steps": (RunConfig(hidden_size=16, batch_size=16), GymSchedule(length=500)),
    "inputs and outputs": (
        RunConfig(task="labels", hidden_size=4, batch_size=16),
        NextLabel(csv=LABELS, length=50),
    ),
    "held out": (
        RunConfig(task="labels", hidden_size=4, batch_size=4),
        NextLabel(csv=LABELS, length=30, holdout=0.3),
    ),
    "answers": (RunConfig(task="reorder", hidden_size=32, batch_size=64), Reorder(length=40)),
    "recall": (RunConfig(task="recall", batch_size=256), DelayedRecall(length=50)),
    "values": (
        RunConfig(task="values", hidden_size=32, batch_size=64),
        NextValue(csv=VALUES, length=50),
    ),
    "embedding": (
        RunConfig(task="symbols", hidden_size=32, batch_size=64),
        NextSymbol(text=" ".join(DIFFERENT), length=20, encoding="embedding", embedding_length=64),
    ),
    "single precision": (
        RunConfig(hidden_size=64, batch_size=64, dtype="float32"),
        GymSchedule(length=60),
    ),
    "window": (
        RunConfig(task="recall", cell="mlp", window=50, batch_size=32),
        DelayedRecall(length=40),
    ),
    "parameters": (
        RunConfig(task="labels", cell="mlp", window=30, hidden_size=12, batch_size=4),
        NextLabel(csv=LABELS, length=10),
    ),
}


@contextmanager
def traced() -> Iterator[None]:
    """Count what is allocated within the block."""
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def peak_mb(config, task):
    """Return the most that is allocated at once, without what the recording keeps."""
    fresh = replace(task)  # what a task makes when it is first asked for counts as well
    with traced():
        trainer = Trainer(config, fresh)
        trainer.advance(iterations=1)
        trainer.score()
        trainer.trace()
        trainer.advance(iterations=1)
        trainer.score()
        peak = tracemalloc.get_traced_memory()[1]
    return (peak - trainer.recording.nbytes) / 1e6


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "mlp"])
@pytest.mark.parametrize("name", EXTREME)
def test_the_estimate_is_what_a_run_allocates_at_most(name, cell):
    config, task = EXTREME[name]
    if config.cell != "mlp":
        config = replace(config, cell=cell)
    elif cell != "mlp":
        pytest.skip("a window is for the MLP")
    estimate, measured = working_mb(config, task), peak_mb(config, task)

    # Below a few megabytes the objects of Python count, which nobody has to fear.
    assert measured - 1 < 1.2 * estimate
    assert estimate - 1 < 1.3 * measured


def test_what_is_kept_of_the_past_counts_besides_and_is_bounded():
    config, task = RunConfig(hidden_size=128, batch_size=8), GymSchedule(length=50)
    kept = memory_mb(config, task) - working_mb(config, task)
    trainer = Trainer(config, task)
    for number in range(30):
        trainer.advance(iterations=1)
        trainer.set(learning_rate=0.001 * (number + 1))
        trainer.advance(iterations=1)

    assert trainer.recording.nbytes / 1e6 + trainer._changes.nbytes / 1e6 <= kept < 36


@pytest.mark.parametrize(
    ("config", "task"),
    [
        (RunConfig(hidden_size=128, layers=4, batch_size=256), GymSchedule(length=500)),
        (
            RunConfig(task="recall", cell="mlp", window=50, batch_size=256),
            DelayedRecall(length=200),
        ),
        (RunConfig(task="labels", batch_size=256), NextLabel(csv=LABELS, length=200)),
    ],
)
def test_what_would_take_the_memory_of_all_others_is_refused_with_numbers_and_advice(config, task):
    with pytest.raises(ValueError, match=r"needs about [\d,]+ MB of memory, and 200 MB are") as why:
        Trainer(config, task)

    assert f"batch size {config.batch_size}" in str(why.value)
    assert f"length {task.length}" in str(why.value)


def test_a_refusal_names_a_batch_that_would_do_and_it_does():
    config, task = RunConfig(hidden_size=64, batch_size=256), GymSchedule(length=300)

    with pytest.raises(ValueError, match=r"with batch size \d+ it fits") as why:
        Trainer(config, task)
    check_runs((replace(config, batch_size=int(str(why.value).split()[-3])), task))


def test_an_iteration_that_would_keep_all_others_waiting_is_refused_though_its_memory_is_small():
    config, task = RunConfig(hidden_size=32, batch_size=128), GymSchedule(length=250)

    assert memory_mb(config, task) < limits.MOST_MB
    with pytest.raises(ValueError, match=r"needs about \d+ ms for an iteration, and 100 ms are"):
        Trainer(config, task)


def test_a_network_that_is_slow_with_a_single_sequence_is_refused_without_false_advice():
    with pytest.raises(ValueError, match="for an iteration") as why:
        Trainer(RunConfig(hidden_size=128, layers=4, batch_size=1), GymSchedule(length=160))

    assert "it fits" not in str(why.value)


def test_a_batch_that_would_be_too_large_leaves_the_run_as_it_is():
    trainer = Trainer(RunConfig(hidden_size=64, batch_size=8), GymSchedule(length=200))

    with pytest.raises(ValueError, match="make something smaller"):
        trainer.set(batch_size=256)
    assert trainer.config.batch_size == 8
    assert trainer.advance(iterations=1) == 1


def test_the_memory_of_runs_side_by_side_counts_together():
    config, task = RunConfig(hidden_size=64, batch_size=48), GymSchedule(length=60)
    check_runs((config, task))

    with pytest.raises(ValueError, match="10 runs side by side need about"):
        SideBySide([(str(number), config, task) for number in range(10)], 10)


def test_no_live_knob_gets_past_the_check():
    heavy = {"batch_size": 256}
    assert set(heavy) <= set(LIVE_KNOBS)
    config, task = RunConfig(hidden_size=100, batch_size=1), GymSchedule(length=100)
    cheapest = {"optimizer": "sgd", "weight_decay": 0.1, "truncate": 1, "clip_norm": 1.0}

    # No other knob adds to what is counted.
    assert iteration_ms(replace(config, **cheapest), task) == iteration_ms(config, task)
    with pytest.raises(ValueError, match="make something smaller"):
        Trainer(config, task).set(**heavy)


def test_buffers_of_batches_that_are_no_longer_drawn_are_let_go():
    trainer = Trainer(RunConfig(hidden_size=64), GymSchedule(length=50))
    with traced():
        for size in (64, 63, 62, 61, 60, 4):
            trainer.set(batch_size=size)
            trainer.advance(iterations=1)
        now = tracemalloc.get_traced_memory()[0] / 1e6

    assert now < 20  # a batch of 64 takes 24 MB


def test_runs_at_the_defaults_of_every_task_and_all_presets_are_allowed():
    for key in ("gym", "symbols", "values", "labels", "recall", "waves", "adding"):
        check_runs((RunConfig(task=key), make_task(key)))
    for preset in PRESETS:
        check_runs(*((config, task) for _, config, task in preset.runs))


def test_an_evaluation_that_takes_long_looks_at_fewer_sequences_and_says_so():
    config, task = RunConfig(hidden_size=64, batch_size=4), GymSchedule(length=100, missed=0.2)
    score = Trainer(config, task).score()

    assert score.of == task.evaluation().x.shape[1]
    assert limits.FEWEST_EVALUATED <= score.sequences < score.of
    assert score.of_fewer
    assert 0 < score.scored <= score.sequences * task.length


def test_a_small_network_is_evaluated_on_all_sequences():
    score = Trainer(RunConfig()).score()

    assert (score.sequences, score.of_fewer) == (score.of, False)


def test_the_time_grows_with_everything_that_takes_time():
    config, task = RunConfig(), GymSchedule(length=20)
    grown = [
        (replace(config, hidden_size=64), task),
        (replace(config, layers=2), task),
        (replace(config, batch_size=64), task),
        (config, GymSchedule(length=40)),
    ]
    assert all(turn_ms(*run) > turn_ms(config, task) for run in grown)
    assert turn_ms(replace(config, cell="rnn"), task) < turn_ms(config, task)
    assert turn_ms(replace(config, dtype="float32"), task) < turn_ms(config, task)
