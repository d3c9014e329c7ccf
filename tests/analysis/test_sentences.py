"""Sentences about the gradient, read back and held against the numbers that they are about.

Many runs: every cell, one to three layers, all steps or some scored, truncated, growing, trained.
What a sentence says is computed again here, from the arrays of the trace alone.
"""

import re
from functools import cache
from itertools import product

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.gradient_course import course, course_sentence, map_sentence
from rnnviz.analysis.gradients import backward_norms, backward_sentence, reach_sentence
from rnnviz.analysis.jacobians import slopes_sentence, spectra, step_values, values_sentence
from rnnviz.analysis.side_by_side import contenders, side_by_side_sentence
from rnnviz.analysis.theory import way_back, way_back_sentence
from rnnviz.analysis.triangle import row_sentence, triangle, triangle_sentence
from rnnviz.analysis.updates import clipping_sentence, updates, updates_sentence
from rnnviz.engine import Silence
from rnnviz.tasks import Adding, DelayedRecall, GymSchedule, TemporalOrder, Waves

TASKS = (GymSchedule(length=9), DelayedRecall(length=6), TemporalOrder(length=12), Waves(length=18),
         Adding(length=10))  # fmt: skip
CELLS = ("rnn", "relu", "gru", "lstm", "mlp")
STARTS = ({}, {"spectral_radius": 1.6}, {"initial_weights": "uniform"}, {"spectral_radius": 0.4})
NUMBER = r"(\d[\d,]*\.?\d*(?:e−?\d+)?|∞)"


def read(text):
    """Read a number as it is written for people."""
    return float(text.replace("−", "-").replace(",", "").replace("∞", "inf"))


def left(text):
    """Read what is left: `63 %`, `2e−9 of it`, `35 times as much`."""
    value = read(re.match(NUMBER, text)[0])
    return value / 100 if "%" in text else value


KINDS = list(product(CELLS, (1, 2, 3), (1, 5, 8)))


@cache
def run_of(number):
    """Return a run of a kind of its own."""
    cell, layers, units = KINDS[number % len(KINDS)]
    task = TASKS[number % len(TASKS)]
    start = {} if cell == "mlp" else STARTS[number % len(STARTS)]
    bias = {"forget_bias": (-2.0, 1.0, 4.0)[number % 3]} if cell == "lstm" else {}
    shape = {"cell": cell, "layers": layers, "hidden_size": units}
    trainer = Trainer(RunConfig(task=task.key, seed=number, **shape, **start, **bias), task)
    if number % 4 == 1:
        trainer.set(truncate=4)
    if number % 5 == 2:
        trainer.intervene(Silence((0,)))
    trainer.advance(iterations=(0, 3, 60)[number // 2 % 3])
    return trainer


@pytest.fixture(params=range(len(KINDS)), ids=lambda number: "-".join(map(str, KINDS[number])))
def trainer(request):
    """Give each test each run."""
    return run_of(request.param)


def norms_of(trace, which, layer):
    """Return norms over lag, computed as plainly as can be."""
    values = getattr(trace.layers[layer], which)
    scored = [step for step, counts in enumerate(trace.scored) if counts]
    return np.array([np.sqrt((values[step] ** 2).sum()) for step in range(scored[-1], -1, -1)])


def of_each_layer(trainer):
    """Yield each gradient of each layer."""
    trace = trainer.trace()
    states = ("h",) if trace.c is None else ("h", "c")
    for layer, state, last in product(range(len(trace.layers)), states, ("last_", "")):
        yield trace, layer, state, f"{last}d_{state}"


def test_what_is_said_of_the_way_back_is_so(trainer):
    for trace, layer, _, which in of_each_layer(trainer):
        norms = norms_of(trace, which, layer)
        check_way_back(backward_sentence(backward_norms(trace, which, layer)), norms)
        check_reach(reach_sentence(backward_norms(trace, which, layer)), norms)


def check_way_back(said, norms):
    zeros = np.flatnonzero(norms == 0)
    counted = norms[: zeros[0]] if zeros.size else norms
    if found := re.match(rf"(Falls|Grows) to ×{NUMBER} (in one|per) step", said):
        factor = (counted[-1] / counted[0]) ** (1 / (counted.size - 1))
        assert read(found[2]) == pytest.approx(factor, rel=0.06)
        assert (found[1] == "Falls") == (factor < 1)
        assert factor == 1 or read(found[2]) != 1
    if found := re.search(rf": ({NUMBER} (%|of it)) is left after (\d+) steps?\.", said):
        assert left(found[1]) == pytest.approx(counted[-1] / counted[0], rel=0.06)
        assert int(found[4]) == counted.size - 1
    if found := re.search(rf"after (\d+) steps? it is {NUMBER} times as large", said):
        assert read(found[2]) == pytest.approx(counted[-1] / counted[0], rel=0.06)
    if "as large as at first" in said:
        assert counted[-1] == pytest.approx(counted[0], rel=0.006)
    assert ("exactly zero" in said) == bool(zeros.size)
    if found := re.search(r"From (\d+) steps? back on it is exactly zero", said):
        assert not norms[int(found[1]) :].any()
        assert norms[: int(found[1])].all()
    if "nothing is backpropagated" in said or "reaches no earlier step" in said:
        assert not norms[1:].any()
    if "further back it is not" in said:
        assert norms[zeros[0] :].any()


def check_reach(said, norms):
    if not said:
        assert norms.size < 2 or not norms.any()
        return
    largest, line = int(norms.argmax()), 0.01 * norms.max()
    if "grows all the way back" in said:
        assert sorted(norms) == norms.tolist()
    elif "never below" in said:
        assert (norms > line).all()
    elif "all the way back" in said:
        assert (norms[largest:] > line).all()
    else:
        found = re.search(r"reaches (\d+) steps? back", said)
        reached = int(found[1]) if found else 0
        assert (norms[largest : reached + 1] > line).all()
        assert norms[reached + 1] <= line
    if found := re.search(r"It is largest (\d+)", said):
        assert int(found[1]) == largest


def test_theory_is_what_it_is_said_to_be(trainer):
    trace = trainer.trace()
    for layer in range(len(trace.layers)):
        way = way_back(trace, trainer.network_of(trace), layer)
        for state in ("h", "c") if trace.c is not None else ("h",):
            said, norms = way_back_sentence(way, state), norms_of(trace, f"last_d_{state}", layer)
            first, end = norms[0], norms[-1]
            for word, holds in (
                ("vanishes", end < 0.0101 * first),
                ("explodes", end > 99 * first),
                ("is kept", 0.49 * first < end < 2.01 * first),
                ("arrives attenuated", 0.0099 * first < end < 0.51 * first),
                ("arrives amplified", 1.99 * first < end < 101 * first),
                ("is cut off", not norms.all()),
            ):
                assert holds or f" {word}" not in said, said
            for line in way.estimates:
                if line.letter == state:
                    check_theory(line, norms, trace, layer, said)


def check_theory(line, norms, trace, layer, said):
    reached = np.flatnonzero(norms == 0)
    lags = (reached[0] if reached.size else norms.size) - 1
    assert line.lags[-1] == lags
    measured = (norms[lags] / norms[0]) ** (1 / lags)
    if line.source == "Jacobians":
        assert layer == len(trace.layers) - 1
        assert (norms[line.lags] <= line.norms * (1 + 1e-9)).all()
        assert measured <= line.factor * (1 + 1e-9)
        return
    last = int(np.flatnonzero(trace.scored)[-1])
    gates = trace.layers[layer].gates["f" if trace.cell == "lstm" else "z"]
    alone = getattr(trace.layers[layer], f"last_d_{line.letter}")[last].copy()
    for step in range(last, last - lags, -1):
        alone = alone * gates[step]
    factor = (np.linalg.norm(alone) / norms[0]) ** (1 / lags)
    assert line.factor == pytest.approx(factor, rel=1e-9)
    assert f"over these {lags} step" in said
    word = said.split(line.source)[1]
    if "about what is measured" in word:
        assert measured == pytest.approx(factor, rel=0.04)
    else:
        assert ("it is more" in word) == (measured > factor)


def test_what_single_steps_do_is_what_is_said_of_them(trainer):
    trace, network = trainer.trace(), trainer.network_of(trainer.trace())
    for layer in range(len(trace.layers)):
        found = step_values(trace, network, layer)
        said = values_sentence(found, spectra(network, layer), trace.cell)
        assert slopes_sentence(trace, layer)
        if trace.cell == "mlp":
            assert "nothing is carried from one step to the next" in said
            continue
        largest = found.values[:, 0]
        for words, holds in (
            ("no step can amplify anything", (largest <= 1).all()),
            ("every step can amplify", (largest > 1).all()),
            ("some steps can amplify", (largest > 1).any() and (largest <= 1).any()),
            ("pass nothing on", not largest.all()),
            ("keeps about its length", (np.abs(largest - 1) < 0.011).all()),
        ):
            assert holds or words not in said, said
        most = re.search(r"is at most about (.*?) after all", said)
        on_top = layer == len(trace.layers) - 1
        if most and on_top and trace.cell != "lstm":
            norms = norms_of(trace, "last_d_h", layer)
            whole = norms[-1] / norms[0] if norms[0] else 0.0
            assert whole <= left(most[1]) * 1.06 or norms.size < found.steps.size + 1


def test_what_is_said_of_predictions_is_so(trainer):
    trace, network = trainer.trace(), trainer.network_of(trainer.trace())
    for layer in range(len(trace.layers)):
        found = triangle(trace, network, layer)
        reaches = [reached(found.norms[row], step) for row, step in enumerate(found.steps)]
        said = triangle_sentence(found)
        if half := re.match(r"At least half of the \d+ predictions reach (no|\d+)", said):
            most = 0 if half[1] == "no" else int(half[1])
            assert sum(each <= most for each in reaches) * 2 >= len(reaches)
            furthest = re.search(r"one at step (\d+) reaches furthest: (\d+) step", said)
            assert int(furthest[2]) == max(reaches)
            assert reaches[found.steps.tolist().index(int(furthest[1]))] == max(reaches)
        if "None of the" in said:
            assert max(reaches) == 0
        if "All" in said:
            assert reaches == found.steps.tolist()
        for row in range(found.steps.size):
            check_row(row_sentence(found, row), found.norms[row])


def reached(norms, step):
    back = norms[step::-1]
    if not back.any():
        return 0
    largest = int(back.argmax())
    below = np.flatnonzero(back[largest:] <= 0.01 * back[largest])
    return largest + int(below[0]) - 1 if below.size else step


def check_row(said, norms):
    if "has no gradient" in said:
        assert not norms.any()
        return
    step = int(re.search(r"hidden state at step (\d+)", said)[1])
    assert norms[step] == norms.max()
    above = norms > 0.01 * norms.max()
    if "At every other step" in said:
        assert above.sum() == 1
        return
    first, last = map(int, re.search(r"at steps (\d+) to (\d+)", said).groups())
    gaps = re.search(r"but for (\d+)", said)
    assert not above[:first].any()
    assert not above[last + 1 :].any()
    assert above.sum() == last - first + 1 - (int(gaps[1]) if gaps else 0)


def test_what_is_said_of_training_is_so(trainer):
    traces = trainer.recording.traces
    for layer in range(trainer.config.layers):
        found = course(traces, "last_d_h", layer)
        said = map_sentence(found)
        for trace in (traces[0], traces[-1]):
            norms, where = norms_of(trace, "last_d_h", layer), f"at iteration {trace.iteration:,}"
            if norms[0] and (told := re.search(rf"(\S+ (?:%|of it|times as much)) {where}", said)):
                assert left(told[1]) == pytest.approx(norms[-1] / norms[0], rel=0.06), said
        assert course_sentence(found)
        of_updates = updates(traces, trainer.network, layer)
        told = updates_sentence(of_updates, {})
        if of_updates.iterations.size:
            check_updates(told, trainer, traces[-1], layer)


def check_updates(said, trainer, trace, layer):
    before = trace.weights - trace.update
    start, letters = 0, trainer.network.architecture.cell_type.weight_gates or "h"
    parts = {letter: [[], []] for letter in letters}
    for name, values in trainer.network.parameters.items():
        places = np.arange(start, start + values.size)
        start += values.size
        if name.endswith(f"_l{layer}"):
            for letter, rows in zip(letters, places.reshape(len(letters), -1), strict=True):
                parts[letter][0].append(trace.update[rows])
                parts[letter][1].append(before[rows])
    for letter, (change, weights) in parts.items():
        share = np.linalg.norm(np.concatenate(change)) / np.linalg.norm(np.concatenate(weights))
        told = re.search(rf"[ ,]{letter} ({NUMBER}) %", said)
        assert read(told[1]) / 100 == pytest.approx(share, rel=0.06)
        far = "above 1 %" in said or "below 0.01 %" in said
        assert far or 1e-4 <= share <= 1e-2


@pytest.mark.parametrize("first", range(0, 36, 4))
def test_what_is_said_of_runs_side_by_side_is_so(first):
    trainers = {f"run {number}": run_of(number) for number in range(first, first + 4)}
    factors, reaches = {}, {}
    for name, trainer in trainers.items():
        trace = trainer.trace()
        norms = norms_of(trace, "last_d_h" if trace.c is None else "last_d_c", -1)
        counted = norms[: (norms == 0).argmax()] if (norms == 0).any() else norms
        if counted.size > 1:
            factors[name] = (counted[-1] / counted[0]) ** (1 / (counted.size - 1))
            reaches[name] = reached(norms[::-1], norms.size - 1)
    said = side_by_side_sentence(contenders(trainers))
    if len(factors) < 2:
        assert "is left per step" not in said
        return
    most, least = max(factors, key=factors.get), min(factors, key=factors.get)
    for name, before in ((most, "on average, in"), (least, "least in")):
        told = re.search(rf"{before} {name}: ×{NUMBER}.*?, reach (\d+) step", said)
        assert read(told[1]) == pytest.approx(factors[name], rel=0.06)
        assert int(told[2]) == reaches[name]
    assert ("so it grows" in said) == (round(factors[most], 2) > 1)
    assert all(name in said for name in trainers if name not in factors)


def test_what_is_said_of_clipping_is_so(trainer):
    column = trainer.history.column
    norms = column("gradient_norm")
    said = clipping_sentence(norms, column("clipped"), None, None)
    if not norms.size:
        assert said == "No iteration yet."
        return
    told = re.search(rf"is {NUMBER} now, {NUMBER} at the median, {NUMBER} at most", said)
    expected = (norms[-1], np.median(norms), norms.max())
    assert [read(each) for each in told.groups()] == pytest.approx(expected, rel=0.006)
    share = re.search(rf"in {NUMBER} % of the iterations the norm was above 1", said)
    assert read(share[1]) / 100 == pytest.approx((norms > 1).mean(), abs=0.006)
