"""The processor's time that processes take: it tells less of what else the machine does."""

from __future__ import annotations

import os
import re
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_KIND = re.compile(r"--type=([a-z-]+)")


def processor_s(pid: int) -> float:
    """Return the seconds of the processor that a process has taken so far; 0 if it is unknown."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S if fields else 0.0


def browser_s() -> dict[str, float]:
    """Return the same of the browser that this process has started, by kind of its processes.

    Such as `renderer`, which runs the page, and `gpu-process`, which draws what it says.
    """
    taken: dict[str, float] = {}
    for pid in _below(os.getpid()):
        if found := _KIND.search(_command(pid)):
            taken[found[1]] = taken.get(found[1], 0.0) + processor_s(pid)
    return taken


def _below(root: int) -> list[int]:
    """Return the processes that one has started, and those that they have."""
    parents = {pid: int(fields[1]) for pid in _all() if (fields := _stat(pid))}
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {root})


def _all() -> list[int]:
    proc = Path("/proc")
    return (
        [int(each.name) for each in proc.iterdir() if each.name.isdigit()] if proc.exists() else []
    )


def _stat(pid: int) -> list[str]:
    """Return what the system tells of a process, from its state on; nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
