"""What is let go of when a visitor has left, and while one rests.

Streamlit keeps the session of a closed browser for a while (`server.disconnectedSessionTTL`), for
one that lost its connection may come back, and afterwards until it happens to look. What a network
computes with can be made again at any time, to the bit; so it goes at once when the browser has
gone, and the rest of the run when it can no longer come back.

That a browser has come or gone is told by `rnnviz.ui.shell.absence`. A thread of the process looks
now and then at who has left; it waits for its turn as a visitor does.
"""

from __future__ import annotations

import ctypes
import gc
import threading
import time
from typing import Protocol
from weakref import WeakSet

from rnnviz.visit.turns import TURNS

#: How often is looked, in seconds.
LOOK_S = 5.0
#: A visitor who did nothing, while nothing trained, for so long is resting.
RESTS_AFTER_S = 120.0
#: A visitor who has left does not come back after so long: a little more than the time for which
#: Streamlit keeps the session (`.streamlit/config.toml`).
LOST_AFTER_S = 75.0


class Guest(Protocol):
    """Whoever has something that can be let go of."""

    @property
    def needs_mb(self) -> float:
        """Most megabytes of what is there to let go of, as estimated."""

    def free_buffers(self) -> None:
        """Let go of what can be made again."""

    def forget(self) -> None:
        """Let go of everything."""


class Presence:
    """That the browser of a visitor is connected.

    Attributes
    ----------
    guest
        Whose it is.
    seen_at
        When they last did something, by the monotonic clock, in seconds.
    left_at
        When the browser went; None while it is there.
    is_freed
        Whether the guest has been put to rest since.
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
        """Note that the browser has gone; the next look lets go of what was the guest's."""
        self.left_at, self.is_freed = time.monotonic(), False


class Guests:
    """Everyone who is there, and everyone who has left and may come back."""

    def __init__(self) -> None:
        self._present: WeakSet[Presence] = WeakSet()
        self._left: list[Presence] = []
        self._lock = threading.Lock()

    def arrive(self) -> Presence:
        """Return a new presence."""
        presence = Presence()
        with self._lock:
            self._present.add(presence)
        return presence

    def leave(self, presence: Presence) -> None:
        """Note that a browser has gone. Quick: the server's own thread says so."""
        presence.leave()
        with self._lock:
            self._present.discard(presence)
            self._left.append(presence)

    def needs_mb(self, but: Guest) -> float:
        """Return the megabytes that all others need at most, as estimated.

        Who rests or has left counts as well: they may come back and go on at any moment.
        """
        with self._lock:
            everyone = [presence.guest for presence in (*self._present, *self._left)]
        others = {id(guest): guest for guest in everyone if guest is not None and guest is not but}
        return sum(guest.needs_mb for guest in others.values())

    def look(self, now: float | None = None) -> int:
        """Let go of what nobody needs; return of how many guests something was let go.

        Parameters
        ----------
        now
            By the monotonic clock, in seconds; None is now.
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
                count += self._free(who)
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

    def _free(self, presence: Presence) -> bool:
        if presence.is_freed or presence.guest is None:
            return False
        with TURNS.turn(self):
            presence.guest.free_buffers()
        presence.is_freed = True
        return True


#: Those of this process.
GUESTS = Guests()


def look_now_and_then() -> None:
    """Start the thread that looks; once for a process."""
    # What is there now stays for ever: no collection needs to look at it again.
    gc.collect()
    gc.freeze()
    threading.Thread(target=_look_for_ever, name="absence", daemon=True).start()


def _look_for_ever() -> None:
    while True:
        time.sleep(LOOK_S)
        GUESTS.look()


def _give_back() -> None:
    """Free what refers to itself in circles, and give free memory back to the system."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):  # only the C library of Linux has it
        return
