"""Automata are read from networks that answer as one, and others are told to have none."""

import pytest

import rnnviz
from rnnviz.analysis.memory.automaton import Extraction
from rnnviz.figures.automaton import machine_json
from rnnviz.tasks import GymSchedule
from rnnviz.tasks.gym import THREE_DAYS


def trained(task, cell="gru", seed=3, iterations=300, **settings):
    """Return a run after some iterations."""
    config = rnnviz.RunConfig(
        task=task.key, cell=cell, hidden_size=12, seed=seed, clip_norm=1.0, **settings
    )
    trainer = rnnviz.Trainer(config, task)
    trainer.advance(iterations=iterations)
    return trainer


@pytest.fixture(scope="module")
def gym():
    """Return a network that knows a schedule of three days."""
    return trained(GymSchedule(exercises=THREE_DAYS, length=10), iterations=120)


def test_a_schedule_of_three_days_is_a_cycle_of_three_states(gym):
    found = rnnviz.analysis.automaton(gym, states=800)
    assert found.good
    assert len(found.lasting) == 3
    table = found.table()
    leads = {
        (table.answer[state], word): table.answer[table[word][state]]
        for state in found.lasting
        for word in found.words
        if table[word].notna()[state]
    }
    assert leads == {
        ("shoulder", "shoulder"): "biceps",
        ("biceps", "biceps"): "cardio",
        ("cardio", "cardio"): "shoulder",
    }


def test_work_in_slices_finds_the_same_as_all_at_once(gym):
    work = Extraction(gym.network.copy(), gym.task, states=800)
    slices = 0
    while not work.done:
        work.advance(0.0001)
        slices += 1
    assert slices > 5
    whole = rnnviz.analysis.automaton(gym, states=800)
    assert work.found.frame().equals(whole.frame())


def test_what_is_sent_to_the_diagram_names_arrows_by_the_words_of_the_task(gym):
    machine = machine_json(rnnviz.analysis.automaton(gym, states=800), walk=[1, 2, 3])
    assert [state["start"] for state in machine["states"]] == [True, False, False, False]
    assert {word for arrow in machine["arrows"] for word in arrow["words"]} == set(THREE_DAYS)
    assert machine["walk"] == [1, 2, 3]


def test_a_feed_forward_network_has_no_automaton():
    task = GymSchedule(exercises=THREE_DAYS, length=10)
    with pytest.raises(ValueError, match="no state"):
        rnnviz.analysis.automaton(trained(task, "mlp", iterations=1))
