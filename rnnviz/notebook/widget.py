"""The widget of `rnnviz.show`; whoever imports it needs anywidget, an extra."""

from __future__ import annotations

import anywidget
import traitlets

from rnnviz.ui.components.bundle import script


class Picture(anywidget.AnyWidget):
    """What Python and the browser share of a picture.

    Attributes
    ----------
    kept : bytes
        All kept traces, as `pack` returned them: what a view begins with that comes later, and
        what a saved notebook holds.
    newest : bytes
        The newest trace, several times a second while a cell runs.
    note : str
        A sentence above the picture, or nothing.
    """

    _esm = f"{script()}\nexport default {{ render: rnnviz.render }};\n"

    kept = traitlets.Bytes(b"").tag(sync=True)
    newest = traitlets.Bytes(b"").tag(sync=True)
    note = traitlets.Unicode("").tag(sync=True)
