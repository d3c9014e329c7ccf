"""rnnviz: a small recurrent network that trains while every gate, state and gradient is seen.

>>> trainer = rnnviz.Trainer(rnnviz.RunConfig(task="gym", cell="lstm", hidden_size=16))
>>> trainer.advance(iterations=200)
200
>>> rnnviz.show(trainer)  # in a notebook
>>> rnnviz.figures.gates(trainer.trace()).show()
>>> rnnviz.open(trainer.link()).iteration
200
"""

from rnnviz import export, figures, link
from rnnviz.link import open_link as open
from rnnviz.notebook.show import show
from rnnviz.notebook.watch import watch
from rnnviz.recording import LayerTrace, Trace
from rnnviz.sweeps import sweep
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.race import Lane, Race

__version__ = "0.1.0"

__all__ = [
    "Lane",
    "LayerTrace",
    "Race",
    "RunConfig",
    "Trace",
    "Trainer",
    "export",
    "figures",
    "link",
    "open",
    "show",
    "sweep",
    "watch",
]
