"""A worker process: does what it is sent through its standard input, one thing after the other.

`rnnviz.visit.workers` starts it as `python -m rnnviz.visit.worker`, and is the only one that writes
to it: what comes is trusted. When the server ends, however it does, the input ends, and with it the
process, whatever it is doing.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from queue import SimpleQueue
from typing import Any

#: How much more willingly than the server it lets others have the processor (0..19).
_NICE = 5

Task = tuple[Any, tuple[Any, ...]]


def main() -> None:
    """Do what is asked for, until the input ends."""
    # Whatever else is printed must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    tasks: SimpleQueue[Task] = SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    while True:
        function, arguments = tasks.get()
        pickle.dump(_done(function, arguments), answers)
        answers.flush()


def _done(function: Any, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    """Return whether it was done, with the result; or else what was raised."""
    try:
        return True, function(*arguments)
    except Exception as raised:  # it is passed on to whoever asked
        return False, f"{type(raised).__name__}: {raised}"


def _listen(tasks: SimpleQueue[Task]) -> None:
    try:
        while True:
            tasks.put(pickle.load(sys.stdin.buffer))
    finally:  # the server has gone
        os._exit(0)


if __name__ == "__main__":
    main()
