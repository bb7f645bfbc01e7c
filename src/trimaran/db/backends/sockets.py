"""What is done to the sockets beneath connections."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Any


def hang_up(sock: Any) -> None:
    """Let the server go where the loop has ended that could say goodbye to it."""
    if sock is None:
        return
    with (
        contextlib.suppress(OSError, ValueError),
        socket.socket(fileno=os.dup(sock.fileno())) as own,
    ):
        own.shutdown(socket.SHUT_RDWR)


def keep_alive(sock: Any, *, seconds: int = 60) -> None:
    """Let the kernel notice within a minute that the server's machine is gone."""
    if sock is None or sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    options = [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPIDLE", None), seconds // 2),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPINTVL", None), seconds // 6),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPCNT", None), 3),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_USER_TIMEOUT", None), seconds * 1000),
    ]
    for level, option, value in options:
        if option is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(level, option, value)
