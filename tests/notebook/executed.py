"""The notebooks of `examples/`, executed. As a command it stores in them what their cells print:

python -m tests.notebook.executed examples/inside_an_lstm.ipynb
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]


def executed(path: Path) -> Any:
    """Return a notebook with the outputs of all its cells; the first error ends it."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(ROOT)}}
    client = NotebookClient(
        notebook, timeout=300, resources=where, store_widget_state=False, record_timing=False
    )
    client.execute()
    return notebook


def keep_text(notebook: Any) -> None:
    """Drop pictures from the outputs: they are large, and come again when the cell is run."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                text = output["data"].get("text/plain", "<a figure>")
                output["data"], output["metadata"] = {"text/plain": text}, {}


def printed(notebook: Any) -> str:
    """Return all that its cells printed."""
    outputs = [each for cell in notebook.cells for each in cell.get("outputs", [])]
    return "".join(each["text"] for each in outputs if each["output_type"] == "stream")


def main() -> None:
    """Execute each notebook that is named, and store its texts."""
    for name in sys.argv[1:]:
        notebook = executed(Path(name))
        keep_text(notebook)
        nbformat.write(notebook, name)


if __name__ == "__main__":
    main()
