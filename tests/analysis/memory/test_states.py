"""States of the evaluation sequences, their planes, and the chain of planes over training."""

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.memory import clouds as clouds_module
from rnnviz.analysis.memory.clouds import Clouds
from rnnviz.analysis.memory.planes import Plane, plane_of
from rnnviz.analysis.memory.states import states_of
from rnnviz.engine import Silence
from rnnviz.tasks import TASKS, make_task
from rnnviz.tasks.gym import THREE_DAYS


def trained(iterations=3, of_task=None, **settings):
    settings = {"task": "gym", "cell": "lstm", "hidden_size": 4, "seed": 1} | settings
    task = make_task(settings["task"], **(of_task or {}))
    trainer = Trainer(RunConfig(**settings), task)
    trainer.advance(iterations=iterations)
    return trainer


@pytest.mark.parametrize("letter", ["h", "c"])
def test_states_are_those_of_the_network_on_the_evaluation_sequences(letter):
    trainer = trained(layers=2)
    batch = trainer.task.evaluation()
    states = states_of(trainer.network, trainer.task, layer=0, letter=letter)
    expected = getattr(trainer.network.observe(batch.x)[0], letter)
    assert np.array_equal(states.values, expected.transpose(1, 0, 2))
    assert np.array_equal(states.flat, states.values.reshape(-1, 4))
    said = trainer.network.predict(batch.x).argmax(axis=2).T
    assert np.array_equal(states.answers.of, said)
    assert np.array_equal(states.inputs.of, batch.x.argmax(axis=2).T)
    assert states.inputs.names == trainer.task.input_names
    unscored = ~batch.mask.T
    assert np.array_equal(states.targets.of, np.where(unscored, -1, batch.y.T))
    assert states.positions[0].tolist() == list(range(20))


@pytest.mark.parametrize("key", TASKS)
def test_every_task_tells_its_steps(key):
    trainer = trained(0, task=key, cell="rnn")
    task = trainer.task
    states = states_of(trainer.network, task)
    B, T = states.there.shape
    assert min(200, task.evaluation().x.shape[1]) == B
    assert task.length == T
    assert states.values.shape == (B, T, 4)
    assert (states.inputs is None) == (states.input_numbers is not None)
    assert not states.scored[~states.there].any()
    assert states.there[:, 0].all()
    for labels in (states.inputs, states.targets, states.answers):
        if labels is not None:
            assert labels.of.shape == (B, T)
            assert -1 <= labels.of.min() <= labels.of.max() < len(labels.names)
    if states.inputs is not None:  # as the probe is read
        probe = task.probe(0)
        of_probe = states_of(trainer.network, task, probe.batch)
        read = [of_probe.inputs.at(0, t) for t in range(T)]
        assert [a for a, b in zip(read, probe.input_labels, strict=True) if b] == [
            b for b in probe.input_labels if b
        ]


def test_short_sequences_end_and_their_padding_is_no_state():
    trainer = trained(0, task="count", cell="gru")
    states = states_of(trainer.network, trainer.task)
    batch = trainer.task.evaluation()
    ends = batch.x.any(axis=2).sum(axis=0)[states.sequences]
    assert states.there.sum(axis=1).tolist() == ends.tolist()
    assert len(states.flat) == ends.sum() < states.there.size


def test_bits_are_symbols_and_the_answer_is_the_closest_memory():
    trainer = trained(0, task="flipflop", cell="rnn", of_task={"bits": 2})
    states = states_of(trainer.network, trainer.task)
    assert len(states.inputs.names) == 9
    assert sorted(states.targets.names) == sorted(["−−", "−+", "+−", "++"])
    said = trainer.network.predict(trainer.task.evaluation().x).swapaxes(0, 1)[states.sequences]
    for b, t in ((0, 0), (3, 7)):
        signs = "".join("+" if value > 0 else "−" for value in said[b, t])
        assert states.answers.at(b, t) == signs


def test_numbers_stay_numbers_in_the_units_of_the_data():
    trainer = trained(0, task="values", cell="rnn")
    states = states_of(trainer.network, trainer.task)
    batch, (mean, deviation) = trainer.task.evaluation(), trainer.task.scale
    assert states.inputs is states.targets is states.answers is None
    expected = batch.x.swapaxes(0, 1)[states.sequences] * deviation + mean
    np.testing.assert_allclose(states.input_numbers, expected)


def test_a_backward_layer_is_told_in_the_order_of_the_inputs():
    trainer = trained(0, bidirectional=True)
    batch = trainer.task.evaluation()
    states = states_of(trainer.network, trainer.task, layer=1)
    expected = trainer.network.observe(batch.x)[1].h[::-1].transpose(1, 0, 2)
    assert np.array_equal(states.values, expected)


def test_the_probe_is_told_in_the_order_of_the_inputs_in_both_directions():
    trainer = trained(0, bidirectional=True)
    for layer in range(2):
        cloud = Clouds(trainer, layer).of(trainer.trace())
        alone = states_of(trainer.network, trainer.task, trainer.probe.batch, layer).values[0]
        np.testing.assert_allclose(cloud.probe, cloud.plane.of(alone), atol=1e-6)


def test_what_has_no_state_says_so_in_a_sentence():
    with pytest.raises(ValueError, match="has no state: nothing goes from step to step"):
        Clouds(trained(0, cell="mlp"))
    with pytest.raises(ValueError, match="letter must be one of h, got 'c'"):
        Clouds(trained(0, cell="gru"), letter="c")
    with pytest.raises(ValueError, match=r"layer must be −1\.\.0, got 3"):
        Clouds(trained(0), layer=3)


def test_a_plane_has_the_directions_of_largest_variance():
    generator = np.random.default_rng(0)
    turn = np.linalg.qr(generator.normal(size=(5, 5)))[0]
    values = generator.normal(size=(4, 250, 5)) * [3, 2, 1, 0.1, 0.01] @ turn + 7
    plane = plane_of(values)
    flat = values.reshape(-1, 5)
    _, sizes, expected = np.linalg.svd(flat - flat.mean(axis=0))
    np.testing.assert_allclose(plane.shares, (sizes**2 / (sizes**2).sum())[:3])
    np.testing.assert_allclose(np.abs(np.sum(plane.axes * expected[:3], axis=1)), 1)
    np.testing.assert_allclose(plane.of(values).var(axis=(0, 1)), sizes[:3] ** 2 / 1000)
    np.testing.assert_allclose(
        plane.vectors(values[0, 0] - 7), plane.of(values[0, 0] - 7 + plane.center)
    )


def test_planes_do_not_spin_and_tell_the_share_along_their_own_axes():
    generator = np.random.default_rng(1)
    values = generator.normal(size=(500, 6)) * [2, 1.99, 1, 0.5, 0.1, 0.1]
    angle = np.deg2rad(40)
    turn = np.array([[np.cos(angle), np.sin(angle), 0], [np.sin(angle), -np.cos(angle), 0],
                     [0, 0, -1]])  # fmt: skip
    best = plane_of(values)
    before = Plane(best.center, turn @ best.axes, best.shares)
    after = plane_of(values + generator.normal(scale=0.02, size=values.shape), near=before)
    moved = after.of(values) - before.of(values)
    assert np.sqrt((moved**2).mean()) < 0.1  # two of the components are about equal
    np.testing.assert_allclose(after.axes @ after.axes.T, np.eye(3), atol=1e-12)
    exact = after.of(values).var(axis=0) / values.var(axis=0).sum()
    np.testing.assert_allclose(after.shares, exact, atol=2e-3)


def test_the_first_two_axes_come_to_rest_in_the_plane_of_the_first_two_components():
    generator = np.random.default_rng(2)
    values = generator.normal(size=(300, 5)) * [1, 8, 3, 6, 0.5]
    plane = plane_of(generator.normal(size=(300, 5)) * [4, 1, 1, 2, 3])
    for _ in range(100):
        plane = plane_of(values, near=plane)
    best = plane_of(values)
    assert plane.shares[:2].sum() == pytest.approx(best.shares[:2].sum(), abs=1e-4)
    assert abs(plane.axes[2] @ best.axes[2]) == pytest.approx(1, abs=1e-2)


def test_axes_that_span_the_best_plane_already_are_not_turned():
    values = np.zeros((4, 3))
    values[:, 0] = [1, -1, 2, -2]
    near = Plane(np.zeros(3), np.array([[0.8, 0.6, 0], [-0.6, 0.8, 0], [0, 0, 1.0]]), np.zeros(3))
    plane = plane_of(values, near=near)
    np.testing.assert_allclose(plane.axes, near.axes, atol=1e-12)
    np.testing.assert_allclose(plane.shares, [0.64, 0.36, 0], atol=1e-12)


@pytest.mark.parametrize("U", [1, 2])
def test_a_small_layer_has_fewer_axes(U):
    values = np.random.default_rng(0).normal(size=(50, U))
    plane = plane_of(values, near=plane_of(-values))
    assert plane.axes.shape == (U, U)
    assert plane.shares.sum() == pytest.approx(1)
    assert plane.of(values).shape == (50, U)


def test_constant_states_and_states_that_are_no_numbers_have_no_shares():
    for values in (np.full((30, 4), 0.3), np.full((30, 4), np.nan), np.zeros((0, 4))):
        plane = plane_of(values)
        assert plane.shares.tolist() == [0, 0, 0]
        np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(3), atol=1e-12)
        near = plane_of(np.random.default_rng(0).normal(size=(30, 4)))
        np.testing.assert_allclose(plane_of(values, near=near).axes, near.axes, atol=1e-12)
    far = np.random.default_rng(0).normal(size=(30, 4)) * 1e200
    assert plane_of(np.vstack([far, [[np.inf] * 4]])).shares.sum() > 0.5


@pytest.mark.parametrize(("cell", "seed"), [("rnn", 520), ("lstm", 521)])
def test_two_components_hold_the_memory_of_a_gym_schedule_of_three_days(cell, seed):
    trainer = trained(300, {"exercises": THREE_DAYS}, cell=cell, hidden_size=16, seed=seed)
    states = states_of(trainer.network, trainer.task)
    assert plane_of(states.flat).shares[:2].sum() > 0.95  # 0.976 or more on seeds 500 to 511


def test_clouds_are_the_states_of_each_kept_iteration():
    trainer = trained(6, cell="gru")
    clouds = Clouds(trainer)
    assert clouds.missing == (6, 5, 4, 3, 2, 1, 0)
    clouds.advance(0)
    assert clouds.missing == (5, 4, 3, 2, 1, 0)
    clouds.advance(60)
    assert clouds.done
    assert [cloud.iteration for cloud in clouds.clouds] == list(range(7))
    trace = trainer.recording.at(3)
    cloud = clouds.of(trace)
    states = states_of(trainer.network_of(trace), trainer.task)
    later = clouds.of(trainer.recording.at(4)).plane  # the newest came first
    np.testing.assert_allclose(cloud.plane.axes, plane_of(states.flat, near=later).axes)
    expected = cloud.plane.of(states.values[clouds.sequence, clouds.step])
    np.testing.assert_allclose(cloud.points, expected, atol=1e-6)
    np.testing.assert_allclose(cloud.probe, cloud.plane.of(trace.h), atol=1e-6)
    np.testing.assert_allclose(cloud.start, cloud.plane.of(np.zeros(4)), atol=1e-6)
    assert np.array_equal(cloud.answers, states.answers.of[clouds.sequence, clouds.step])
    assert clouds.nbytes < 2_000_000


def test_what_was_seen_live_is_what_rewinding_shows():
    trainer = trained(0, cell="rnn")
    clouds = Clouds(trainer)
    live = []
    for _ in range(5):
        live.append(clouds.of(trainer.trace()))
        trainer.advance(iterations=1)
    clouds.advance(60)
    assert [clouds.of(trainer.recording.at(i)) is live[i] for i in range(5)] == [True] * 5


def test_another_past_or_another_probe_is_computed_again():
    trainer = trained(4, cell="rnn")
    clouds = Clouds(trainer)
    clouds.advance(60)
    before = clouds.of(trainer.recording.at(4))
    trainer.choose_probe(1)
    after = clouds.of(trainer.recording.at(4))
    assert clouds.done
    assert np.array_equal(before.points, after.points)
    assert not np.array_equal(before.probe, after.probe)
    trainer.intervene(Silence((0,)))
    trainer.advance(iterations=1)
    changed = clouds.of(trainer.trace())
    trainer.undo()
    trainer.advance(iterations=1)
    assert clouds.missing == (5,)
    assert not np.array_equal(clouds.of(trainer.trace()).points, changed.points)


def test_clouds_take_bounded_memory_and_the_newest_stay(monkeypatch):
    trainer = trained(6, cell="rnn")
    monkeypatch.setattr(clouds_module, "MAX_BYTES", 3 * Clouds(trainer)._bytes_each())
    clouds = Clouds(trainer)
    clouds.advance(60)
    assert [cloud.iteration for cloud in clouds.clouds] == [4, 5, 6]
    trainer.advance(iterations=2)
    clouds.advance(60)
    assert [cloud.iteration for cloud in clouds.clouds] == [6, 7, 8]
    assert all(cloud.nbytes <= clouds._bytes_each() for cloud in clouds.clouds)


def test_a_diverged_run_is_shown_as_far_as_there_are_numbers():
    trainer = trained(2, cell="lstm")
    trainer.network.flat[:] = np.nan
    cloud = Clouds(trainer).of(trainer.trace())
    assert np.isnan(cloud.points).all()
    assert (cloud.answers == -1).all()
    assert cloud.plane.shares.tolist() == [0, 0, 0]


def test_long_sequences_and_wide_layers_are_fewer_states_within_the_same_memory():
    trainer = trained(0, of_task={"length": 500}, hidden_size=128, batch_size=1)
    clouds = Clouds(trainer)
    assert clouds.states.there.shape == (len(clouds.states.sequences), 500)
    assert len(clouds.of(trainer.trace()).points) == min(2_000, clouds.states.there.size) >= 500
    assert clouds.nbytes < 10_000_000
