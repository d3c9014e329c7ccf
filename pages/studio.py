"""Studio: the running network on one screen."""

from rnnviz.ui.shell import frame, transport
from rnnviz.ui.studio import continuation, take_away, view
from rnnviz.ui.task import feed_forward

run = frame.guard()
readings = transport.bar()
frame.notices(run)
with view.studio(run, readings):
    feed_forward.panel(run)
continuation.panel()
take_away.panel()
