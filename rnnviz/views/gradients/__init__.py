"""The views of the gradient by title, and its large numbers."""

from collections.abc import Callable

from rnnviz.engine import spec_of
from rnnviz.views.gradients.readings import Reading, readings
from rnnviz.views.gradients.runs import looked_at, side_by_side
from rnnviz.views.gradients.scene import ALL, LAST, GradientScene
from rnnviz.views.gradients.through_time import itemised, jacobians, over_lag
from rnnviz.views.gradients.whole import check, norm_and_updates
from rnnviz.views.panel import Panel

#: The views by their titles, in the order of the menu.
VIEWS: dict[str, Callable[[GradientScene], Panel]] = {
    "Over the lag": over_lag,
    "Itemised": itemised,
    "Jacobians": jacobians,
    "Norm and updates": norm_and_updates,
    "Side by side": side_by_side,
    "Check": check,
}
#: Those of what goes back through time.
THROUGH_TIME = ("Over the lag", "Itemised", "Jacobians")


def has_nothing_to_show(title: str, cell: str) -> bool:
    """Tell whether a view needs recurrence, and the cell has none."""
    return title in THROUGH_TIME and not spec_of(cell).is_recurrent


def view(title: str, scene: GradientScene) -> Panel:
    """Return what a view shows of the scene, or a sentence that says why there is nothing."""
    if not has_nothing_to_show(title, scene.cell):
        return VIEWS[title](scene)
    seen, spec = scene.trainer.config.window, scene.spec
    return Panel(
        sentence=f"{spec.article.capitalize()} {spec.label} has no recurrence, so no gradient goes "
        "back through time. Each prediction is learned from "
        f"{'its own time step' if seen == 1 else f'the last {seen} time steps'} "
        "alone. “Norm and updates” shows how large its gradient is."
    )


__all__ = [
    "ALL",
    "LAST",
    "THROUGH_TIME",
    "VIEWS",
    "GradientScene",
    "Reading",
    "has_nothing_to_show",
    "looked_at",
    "readings",
    "view",
]
