"""Studio: the running network on one screen."""

from rnnviz.ui import continuation, frame, live, take_away, transport

run = frame.guard()
readings = transport.bar()
frame.notices(run)
live.studio(run, readings)
continuation.panel()
take_away.panel()
