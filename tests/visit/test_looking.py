"""What is looked at on a visit, without a page, and what its pages keep."""

import pytest

from rnnviz.visit import Replay, View
from tests.visit.small import started, train


def test_what_is_looked_at_is_told_in_one_piece(visit):
    visit.open_page("gates")
    visit.look_at(name="Time steps", layer=0, time_step=2)
    visit.select_unit(1, 0)
    visit.rewind_to(0)

    assert visit.looked_at == View(
        page="gates",
        name="Time steps",
        layer=0,
        time_step=2,
        unit=1,
        unit_layer=0,
        shown_iteration=0,
    )


def test_another_page_has_views_of_its_own(visit):
    visit.open_page("gates")
    visit.look_at(name="Time steps")
    visit.open_page("gates")
    assert visit.looked_at.name == "Time steps"

    visit.open_page("gradients")
    assert visit.looked_at.name == ""


def test_a_page_that_is_drawn_shows_all_that_has_changed(visit):
    visit.outdate_page()
    visit.open_page("studio")
    assert not visit.page_is_old
    assert visit.page_runs == 1


@pytest.mark.parametrize(
    ("unit", "layer"), [(3, 0), (0, 1), (-1, 0), (True, 0), ("1", 0), (1.0, 0), (1, None)]
)
def test_what_is_no_unit_changes_nothing(visit, unit, layer):
    visit.select_unit(2, 0)
    visit.select_unit(unit, layer)
    assert visit.selected == (0, 2)

    visit.select_unit(None, layer)
    assert visit.selected is None


def test_the_trace_that_is_shown_is_the_newest_or_the_one_rewound_to(visit):
    started(visit)
    assert visit.shown_trace().iteration == 3
    visit.rewind_to(1)
    assert visit.shown_trace().iteration == 1
    visit.follow()
    assert visit.shown_trace().iteration == 3


def test_a_replay_shows_every_kept_iteration_and_then_the_newest(visit):
    kept = started(visit).trainer.recording.iterations
    visit.replay()
    assert isinstance(visit.job, Replay)

    shown = []
    while visit.busy:
        train(visit)
        shown.append(visit.looked_at.shown_iteration)
    assert shown == [*kept, None]


def test_the_gradient_is_checked_at_the_iteration_that_is_shown(visit):
    started(visit).rewind_to(1)
    visit.check_gradient(1)
    while visit.busy:
        train(visit)

    assert visit.gradient_check.trace.iteration == 1
    assert visit.gradient_check.done


def test_saturation_is_counted_once_for_a_layer(visit):
    first = visit.saturation_of(0)
    assert visit.saturation_of(0) is first
    visit.start_pictures_anew()
    assert visit.saturation_of(0) is not first


# ---------------------------------------------------------------------- pages


def test_what_a_page_keeps_is_made_once_and_forgotten_with_the_visit(visit):
    kept = visit.part(list)
    kept.append("a draft")
    assert visit.part(list) == ["a draft"]
    assert visit.part(dict) == {}

    visit.forget()
    assert visit.is_forgotten
    assert visit.needs_mb == 0.0


def test_controls_made_anew_are_counted(visit):
    visit.refuse("too much")
    visit.keep_controls()
    assert (visit.controls, visit.controls_are_old) == (0, False)

    visit.refuse("too much")
    visit.renew_controls()
    assert (visit.controls, visit.controls_are_old) == (1, False)


def test_the_sweep_is_where_it_was_left_as_long_as_the_run_and_the_probe_are_the_same(visit):
    assert visit.swept is None
    visit.sweep_to(1)
    visit.open_page("gates")
    assert visit.swept == 1
    visit.sweep_to(10**6)
    assert visit.swept is None
    visit.sweep_to(1)
    visit.start_pictures_anew()
    assert visit.swept is None
