"""The compute gate: one session computes at a time, first come, first served.

NumPy releases and takes Python's interpreter lock around every operation; when several sessions
train at once the hand-overs cost more than the work. So a session waits for its turn, computes for
a short slice, draws, and lets the next one in. The gate belongs to the process: all users share it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

#: A session that alone wants to train computes for this long per tick.
LONGEST_SLICE_S = 0.08
#: A session among many computes at least for this long per tick.
SHORTEST_SLICE_S = 0.004
#: Seconds of training that all sessions together do in the time of one tick.
SHARED_SLICE_S = 0.08
#: A session that has not come for a turn for this long no longer counts.
FORGET_AFTER_S = 2.0


class ComputeGate:
    """Lets one session in at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._last_seen: dict[int, float] = {}

    @property
    def waiting(self) -> int:
        """How many sessions wait for their turn."""
        with self._lock:
            return max(len(self._queue) - 1, 0)

    @contextmanager
    def turn(self, session: object) -> Iterator[float]:
        """Wait for the turn of a session, hold it, and pass it on at the end of the block.

        Parameters
        ----------
        session
            Whoever asks; used as an identity only.

        Yields
        ------
        float
            Seconds that the session should compute at most: the more sessions, the shorter.
        """
        me = threading.Event()
        with self._lock:
            self._queue.append(me)
            if self._queue[0] is me:
                me.set()
        me.wait()
        try:
            yield self._slice_for(session)
        finally:
            with self._lock:
                self._queue.popleft()
                if self._queue:
                    self._queue[0].set()

    def _slice_for(self, session: object) -> float:
        now = time.monotonic()
        with self._lock:
            self._last_seen[id(session)] = now
            self._last_seen = {
                who: seen for who, seen in self._last_seen.items() if now - seen < FORGET_AFTER_S
            }
            sessions = len(self._last_seen)
        return min(LONGEST_SLICE_S, max(SHORTEST_SLICE_S, SHARED_SLICE_S / sessions))


#: The gate of this process.
GATE = ComputeGate()
