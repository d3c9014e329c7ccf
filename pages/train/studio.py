"""Studio: the running network on one screen."""

from rnnviz.ui import continuation, frame, live, session, transport

run = session.current()
transport.bar(run)
frame.notices(run)
live.studio(run)
continuation.panel(run)
