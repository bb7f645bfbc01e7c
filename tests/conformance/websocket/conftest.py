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

from serving.running import engine, free_port, process, wait_for_port  # noqa: E402  the path above
from serving.socket_app import app  # noqa: E402  as above


def command(name: str, port: int) -> list[str]:
    """Return the arguments that start a server with the application of WebSockets."""
    if name == "engine":
        return ["-m", "serving.engine_socket_app", str(port)]
    target = "serving.asgi_socket_app:app"
    if name == "uvicorn":
        return ["-m", "uvicorn", target, f"--port={port}", "--log-level=critical"]
    return [
        *("-m", "granian", target, "--interface=asgi", f"--port={port}"),
        *("--log-level=error", "--workers=1"),
    ]


@pytest.fixture(scope="session", params=["engine", "uvicorn", "granian"])
def server_name(request: pytest.FixtureRequest) -> str:
    """Name the server under test."""
    return str(request.param)


@pytest.fixture(scope="session")
def port(server_name: str) -> Iterator[int]:
    """Run the application on one server; yield its port."""
    number = free_port()
    with process(*command(server_name, number), stderr=subprocess.DEVNULL) as running:
        wait_for_port(number, running)
        yield number


@pytest.fixture(scope="session")
def engine_port() -> Iterator[int]:
    """Run the application on the engine alone, for what ASGI servers decide by themselves."""
    with engine(app, limits={"linger": 0.5}) as running:
        yield running.port
