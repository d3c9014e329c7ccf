"""The network: cells, exact backpropagation through time, losses, optimisers. NumPy alone.

Read this first: the letters and shapes below hold in every file of this folder.

=========  ==========================================================================
T B        time steps, sequences in a batch
D H K      inputs, hidden units, outputs
x h c y    input, hidden state, cell state, target
a          argument of a squashing function: the weighted sum of a gate (pre-activation)
i f g o    gates of an LSTM: input, forget, candidate, output (PyTorch's names)
r z n      gates of a GRU: reset, update, candidate (PyTorch's names)
d_         gradient of the loss w.r.t. what follows: `d_h` is dL/dh_t. Always the total
           derivative: through the output of the same step and through all later steps
W_T        W transposed, as a contiguous copy
=========  ==========================================================================

Everything handed to the outside is time-first: `(T, B, H)`. Inside, a block is `(T, features, B)`,
"feature-major", so that one gate of one time step is contiguous in memory.

================ =================================================================
network.py       `Network`: the only class that owns mutable numbers
architecture.py  what a network is made of: sizes, variants, names and shapes of parameters
cost.py          its estimated cost in bytes and seconds, known before it is built
entrance.py      what comes before the first layer: embedding, window
stack.py         the layers over consecutive steps
two_way.py       the layers of a bidirectional network
unrolled.py      the whole over T steps of B sequences: the buffers, which are the record
record.py        `Record`: a copy of everything that one pass computed
reference.py     the cells as plain equations, slow: read it first
attention.py     attention over the topmost hidden states, as part of the readout
attention_scores.py  its scores: dot, general, additive
cells/           the same, fast: one file each, its equations, its forward, its backward
stacked.py       several networks of one architecture, computed in one pass
answering.py     sequences that are read, and then answered
layout.py        the flat vector of parameters, and the rearranged copy that the cells use
products.py      matrix products over all time steps at once
torch_names.py   which entry of a state_dict is which parameter
interventions.py holding gates, silencing units, shifting the forget bias
sequence.py      `record_sequence`: one sequence with the two gradients that a trace shows;
                 `observe_sequence`: without a loss, or with a gradient that is given
free_running.py  answers with the network's own last answer as the next input
itemise.py       the gradient of each single output step's loss
recurrence.py    spectral radius, singular value, Jacobians of the recurrent map
step_map.py      one time step as a map of states, with its Jacobian
losses.py init.py optim.py clip.py norms.py
validation.py    checks of the arguments, and the error messages
gradient_check.py hand-written gradients against central differences
================ =================================================================
"""

from rnnviz.engine.answering import Answering
from rnnviz.engine.attention import ATTENTION, AttentionRecord
from rnnviz.engine.cells import CELLS, WITHOUT_MEMORY, CellSpec, gate_label, spec_of
from rnnviz.engine.clip import clip_by_norm, clip_by_value
from rnnviz.engine.free_running import answer_freely
from rnnviz.engine.gradient_check import TOLERANCE, Checked, GradientCheck, gradient_check
from rnnviz.engine.interventions import Hold, Intervention, ShiftForgetBias, Silence
from rnnviz.engine.itemise import Itemised, itemised
from rnnviz.engine.losses import LOSSES, softmax
from rnnviz.engine.network import Network
from rnnviz.engine.norms import norm, norms
from rnnviz.engine.optim import OPTIMIZERS, Optimizer, make_optimizer
from rnnviz.engine.record import LayerRecord, Record
from rnnviz.engine.recurrence import (
    Spectrum,
    jacobian_norms,
    recurrent_spectrum,
    step_jacobians,
)
from rnnviz.engine.sequence import (
    AttentionTrace,
    LayerTrace,
    SequenceRecord,
    observe_sequence,
    record_sequence,
)
from rnnviz.engine.step_map import StepMap

__all__ = [
    "ATTENTION",
    "CELLS",
    "LOSSES",
    "OPTIMIZERS",
    "TOLERANCE",
    "WITHOUT_MEMORY",
    "Answering",
    "AttentionRecord",
    "AttentionTrace",
    "CellSpec",
    "Checked",
    "GradientCheck",
    "Hold",
    "Intervention",
    "Itemised",
    "LayerRecord",
    "LayerTrace",
    "Network",
    "Optimizer",
    "Record",
    "SequenceRecord",
    "ShiftForgetBias",
    "Silence",
    "Spectrum",
    "StepMap",
    "answer_freely",
    "clip_by_norm",
    "clip_by_value",
    "gate_label",
    "gradient_check",
    "itemised",
    "jacobian_norms",
    "make_optimizer",
    "norm",
    "norms",
    "observe_sequence",
    "record_sequence",
    "recurrent_spectrum",
    "softmax",
    "spec_of",
    "step_jacobians",
]
