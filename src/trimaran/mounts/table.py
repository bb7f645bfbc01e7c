"""Which mounted application answers for a path that no route takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.errors import ConfigurationError
from trimaran.http.websocket_channel import WEBSOCKET
from trimaran.mounts.asgi import UNBOUNDED, asgi_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trimaran.http import Endpoint, Request, WebSocket


class MountTable:
    """Applications by the path that they are mounted below; the longest path wins.

    failed: returns the answer for an exception that an ASGI application raises
    """

    def __init__(self, failed: Callable[[Request, Exception], Any]) -> None:
        self._failed = failed
        self._mounts: list[tuple[str, Any]] = []

    def add(self, path: str, app: Any) -> None:
        """Mount an application: one with ``resolve``, such as an ``App``, or an ASGI one.

        Raises ``ConfigurationError`` for a path that is none, or that is taken.
        """
        prefix = path.rstrip("/")
        if (prefix and not prefix.startswith("/")) or "{" in prefix:
            what = f"{path!r} is no path to mount something below."
            mend = "Write it as '/static': it begins with '/' and has no parameters."
            raise ConfigurationError("TRI-MOUNT-001", what, mend)
        if any(prefix == other for other, _ in self._mounts):
            what = f"Something is mounted at {path!r} already."
            raise ConfigurationError("TRI-MOUNT-001", what, "Choose another path.")
        if not callable(app) and not hasattr(app, "resolve"):
            what = f"{app!r} cannot be mounted: it is no application."
            mend = "Mount an App, an ASGI application, StaticFiles or WSGIMiddleware(app)."
            raise ConfigurationError("TRI-MOUNT-001", what, mend)
        self._mounts.append((prefix, app))
        self._mounts.sort(key=lambda mount: -len(mount[0]))

    def __iter__(self) -> Iterator[Any]:
        seen: dict[int, Any] = {id(app): app for _, app in self._mounts}
        return iter(seen.values())

    def find(self, method: str, path: str) -> Endpoint | None:
        """Return the endpoint of what is mounted above a path; None where nothing is.

        A WebSocket is found in a mounted ``App`` alone.
        """
        for prefix, app in self._mounts:
            if path == prefix or path.startswith(f"{prefix}/"):
                inside = path[len(prefix) :] or "/"
                if method == WEBSOCKET:
                    return _socket(app, inside) if hasattr(app, "resolve") else None
                if hasattr(app, "resolve"):
                    return _native(app, method, inside)
                return asgi_endpoint(app, self._failed, prefix=prefix, max_body=UNBOUNDED)
        return None


def _socket(app: Any, path: str) -> Endpoint | None:
    """Return the endpoint of a WebSocket in an application, if it has one."""
    inner, params = app.resolve(WEBSOCKET, path)
    from trimaran.http.websocket_endpoint import WebSocketEndpoint

    if not isinstance(inner, WebSocketEndpoint):
        return None

    def talk(ws: WebSocket) -> Any:
        ws.path_params = params
        ws.app = app
        return inner.talk(ws)

    return WebSocketEndpoint(talk, options=inner.options, label=inner.label)


def _native(app: Any, method: str, path: str) -> Endpoint:
    """Return the endpoint of an application that is not asked through ASGI."""
    inner, params = app.resolve(method, path)

    def run(request: Request) -> Any:
        request.path_params = params
        request.app = app
        return inner.run(request)

    endpoint: Endpoint = inner.around(run)
    return endpoint
