"""The same network with attention in PyTorch, for the tests where it is installed."""

import numpy as np

from tests.engine.batches import relative

MODULES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}


def compared(net, x, y, mask, answering):
    """Return the relative error of everything that PyTorch can tell."""
    import torch

    record = net.record(x, y, mask, answering=answering)
    weights = {
        name: torch.tensor(values, requires_grad=True) for name, values in net.to_torch().items()
    }
    inputs = torch.tensor(x, requires_grad=True)
    h = _hidden(torch, net, weights, inputs, answering)
    h.retain_grad()
    a, m = _attend(torch, net.architecture.attention, weights, h, answering)
    outputs = torch.cat([h, m], dim=2) @ weights["readout.weight"].T + weights["readout.bias"]
    loss = torch.nn.functional.cross_entropy(outputs[mask], torch.tensor(y)[mask])
    loss.backward()
    found = {
        "loss": (record.loss, loss),
        "outputs": (record.outputs, outputs),
        "weights": (record.attention.weights.transpose(2, 0, 1), a),
        "sums": (record.attention.sums, m),
        "x": (record.d_x, inputs.grad),
        **{name: (record.gradients[name], tensor.grad) for name, tensor in weights.items()},
    }
    if net.layers == 1 and (answering is None or not answering.from_zero):
        found["d_h"] = (record.layers[-1].d_h, h.grad)
    return {name: relative(ours, theirs.detach().numpy()) for name, (ours, theirs) in found.items()}


def _hidden(torch, net, weights, inputs, answering):
    """Return the topmost hidden states, (T, B, H)."""
    module = getattr(torch.nn, MODULES[net.cell])(
        net.input_size, net.hidden_size, net.layers, dtype=torch.float64
    )
    own = {n: w for n, w in weights.items() if not n.startswith(("readout", "attention"))}
    cut = answering is not None and answering.from_zero
    parts = [inputs[: answering.first], inputs[answering.first :]] if cut else [inputs]
    call = torch.func.functional_call
    return torch.cat([call(module, own, (part,))[0] for part in parts])


def _attend(torch, kind, weights, h, answering):
    """Return weights (B, T, T) and sums (T, B, H)."""
    batch_first = h.transpose(0, 1)
    if kind == "additive":
        query = batch_first @ weights["attention.query.weight"].T
        key = batch_first @ weights["attention.key.weight"].T
        scores = torch.tanh(query[:, :, None] + key[:, None]) @ weights["attention.v"]
    else:
        asking = batch_first @ weights["attention.weight"] if kind == "general" else batch_first
        scores = asking @ batch_first.transpose(1, 2)
        scores = scores / np.sqrt(h.shape[2]) if kind == "dot" else scores
    T = len(h)
    may = torch.ones(T, T).tril().bool()
    if answering is not None:
        may[answering.first :] = torch.arange(T) < answering.first
    a = torch.softmax(scores.masked_fill(~may, -torch.inf), dim=2)
    return a, (a @ batch_first).transpose(0, 1)
