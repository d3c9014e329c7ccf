"""Presets: experiments at one click, each of which shows one thing about gradients.

The claim of each of them is checked in `rnnviz.analysis.claims`.
"""

from __future__ import annotations

from rnnviz.tasks import Adding, DelayedRecall, TemporalOrder
from rnnviz.training.preset import Preset, runs_of

_SGD = {"optimizer": "sgd", "momentum": 0.0}

#: The presets of the page Gradients, in teaching order.
PRESETS: tuple[Preset, ...] = (
    Preset(
        key="vanish",
        name="Vanishing",
        title="The gradient vanishes in a tanh RNN",
        runs=runs_of(
            TemporalOrder(length=100),
            {"cell": "rnn", "hidden_size": 16, "batch_size": 16},
            {"tanh RNN": {}},
        ),
        iterations=100,
        look_at=(
            "The gradient w.r.t. the hidden state, over the lag: on the logarithmic axis it falls "
            "almost along a straight line. The recurrent weights start orthogonal, so they do not "
            "change any length; it is tanh' < 1 that shrinks the gradient at every step. Less than "
            "a hundredth reaches the second of the two symbols that matter, less than a "
            "ten-thousandth the first, and the network does little better than guessing."
        ),
        not_to_conclude=(
            "That a plain RNN learns nothing: with 20 steps instead of 100 it learns this task. "
            "And a small gradient is not zero: the contribution of distant steps is there, but it "
            "is small beside that of recent ones."
        ),
    ),
    Preset(
        key="explode",
        name="Explosion",
        title="It explodes at radius 1.3 with SGD",
        runs=runs_of(
            TemporalOrder(length=20),
            {"cell": "relu", "hidden_size": 16, "batch_size": 16, **_SGD},
            {
                "ReLU, radius 1.3": {"spectral_radius": 1.3},
                "ReLU, radius 1": {"spectral_radius": 1.0},
                "tanh, radius 1.3": {"cell": "rnn", "spectral_radius": 1.3},
            },
        ),
        iterations=40,
        look_at=(
            "The gradient norm of the first iterations, below the loss. In “ReLU, radius 1.3” "
            "nothing is squashed: each step back multiplies the gradient by nearly 1.3 (“Shown at "
            "iteration” 0), and the first updates move the weights so far that a later gradient is "
            "larger by many powers of ten. After that the run has diverged, or it does little "
            "better than guessing."
        ),
        not_to_conclude=(
            "That a radius above 1 always explodes: with tanh the same radius does not, because "
            "tanh' shrinks what the weights amplify. Nor that radius 1 is safe: its gradient has "
            "peaks as well."
        ),
        opens_at=0,
    ),
    Preset(
        key="clip",
        name="Clipping",
        title="Clipping saves a run at learning rate 0.5, and is not needed at 0.05",
        runs=runs_of(
            TemporalOrder(length=12),
            {"cell": "rnn", "hidden_size": 24, "batch_size": 8, **_SGD},
            {
                "0.5, not clipped": {"learning_rate": 0.5},
                "0.5, clipped at 1": {"learning_rate": 0.5, "clip_norm": 1.0},
                "0.05, not clipped": {"learning_rate": 0.05},
                "0.05, clipped at 1": {"learning_rate": 0.05, "clip_norm": 1.0},
            },
        ),
        iterations=250,
        look_at=(
            "The four accuracies. At learning rate 0.5 the run without clipping is unstable and "
            "does not learn the task; the clipped one does. At 0.05 both learn it."
        ),
        not_to_conclude=(
            "That clipping always helps: at the small learning rate it clips many updates and "
            "does not change the outcome. Nor does it help against vanishing gradients."
        ),
    ),
    Preset(
        key="truncate",
        name="Truncation",
        title="The state carries what the truncated gradient does not reach",
        runs=runs_of(
            TemporalOrder(length=24),
            {"cell": "gru", "hidden_size": 16, "batch_size": 16, "learning_rate": 0.02},
            {
                "cut every 10 steps": {"truncate": 10},
                "cut every 12 steps": {"truncate": 12},
                "whole sequence": {},
            },
        ),
        iterations=200,
        look_at=(
            "How far back the gradient reaches, and which runs learn. The cuts are at fixed steps. "
            "With 10 they are at steps 10 and 20: the gradient of the answer, at step 23, goes "
            "back 3 steps and reaches neither symbol, and the task is not learned. With 12 it "
            "reaches the second symbol and never the first, and the task is learned all the "
            "same. The state crosses a cut, and the weights are shared by all steps: what they "
            "learn in order to keep the second symbol can keep the first as well."
        ),
        not_to_conclude=(
            "That a network can't learn what its gradient does not reach: with 12 it does. Nor "
            "that truncation does no harm: with 10, where the gradient reaches neither symbol, "
            "these 200 iterations are not enough."
        ),
    ),
    Preset(
        key="bias",
        name="Forget bias",
        title="Forget bias 0 against 3",
        runs=runs_of(
            DelayedRecall(length=10),
            {"cell": "lstm", "hidden_size": 24},
            {"bias 0": {"forget_bias": 0.0}, "bias 3": {"forget_bias": 3.0}},
        ),
        iterations=100,
        look_at=(
            "The gradient w.r.t. the cell state at “Shown at iteration” 0. With bias 0 the forget "
            "gates are near one half and it shrinks; with bias 3 they are nearly open and it "
            "hardly shrinks, or grows. In these 100 iterations nearly every network with bias 3 "
            "learns to recall the first symbol, and with bias 0 most do not."
        ),
        not_to_conclude=(
            "That a larger bias is always better: what is never forgotten can get in the way. And "
            "with more training, bias 0 can get there too: it starts with a shorter reach, and "
            "learns."
        ),
        opens_at=0,
    ),
    Preset(
        key="identity",
        name="ReLU, identity",
        title="ReLU: the identity as recurrent weights, against an orthogonal matrix",
        runs=runs_of(
            Adding(length=50),
            {"cell": "relu", "hidden_size": 24, "learning_rate": 0.003, "clip_norm": 1.0},
            {
                "identity": {"initial_weights": "identity"},
                "orthogonal": {"initial_weights": "orthogonal"},
            },
        ),
        iterations=600,
        look_at=(
            "The factor per step at “Shown at iteration” 0. The two runs differ only in their "
            "initial recurrent weights. The identity passes each unit's value on, and a unit that "
            "was on tends to stay on: the factor is nearly 1. An orthogonal matrix preserves every "
            "length too, but it mixes the units, so some of them are off at every step, and their "
            "part of the gradient is lost. After training, the identity has the smaller error in "
            "most runs."
        ),
        not_to_conclude=(
            "That ReLU is safe: its state is unbounded, and most gradients of this run had to be "
            "clipped. Nor that it does as well as gates: nothing here compares them. Nor that "
            "the orthogonal start can't learn it: here it is behind, and still learning."
        ),
        opens_at=0,
    ),
    Preset(
        key="shortcut",
        name="Shortcut",
        title="Attention is a way around the recurrence",
        runs=runs_of(
            DelayedRecall(length=50, asked="last step"),
            {"cell": "gru", "hidden_size": 16, "batch_size": 16, "clip_norm": 1.0},
            {"GRU with attention": {"attention": "dot"}, "GRU": {}},
        ),
        iterations=100,
        look_at=(
            "The gradient at the first step, at “Shown at iteration” 0. Only the last answer is "
            "trained, and the symbol that it needs came 49 steps before. Both runs start from the "
            "same recurrent weights. Without attention the gradient goes back through all steps, "
            "and next to nothing arrives. With attention the last answer looks at all hidden "
            "states itself, so its gradient gets to each of them in a single step: over a thousand "
            "times as much arrives. After 100 iterations the task is learned."
        ),
        not_to_conclude=(
            "That a GRU can't learn this without attention: Adam scales small gradients up, and "
            "some of the other runs learn it as well. That the way over the recurrence is unused: "
            "part of what arrives took the shortcut to a step nearby, and the recurrence from "
            "there. Nor that the largest weight lies on the first step: later states may tell the "
            "symbol, too."
        ),
        opens_at=0,
    ),
    Preset(
        key="cell",
        name="Cell path",
        title="What keeps the gradient in an LSTM: the cell path, and the paths beside it",
        runs=runs_of(
            TemporalOrder(length=50),
            {"hidden_size": 16, "batch_size": 16, "learning_rate": 0.003},
            {
                "LSTM, forget bias 3": {"cell": "lstm", "forget_bias": 3.0},
                "tanh RNN": {"cell": "rnn"},
            },
        ),
        iterations=60,
        look_at=(
            "The gradient w.r.t. the cell state of the LSTM, compared with that w.r.t. the hidden "
            "state of the RNN, at “Shown at iteration” 0 and at the end. Along the cell path it is "
            "multiplied by the forget gate at each step back, a number near 1, and by no matrix "
            "and no tanh'; the RNN's goes through both. But compare the two numbers of the LSTM: "
            "the forget gates alone would leave a part of it, and more than twice as much is "
            "measured. Most of it comes through the hidden state and the gates."
        ),
        not_to_conclude=(
            "That only the forget gate matters: see the two numbers. That an LSTM can't lose a "
            "gradient: with the forget gates at one half it falls as fast as in an RNN, or faster. "
            "Nor that a plain RNN can't keep it: with more training, some learn to."
        ),
        opens_at=0,
    ),
)
