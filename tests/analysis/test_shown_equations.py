"""What the Equations page shows, read back as a reader would and computed again by other means.

Three things stand there for each equation: a formula in letters, the same with numbers, and what it
comes to. The letters are read as LaTeX and computed with weights and states of the reference
(`rnnviz.engine.reference`, which shares nothing with the engine); its derivatives, by the complex
step, are what each gradient must come to; the numbers are read from the page as they are written.
"""

from __future__ import annotations

import html
import itertools
import math
import re
from dataclasses import dataclass

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.equations import Where, stages
from rnnviz.engine import Hold, ShiftForgetBias, Silence
from rnnviz.engine.reference import TINY, Reference
from rnnviz.figures.formulas import equation_html
from rnnviz.tasks import make_task
from tests.schedules import three_days

ROWS = {"lstm": "ifgo", "gru": "rzn", "rnn": "", "relu": "", "mlp": ""}
RECORDED = {"lstm": "ifgoch", "gru": "rznh", "rnn": "h", "relu": "h", "mlp": "h"}
UNIT = 1  # the one that is silenced or held, where one is


@dataclass
class Truth:
    """What the reference computes on the probe of a run: (layer, letter) -> array (T, H)."""

    values: dict
    gradients: dict
    weights: dict
    outputs: np.ndarray
    d_outputs: np.ndarray
    inputs: np.ndarray


def truth_of(trainer) -> Truth:
    """Compute states by the equations, and every gradient by moving what it is taken by."""
    net, task, batch = trainer.network, trainer.task, trainer.probe.batch
    a, H = net.architecture, net.hidden_size
    held, silent, offset = {}, set(), 0.0
    for item in net.interventions:
        for layer in range(a.layers) if item.layer is None else [item.layer]:
            units = range(H) if getattr(item, "units", None) is None else item.units
            if isinstance(item, Hold):
                held |= {(layer, item.gate, unit): item.value for unit in units}
            elif isinstance(item, Silence):
                silent |= {(layer, unit) for unit in units}
        if isinstance(item, ShiftForgetBias):
            offset += item.amount
    plain = Reference(
        net.cell, {name: w.astype(float) for name, w in net.to_torch().items()}, a.layers,
        truncate=trainer.config.truncate, window=a.window, held=held, silent=silent,
        forget_offset=offset,
    )  # fmt: skip
    T, letters = len(batch.x), RECORDED[net.cell]
    moved = list(itertools.product(range(a.layers), letters, range(T), range(H)))
    nudges = {
        (layer, t, letter): np.zeros((len(moved), H), complex)
        for layer, letter, t in itertools.product(range(a.layers), letters, range(T))
    }
    for place, (layer, letter, t, unit) in enumerate(moved):
        nudges[layer, t, letter][place, unit] = TINY * 1j
    outputs, _ = plain.run(np.repeat(batch.x, len(moved), axis=1), nudges=nudges)
    scored = np.ones(T, bool) if batch.mask is None else batch.mask[:, 0]
    slopes = losses(outputs, batch.y[:, 0], scored, task.loss).imag / TINY
    gradients = {}
    for place, (layer, letter, t, unit) in enumerate(moved):
        gradients.setdefault((layer, letter), np.zeros((T, H)))[t, unit] = slopes[place]
    own, steps = plain.run(batch.x)
    values = {
        (layer, letter): np.array([step[letter][0].real for step in of_layer])
        for layer, of_layer in enumerate(steps)
        for letter in letters
    }
    for layer, gate, unit in held:
        gradients[layer, gate][:, unit] = 0
    by_outputs = np.zeros((T, net.output_size))
    for t, k in itertools.product(range(T), range(net.output_size)):
        nudged = own.astype(complex)
        nudged[t, 0, k] += TINY * 1j
        by_outputs[t, k] = losses(nudged, batch.y[:, 0], scored, task.loss)[0].imag / TINY
    table = plain.parameters.get("embedding.weight")
    inputs = batch.x[:, 0] if table is None else table[batch.x[:, 0]]
    padded = np.concatenate([np.zeros((a.window - 1, inputs.shape[1])), inputs])
    windows = np.array([padded[t : t + a.window].ravel() for t in range(T)])
    silent_rows = {layer: [u for at, u in silent if at == layer] for layer in range(a.layers)}
    for layer in range(a.layers):  # dL/da of a plain cell, which records h alone
        if not ROWS[net.cell]:
            h, d_h = values[layer, "h"], gradients[layer, "h"]
            slope = (h > 0) if net.cell == "relu" else 1 - h**2
            gradients[layer, "a"] = d_h * slope
            gradients[layer, "a"][:, silent_rows[layer]] = 0
    return Truth(values, gradients, plain.parameters, own[:, 0].real, by_outputs, windows)


def losses(outputs, targets, scored, name):
    """Return the mean loss over the scored steps for each sequence, (B,)."""
    if name == "squared_error":
        each = ((outputs - targets[:, None]) ** 2).mean(axis=2)
    else:
        shifted = outputs - outputs.real.max(axis=2, keepdims=True)
        right = np.take_along_axis(shifted, targets[:, None, None].astype(int), 2)[:, :, 0]
        each = np.log(np.exp(shifted).sum(axis=2)) - right
    return each[scored].mean(axis=0)


class Reader:
    """Computes a formula in LaTeX for all units of a layer at a time step."""

    def __init__(self, cell, truth, layer, step):
        self.cell, self.truth, self.layer, self.step = cell, truth, layer, step
        self.rows = ROWS[cell]
        self.defined = {}

    def read(self, symbols):
        """Return the left side, and the value of the right side of the first equation."""
        text = re.sub(r"\\begin{aligned}|\\end{aligned}", "", symbols)
        text = re.sub(r"\\\\\s*&\+", "+", text).replace("&", "")
        equations = [part.split("=", 1) for part in re.split(r"\\\\|,\\quad", text)]
        for left, right in reversed(equations):
            value = self.compute(right, above="above" in equations[0][0])
            self.defined[left.strip()] = value
        return equations[0][0].strip(), value

    def compute(self, latex, above):
        python = re.sub(r"\\[,\s]", " ", latex)
        python = re.sub(r"\[(.*?)\]", r"(\1)", python)
        gradient = r"\\dfrac{dL}{d(\w+(?:_{[^}]*})?)}"
        python = re.sub(gradient, r"d('\1')", python)
        python = re.sub(r"\\text{(\w+)}", r"named(r'\\text{\1}')", python)
        python = re.sub(r"W_{(\w+)}\^\\top\s*(d\('[^']*'\))", r"back('\1', \2)", python)
        python = re.sub(r"(?<!')\b([a-z])_(t|[a-z]|{t[+-]1})(?!')", r"v('\1', '\2')", python)
        python = re.sub(r"W_{(\w+)}\s+(v\([^)]*\))", r"weigh('\1', \2)", python)
        python = re.sub(r"b_{(\w+)}", r"bias('\1')", python)
        python = re.sub(r"\\tanh\^2\s*(v\([^)]*\))", r"tanh(\1)**2", python)
        python = python.replace(r"\tanh", "tanh").replace(r"\sigma", "sigma")
        python = python.replace(r"\max", "maximum").replace(r"\cdot", "*").replace("^2", "**2")
        python = re.sub(r"\)\s*\((?=1)", ") * (", python)
        return eval(python, {
            "d": lambda name: self.gradient(name, above), "v": self.variable,
            "named": self.defined.__getitem__, "bias": self.bias,
            "back": lambda name, d: self.matrix(name, above).T @ d,
            "weigh": lambda name, x: self.matrix(name, False) @ x,
            "tanh": np.tanh, "maximum": np.maximum, "sigma": lambda a: 1 / (1 + np.exp(-a)),
        })  # fmt: skip

    def at(self, when):
        return {"{t-1}": self.step - 1, "{t+1}": self.step + 1}.get(when, self.step)

    def variable(self, letter, when):
        if f"{letter}_{when}" in self.defined:
            return self.defined[f"{letter}_{when}"]
        step, truth = self.at(when), self.truth
        if letter == "x":
            below = truth.inputs if self.layer == 0 else truth.values[self.layer - 1, "h"]
            return below[step]
        if letter == "m":
            return self.matrix("hn", False) @ self.variable("h", "{t-1}") + self.bias("hn")
        found = truth.values[self.layer, letter]
        return found[step] if step >= 0 else np.zeros_like(found[0])

    def gradient(self, name, above):
        if rf"\dfrac{{dL}}{{d{name}}}" in self.defined:
            return self.defined[rf"\dfrac{{dL}}{{d{name}}}"]
        letter, _, index = name.partition("_")
        layer, when = self.layer + above, index.split(",")[-1].strip("{}")
        step = self.at(f"{{{when}}}")
        if letter == "y":
            return self.truth.d_outputs[step]
        if letter != "a":
            return self.truth.gradients[layer, letter][step]
        gate = index.strip("{}").split(",")[0]
        gates = gate if gate in self.rows else self.rows or "a"
        return np.concatenate([self.by_sum(layer, each, step) for each in gates])

    def by_sum(self, layer, gate, step):
        """Return dL/da from dL/d of what a is squashed to."""
        by_value = self.truth.gradients[layer, gate][step]
        if gate == "a":
            return by_value
        value = self.truth.values[layer, gate][step]
        return by_value * (1 - value**2 if gate in "gn" else value * (1 - value))

    def matrix(self, name, above):
        if name == "out":
            return self.truth.weights["readout.weight"]
        return self._of_gate("weight", name, self.layer + above)

    def bias(self, name):
        return self._of_gate("bias", name, self.layer)

    def _of_gate(self, kind, name, layer):
        whole = self.truth.weights[f"{kind}_{name[0]}h_l{layer}"]
        if name[1] not in self.rows:
            return whole
        return np.split(whole, len(self.rows))[self.rows.index(name[1])]


NUMBER = re.compile(r'<span class="number"[^>]*>(.*?)</span>')
PYTHON = str.maketrans({"−": "-", "·": "*", "²": "**2", "[": "float(", "]": ")"})
EXPONENT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def interval(number):
    """Return the least and the largest number that is written so."""
    lead, _, exponent = number.replace("−", "-").partition("×10")
    if float(lead) == 0:
        return 0.0, 0.0
    half, scale = (
        0.5 * 10.0 ** -len(lead.partition(".")[2]),
        10.0 ** int(exponent.translate(EXPONENT) or 0),
    )
    return (float(lead) - half) * scale, (float(lead) + half) * scale


def meets(found, number):
    """Tell whether an interval has something in common with a number as it is written."""
    low, high = interval(number)
    slack = 1e-9 * (abs(low) + abs(high)) + 1e-300
    return min(found) <= high + slack and max(found) >= low - slack


def assert_the_written_formula_gives_the_written_result(markup):
    line = re.search(r'<p class="filled[^"]*">(.*?)</p>', markup)[1]
    numbers = NUMBER.findall(line)
    counted = itertools.count()
    text = re.sub(r"<[^>]+>", "", NUMBER.sub(lambda _: f" N{next(counted)} ", line))
    right, _, result = html.unescape(text).translate(PYTHON).strip().rpartition("=")
    right = right.strip().removeprefix("=").strip()
    assert result.strip() == f"N{len(numbers) - 1}"
    if not right:  # what is held, silenced or cut off has no formula but its value
        return
    names = {"tanh": math.tanh, "exp": math.exp, "max": max, "σ": lambda a: 1 / (1 + math.exp(-a))}
    bounds = [interval(number) for number in numbers[:-1]]
    code = compile(right, "shown", "eval")
    found = [
        eval(code, {**names, **{f"N{place}": value for place, value in enumerate(corner)}})
        for corner in itertools.product(*bounds)
    ]
    assert meets(found, numbers[-1]), text


def assert_the_written_terms_add_up(markup):
    """Multiply and add what stands in a list of weighted inputs."""
    rows = re.findall(r'<tr class="(\w*)"><th[^>]*>.*?</th><td>(.*?)</td><td.*?>(.*?)</td>', markup)
    total, low, high = rows.pop(), 0.0, 0.0
    assert total[0] == "sum"
    for _, factors, product in rows:
        if factors:
            pairs = itertools.product(*map(interval, factors.split(" × ")))
            assert meets([one * other for one, other in pairs], product), factors
        low, high = low + interval(product)[0], high + interval(product)[1]
    assert meets([low, high], total[2])


#: cell, interventions, settings.
CASES = [
    *((cell, (), {}) for cell in ROWS),
    *((cell, (), {"layers": 2}) for cell in ROWS),
    *((cell, (), {"truncate": 3, "layers": 2}) for cell in ("lstm", "gru", "rnn", "relu")),
    *((cell, (Silence((UNIT,)),), {"layers": 2}) for cell in ROWS),
    *(("lstm", (Hold(gate, 0.4, (UNIT,)),), {"layers": 2}) for gate in "ifgo"),
    *(("gru", (Hold(gate, 0.4, (UNIT,)),), {"layers": 2}) for gate in "rzn"),
    ("lstm", (ShiftForgetBias(1.5),), {"layers": 2}),
    ("lstm", (Hold("f", 1.0), Silence((0,)), ShiftForgetBias(-2.0)), {"truncate": 2}),
    ("gru", (Hold("z", 0.0), Hold("n", -0.5, (UNIT,)), Silence((0,))), {}),
    ("mlp", (), {"window": 3, "layers": 2}),
    *((cell, (), {"task": "symbols"}) for cell in ("lstm", "gru", "rnn")),
    *((cell, (), {"task": "waves"}) for cell in ("lstm", "gru", "relu")),
    *((cell, (), {"task": "adding"}) for cell in ("lstm", "gru")),
]  # fmt: skip

OF_TASK = {
    "symbols": {"encoding": "embedding"}, "waves": {"length": 8, "period": 4},
    "adding": {"length": 7},
}  # fmt: skip


def case_name(case):
    cell, items, settings = case
    told = [f"{type(i).__name__}{getattr(i, 'gate', '')}" for i in items]
    return "-".join([cell, *told, *(f"{name}{value}" for name, value in settings.items())])


def trained(cell, items, settings):
    settings = dict(settings)
    key = settings.pop("task", "gym")
    task = three_days(length=7) if key == "gym" else make_task(key, **OF_TASK[key])
    config = RunConfig(task=key, cell=cell, **{"hidden_size": 3, "batch_size": 4, **settings})
    trainer = Trainer(config, task)
    trainer.intervene(*items)
    trainer.advance(iterations=12)
    return trainer


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_letters_numbers_and_results_agree_with_each_other_and_with_the_reference(case):
    cell, items, settings = case
    trainer = trained(cell, items, settings)
    trace, architecture, truth = trainer.trace(), trainer.network.architecture, truth_of(trainer)
    looked_at = 0
    places = itertools.product(
        range(architecture.layers), range(architecture.hidden_size),
        (0, trace.steps // 2, trace.steps - 2, trace.steps - 1), ("forward", "backward"),
    )  # fmt: skip
    for layer, unit, step, direction in places:
        reader = Reader(cell, truth, layer, step)
        shifts = [item.amount for item in items if isinstance(item, ShiftForgetBias)]
        reader.defined[r"\text{shift}"] = sum(shifts)
        found = stages(trace, architecture, Where(layer, unit, step), direction)
        for stage in found:
            for equation in stage.equations:
                looked_at += 1
                assert_agrees(equation, reader, unit)
                markup = equation_html(equation, cell, 6, stage.sentence)
                if equation.filled:
                    assert_the_written_formula_gives_the_written_result(markup)
                if equation.weighted:
                    assert_the_written_terms_add_up(markup)
    assert looked_at >= 2 * 4 * 3 * architecture.layers


def assert_agrees(equation, reader, unit):
    """Check the result of an equation: by its letters, and by what it is the equation of."""
    result = equation.result.value
    near = {"rel": 1e-9, "abs": 1e-15}
    out_of_the_ordinary = bool(equation.note) and "not scored" not in equation.note
    if out_of_the_ordinary:
        left = equation.symbols.replace(r"\begin{aligned}", "").split("=")[0].strip(" &")
        why = ("Held by", "Silenced by", "Truncated", "This is the last step", "There is no memory")
        assert equation.note.startswith(why)
    else:
        left, value = reader.read(equation.symbols)
        of_unit = value if np.ndim(value) == 0 else value[unit]
        assert result == pytest.approx(of_unit, **near), equation
    if left.startswith(r"\text"):
        reader.defined[left] = result
    truth = true_value(left, reader, unit)
    if truth is not None:
        assert result == pytest.approx(truth, **near), equation


def true_value(left, reader, unit):
    """Return what the reference says of a left side: a state, a gate, or a gradient."""
    at, layer, step = reader.truth, reader.layer, reader.step
    if state := re.fullmatch(r"([a-z])_t", left):
        found = at.values.get((layer, state[1]))
        return None if found is None else found[step, unit]
    if gradient := re.fullmatch(r"\\dfrac{dL}{d([ch])_t}", left):
        return at.gradients[layer, gradient[1]][step, unit]
    if of_sum := re.fullmatch(r"\\dfrac{dL}{da_(\w)}", left):
        gate = "a" if of_sum[1] == "t" else of_sum[1]
        return reader.by_sum(layer, gate, step)[unit]
    return None


@pytest.mark.parametrize(
    ("symbols", "wrong"),
    [
        (r"h_t = o_t \cdot \tanh(c_t)", r"h_t = i_t \cdot \tanh(c_t)"),
        (r"c_t = f_t \cdot c_{t-1} + i_t \cdot g_t", r"c_t = f_t \cdot c_t + i_t \cdot g_t"),
        (
            r"\text{later} = W_{hh}^\top\,\dfrac{dL}{da_{t+1}}",
            r"\text{later} = W_{hh}^\top\,\dfrac{dL}{da_t}",
        ),
    ],
)
def test_the_reader_tells_a_wrong_letter(symbols, wrong):
    reader = Reader("lstm", truth_of(trained("lstm", (), {})), 0, 3)
    assert not np.allclose(reader.read(symbols)[1], reader.read(wrong)[1], rtol=1e-6)


def test_the_reader_tells_a_wrong_number():
    markup = (
        '<p class="filled"><span>=</span> <span><span class="number">0.5000</span> · '
        'tanh(<span class="number">0.2000</span>)</span> <span>= <span class="number">{}</span>'
        "</span></p>"
    )
    assert_the_written_formula_gives_the_written_result(markup.format("0.098688"))
    with pytest.raises(AssertionError):
        assert_the_written_formula_gives_the_written_result(markup.format("0.098800"))
