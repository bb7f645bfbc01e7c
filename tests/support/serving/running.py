"""Servers that run while a test does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from serving.small_app import SmallApp
from trimaran.server.config import Limits, ServerConfig
from trimaran.server.lifecycle import Server, run

SUPPORT = Path(__file__).parent.parent


class Engine:
    """The engine in a thread of its own."""

    def __init__(self, app: Any, config: ServerConfig) -> None:
        self.app = app
        self.server = Server(app, config)
        self._started = threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=lambda: run(self._main()), daemon=True)

    @property
    def port(self) -> int:
        """The port that was taken."""
        return int(self.server.address.rpartition(":")[2])

    async def _main(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        try:
            await self.server.start()
        except BaseException as fault:  # noqa: BLE001  raised again where it was started
            self._fault = fault
            self._started.set()
            return
        self._started.set()
        await self._stop.wait()
        await self.server.stop()

    def start(self) -> None:
        """Start and wait until it listens."""
        self._thread.start()
        self._started.wait(10)
        if self._fault is not None:
            raise self._fault

    def stop(self) -> None:
        """Begin to stop."""
        with contextlib.suppress(RuntimeError):  # it has stopped already
            self.loop.call_soon_threadsafe(self._stop.set)

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join(20)
        assert not self._thread.is_alive(), "the engine did not stop"

    def call(self, function: Callable[..., object], *args: object) -> None:
        """Run something in the engine's loop."""
        self.loop.call_soon_threadsafe(function, *args)


@contextlib.contextmanager
def engine(
    app: Any = None, *, limits: dict[str, Any] | None = None, **config: Any
) -> Iterator[Engine]:
    """Run the engine on a free port until the block ends."""
    settings = {"port": 0, "drain_grace": 0.02, "drain_timeout": 1.0, "tune_gc": False, **config}
    running = Engine(app or SmallApp(), ServerConfig(limits=Limits(**(limits or {})), **settings))
    running.start()
    try:
        yield running
    finally:
        running.stop()
        running.join()


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[Any], *, limit: float = 15) -> None:
    """Return when a server accepts connections; fail when it ends or takes too long."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        assert process.poll() is None, f"the server ended with status {process.returncode}"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    message = "the server did not start in time"
    raise AssertionError(message)


@contextlib.contextmanager
def process(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python with arguments; end it when the block does."""
    env = {**os.environ, "PYTHONPATH": str(SUPPORT)}
    started = subprocess.Popen([sys.executable, *arguments], env=env, **options)
    try:
        yield started
    finally:
        if started.poll() is None:
            started.terminate()
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()
        started.wait()
        for pipe in (started.stdout, started.stderr, started.stdin):
            if pipe is not None:
                pipe.close()


def wait_until(condition: Callable[[], object], *, limit: float = 5.0) -> None:
    """Return when a condition holds; fail when it does not in time."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "the condition did not come true in time"
        time.sleep(0.005)
