"""Starting, draining and stopping: no request that was accepted is lost."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from serving.raw_client import RawClient, connected
from serving.running import engine, free_port, process, wait_for_port, wait_until
from serving.small_app import SmallApp

from trimaran.errors import ConfigurationError


def test_start_and_stop() -> None:
    """The application is started before and stopped after everything else."""
    with engine() as running:
        assert running.app.events == ["startup"]
        assert running.server.address == f"http://127.0.0.1:{running.port}"
    assert running.app.events == ["startup", "shutdown"]


def test_address_in_use() -> None:
    """An address that is taken is named."""
    with engine() as running:
        message = rf"TRI-ENGINE-003 .* cannot listen on 127.0.0.1:{running.port}: Address already"
        with pytest.raises(ConfigurationError, match=message), engine(port=running.port):
            pass


def test_application_that_does_not_start() -> None:
    """What the application raises when it starts is raised, and the port is free again."""

    class Failing(SmallApp):
        async def startup(self) -> None:
            message = "no database"
            raise RuntimeError(message)

    port = free_port()
    with pytest.raises(RuntimeError, match="no database"), engine(Failing(), port=port):
        pass
    with engine(port=port) as running:
        assert running.port == port


def test_drain_answers_what_is_in_flight() -> None:
    """A request that runs at shutdown is answered, and its connection ends."""
    with engine() as running, connected(running.port) as client:
        client.send(b"GET /slow HTTP/1.1\r\nHost: t\r\n\r\n")
        wait_until(lambda: running.server.stats.in_flight == 1)
        running.stop()
        answer = client.answer()
        assert (answer.body, answer.header("connection")) == (b'"slow"', "close")
        assert client.is_closed()


def test_drain_answers_what_was_sent() -> None:
    """Pipelined requests and one on an idle connection are still answered at shutdown."""
    with (
        engine(drain_grace=0.3) as running,
        connected(running.port) as idle,
        connected(running.port) as busy,
    ):
        assert idle.get("/").status == 200
        busy.send(b"GET /slow HTTP/1.1\r\nHost: t\r\n\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n")
        wait_until(lambda: running.server.stats.in_flight == 1)
        running.stop()
        time.sleep(0.05)
        assert idle.get("/").header("connection") == "close"
        assert [busy.answer().status, busy.answer().status] == [200, 200]


def test_drain_closes_idle_connections() -> None:
    """A connection that is idle does not hold up the shutdown."""
    with engine() as running, connected(running.port) as client:
        assert client.get("/").status == 200
        running.stop()
        assert client.is_closed()
        running.join()


def test_drain_has_a_limit() -> None:
    """A stream that never ends is cut off when the time is over."""
    with engine(drain_timeout=0.2) as running, connected(running.port) as client:
        client.send(b"GET /ticks HTTP/1.1\r\nHost: t\r\n\r\n")
        wait_until(lambda: running.server.stats.in_flight == 1)
        running.stop()
        running.join()
        assert b"0\r\n\r\n" not in client.rest()
        assert running.app.events == ["startup", "ticks closed", "shutdown"]


def test_hooks_are_awaited_at_shutdown() -> None:
    """Hooks after a response are done before the application stops."""
    with engine() as running, connected(running.port) as client:
        assert client.get("/after").status == 200
        running.stop()
        running.join()
    assert running.app.events == ["startup", "after", "shutdown"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal(number: signal.Signals) -> None:
    """A signal lets what is in flight end, then the process ends with success."""
    port = free_port()
    with process("-m", "serving.engine_small_app", str(port)) as running:
        wait_for_port(port, running)
        with connected(port) as client:
            client.send(b"GET /slow HTTP/1.1\r\nHost: t\r\n\r\n")
            time.sleep(0.05)
            running.send_signal(number)
            assert client.answer().body == b'"slow"'
        assert running.wait(5) == 0


def test_second_signal_forces() -> None:
    """A second signal does not wait for a request that hangs."""
    port = free_port()
    with process("-m", "serving.engine_small_app", str(port), stderr=subprocess.PIPE) as running:
        wait_for_port(port, running)
        with connected(port) as client:
            client.send(b"GET /gate HTTP/1.1\r\nHost: t\r\n\r\n")
            time.sleep(0.1)
            running.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert running.poll() is None
            running.send_signal(signal.SIGTERM)
            assert running.wait(5) == 0


def ask_until_closed(port: int, results: list[Any], stop: threading.Event) -> None:
    """Ask over fresh and kept connections; note each status, or what went wrong."""
    while not stop.is_set():
        try:
            sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        except OSError:
            return
        with sock:
            client = RawClient(sock)
            try:
                for _ in range(10):
                    answer = client.get("/slow")
                    results.append(answer.status)
                    if answer.header("connection") == "close":
                        break
            except (OSError, EOFError) as error:
                results.append(repr(error))
                return


def test_signal_under_load() -> None:
    """SIGTERM under load loses no request: each connection that was accepted is answered."""
    port = free_port()
    results: list[Any] = []
    stop = threading.Event()
    with process("-m", "serving.engine_small_app", str(port)) as running:
        wait_for_port(port, running)
        threads = [
            threading.Thread(target=ask_until_closed, args=(port, results, stop)) for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.6)
        running.terminate()
        assert running.wait(10) == 0
        stop.set()
        for thread in threads:
            thread.join()
    assert set(results) == {200}
    assert len(results) > 16


def test_unix_socket(tmp_path: Path) -> None:
    """A Unix socket is served, and its file is removed."""
    path = tmp_path / "app.sock"
    with engine(uds=str(path)) as running:
        assert running.server.address == f"unix:{path}"
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(path))
            about = RawClient(sock).get("/about").json()
        assert (about["client"], about["server"]) == (None, str(path))
    assert not path.exists()


def test_stale_unix_socket(tmp_path: Path) -> None:
    """A socket file that no server answers is taken over; one in use is not."""
    path = tmp_path / "app.sock"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
    with (
        engine(uds=str(path)),
        pytest.raises(ConfigurationError, match="cannot listen"),
        engine(uds=str(path)),
    ):
        pass


def test_access_log(caplog: pytest.LogCaptureFixture) -> None:
    """The access log has method, path, status and time of every request."""
    with (
        caplog.at_level("INFO", "trimaran.access"),
        engine(access_log=True) as running,
        connected(running.port) as client,
    ):
        for path in ("/", "/slow", "/stream", "/cookies"):
            client.get(path)
    lines = [record for record in caplog.records if record.name == "trimaran.access"]
    assert [record.path for record in lines] == ["/", "/slow", "/stream", "/cookies"]
    assert {(record.method, record.status) for record in lines} == {("GET", 200)}
    assert lines[1].ms > 100
    assert lines[0].getMessage().startswith("GET / 200 ")


def test_stats() -> None:
    """The counters tell what the server did."""
    with engine() as running, connected(running.port) as client:
        client.get("/")
        client.get("/slow")
        client.send(b"GET\t/ HTTP/1.1\r\n\r\n")
        client.answer()
        stats = running.server.stats.as_dict()
    assert stats == {
        "accepted": 1,
        "connections": 1,
        "disconnects": 0,
        "in_flight": 0,
        "websockets": 0,
        "refused": {"malformed": 1},
        "requests": 2,
    }


def test_failing_endpoint_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What an endpoint raises is in the log with its trace, and not in the answer."""
    with engine() as running, connected(running.port) as client:
        assert client.get("/raises").json() == {"detail": "Internal Server Error"}
        assert client.get("/").status == 200
    assert "Unhandled exception in GET /raises" in caplog.text
    assert "RuntimeError: the handler fails" in caplog.text


def test_header_that_splits_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A header that cannot be sent names its endpoint in the log."""
    with engine() as running, connected(running.port) as client:
        assert client.get("/split").status == 500
    assert "GET /split made a response that cannot be sent" in caplog.text
    assert "b'x-evil' holds a CR, LF or NUL" in caplog.text
