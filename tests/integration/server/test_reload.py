"""Workers that are replaced while they serve, requests and WebSockets."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from serving.raw_client import connected
from serving.running import free_port, process, wait_until
from serving.socket_client import SocketClient, opened

MAIN = """
import logging, sys
from trimaran.server import ServerConfig, Supervisor
logging.basicConfig(level="INFO")
config = ServerConfig(port=int(sys.argv[2]), workers=2, drain_timeout=3)
sys.exit(Supervisor(sys.argv[1], config, ready=lambda url: print(url, flush=True)).run())
"""
APP = """
import asyncio, os
from trimaran import App, WebSocket
from trimaran.middleware import RateLimitMiddleware

app = App(debug=False)

@app.get("/slow")
async def slow() -> int:
    await asyncio.sleep(0.05)
    return VERSION

@app.get("/limited", middleware=[RateLimitMiddleware(40, per=600)])
async def limited() -> int:
    return os.getpid()

@app.websocket("/live")
async def live(ws: WebSocket) -> None:
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(f"{os.getpid()} {text}")
"""


@contextlib.contextmanager
def supervised(file: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run two workers of a file; yield their supervisor and the port."""
    file.write_text(f"VERSION = 1\n{APP}")
    port = free_port()
    arguments = ("-c", MAIN, str(file), str(port))
    with process(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline()
        wait_until(lambda: len(workers_of(running)) == 2)
        yield running, port


def workers_of(supervisor: subprocess.Popen[bytes]) -> list[int]:
    """Return the process ids of the workers."""
    return [child.pid for child in psutil.Process(supervisor.pid).children()]


@contextlib.contextmanager
def asking(port: int) -> Iterator[list[object]]:
    """Ask all the time, each time by a new connection; collect versions and faults."""
    seen: list[object] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                with connected(port) as client:
                    seen.append(client.get("/slow").json())
            except (OSError, EOFError) as error:
                seen.append(repr(error))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextlib.contextmanager
def sockets(port: int, count: int) -> Iterator[list[SocketClient]]:
    """Open WebSockets, of which each worker has some as a rule."""
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(count):
            client = stack.enter_context(opened(port))
            assert client.shake("/live") == 101
            found.append(client)
        yield found


def test_a_reload_loses_no_request(tmp_path: Path) -> None:
    """New workers serve before the old ones end; sockets are told with 1012."""
    file = tmp_path / "shop.py"
    with supervised(file) as (supervisor, port), sockets(port, 6) as open_ones:
        old = set(workers_of(supervisor))
        with asking(port) as seen:
            wait_until(lambda: seen)
            file.write_text(f"VERSION = 2\n{APP}")
            supervisor.send_signal(signal.SIGHUP)
            wait_until(lambda: 2 in seen, limit=20)
            assert {client.closed().code for client in open_ones} == {1012}
            wait_until(lambda: not old & set(workers_of(supervisor)), limit=20)
            del seen[:]
            wait_until(lambda: len(seen) > 8)
        assert set(seen) == {2}
        supervisor.terminate()
        assert supervisor.wait(10) == 0


def test_no_fault_during_a_reload(tmp_path: Path) -> None:
    """Every request is answered, by the one version or by the other."""
    file = tmp_path / "shop.py"
    with supervised(file) as (supervisor, port):
        old = set(workers_of(supervisor))
        with asking(port) as seen:
            file.write_text(f"VERSION = 2\n{APP}")
            supervisor.send_signal(signal.SIGHUP)
            wait_until(lambda: not old & set(workers_of(supervisor)), limit=20)
        assert set(seen) <= {1, 2}


def test_a_broken_application_is_not_taken(tmp_path: Path) -> None:
    """The old workers stay, and a later reload goes on from there."""
    file = tmp_path / "shop.py"
    with supervised(file) as (supervisor, port):
        old = set(workers_of(supervisor))
        file.write_text("this is no Python")
        supervisor.send_signal(signal.SIGHUP)
        wait_until(lambda: set(workers_of(supervisor)) - old, limit=20)
        wait_until(lambda: set(workers_of(supervisor)) == old, limit=20)
        with connected(port) as client:
            assert client.get("/slow").json() == 1
        file.write_text(f"VERSION = 3\n{APP}")
        supervisor.send_signal(signal.SIGHUP)
        wait_until(lambda: not old & set(workers_of(supervisor)), limit=20)
        with connected(port) as client:
            assert client.get("/slow").json() == 3


def test_sockets_are_told_of_a_shutdown(tmp_path: Path) -> None:
    """1001 at SIGTERM."""
    with supervised(tmp_path / "shop.py") as (supervisor, port), sockets(port, 4) as open_ones:
        supervisor.terminate()
        assert {client.closed().code for client in open_ones} == {1001}
        assert supervisor.wait(10) == 0


def test_a_killed_worker_costs_its_own_sockets(tmp_path: Path) -> None:
    """Those of the other one go on talking, and new ones are accepted at once."""
    with supervised(tmp_path / "shop.py") as (supervisor, port), sockets(port, 12) as open_ones:
        owners: dict[int, list[SocketClient]] = {}
        for client in open_ones:
            client.text("who")
            owners.setdefault(int(client.frame().payload.split()[0]), []).append(client)
        victim, others = owners.popitem()
        os.kill(victim, signal.SIGKILL)
        for client in others:
            with contextlib.suppress(ConnectionResetError):
                assert client.until_end() == b""
        for client in [one for kept in owners.values() for one in kept]:
            client.text("still")
            assert client.frame().payload.endswith(b"still")
        with sockets(port, 4) as fresh:
            fresh[0].text("new")
            assert fresh[0].frame().payload.endswith(b"new")
        wait_until(lambda: len(set(workers_of(supervisor)) - {victim}) == 2)


def _passed(port: int) -> int:
    """Ask sixty times, by connections of their own; return how many were let through."""
    statuses = []
    for _ in range(60):
        with connected(port) as client:
            statuses.append(client.get("/limited").status)
    return statuses.count(200)


def test_workers_count_rates_together(tmp_path: Path) -> None:
    """A limit holds for all of them, also after one was killed."""
    with supervised(tmp_path / "shop.py") as (supervisor, port):
        assert _passed(port) == 40
        victim = workers_of(supervisor)[0]
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(set(workers_of(supervisor)) - {victim}) == 2)
        time.sleep(0.5)
        assert _passed(port) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_shutdown_during_a_reload(tmp_path: Path, number: signal.Signals) -> None:
    """Ends all of them, and leaves no folder behind."""
    with supervised(tmp_path / "shop.py") as (supervisor, _):
        folder = Path(
            psutil.Process(workers_of(supervisor)[0]).environ()["_TRIMARAN_WORKER_FOLDER"]
        )
        assert folder.is_dir()
        supervisor.send_signal(signal.SIGHUP)
        wait_until(lambda: len(workers_of(supervisor)) > 2)
        pids = workers_of(supervisor)
        supervisor.send_signal(number)
        assert supervisor.wait(10) == 0
        assert not any(psutil.pid_exists(pid) for pid in pids)
        assert not folder.exists()
