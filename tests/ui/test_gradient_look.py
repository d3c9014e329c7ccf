"""Measurements of the laboratory are made when they are asked for, and paced while it trains."""

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.ui.gradients.look import GradientChoices, look, scene_of
from rnnviz.ui.gradients.numbers import as_html
from rnnviz.ui.shell import inspection
from rnnviz.ui.shell.inspection import Pace
from rnnviz.views import gradients
from rnnviz.views.gradients import Reading
from rnnviz.views.panel import Panel
from rnnviz.visit import Visit

CHOICES = GradientChoices("Over the lag", 0, "h")


@pytest.fixture
def measured(monkeypatch):
    """Count the looks, and let each take a second of a clock that stands still otherwise."""
    looks, clock = [], [0.0]

    def seen(scene):
        looks.append(scene.trace.iteration)
        clock[0] += 1.0
        return Panel(sentence=str(len(looks)))

    monkeypatch.setitem(gradients.VIEWS, "Over the lag", seen)
    monkeypatch.setitem(gradients.VIEWS, "Jacobians", seen)
    monkeypatch.setattr(inspection.time, "monotonic", lambda: clock[0])
    return looks, clock


def playing() -> Visit:
    visit = Visit(Trainer(RunConfig(hidden_size=3)))
    visit.play()
    return visit


def test_at_rest_everything_is_measured_anew(measured):
    looks, _ = measured
    visit, pace = Visit(Trainer(RunConfig(hidden_size=3))), Pace()
    for _ in range(3):
        look(visit, CHOICES, pace)
    assert len(looks) == 3


def test_while_it_trains_measuring_takes_its_share_of_the_time_and_no_more(measured):
    looks, clock = measured
    visit, pace = playing(), Pace(share=0.2)
    while clock[0] < 100:
        look(visit, CHOICES, pace)
        clock[0] += 0.1
    assert len(looks) == pytest.approx(20, abs=2)


def test_runs_side_by_side_are_looked_at_once_a_second_however_quick_that_is(measured, monkeypatch):
    _, clock = measured
    looks = []
    monkeypatch.setitem(
        gradients.VIEWS, "Side by side", lambda _: looks.append(clock[0]) or Panel()
    )
    visit, pace = playing(), Pace()
    while clock[0] < 10:
        look(visit, GradientChoices("Side by side", 0, "h"), pace)
        clock[0] += 0.125
    assert looks == list(range(10))


def test_another_wish_is_answered_at_once(measured):
    looks, _ = measured
    visit, pace = playing(), Pace()
    look(visit, CHOICES, pace)
    look(visit, CHOICES, pace)
    look(visit, GradientChoices("Jacobians", 0, "h"), pace)
    assert len(looks) == 2


def test_the_scene_follows_training_until_one_rewinds():
    visit = Visit(Trainer(RunConfig(hidden_size=3)))
    visit.trainer.advance(iterations=4)
    assert scene_of(visit, CHOICES).trace.iteration == 4
    visit.rewind_to(2)
    for toggle in (visit.pause, visit.play):
        toggle()
        assert scene_of(visit, CHOICES).trace.iteration == 2


def test_rewinding_while_it_trains_is_answered_at_once(measured):
    looks, _ = measured
    visit, pace = playing(), Pace()
    visit.trainer.advance(iterations=4)
    for iteration in (None, None, 2, 2):
        visit.rewind_to(iteration)
        look(visit, CHOICES, pace)
    assert looks == [4, 2]


def test_large_numbers_are_text_and_never_markup():
    written = as_html([Reading("<b>Reach</b>", "1 < 2", 'says "so"', np.array([1.0, 2.0]))])
    assert "<b>" not in written
    assert "1 &lt; 2" in written
    assert "&quot;so&quot;" in written


def test_the_course_of_a_number_rises_from_the_lowest_bar_to_the_highest():
    bars = as_html([Reading("a", "1", "", np.array([np.nan, 1.0, 2.0, 8.0]))])
    assert "▁▂█" in bars
    assert "spark" not in as_html([Reading("a", "1", "", np.array([np.nan, 1.0]))])
