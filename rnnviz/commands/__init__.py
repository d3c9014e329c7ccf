"""What the command `rnnviz` does besides starting the app: one file for each word after it.

Each has `add(parser)`, which describes its arguments, and `run(arguments)`, which does it and
returns the exit status. Neither needs Streamlit to run, nor a browser but for pictures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Protocol

from rnnviz.commands import gallery, link, run, sweep


class Command(Protocol):
    """One word after `rnnviz`."""

    #: One sentence for the list of commands.
    ABOUT: str

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Describe the arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it, and return the exit status."""


#: Every command, by its word.
COMMANDS: dict[str, Command] = {
    "link": link,
    "run": run,
    "gallery": gallery,
    "sweep": sweep,
}


def do(name: str, words: Iterable[str]) -> int:
    """Do a command with the words that follow it, and return the exit status."""
    command = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"rnnviz {name}", description=command.ABOUT)
    command.add(parser)
    try:
        return command.run(parser.parse_args(list(words)))
    except (OSError, ValueError) as refusal:
        print(f"rnnviz {name}: {refusal}", file=sys.stderr)
        return 1
