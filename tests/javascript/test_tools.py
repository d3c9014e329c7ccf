"""What `npm run` checks of the JavaScript; skipped with the reason where its tools are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

#: Set by .ci/run: there missing tools are a failure.
_REQUIRED = "RNNVIZ_REQUIRE_NODE"
_TOP = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def npm() -> str:
    path = shutil.which("npm")
    if path is not None and (_TOP / "node_modules").is_dir():
        return path
    reason = "no npm is installed" if path is None else "no node_modules: run `npm install`"
    if os.environ.get(_REQUIRED):
        pytest.fail(f"{reason}, and {_REQUIRED} is set")
    pytest.skip(reason)


@pytest.mark.parametrize("script", ["lint", "formatted", "types", "test", "fresh"])
def test_npm_run(npm: str, script: str) -> None:
    done = subprocess.run(
        [npm, "run", "--silent", script], cwd=_TOP, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
