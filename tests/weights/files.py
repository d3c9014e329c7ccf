"""Small files of weights, made in memory."""

import numpy as np
from safetensors.numpy import save

from rnnviz.engine import Network
from rnnviz.weights import WeightsError, read


def network(cell="lstm", **settings):
    """Return a small network."""
    sizes = {"input_size": 3, "hidden_size": 4, "output_size": 5, "seed": 1}
    return Network(cell=cell, **{**sizes, **settings})


def state(net, recurrent="lstm", readout="head"):
    """Return the weights of a network as a model of one's own has them."""
    return {
        name.replace("readout", readout) if "." in name else f"{recurrent}.{name}": values
        for name, values in net.to_torch().items()
    }


def tensors(cell="lstm", **settings):
    """Return the weights of a small network as a model of one's own has them."""
    return state(network(cell, **settings))


def contents(weights, metadata=None):
    """Return what is read from these weights as safetensors."""
    arrays = {name: np.ascontiguousarray(values) for name, values in weights.items()}
    return read(save(arrays, metadata), "model.safetensors")


def refusal(call, *arguments, **choices):
    """Return the sentence with which something is refused."""
    try:
        call(*arguments, **choices)
    except WeightsError as error:
        return str(error)
    raise AssertionError("nothing was refused")
