"""How much all visitors together may take: a run that begins or grows must find room beside others.

What each takes is the estimate of `training/limits.py`, not what is allocated now: a small run
that trains on fills its recording. The run that a visitor begins with is never refused.
"""

from __future__ import annotations

from rnnviz.training.limits import Planned, memory_mb, with_batch
from rnnviz.visit.guests import GUESTS, Guest

#: Most megabytes of the runs of all visitors: five of the largest, or about seventy of those that
#: the app opens with. Python, Streamlit and what is drawn come on top, a few hundred.
MOST_MB = 1_000.0


def require(guest: Guest, kept_mb: float, *planned: Planned) -> None:
    """Refuse runs for which there is no room beside those of everyone else.

    Who takes no more than before is never refused.

    Parameters
    ----------
    guest
        Whose they are to be.
    kept_mb
        Megabytes of what the guest keeps beside them.
    *planned : pair of RunConfig and Task

    Raises
    ------
    ValueError
        If there is no room: with the numbers, and with what would fit.
    """
    needed = sum(memory_mb(*run) for run in planned)
    left = max(0.0, MOST_MB - GUESTS.needs_mb(but=guest) - kept_mb)
    if needed <= left or kept_mb + needed <= guest.needs_mb:
        return
    fitting = with_batch(planned, lambda runs: sum(memory_mb(*run) for run in runs) <= left)
    advice = "come back later" if fitting is None else f"with batch size {fitting} it fits"
    raise ValueError(
        f"The server is full: this needs about {needed:,.0f} MB of memory, and of the "
        f"{MOST_MB:,.0f} MB for all visitors {left:,.0f} MB are left; {advice}"
    )
