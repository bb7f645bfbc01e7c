"""The servers that the suite runs against: the engine, Uvicorn and Granian."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SUPPORT = str(Path(__file__).parents[2] / "support")
if SUPPORT not in sys.path:
    sys.path.insert(0, SUPPORT)

from serving.running import free_port, process, wait_for_port  # noqa: E402  the path above

ENGINE, UVICORN, GRANIAN = "engine", "uvicorn", "granian"


def command(name: str, port: int, app: str) -> list[str]:
    """Return the arguments that start a server with an application of the support package."""
    if name == ENGINE:
        return ["-m", f"serving.engine_{app}", str(port)]
    target = f"serving.asgi_{app}:app"
    if name == UVICORN:
        return ["-m", "uvicorn", target, f"--port={port}", "--log-level=warning"]
    return [
        *("-m", "granian", target, "--interface=asgi", f"--port={port}"),
        *("--log-level=error", "--workers=1"),
    ]


@pytest.fixture(scope="session", params=[ENGINE, UVICORN, GRANIAN])
def server_name(request: pytest.FixtureRequest) -> str:
    """Name the server under test."""
    return str(request.param)


@pytest.fixture(scope="session")
def port(server_name: str) -> Iterator[int]:
    """Run the small application on one server; yield its port."""
    yield from run(server_name, "small_app")


@pytest.fixture(scope="session")
def real_port(server_name: str) -> Iterator[int]:
    """Run the real application on one server; yield its port."""
    yield from run(server_name, "real_app")


@pytest.fixture(scope="session")
def care_port(server_name: str) -> Iterator[int]:
    """Run the application that waits and blocks on one server; yield its port."""
    yield from run(server_name, "care_app")


def run(name: str, app: str) -> Iterator[int]:
    """Run a server until the session ends."""
    number = free_port()
    with process(*command(name, number, app), stderr=subprocess.DEVNULL) as running:
        wait_for_port(number, running)
        yield number
