"""The command `rnnviz`: starts the app in the browser, from wherever the package is installed.

A word after it does something else instead, without the app: see `rnnviz.commands`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rnnviz import __version__
from rnnviz.commands import COMMANDS, do
from rnnviz.home import HOME


def main(arguments: Sequence[str] | None = None) -> None:
    """Start the app, or do the command that is named first.

    What is not ours goes on to `streamlit run`, such as `--server.port=8600`.

    Parameters
    ----------
    arguments
        Those of the command line when None.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words and words[0] in COMMANDS:
        sys.exit(do(words[0], words[1:]))
    commands = "\n".join(f"  rnnviz {name:8} {made.ABOUT}" for name, made in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="rnnviz",
        description="Start the app. Options that are not listed here go on to `streamlit run`,\n"
        f"such as --server.port=8600.\n\nother commands, each with --help:\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"rnnviz {__version__}")
    _, for_streamlit = parser.parse_known_args(words)

    # Here, for --help and --version do without it.
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(HOME / "app.py"), *for_streamlit]
    cli.main()


if __name__ == "__main__":
    main()
