"""Runs on sequences that are read and then answered: what they train, score and trace."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.equations import Where, stages
from rnnviz.analysis.gradient_check import CheckedTrace
from rnnviz.engine import gradient_check
from rnnviz.tasks import AssociativeRecall, OwnPairs, Reorder, WrittenNumbers
from rnnviz.tasks.answered import ZERO
from rnnviz.training.evaluate import answered


def trained(task, cell="gru", iterations=20, **settings):
    trainer = Trainer(RunConfig(task=task.key, cell=cell, hidden_size=5, **settings), task)
    trainer.advance(iterations=iterations)
    return trainer


def loop(network, task, batch):
    """Answer one sequence after the other, a step at a time, and count what is right."""
    first, symbols, whole, fed = task.answering.first, [], [], np.eye(task.input_size)
    for place in range(batch.x.shape[1]):
        state, right, now = None, [], batch.x[0, place]
        for t in range(task.length):
            if t == first and task.start == ZERO:
                state = None
            record = network.record(now[None, None], np.zeros((1, 1), int), initial=state)
            state = record.final
            said = task.output_labels[int(record.outputs[0, 0].argmax())]
            if batch.mask[t, place]:
                right.append(said == task.output_labels[batch.y[t, place]])
            if t < first:
                now = batch.x[t + 1, place]
            elif said in task.input_names:
                now = fed[task.input_names.index(said)]
            else:
                now = np.zeros(task.input_size)
        symbols += right
        whole.append(all(right))
    return np.mean(symbols), np.mean(whole)


@pytest.mark.parametrize("task", [Reorder("sorted", 2, length=8), WrittenNumbers(1, ZERO)])
def test_the_free_running_score_is_that_of_a_loop_over_single_steps(task):
    trainer = trained(task, iterations=40)
    batch = task.evaluation()
    few = replace(batch, x=batch.x[:, :40], y=batch.y[:, :40], mask=batch.mask[:, :40])
    assert answered(trainer.network, task, few) == loop(trainer.network, task, few)


def test_both_scores_are_told_and_those_of_what_is_held_out():
    score = trained(WrittenNumbers(1), iterations=60).score()
    assert score.free is not None
    assert 0 < score.value <= score.free.forced
    assert 0 <= score.free.whole <= score.value
    assert score.held_out is not None
    assert score.free.held_out_whole is not None
    assert trained(Reorder(length=8)).score().free.held_out_whole is None
    assert trained(AssociativeRecall()).score().free is None


def test_a_network_without_memory_does_no_better_than_is_said():
    task = Reorder("sorted", 3, length=8)
    trainer = trained(task, "mlp", 60, learning_rate=0.03)
    score = trainer.score()
    assert 0.9 * task.memoryless < score.free.forced <= task.memoryless
    assert score.value <= task.memoryless


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_answers_from_zero_are_trained_and_traced_from_zero(cell):
    trainer = trained(Reorder(start=ZERO, length=8), cell, 3)
    network, trace, first = trainer.network, trainer.trace(), 4
    assert (trace.answering.first, trace.answering.from_zero) == (first, True)
    # Without attention nothing reaches what was read, and the second part is a sequence of its own.
    assert not trace.d_h[:first].any()
    alone = network.predict(trainer.probe.batch.x[first:])[:, 0]
    np.testing.assert_allclose(trace.outputs[first:], alone, atol=1e-14)
    batch = trainer.task.sample(np.random.default_rng(5), 3)
    table = gradient_check(network, batch.x, batch.y, batch.mask, answering=batch.answering)
    assert max(table.values()) < 1e-6
    found = [
        equation
        for unit in range(5)
        for step in (first - 1, first)
        for direction in ("forward", "backward")
        for stage in stages(
            trace, network.architecture, Where(0, unit, step), direction,
            trainer.task.input_names,
        )
        for equation in stage.equations
        if equation.recorded is not None
    ]  # fmt: skip
    assert found
    for equation in found:
        assert equation.result.value == pytest.approx(equation.recorded, rel=1e-12, abs=1e-16)


def test_the_check_of_the_probe_knows_where_answers_start():
    trainer = trained(Reorder(start=ZERO, length=8), "rnn", 3)
    check = CheckedTrace(trainer.trace(), trainer.network_of(trainer.trace()))
    while not check.done:
        check.advance(1.0)
    assert all(checked.agrees for checked in check.check.results.values())


def test_nobody_knows_whether_own_pairs_can_be_learned_so_they_are_never_called_solved():
    trainer = trained(OwnPairs(csv="a,b\nx,y\nxx,y\n", holdout=0.0), iterations=60)
    for _ in range(8):
        trainer.advance(iterations=1)
        assert trainer.score().value == 1.0
    assert trainer.solved_at is None
