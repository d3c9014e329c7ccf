"""Files that visitors send are few, and gone once they are read."""

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from rnnviz.ui.shell import uploads


def file(name):
    return UploadedFileRec(file_id=name, name=name, type="text/plain", data=b"12345")


def test_of_many_files_of_a_visitor_the_last_are_kept():
    manager = MemoryUploadedFileManager("/upload")
    uploads.bound(manager)

    for name in "abcdef":
        manager.add_file(session_id="me", file=file(name))
    manager.add_file(session_id="other", file=file("a"))

    assert list(manager.file_storage["me"]) == ["e", "f"]
    assert list(manager.file_storage["other"]) == ["a"]


def reading_app():
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from rnnviz.ui.shell import uploads

    sent = st.file_uploader("file", key="file")
    taken = uploads.taken(sent)
    st.session_state["read"] = None if taken is None else taken.getvalue()
    context = get_script_run_ctx()
    st.session_state["left"] = len(context.uploaded_file_mgr.file_storage[context.session_id])


def test_a_file_that_was_read_is_no_longer_kept():
    app = AppTest.from_function(reading_app).run()

    app.file_uploader[0].set_value(("mine.txt", b"words", "text/plain")).run()

    assert app.session_state["read"] == b"words"
    assert app.session_state["left"] == 0


def test_what_is_no_file_is_none():
    assert uploads.taken(None) is None
    assert uploads.taken("mine.txt") is None
