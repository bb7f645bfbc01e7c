"""Starts a peer's server, pinned to its core, and ends every process of it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import psutil

from benchmarks.catalog import Peer
from benchmarks.errors import PeerError
from benchmarks.exchange import ANY_ANSWER, Call, Check
from benchmarks.machine import free_port, on_core, still_run, tree

__all__ = ["Server", "ask", "fault_in", "start_peer"]

START_SECONDS = 30.0
STOP_SECONDS = 3.0


def ask(port: int, call: Call, *, timeout: float = 10.0) -> tuple[int, str, bytes]:
    """Send one request on a new connection; return status, content type and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        headers = {**call.headers(), "Accept-Encoding": "identity", "Connection": "close"}
        connection.request(call.method, call.target, call.body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("content-type", ""), answer.read()
    finally:
        connection.close()


def fault_in(port: int, check: Check) -> str | None:
    """Make one check; return what is wrong with the answer, or None."""
    label = f"{check.call.method} {check.call.target}"
    try:
        status, kind, body = ask(port, check.call)
    except (OSError, http.client.HTTPException) as error:
        return f"{label}: no answer ({error!r})"
    if status not in check.statuses:
        allowed = " or ".join(str(code) for code in sorted(check.statuses))
        return f"{label}: status {status} instead of {allowed}: {body[:200]!r}"
    if check.answer is ANY_ANSWER:
        return None
    if not kind.startswith("application/json"):
        return f"{label}: content type {kind!r} instead of application/json"
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return f"{label}: not JSON: {body[:200]!r}"
    if answer != check.answer:
        return f"{label}: answered {body[:300]!r} instead of {json.dumps(check.answer)[:300]}"
    return None


class Server:
    """A server process and its children, alive inside a ``with`` block.

    ``started`` is ``time.perf_counter()`` just before the process was made.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        port: int,
        core: int,
    ) -> None:
        self.command = list(command)
        self.folder = folder
        self.environment = {**os.environ, **environment}
        self.port = port
        self.core = core
        self.log: IO[bytes] | None = None
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the root of the tree."""
        if self.process is None:
            text = "The server has not been started. Enter it with 'with' first."
            raise PeerError(text)
        return self.process.pid

    def __enter__(self) -> Server:
        # setpriv lets the kernel end the server if the benchmark itself is killed.
        setpriv = shutil.which("setpriv")
        guard = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
        self.log = tempfile.TemporaryFile()
        with on_core(self.core):
            self.started = time.perf_counter()
            self.process = subprocess.Popen(
                [*guard, *self.command],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def wait_until_it_answers(self, call: Call, *, pause: float = 0.02) -> float:
        """Wait for the first answer of status 200; return the seconds since the start."""
        while time.perf_counter() - self.started < START_SECONDS:
            if self.process is not None and self.process.poll() is not None:
                text = f"The server ended at once.\n{self.last_words()}"
                raise PeerError(text)
            with suppress(OSError, http.client.HTTPException):
                status, _, body = ask(self.port, call)
                if status == 200:
                    return time.perf_counter() - self.started
                words = f"The first answer was {status}: {body[:300]!r}"
                text = f"{words}\n{self.last_words()}"
                raise PeerError(text)
            time.sleep(pause)
        text = f"No answer within {START_SECONDS:.0f} s.\n{self.last_words()}"
        raise PeerError(text)

    def last_words(self) -> str:
        """Return the end of what the server printed."""
        if self.log is None:
            return ""
        size = self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, size - 4096))
        return "\n".join(self.log.read().decode(errors="replace").strip().splitlines()[-12:])

    def stop(self) -> None:
        """End the whole tree: politely first, then by force."""
        if self.process is None:
            return
        family = tree(self.process.pid)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        for process in still_run(family):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        self.process = None
        if self.log is not None:
            self.log.close()
            self.log = None


def start_peer(
    peer: Peer, fills: Mapping[str, str], workload: str, *, core: int, postgres: str
) -> Server:
    """Return a peer's server for one workload, ready to be entered."""
    port = free_port()
    command = [part.format(**fills, port=port) for part in peer.command]
    environment = {
        "BENCH_WORKLOAD": workload,
        "BENCH_PORT": str(port),
        "BENCH_POSTGRES": postgres,
        "NODE_ENV": "production",
    }
    folder = Path(fills["folder"])
    return Server(command, folder=folder, environment=environment, port=port, core=core)
