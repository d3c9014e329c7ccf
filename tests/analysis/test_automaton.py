"""Automata are read from networks that answer as one, and others are told to have none."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.memory.automaton import Extraction
from rnnviz.analysis.memory.foreseeing import by_next_answer
from rnnviz.analysis.memory.grammars import compare, true_machine
from rnnviz.figures.automaton import machine_json
from rnnviz.tasks import Adding, FlipFlop, GymSchedule, Parity, Reber
from rnnviz.tasks.gym import THREE_DAYS

SIGNS = ("+1", "−1")


def trained(task, cell="gru", seed=3, iterations=300, **settings):
    """Return a run after some iterations."""
    config = rnnviz.RunConfig(
        task=task.key, cell=cell, hidden_size=12, seed=seed, clip_norm=1.0, **settings
    )
    trainer = rnnviz.Trainer(config, task)
    trainer.advance(iterations=iterations)
    return trainer


def at_once(work):
    """Return what a generator returns."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="module")
def gym():
    """Return a network that knows a schedule of three days."""
    return trained(GymSchedule(exercises=THREE_DAYS, length=10), iterations=120)


def test_a_schedule_of_three_days_is_a_cycle_of_three_states(gym):
    found = rnnviz.analysis.automaton(gym, states=800)
    assert found.good
    assert found.longer.right == found.longer.network_right == 1.0
    assert "3 states and the start" in found.sentence
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


def test_a_machine_is_compared_with_the_true_one_string_by_string(gym):
    found = rnnviz.analysis.automaton(gym, states=800)
    assert compare(found, gym.task).same
    rests = GymSchedule(exercises=THREE_DAYS, length=10, missed=0.2)
    differs = compare(found, rests)
    assert not differs.same
    assert differs.counterexample == ("shoulder", "rest")
    assert differs.right == "biceps"


def test_the_embedded_reber_grammar_has_nineteen_states_and_makes_the_task_s_sequences():
    task = Reber()
    truth = true_machine(task)
    assert len(truth.answers) == 19
    batch = task.sample(np.random.default_rng(1), 50)
    for column in range(50):
        state = 0
        for step in range(int(batch.mask[:, column].sum())):
            word = task.input_names[batch.x[step, column].argmax()]
            state = truth.leads[(state, word)]
            due = task.output_labels[batch.y[step, column]]
            assert due in truth.answers[state].split(" or ")


def test_what_is_asked_late_is_told_apart_by_the_answers_to_be_expected():
    # Clusters 0 and 1 lead to either answer, 2 and 3 to one of them; 4 answers by itself.
    clusters = np.repeat(np.arange(5), 40)
    nexts = np.concatenate([np.tile([0, 1], 40), np.repeat([0, 1], 40), np.full(40, -1)])
    groups = at_once(by_next_answer(clusters, nexts, np.array([-1, -1, -1, -1, 7]), 5))
    assert groups[0] == groups[1]
    assert len(set(groups)) == 4


def test_figures_draw_the_machine_and_the_true_one_with_what_is_explained(gym):
    found = rnnviz.analysis.automaton(gym, states=800)
    texts = [mark.text for mark in rnnviz.figures.automaton(found).layout.annotations]
    assert "explains 100 % of the answers, 100 % of the steps" in texts
    assert set(THREE_DAYS) <= set(texts)
    grammar = rnnviz.figures.true_automaton(true_machine(Reber()))
    assert len(grammar.data[0].x) == 19
    assert grammar.layout.annotations[-1].text == "the grammar: 19 states"


def test_a_network_that_knows_nothing_yet_is_told_how_little_its_machine_explains():
    found = rnnviz.analysis.automaton(trained(Reber(), iterations=0), states=600)
    assert not found.good
    assert found.sentence.startswith("No small machine")
    assert found.held_out.least < 0.95


def test_what_has_no_symbols_no_direction_or_no_number_has_no_automaton():
    for task, settings, why in (
        (Adding(length=6), {}, "numbers"),
        (Parity(length=6), {"bidirectional": True}, "both ends"),
    ):
        with pytest.raises(ValueError, match=why):
            rnnviz.analysis.automaton(trained(task, iterations=0, **settings))
    diverged = trained(Parity(length=6), iterations=0)
    diverged.network.flat[0] = np.nan
    with pytest.raises(ValueError, match="diverged"):
        rnnviz.analysis.automaton(diverged)


def test_attention_and_a_single_unit_are_measured_like_any_other():
    attends = trained(Parity(length=6), "rnn", iterations=1, attention="dot")
    assert "earlier hidden states" in rnnviz.analysis.automaton(attends, states=200).sentence
    config = rnnviz.RunConfig(task="parity", cell="lstm", hidden_size=1)
    small = rnnviz.analysis.automaton(rnnviz.Trainer(config), states=200)
    assert 0.0 <= small.held_out.least <= 1.0


def test_constant_states_are_one_state():
    dead = trained(Parity(length=6), "rnn", iterations=0)
    dead.network.flat[:] = 0.0
    found = rnnviz.analysis.automaton(dead, states=200)
    assert len(found.states) == 1
    assert found.sentence.startswith("One state")


def test_inputs_of_a_few_numbers_are_symbols_and_rare_ones_are_counted_on_more_sequences():
    found = rnnviz.analysis.automaton(trained(FlipFlop(bits=3), "rnn", iterations=300))
    assert len(found.words) == 27
    assert found.good
    assert len(found.lasting) == 8
    assert {state.answer for state in found.states if state.lasting} == {
        f"{one} {two} {three}" for one in SIGNS for two in SIGNS for three in SIGNS
    }
