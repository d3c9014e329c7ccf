"""Every cell is right by its own spec, and everything that shows a cell shows it."""

import json

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer, export, figures
from rnnviz.analysis.equations import Where, stages
from rnnviz.analysis.guide import guide
from rnnviz.analysis.jacobians import (
    shares,
    slopes,
    slopes_sentence,
    spectra,
    step_values,
    values_sentence,
)
from rnnviz.analysis.theory import way_back, way_back_sentence
from rnnviz.engine import CELLS, Hold, Network, StepMap, gradient_check, spec_of
from rnnviz.engine.cost import buffer_bytes, learning_s
from rnnviz.figures import standalone
from rnnviz.figures.palette import QUANTITIES
from rnnviz.figures.picture import pack
from rnnviz.training.config import CHOICE_LABELS
from rnnviz.training.limits import architecture_of
from rnnviz.training.pair import usual_companion
from rnnviz.training.side_by_side import other_cells
from rnnviz.ui.gates import views as gates_page
from rnnviz.views import gradients
from tests.pages.conftest import control, installed_components, open_app, visit_of  # noqa: F401


@pytest.fixture(params=CELLS)
def cell(request):
    return request.param


def trained(cell, iterations=2, layers=1):
    trainer = Trainer(RunConfig(task="order", cell=cell, hidden_size=4, layers=layers, seed=1))
    trainer.advance(iterations=iterations)
    return trainer


def around(trace):
    """Return the recorded quantities of all steps, and of the steps before them."""
    now = trace.layers[-1].quantities()
    before = {name: np.vstack([0 * values[:1], values[:-1]]) for name, values in now.items()}
    return now, before


def test_gradients_are_those_of_central_differences(cell):
    net = Network(cell=cell, input_size=2, hidden_size=3, output_size=3, layers=2)
    generator = np.random.default_rng(0)
    net.flat += generator.normal(0, 0.3, net.flat.shape)
    x, y = generator.normal(size=(4, 2, 2)), generator.integers(0, 3, (4, 2))

    assert max(gradient_check(net, x, y).values()) < 1e-6

    for gate in CELLS[cell].holdable():
        net.intervene(Hold(gate, 0.5, units=(1,)))
        assert max(gradient_check(net, x, y).values()) < 1e-6


def test_the_map_of_a_step_has_the_jacobian_of_central_differences(cell):
    net = Network(cell=cell, input_size=2, hidden_size=3, output_size=3, layers=2)
    generator = np.random.default_rng(0)
    net.flat += generator.normal(0, 0.3, net.flat.shape)
    if not CELLS[cell].state_names:
        with pytest.raises(ValueError, match="no state that goes from step to step"):
            StepMap(net)
        return
    at = StepMap(net)
    states, inputs = generator.normal(size=(2, at.size)), generator.normal(size=(2, 2))
    expected = [
        (at.step(states + nudge, inputs) - at.step(states - nudge, inputs)) / 2e-6
        for nudge in 1e-6 * np.eye(at.size)
    ]
    np.testing.assert_allclose(at.jacobians(states, inputs), np.stack(expected, 2), atol=1e-8)


def test_the_spec_names_what_is_recorded_and_drawn(cell):
    spec, trace = spec_of(cell), trained(cell).trace()
    letters = [quantity.letter for quantity in spec.quantities]

    assert sorted(gate.letter for gate in spec.gates) == sorted(CELLS[cell].gates)
    assert set(trace.gates) == {gate.letter for gate in spec.gates}
    assert spec.has_cell_state == (trace.c is not None)
    assert sorted(spec.rows) == sorted(letters)
    assert sorted([*spec.formulas, *spec.squashed]) == sorted(letters)
    assert spec.is_recurrent == bool(CELLS[cell].state_names)
    colours = [quantity.colour for quantity in QUANTITIES[cell].values()]
    assert len(set(colours)) == len(colours)


def test_labels_tell_cells_apart_and_a_letter_means_one_thing():
    labels = [cell.spec.label for cell in CELLS.values()]
    assert len(set(labels)) == len(labels)
    gates = {(gate.letter, gate.label) for cell in CELLS.values() for gate in cell.spec.gates}
    assert len(gates) == len({letter for letter, _ in gates})


def test_formulas_give_what_is_recorded(cell):
    spec, (now, before) = spec_of(cell), around(trained(cell).trace())
    for letter in spec.formulas:
        np.testing.assert_allclose(spec.value(letter, now, before), now[letter], atol=1e-12)


def test_squashed_rows_stay_in_the_range_of_their_function(cell):
    spec, (now, _) = spec_of(cell), around(trained(cell).trace())
    for letter, squashed in spec.squashed.items():
        low = {"σ": 0, "tanh": -1, "ReLU": 0}[squashed.function]
        assert (now[letter] >= low).all()
        assert squashed.function == "ReLU" or (now[letter] <= 1).all()


def test_the_valve_is_the_slope_of_the_direct_path(cell):
    spec, (now, before) = spec_of(cell), around(trained(cell).trace())
    if spec.valve is None:
        return
    more = {**before, spec.belt: before[spec.belt] + 1}
    by_belt = spec.value(spec.belt, now, more) - spec.value(spec.belt, now, before)
    np.testing.assert_allclose(by_belt, now[spec.valve], atol=1e-12)


def test_the_number_of_parameters_is_that_of_the_shapes(cell):
    for D, H in ((3, 4), (7, 5)):
        shapes = CELLS[cell].shapes(D, H)
        assert spec_of(cell).parameters.count(D, H) == sum(map(np.prod, shapes.values()))


def test_costs_are_told_before_it_is_made(cell):
    trainer = trained(cell)
    architecture = architecture_of(trainer.config, trainer.task)
    assert buffer_bytes(architecture, 20, 8) > 0
    assert learning_s(architecture, 20, 8) > 0


def test_every_figure_and_sentence_takes_it(cell):
    trainer = trained(cell, layers=2)
    trace, net = trainer.trace(), trainer.network

    assert (slopes(trace) >= 0).all()
    assert (slopes(trace) <= 1).all()
    assert slopes_sentence(trace)
    assert guide(trainer, playing=False)
    figures.gates(trace)
    figures.saturation(trace)
    figures.slope_map(trace)
    figures.step_shares(shares(trace), cell)
    values = step_values(trace, net)
    figures.step_values(values)
    assert values_sentence(values, spectra(net), cell)
    way = way_back(trace, net)
    figures.way_back(way)
    by_gates = [line for line in way.estimates if line.source.endswith("alone")]
    assert bool(by_gates) == (spec_of(cell).valve is not None)
    for letter in ("c", "h") if spec_of(cell).has_cell_state else ("h",):
        assert way_back_sentence(way, letter)


def test_the_packet_tells_the_canvas_how_it_is_computed(cell):
    packet = pack([trained(cell).trace()])
    header = json.loads(packet[4 : 4 + int.from_bytes(packet[:4], "little")])
    diagram = header["diagram"]
    assert "".join(diagram["rows"]) == spec_of(cell).rows
    assert set(diagram["rows"]) == {quantity["letter"] for quantity in header["quantities"]}
    assert set(diagram["formulas"]) | set(diagram["squashed"]) == set(diagram["rows"])
    assert diagram["belt"] is None or diagram["belt"] in diagram["rows"]
    assert diagram["valve"] is None or diagram["valve"] in diagram["rows"]


def test_it_stands_side_by_side_with_the_others(cell):
    trainer = trained(cell)
    runs = other_cells(trainer.config, trainer.task, CHOICE_LABELS)
    assert (cell in [config.cell for _, config, _ in runs]) == spec_of(cell).is_recurrent


def test_its_equations_are_explained_or_a_sentence_says_that_they_are_not(cell):
    trainer = trained(cell)
    asked = (trainer.trace(), trainer.network.architecture, Where(0, 1, 2), "forward")
    if spec_of(cell).explained_by:
        assert stages(*asked)
    else:
        with pytest.raises(ValueError, match="No explanation is written yet"):
            stages(*asked)


def test_a_window_is_for_cells_without_memory(cell):
    run = Trainer(RunConfig(task="order", cell=cell, hidden_size=4, window=3))
    assert run.network.architecture.window == (1 if spec_of(cell).is_recurrent else 3)


def test_another_cell_stands_beside_it_usually(cell):
    assert usual_companion(cell) in {*CELLS} - {cell}


def test_it_goes_into_every_file(cell):
    taken = export.snapshot(trained(cell))
    for made in (export.npz, export.csv):
        assert len(export.finished(made(taken))) > 1000
    assert spec_of(cell).label in standalone.page(taken, "")


@pytest.mark.parametrize("page", ["studio", "task"])
def test_every_page_shows_it(open_app, cell, page):  # noqa: F811
    assert_fine(open_app(page, trained(cell)))


@pytest.mark.parametrize(("page", "key", "views"), [
    ("gates", "gate_view", tuple(gates_page.VIEWS)),
    ("gradients", "gradient_view", tuple(gradients.VIEWS)),
    ("equations", "equation_direction", None),
])  # fmt: skip
def test_every_view_of_every_page_shows_it(open_app, cell, page, key, views):  # noqa: F811
    app = assert_fine(open_app(page, trained(cell)))
    for view in views or control(app, key).options:
        assert_fine(control(app, key).set_value(view).run())


def test_it_is_compared_and_checked_at_the_press_of_a_button(open_app, cell):  # noqa: F811
    app = open_app("gradients", trained(cell))
    control(app, "gradient_view").set_value("Side by side").run()
    assert_fine(app.button(key="compare").click().run())
    while visit_of(app).job is not None:
        assert_fine(app.run())
    control(app, "gradient_view").set_value("Check").run()
    assert_fine(app.button(key="check").click().run())
    while visit_of(app).job is not None:
        assert_fine(app.run())
    assert visit_of(app).gradient_check.done


def test_any_network_can_stand_beside_it_in_the_studio(open_app, cell):  # noqa: F811
    app = open_app("studio", trained(cell))
    control(app, "beside").set_value(usual_companion(cell)).run()
    assert_fine(app.button(key="step").click().run())
    assert visit_of(app).pair.level


def assert_fine(app):
    assert not app.exception
    assert not app.error
    return app


def test_it_can_attend_or_says_why_not(cell):
    settings = {"cell": cell, "input_size": 2, "hidden_size": 3, "output_size": 3}
    if not spec_of(cell).is_recurrent:
        with pytest.raises(ValueError, match="attention is only for the cell"):
            Network(**settings, attention="dot")
        return
    net = Network(**settings, attention="dot")
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(4, 2, 2)), generator.integers(0, 3, (4, 2))
    assert max(gradient_check(net, x, y).values()) < 1e-6


def test_the_page_shows_its_attention(open_app, cell):  # noqa: F811
    config = RunConfig(task="order", cell=cell, hidden_size=4, seed=1, attention="dot")
    trainer = Trainer(config)
    trainer.advance(iterations=2)
    app = assert_fine(open_app("gates", trainer))
    control(app, "gate_view").set_value("Attention").run()
    assert_fine(app)
