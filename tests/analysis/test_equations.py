"""Every equation, put together from weights and neighbours, gives what the network recorded."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.equations import Where, number_text, opening_step, stages
from rnnviz.analysis.equations.outputs import by_outputs
from rnnviz.analysis.equations.place import Place
from rnnviz.engine import Hold, Network, ShiftForgetBias, Silence
from rnnviz.numbers import number
from rnnviz.tasks import make_task
from rnnviz.tasks.task import Batch
from rnnviz.training.tracing import make_trace
from tests.schedules import three_days

CELLS = ("lstm", "gru", "rnn", "relu", "mlp")
#: What is recorded, and so must be met.
FORWARD = {"lstm": "figcoh", "gru": "rznh", "rnn": "h", "relu": "h", "mlp": "h"}
BACKWARD = {"lstm": {"d_h", "d_c"}}


def trained(cell="lstm", *, task="gym", interventions=(), iterations=5, steps=7, **settings):
    """Return a trainer whose network has moved away from its first weights."""
    chosen = three_days() if task == "gym" else make_task(task)
    chosen = replace(chosen, **settings.pop("of_task", {}))
    if task == "gym":
        chosen = replace(chosen, length=steps)
    config = RunConfig(task=task, cell=cell, **{"hidden_size": 4, "batch_size": 4, **settings})
    trainer = Trainer(config, chosen)
    trainer.intervene(*interventions)
    trainer.advance(iterations=iterations)
    return trainer


def trace_of(trainer, network, first=None):
    """Return the trace of a network on the probe, or on its first steps."""
    batch = trainer.probe.batch
    whole = (batch.x, batch.y, batch.mask)
    x, y, mask = (None if part is None else part[:first] for part in whole)
    probe = replace(trainer.probe, batch=Batch(x, y, mask))
    return make_trace(network, trainer.task, probe, trainer.config, trainer.iteration)


def equations(trainer, direction, trace=None):
    """Return every equation of every layer, step and unit of the trainer's trace."""
    trace = trace or trainer.trace()
    architecture = trainer.network.architecture
    return [
        equation
        for layer in range(architecture.layers)
        for step in range(trace.steps)
        for unit in range(architecture.hidden_size)
        for stage in stages(trace, architecture, Where(layer, unit, step), direction)
        for equation in stage.equations
    ]


def assert_met(found, letters):
    """Check that every equation with a recorded value gives it, to the last digit shown."""
    met = set()
    for equation in found:
        if equation.recorded is None:
            continue
        met.add(equation.result.letter)
        value, recorded = equation.result.value, equation.recorded
        assert value == pytest.approx(recorded, rel=1e-12, abs=1e-16), equation
        assert number_text(value, 6) == number_text(recorded, 6)
    assert met == set(letters)


def evaluated(equation) -> float:
    """Compute the formula as it is shown, from the numbers put into it."""
    python = equation.filled.replace("·", "*").replace("−", "-").replace("²", "**2")
    python = python.replace("σ", "sigmoid").replace("[", "float(").replace("]", ")")
    python = re.sub(r"{(\w+)}", r"n['\1']", python)
    names = {"n": {name: number.value for name, number in equation.numbers.items()}}
    names |= {"tanh": math.tanh, "sigmoid": lambda a: 1 / (1 + math.exp(-a)), "max": max}
    return eval(python, names)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_both_ways_give_what_was_recorded(cell, layers):
    trainer = trained(cell, layers=layers)
    assert_met(equations(trainer, "forward"), FORWARD[cell])
    assert_met(equations(trainer, "backward"), BACKWARD.get(cell, {"d_h"}))


@pytest.mark.parametrize("truncate", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_a_truncated_gradient_is_met_and_the_cut_said(cell, truncate):
    trainer = trained(cell, truncate=truncate, layers=2)
    found = equations(trainer, "backward")
    assert_met(found, BACKWARD.get(cell, {"d_h"}))
    cut = [equation for equation in found if "Truncated every" in equation.note]
    assert bool(cut) == (cell != "mlp")
    assert all(equation.result.value == 0 for equation in cut)


@pytest.mark.parametrize("cell", CELLS)
def test_a_learned_vector_of_a_symbol_is_the_input(cell):
    trainer = trained(cell, task="symbols", of_task={"encoding": "embedding"})
    assert_met(equations(trainer, "forward"), FORWARD[cell])
    assert_met(equations(trainer, "backward"), BACKWARD.get(cell, {"d_h"}))


def test_outputs_that_are_numbers_are_met_too():
    trainer = trained("lstm", task="waves", of_task={"length": 8, "period": 4})
    assert trainer.trace().probabilities is None
    assert_met(equations(trainer, "backward"), {"d_h", "d_c"})


def test_steps_that_are_not_scored_ask_for_nothing_and_say_so():
    trainer = trained("gru", task="adding", of_task={"length": 10})
    found = equations(trainer, "backward")
    assert_met(found, {"d_h"})
    unscored = [equation for equation in found if "not scored" in equation.note]
    assert unscored
    assert all(equation.result.value == 0 for equation in unscored)


def test_the_window_of_the_baseline_is_named_by_how_long_ago():
    trainer = trained("mlp", window=3)
    assert_met(equations(trainer, "forward"), "h")
    names = trainer.task.input_names
    place = Where(layer=0, unit=0, step=4)
    stage = stages(trainer.trace(), trainer.network.architecture, place, "forward", names)[0]
    terms = {term.name for term in stage.equations[0].weighted.terms}
    assert {names[0], f"{names[0]}, 1 step ago", f"{names[0]}, 2 steps ago"} <= terms


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("lstm", (Hold("f", 0.7), Hold("f", 1.0, units=(1,)), ShiftForgetBias(0.5))),
        ("lstm", (Hold("g", -0.2, units=(0, 2)), Silence(units=(1,)), ShiftForgetBias(1.5))),
        ("lstm", (Hold("o", 0.5, layer=0), Hold("i", 0.25, units=(3,), layer=1))),
        ("gru", (Hold("z", 0.9, units=(1,)), Silence(units=(2,), layer=0))),
        ("gru", (Hold("r", 0.0), Hold("n", 0.3, units=(0,)), Silence(units=(3,)))),
        ("rnn", (Silence(units=(0, 1)),)),
        ("relu", (Silence(units=(2,), layer=1),)),
        ("mlp", (Silence(units=(2,)),)),
    ],
)
def test_interventions_are_met_and_said(cell, items):
    trainer = trained(cell, layers=2, interventions=items)
    for direction, letters in (("forward", FORWARD[cell]), ("backward", {"d_h"})):
        found = equations(trainer, direction)
        expected = BACKWARD.get(cell, letters) if direction == "backward" else letters
        assert_met(found, expected)
        notes = {equation.note for equation in found}
        for kind, word in ((Hold, "Held by"), (Silence, "Silenced by")):
            used = any(isinstance(item, kind) for item in items)
            assert any(word in note for note in notes) == used


def test_a_shift_of_the_forget_bias_is_a_bias_of_its_own():
    trainer = trained(interventions=(ShiftForgetBias(1.5),))
    found = stages(trainer.trace(), trainer.network.architecture, Where(0, 0, 2), "forward")
    (shifted,) = (
        value for name, value in found[0].equations[0].weighted.biases.items() if "shift" in name
    )
    assert shifted == 1.5


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("cell", CELLS)
def test_the_formula_as_it_is_shown_gives_its_result(cell, direction):
    trainer = trained(cell, layers=2)
    for equation in equations(trainer, direction):
        if equation.filled:
            assert evaluated(equation) == pytest.approx(equation.result.value, abs=1e-14), equation


@pytest.mark.parametrize("cell", CELLS)
def test_gate_gradients_add_up_to_the_gradient_of_the_biases(cell):
    from rnnviz.analysis import equations as explained

    trainer = trained(cell, layers=2, interventions=(Silence(units=(1,)),))
    trace, batch = trainer.trace(), trainer.probe.batch
    network = trainer.network_of(trace)
    record = network.record(batch.x, batch.y, batch.mask, loss=trainer.task.loss)
    _, _, of = explained._EXPLAINED[network.architecture.cell_type.spec.explained_by]
    for layer in range(2):
        places = [
            Place.of(trace, network.architecture, Where(layer, 0, step), ())
            for step in range(trace.steps)
        ]
        by_x = sum(np.concatenate(list(of(place).x.values())) for place in places)
        np.testing.assert_allclose(
            by_x, record.gradients[f"bias_ih_l{layer}"], rtol=1e-10, atol=1e-15
        )
        if cell != "mlp":
            by_h = sum(np.concatenate(list(of(place).h.values())) for place in places)
            np.testing.assert_allclose(
                by_h, record.gradients[f"bias_hh_l{layer}"], rtol=1e-10, atol=1e-15
            )


def test_what_the_outputs_ask_adds_up_to_the_gradient_of_their_bias():
    trainer = trained()
    trace, batch = trainer.trace(), trainer.probe.batch
    record = trainer.network.record(batch.x, batch.y, batch.mask)
    places = [
        Place.of(trace, trainer.network.architecture, Where(0, 0, step), ())
        for step in range(trace.steps)
    ]
    total = sum(by_outputs(place) for place in places)
    np.testing.assert_allclose(total, record.gradients["readout.bias"], rtol=1e-12, atol=1e-16)


def test_single_precision_is_met_to_four_digits():
    trainer = trained(dtype="float32", layers=2, iterations=60)
    for direction in ("forward", "backward"):
        for equation in equations(trainer, direction):
            if equation.recorded is not None:
                assert equation.result.value == pytest.approx(equation.recorded, rel=1e-4)


def test_gates_near_0_and_1_are_met_to_the_last_digit_shown():
    trainer = trained(iterations=0)
    network = trainer.network_of(trainer.trace())
    network.flat *= 30
    trace = trace_of(trainer, network)
    smallest = min(gate.min() for letter, gate in trace.gates.items() if letter != "g")
    assert smallest < 1e-13
    for equation in equations(trainer, "forward", trace):
        if equation.recorded is not None:
            assert number_text(equation.result.value, 6) == number_text(equation.recorded, 6)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_gradients_through_states_near_their_limits_are_met_as_well(cell):
    trainer = trained(cell, iterations=0, steps=30)
    network = trainer.network_of(trainer.trace())
    network.flat *= 8
    trace = trace_of(trainer, network)
    squashed = np.tanh(trace.c) if cell == "lstm" else trace.h
    assert np.abs(squashed).max() > 1 - 1e-7
    for equation in equations(trainer, "backward", trace):
        if equation.recorded:
            assert equation.result.value == pytest.approx(equation.recorded, rel=1e-12, abs=0)


def test_terms_come_by_size_and_the_others_are_summed_up():
    trainer = trained()
    stage = stages(trainer.trace(), trainer.network.architecture, Where(0, 1, 3), "forward")[0]
    weighted = stage.equations[0].weighted
    sizes = [abs(term.product) for term in weighted.terms]
    assert sizes == sorted(sizes, reverse=True)
    assert len(weighted.terms) == trainer.task.input_size + 4
    shown, others, rest = weighted.largest(5)
    assert others == len(weighted.terms) - 5
    together = sum(term.product for term in shown) + rest + sum(weighted.biases.values())
    assert together == pytest.approx(weighted.total)


def test_the_sentences_say_the_numbers():
    trainer = trained()
    trace = trainer.trace()
    found = stages(trace, trainer.network.architecture, Where(0, 2, 4), "forward")
    share = f"{trace.gates['f'][4, 2]:.0%}".replace("%", " %")
    assert found[0].sentence == f"The forget gate keeps {share} of unit 2’s cell state."
    assert number(trace.c[4, 2]) in found[2].sentence
    back = stages(trace, trainer.network.architecture, Where(0, 2, 6), "backward")
    assert "last step" in back[0].sentence
    assert "last step" in back[2].sentence


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("cell", CELLS)
def test_no_sentence_is_longer_than_the_room_that_is_kept_for_it(cell, direction):
    trainer = trained(cell, task="adding", of_task={"length": 12}, truncate=5, layers=2)
    architecture = trainer.network.architecture
    for layer in (0, 1):
        for step in range(12):
            where = Where(layer, 3, step)
            for stage in stages(trainer.trace(), architecture, where, direction):
                wide = len(stage.equations) > 2
                assert len(stage.sentence) <= (130 if wide else 96), stage.sentence


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("cell", CELLS)
def test_what_is_no_number_is_shown_as_such(cell, direction):
    trainer = trained(cell, layers=2)
    network = trainer.network_of(trainer.trace())
    network.flat[:] = np.nan
    for equation in equations(trainer, direction, trace_of(trainer, network)):
        if equation.recorded is not None:
            assert number_text(equation.result.value, 6) == number_text(equation.recorded, 6)
            assert math.isnan(equation.recorded)


def test_what_does_not_come_back_is_0_where_weights_are_no_numbers_too():
    trainer = trained()
    network = trainer.network_of(trainer.trace())
    network.parameters["weight_hh_l0"][:] = np.nan
    trace = trace_of(trainer, network)
    last = stages(trace, network.architecture, Where(0, 0, trace.steps - 1), "backward")
    assert last[0].equations[1].result.value == 0
    assert last[2].equations[0].result.value == 0


@pytest.mark.parametrize(("step", "names"), [(5, {"step 6"}), (6, set())])
def test_no_step_is_named_after_the_last_one(step, names):
    trainer = trained()
    found = stages(trainer.trace(), trainer.network.architecture, Where(0, 0, step), "backward")
    terms = found[0].equations[1].weighted.terms
    assert {name for term in terms for name in term.name.split(", ")[1:]} == names


def test_one_step_and_one_unit_are_enough():
    trainer = trained(hidden_size=1, layers=2)
    batch = trainer.probe.batch
    one = trainer.network.record(batch.x[:1], batch.y[:1])
    trace = trace_of(trainer, trainer.network, first=1)
    assert trace.steps == 1
    np.testing.assert_array_equal(trace.d_h, one.layers[-1].d_h[:, 0])
    for direction, letters in (("forward", "figcoh"), ("backward", {"d_h", "d_c"})):
        assert_met(equations(trainer, direction, trace), letters)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (Where(1, 0, 0), r"layer must be 0\.\.0, got 1"),
        (Where(0, 4, 0), r"unit must be 0\.\.3, got 4"),
        (Where(0, 0, -1), r"step must be 0\.\.6, got -1"),
    ],
)
def test_a_place_that_does_not_exist_is_refused(where, words):
    trainer = trained(iterations=0)
    with pytest.raises(ValueError, match=words):
        stages(trainer.trace(), trainer.network.architecture, where, "forward")


def test_a_variant_whose_equations_are_others_is_refused():
    trainer = trained(iterations=0)
    variant = Network(cell="lstm", input_size=3, hidden_size=4, output_size=3, peephole=True)
    with pytest.raises(ValueError, match=r"No explanation is written yet .*PeepholeLSTM"):
        stages(trainer.trace(), variant.architecture, Where(0, 0, 0), "forward")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.093, "0.0930"),
        (-12.34, "−12.3"),
        (4.1e-7, "4.10×10⁻⁷"),
        (-123456.0, "−1.23×10⁵"),
        (123.0, "123"),
        (0.0, "0"),
        (-0.0, "0"),
        (math.nan, "NaN"),
        (-math.inf, "−∞"),
        (np.float32(0.5), "0.500"),
    ],
)
def test_numbers_keep_their_width(value, text):
    assert number_text(value) == text


def test_a_silenced_unit_of_a_gru_is_said_to_be_silenced_both_ways():
    trainer = trained("gru", interventions=(Silence(units=(2,)),))
    trace, architecture = trainer.trace(), trainer.network.architecture
    for step in range(trace.steps):
        of_unit = {
            way: stages(trace, architecture, Where(0, 2, step), way)
            for way in ("forward", "backward")
        }
        update = of_unit["forward"][3]
        assert update.sentence == "Unit 2 is silenced: its hidden state is 0 after every step."
        assert update.equations[0].filled == "{zero}"
        gates = of_unit["backward"][3]
        assert gates.sentence == "Unit 2 is silenced: no gradient reaches its gates."
        for equation in gates.equations:
            assert equation.filled == "{zero}"
            assert "Silenced by an intervention" in equation.note


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize(
    ("cell", "item"),
    [
        *((cell, Silence(units=(2,))) for cell in CELLS),
        *(("lstm", Hold(gate, 0.4, units=(2,))) for gate in "ifgo"),
        *(("gru", Hold(gate, 0.4, units=(2,))) for gate in "rzn"),
        ("lstm", ShiftForgetBias(1.5)),
    ],
)
def test_every_intervention_is_told_and_no_formula_stands_beside_a_result_that_is_not_its_own(
    cell, item, direction
):
    trainer = trained(cell, layers=2, interventions=(item,))
    trace, architecture = trainer.trace(), trainer.network.architecture
    for layer in (0, 1):
        for step in range(trace.steps):
            found = stages(trace, architecture, Where(layer, 2, step), direction)
            equations_ = [equation for stage in found for equation in stage.equations]
            told = " ".join(
                [stage.sentence for stage in found]
                + [equation.note for equation in equations_]
                + [name for e in equations_ if e.weighted for name in e.weighted.biases]
            )
            word = {Silence: "silenced", Hold: "held", ShiftForgetBias: "shift"}[type(item)]
            if not isinstance(item, ShiftForgetBias) or direction == "forward":
                assert word in told.lower()
            for equation in equations_:
                if equation.filled:
                    assert evaluated(equation) == pytest.approx(equation.result.value, abs=1e-14)


def test_what_comes_back_through_a_gru_s_candidate_is_said_to_pass_the_reset_gate():
    trainer = trained("gru")
    trace, architecture = trainer.trace(), trainer.network.architecture
    later = stages(trace, architecture, Where(0, 1, 3), "backward")[1].equations[0]
    assert r"W_{hn}^\top\,\dfrac{dL}{dm_{t+1}}" in later.symbols
    assert r"\dfrac{dL}{dm_{t+1}} = r_{t+1} \cdot \dfrac{dL}{da_{n,t+1}}" in later.symbols
    assert "W_{hh}" not in later.symbols
    by_m = {term.name: term.value for term in later.weighted.terms if term.letter == "m"}
    after = Place.of(trace, architecture, Where(0, 0, 4), ())
    d_n = after.values("d_h") * (1 - after.values("z")) * (1 - after.values("n") ** 2)
    for unit in range(4):
        value = float(d_n[unit] * after.values("r")[unit])
        assert by_m[f"unit {unit}, step 4"] == pytest.approx(value)


@pytest.mark.parametrize(
    ("task", "truncate", "step"),
    [
        ("gym", None, 3),  # every step is scored: the middle
        ("gym", 4, 4),  # step 3 is the last before a cut
        ("gym", 1, 6),  # nothing ever comes back: the last
        ("adding", None, 11),  # the last is the only one that is scored
    ],
)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_equations_open_where_no_table_is_all_zeros(cell, task, truncate, step):
    of_task = {"length": 12} if task == "adding" else {}
    trainer = trained(cell, task=task, truncate=truncate, of_task=of_task)
    trace = trainer.trace()
    assert opening_step(trace) == step
    found = stages(trace, trainer.network.architecture, Where(0, 1, step), "backward")
    first = found[0].equations[0]
    assert any(term.product for term in first.weighted.terms)


def test_the_equations_open_on_a_scored_step_where_no_step_has_a_gradient():
    trainer = trained(iterations=0)
    network = trainer.network_of(trainer.trace())
    network.flat[:] = 0
    assert opening_step(trace_of(trainer, network)) == 6
