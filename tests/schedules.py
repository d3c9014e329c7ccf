"""The simplest schedule, for tests whose numbers are to be known by hand."""

from __future__ import annotations

from typing import Any

from rnnviz.tasks import GymSchedule
from rnnviz.tasks.gym import THREE_DAYS


def three_days(
    exercises: tuple[str, ...] = THREE_DAYS, length: int = 14, *rest: Any, **settings: Any
) -> GymSchedule:
    """Make a schedule of three exercises, two weeks long where nothing else is said."""
    return GymSchedule(exercises, length, *rest, **settings)
