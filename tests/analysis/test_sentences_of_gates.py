"""What the Gates page says, refuted if possible: counted again, otherwise, on many small runs."""

import re
from statistics import median

import numpy as np
import pytest

from rnnviz.analysis.correlations import correlate, features_of
from rnnviz.analysis.gate_weights import gate_weights, weights_sentence
from rnnviz.analysis.gates import SHARES, Distribution, Saturation
from rnnviz.analysis.observation import observe, sequences_for
from rnnviz.analysis.units import change_sentence, range_sentence
from rnnviz.engine import Hold
from rnnviz.figures.palette import QUANTITIES
from rnnviz.numbers import number
from rnnviz.tasks import make_task
from rnnviz.training import RunConfig, Trainer

#: Cell, layers, units, task, length, seed: masks, numbers as targets, one unit, one step.
RUNS = [
    ("lstm", 2, 3, "gym", 14, 1),
    ("gru", 1, 4, "recall", 12, 2),
    ("rnn", 2, 3, "adding", 10, 3),
    ("relu", 1, 4, "echo", 8, 4),
    ("mlp", 1, 3, "symbols", 6, 5),
    ("lstm", 1, 1, "symbols", 1, 6),
    ("gru", 2, 1, "parity", 5, 7),
]


@pytest.fixture(scope="module", params=RUNS, ids=lambda run: "-".join(map(str, run)))
def trainer(request):
    cell, layers, units, task, length, seed = request.param
    config = RunConfig(task=task, cell=cell, layers=layers, hidden_size=units, seed=seed)
    trainer = Trainer(config, make_task(task, length=length))
    trainer.advance(iterations=15)
    return trainer


def label(trainer, letter):
    return QUANTITIES[trainer.config.cell][letter].label


def of_layers(trainer):
    return enumerate(trainer.trace().layers)


def unsigned(text):
    return text.replace("−", "-")


def test_no_unit_moves_more_than_the_one_that_is_named(trainer):
    for _, layer in of_layers(trainer):
        for values in layer.quantities().values():
            says = range_sentence("it", values)
            spans = [max(column) - min(column) for column in values.T.tolist()]
            if found := re.search(
                r"unit (\d+) moves most, between (\S+) and (\S+); unit (\d+)", says
            ):
                most, low, high, least = found.groups()
                assert spans[int(most)] == max(spans)
                assert spans[int(least)] == min(spans)
                column = values[:, int(most)].tolist()
                assert (low, high) == (number(min(column)), number(max(column)))
            else:
                assert len(spans) == 1 or len(values) == 1 or max(spans) < 1e-5


def test_no_column_changed_more_than_the_one_that_is_named(trainer):
    kept = trainer.recording.traces
    for at, layer in of_layers(trainer):
        for letter in layer.quantities():
            values = np.array([trace.layers[at].quantities()[letter][-1] for trace in kept])
            names = [f"unit {unit}" for unit in range(values.shape[1])]
            iterations = np.array([trace.iteration for trace in kept])
            says = change_sentence("it", iterations, values, names)
            changes = [
                abs(b - a) for a, b in zip(values[0].tolist(), values[-1].tolist(), strict=True)
            ]
            assert f"iteration {kept[0].iteration} " in says
            if found := re.search(r"unit (\d+) changed most.* change is (\S+), up", says):
                assert changes[int(found[1])] == max(changes)
                assert found[2] == number(sum(changes) / len(changes))
            else:
                assert len(changes) == 1 or max(changes) == 0


def test_units_are_counted_as_saturated_as_often_as_they_are(trainer):
    network, trace = trainer.network_of(trainer.trace()), trainer.trace()
    sequences = sequences_for(network, trainer.task, trainer.probe, affordable=5_000)
    for layer in range(trainer.config.layers):
        seen = observe(network, trace, sequences, layer)
        found = Saturation.of(trace.iteration, seen)
        for letter in set(seen) & set(SHARES):
            units = np.moveaxis(seen[letter], 2, 0).reshape(seen[letter].shape[2], -1).tolist()
            wide = sum(2 * sum(v > 0.9 for v in unit) > len(unit) for unit in units)
            shut = sum(2 * sum(v < 0.1 for v in unit) > len(unit) for unit in units)
            never = sum(all(0.1 <= v <= 0.9 for v in unit) for unit in units)
            says = found.sentence(letter, "it")
            counts = re.search(r": (\d+) of (\d+) units?; nearly shut: (\d+); .*: (\d+)\.$", says)
            assert [int(n) for n in counts.groups()] == [wide, len(units), shut, never]


def test_the_median_is_in_the_middle_and_eight_tenths_lie_between_the_limits(trainer):
    for _, layer in of_layers(trainer):
        for letter, values in layer.quantities().items():
            spread = Distribution.of(letter, [values])
            flat = values.ravel().tolist()
            low, middle, high = spread.middle[0]
            assert middle == pytest.approx(median(flat))
            assert sum(low <= v <= high for v in flat) >= 0.8 * len(flat)
            assert number(middle) in spread.sentence("it", [trainer.iteration])


@pytest.mark.parametrize("held", [False, True])
def test_no_weight_is_larger_and_no_gate_has_a_larger_gradient(trainer, held):
    other = Trainer(trainer.config, trainer.task)
    if held and trainer.config.cell in ("lstm", "gru"):
        other.intervene(Hold("f" if trainer.config.cell == "lstm" else "z", 0.5))
    other.advance(iterations=3)
    network, batch = other.network, other.probe.batch
    gradients = network.record(batch.x, batch.y, batch.mask, loss=other.task.loss).gradients
    for layer in range(trainer.config.layers):
        weights, asked = (
            gate_weights(network, values, layer, other.task.input_names)
            for values in (network.parameters, gradients)
        )
        says = weights_sentence(weights, asked, lambda letter: label(other, letter))
        own = [v for name, v in network.parameters.items() if name.endswith(f"_l{layer}")]
        largest = max((w for v in own for w in v.ravel().tolist()), key=abs)
        assert f"in magnitude, is {number(largest)}:" in says
        norms = {
            label(other, letter): sum(g * g for g in block.ravel().tolist()) ** 0.5
            for letter, block in asked.gates.items()
        }
        if "smallest" in says:
            found = re.search(r"largest for the (.+) \(norm \S+\), smallest for the (.+) \(", says)
            assert norms[found[1]] == pytest.approx(max(norms.values()))
            assert norms[found[2]] == pytest.approx(min(norms.values()))


def test_no_unit_correlates_more_closely_than_the_one_that_is_named(trainer):
    network, trace, task = trainer.network_of(trainer.trace()), trainer.trace(), trainer.task
    sequences = sequences_for(network, task, trainer.probe, affordable=20_000)
    features = features_of(sequences, task.input_names, task.output_labels)
    for layer in range(trainer.config.layers):
        h = observe(network, trace, sequences, layer)["h"]
        says = correlate(h, features).sentence("hidden state", None)
        found = re.search(r"unit (\d+) tracks “(.*?)” most closely \(r = (.*?)\)", says)
        if found is None:
            assert not features.names or np.ptp(h) < 1e-5 or h[..., 0].size < 10
            continue
        best = 0.0
        for at, _ in enumerate(features.names):
            known = features.known[..., at]
            values = features.values[..., at][known]
            for unit in range(h.shape[2]):
                course = h[..., unit][known].astype(float)
                if known.sum() >= 10 and np.ptp(course) > 1e-9 and np.ptp(values) > 0:
                    r = np.corrcoef(course, values)[0, 1]
                    best = r if abs(r) > abs(best) else best
        assert found[3] == number(best, 2)


def test_a_feature_is_what_its_name_says(trainer):
    task, network = trainer.task, trainer.network
    sequences = sequences_for(network, task, trainer.probe, affordable=5_000)
    batch = sequences.batch
    features = features_of(sequences, task.input_names, task.output_labels)
    for at, joined in enumerate(features.names):
        for name in joined.split(" = "):
            if not name.startswith(("now ", "steps since ")) or batch.x.ndim != 3:
                continue
            symbol = task.input_names.index(name.removeprefix("now ").removeprefix("steps since "))
            here = batch.x[..., symbol] == 1
            for b in range(sequences.count):
                last = None
                for t in range(sequences.steps):
                    last = t if here[t, b] else last
                    if name.startswith("now "):
                        assert features.values[t, b, at] == here[t, b]
                    else:
                        assert features.known[t, b, at] == (last is not None)
                        assert last is None or features.values[t, b, at] == t - last
