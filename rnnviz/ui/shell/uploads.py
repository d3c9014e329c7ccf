"""Files that visitors send: read once, then let go of; few are kept until they are read.

Streamlit keeps every file that a browser puts until the session ends, whether a page reads it or
not. `server.maxUploadSize` bounds one file, this module how many of a visitor's wait at a time.
"""

from __future__ import annotations

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

#: Files of one visitor that wait to be read; of more the oldest go.
MOST_WAITING = 2


def taken(uploaded: object) -> UploadedFile | None:
    """Return a file that has come and was not read before; None for anything else.

    The server forgets it at once, so a control that goes on showing its name sends no file again.
    """
    context = get_script_run_ctx()
    if not isinstance(uploaded, UploadedFile) or context is None:
        return None
    manager = context.uploaded_file_mgr
    if isinstance(manager, MemoryUploadedFileManager):
        manager.remove_file(context.session_id, uploaded.file_id)
    return uploaded


def bound_waiting() -> None:
    """Let the running server keep a few files of each visitor; does nothing without a server."""
    if runtime.exists():
        manager = runtime.get_instance().uploaded_file_mgr
        if isinstance(manager, MemoryUploadedFileManager):
            bound(manager)


def bound(manager: MemoryUploadedFileManager) -> None:
    """Let a manager drop the oldest file of a session when one more than `MOST_WAITING` comes."""
    keep = manager.add_file

    def keep_few(session_id: str, file: UploadedFileRec) -> None:
        keep(session_id, file)
        waiting = list(manager.file_storage.get(session_id, ()))
        for file_id in waiting[:-MOST_WAITING]:
            manager.remove_file(session_id, file_id)

    manager.add_file = keep_few  # type: ignore[method-assign]
