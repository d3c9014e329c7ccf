"""The network: cells, exact backpropagation through time, losses, optimisers. NumPy alone.

Read this first: the letters and shapes below hold in every file of this folder.

=========  ==========================================================================
T B        time steps, sequences in a batch
D H K      inputs, hidden units, outputs
x h c y    input, hidden state, cell state, target
a          what goes into a squashing function: the weighted sum of a gate
i f g o    gates of an LSTM: input, forget, candidate, output (PyTorch's names)
r z n      gates of a GRU: reset, update, candidate (PyTorch's names)
d_         gradient of the loss by what follows: `d_h` is dL/dh_t. Always the total
           derivative: through the output of the same step and through all later steps
W_T        W transposed, as a contiguous copy
=========  ==========================================================================

Whatever is handed to the outside is time-first: `(T, B, H)`. Inside, a block is
`(T, features, B)`, "feature-major", so that one gate of one time step is one run of memory.

============== ===================================================================
network.py     `Network`: layers and readout, the only class that owns changing numbers
unrolled.py    the layers over T steps of B sequences: the buffers, which are the record
record.py      `Record`: a copy of everything that one pass computed
elman.py       the RNN of Elman, with tanh or ReLU
gru.py lstm.py one cell each: its equations, its forward, its backward
cell.py        what the cells share
layout.py      the flat vector of parameters, and the rearranged copy that the cells use
products.py    matrix products over all time steps at once
losses.py init.py optim.py clip.py norms.py
checks.py      what is refused at the door, and with which words
check.py       the gradient checker
============== ===================================================================
"""

from rnnviz.engine.check import TOLERANCE, gradient_check
from rnnviz.engine.clip import clip_by_norm, clip_by_value
from rnnviz.engine.losses import LOSSES, softmax
from rnnviz.engine.network import CELLS, Network
from rnnviz.engine.norms import norm, norms
from rnnviz.engine.optim import OPTIMIZERS, Optimizer, make_optimizer
from rnnviz.engine.record import LayerRecord, Record

__all__ = [
    "CELLS",
    "LOSSES",
    "OPTIMIZERS",
    "TOLERANCE",
    "LayerRecord",
    "Network",
    "Optimizer",
    "Record",
    "clip_by_norm",
    "clip_by_value",
    "gradient_check",
    "make_optimizer",
    "norm",
    "norms",
    "softmax",
]
