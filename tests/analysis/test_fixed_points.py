"""Fixed points: networks whose points are known, central differences, and the map iterated."""

from dataclasses import replace

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.memory.births import Moment, births_sentence, since
from rnnviz.analysis.memory.fixed_points import Search, search, symbols
from rnnviz.analysis.memory.newton import RESIDUAL
from rnnviz.analysis.memory.resting_sentences import sentence
from rnnviz.engine import Hold, Network, StepMap
from rnnviz.tasks import FlipFlop, OwnSequences


def network(cell="rnn", hidden_size=1, **weights):
    """Return a network with one input whose weights are 0 but for those given."""
    made = Network(cell=cell, input_size=1, hidden_size=hidden_size, output_size=1)
    made.flat[:] = 0
    for name, values in weights.items():
        made.parameters[f"{name}_l0"] = np.array(values, float)
    return made


def found_in(made, states, **more):
    step_map = StepMap(made)
    return Search(step_map, np.zeros(1), states, **more).finish()


def spread_out(size, count=60, width=1.0):
    return np.random.default_rng(5).uniform(-width, width, (count, size))


def root(f, low, high):
    """Return where a function is 0, by halving."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if f(low) * f(middle) > 0 else (low, middle)
    return (low + high) / 2


def test_a_unit_that_feeds_itself_rests_at_two_places_and_leaves_zero():
    there = root(lambda x: np.tanh(2 * x) - x, 0.5, 1)
    found = found_in(network(weight_hh=[[2.0]]), spread_out(1))
    assert found.kinds == ("stable", "stable", "saddle")
    np.testing.assert_allclose(np.sort(found.points[:2, 0]), [-there, there], atol=1e-13)
    assert abs(found.points[2, 0]) < 1e-13
    np.testing.assert_allclose(found.eigenvalues[2], [2.0])
    np.testing.assert_allclose(found.eigenvalues[0], [2 * (1 - there**2)])
    assert found.residuals.max() < RESIDUAL
    assert found.directions[2].tolist() == [[1.0]]
    assert found.lost == 0
    assert found.settled == found.recorded == 60


def test_two_units_that_know_nothing_of_each_other_rest_at_nine_places():
    found = found_in(network(hidden_size=2, weight_hh=np.diag([2.0, 1.5])), spread_out(2))
    assert found.kinds == ("stable",) * 4 + ("saddle",) * 5
    assert found.unstable.tolist() == [0] * 4 + [1] * 4 + [2]
    one, other = (root(lambda x, w=w: np.tanh(w * x) - x, 0.5, 1) for w in (2.0, 1.5))
    expected = {(a, b) for a in (-one, 0.0, one) for b in (-other, 0.0, other)}
    rounded = {tuple(np.round(point, 9) + 0.0) for point in found.points}
    assert rounded == {tuple(np.round(point, 9) + 0.0) for point in expected}


def test_an_lstm_rests_where_its_equations_say():
    # i and o are open, f is 1/2: c = c/2 + tanh(3 h), h = tanh(c).
    bias = [50.0, 0.0, 0.0, 50.0]
    made = network("lstm", weight_hh=[[0.0], [0.0], [3.0], [0.0]], bias_ih=bias)
    there = root(lambda c: 2 * np.tanh(3 * np.tanh(c)) - c, 0.5, 3)
    found = found_in(made, spread_out(2, width=2.0))
    assert found.kinds == ("stable", "stable", "saddle")
    np.testing.assert_allclose(np.sort(found.points[:2, 1]), [-there, there], atol=1e-12)
    np.testing.assert_allclose(found.points[:, 0], np.tanh(found.points[:, 1]), atol=1e-12)


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm"])
def test_eigenvalues_are_those_of_central_differences_and_the_map_agrees(cell):
    made = Network(cell=cell, input_size=2, hidden_size=4, output_size=2, layers=2, seed=3)
    made.flat[:] += np.random.default_rng(1).normal(0, 0.1, made.flat.size)
    step_map, held = StepMap(made), np.array([0.5, -0.3])
    found = Search(step_map, held, spread_out(step_map.size), starts=40).finish()
    assert found.count("stable") > 0
    aside = 1e-6 * np.eye(step_map.size)
    for point, values in zip(found.points, found.eigenvalues, strict=True):
        ahead, behind = (step_map.step(point + side * aside, held) for side in (1, -1))
        expected = np.linalg.eigvals((ahead - behind).T / 2e-6)
        np.testing.assert_allclose(
            np.sort(np.abs(values)), np.sort(np.abs(expected)), atol=1e-5, rtol=1e-4
        )
        if np.abs(values[0]) < 0.9:
            state = point[None] + 1e-3
            for _ in range(300):
                state = step_map.step(state, held)
            np.testing.assert_allclose(state[0], point, atol=1e-9)


def test_a_state_beside_a_saddle_leaves_along_its_direction():
    step_map = StepMap(network(hidden_size=2, weight_hh=np.diag([2.0, 0.5])))
    found = Search(step_map, np.zeros(1), spread_out(2)).finish()
    saddle = found.of("saddle")[0]
    state = found.points[[saddle]] + 1e-4 * found.directions[saddle]
    for _ in range(40):
        state = step_map.step(state, np.zeros(1))
    assert np.abs(state - found.points[found.of("stable")]).max(axis=1).min() < 1e-9


def test_points_that_eigenvalues_cannot_decide_are_called_so():
    kept = Network(cell="gru", input_size=1, hidden_size=2, output_size=1)
    kept.intervene(Hold("z", 1.0))  # every state stays as it is
    found = found_in(kept, spread_out(2), starts=20)
    assert set(found.kinds) == {"undecided"}
    np.testing.assert_allclose(np.abs(found.eigenvalues), 1.0)
    # ReLU at 0 without a bias: to one side the slope is 1.2, to the other 0.
    found = found_in(network("relu", weight_hh=[[1.2]]), np.zeros((3, 1)))
    assert found.kinds == ("undecided",)
    # x = tanh(x) only at 0, where the slope is 1.
    found = found_in(network(weight_hh=[[1.0]]), spread_out(1))
    assert set(found.kinds) == {"undecided"}
    assert len(found) == 1


def test_an_undecided_point_is_counted_once_although_it_is_known_less_well():
    # Orthogonal weights and no bias: all eigenvalues at 0 lie on the unit circle.
    made = Network(cell="rnn", input_size=1, hidden_size=4, output_size=1, seed=1)
    found = found_in(made, spread_out(4))
    assert found.kinds == ("undecided",)
    assert found.reached_by.tolist() == [found.starts - found.lost]
    np.testing.assert_allclose(found.points, 0, atol=1e-3)


def test_a_slow_point_is_a_place_where_the_speed_is_smallest_but_not_zero():
    # x = tanh(2 x + b) loses two of its solutions where its slope is 1, at x = sqrt(1/2).
    last = np.sqrt(0.5)
    made = network(weight_hh=[[2.0]], bias_ih=[np.arctanh(last) - 2 * last - 1e-3])
    step_map = StepMap(made)
    grid = np.linspace(-1, 1, 20001)[:, None]
    speed = np.abs(step_map.step(grid, np.zeros(1)) - grid)[:, 0]
    found = Search(step_map, np.zeros(1), spread_out(1)).finish()
    lowest = np.flatnonzero((speed[1:-1] < speed[:-2]) & (speed[1:-1] < speed[2:])) + 1
    expected = {round(float(grid[k, 0]), 2) for k in lowest}
    assert {round(float(point), 2) for point in found.points[:, 0]} == expected
    assert found.kinds.count("slow") == 1


def test_neither_slices_nor_the_order_of_the_states_change_the_result():
    step_map = StepMap(Network(cell="rnn", input_size=1, hidden_size=5, output_size=1, seed=2))
    states = spread_out(5)
    whole = Search(step_map, np.zeros(1), states).finish()
    sliced = Search(step_map, np.zeros(1), states[::-1])
    with pytest.raises(RuntimeError, match="not done"):
        _ = sliced.found
    while not sliced.done:
        sliced.advance(0.0)
    assert np.array_equal(sliced.found.points, whole.points)
    assert sliced.progress == 1.0


def test_a_run_whose_numbers_are_lost_has_no_fixed_points():
    made = network(hidden_size=2, weight_hh=[[np.nan, 1.0], [1.0, 0.0]])
    assert len(found_in(made, spread_out(2))) == 0
    assert len(found_in(made, np.full((4, 2), np.nan))) == 0


def test_a_run_is_searched_with_the_inputs_of_its_task():
    trainer = rnnviz.Trainer(rnnviz.RunConfig(task="gym", cell="rnn", hidden_size=3))
    name = trainer.task.input_names[0]
    found = rnnviz.analysis.fixed_points(trainer, name, starts=16)
    vector = rnnviz.analysis.fixed_points(trainer, np.eye(4)[0], starts=16)
    assert found.given == name
    assert np.array_equal(found.points, vector.points)
    assert found.nbytes > found.points.nbytes + found.around.nbytes
    assert found.answers[0] in trainer.task.output_labels
    rows = found.frame()
    assert rows["kind"].tolist() == list(found.kinds)
    assert np.array_equal(rows[["h0", "h1", "h2"]].to_numpy(), found.points)
    with pytest.raises(ValueError, match="must be one of"):
        search(trainer, "no such thing")
    with pytest.raises(ValueError, match="shape"):
        search(trainer, [1.0])
    with pytest.raises(ValueError, match="no state"):
        search(rnnviz.Trainer(rnnviz.RunConfig(task="gym", cell="mlp", hidden_size=3)))


def test_numbers_have_no_symbols_but_few_combinations_have_names():
    trainer = rnnviz.Trainer(rnnviz.RunConfig(task="adding", hidden_size=3))
    with pytest.raises(ValueError, match="no symbols"):
        search(trainer, "number")
    assert len(search(trainer, [0.5, 0.0]).finish()) > 0
    trainer = rnnviz.Trainer(rnnviz.RunConfig(task="flipflop", hidden_size=3), FlipFlop(bits=2))
    named, vector = search(trainer, "+−", starts=16).finish(), search(trainer, [1, -1], starts=16)
    assert np.array_equal(named.points, vector.finish().points)
    assert set(named.answers) <= {"++", "+−", "−+", "−−"}


def test_a_symbol_of_an_embedding_is_looked_up():
    task = OwnSequences(
        kind="characters", sequences="abcab", vocabulary="", embedding=4, targets=""
    )
    trainer = rnnviz.Trainer(rnnviz.RunConfig(task=task.key, hidden_size=3), task)
    name = symbols(task)[1]
    row = trainer.network.parameters["embedding.weight"][1]
    by_name, by_row = (search(trainer, held, starts=16).finish() for held in (name, row))
    assert np.array_equal(by_name.points, by_row.points)


def test_sentences_count_what_was_found():
    found = found_in(network(hidden_size=2, weight_hh=np.diag([2.0, 1.5])), spread_out(2))
    assert sentence(found) == (
        "With no input: 4 stable points, 5 saddles (4 with 1 unstable direction, 1 with 2). In the "
        "long run, a small change there becomes ×0.39 per step. From each of 60 recorded states "
        "the network itself, fed this input over and over, ends at a stable point found here."
    )
    nothing = found_in(network(weight_hh=[[0.0]]), np.full((2, 1), np.nan))
    assert sentence(nothing) == (
        "With no input: the states are not numbers, so there is nothing to search from."
    )


def test_points_are_followed_back_to_the_iteration_at_which_they_appear():
    made = network(weight_hh=[[1.5]])
    states, course = spread_out(1), []
    for iteration, weight in enumerate((0.5, 0.9, 1.2, 2.0)):
        made.parameters["weight_hh_l0"][:] = weight
        found = found_in(made, states)
        course.append(Moment.of(replace(found, iteration=iteration)))
    assert [moment.count("stable") for moment in course] == [1, 1, 2, 2]
    # The two are 0.66 from where 0 was, more than half of the spread of the states.
    assert since(course) == [2, 2]
    assert births_sentence(course) == (
        "With no input, the network had 1 stable point at iteration 0 and has 2 stable points at "
        "iteration 3. At all 2 iterations measured from 2 on, there were 2. Followed back, all of "
        "them have been there since iteration 2."
    )
    assert births_sentence(course[:1]) == ""
