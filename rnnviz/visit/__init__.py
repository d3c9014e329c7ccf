"""The state of one visitor: the runs, what is being computed, and what the pages show.

Nothing here uses Streamlit, so a visit can be made and tested in a notebook.
"""

from rnnviz.visit.earlier import Earlier
from rnnviz.visit.jobs import Job, Opening, Replay
from rnnviz.visit.view import View
from rnnviz.visit.visit import Visit

__all__ = ["Earlier", "Job", "Opening", "Replay", "View", "Visit"]
