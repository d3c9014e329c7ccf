"""The limit of uploads holds in the server itself, for those who do not ask a browser."""

from __future__ import annotations

import http.client
from contextlib import closing, suppress

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.serving import Server, running_app

LIMIT = 20 * 2**20
BORDER = "border"
HEAD = (
    f'--{BORDER}\r\nContent-Disposition: form-data; name="file"; filename="mine.csv"\r\n'
    "Content-Type: text/csv\r\n\r\n"
).encode()
TAIL = f"\r\n--{BORDER}--\r\n".encode()


@pytest.fixture(scope="module")
def app():
    with running_app() as server:
        yield server


def session_of(socket) -> str:
    """Run the page once, as a browser does, and return the name of the session."""
    message = BackMsg()
    message.rerun_script.SetInParent()
    socket.send(message.SerializeToString())
    while True:
        answer = ForwardMsg.FromString(socket.recv(timeout=60))
        if answer.WhichOneof("type") == "new_session":
            return answer.new_session.initialize.session_id


def put(server: Server, session: str, file: str, size: int, declared: bool = True) -> int:
    """Send a file of so many bytes; return the status of the answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as line:
        line.request("GET", "/_stcore/health")
        answer = line.getresponse()
        answer.read()
        cookie = answer.getheader("Set-Cookie", "").split(";")[0]
    parts = [HEAD, *[b"1" * 2**16] * (size // 2**16), b"1" * (size % 2**16), TAIL]
    headers = {"Content-Type": f"multipart/form-data; boundary={BORDER}", "Cookie": cookie}
    headers |= {"X-Xsrftoken": cookie.partition("=")[2]}
    if declared:
        headers |= {"Content-Length": str(sum(map(len, parts)))}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as line:
        path = f"/_stcore/upload_file/{session}/{file}"
        # The server may say no before all is sent.
        with suppress(BrokenPipeError, ConnectionResetError):
            line.request("PUT", path, iter(parts), headers, encode_chunked=not declared)
        return line.getresponse().status


def test_a_file_above_the_limit_is_refused_and_one_below_it_is_not(app: Server):
    address = f"ws://127.0.0.1:{app.port}/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], max_size=None) as socket:
        session = session_of(socket)

        assert put(app, session, "small", 1_000_000) == 204
        assert put(app, session, "large", LIMIT + 1) == 413
        assert put(app, session, "undeclared", LIMIT + 2**21, declared=False) == 413
