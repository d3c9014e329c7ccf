"""Studio: the running network on one screen."""

from rnnviz.ui import comparison, continuation, frame, live, take_away, transport

run = frame.guard()
readings = transport.bar()
frame.notices(run)
with live.studio(run, readings):
    comparison.panel(run)
continuation.panel()
take_away.panel()
