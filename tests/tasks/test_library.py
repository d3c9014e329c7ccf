"""The library of tasks: for each, a slow rule of its own says what the targets are."""

import itertools
import math

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Network, clip_by_norm, make_optimizer
from rnnviz.tasks import (
    Adding,
    Batch,
    Brackets,
    CopyMemory,
    Counting,
    DelayedRecall,
    Echo,
    FlipFlop,
    Parity,
    Reber,
    TemporalOrder,
    TemporalXor,
    Waves,
    is_solved,
    score_of,
)

# The rules read labels (see `read`) and return the target of each step, None where none is scored.


def echo(task, seen):
    return [None] * task.lag + [seen[step - task.lag] for step in range(task.lag, len(seen))]


def parity(task, seen):
    said = ["odd" if seen[: step + 1].count("1") % 2 else "even" for step in range(len(seen))]
    return said if task.asked == "every step" else [None] * (len(seen) - 1) + said[-1:]


def temporal_xor(_, seen):
    bits = [int(bit) for bit in seen]
    for first in range(0, len(bits) - 2, 3):
        assert bits[first + 2] == (bits[first] != bits[first + 1])
    said = [*seen[1:], "?"]
    if len(bits) % 3 == 2:
        said[-1] = str(int(bits[-2] != bits[-1]))
    return said


def recall(task, seen):
    assert seen[0] in "xy"
    assert list(seen[1:]) == [f"a{number}" for number in range(1, task.length)]
    return [*seen[1:], seen[0]]


def order(_, seen):
    T = len(seen)
    assert seen[0] == "E"
    assert seen[-1] == "B"
    assert set(seen[1:-1]) <= set("abcdXY")
    (first, one), (second, two) = [(t, s) for t, s in enumerate(seen) if s in "XY"]
    assert T // 10 <= first <= T // 5
    assert T // 2 <= second <= 3 * T // 5
    return [None] * (T - 1) + [{"XX": "Q", "XY": "R", "YX": "S", "YY": "U"}[one + two]]


def copy(task, seen):
    said = "·" * (task.length - task.copied) + "".join(seen[: task.copied])
    expected = seen[: task.copied] + ("·",) * (task.delay - 1) + ("!",) + ("·",) * task.copied
    assert seen == expected
    return list(said)


def reber(_, seen):
    word = "".join(seen)
    outer = word[1]
    assert outer in "TP"
    assert word[0] == "B"
    assert word[-1] == outer
    inner = word[2:-1]
    ways = {
        0: {"T": 1, "P": 2}, 1: {"S": 1, "X": 3}, 2: {"T": 2, "V": 4},
        3: {"X": 2, "S": 5}, 4: {"P": 3, "V": 5}, 5: {},
    }  # fmt: skip
    node = 0
    assert inner[0] == "B"
    assert inner[-1] == "E"
    for symbol in inner[1:-1]:
        node = ways[node][symbol]
    assert node == 5
    return [*word[1:], "E"]


def counting(_, seen):
    n = seen.count("a")
    assert "".join(seen) == "S" + "a" * n + "b" * n
    return [*seen[1:], "T"]


def brackets(task, seen):
    pairs, opened, said = dict(zip("([{", ")]}", strict=True)), [], []
    for bracket in seen:
        if bracket in pairs:
            opened.append(pairs[bracket])
        else:
            assert opened.pop() == bracket
        assert len(opened) <= task.depth
        said.append(opened[-1] if opened else "none")
    return said


RULES = {
    "echo": (echo, [Echo(), Echo(lag=0), Echo(lag=19, kinds=10), Echo(1, 3, 2)]),
    "parity": (parity, [Parity(), Parity("last step", 5), Parity(length=2)]),
    "xor": (temporal_xor, [TemporalXor(), TemporalXor(2), TemporalXor(31), TemporalXor(32)]),
    "recall": (recall, [DelayedRecall(), DelayedRecall(2), DelayedRecall(50)]),
    "order": (order, [TemporalOrder(), TemporalOrder(10), TemporalOrder(101)]),
    "copy": (copy, [CopyMemory(), CopyMemory(10, 8, 40), CopyMemory(1, 2, 3)]),
    "reber": (reber, [Reber(), Reber(8), Reber(60)]),
    "count": (counting, [Counting(), Counting(3), Counting(40)]),
    "brackets": (brackets, [Brackets(), Brackets(1, 1, 2), Brackets(3, 10, 50)]),
}
CASES = [(rule, task) for rule, tasks in RULES.values() for task in tasks]
NUMBERS = [
    *itertools.starmap(Waves, itertools.product(("sine", "saw", "square", "composite"), (7, 12))),
    Waves(ahead=40, noise=0.3),
    Adding(),
    Adding(2),
    Adding(51),
    FlipFlop(),
    FlipFlop(bits=1, rate=0.05, length=60),
]
LIBRARY = [task for _, task in CASES] + NUMBERS


def read(task, batch):
    """Return, from the numbers alone, what is seen and what is asked for, until the end."""
    assert np.isin(batch.x, (0.0, 1.0)).all()
    for sequence in range(batch.x.shape[1]):
        x, y = batch.x[:, sequence], batch.y[:, sequence]
        length = int(x.sum())  # what comes after the end has no input
        assert (x[:length].sum(axis=1) == 1).all()
        asked = np.ones(len(x), bool) if batch.mask is None else batch.mask[:, sequence]
        assert not asked[length:].any()
        seen = tuple(task.input_names[int(row.argmax())] for row in x[:length])
        yield (
            seen,
            [
                task.output_labels[target] if scored else None
                for target, scored in zip(y[:length], asked, strict=False)
            ],
        )


def name_of(case):
    return getattr(case, "__name__", str(case))


@pytest.mark.parametrize(("rule", "task"), CASES, ids=name_of)
def test_every_target_of_symbols_is_what_a_slow_rule_says(rule, task):
    probes = [task.probe(np.int8(index)).batch for index in range(len(task.probe_names))]
    for batch in [task.sample(np.random.default_rng(0), 64), *probes]:
        for seen, targets in read(task, batch):
            expected = rule(task, seen)
            if rule is order:
                targets = [target and target[0] for target in targets]
            if expected[-1] == "?":
                targets[-1] = "?"  # random: the sequence ends before it is seen
            assert targets == expected


@pytest.mark.parametrize(("rule", "task"), CASES, ids=name_of)
def test_the_evaluation_scores_only_targets_that_can_be_known(rule, task):
    batch = task.evaluation()
    for seen, targets in read(task, batch):
        known = [
            target
            for target, expected in zip(targets, rule(task, seen), strict=True)
            if target is not None and expected != "?"
        ]
        assert known
    # Whoever remembers all inputs so far is always right: no past has two targets.
    past = {}
    for sequence, (seen, targets) in enumerate(read(task, batch)):
        for step, target in enumerate(targets):
            if target is not None:
                assert past.setdefault(seen[: step + 1], target) == target, (sequence, step)


def height(shape, share):
    share %= 1.0
    if shape == "sine":
        return math.sin(2 * math.pi * share)
    if shape == "saw":
        return 2 * share - 1
    if shape == "square":
        return 1.0 if share < 0.5 else -1.0
    return 2 / 3 * math.sin(2 * math.pi * share) + 1 / 3 * math.sin(6 * math.pi * share)


@pytest.mark.parametrize("shape", ["sine", "saw", "square", "composite"])
@pytest.mark.parametrize("ahead", [1, 5, 30])
def test_a_wave_is_what_its_formula_says_for_some_start(shape, ahead):
    task = Waves(shape, period=8, ahead=ahead, length=20)

    class Start:
        def random(self, size):
            return np.full(size, 0.3)

    batch = task.sample(Start(), 2)
    for step in range(20):
        assert batch.x[step, 1, 0] == pytest.approx(height(shape, 0.3 + step / 8))
        assert batch.y[step, 1, 0] == pytest.approx(height(shape, 0.3 + (step + ahead) / 8))
        assert batch.mask[step, 0] == (step >= 8)


def test_a_wave_repeats_so_that_a_memory_of_one_period_knows_all():
    for shape in ("sine", "saw", "square", "composite"):
        batch = Waves(shape, period=9, ahead=2, length=40).sample(np.random.default_rng(0), 50)
        np.testing.assert_array_equal(batch.x[9:], batch.x[:-9])
        np.testing.assert_array_equal(batch.y[7:-2], batch.x[9:])


def test_noise_is_on_what_is_seen_and_not_on_the_target():
    clean, noisy = (Waves(noise=n).sample(np.random.default_rng(3), 200) for n in (0.0, 0.2))
    np.testing.assert_array_equal(clean.y, noisy.y)
    assert (noisy.x - clean.x).std() == pytest.approx(0.2, rel=0.05)


@pytest.mark.parametrize("length", [2, 3, 20, 51])
def test_the_sum_of_the_marked_numbers_is_the_target(length):
    task = Adding(length)
    batch = task.sample(np.random.default_rng(0), 100)
    assert batch.mask.sum(axis=0).tolist() == [1] * 100
    for sequence in range(100):
        numbers, marks = batch.x[:, sequence].T.tolist()
        first, second = [step for step, mark in enumerate(marks) if mark == 1]
        assert first < length // 2 <= second
        assert sum(marks) == 2
        assert all(0 <= number < 1 for number in numbers)
        assert batch.y[-1, sequence, 0] == pytest.approx(numbers[first] + numbers[second])


@pytest.mark.parametrize("task", [FlipFlop(), FlipFlop(4, 0.05, 60), FlipFlop(1, 1.0, 2)], ids=str)
def test_a_flip_flop_keeps_the_last_value_that_was_set(task):
    batch = task.sample(np.random.default_rng(0), 50)
    assert batch.mask is None
    for sequence in range(50):
        kept = [None] * task.bits
        for step in range(task.length):
            for bit, value in enumerate(batch.x[step, sequence].tolist()):
                assert value in (-1, 0, 1)
                kept[bit] = value or kept[bit]
            assert batch.y[step, sequence].tolist() == kept  # from the first step on all are set
    assert (batch.x[1:] != 0).mean() == pytest.approx(task.rate, abs=0.02)
    assert (batch.x[batch.x != 0] == 1).mean() == pytest.approx(0.5, abs=0.06)


def test_a_flip_flop_is_read_as_signs():
    probe = FlipFlop(bits=2, length=4).probe(0)
    signs = {-1: "−", 0: "0", 1: "+"}
    for words, numbers in (
        (probe.input_labels, probe.batch.x),
        (probe.target_labels, probe.batch.y),
    ):
        expected = tuple("".join(signs[bit] for bit in step) for step in numbers[:, 0].tolist())
        assert words == expected


@pytest.mark.parametrize("seed", [40, 41])
def test_a_small_rnn_learns_to_keep_three_bits_in_a_few_hundred_iterations(seed):
    trainer = Trainer(RunConfig(task="flipflop", cell="rnn", hidden_size=16, seed=seed))
    trainer.advance(iterations=350)
    assert is_solved(trainer.task, trainer.score().value)


def test_what_a_memoryless_model_scores_is_what_the_definition_says():
    assert Echo(lag=0).memoryless == 1.0
    assert Echo(lag=4, kinds=4).memoryless == pytest.approx(1 / 4, abs=0.03)
    assert TemporalXor().memoryless == pytest.approx(1 / 2, abs=0.03)
    assert DelayedRecall().memoryless == pytest.approx(1 / 2, abs=0.07)
    assert TemporalOrder().memoryless == pytest.approx(1 / 4, abs=0.07)
    assert CopyMemory().memoryless == pytest.approx(1 / 8, abs=0.05)
    # Odd is known from a first 1; else it is a coin.
    assert Parity(length=10).memoryless == pytest.approx(0.5 + 0.5 / 10, abs=0.02)
    # After T, P there is B; after S, V, E: E (certain), T or P (a coin).
    assert 0.5 < Reber().memoryless < 0.8
    assert Adding(20).memoryless == pytest.approx(1 / 6 - 1 / 120, abs=0.02)
    # Of a step that sets nothing only the mean is known: 0, one away from every target.
    assert FlipFlop().memoryless == pytest.approx((1 - 0.25) * 24 / 25, abs=0.02)
    assert FlipFlop(rate=1.0).memoryless == 0
    assert Adding(20).baseline().score == pytest.approx(1 / 6, abs=0.02)
    # x = sin a, y = sin(a + d) = x cos d +- sqrt(1 - x²) sin d: the sign can't be known.
    turn = 2 * math.pi * 2 / 12
    assert Waves().memoryless == pytest.approx(math.sin(turn) ** 2 / 2, rel=0.03)
    # A saw's phase is known from its height. A square jumps within the next 2 of 6 steps.
    assert Waves("saw").memoryless == pytest.approx(0.0, abs=0.03)
    assert Waves("square", 12, 2).memoryless == pytest.approx(1 - (1 - 2 * 2 / 6) ** 2, rel=0.05)


@pytest.mark.parametrize("task", LIBRARY, ids=str)
def test_a_network_without_memory_does_no_better_than_is_said(task):
    network = Network(
        cell="mlp", input_size=task.input_size, hidden_size=12,
        output_size=len(task.output_labels), seed=1,
    )  # fmt: skip
    optimizer = make_optimizer("adam", network.flat.size, "float64")
    generator = np.random.default_rng(0)
    for _ in range(30):
        batch = task.sample(generator, 8)
        network.learn(batch.x, batch.y, batch.mask, loss=task.loss)
        clip_by_norm(network.flat_gradients, 1.0)
        optimizer.step(network.flat, network.flat_gradients, 0.03)
    score = score_of(network.predict(task.evaluation().x), task.evaluation(), task.measure)
    if task.measure == "accuracy":
        assert score <= task.memoryless + 1e-12
    else:
        assert score >= 0.9 * task.memoryless - 0.01


def test_the_plateau_of_the_copy_problem_is_that_of_the_paper():
    task = CopyMemory(copied=10, length=40)
    assert task.delay == 20
    assert task.plateau == pytest.approx(10 * math.log(8) / (20 + 2 * 10))
    assert f"{task.plateau:.3f}" == "0.520"
    assert "0.520" in task.description


def test_both_brackets_of_a_kind_and_all_depths_occur():
    seen = [names for names, _ in read(Brackets(3, 4), Brackets(3, 4).evaluation())]
    assert {name for names in seen for name in names} == set("([{)]}")
    assert any(names[:4].count("(") + names[:4].count("[") == 4 for names in seen)


def test_words_of_the_grammar_have_many_lengths_and_both_outer_symbols():
    words = {seen for seen, _ in read(Reber(), Reber().evaluation())}
    assert {len(word) for word in words} >= {8, 9, 10, 11, 12}
    assert {word[1] for word in words} == {"T", "P"}


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Echo(lag=20), "lag must be below the length of 20, got 20"),
        (lambda: Echo(lag=-1), "lag must be a whole number 0..100, got -1"),
        (
            lambda: CopyMemory(copied=5, length=10),
            "length must be at least 11, twice the 5 symbols to copy and one step for the signal, "
            "got 10",
        ),
        (
            lambda: Waves(period=30),
            "length must be above the period of 30, because the first period is not scored, got 30",
        ),
        (lambda: Waves("round"), "shape must be one of sine, saw, square, composite, got 'round'"),
        (lambda: Waves(noise=math.nan), "noise must be 0..1, got nan"),
        (lambda: Reber(7), "length must be a whole number 8..60, got 7"),
        (lambda: Parity("never"), "asked must be one of every step, last step, got 'never'"),
    ],
)
def test_a_refusal_says_what_is_allowed_and_what_came(make, sentence):
    with pytest.raises(ValueError, match=r".") as refusal:
        make()
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("task", LIBRARY, ids=str)
def test_probes_and_examples_can_be_read(task):
    assert len(set(task.probe_names)) == len(task.probe_names) >= 1
    for index, name in enumerate(task.probe_names):
        probe = task.probe(index)
        assert probe.name == name
        assert len(name) < 60
        assert len(probe.input_labels) == len(probe.target_labels) == task.length
        scored = probe.batch.mask
        for step, said in enumerate(probe.target_labels):
            assert bool(said) == (scored is None or bool(scored[step, 0]))


@pytest.mark.parametrize("task", LIBRARY, ids=str)
def test_examples_have_all_answers_that_count_and_no_others(task):
    batch = task.sample(np.random.default_rng(0), 5)
    counts = task.knowable(batch)
    for place, example in enumerate(task.examples(np.random.default_rng(0), 5)):
        for step in range(task.length):
            assert bool(example.answers[step]) == (counts is None or bool(counts[step, place]))


def test_delayed_recall_may_be_trained_at_the_last_step_alone():
    every, last = DelayedRecall(6), DelayedRecall(6, asked="last step")
    first, other = (task.sample(np.random.default_rng(1), 4) for task in (every, last))
    assert np.array_equal(first.x, other.x)
    assert first.mask is None
    assert np.array_equal(np.flatnonzero(other.mask[:, 0]), [5])
    assert np.array_equal(last.probe(0).batch.mask[:, 0], other.mask[:, 0])
    assert "Only that prediction is trained" in last.description


def test_examples_of_delayed_recall_ask_for_the_first_symbol_alone():
    for example in DelayedRecall(4).examples(np.random.default_rng(0), 8):
        assert example.answers == ("", "", "", example.seen[0])


def test_examples_of_temporal_xor_ask_for_the_xors_alone():
    for example in TemporalXor(6).examples(np.random.default_rng(0), 8):
        first, second, _, third, fourth, _ = map(int, example.seen)
        assert example.answers == ("", str(first ^ second), "", "", str(third ^ fourth), "")


def test_the_name_of_a_temporal_order_counts_time_steps_from_0():
    task = TemporalOrder()
    seen = task.probe(0).input_labels
    for part in task.probe_names[0].split(": ", 1)[1].split(", "):
        symbol, step = part.split(" at ")
        assert seen[int(step)] == symbol


@pytest.mark.parametrize(
    ("measure", "outputs", "y", "mask", "score"),
    [
        ("accuracy", [[[2.0, 1.0]], [[0.0, 1.0]]], [[0], [0]], None, 0.5),
        ("accuracy", [[[2.0, 1.0]], [[0.0, 1.0]]], [[0], [0]], [[True], [False]], 1.0),
        ("error", [[[2.0]], [[1.0]]], [[[0.0]], [[0.0]]], None, 2.5),
        ("error", [[[2.0]], [[1.0]]], [[[0.0]], [[0.0]]], [[False], [True]], 1.0),
    ],
)
def test_a_score_is_what_a_count_by_hand_gives(measure, outputs, y, mask, score):
    mask = None if mask is None else np.array(mask)
    batch = Batch(np.zeros((2, 1, 1)), np.array(y), mask)
    assert score_of(np.array(outputs), batch, measure) == score


def test_solved_is_more_for_accuracy_and_less_for_error():
    assert is_solved(Parity(), 1.0)
    assert not is_solved(Parity(), 0.9)
    assert is_solved(Waves(), 0.001)
    assert not is_solved(Waves(), 0.1)
