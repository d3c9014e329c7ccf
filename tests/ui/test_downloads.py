"""A file that is made on a click is there until the browser has fetched it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from rnnviz.ui.shell import downloads

NAME, MIME = "symbols.csv", "text/csv"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> MediaFileManager:
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(media_file_mgr=manager))
    visitor = SimpleNamespace(session_id="a visitor")
    monkeypatch.setattr(downloads, "get_script_run_ctx", lambda: visitor)
    return manager


def _clicked(files: MediaFileManager) -> str:
    """Return the name under which the file is served, as a click on the button would get it."""
    make = downloads.made_for_this_visitor(lambda: b"symbol,integer", NAME, MIME)
    button = files.add_deferred(make, MIME, "place of the button", NAME)
    return files.execute_deferred(button).removeprefix("/media/")


def test_a_file_made_on_a_click_outlives_the_scripts_of_other_visitors(files):
    served = _clicked(files)
    for _ in range(5):
        files.remove_orphaned_files()
    assert files._storage.get_file(served).content == b"symbol,integer"


def test_a_file_made_on_a_click_is_gone_when_the_visitor_is(files):
    served = _clicked(files)
    files.clear_session_refs("a visitor")
    for _ in range(2):
        files.remove_orphaned_files()
    with pytest.raises(MediaFileStorageError):
        files._storage.get_file(served)
