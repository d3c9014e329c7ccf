"""Turns at the processor: one session computes at a time; the one that has used least is next.

NumPy releases and takes Python's interpreter lock around every operation; when several sessions
train at once, switching between them costs more than the work. So a session waits for its turn,
computes for a short slice, draws, and lets the next one in. All visitors of the process share the
turns.

Turns are not equally long: one iteration of a large network takes as long as a hundred of a small
one. In the order of arrival, a visitor with a small network would wait for every large one in turn.
So the time counts and not the number of turns, as in start-time fair queueing (Goyal, Vin and Cheng
1996): each session has a clock that runs while it holds the turn, and the session whose clock shows
the least time is next. An idle session does not save up time, and nobody waits for long.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

#: Seconds that a session computes per tick if it is the only one.
LONGEST_SLICE_S = 0.08
#: Minimum seconds that a session computes per tick if there are many.
SHORTEST_SLICE_S = 0.004
#: Seconds of training of all sessions together in the time of one tick.
SHARED_SLICE_S = 0.08
#: A session that has not asked for a turn for this long no longer counts.
FORGET_AFTER_S = 2.0
#: A session that has waited for this long is next, however much it has computed.
LONGEST_WAIT_S = 1.0


@dataclass(eq=False)
class _Waiting:
    """A session that is waiting for its turn.

    Parameters
    ----------
    session
        Its identity.
    came
        When it began to wait, by the monotonic clock, in seconds.
    at_least
        Minimum of its clock: that of the session that held the turn when it came.
    """

    session: int
    came: float
    at_least: float
    may_go: threading.Event = field(default_factory=threading.Event)


class Turns:
    """Lets one session in at a time: the one that has used the least time so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: list[_Waiting] = []
        self._is_held = False
        self._clock = 0.0
        self._clocks: dict[int, float] = {}
        self._last_seen: dict[int, float] = {}

    @property
    def waiting(self) -> int:
        """Number of sessions that are waiting for their turn."""
        with self._lock:
            return len(self._queue)

    @contextmanager
    def turn(self, session: object) -> Iterator[float]:
        """Wait for a session's turn, hold it, and pass it on at the end of the block.

        Parameters
        ----------
        session
            The session that asks; used as an identity only.

        Yields
        ------
        float
            Maximum seconds that the session should compute: the more sessions, the shorter.
        """
        with self._lock:
            me = _Waiting(id(session), time.monotonic(), self._clock)
            self._queue.append(me)
            if not self._is_held:
                self._let_in(me)
        me.may_go.wait()
        begun = time.monotonic()
        try:
            yield self._slice_for(session)
        finally:
            with self._lock:
                self._clocks[me.session] = self._clock + time.monotonic() - begun
                self._is_held = False
                if self._queue:
                    self._let_in(self._next())

    def in_slices(self, session: object, steps: Iterator[None]) -> Any:
        """Do long work in slices, each in a turn of its own, so that others can train meanwhile.

        Parameters
        ----------
        session
            Whoever does it.
        steps
            The work; it yields where it may be interrupted.

        Returns
        -------
        Any
            What the work returns, if it is a generator that does.
        """
        while True:
            with self.turn(session) as seconds:
                end = time.monotonic() + seconds
                try:
                    while time.monotonic() < end:
                        next(steps)
                except StopIteration as done:
                    return done.value

    def _next(self) -> _Waiting:
        """Return the next session; among equals, the one that came first."""
        if time.monotonic() - self._queue[0].came > LONGEST_WAIT_S:
            return self._queue[0]
        return min(self._queue, key=self._starts_at)

    def _starts_at(self, waiting: _Waiting) -> float:
        return max(waiting.at_least, self._clocks.get(waiting.session, 0.0))

    def _let_in(self, waiting: _Waiting) -> None:
        self._queue.remove(waiting)
        self._is_held = True
        self._clock = max(self._clock, self._starts_at(waiting))
        waiting.may_go.set()

    def _slice_for(self, session: object) -> float:
        now = time.monotonic()
        with self._lock:
            self._last_seen[id(session)] = now
            self._last_seen = {
                who: seen for who, seen in self._last_seen.items() if now - seen < FORGET_AFTER_S
            }
            self._clocks = {who: at for who, at in self._clocks.items() if at > self._clock}
            sessions = len(self._last_seen)
        return min(LONGEST_SLICE_S, max(SHORTEST_SLICE_S, SHARED_SLICE_S / sessions))


#: The turns of this process.
TURNS = Turns()
