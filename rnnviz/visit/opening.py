"""Opening an experiment: it is trained again and replaces the visitor's own run."""

from __future__ import annotations

from rnnviz import link
from rnnviz.visit.turns import TURNS
from rnnviz.visit.view import View
from rnnviz.visit.visit import Visit

#: A replay that is estimated to take more seconds starts only once the visitor has agreed.
MOST_UNASKED_S = 30.0


class Opened:
    """What a visitor has opened; a part of a visit, `visit.part(Opened)`.

    Attributes
    ----------
    offered : rnnviz.link.Experiment or None
        An experiment that takes long to train again; it stays at iteration 0 until accepted.
    hidden : frozenset of str
        Controls that are hidden.
    notes : tuple of str
        Sentences about what could not be read, as plain text.
    coming : rnnviz.link.View or None
        What the experiment's page must show; None once it does.
    """

    def __init__(self) -> None:
        self.offered: link.Experiment | None = None
        self.hidden: frozenset[str] = frozenset()
        self.notes: tuple[str, ...] = ()
        self.coming: link.View | None = None

    def open(self, visit: Visit, opened: link.Opened) -> bool:
        """Replace the visitor's run by that of an experiment, and train it again as a job.

        An experiment that takes longer than `MOST_UNASKED_S` stays at iteration 0 and is `offered`.

        Returns
        -------
        bool
            False if there is no memory for it; the present run then goes on, and `visit.problem`
            says why.
        """
        experiment, notes = opened
        takes_long = link.estimate_s(experiment) > MOST_UNASKED_S
        if not _replay(visit, experiment.until(0) if takes_long else experiment):
            return False
        self.notes, self.hidden = notes, frozenset(experiment.hidden)
        self.offered = experiment if takes_long else None
        self.coming = experiment.view
        return True

    def accept(self, visit: Visit) -> None:
        """Train the experiment that was offered; do nothing if there is none."""
        if self.offered is not None and _replay(visit, self.offered):
            self.offered = None

    def dismiss(self) -> None:
        """Drop the notes and the offer."""
        self.notes, self.offered = (), None

    def show_all_controls(self) -> None:
        """Show all controls again."""
        self.hidden = frozenset()

    def go_to(self, view: link.View) -> None:
        """Let the next page that is drawn be the one of this view, and show it."""
        self.coming = view

    def take_view(self) -> link.View | None:
        """Return the view of the opened experiment, once; None if there is none."""
        view, self.coming = self.coming, None
        return view


def _replay(visit: Visit, experiment: link.Experiment) -> bool:
    """Replace the visitor's run by that of an experiment, and begin to train it."""
    try:
        with TURNS.turn(visit):
            visit.find_room(experiment.config, experiment.task)
            replay = link.Replay(experiment)
    except ValueError as refused:
        return visit.refuse(str(refused))
    view = View(visit.looked_at.page, shown_iteration=experiment.view.shown_iteration)
    visit.open(replay, view, "opened experiment")
    return True
