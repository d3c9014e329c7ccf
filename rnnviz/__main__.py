"""The command `rnnviz`: starts the app in the browser, from wherever the package is installed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rnnviz import __version__
from rnnviz.home import HOME


def main(arguments: Sequence[str] | None = None) -> None:
    """Start the app; what is not ours goes on to `streamlit run`, such as `--server.port=8600`.

    Parameters
    ----------
    arguments
        Those of the command line when None.
    """
    parser = argparse.ArgumentParser(
        prog="rnnviz",
        description="Start the app. Options that are not listed here go on to `streamlit run`, "
        "such as --server.port=8600.",
    )
    parser.add_argument("--version", action="version", version=f"rnnviz {__version__}")
    _, for_streamlit = parser.parse_known_args(arguments)

    # Here, for --help and --version do without it.
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(HOME / "app.py"), *for_streamlit]
    cli.main()


if __name__ == "__main__":
    main()
