"""Opening an experiment: it is trained again, in the place of the visitor's own run."""

from __future__ import annotations

from rnnviz import link
from rnnviz.visit.turns import TURNS
from rnnviz.visit.view import View
from rnnviz.visit.visit import Visit

#: A replay that takes longer, in seconds as estimated, is asked about before it begins.
MOST_UNASKED_S = 30.0


class Opened:
    """What a visitor has opened; a part of a visit, `visit.part(Opened)`.

    Attributes
    ----------
    offered : rnnviz.link.Experiment or None
        One that takes long to train again; its run stands at iteration 0 until it is accepted.
    hidden : frozenset of str
        Controls that it does not show.
    notes : tuple of str
        What could not be read of it: sentences, which are no markup.
    coming : rnnviz.link.View or None
        What the page of the experiment is to show, until it does.
    """

    def __init__(self) -> None:
        self.offered: link.Experiment | None = None
        self.hidden: frozenset[str] = frozenset()
        self.notes: tuple[str, ...] = ()
        self.coming: link.View | None = None

    def open(self, visit: Visit, opened: link.Opened) -> bool:
        """Make the run of an experiment the visitor's, and train it to its iteration as a job.

        One that takes more than `MOST_UNASKED_S` stays at iteration 0, and is `offered`.

        Returns
        -------
        bool
            False where there is no room for it: the run goes on as it was, `visit.problem` says
            why.
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
        """Train the experiment that was offered; does nothing where there is none."""
        if self.offered is not None and _replay(visit, self.offered):
            self.offered = None

    def dismiss(self) -> None:
        """Say no more what could not be read, and offer no long replay."""
        self.notes, self.offered = (), None

    def show_all_controls(self) -> None:
        """Hide nothing any more."""
        self.hidden = frozenset()

    def take_view(self) -> link.View | None:
        """Return, once, what the page is to show of what was opened; None is nothing."""
        view, self.coming = self.coming, None
        return view


def _replay(visit: Visit, experiment: link.Experiment) -> bool:
    """Put the run of an experiment in the place of the visitor's, and begin to train it."""
    try:
        with TURNS.turn(visit):
            visit.find_room(experiment.config, experiment.task)
            replay = link.Replay(experiment)
    except ValueError as refused:
        return visit.refuse(str(refused))
    view = View(visit.looked_at.page, shown_iteration=experiment.view.shown_iteration)
    visit.open(replay, view, "opened experiment")
    return True
