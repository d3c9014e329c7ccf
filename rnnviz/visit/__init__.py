"""What one visitor has, without any page: the run, what is under way, what is looked at.

Nothing here knows Streamlit: a visit can be had, and tested, in a notebook.
"""

from rnnviz.visit.earlier import Earlier
from rnnviz.visit.jobs import Job, Opening, Replay
from rnnviz.visit.view import View
from rnnviz.visit.visit import Visit

__all__ = ["Earlier", "Job", "Opening", "Replay", "View", "Visit"]
