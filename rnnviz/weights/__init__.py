"""Weights of other tools: files in, files out.

>>> contents = weights.read(Path("model.safetensors").read_bytes(), "model.safetensors")
>>> [network.label for network in contents.networks]
['encoder.lstm: LSTM, 2 layers, 64 units, 10 inputs']
>>> model = weights.build(contents)         # or with network, readout, embedding, cell chosen
>>> model.sentences                         # what was found, what was assumed, what was left out
>>> network = model.network()
>>> trainer = Trainer(model.config(task), task, weights=model.parameters)
>>> weights.write_safetensors(trainer, trainer.link())      # opens again as the same experiment
>>> weights.write_onnx(trainer.network)                     # with the extra: rnnviz[onnx]
>>> weights.torch_code(trainer.network, "model.safetensors")

A file is read as data: nothing in it is executed, its size and what it unpacks to are limited, and
either all of it is taken or nothing. `WeightsError` says what was expected and what came.
"""

from rnnviz.weights.contents import Choice, Contents, Found, Tensor
from rnnviz.weights.errors import WeightsError
from rnnviz.weights.finding import find
from rnnviz.weights.model import Model, build
from rnnviz.weights.onnx_file import write_onnx
from rnnviz.weights.reading import read, reading_mb
from rnnviz.weights.writing import torch_code, write_safetensors

__all__ = [
    "Choice",
    "Contents",
    "Found",
    "Model",
    "Tensor",
    "WeightsError",
    "build",
    "find",
    "read",
    "reading_mb",
    "torch_code",
    "write_onnx",
    "write_safetensors",
]
