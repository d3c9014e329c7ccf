"""Make tests/engine/data/*.npz: what PyTorch's float64 autograd computes, to be compared with.

Run by hand with PyTorch installed (requirements-bench.txt)::

    python -m tests.engine.make_torch_values

`values_<cell>.npz`: for 1 to 3 layers, with and without mask, the weights, the batch, and PyTorch's
outputs, loss and gradients. `training_<cell>.npz`: for each optimiser the loss of 100 iterations
with clipping, and the weights after them.

The per-step gradients need a loop over single steps, because the fused layers of PyTorch show no
state; that the loop is the fused layer is asserted here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"
CELLS = ("rnn", "relu", "gru", "lstm")
OPTIMIZERS = ("sgd", "rmsprop", "adam")
LEARNING_RATES = {"sgd": 0.02, "rmsprop": 0.003, "adam": 0.01}
T, B, D, H, K = 6, 3, 3, 4, 5
ITERATIONS = 100
MAX_NORM = 0.5


def build(cell, layers, dtype=None):
    """Return PyTorch's layers and readout, with weights larger than PyTorch draws them."""
    import torch

    kind = {"rnn": "RNN", "relu": "RNN", "gru": "GRU", "lstm": "LSTM"}[cell]
    settings = {"nonlinearity": "relu"} if cell == "relu" else {}
    torch.manual_seed(layers)
    recurrent = getattr(torch.nn, kind)(D, H, layers, **settings).to(dtype or torch.float64)
    readout = torch.nn.Linear(H, K).to(dtype or torch.float64)
    with torch.no_grad():
        for parameter in (*recurrent.parameters(), *readout.parameters()):
            parameter.mul_(1.5)
    return recurrent, readout


def named(recurrent, readout):
    """Return all parameters by the names that the engine uses."""
    ends = {f"readout.{name}": parameter for name, parameter in readout.named_parameters()}
    return {**dict(recurrent.named_parameters()), **ends}


def batch(seed):
    """Return inputs, classes and a mask."""
    generator = np.random.default_rng(seed)
    mask = generator.random((T, B)) < 0.6
    mask[-1, 0] = True
    return generator.normal(size=(T, B, D)), generator.integers(0, K, (T, B)), mask


def mean_loss(outputs, y, mask):
    """Return the mean cross-entropy over the scored pairs."""
    import torch

    scored = torch.ones(y.shape, dtype=torch.bool) if mask is None else torch.tensor(mask)
    return torch.nn.functional.cross_entropy(outputs[scored], torch.tensor(y)[scored])


def step_by_step(cell, recurrent, x):
    """Run the layers step by step; return the last layer's h, and all h and c, (T,) lists."""
    import torch

    kinds = {"gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}
    below, states = list(x), []
    for layer in range(recurrent.num_layers):
        kind = kinds.get(cell, torch.nn.RNNCell)
        settings = {"nonlinearity": "relu"} if cell == "relu" else {}
        single = kind(below[0].shape[1], H, **settings).to(x.dtype)
        weights = {
            name: getattr(recurrent, f"{name}_l{layer}")
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        }
        h = c = torch.zeros(x.shape[1], H, dtype=x.dtype)
        above, cells = [], []
        for x_t in below:
            before = (h, c) if cell == "lstm" else h
            after = torch.func.functional_call(single, weights, (x_t, before))
            h, c = after if cell == "lstm" else (after, c)
            above.append(h)
            cells.append(c)
        for tensor in above + (cells if cell == "lstm" else []):
            tensor.retain_grad()
        states.append({"h": above, "c": cells if cell == "lstm" else []})
        below = above
    return torch.stack(below), states


def values(cell, layers, mask, seed):
    """Return everything that is compared for one network and batch, as named arrays."""
    import torch

    recurrent, readout = build(cell, layers)
    x, y, _ = batch(seed)
    x_in = torch.tensor(x, requires_grad=True)
    h, states = step_by_step(cell, recurrent, x_in)
    assert torch.allclose(h, recurrent(x_in)[0], rtol=1e-12, atol=1e-14)
    outputs = readout(h)
    loss = mean_loss(outputs, y, mask)
    loss.backward()
    saved = {"x": x, "y": y, "outputs": outputs, "loss": loss, "d_x": x_in.grad}
    if mask is not None:
        saved["mask"] = mask
    for layer, state in enumerate(states):
        for name in ("h", "c"):
            if state[name]:
                saved[f"{name}_l{layer}"] = torch.stack(state[name])
                saved[f"d_{name}_l{layer}"] = torch.stack([s.grad for s in state[name]])
    for name, parameter in named(recurrent, readout).items():
        saved[f"weight:{name}"] = parameter
        saved[f"gradient:{name}"] = parameter.grad
    return {name: as_array(value) for name, value in saved.items()}


def training(cell):
    """Return losses and final weights of 100 iterations with each optimiser."""
    import torch

    saved = {}
    for optimizer in OPTIMIZERS:
        recurrent, readout = build(cell, 1)
        parameters = named(recurrent, readout)
        if not saved:
            saved |= {f"start:{name}": as_array(value) for name, value in parameters.items()}
        rate = LEARNING_RATES[optimizer]
        stepper = {
            "sgd": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9),
            "rmsprop": lambda p, lr: torch.optim.RMSprop(p, lr=lr),
            "adam": lambda p, lr: torch.optim.Adam(p, lr=lr),
        }[optimizer](list(parameters.values()), rate)
        losses, norms = [], []
        for iteration in range(ITERATIONS):
            x, y, mask = batch(iteration)
            stepper.zero_grad()
            loss = mean_loss(readout(recurrent(torch.tensor(x))[0]), y, mask)
            loss.backward()
            norms.append(torch.nn.utils.clip_grad_norm_(list(parameters.values()), MAX_NORM))
            stepper.step()
            losses.append(loss)
        saved[f"{optimizer}:losses"] = np.array([float(loss.detach()) for loss in losses])
        saved[f"{optimizer}:norms"] = np.array([float(norm) for norm in norms])
        for name, value in parameters.items():
            saved[f"{optimizer}:{name}"] = as_array(value)
    return saved


def as_array(value):
    """Return a copy as a NumPy array."""
    return np.array(value.detach().numpy() if hasattr(value, "detach") else value)


def main():
    """Write all files."""
    import torch

    torch.set_num_threads(1)
    DATA.mkdir(exist_ok=True)
    for cell in CELLS:
        found = {}
        for layers in (1, 2, 3):
            for masked in (False, True):
                seed = 10 * layers + masked
                mask = batch(seed)[2] if masked else None
                end = f"/{layers}{'m' if masked else ''}"
                found |= {k + end: v for k, v in values(cell, layers, mask, seed).items()}
        np.savez_compressed(DATA / f"values_{cell}.npz", **found)
        np.savez_compressed(DATA / f"training_{cell}.npz", **training(cell))


if __name__ == "__main__":
    main()
