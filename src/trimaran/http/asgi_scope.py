"""What a request or a WebSocket is in ASGI's words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from urllib.parse import quote

if TYPE_CHECKING:
    from trimaran.http.channel import Channel
    from trimaran.http.state import State
    from trimaran.types import RawHeaders

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Asgi: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


class _Connection(Protocol):
    """The head of a request or of a WebSocket's handshake."""

    path: str
    query_string: bytes
    raw_headers: RawHeaders

    @property
    def channel(self) -> Channel: ...

    @property
    def root_path(self) -> str: ...

    @property
    def state(self) -> State: ...


def connection_scope(connection: _Connection, prefix: str) -> Message:
    """Return what the scopes of requests and of WebSockets have in common.

    prefix: what the application is mounted below, within those around it
    """
    channel = connection.channel
    path = connection.path
    return {
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": channel.http_version,
        "scheme": channel.scheme,
        "path": path,
        "raw_path": quote(path, safe="/:@!$&'()*+,;=~-._").encode("ascii"),
        "query_string": connection.query_string,
        "root_path": connection.root_path + prefix,
        "headers": [(name.lower(), value) for name, value in connection.raw_headers],
        "client": channel.client,
        "server": channel.server,
        "state": dict(vars(connection.state)),
        "extensions": {},
    }


def below_root(scope: Message) -> str:
    """Return the path without the root path that the server names."""
    path: str = scope["path"]
    root = root_of(scope)
    if root and (path == root or path.startswith(f"{root}/")):
        return path[len(root) :] or "/"
    return path


def root_of(scope: Message) -> str:
    """Return what the server says that stands before the application's paths."""
    root: str = scope.get("root_path", "")
    return root.rstrip("/")
