"""The check of a run: it proves what is right, and says what is wrong and why."""

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.gradient_check import CheckedTrace, check_sentence, check_table
from rnnviz.engine import TOLERANCE
from rnnviz.numbers import number
from rnnviz.tasks import GymSchedule, NextSymbol, Waves


def checked(trainer, entries=20):
    trainer.choose_probe(0)  # the tests change weights behind its back
    trace = trainer.trace()
    found = CheckedTrace(trace, trainer.network_of(trace), entries)
    while not found.done:
        found.advance(seconds=0.005)
    return found


def small(cell="lstm", **settings):
    return Trainer(RunConfig(cell=cell, hidden_size=3, **settings), GymSchedule(length=5))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "mlp"])
def test_the_gradient_of_every_cell_is_proven_on_the_own_example(cell):
    found = checked(small(cell))
    assert set(check_table(found)["verdict"]) == {"agrees"}
    assert "agree with central differences" in check_sentence(found)
    assert found.progress == 1.0


@pytest.mark.parametrize(
    "trainer",
    [
        lambda: Trainer(RunConfig(task="waves", hidden_size=3), Waves(length=14)),
        lambda: Trainer(RunConfig(task="symbols", hidden_size=3), NextSymbol(encoding="embedding")),
        lambda: small(layers=2, dtype="float32"),
    ],
)
def test_numbers_embeddings_layers_and_short_numbers_are_checked_too(trainer):
    assert set(check_table(checked(trainer()))["verdict"]) <= {"agrees", "too small to tell"}


def test_each_error_is_compared_with_what_is_allowed_for_its_own_array():
    trainer = small()
    trainer.network.parameters["readout.weight"][:] *= 1e-4  # so that rounding shows behind it
    found = checked(trainer)
    table = check_table(found).set_index("gradient w.r.t.")
    for name, result in found.check.results.items():
        assert table["allowed"][name] == number(result.allowed, 2)
        assert (
            result.difference
            <= result.allowed * result.scale
            == pytest.approx(TOLERANCE * result.scale + result.rounding)
        )
    share = {name: each.error / each.allowed for name, each in found.check.results.items()}
    nearest = max(share, key=share.get)
    result = found.check.results[nearest]
    assert f"Closest to it is {nearest}, with {number(result.error, 2)} where " in check_sentence(
        found
    )
    assert f"{number(result.allowed, 2)} is allowed" in check_sentence(found)


def test_a_check_goes_on_where_it_stopped():
    trainer = small()
    trace = trainer.trace()
    found = CheckedTrace(trace, trainer.network_of(trace))
    assert check_sentence(found) == "Nothing has been compared yet."
    assert check_table(found).empty
    found.advance(seconds=0.0)
    assert found.check.done == 1
    assert 0 < found.progress < 1


def test_a_wrong_gradient_is_found():
    trainer = small()
    trace = trainer.trace()
    found = CheckedTrace(trace, trainer.network_of(trace))
    wrong = dict(found.check._to_check)
    wrong["weight_hh_l0"] = wrong["weight_hh_l0"] * 1.01
    found.check._to_check = wrong
    found.advance(seconds=30)
    table = check_table(found).set_index("gradient w.r.t.")
    verdicts = table["verdict"]
    assert verdicts[verdicts == "differs"].index.tolist() == ["weight_hh_l0"]
    assert check_sentence(found).startswith("weight_hh_l0: off by up to ")
    assert f"where {table['allowed']['weight_hh_l0']} is" in check_sentence(found)
    assert "The gradient is wrong there." in check_sentence(found)


def test_truncation_is_named_as_the_reason():
    trainer = small("rnn")
    trainer.set(truncate=2)
    sentence = check_sentence(checked(trainer))
    assert "truncation after 2 steps" in sentence
    assert "weight_hh_l0" in sentence


def test_truncation_after_one_step_is_no_plural():
    trainer = small("rnn")
    trainer.set(truncate=1)
    assert "effect of truncation after 1 step:" in check_sentence(checked(trainer))


def test_a_gradient_that_is_zero_proves_nothing():
    trainer = small("rnn")
    trainer.network.flat[:] = 0
    trainer.network.parameters["readout.bias"][:] = 0
    found = checked(trainer)
    table = check_table(found).set_index("gradient w.r.t.")["verdict"]
    assert table["weight_hh_l0"] == "too small to tell"


def test_arrays_that_are_too_small_to_tell_are_not_counted_among_those_that_agree():
    trainer = small("rnn")
    trainer.network.parameters["readout.weight"][:] = 0
    found = checked(trainer)
    results = found.check.results
    conclusive = [each for each in results.values() if each.is_conclusive]
    assert 0 < len(conclusive) < len(results)
    entries = sum(each.entries for each in conclusive)
    sentence = check_sentence(found)
    assert sentence.startswith(f"{entries:,} entries of {len(conclusive)} arrays agree")
    assert (
        f"In {len(results) - len(conclusive)} arrays the gradient is too small to tell." in sentence
    )


def test_a_diverged_network_does_not_agree():
    trainer = small()
    trainer.network.flat[:] = np.nan
    assert set(check_table(checked(trainer, entries=2))["verdict"]) == {"differs"}
