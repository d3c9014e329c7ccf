"""The memory of all visitors together: a run that starts or grows must fit beside the others.

Each run counts with the estimate of `training/limits.py`, not with what is allocated now, since a
run that continues to train fills its recording. A visitor's first run is never refused.
"""

from __future__ import annotations

from rnnviz.training.limits import Planned, memory_mb, with_batch
from rnnviz.visit.guests import GUESTS, Guest

#: Maximum megabytes of the runs of all visitors: five of the largest runs, or about seventy of the
#: run with which the app opens. Python, Streamlit and drawing take a few hundred more.
MOST_MB = 1_000.0


def require(guest: Guest, kept_mb: float, *planned: Planned) -> None:
    """Refuse runs for which all other visitors leave too little memory.

    A run that needs no more than the one before it is never refused.

    Parameters
    ----------
    guest
        The visitor who wants them.
    kept_mb
        Megabytes of what the visitor keeps besides these runs.
    *planned : pair of RunConfig and Task

    Raises
    ------
    ValueError
        If there is no memory; the message gives the numbers, and says what would fit.
    """
    needed = sum(memory_mb(*run) for run in planned)
    left = _left_mb(guest, kept_mb)
    if needed <= left or kept_mb + needed <= guest.needs_mb:
        return
    fitting = with_batch(planned, lambda runs: sum(memory_mb(*run) for run in runs) <= left)
    advice = "come back later" if fitting is None else f"with batch size {fitting} it fits"
    raise _full(needed, left, advice)


def require_mb(guest: Guest, kept_mb: float, needed: float, advice: str) -> None:
    """Refuse what needs so many megabytes if all other visitors leave too little memory.

    Parameters
    ----------
    guest, kept_mb
        As `require` takes them.
    needed
        Megabytes.
    advice
        What to do then.

    Raises
    ------
    ValueError
        If there is no memory; the message gives the numbers and the advice.
    """
    left = _left_mb(guest, kept_mb)
    if needed > left and kept_mb + needed > guest.needs_mb:
        raise _full(needed, left, advice)


def _left_mb(guest: Guest, kept_mb: float) -> float:
    """Return how many megabytes the other visitors, and what the guest keeps, leave."""
    return max(0.0, MOST_MB - GUESTS.needs_mb(but=guest) - kept_mb)


def _full(needed: float, left: float, advice: str) -> ValueError:
    return ValueError(
        f"The server is full: this needs about {needed:,.0f} MB of memory, and of the "
        f"{MOST_MB:,.0f} MB for all visitors {left:,.0f} MB are left; {advice}"
    )
