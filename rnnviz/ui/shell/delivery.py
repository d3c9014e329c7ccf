"""A whole page is on its way to the browser before anything draws in it again.

Streamlit 1.67 keeps what a script draws in a queue. If a fragment runs again before the queue of
a whole page was sent, what the fragment drew in that page is taken out of it. The browser then
removes the containers that are left empty, and what follows them moves up. When the fragment's
new drawing arrives, its place is missing: the browser stops with "Cannot set a node at a delta
path" and shows a white page. On a busy server that happened once in some dozens of presses of
Pause. Nothing public tells whether the queue was sent, so this file reads two private attributes
of the session; `tests/browser/test_delivery.py` tells if another version has them no more.
"""

from __future__ import annotations

import threading
import time

from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx

#: Seconds after which a page is given up: its browser is gone, or receives nothing.
PATIENCE_S = 2.0
_LOOK_S = 0.002


def wait_until_sent() -> bool:
    """Wait until all that this run of the script has drawn is out of the queue.

    Returns
    -------
    bool
        Whether it is; False where nobody receives it, or not within `PATIENCE_S`.
    """
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return False
    # Streamlit's harness for tests has something else in the place of both, which sends nothing.
    sessions = getattr(runtime.get_instance(), "_session_mgr", None)
    receiver = sessions and sessions.get_active_session_info(context.session_id)
    if receiver is None or not isinstance(receiver.session, AppSession):
        return False
    end = time.monotonic() + PATIENCE_S
    # What is drawn reaches the queue through the event loop, in order: so does this.
    queued = threading.Event()
    receiver.session._event_loop.call_soon_threadsafe(queued.set)
    queued.wait(PATIENCE_S)
    while time.monotonic() < end:
        if receiver.session._browser_queue.is_empty():
            return True
        time.sleep(_LOOK_S)
    return False
