"""Files that visitors upload: read once, then deleted; few wait to be read.

Streamlit keeps every uploaded file until the session ends, whether a page reads it or not.
`server.maxUploadSize` limits the size of one file, this module the number of a visitor's unread
files.
"""

from __future__ import annotations

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

#: Maximum number of unread files of one visitor; beyond it, the oldest is deleted.
MOST_WAITING = 2


def taken(uploaded: object) -> UploadedFile | None:
    """Return an uploaded file that has not been read before; None for anything else.

    The server deletes it at once, so a control that still shows its name does not send it again.
    """
    context = get_script_run_ctx()
    if not isinstance(uploaded, UploadedFile) or context is None:
        return None
    manager = context.uploaded_file_mgr
    if isinstance(manager, MemoryUploadedFileManager):
        manager.remove_file(context.session_id, uploaded.file_id)
    return uploaded


def bound_waiting() -> None:
    """Limit the files of each visitor on the running server; do nothing without a server."""
    if runtime.exists():
        manager = runtime.get_instance().uploaded_file_mgr
        if isinstance(manager, MemoryUploadedFileManager):
            bound(manager)


def bound(manager: MemoryUploadedFileManager) -> None:
    """Let a manager drop the oldest files of a session beyond `MOST_WAITING`."""
    keep = manager.add_file

    def keep_few(session_id: str, file: UploadedFileRec) -> None:
        keep(session_id, file)
        waiting = list(manager.file_storage.get(session_id, ()))
        for file_id in waiting[:-MOST_WAITING]:
            manager.remove_file(session_id, file_id)

    manager.add_file = keep_few  # type: ignore[method-assign]
