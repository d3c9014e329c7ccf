"""What the pages show, without the pages: charts with captions, tables and files.

A view takes a `Scene`, which is a trainer, one of its traces and what is asked for, and gives a
`Panel`. The pages draw it, and so can a notebook:

>>> import plotly.graph_objects as go
>>> import rnnviz
>>> from rnnviz.views import gates, gradients
>>> trainer = rnnviz.Trainer(rnnviz.RunConfig(task="order", cell="lstm", hidden_size=4))
>>> trainer.advance(iterations=20)
20

The forget gates of all units over training, at the last time step:

>>> trace = trainer.trace()
>>> scene = gates.GateScene(trainer, trace, letters=("f",), step=trace.steps - 1)
>>> (chart,) = gates.training_of_one_step(scene).charts
>>> chart.caption
'Forget gate at time step 19, from iteration 0 to 20: unit 2 changed most, ...'
>>> figure = go.Figure(chart.figure)

What is left of the gradient with respect to the cell state, on its way back:

>>> scene = gradients.GradientScene(trainer, trace, by="c")
>>> panel = gradients.view("Over the lag", scene)
>>> panel.charts[1].caption
'What is left 19 steps back: 3.5 % at iteration 0, 25 % at iteration 20.'
>>> [(number.label, number.text) for number in gradients.readings(scene)]
[('Factor per step, cell state', '×0.93'), ('Reach', '19 of 19 steps'), ...]

The titles of all views of the gradient are the keys of `gradients.VIEWS`.
"""

from rnnviz.views.panel import Panel, Table
from rnnviz.views.scene import Scene

__all__ = ["Panel", "Scene", "Table"]
