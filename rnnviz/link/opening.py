"""What a notebook needs: from a link to the run, at once."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnviz.link.experiment import Opened
from rnnviz.link.file import SUFFIX, read_file
from rnnviz.link.reading import read
from rnnviz.link.replay import Replay
from rnnviz.training import Trainer

_SLICE_S = 1.0


def open_link(link: str | Path | Mapping[str, Any]) -> Trainer:
    """Do the experiment of a link or a file again, and return the run at its iteration.

    Parameters
    ----------
    link
        A whole address, its query string, a mapping of keys to texts, or the path of a file whose
        name ends with `.rnnviz.json`.

    Returns
    -------
    Trainer
        With the settings, the weights, the optimiser and the history of the run that was sent. What
        of the link could not be read is told in a warning each, and has its default.

    Raises
    ------
    OSError
        If there is no such file.
    """
    opened = read_any(link)
    for problem in opened.problems:
        warnings.warn(problem, stacklevel=2)
    replay = Replay(opened.experiment)
    while not replay.done:
        replay.advance(_SLICE_S)
    return replay.trainer


def read_any(link: str | Path | Mapping[str, Any]) -> Opened:
    """Read a link, or a file where it is the name of one."""
    if isinstance(link, Path) or (isinstance(link, str) and link.endswith(SUFFIX)):
        return read_file(link)
    return read(link)
