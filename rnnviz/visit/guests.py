"""Memory that is freed when a visitor has left, or has been idle for some time.

A browser that lost its connection may come back, so Streamlit keeps its session for a while
(`server.disconnectedSessionTTL`), and after that until it happens to clean up. The buffers of a
network can be made again at any time, to the bit, so they are freed as soon as the browser has
gone. The rest of the run is freed once the browser can no longer come back.

`rnnviz.ui.shell.absence` reports when a browser comes or goes. A thread checks from time to time
who has left; it waits for its turn as a visitor does.
"""

from __future__ import annotations

import ctypes
import gc
import threading
import time
from typing import Protocol
from weakref import WeakSet

from rnnviz.visit.turns import TURNS

#: Seconds between two checks.
LOOK_S = 5.0
#: Seconds after which a visitor counts as idle if nothing was done and nothing trained.
RESTS_AFTER_S = 120.0
#: Seconds after which a visitor who has left can no longer come back: a little more than the time
#: for which Streamlit keeps the session (`.streamlit/config.toml`).
LOST_AFTER_S = 75.0


class Guest(Protocol):
    """Someone whose memory can be freed."""

    @property
    def needs_mb(self) -> float:
        """Estimated maximum of the memory in use, in megabytes."""

    def free_buffers(self) -> None:
        """Free what can be made again."""

    def leave(self) -> None:
        """End what works for the guest elsewhere, such as processes: the browser has gone."""

    def forget(self) -> None:
        """Free everything."""


class Presence:
    """The connection of a visitor's browser.

    Attributes
    ----------
    guest
        The visitor.
    seen_at
        When they last did something, by the monotonic clock, in seconds.
    left_at
        When the browser disconnected; None while it is connected.
    is_freed
        Whether the guest's buffers have been freed since then.
    """

    def __init__(self) -> None:
        self.guest: Guest | None = None
        self.seen_at = time.monotonic()
        self.left_at: float | None = None
        self.is_freed = False

    def renew(self, guest: Guest) -> None:
        """Note that a guest has done something."""
        self.guest, self.seen_at, self.is_freed = guest, time.monotonic(), False

    def leave(self) -> None:
        """Note that the browser has disconnected; the next check frees the guest's buffers."""
        self.left_at, self.is_freed = time.monotonic(), False


class Guests:
    """All visitors who are connected, or have left and may come back."""

    def __init__(self) -> None:
        self._present: WeakSet[Presence] = WeakSet()
        self._left: list[Presence] = []
        self._lock = threading.Lock()

    def arrive(self) -> Presence:
        """Register a new visitor."""
        presence = Presence()
        with self._lock:
            self._present.add(presence)
        return presence

    def leave(self, presence: Presence) -> None:
        """Note that a browser has disconnected; quick, as the server's own thread calls it."""
        presence.leave()
        with self._lock:
            self._present.discard(presence)
            self._left.append(presence)

    def needs_mb(self, but: Guest) -> float:
        """Return the estimated maximum, in megabytes, of what all other visitors need.

        Visitors who are idle or have left count too: they may continue at any moment.
        """
        with self._lock:
            everyone = [presence.guest for presence in (*self._present, *self._left)]
        others = {id(guest): guest for guest in everyone if guest is not None and guest is not but}
        return sum(guest.needs_mb for guest in others.values())

    def look(self, now: float | None = None) -> int:
        """Free what nobody needs; return for how many guests something was freed.

        Parameters
        ----------
        now
            Time of the monotonic clock, in seconds; None is the present time.
        """
        now = time.monotonic() if now is None else now
        with self._lock:
            left, present = list(self._left), list(self._present)
        back = {id(presence.guest) for presence in present}
        idle = [who for who in present if now - who.seen_at > RESTS_AFTER_S]
        lost = [who for who in left if now - (who.left_at or now) > LOST_AFTER_S]
        count = sum(self._free(who) for who in idle)
        for who in left:
            if id(who.guest) in back:
                who.guest = None
            elif who not in lost:
                count += self._dismiss(who)
            elif who.guest is not None:
                with TURNS.turn(self):
                    who.guest.forget()
                who.guest, count = None, count + 1
        with self._lock:
            self._left = [who for who in self._left if who.guest is not None]
        if count:
            with TURNS.turn(self):
                _give_back()
        return count

    def _dismiss(self, presence: Presence) -> bool:
        """Free the buffers of a guest who has left, and end what works for them."""
        if presence.guest is not None and not presence.is_freed:
            with TURNS.turn(self):
                presence.guest.leave()
        return self._free(presence)

    def _free(self, presence: Presence) -> bool:
        if presence.is_freed or presence.guest is None:
            return False
        with TURNS.turn(self):
            presence.guest.free_buffers()
        presence.is_freed = True
        return True


#: The visitors of this process.
GUESTS = Guests()


def look_now_and_then() -> None:
    """Start the thread that checks; call it once per process."""
    # What exists now stays for ever, so the garbage collector need not look at it again.
    gc.collect()
    gc.freeze()
    threading.Thread(target=_look_for_ever, name="absence", daemon=True).start()


def _look_for_ever() -> None:
    while True:
        time.sleep(LOOK_S)
        GUESTS.look()


def _give_back() -> None:
    """Collect reference cycles, and return free memory to the system."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):  # only the C library of Linux has it
        return
