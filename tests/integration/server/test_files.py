"""Files through the engine: uploads and downloads far larger than what they may cost."""

from __future__ import annotations

import hashlib
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving.raw_client import connected
from serving.running import free_port, process, wait_for_port

SIZE = 50 * 1024 * 1024
BLOCK = bytes(range(256)) * 256
HEAD = b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
TAIL = b"\r\n--XX--\r\n"
POST = "POST /upload HTTP/1.1\r\nHost: t\r\nContent-Type: multipart/form-data; boundary=XX\r\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """Run the application in a process; yield its port and process id."""
    file = tmp_path_factory.mktemp("files") / "film.bin"
    with file.open("wb") as out:
        for _ in range(SIZE // len(BLOCK)):
            out.write(BLOCK)
    port = free_port()
    arguments = ("-m", "serving.file_app", str(port), str(file))
    with process(*arguments, stderr=subprocess.DEVNULL) as running:
        wait_for_port(port, running)
        with connected(port) as client:
            client.get("/ready")
            client.get("/download", headers="Range: bytes=0-0\r\n")
            client.send(f"{POST}Content-Length: {len(HEAD + TAIL) + 1}\r\n\r\n".encode())
            client.send(HEAD + b"x" + TAIL)
            assert client.answer().status == 200
        yield port, running.pid


class Peak:
    """The most memory that a process takes while the block runs, beyond what it began with."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._stop = threading.Event()
        self._begin = self._rss()
        self.grown = 0

    def _rss(self) -> int:
        lines = self._status.read_text().splitlines()
        line = next(line for line in lines if line.startswith("RssAnon"))
        return int(line.split()[1]) * 1024

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            self.grown = max(self.grown, self._rss() - self._begin)

    def __enter__(self) -> Peak:
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_large_upload_in_bounded_memory(served: tuple[int, int]) -> None:
    """50 MB cost less than 8 MB: they go to disk as they arrive."""
    port, pid = served
    digest = hashlib.sha256()
    with connected(port, timeout=30) as client, Peak(pid) as peak:
        client.send(f"{POST}Content-Length: {SIZE + len(HEAD + TAIL)}\r\n\r\n".encode() + HEAD)
        for _ in range(SIZE // len(BLOCK)):
            client.send(BLOCK)
            digest.update(BLOCK)
        client.send(TAIL)
        answer = client.answer()
    assert answer.json() == ["a.bin", SIZE, digest.hexdigest(), ""]
    assert peak.grown < 8_000_000


def test_other_requests_go_on_during_an_upload(served: tuple[int, int]) -> None:
    """Disk work does not hold up the loop."""
    port, _ = served
    with connected(port, timeout=30) as client, connected(port) as other:
        client.send(f"{POST}Content-Length: {SIZE + len(HEAD + TAIL)}\r\n\r\n".encode() + HEAD)
        waits = []
        for index in range(SIZE // len(BLOCK)):
            client.send(BLOCK)
            if index % 40 == 0:
                began = time.monotonic()
                assert other.get("/ready").status == 200
                waits.append(time.monotonic() - began)
        client.send(TAIL)
        assert client.answer().status == 200
    assert sorted(waits)[len(waits) // 2] < 0.1


def test_upload_beyond_the_limit(served: tuple[int, int]) -> None:
    """413 as soon as its length is told."""
    with connected(served[0]) as client:
        client.send(f"{POST}Content-Length: {65 * 1024 * 1024}\r\n\r\n".encode())
        assert client.answer().status == 413


def test_upload_that_breaks_off_leaves_nothing(served: tuple[int, int]) -> None:
    """Neither an open file nor a request under way."""
    port, pid = served
    folder = Path(f"/proc/{pid}/fd")
    before = len(list(folder.iterdir()))
    for _ in range(5):
        with connected(port) as client:
            client.send(f"{POST}Content-Length: {SIZE}\r\n\r\n".encode() + HEAD + BLOCK * 40)
            time.sleep(0.05)
    end = time.monotonic() + 5
    while len(list(folder.iterdir())) > before and time.monotonic() < end:
        time.sleep(0.02)
    assert len(list(folder.iterdir())) <= before


def test_download_in_parts(served: tuple[int, int]) -> None:
    """Each range is the file's own bytes; together they are the file."""
    with connected(served[0], timeout=30) as client:
        answer = client.get("/download", headers="Range: bytes=1000000-1000255\r\n")
        assert (answer.status, len(answer.body)) == (206, 256)
        assert answer.body == (BLOCK * 20)[1_000_000:1_000_256]
        assert answer.header("content-range") == f"bytes 1000000-1000255/{SIZE}"
        assert answer.header("content-disposition") == 'attachment; filename="film.bin"'
        etag = answer.header("etag")
        assert client.get("/download", headers=f"If-None-Match: {etag}\r\n").status == 304
        rest = client.get("/download", headers=f"Range: bytes={SIZE - 10}-\r\nIf-Range: {etag}\r\n")
        assert (rest.status, rest.body) == (206, BLOCK[-10:])
        assert client.get("/download", headers=f"Range: bytes={SIZE}-\r\n").status == 416


def test_large_download_in_bounded_memory(served: tuple[int, int]) -> None:
    """A client that does not read costs a few chunks; one that does gets every byte."""
    port, pid = served
    get = b"GET /download HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"
    digest, received = hashlib.sha256(), b""
    with connected(port) as stalled, connected(port) as client, Peak(pid) as peak:
        stalled.send(get)
        client.send(get)
        while b"\r\n\r\n" not in received:
            received += client.sock.recv(65536)
        digest.update(received.partition(b"\r\n\r\n")[2])
        while data := client.sock.recv(65536):
            digest.update(data)
        time.sleep(0.2)
    assert digest.digest() == hashlib.sha256(BLOCK * (SIZE // len(BLOCK))).digest()
    assert peak.grown < 8_000_000


def test_head_of_a_file(served: tuple[int, int]) -> None:
    """Its length without its bytes, and the connection goes on."""
    with connected(served[0]) as client:
        client.send(b"HEAD /download HTTP/1.1\r\nHost: t\r\n\r\n")
        answer = client.answer(head_only=True)
        assert (answer.status, answer.header("content-length")) == (200, str(SIZE))
        assert client.get("/ready").status == 200


def test_missing_file_is_the_servers_fault(served: tuple[int, int]) -> None:
    """500 before anything was sent, and the path stays in the log."""
    with connected(served[0]) as client:
        answer = client.get("/missing")
    assert answer.status == 500
    assert b"nowhere" not in answer.body


def test_events_go_on_where_the_client_left_off(served: tuple[int, int]) -> None:
    """A browser sends the id of the last event that it had."""
    with connected(served[0]) as client:
        answer = client.get("/events", headers="Last-Event-ID: 41\r\n")
    assert answer.header("content-type") == "text/event-stream; charset=utf-8"
    assert answer.body == b"data: 42\n\ndata: 43\n\ndata: 44\n\n"
