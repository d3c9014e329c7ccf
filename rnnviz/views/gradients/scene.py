"""What the views of the gradient show: of which loss, with respect to which state."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rnnviz.analysis.gradient_check import CheckedTrace
from rnnviz.analysis.gradient_course import Course, course
from rnnviz.analysis.gradients import Which
from rnnviz.analysis.theory import Letter, WayBack, way_back
from rnnviz.training.side_by_side import SideBySide
from rnnviz.views.scene import Scene

LAST, ALL = "last prediction alone", "all predictions"


@dataclass(frozen=True, kw_only=True)
class GradientScene(Scene):
    """The gradient in a layer of a network at one iteration of its run.

    Parameters
    ----------
    by
        Gradient w.r.t. the hidden state `h`, or w.r.t. the cell state `c`.
    of
        Of which loss: `LAST` or `ALL`.
    prediction
        Time step of the prediction that is shown by itself; None is the last.
    runs : SideBySide, optional
        Runs to compare.
    runs_at
        Iteration at which they are looked at; None is as they are now.
    checked : CheckedTrace, optional
        A gradient check, as far as it got.
    """

    by: Letter = "h"
    of: str = LAST
    prediction: int | None = None
    runs: SideBySide | None = None
    runs_at: int | None = None
    checked: CheckedTrace | None = None

    @property
    def which(self) -> Which:
        """The letter of that gradient in a trace."""
        if self.of == LAST:
            return "last_d_c" if self.by == "c" else "last_d_h"
        return "d_c" if self.by == "c" else "d_h"

    @cached_property
    def way(self) -> WayBack:
        """The norms of the last prediction's gradient over the lag."""
        return way_back(self.trace, self.network, self.layer)

    @cached_property
    def course(self) -> Course:
        """The norms of the chosen gradient over the lag, during training."""
        return course(self.traces, self.which, self.layer)
