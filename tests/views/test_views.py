"""What the pages show can be had in a notebook, where no page and no visitor is."""

import doctest

import pytest

from rnnviz import RunConfig, Trainer, views
from rnnviz.engine import CELLS, spec_of
from rnnviz.figures.gate_maps import drawn_as_maps
from rnnviz.training.side_by_side import SideBySide
from rnnviz.views import gates, gradients


def trained(cell="lstm", **settings):
    trainer = Trainer(RunConfig(task="order", cell=cell, hidden_size=3, **settings))
    trainer.advance(iterations=5)
    return trainer


def test_the_example_for_notebooks_gives_what_it_says():
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    done = doctest.testmod(views, optionflags=flags)
    assert done.attempted > 5
    assert not done.failed


@pytest.mark.parametrize("cell", CELLS)
def test_every_view_of_gates_shows_every_cell(cell):
    trainer, maps = trained(cell, layers=2), drawn_as_maps(cell)
    for view, letters in (
        (gates.time_steps, maps),
        (gates.training_of_one_step, maps),
        (gates.training_of_one_unit, maps),
        (gates.distribution, maps),
        (gates.weights, gates.weighed_in(cell)),
        (gates.follows, ["h"]),
        (gates.saturation, gates.gates_of(cell)),
        (gates.attention, gates.hides_attention(cell)),
    ):
        scene = gates.GateScene(trainer, trainer.trace(), 1, letters=tuple(letters), unit=1)
        panel = view(scene)
        assert bool(panel.charts) == bool(letters)
        assert all(chart.figure["data"] and chart.caption for chart in panel.charts)
        if panel.file is not None:
            assert not panel.file[1]().empty


def test_the_view_of_attention_shows_what_there_is_and_else_says_what_to_choose():
    def view_of(cell, **settings):
        trainer = trained(cell, layers=2, **settings)
        return gates.attention(gates.GateScene(trainer, trainer.trace(), 1, letters=()))

    both = view_of("lstm", attention="dot")
    assert [each["name"] for each in both.charts[0].figure["data"]] == [
        "learned attention", "hidden in the forget gate, mean of all units",
    ]  # fmt: skip
    assert not both.sentence
    gate = view_of("gru")
    assert len(gate.charts[0].figure["data"]) == 1
    assert "no attention: choose a kind of it in the sidebar" in gate.sentence
    learned = view_of("relu", attention="general")
    assert len(learned.charts[0].figure["data"]) == 1
    assert "Or choose the cell GRU or LSTM" in view_of("rnn").sentence
    assert "no states to look back at" in view_of("mlp", attention="dot").sentence


@pytest.mark.parametrize("cell", CELLS)
def test_every_view_of_the_gradient_shows_every_cell_or_says_why_not(cell):
    trainer = trained(cell)
    for letter in ("c", "h") if spec_of(cell).has_cell_state else ("h",):
        scene = gradients.GradientScene(trainer, trainer.trace(), by=letter)
        for title in gradients.VIEWS:
            panel = gradients.view(title, scene)
            begun_by_a_press = title in ("Side by side", "Check")
            nothing = begun_by_a_press or gradients.has_nothing_to_show(title, cell)
            assert bool(panel.charts) != nothing
            assert panel.charts or panel.sentence
        assert bool(gradients.readings(scene)) == spec_of(cell).is_recurrent


def test_an_earlier_iteration_is_marked_on_the_axis_of_training_and_the_newest_is_not():
    trainer = trained()
    newest = gradients.GradientScene(trainer, trainer.trace())
    earlier = gradients.GradientScene(trainer, trainer.recording.at(2))
    assert newest.rewound_to is None
    assert earlier.rewound_to == 2


def test_the_newest_trace_takes_the_place_of_the_kept_one_of_the_same_iteration():
    trainer = trained()
    scene = gates.GateScene(trainer, trainer.trace(), letters=("f",))
    assert [trace.iteration for trace in scene.traces] == [0, 1, 2, 3, 4, 5]
    assert scene.traces[-1] is trainer.trace()


def test_gates_that_were_not_counted_over_training_are_counted_when_they_are_looked_at():
    trainer = trained()
    panel = gates.saturation(gates.GateScene(trainer, trainer.trace(), letters=("f",), unit=0))
    assert set(panel.file[1]()["iteration"]) == set(range(6))


def test_runs_of_unequal_length_are_looked_at_at_an_iteration_that_all_have():
    begun = trained()
    named = [(name, begun.config, begun.task) for name in ("one", "two")]
    runs = SideBySide(named, iterations=4)
    one, two = runs.trainers.values()
    one.advance(iterations=4)
    two.advance(iterations=2)
    assert gradients.looked_at(runs, None) == 2
    assert gradients.looked_at(runs, 1) == 1
    two.advance(iterations=2)
    assert gradients.looked_at(runs, None) is None
