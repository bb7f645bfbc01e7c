"""Several workers under a supervisor."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from serving.raw_client import connected
from serving.running import free_port, process, wait_until

MAIN = """
import sys
from trimaran.server import ServerConfig, Supervisor
def ready(address):
    print(address, flush=True)
config = ServerConfig(port=int(sys.argv[2]), workers=int(sys.argv[3]), drain_timeout=3)
sys.exit(Supervisor(sys.argv[1], config, ready=ready).run())
"""
SMALL = "serving.engine_small_app:app"


@contextlib.contextmanager
def supervised(
    target: str = SMALL, *, workers: int = 2
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a supervisor; yield it and its port once a worker is ready."""
    port = free_port()
    arguments = ("-c", MAIN, target, str(port), str(workers))
    with process(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        if target == SMALL:
            assert running.stdout.readline().decode().strip() == f"http://127.0.0.1:{port}"
        yield running, port


def workers_of(supervisor: subprocess.Popen[bytes]) -> list[int]:
    """Return the process ids of the workers."""
    return [child.pid for child in psutil.Process(supervisor.pid).children()]


def test_workers_serve() -> None:
    """All workers run and the port answers."""
    with supervised() as (supervisor, port):
        assert len(workers_of(supervisor)) == 2
        with connected(port) as client:
            assert client.get("/").status == 200
        supervisor.terminate()
        assert supervisor.wait(10) == 0


def test_killed_worker_is_replaced() -> None:
    """kill -9 of a worker under load costs its own connections only, and it is replaced."""
    with supervised() as (supervisor, port):
        wait_until(lambda: len(workers_of(supervisor)) == 2)
        faults: list[str] = []
        served = [0]
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                try:
                    with connected(port) as client:
                        assert client.get("/slow").status == 200
                        served[0] += 1
                except (OSError, EOFError) as error:
                    faults.append(repr(error))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        victim = workers_of(supervisor)[0]
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(set(workers_of(supervisor)) - {victim}) == 2)
        before = served[0]
        wait_until(lambda: served[0] > before + 10)
        stop.set()
        for thread in threads:
            thread.join()
        assert len(faults) <= 6


def test_termination_under_load() -> None:
    """SIGTERM of the supervisor answers what the workers have accepted."""
    with supervised() as (supervisor, port):
        results: list[object] = []

        def ask() -> None:
            while True:
                try:
                    with connected(port) as client:
                        results.append(client.get("/slow").status)
                except ConnectionRefusedError:
                    return
                except (OSError, EOFError) as error:
                    results.append(repr(error))
                    return

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        supervisor.terminate()
        assert supervisor.wait(10) == 0
        for thread in threads:
            thread.join()
        assert set(results) == {200}


def test_workers_end_with_their_supervisor() -> None:
    """Workers whose supervisor was killed stop by themselves."""
    with supervised() as (supervisor, _):
        wait_until(lambda: len(workers_of(supervisor)) == 2)
        pids = workers_of(supervisor)
        supervisor.kill()
        supervisor.wait()
        wait_until(lambda: not any(psutil.pid_exists(pid) for pid in pids), limit=8)


def test_application_that_cannot_be_loaded(tmp_path: Path) -> None:
    """The supervisor gives up when no worker becomes ready; the reason is told."""
    file = tmp_path / "shop.py"
    file.write_text("api = 1\n")
    with supervised(str(file)) as (supervisor, _):
        _, errors = supervisor.communicate(timeout=10)
        assert supervisor.returncode == 3
    assert f"TRI-ENGINE-006 {file}" in errors.decode()
    assert "has no 'app'" in errors.decode()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_supervisor_is_small() -> None:
    """The supervisor loads neither asyncio nor the engine."""
    code = "import sys, trimaran.server.supervisor; sys.exit('asyncio' in sys.modules)"
    with process("-c", code) as running:
        assert running.wait(10) == 0
