"""The event loop cared for: handlers nobody waits for, calls that block."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from serving.raw_client import connected
from serving.running import engine, free_port, process, wait_for_port, wait_until

from trimaran import App, Depends


class Work:
    """An application whose handlers wait. events: what became of them."""

    def __init__(self) -> None:
        self.app = App()
        self.events: list[str] = []
        self.begun = threading.Event()
        self.app.add_api_route("/stops", self.wait, dependencies=[Depends(self.session)])
        self.app.add_api_route("/goes-on", self.wait, cancel_on_disconnect=False)

    async def session(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self.events.append("cleaned up")

    async def wait(self) -> str:
        self.begun.set()
        try:
            await asyncio.sleep(0.4)
        except asyncio.CancelledError:
            self.events.append("cancelled")
            raise
        self.events.append("finished")
        return "done"


@pytest.mark.parametrize(
    ("path", "events"),
    [("/stops", ["cancelled", "cleaned up"]), ("/goes-on", ["finished"])],
)
def test_a_handler_whose_client_left(path: str, events: list[str]) -> None:
    """It is cancelled, its dependencies are cleaned up, unless its route goes on regardless."""
    work = Work()
    with engine(work.app, limits={"linger": 0.05}) as running:
        with connected(running.port) as client:
            client.send(f"GET {path} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
            assert work.begun.wait(5)
        wait_until(lambda: len(work.events) == len(events))
        wait_until(lambda: running.server.stats.in_flight == 0)
    assert work.events == events


def test_under_asgi_too() -> None:
    """A server that tells of a disconnect ends the handler; nothing is sent."""
    work, sent = Work(), list[object]()

    async def main() -> None:
        messages: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})

        async def send(message: object) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/stops", "headers": []}
        call = asyncio.ensure_future(work.app(scope, messages.get, send))  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        messages.put_nowait({"type": "http.disconnect"})
        await call

    asyncio.run(main())
    assert (work.events, sent) == (["cancelled", "cleaned up"], [])


BLOCKING = """
import time
from trimaran import App

app = App()

@app.get("/")
async def block() -> str:
    time.sleep(0.4)
    return "late"
"""


def test_a_served_application_is_guarded(tmp_path: Path) -> None:
    """The log of a server names the line that held up its loop."""
    (tmp_path / "blocking.py").write_text(BLOCKING)
    port = free_port()
    arguments = ("-m", "trimaran", "serve", "blocking:app", "--port", str(port))
    with process(*arguments, cwd=tmp_path, stderr=subprocess.PIPE) as server:
        wait_for_port(port, server)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert answer.read() == b'"late"'
        server.terminate()
        _, log = server.communicate(timeout=10)
    assert "by blocking.py:9 block: time.sleep(0.4)." in log.decode()
