"""The sentences and charts of the Hopfield page, from numbers handed in."""

import numpy as np
import pytest

from rnnviz.hopfield import Hopfield, Modern, flipped, random_patterns
from rnnviz.hopfield.capacity import Kept, Recalled
from rnnviz.hopfield.false_memories import Memory
from rnnviz.views import hopfield
from rnnviz.views.hopfield.bridge import attention_weights


@pytest.mark.parametrize("beta", [1e-4, 1 / 8, 0.3, 10.0])
def test_attention_of_the_engine_gives_the_weights_of_the_modern_network(beta):
    rng = np.random.default_rng(0)
    keys, query = rng.normal(size=(12, 64)), rng.normal(size=64)
    np.testing.assert_allclose(
        attention_weights(keys, query, beta), Modern(keys, beta).weights(query), atol=1e-14
    )


@pytest.mark.parametrize(
    ("beta", "told"),
    [
        (1e-4, "about the mean of all patterns: the weight is spread over 5 of 5"),
        (0.02, "a mixture"),
        (1.0, "one of the patterns: the weight is spread over 1 of 5"),
    ],
)
def test_beta_goes_from_the_mean_of_all_over_a_mixture_to_one(beta, told):
    patterns = random_patterns(5, 100, seed=1)
    panel = hopfield.recalled_pattern(patterns, list("abcde"), flipped(patterns[0], 0.2), beta, 10)
    assert told in panel.charts[0].caption


def test_steps_that_read_the_same_symbol_are_told_of():
    states = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.1], [0.0, -1.0]])
    panel = hopfield.recalled_steps(states, ["a", "b", "a", "c"], 0, 50.0)
    assert "recalls most of steps 0 (50 %), 2 (50 %)" in panel.charts[0].caption
    assert "100 % of the weight is on steps that read the same symbol" in panel.charts[0].caption
    assert "which are 50 % of all" in panel.charts[0].caption


def test_the_capacity_says_where_half_of_the_patterns_are_lost():
    rows = [Kept(0.1, 40, 1.0, 1.0, 0.001), Kept(0.138, 55, 0.9, 0.97, 0.004)]
    rows += [Kept(0.2, 80, 0.1, 0.6, 0.013), Kept(0.2, 80, 0.3, 0.6, 0.013)]
    said = hopfield.fitting(rows, []).charts[0].caption
    assert "With 400 units, 90 % are kept at 0.138, and half of them at about 0.17" in said


def test_robustness_says_how_much_can_be_cut():
    rows = [Recalled(cut, 5, share, 40) for cut, share in ((0.0, 1.0), (0.5, 0.95), (0.8, 0.2))]
    said = hopfield.robustness({"5 random patterns": rows}).charts[0].caption
    assert (
        said
        == "5 random patterns: with 50 % of the connections cut, 95 % of the starts are recalled."
    )


def test_a_memory_is_named_after_its_parts():
    def named(kind, *parts):
        memory = Memory(np.ones(4), kind, parts, 1.0, 0.0)
        return hopfield.name_of(memory, ["A", "<b>", "Y"])

    assert named("negative", (0, -1)) == "−A"
    assert named("mixture", (2, -1), (1, 1), (0, 1)) == "A + &lt;b&gt; − Y"
    assert named("other", (2, 1)) == "near Y"


def test_the_formulas_hold_the_networks_numbers():
    network = Hopfield([[1, -1, 1, 1], [1, 1, -1, 1]])
    state = np.array([1.0, 1.0, 1.0, 1.0])
    assert hopfield.weight_latex(network, 0, 3).endswith(r"\big((+1)(+1) + (+1)(+1)\big) = 0.5")
    assert hopfield.field_latex(network, state, 0).endswith(
        r"(+1)(0.5) + (+1)(0.5) - \frac{2}{4}(+1) = 0.5"
    )
    assert hopfield.field_sentence(network, state, 1) == (
        "Unit 2 is +1 against its local field: when it is asked it turns, and the energy falls by "
        "2 |h| = 1."
    )
