"""`rnnviz.watch` on models of PyTorch itself, where that is installed."""

import numpy as np
import pytest

import rnnviz

torch = pytest.importorskip("torch")

from tests.notebook.in_torch import Net, watched  # noqa: E402  # it imports PyTorch

nn, functional = torch.nn, torch.nn.functional


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def trained(model, x, y, iterations, watch=None):
    """Train, and return the losses."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(iterations):
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if watch is not None:
            watch()
    return losses


def ids_model(seed=0, dtype=torch.float64):
    torch.manual_seed(seed)
    return Net(nn.LSTM(5, 6, 2, batch_first=True, dropout=0.5), 3, 7).to(dtype)


def test_training_is_the_same_to_the_bit_with_watch_and_without():
    x, y = torch.randint(0, 7, (4, 6)), torch.randint(0, 3, (4, 6))
    losses = []
    for watching in (False, True):
        model = ids_model()
        watch = rnnviz.watch(model, x, y, every=1) if watching else None
        torch.manual_seed(1)
        losses.append(trained(model, x, y, 12, watch))
        assert model.training
    assert losses[0] == losses[1]


def test_a_kept_trace_is_what_the_model_was_then():
    x, y = torch.randint(0, 7, (4, 6)), torch.randint(0, 3, (4, 6))
    model = ids_model()
    watch = rnnviz.watch(model, x, y, every=5)
    trained(model, x, y, 10, watch)
    again = ids_model()
    first, *_, last = watch.recording.traces
    with torch.no_grad():
        np.testing.assert_allclose(first.outputs, again.eval()(x)[0], rtol=0, atol=1e-10)
        np.testing.assert_allclose(last.outputs, model.eval()(x)[0], rtol=0, atol=1e-10)
        assert watch.difference(model(x)) < 1e-10


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # what torch.compile imports
@pytest.mark.parametrize("wrap", [torch.compile, nn.DataParallel])
def test_wrapped_models_are_watched_under_their_own_names(wrap):
    x, y = torch.randint(0, 7, (4, 6)), torch.randint(0, 3, (4, 6))
    wrapped = wrap(ids_model())
    assert "'core' (LSTM)" in repr(rnnviz.watch(wrapped, x, y))
    assert "'core' (LSTM)" in repr(rnnviz.watch(wrapped, x, y, module="core"))


def test_a_loss_of_ones_own_can_use_autograd():
    torch.manual_seed(0)
    model = Net(nn.GRU(3, 4, batch_first=True).double())
    head = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)).double()
    x, y = torch.randn(2, 5, 3).double(), torch.tensor([1])

    def loss(h):
        h = torch.tensor(h, requires_grad=True)
        value = functional.cross_entropy(head(h[:, -1]), y)
        return value, torch.autograd.grad(value, h)[0]

    trace = rnnviz.watch(model, x, loss=loss).trace()
    oracle = watched(
        model, x[:1].transpose(0, 1), lambda h: functional.cross_entropy(head(h[-1]), y)
    )
    assert trace.loss == pytest.approx(oracle["loss"], abs=1e-10)
    np.testing.assert_allclose(trace.d_h, oracle["0.d_h"], rtol=0, atol=1e-10)


def test_bfloat16_is_read_and_told():
    model = ids_model(dtype=torch.bfloat16)
    watch = rnnviz.watch(model, torch.randint(0, 7, (2, 4)))
    assert "bfloat16; the replay computes with them in float32" in watch.notes[1]


def test_weights_without_numbers_and_weights_made_from_others_are_refused():
    x = torch.randn(4, 3)
    with pytest.raises(ValueError, match="weight_ih_l0 must be an array of numbers"):
        rnnviz.watch(nn.LSTM(3, 4, device="meta"), x)
    made = nn.utils.parametrizations.weight_norm(nn.LSTM(3, 4), "weight_hh_l0")
    with pytest.raises(ValueError, match="computed from others"):
        rnnviz.watch(made, x)
    with pytest.raises(ValueError, match="proj_size must be 0, got 2"):
        rnnviz.watch(nn.LSTM(3, 4, proj_size=2), x)
    with pytest.raises(ValueError, match="LSTMCell"):
        rnnviz.watch(nn.Sequential(nn.LSTMCell(3, 4)), x)


def drawn(seed):
    """Return a random model with inputs, targets, mask and the loss of its outputs."""
    generator = np.random.default_rng(seed)
    torch.manual_seed(seed)

    def pick(*choices):
        return choices[generator.integers(len(choices))]

    kind = pick("LSTM", "GRU", "tanh", "relu")
    D, H, K, T, B = (int(n) for n in generator.integers(1, (7, 9, 6, 12, 4)))
    dtype = pick(torch.float32, torch.float64)
    settings = {
        "num_layers": int(generator.integers(1, 4)),
        "bias": bool(pick(True, False)),
        "batch_first": bool(pick(True, False)),
        "bidirectional": bool(pick(False, False, True)),
    }
    kinds = {"LSTM": nn.LSTM, "GRU": nn.GRU}
    made = (
        kinds[kind](D, H, **settings)
        if kind in kinds
        else nn.RNN(D, H, nonlinearity=kind, **settings)
    )
    ids = int(pick(0, 5))
    model = Net(made, pick(0, K, K, K), ids).to(dtype)
    alone = bool(pick(False, False, True))
    first = settings["batch_first"] and not alone
    lead = (T,) if alone else (B, T) if first else (T, B)
    x = torch.randint(0, 5, lead) if ids else torch.randn(*lead, D, dtype=dtype)
    kind_of_y = pick("none", "classes", "ignored", "masked", "last", "numbers", "last numbers")
    return model, x, kind_of_y, first, alone, (T, 1 if alone else B, K), generator


def one_of(values, first, alone, example):
    """Return one sequence, time first, (T, 1, ...)."""
    if alone:
        return values[:, None]
    return (values.transpose(0, 1) if first else values)[:, example : example + 1]


def targets_of(kind, model, first, alone, sizes, generator):
    """Return y, mask and example for `watch`, and the loss of the outputs (T, 1, K) in PyTorch."""
    T, B, K = sizes
    example = int(generator.integers(B))
    lead = (T,) if alone else (B, T) if first else (T, B)
    if not hasattr(model, "head") or kind == "none":
        return None, None, example, None
    last = () if alone else (B,)
    if kind.endswith("numbers"):
        y = torch.randn(*(lead if kind == "numbers" else last), K).to(model.head.weight.dtype)
    else:
        y = torch.randint(0, K, last if kind == "last" else lead)
    if kind.startswith("last"):
        own = y[None] if alone else y[example : example + 1]
        scored = functional.cross_entropy if kind == "last" else functional.mse_loss
        return y, None, example, lambda out: scored(out[-1], own)
    own, mask = one_of(y, first, alone, example), None
    if kind == "numbers":
        return y, None, example, lambda out: functional.mse_loss(out, own)
    keep = torch.rand(T, 1) < 0.6
    keep[generator.integers(T)] = True
    whole = torch.zeros(lead, dtype=torch.bool)
    one_of(whole, first, alone, example)[...] = keep
    if kind == "ignored":
        y[~whole] = -100
    if kind == "masked":
        mask = whole
    if kind == "classes":
        keep = torch.ones_like(keep)
    return y, mask, example, lambda out: functional.cross_entropy(out[keep], own[keep])


def compare(seed):
    """Compare one random model with autograd; return the largest difference and the tolerance."""
    model, x, kind, first, alone, sizes, generator = drawn(seed)
    y, mask, example, loss = targets_of(kind, model, first, alone, sizes, generator)
    watch = rnnviz.watch(model, x, y, mask=mask, example=example)
    trace = watch.trace()
    oracle = watched(model, one_of(x, first, alone, example), loss)
    differences = [watch.difference(model(x).detach())]
    for number, layer in enumerate(trace.layers):
        for letter, values in layer.quantities().items():
            if not letter.startswith("last"):
                differences.append(np.abs(values - oracle[f"{number}.{letter}"]).max())
    count = sum(
        not letter.startswith("last") for layer in trace.layers for letter in layer.quantities()
    )
    assert count == sum(key[0].isdigit() for key in oracle), seed
    if loss is not None:
        differences += [abs(trace.loss - oracle["loss"]), np.abs(trace.d_x - oracle["d_x"]).max()]
    return max(differences), 1e-10 if trace.h.dtype == np.float64 else 1e-6


def test_random_models_agree_with_autograd():
    for seed in range(12):
        difference, allowed = compare(seed)
        assert difference < allowed, seed
