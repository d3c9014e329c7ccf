"""How long this machine takes: measured once by a server, and 1 where nobody has measured."""

from collections.abc import Callable, Iterator

import pytest

from rnnviz import RunConfig
from rnnviz.engine import Network
from rnnviz.engine.cost import learning_s
from rnnviz.tasks import GymSchedule
from rnnviz.training import PRESETS, limits, pace
from rnnviz.training.pace import measured


def clock_of(passes_s: list[float]) -> Callable[[], float]:
    """Return a clock by which the passes that are measured take these seconds."""
    ticks: Iterator[float] = iter([part for taken in passes_s for part in (0.0, taken)])
    return lambda: next(ticks)


@pytest.fixture
def of_this_machine() -> Iterator[None]:
    """Let a test change the pace."""
    yield
    pace.keep(1.0)


def estimate_s() -> float:
    net = Network(cell="lstm", input_size=4, hidden_size=pace._HIDDEN, output_size=4)
    return learning_s(net.architecture, pace._STEPS, pace._BATCH)


def test_the_pace_is_what_the_least_disturbed_pass_takes_beside_the_estimate():
    taken = [factor * estimate_s() for factor in (2.0, 1.5, 9.0, 1.4, 1.6)]
    assert measured(clock_of(taken)) == pytest.approx(1.4)


@pytest.mark.parametrize(("factor", "kept"), [(100.0, 3.0), (1e-4, 0.3)])
def test_what_no_machine_takes_is_a_disturbance(factor, kept):
    taken = [factor * estimate_s()] * 5
    assert measured(clock_of(taken)) == kept


@pytest.mark.usefixtures("of_this_machine")
def test_a_slow_machine_refuses_what_would_hold_the_turn_for_too_long():
    run = (RunConfig(hidden_size=64, batch_size=64), GymSchedule(length=60))
    before = limits.turn_ms(*run)
    assert limits.MOST_TURN_MS / 3 < before < limits.MOST_TURN_MS

    pace.keep(3.0)

    assert limits.turn_ms(*run) == pytest.approx(3 * before)
    assert not limits.fits(run)


@pytest.mark.usefixtures("of_this_machine")
def test_how_many_sequences_are_scored_does_not_depend_on_the_machine():
    config, task = RunConfig(hidden_size=64), GymSchedule(length=100, missed=0.2)
    architecture = limits.architecture_of(config, task)
    before = limits.evaluated(architecture, task)[0].x.shape
    pace.keep(3.0)
    assert limits.evaluated(architecture, task)[0].x.shape == before


@pytest.mark.usefixtures("of_this_machine")
def test_the_opening_run_and_every_preset_are_allowed_on_the_slowest_machine():
    pace.keep(3.0)
    limits.check_runs((RunConfig(), GymSchedule()))
    for preset in PRESETS:
        limits.check_runs(*((config, task) for _, config, task in preset.runs))
