"""Listening sockets and TLS."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    from trimaran.server.config import ServerConfig


def listen(config: ServerConfig) -> socket.socket:
    """Return a listening socket for the address of the configuration.

    Raises ``ConfigurationError`` where it cannot be had.
    """
    if config.fd is not None:
        return socket.socket(fileno=config.fd)
    try:
        return _unix(config.uds) if config.uds is not None else _tcp(config.host, config.port)
    except OSError as error:
        place = config.uds or f"{config.host}:{config.port}"
        what = f"The server cannot listen on {place}: {error.strerror or error}."
        mend = "Stop what uses the address, or choose another one."
        raise ConfigurationError("TRI-ENGINE-003", what, mend) from None


def _tcp(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Octets spare Python its tables for names that are not ASCII, a millisecond at every start.
    name = host.encode() if host.isascii() else host
    found = socket.getaddrinfo(name, port, family, socket.SOCK_STREAM)
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(found[0][4])
    except BaseException:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def _unix(path: str) -> socket.socket:
    """Bind a Unix socket; take over one that no server listens on any more."""
    place = Path(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if place.exists() and stat.S_ISSOCK(place.stat().st_mode) and not _answers(path):
            place.unlink()
        sock.bind(path)
    except BaseException:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(path)
        except OSError:
            return False
        return True


def remove_unix(config: ServerConfig) -> None:
    """Remove the file of a Unix socket that this process made."""
    if config.uds is not None and config.fd is None:
        Path(config.uds).unlink(missing_ok=True)


def address_of(sock: socket.socket, config: ServerConfig) -> str:
    """Return what a user types to reach the server: a URL, or ``unix:`` and the path."""
    if sock.family == socket.AF_UNIX:
        return f"unix:{os.fsdecode(sock.getsockname())}"
    host, port = sock.getsockname()[:2]
    scheme = "https" if config.certfile else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def tls_context(config: ServerConfig) -> ssl.SSLContext | None:
    """Return the TLS settings, None where no certificate is named.

    TLS 1.2 is the oldest version spoken. Raises ``ConfigurationError`` for files that do not work.
    """
    if config.certfile is None:
        return None
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(config.certfile, config.keyfile)
    except OSError as error:
        what = f"The certificate {config.certfile} cannot be used: {error.strerror or error}."
        mend = "Name a PEM chain in certfile and its unencrypted key in keyfile."
        raise ConfigurationError("TRI-ENGINE-004", what, mend) from None
    context.set_alpn_protocols(["http/1.1"])
    return context
