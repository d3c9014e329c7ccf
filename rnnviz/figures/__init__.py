"""From numbers to pictures: Plotly figures, the packed bytes that the canvas draws, and files.

Each picture comes twice: `gates(trace)` is a Plotly figure, `gates_spec(trace)` the plain dict
that describes it, for the live page. `formulas` writes equations with numbers as LaTeX and HTML.
"""

from rnnviz.figures.calendar_chart import calendar_spec
from rnnviz.figures.comparison_chart import comparison_spec
from rnnviz.figures.correlation_map import correlations_spec
from rnnviz.figures.distribution_maps import distributions_spec
from rnnviz.figures.gate_maps import (
    gates_at_step_spec,
    gates_of_unit_spec,
    gates_spec,
    saturation_spec,
)
from rnnviz.figures.gradient_charts import gradient_map_spec, gradient_norms_spec
from rnnviz.figures.history_charts import accuracy_spec, loss_spec
from rnnviz.figures.marks import drawn
from rnnviz.figures.sample_chart import samples_spec
from rnnviz.figures.saturation_chart import saturation_over_training_spec
from rnnviz.figures.series_chart import forecast_spec
from rnnviz.figures.weight_maps import gate_weights_spec

calendar = drawn(calendar_spec)
comparison = drawn(comparison_spec)
forecast = drawn(forecast_spec)
gates = drawn(gates_spec)
gates_at_step = drawn(gates_at_step_spec)
gates_of_unit = drawn(gates_of_unit_spec)
samples = drawn(samples_spec)
saturation = drawn(saturation_spec)
saturation_over_training = drawn(saturation_over_training_spec)
distributions = drawn(distributions_spec)
gate_weights = drawn(gate_weights_spec)
correlations = drawn(correlations_spec)
gradient_norms = drawn(gradient_norms_spec)
gradient_map = drawn(gradient_map_spec)
loss = drawn(loss_spec)
accuracy = drawn(accuracy_spec)

__all__ = [
    "accuracy",
    "accuracy_spec",
    "calendar",
    "calendar_spec",
    "comparison",
    "comparison_spec",
    "correlations",
    "correlations_spec",
    "distributions",
    "distributions_spec",
    "forecast",
    "forecast_spec",
    "gate_weights",
    "gate_weights_spec",
    "gates",
    "gates_at_step",
    "gates_at_step_spec",
    "gates_of_unit",
    "gates_of_unit_spec",
    "gates_spec",
    "gradient_map",
    "gradient_map_spec",
    "gradient_norms",
    "gradient_norms_spec",
    "loss",
    "loss_spec",
    "samples",
    "samples_spec",
    "saturation",
    "saturation_over_training",
    "saturation_over_training_spec",
    "saturation_spec",
]
