"""Files that the kernel sends: every byte in its place, whatever client and file do meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving.raw_client import connected
from serving.running import Engine, engine, wait_until

from trimaran import App, FileResponse
from trimaran.server.engine import exchange, sendfile

SIZE = 12 * 1024 * 1024 + 12_345
GET = b"GET /file HTTP/1.1\r\nHost: t\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file whose every part is different."""
    path = tmp_path / "film.bin"
    path.write_bytes(random.Random(1).randbytes(SIZE))
    return path


@contextlib.contextmanager
def serving(file: Path, **limits: float) -> Iterator[Engine]:
    """Serve a file on the engine."""
    app = App(debug=False)

    @app.get("/file")
    async def give() -> FileResponse:
        return FileResponse(file)

    @app.get("/ready")
    async def ready() -> str:
        return "ready"

    with engine(app, limits=limits) as running:
        yield running


def open_files() -> int:
    """Count this process's descriptors."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_kernel_sends_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every byte, with what was asked for behind it on the same connection."""
    steps: list[int] = []
    real = sendfile._step
    monkeypatch.setattr(sendfile, "_step", lambda *a: steps.append(a[2]) or real(*a))
    with serving(file) as running, connected(running.port, timeout=30) as client:
        client.send(GET + b"\r\n" + GET + b"Range: bytes=5-600004\r\n\r\n")
        client.send(b"GET /ready HTTP/1.1\r\nHost: t\r\n\r\n")
        whole, part = client.answer(), client.answer()
        assert hashlib.sha256(whole.body).digest() == hashlib.sha256(file.read_bytes()).digest()
        assert (part.status, part.body) == (206, file.read_bytes()[5:600_005])
        assert client.answer().json() == "ready"
    assert len(steps) > SIZE // sendfile.MAX_STEP
    assert 5 in steps


def test_several_ranges_have_their_heads_between(file: Path) -> None:
    """A multipart answer is the same whichever way it is sent."""
    wanted = b"Range: bytes=0-399999,1000000-1399999\r\n\r\n"
    bodies = []
    with serving(file) as running, connected(running.port, timeout=30) as client:
        for least in (0, 2**60):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(exchange, "SENDFILE_FROM", least)
                client.send(GET + wanted)
                answer = client.answer()
            boundary = str(answer.header("content-type")).rpartition("=")[2]
            bodies.append(answer.body.replace(boundary.encode(), b"-"))
    assert bodies[0] == bodies[1]
    assert file.read_bytes()[1_000_000:1_400_000] in bodies[0]


def test_a_client_that_leaves_costs_nothing_more(file: Path) -> None:
    """Both descriptors are closed, and the next client is served."""
    with serving(file) as running:
        with connected(running.port) as client:
            assert client.get("/ready").status == 200
        wait_until(lambda: running.server.stats.connections == 0)
        before = open_files()
        for _ in range(5):
            with connected(running.port) as client:
                client.send(GET + b"\r\n")
                client.sock.recv(1000)
        wait_until(lambda: open_files() <= before)
        with connected(running.port, timeout=30) as client:
            client.send(GET + b"\r\n")
            assert len(client.answer().body) == SIZE


def test_a_client_that_does_not_read_is_cut_off(file: Path) -> None:
    """After the same patience as with any other answer."""
    with serving(file, write_timeout=0.3) as running, connected(running.port) as client:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.send(GET + b"\r\n")
        wait_until(lambda: running.server.stats.refused["write_timeout"] == 1)
        wait_until(lambda: running.server.stats.connections == 0)


def test_a_file_that_becomes_shorter(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The connection is cut off: no client takes it for the whole."""
    with serving(file) as running, connected(running.port, timeout=30) as client:
        client.send(GET + b"\r\n")
        client.sock.recv(1000)
        os.truncate(file, 1000)
        with caplog.at_level(logging.ERROR), pytest.raises((EOFError, ConnectionResetError)):
            while True:
                assert client.answer().status == 200
        wait_until(lambda: "content-length" in caplog.text)


def test_a_shutdown_waits_for_it(file: Path) -> None:
    """As for any answer that is being sent."""
    with serving(file) as running, connected(running.port, timeout=30) as client:
        client.send(GET + b"\r\n")
        client.sock.recv(1, socket.MSG_PEEK)
        running.stop()
        assert len(client.answer().body) == SIZE


def test_on_asyncios_own_loop(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no uvloop the same bytes leave."""
    monkeypatch.setattr("serving.running.run", asyncio.run)
    with serving(file) as running, connected(running.port, timeout=30) as client:
        client.send(GET + b"\r\n")
        assert client.answer().body == file.read_bytes()
