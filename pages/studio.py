"""Studio: the running network on one screen."""

from rnnviz.ui.shell import frame, transport
from rnnviz.ui.studio import answering, continuation, take_away, view
from rnnviz.ui.studio.linked import LINKED
from rnnviz.ui.task import feed_forward

visit = frame.guard(LINKED)
slots = transport.bar(LINKED)
frame.notices(visit)
with view.studio(visit, slots):
    feed_forward.panel(visit)
continuation.panel()
answering.panel()
take_away.panel()
