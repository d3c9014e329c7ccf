"""Watch: a user's own training of a PyTorch model, seen as a run of the app is seen.

    watch = rnnviz.watch(model, x, y)
    for ...:                       # the user's own loop
        ...
        watch()                    # after the step of the optimiser
    watch.recording                # the traces kept so far

The weights are copied and the probe is replayed through the engine of rnnviz, forward and backward.
The model is only read: no hook, no call of `forward`, no change of its mode or its gradients.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rnnviz.engine import validation
from rnnviz.notebook import modules, probe, taken
from rnnviz.notebook.modules import GUESS, Array, array_of
from rnnviz.notebook.replay import Replay, difference
from rnnviz.recording import History, Recording, Trace

#: Bytes of traces that are kept: a notebook has more room than a visitor of a server.
MAX_BYTES = 100_000_000


def watch(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    module: Any = None,
    loss: str | probe.Gradient | None = None,
    mask: Any = None,
    every: int = 10,
    example: int = 0,
    readout: Any = GUESS,
    embedding: Any = GUESS,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    max_bytes: int = MAX_BYTES,
) -> Watch:
    """Watch the training of an `nn.LSTM`, `nn.GRU` or `nn.RNN` within a model of PyTorch.

    Parameters
    ----------
    model : torch.nn.Module
        Also one that was compiled or made parallel.
    x : array or tensor, or a callable that returns one
        The probe: the sequence on which the inside is shown. (B, T, D) if the recurrent module has
        `batch_first`, else (T, B, D), or (T, D); ids (B, T), (T, B) or (T,) where an `nn.Embedding`
        stands before it. Where something else does, x is what goes into the recurrent module, such
        as `lambda: model.features(images)`: a callable is asked for it at every trace.
    y : array or tensor, or None
        Targets as in PyTorch, of all time steps or of the last one alone: classes (-100: not
        scored), or numbers. None for no loss: states and gates without gradients.
    module : str or torch.nn.Module, or None
        Which recurrent module; None if there is only one.
    loss : str or callable, or None
        `"cross_entropy"` or `"squared_error"` of the readout, mean over the scored steps of this
        sequence; None chooses by the type of `y`. Or a function of the topmost hidden states, a
        NumPy array as the recurrent module returns it for this sequence, (1, T, H) with
        `batch_first`, else (T, 1, H), or (T, H) if x is (T, D), 2H if it is bidirectional. It
        returns dL/dh of the same shape, or the pair of loss and dL/dh.
    mask : array of bool, or None
        Which time steps are scored, for a loss with `y`; None means all.
    every
        Number of iterations between two traces; doubled whenever the recording is full.
    example
        Which sequence of x is looked at.
    readout : str or torch.nn.Module, or None
        The `nn.Linear` that sees the hidden states; None for none. By default the one that follows
        the recurrent module in the model, if there is nothing else with weights.
    embedding : str or torch.nn.Module
        The `nn.Embedding` of the ids; by default the only one.
    input_names, output_names : sequence of str, or None
        Names of the ids, or of one-hot inputs, and of the classes.
    max_bytes
        Maximum bytes of traces that are kept.

    Raises
    ------
    ValueError
        If something is missing, does not fit or is not clear.

    Notes
    -----
    Replayed is what the module computes in evaluation from a state of zero: without dropout, and
    with the whole sequence (no packing). Whether this is your model's own function,
    `Watch.difference` tells.
    """
    validation.integer("every", every, 1)
    validation.integer("max_bytes", max_bytes, 1)
    if y is None and (isinstance(loss, str) or mask is not None):
        raise ValueError("y must be the targets where there is a loss by name or a mask, got None")
    if y is not None and callable(loss):
        raise ValueError("y must be None where loss is a function: it is not handed to it")
    asks = x if callable(x) and not hasattr(x, "detach") else None
    start = array_of("x", x if asks is None else asks())
    parts = modules.find(
        model,
        module=module,
        readout=readout,
        embedding=embedding,
        ids=lambda table: probe.are_ids(start, table),
        needed=y is not None,
    )
    names = (input_names, output_names)
    replay = Replay(parts, start, asks=asks, example=example, names=names)
    if callable(loss):
        replay.ask(loss)
    elif y is not None:
        replay.score(y, loss, mask)
    return Watch(replay, every=every, max_bytes=max_bytes)


class Watch:
    """A watched model; made by `watch`, whose arguments are explained there.

    Call it once after each step of the optimiser: that counts the iterations, and keeps a trace
    where one is due. Weights that are no longer finite, or no longer have their shapes, are told in
    a warning and in `notes`; they never stop the loop.

    Attributes
    ----------
    iteration : int
        How often it was called.
    recording : Recording
        The traces kept so far, from iteration 0, before the first call, on.
    history : History
        A row for each measured iteration, also where its trace was dropped later: loss and accuracy
        on the probe, NaN where there is none.
    notes : tuple of str
        What a person should know: dropout that is left out, weights that were not finite.
    """

    def __init__(self, replay: Replay, *, every: int, max_bytes: int) -> None:
        self._replay = replay
        self.notes: tuple[str, ...] = modules.notes_of(replay.parts)
        self.iteration = 0
        self._missing = False
        self.history = History()
        self.recording = Recording(max_bytes=max_bytes)
        self.recording.thin_to(every)
        self._keep(self.trace())

    def __call__(self) -> None:
        """Count an iteration, and keep a trace where one is due."""
        self.iteration += 1
        if not self.recording.is_due(self.iteration):
            return
        try:
            trace = self.trace()
        except ValueError as error:
            self._miss(error)
            return
        if self._missing:
            self._missing = False
            self.notes += (f"from iteration {self.iteration} on traces were kept again",)
        self._keep(trace)

    def trace(self) -> Trace:
        """Measure the model on the probe, as it is now.

        Raises
        ------
        ValueError
            If its weights are not finite, or no longer have their shapes.
        """
        return self._replay.trace(self.iteration)

    def frame(self) -> pd.DataFrame:
        """Return every kept number in long form.

        Returns
        -------
        pandas.DataFrame
            Columns `iteration`, and those of `Trace.frame`.
        """
        parts = [trace.frame().assign(iteration=trace.iteration) for trace in self.recording.traces]
        whole = pd.concat(parts, ignore_index=True)
        return whole[["iteration", *whole.columns.drop("iteration")]]

    def arrays(self) -> Mapping[str, Array]:
        """Return all kept numbers by name, such as for `np.savez("run.npz", **watch.arrays())`.

        Returns
        -------
        dict of array
            With the kept iterations N in front: `iteration`, `loss` (N,), `inputs`, `outputs`
            (N, T, ...), `layer0.f` and every other gate, state and gradient (N, T, H),
            `weights.weight_ih_l0` (N, ...).
        """
        shapes = {name: each.shape for name, each in self._replay.network.parameters.items()}
        return taken.arrays_of(self.recording.traces, shapes)

    def page(self) -> str:
        """Return the moving picture as the text of one HTML file, which plays without a server."""
        return taken.page_of(self.recording.traces)

    def difference(self, outputs: Any) -> float:
        """Return how far the replay is from the model's own outputs for x: largest absolute value.

        Parameters
        ----------
        outputs : array or tensor
            `model(x)` in evaluation: of the readout, with an axis of time, or of the last step.
            Without a readout the output of the recurrent module, such as `model.lstm(x)[0]`.

        Raises
        ------
        ValueError
            If the shape does not fit.
        """
        return difference(self._replay, outputs)

    def __repr__(self) -> str:
        parts, kept = self._replay.parts, self.recording
        sizes = parts.sizes
        layers = f"{sizes.layers} layers of " if sizes.layers > 1 else ""
        both = " in each direction" if sizes.bidirectional else ""
        return (
            f"<Watch of {parts.recurrent}: {layers}{sizes.hidden_size} units{both}, "
            f"{self._replay.network.dtype}; readout {parts.readout or 'none'}; "
            f"loss {self._replay.loss}; iteration {self.iteration}, "
            f"{len(kept)} trace{'s' * (len(kept) != 1)}, one every {kept.stride} iterations, "
            f"{kept.nbytes / 1e6:.1f} MB>"
        )

    def _keep(self, trace: Trace) -> None:
        self.recording.add(trace)
        self.history.add(
            iteration=trace.iteration,
            loss=trace.loss,
            accuracy=_accuracy(trace),
            gradient_norm=math.nan,
            clipped=False,
            learning_rate=math.nan,
        )

    def _miss(self, error: ValueError) -> None:
        """Note why there is no trace, and warn of it: once, until there is one again."""
        if not self._missing:
            self._missing = True
            sentence = f"from iteration {self.iteration} on no trace was kept: {error}"
            self.notes += (sentence,)
            warnings.warn(f"rnnviz.watch: {sentence}", RuntimeWarning, stacklevel=3)


def _accuracy(trace: Trace) -> float:
    """Return the share of the scored steps whose most probable class is the target."""
    if trace.probabilities is None or not trace.target_labels or not trace.scored.any():
        return math.nan
    return float((trace.outputs.argmax(axis=1) == trace.targets)[trace.scored].mean())
