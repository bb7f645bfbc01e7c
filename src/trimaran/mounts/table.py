"""Which mounted application answers for a path that no route takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from trimaran.errors import ConfigurationError
from trimaran.handlers.mount import check_taken
from trimaran.http.websocket_channel import WEBSOCKET
from trimaran.mounts.asgi import UNBOUNDED, asgi_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trimaran.handlers.mount import Mount
    from trimaran.http import Endpoint, Request


class MountTable:
    """Applications by the path that they are mounted below; the longest path wins.

    failed:   returns, for a mount, what answers for an exception that its application raises
    surround: puts the middleware that stands around a mount around an endpoint of it
    Raises ``ConfigurationError`` where two are mounted at one path.
    """

    def __init__(
        self,
        mounts: Sequence[Mount],
        failed: Callable[[Mount], Callable[[Request, Exception], Any]],
        surround: Callable[[Endpoint, Mount], Endpoint],
    ) -> None:
        check_taken(mounts)
        self._failed = failed
        self._surround = surround
        self._mounts = sorted(mounts, key=lambda mount: -len(mount.path))

    def find(self, method: str, path: str) -> Endpoint | None:
        """Return the endpoint of what is mounted above a path; None where nothing is."""
        for mount in self._mounts:
            prefix = mount.path
            if path == prefix or path.startswith(f"{prefix}/"):
                inside = path[len(prefix) :] or "/"
                failed = self._failed(mount)
                found = endpoint_of(mount.app, method, inside, failed=failed, prefix=prefix)
                return None if found is None else self._surround(found, mount)
        return None

    def reverse(self, name: str, params: dict[str, Any]) -> str | None:
        """Return the path of what is named in a mount; None where nothing is.

        ``"api:film"`` is the route ``film`` of what is mounted as ``api``, ``"static"`` with the
        parameter ``path`` a file.
        """
        for mount in self._mounts:
            if mount.name and name == mount.name and set(params) == {"path"}:
                inside = quote(str(params["path"]).lstrip("/"), safe="/:@!$&'()*+,;=~-._")
                return f"{mount.path}/{inside}"
            start = f"{mount.name}:" if mount.name else ""
            if name.startswith(start) and hasattr(mount.app, "url_path_for"):
                try:
                    found: str = mount.app.url_path_for(name.removeprefix(start), **params)
                except ConfigurationError:
                    continue
                return mount.path + found
        return None


def applications(mounted: Sequence[Any]) -> Iterator[Any]:
    """Yield each application that starts and stops with the outer one, once."""
    seen: dict[int, Any] = {id(app): app for app in mounted}
    return (app for app in seen.values() if hasattr(app, "startup"))


def endpoint_of(
    app: Any,
    method: str,
    path: str,
    *,
    failed: Callable[[Request, Exception], Any],
    prefix: str = "",
) -> Endpoint | None:
    """Return an application's endpoint: its own, or the way into it by ASGI.

    path:   within the application
    prefix: what it is mounted below
    None where it has no such WebSocket.
    """
    native = hasattr(app, "resolve")
    if method == WEBSOCKET:
        from trimaran.mounts.sockets import asgi_socket, entered_socket

        if native:
            return entered_socket(app, path, prefix)
        if not getattr(app, "has_websockets", True):
            return None
        return asgi_socket(app, failed, prefix=prefix)
    if native:
        return _entered(app, method, path, prefix)
    return asgi_endpoint(app, failed, prefix=prefix, max_body=UNBOUNDED)


def _entered(app: Any, method: str, path: str, prefix: str) -> Endpoint:
    """Return the endpoint of an application that is not asked through ASGI."""
    inner, params = app.resolve(method, path)

    def run(request: Request) -> Any:
        request.path_params = params
        request.enter(app, prefix)
        return inner.run(request)

    endpoint: Endpoint = inner.around(run)
    return endpoint
