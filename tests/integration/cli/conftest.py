"""Starting the real command in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE = 30.0

HELLO = """
from trimaran import App
app = App(title="Hello")

@app.get("/")
async def hello() -> dict[str, str]:
    return {"message": "one"}
"""


class Command:
    """A running ``python -m trimaran``. output: what it has written so far, both streams."""

    def __init__(self, folder: Path, arguments: tuple[str, ...], environ: dict[str, str]) -> None:
        self._log = folder / "output.txt"
        self.started = time.perf_counter()
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "trimaran", *arguments],
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "NO_COLOR": "1", **environ},
            )

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, text: str, *, times: int = 1) -> None:
        """Wait until the output holds a text."""
        self.until(lambda: self.output.count(text) >= times, f"{text!r} in the output")

    def until(self, holds: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"no {what} within {PATIENCE} s:\n{self.output}"
            time.sleep(0.02)

    def stop(self) -> int:
        """Send SIGTERM and return the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def get(url: str, *, accept: str = "*/*") -> tuple[int, str]:
    """Return status and body; (0, "") where nothing answers."""
    request = urllib.request.Request(url, headers={"accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def free_port() -> int:
    """Return a port that nothing listens on now."""
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    """Return a folder with a one-file application."""
    (tmp_path / "app.py").write_text(HELLO, encoding="utf-8")
    return tmp_path


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Command]]:
    """Return a function that starts a command in the test's folder; all are ended."""
    commands: list[Command] = []

    def run(*arguments: str, **environ: str) -> Command:
        commands.append(Command(tmp_path, arguments, environ))
        return commands[-1]

    yield run
    for command in commands:
        if command.process.poll() is None:
            command.process.kill()
            command.process.wait()


@pytest.fixture
def port() -> int:
    """Return a free port."""
    return free_port()


@pytest.fixture(name="get")
def get_fixture() -> Callable[..., tuple[int, str]]:
    """Return a function that asks a URL."""
    return get
