"""What can be reached without memory on data of one's own, counted again from the file's text."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from rnnviz.engine import Network
from rnnviz.tasks.adding import Adding
from rnnviz.tasks.flip_flop import FlipFlop
from rnnviz.tasks.own_labels import NextLabel
from rnnviz.tasks.own_series import NextValue
from rnnviz.training.evaluate import evaluate
from rnnviz.ui.task import overview


def labels_of(seed, count, kinds, holds=0.0):
    """Draw labels that follow each other by chance, or stay."""
    generator = np.random.default_rng(seed)
    chain = [0]
    while len(chain) < count:
        chain.append(chain[-1] if generator.random() < holds else int(generator.integers(kinds)))
    return ["abcdefgh"[place] for place in chain]


@pytest.mark.parametrize("holdout", [0.0, 0.25])
@pytest.mark.parametrize("length", [1, 4])
@pytest.mark.parametrize(("kinds", "holds"), [(3, 0.0), (5, 0.6), (2, 0.9)])
def test_the_best_accuracy_from_the_present_label_is_that_of_counting_what_follows_it(
    kinds, holds, length, holdout
):
    labels = labels_of(kinds, 80, kinds, holds)
    task = NextLabel("day\n" + "\n".join(labels), length=length, holdout=holdout)
    trained = len(labels) - round(holdout * len(labels))
    follows = defaultdict(Counter)
    for place in range(trained - length):
        follows[labels[place + length - 1]][labels[place + length]] += 1
    asked = sum(sum(each.values()) for each in follows.values())
    assert asked == trained - length
    hits = sum(max(each.values()) for each in follows.values())
    assert task.memoryless == pytest.approx(hits / asked)


@pytest.mark.parametrize("seed", range(3))
def test_no_function_of_the_present_label_does_better_than_the_best(seed):
    labels = labels_of(seed, 60, 3, 0.5)
    task = NextLabel("\n".join(["day", *labels]), length=3, holdout=0.0)
    batch = task.evaluation()
    present, asked = batch.x[-1].argmax(axis=1), batch.y[-1]
    scores = []
    for guess in np.ndindex(3, 3, 3):
        scores.append((np.array(guess)[present] == asked).mean())
    assert max(scores) == pytest.approx(task.memoryless)


def series_of(seed, count=90):
    generator = np.random.default_rng(seed)
    return np.round(np.cumsum(generator.normal(size=count)) + np.sin(np.arange(count)), 3)


@pytest.mark.parametrize("ahead", [1, 3])
@pytest.mark.parametrize("length", [1, 6])
@pytest.mark.parametrize("seed", range(3))
def test_the_least_error_from_the_present_value_is_that_of_a_line_in_each_part(seed, length, ahead):
    values = series_of(seed)
    csv = "value\n" + "\n".join(map(str, values))
    task = NextValue(csv, length=length, ahead=ahead, holdout=0.2)
    part = values[: len(values) - round(0.2 * len(values))]
    scaled = (part - part.mean()) / part.std()
    pairs = [
        (scaled[place + step], scaled[place + step + ahead])
        for step in range(length)
        for place in range(len(part) - length - ahead + 1)
    ]
    x, y = np.array(pairs).T
    order = np.argsort(x, kind="stable")
    squares = 0.0
    different = len(set(pairs))  # windows that overlap have the same step many times
    for inside in np.array_split(order, min(50, max(1, different // 10))):
        known = np.stack([x[inside], np.ones(len(inside))], axis=1)
        line = np.linalg.lstsq(known, y[inside], rcond=None)[0]
        squares += ((y[inside] - known @ line) ** 2).sum()
    assert task.memoryless == pytest.approx(squares / len(y), rel=1e-9)
    # It is one: the mean alone, and one line for all, do worse.
    assert task.memoryless <= ((y - np.polyval(np.polyfit(x, y, 1), x)) ** 2).mean() + 1e-12
    assert task.memoryless <= y.var() + 1e-12


def test_scores_of_a_network_are_in_the_unit_of_the_ceilings():
    values = series_of(1)
    task = NextValue("value\n" + "\n".join(map(str, values)), length=6, holdout=0.2)
    network = Network(cell="rnn", input_size=1, hidden_size=3, output_size=1)
    batch = task.evaluation()
    errors = (network.predict(batch.x) - batch.y) ** 2
    assert evaluate(network, task).value == pytest.approx(errors.mean())
    # Back in the file's unit the error is that times the variance of the training part.
    unscaled = task.unscale(network.predict(batch.x)) - task.unscale(batch.y)
    variance = values[: len(values) - round(0.2 * len(values))].var()
    assert (unscaled**2).mean() == pytest.approx(errors.mean() * variance)


def test_lines_in_parts_are_not_the_best_of_all_functions_and_are_not_said_to_be():
    values = series_of(2)
    task = NextValue("value\n" + "\n".join(map(str, values)), length=6, holdout=0.2)
    assert len(set(values)) == len(values)  # so a table of what follows each is never wrong
    batch = task.evaluation()
    table = dict(zip(batch.x.ravel().tolist(), batch.y.ravel().tolist(), strict=True))
    given = np.array([table[value] for value in batch.x.ravel().tolist()])

    assert ((given - batch.y.ravel()) ** 2).mean() == 0 < task.memoryless
    assert "at best" not in overview._to_beat(task)
    assert "straight lines over parts of the current value's range" in overview._to_beat(task)


def test_each_task_of_numbers_says_what_its_error_without_memory_is_of():
    task = FlipFlop(bits=2)
    batch = task.evaluation()
    by_input = defaultdict(list)
    for seen, asked in zip(batch.x.reshape(-1, 2), batch.y.reshape(-1, 2), strict=True):
        by_input[tuple(seen)].append(asked)
    squares = sum(((np.array(of) - np.mean(of, axis=0)) ** 2).sum() for of in by_input.values())
    assert task.memoryless == pytest.approx(squares / batch.y.size)
    assert "without memory, the best answer to each input gives 0.7" in overview._to_beat(task)
    assert "the mean for what the last step does not show gives" in overview._to_beat(Adding())
