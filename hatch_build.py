"""What the wheel gets besides the package: what the app runs, and plotly.js.

`streamlit run` needs a folder with the entry point, `pages/`, `.streamlit/` and `static/`. In a
checkout that is the top; in a wheel it is `rnnviz/app`. plotly.js is put in here, since the folder
of an installed package can often not be written to when the app starts.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface
from plotly.offline import get_plotlyjs_version


class Requirements(MetadataHookInterface):
    """The package needs what `requirements.txt` says, which Streamlit's cloud reads too."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Enter the dependencies."""
        lines = Path(self.root, "requirements.txt").read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [line for line in lines if line and not line.startswith("#")]


class Scripts(BuildHookInterface[Any]):
    """Put the app's scripts, its settings and plotly.js into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; an editable installation runs the checkout's own."""
        if version == "editable":
            return
        placed = build_data["force_include"]
        for name in ("app.py", "pages", ".streamlit"):
            placed[str(Path(self.root, name))] = f"rnnviz/app/{name}"
        script = f"rnnviz/app/static/plotly-{get_plotlyjs_version()}.min.js"
        with as_file(files("plotly") / "package_data" / "plotly.min.js") as source:
            placed[str(source)] = script
