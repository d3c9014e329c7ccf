"""From traces and histories to the numbers that are shown. Nothing is drawn here.

`gates` how far gates are open, `units` their order and what training changed in them,
`gate_weights` what they weigh, `observation` a network on many sequences, `correlations` what units
follow; `gradients` what is left of the gradient at earlier steps, `gradient_course` the same over
training, `theory` what theory predicts, `triangle` what each prediction sends back, `jacobians`
what single steps do to it, `updates` clipping and the size of updates, `side_by_side` several runs,
`gradient_check` the proof by central differences; `history` the course of training, `predictions`
what the network says comes next, `equations` one unit at one time step with every number of its
formulas.
"""
