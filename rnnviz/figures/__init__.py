"""From numbers to pictures: Plotly figures, and the packed bytes that the canvas draws.

Each picture comes in two forms: `gates(trace)` is a Plotly figure, `gates_spec(trace)` the plain
dict that describes it, for the live page. `formulas` writes equations with numbers as LaTeX and
HTML.
"""

# Not used here: notebooks know it by this name as well.
from rnnviz import export
from rnnviz.figures.answer_map import answer_map_spec
from rnnviz.figures.at_once_charts import sweep_errors_spec
from rnnviz.figures.attention_map import attention_spec
from rnnviz.figures.automaton import automaton, automaton_spec, true_automaton, truth_spec
from rnnviz.figures.calendar_chart import calendar_spec
from rnnviz.figures.comparison_chart import comparison_spec
from rnnviz.figures.correlation_map import correlations_spec
from rnnviz.figures.distribution_maps import distributions_spec
from rnnviz.figures.eigenvalue_charts import eigenvalues_spec
from rnnviz.figures.fixed_point_charts import births_spec, fixed_points_spec
from rnnviz.figures.gate_maps import (
    gates_at_step_spec,
    gates_of_unit_spec,
    gates_spec,
    saturation_spec,
)
from rnnviz.figures.gradient_charts import gradient_norms_spec
from rnnviz.figures.history_charts import accuracy_spec, loss_spec
from rnnviz.figures.jacobian_charts import slope_map_spec, step_shares_spec, step_values_spec
from rnnviz.figures.lag_charts import (
    contenders_spec,
    course_spec,
    lag_map_spec,
    runs_spec,
    way_back_spec,
)
from rnnviz.figures.sample_chart import samples_spec
from rnnviz.figures.saturation_chart import saturation_cloud_spec
from rnnviz.figures.series_chart import forecast_spec
from rnnviz.figures.spec import drawn
from rnnviz.figures.time_constant_charts import time_constants_spec
from rnnviz.figures.triangle_chart import triangle_row_spec, triangle_spec
from rnnviz.figures.update_charts import gradient_norm_spec, updates_spec
from rnnviz.figures.weight_maps import gate_weights_spec

attention = drawn(attention_spec)
answer_map = drawn(answer_map_spec)
births = drawn(births_spec)
calendar = drawn(calendar_spec)
comparison = drawn(comparison_spec)
eigenvalues = drawn(eigenvalues_spec)
fixed_points = drawn(fixed_points_spec)
forecast = drawn(forecast_spec)
gates = drawn(gates_spec)
gates_at_step = drawn(gates_at_step_spec)
gates_of_unit = drawn(gates_of_unit_spec)
samples = drawn(samples_spec)
saturation = drawn(saturation_spec)
saturation_cloud = drawn(saturation_cloud_spec)
distributions = drawn(distributions_spec)
gate_weights = drawn(gate_weights_spec)
correlations = drawn(correlations_spec)
gradient_norms = drawn(gradient_norms_spec)
loss = drawn(loss_spec)
accuracy = drawn(accuracy_spec)
contenders = drawn(contenders_spec)
course = drawn(course_spec)
gradient_norm = drawn(gradient_norm_spec)
slope_map = drawn(slope_map_spec)
runs = drawn(runs_spec)
lag_map = drawn(lag_map_spec)
step_shares = drawn(step_shares_spec)
step_values = drawn(step_values_spec)
sweep_errors = drawn(sweep_errors_spec)
time_constants = drawn(time_constants_spec)
triangle = drawn(triangle_spec)
triangle_row = drawn(triangle_row_spec)
updates = drawn(updates_spec)
way_back = drawn(way_back_spec)

__all__ = [
    "accuracy",
    "accuracy_spec",
    "answer_map",
    "answer_map_spec",
    "attention",
    "attention_spec",
    "automaton",
    "automaton_spec",
    "births",
    "births_spec",
    "calendar",
    "calendar_spec",
    "comparison",
    "comparison_spec",
    "contenders",
    "contenders_spec",
    "correlations",
    "correlations_spec",
    "course",
    "course_spec",
    "distributions",
    "distributions_spec",
    "eigenvalues",
    "eigenvalues_spec",
    "export",
    "fixed_points",
    "fixed_points_spec",
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
    "gradient_norm",
    "gradient_norm_spec",
    "gradient_norms",
    "gradient_norms_spec",
    "lag_map",
    "lag_map_spec",
    "loss",
    "loss_spec",
    "runs",
    "runs_spec",
    "samples",
    "samples_spec",
    "saturation",
    "saturation_cloud",
    "saturation_cloud_spec",
    "saturation_spec",
    "slope_map",
    "slope_map_spec",
    "step_shares",
    "step_shares_spec",
    "step_values",
    "step_values_spec",
    "sweep_errors",
    "sweep_errors_spec",
    "time_constants",
    "time_constants_spec",
    "triangle",
    "triangle_row",
    "triangle_row_spec",
    "triangle_spec",
    "true_automaton",
    "truth_spec",
    "updates",
    "updates_spec",
    "way_back",
    "way_back_spec",
]
