"""The real app on a free port of this machine, for browser tests and benchmarks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[1]
_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Server:
    """A running app: where it listens, and its process id."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Address without a slash at its end."""
        return f"http://{_HOST}:{self.port}"


@contextmanager
def running_app(script: Path = ROOT / "app.py", cwd: Path = ROOT) -> Iterator[Server]:
    """Start the app as the README does, and end it when the block ends.

    Raises
    ------
    RuntimeError
        If it does not answer within a minute.
    """
    with running([sys.executable, "-m", "streamlit", "run", str(script)], cwd) as server:
        yield server


@contextmanager
def running(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Server]:
    """Start a server by a command that takes Streamlit's options; end it when the block ends.

    Raises
    ------
    RuntimeError
        If it does not answer within a minute.
    """
    port = _free_port()
    options = [f"--server.port={port}", f"--server.address={_HOST}", "--server.headless=true"]
    process = subprocess.Popen(
        [*command, *options],
        cwd=cwd,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_healthy(f"http://{_HOST}:{port}/_stcore/health", process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the app ended at once with exit code {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError("the app did not answer within 60 s")
