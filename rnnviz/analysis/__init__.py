"""From traces and histories to the numbers that are shown. Nothing is drawn here.

`gates` how far gates are open, `units` the order of the units and what training changed in them,
`gate_weights` the weights of each gate, `observation` a network on many sequences, `correlations`
what units correlate with; `gradients` how much of the gradient remains at earlier steps,
`gradient_course` the same over training, `theory` what theory predicts, `triangle` the gradient of
each single prediction, `jacobians` the effect of single steps on it, `updates` clipping and the
size of updates, `side_by_side` several runs, `gradient_check` the comparison with central
differences; `history` the course of training, `predictions` what the network predicts next,
`equations` one unit at one time step with every number of its equations. In `memory`: what the
states of a network hold; `fixed_points` finds the states in which it rests, `automaton` the
smallest automaton that answers as it does.
"""

from rnnviz.analysis.memory.automaton import automaton
from rnnviz.analysis.memory.fixed_points import fixed_points

__all__ = ["automaton", "fixed_points"]
