"""Timing of contenders that take turns: what else the machine does then counts for all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

Iteration = Callable[[], Any]


def in_turn(contenders: list[Iteration], seconds: float) -> list[list[float]]:
    """Time the contenders in turn; return the seconds per iteration of each round."""
    counts = []
    for contender in contenders:
        contender()
        start = time.process_time()
        contender()
        counts.append(max(1, round(0.01 / max(1e-6, time.process_time() - start))))
    rounds: list[list[float]] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(rounds) < 5:
        rounds.append([timed(c, n) for c, n in zip(contenders, counts, strict=True)])
    return rounds


def timed(contender: Iteration, count: int) -> float:
    """Return the seconds per iteration."""
    start = time.process_time()
    for _ in range(count):
        contender()
    return (time.process_time() - start) / count


def ratio(rounds: list[list[float]], other: int) -> float:
    """Return the median over the rounds of the other's time over the first one's."""
    return statistics.median(times[other] / times[0] for times in rounds)


def median_us(rounds: list[list[float]]) -> float:
    """Return the median time of the first contender, in microseconds."""
    return 1e6 * statistics.median(times[0] for times in rounds)
