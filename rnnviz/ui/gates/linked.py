"""What a link tells of the Gates page."""

from rnnviz.ui.gates.controls import (
    FOLLOWING_QUANTITY,
    GATE_QUANTITY,
    SATURATED_GATE,
    UNIT_ORDER,
    WEIGHED_GATE,
    offered,
    orders,
)
from rnnviz.ui.gates.views import VIEWS, View
from rnnviz.ui.shell.address import Choice, Linked, Titles

#: Name of the choice of quantities -> its key in a link.
_WORDS = {
    GATE_QUANTITY: "quantity",
    SATURATED_GATE: "saturated",
    WEIGHED_GATE: "weighed",
    FOLLOWING_QUANTITY: "following",
}


def _quantities(view: View) -> Choice:
    return Choice(
        _WORDS[view.key],
        view.key,
        lambda visit: offered(view.letters(visit.trainer.network.cell), view.all_at_once),
    )


LINKED = Linked(
    "gates",
    Titles(tuple(VIEWS)),
    (
        *map(_quantities, {view.key: view for view in VIEWS.values()}.values()),
        Choice("order", UNIT_ORDER, lambda visit: list(orders(visit.trainer.network.cell))),
    ),
)
