"""Where the app's own files are: `app.py`, `pages/`, `static/` and `.streamlit/`.

This module imports nothing of the package.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "app"

#: In an installed package inside it (`hatch_build.py` puts them there), else the top of the
#: checkout.
HOME = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
