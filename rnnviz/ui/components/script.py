"""Several files of JavaScript as the one script that Streamlit sends with a component."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def joined(paths: Sequence[Path]) -> str:
    """Return the files as one script: without imports, exporting only what is the default.

    Comments that fill whole lines are dropped, since Streamlit sends the script again with each
    message.

    Parameters
    ----------
    paths
        In the order in which they need each other. All of them share one namespace.
    """
    script = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    script = re.sub(r"(?m)^import [^;]*;\n", "", script)
    script = re.sub(r"(?m)^export (?!default)", "", script)
    return re.sub(r"(?m)^\s*(//.*|/\*\*((?!\*/)[\s\S])*\*/)\n", "", script)
