"""TLS from certificate files."""

from __future__ import annotations

import logging
import os
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from serving.raw_client import RawClient, connected
from serving.running import engine, wait_until

from trimaran import App, FileResponse
from trimaran.errors import ConfigurationError


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Make a certificate for localhost."""
    folder = tmp_path_factory.mktemp("tls")
    files = {"certfile": str(folder / "cert.pem"), "keyfile": str(folder / "key.pem")}
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", files["keyfile"], "-out", files["certfile"]),
        ],
        check=True,
        capture_output=True,
    )
    return files


def wrapped(port: int, certfile: str) -> ssl.SSLSocket:
    """Connect with TLS, verifying the certificate."""
    context = ssl.create_default_context(cafile=certfile)
    sock = socket.create_connection(("127.0.0.1", port), timeout=5)
    return context.wrap_socket(sock, server_hostname="localhost")


def test_request(files: dict[str, str]) -> None:
    """Requests over TLS see the scheme https."""
    with engine(**files) as running, wrapped(running.port, files["certfile"]) as sock:
        client = RawClient(sock)
        assert client.get("/about").json()["scheme"] == "https"
        assert client.get("/stream").body == b"0\n1\n2\n"
        assert sock.version() in ("TLSv1.2", "TLSv1.3")
        assert running.server.address.startswith("https://127.0.0.1:")


def test_files_are_encrypted(files: dict[str, str], tmp_path: Path) -> None:
    """A large file is read and encrypted here: the kernel cannot send it by itself."""
    file = tmp_path / "film.bin"
    file.write_bytes(os.urandom(1_000_000))
    app = App(debug=False)

    @app.get("/file")
    async def give() -> FileResponse:
        return FileResponse(file)

    with engine(app, **files) as running, wrapped(running.port, files["certfile"]) as sock:
        assert RawClient(sock).get("/file").body == file.read_bytes()


def test_large_bodies(files: dict[str, str]) -> None:
    """Large bodies go both ways."""
    with engine(**files) as running, wrapped(running.port, files["certfile"]) as sock:
        client = RawClient(sock)
        client.send(b"POST /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 300000\r\n\r\n")
        client.send(b"x" * 300_000)
        assert client.answer().body == b"300000"
        client.send(b"GET /flood HTTP/1.1\r\nHost: t\r\n\r\n")
        assert len(client.answer().body) == 100_000_000


def test_refusal(files: dict[str, str]) -> None:
    """A refused request is answered over TLS too."""
    with (
        engine(**files, limits={"linger": 0.2}) as running,
        wrapped(running.port, files["certfile"]) as sock,
    ):
        client = RawClient(sock)
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        assert client.answer().status == 400


@pytest.mark.parametrize(
    "garbage",
    [b"GET / HTTP/1.1\r\nHost: t\r\n\r\n", b"\x16\x03\x01" + b"\xff" * 500, b"\x00" * 5000],
)
def test_garbage(files: dict[str, str], garbage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """What is not TLS is dropped without a word in the log, and others are served."""
    with engine(**files) as running:
        with connected(running.port) as client:
            client.send(garbage)
            assert b"HTTP/1.1" not in client.rest()
        with wrapped(running.port, files["certfile"]) as sock:
            assert RawClient(sock).get("/").status == 200
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_handshake_has_a_limit(files: dict[str, str]) -> None:
    """A client that never shakes hands is cut off."""
    with (
        engine(**files, limits={"tls_handshake": 0.2}) as running,
        connected(running.port) as client,
    ):
        assert client.rest() == b""


def test_leaving_midway(files: dict[str, str]) -> None:
    """A client that drops the connection leaves nothing behind."""
    with engine(**files) as running:
        with wrapped(running.port, files["certfile"]) as sock:
            sock.sendall(b"GET /flood HTTP/1.1\r\nHost: t\r\n\r\n")
            sock.recv(1000)
        wait_until(lambda: running.server.stats.connections == 0)
        wait_until(lambda: running.server.stats.in_flight == 0)


def test_certificate_that_is_missing(tmp_path: Path) -> None:
    """A file that cannot be used is named."""
    missing = str(tmp_path / "none.pem")
    message = f"TRI-ENGINE-004 The certificate {missing} cannot be used: No such file"
    with pytest.raises(ConfigurationError, match=message), engine(certfile=missing):
        pass
