"""`rnnviz.watch` without PyTorch: models and numbers are from files that PyTorch wrote."""

import re

import numpy as np
import pytest

import rnnviz
from tests.notebook.stand_in import DATA, Model, stored
from tests.test_floors import ROOT, imported

#: Largest difference from PyTorch that is allowed.
TOLERANCE = {"float64": 1e-10, "float32": 1e-6}
FILES = sorted(path.stem for path in DATA.glob("*.npz"))


@pytest.mark.parametrize("name", FILES)
def test_every_state_and_gradient_is_that_of_pytorch(name):
    dtype = name.rpartition("_")[2]
    model, held = stored(name)

    trace = rnnviz.watch(model, held["x"], held.get("y")).trace()

    assert trace.h.dtype == dtype
    wanted = {key: values for key, values in held.items() if re.match(r"own\.\d", key)}
    found = {
        f"own.{number}.{letter}": values
        for number, layer in enumerate(trace.layers)
        for letter, values in layer.quantities().items()
        if not letter.startswith("last")
    }
    assert set(found) == set(wanted)
    for key, values in wanted.items():
        np.testing.assert_allclose(found[key], values, rtol=0, atol=TOLERANCE[dtype])
    if "own.loss" in held:
        assert trace.loss == pytest.approx(float(held["own.loss"]), abs=TOLERANCE[dtype])
        np.testing.assert_allclose(trace.d_x, held["own.d_x"], rtol=0, atol=TOLERANCE[dtype])
        np.testing.assert_allclose(
            trace.outputs, held["own.outputs"], rtol=0, atol=TOLERANCE[dtype]
        )


def lstm_of_ids():
    return stored("lstm_of_ids_float64")


def change(model, name, values):
    model.modules["core"].state_dict()[name].values[...] = values


def test_a_trace_is_kept_at_every_tenth_iteration_and_the_first():
    model, held = lstm_of_ids()
    watch = rnnviz.watch(model, held["x"], held["y"])
    for iteration in range(1, 26):
        change(model, "bias_hh_l1", iteration / 100)
        watch()
    assert watch.iteration == 25
    assert watch.recording.iterations == (0, 10, 20)
    assert watch.history.column("iteration").tolist() == [0, 10, 20]
    assert len({trace.loss for trace in watch.recording.traces}) == 3
    assert set(watch.frame()["iteration"]) == {0, 10, 20}
    assert "iteration 25, 3 traces" in repr(watch)


def test_a_full_recording_is_thinned_and_covers_the_whole_training():
    model, held = lstm_of_ids()
    watch = rnnviz.watch(model, held["x"], held["y"], every=1, max_bytes=80_000)
    for _ in range(30):
        watch()
    assert watch.recording.nbytes <= 80_000
    assert watch.recording.stride > 1
    assert watch.recording.iterations[0] == 0
    assert watch.recording.iterations[-1] > 15


def test_weights_that_are_not_finite_are_told_once_and_do_not_stop_the_loop():
    model, held = lstm_of_ids()
    watch = rnnviz.watch(model, held["x"], held["y"], every=1)
    watch()
    before = model.modules["core"].state_dict()["weight_hh_l1"].values.copy()
    change(model, "weight_hh_l1", np.nan)
    with pytest.warns(RuntimeWarning, match="iteration 2 on no trace was kept: weight_hh_l1 must"):
        watch()
    watch()
    change(model, "weight_hh_l1", before)
    watch()
    assert watch.recording.iterations == (0, 1, 4)
    assert watch.notes[-1] == "from iteration 4 on traces were kept again"


def test_what_was_kept_can_be_taken_away():
    model, held = lstm_of_ids()
    watch = rnnviz.watch(model, held["x"], held["y"], every=1)
    watch()
    arrays, newest = watch.arrays(), watch.recording.traces[-1]
    assert arrays["layer1.d_c"].shape == (2, 7, 4)
    np.testing.assert_array_equal(arrays["layer1.f"][1], newest.gates["f"])
    core = model.modules["core"].state_dict()
    np.testing.assert_array_equal(arrays["weights.weight_hh_l1"][0], core["weight_hh_l1"].values)
    assert "2 kept of iterations 0 to 1" in watch.page()
    bare, held = stored("without_readout_float32")
    assert "layer0.d_h" not in rnnviz.watch(bare, held["x"]).arrays()


def test_a_module_of_another_shape_is_told():
    model, held = lstm_of_ids()
    watch = rnnviz.watch(model, held["x"], held["y"], every=1)
    model.modules["core"].hidden_size = 5
    with pytest.warns(RuntimeWarning, match="must stay as it was"):
        watch()


def test_the_model_is_only_read():
    model, held = lstm_of_ids()
    before = {
        path: {name: each.values.copy() for name, each in module.state_dict().items()}
        for path, module in model.modules.items()
    }
    watch = rnnviz.watch(model, held["x"], held["y"], every=1)
    watch()
    for path, tensors in before.items():
        for name, values in tensors.items():
            np.testing.assert_array_equal(
                values, model.modules[path].state_dict()[name].values, path + name
            )


def test_a_loss_of_ones_own_gives_the_gradient_of_the_hidden_states():
    model, held = stored("gru_last_step_float64")
    weight = model.modules["head"].state_dict()["weight"].values
    bias = model.modules["head"].state_dict()["bias"].values
    seen = []

    def loss(h):
        seen.append(h.shape)
        logits = h[-1, 0] @ weight.T + bias
        shares = np.exp(logits) / np.exp(logits).sum()
        d_h = np.zeros_like(h)
        d_h[-1, 0] = (shares - np.eye(4)[held["y"][0]]) @ weight
        return -np.log(shares[held["y"][0]]), d_h

    trace = rnnviz.watch(model, held["x"], loss=loss).trace()

    assert set(seen) == {(7, 1, 4)}
    assert trace.loss == pytest.approx(float(held["own.loss"]), abs=1e-10)
    np.testing.assert_allclose(trace.layers[0].d_h, held["own.0.d_h"], rtol=0, atol=1e-10)


def test_inputs_from_another_part_of_the_model_are_asked_for_at_each_trace():
    model, held = stored("relu_float64")
    scales = iter([1, 2])
    watch = rnnviz.watch(model, lambda: held["x"] * next(scales), every=1)
    watch()
    first, second = watch.recording.traces
    np.testing.assert_array_equal(second.inputs, 2 * first.inputs)


def test_the_sequence_to_look_at_can_be_chosen_and_lie_alone():
    model, held = stored("gru_last_step_float64")
    second = rnnviz.watch(model, held["x"], held["y"], example=1).trace()
    alone = rnnviz.watch(model, held["x"][:, 1], held["y"][1]).trace()
    np.testing.assert_array_equal(second.d_h, alone.d_h)
    assert not np.array_equal(second.h, rnnviz.watch(model, held["x"]).trace().h)


def test_the_difference_from_outputs_of_the_model_is_told():
    model, held = lstm_of_ids()
    watch = rnnviz.watch(model, held["x"], held["y"])
    outputs = np.repeat(held["own.outputs"][None], 3, axis=0)
    assert watch.difference(outputs) < 1e-10
    assert watch.difference(outputs[:, -1] + 0.5) == pytest.approx(0.5)
    with pytest.raises(ValueError, match=r"outputs must have the shape \(3, 7, 4\) or \(3, 4\)"):
        watch.difference(outputs[0])


def test_compiled_and_parallel_models_keep_their_names():
    model, held = lstm_of_ids()

    class DataParallel(Model):
        pass

    prefixed = {f"module._orig_mod.{path}": each for path, each in model.modules.items()}
    wrapped = DataParallel(**{"module": Model(), "module._orig_mod": model, **prefixed})
    for name in (None, "core", "module.core", "module._orig_mod.core"):
        watch = rnnviz.watch(wrapped, held["x"], held["y"], module=name)
        assert "'core' (LSTM)" in repr(watch)


def refused(match, *args, **settings):
    with pytest.raises(ValueError, match=re.escape(match)):
        rnnviz.watch(*args, **settings)


def test_what_cannot_be_watched_is_refused_in_a_sentence():
    model, held = lstm_of_ids()
    core, x, y = model.modules["core"], held["x"], held["y"]
    floats = np.zeros((3, 7, 3))
    refused("model must be a torch.nn.Module, got list", [], x)
    refused("got none in Model", Model(head=model.modules["head"]), x)
    refused("module must say which", Model(a=core, b=core), floats)
    refused("module must be a module of the model", model, x, module="lstm")
    refused("module must be an nn.LSTM", model, x, module="head")
    refused("readout must be clear", Model(core=core), floats, y)
    refused("readout must be an nn.Linear that sees the 4", model, x, y, readout="embed")
    refused("embedding must name", Model(core=core), np.arange(5))
    refused("x must have the shape (B, T, 3) or (T, 3)", model, floats[..., :2])
    refused("y must be classes for cross_entropy of the shape (3, 7), or (3,)", model, x, y[:, :5])
    refused("y must be classes 0..3, got 0..9", model, x, np.full_like(y, 9) * (y > 0))
    refused("at least one step", model, x, np.full_like(y, -100))
    refused("y must be the targets", model, x, loss="cross_entropy")
    refused("loss must be one of", model, x, y, loss="hinge")
    refused("y must be None where loss is a function", model, x, y, loss=lambda h: h)
    refused("dL/dh must have the shape (1, 7, 4)", model, x, loss=lambda h: h[0])
    refused("example must be a whole number 0..2", model, x, y, example=3)
    refused("every must be a whole number 1 or more", model, x, y, every=0)
    core.proj_size = 2
    refused("proj_size must be 0, got 2", model, x, y)


def test_dropout_and_half_precision_are_told():
    model, held = lstm_of_ids()
    core = model.modules["core"]
    core.dropout = 0.3
    for tensor in core.state_dict().values():
        tensor.values = tensor.values.astype(np.float16)
        tensor.dtype = "torch.float16"
    watch = rnnviz.watch(model, held["x"], held["y"])
    assert "dropout of 0.3" in watch.notes[0]
    assert "float16; the replay computes with them in float32" in watch.notes[1]


def test_nothing_of_rnnviz_imports_pytorch():
    for file in sorted((ROOT / "rnnviz").rglob("*.py")):
        assert not {name for name in imported(file) if name.split(".")[0] == "torch"}, file
