"""One of several applications, chosen by the host or by a header of the request."""

from __future__ import annotations

import asyncio
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trimaran.errors import ConfigurationError
from trimaran.http import Endpoint, Request, Response
from trimaran.http.problems import fault_of
from trimaran.http.websocket_channel import WEBSOCKET
from trimaran.mounts.asgi import UNBOUNDED
from trimaran.mounts.table import endpoint_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from trimaran.http import HTTPConnection
    from trimaran.server import Application

    Failed = Callable[[Request, Exception], Any]
    Resolve = Callable[[str, str], tuple[Endpoint, Mapping[str, Any]]]

logger = logging.getLogger("trimaran.errors")

_NO_PARAMS: Mapping[str, Any] = MappingProxyType({})


class Choice:
    """Applications of which one answers each request: ``Hosts``, ``Versions``.

    Served, mounted or tested as an ``App`` is; those that are an ``App`` start and stop with it.

    failed:   returns the answer for an exception that an ASGI application raises
    own:      resolves what no application is chosen for, where there is such a thing
    surround: puts middleware around an endpoint of an application that was chosen
    """

    def __init__(self, apps: Mapping[str, Any], *, failed: Failed | None = None) -> None:
        if not apps:
            what = f"{type(self).__name__} has no application to choose."
            raise ConfigurationError("TRI-MOUNT-003", what, "Pass at least one.")
        self._apps = dict(apps)
        self._failed = failed or _failed
        self.own: Resolve | None = None
        self.surround: Callable[[Endpoint], Endpoint] = _unchanged

    def choose(self, request: HTTPConnection) -> Any:
        """Return the application of a request, or the answer where there is none."""
        raise NotImplementedError

    @property
    def problem_details(self) -> bool:
        """Whether all of the applications answer faults in RFC 9457's form."""
        return all(getattr(app, "problem_details", False) for app in self._apps.values())

    def resolve(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        """Return what chooses the application, which resolves the path in its turn."""
        label = f"{type(self).__name__} of applications"

        def find(request: HTTPConnection) -> Any:
            chosen = self.choose(request)
            if not isinstance(chosen, Response):
                found = endpoint_of(chosen, method, path, failed=self._failed)
                return None if found is None else self.surround(found)
            if self.own is None:
                return chosen
            endpoint, request.path_params = self.own(method, path)
            return endpoint

        if method == WEBSOCKET:
            from trimaran.mounts.sockets import chosen_socket

            return chosen_socket(find, label), _NO_PARAMS

        async def run(request: Request) -> Response:
            endpoint = find(request)
            if isinstance(endpoint, Response):
                return endpoint
            if endpoint.body_mode == "whole" and not await _collect(request, endpoint.max_body):
                return fault_of(request, 413, "The request body is too large.")
            answer: Any = endpoint.run(request)
            if not isinstance(answer, bytes | Response):
                answer = await (answer if endpoint.cancel_on_disconnect else _to_its_end(answer))
            return answer if isinstance(answer, Response) else _response(endpoint, answer)

        endpoint = Endpoint(
            run,
            body_mode="stream",
            max_body=UNBOUNDED,
            label=label,
            cancel_on_disconnect=True,  # what is chosen may go on all the same
        )
        return endpoint, _NO_PARAMS

    async def startup(self) -> None:
        """Start every application; those that have started stop where one cannot."""
        started: list[Application] = []
        try:
            for app in self._distinct():
                await app.startup()
                started.append(app)
        except BaseException:
            for app in reversed(started):
                await app.shutdown()
            raise

    async def shutdown(self) -> None:
        """Stop every application, the last one first."""
        for app in reversed(self._distinct()):
            await app.shutdown()

    def _distinct(self) -> list[Application]:
        distinct = {id(app): app for app in self._apps.values() if hasattr(app, "startup")}
        return list(distinct.values())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one ASGI 3 connection."""
        from trimaran.server.asgi import asgi_call

        await asgi_call(self, scope, receive, send)


class Hosts(Choice):
    """An application by the host that was asked for.

    ``Hosts({"api.shop.example": api, "*.shop.example": tenants, "*": site})``: a whole name comes
    before a star, the longer star before the shorter; 404 where no host fits.
    """

    def __init__(self, apps: Mapping[str, Any], *, failed: Failed | None = None) -> None:
        super().__init__({pattern.lower(): app for pattern, app in apps.items()}, failed=failed)
        for pattern in self._apps:
            if "*" in pattern.removeprefix("*.") and pattern != "*":
                what = f"The host pattern {pattern!r} has a star that is not its first label."
                mend = "Write '*.shop.example' for every name below shop.example."
                raise ConfigurationError("TRI-MOUNT-003", what, mend)
        stars = [pattern for pattern in self._apps if pattern.startswith("*.")]
        self._below = sorted(stars, key=len, reverse=True)

    def choose(self, request: HTTPConnection) -> Any:
        """Return the application of the request's host."""
        host = request.headers.get("host", "").lower()
        host = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        found = self._apps.get(host)
        if found is None:
            for pattern in self._below:
                if host.endswith(pattern[1:]):
                    return self._apps[pattern]
            found = self._apps.get("*")
        return found or fault_of(request, 404, "Not Found")


def by_host(
    apps: Mapping[str, Any],
    own: Resolve,
    failed: Failed,
    surround: Callable[[Endpoint], Endpoint],
) -> Resolve:
    """Return what resolves requests of some hosts in other applications.

    own:      resolves all others
    surround: puts the application's middleware around the others' endpoints
    """
    hosts = Hosts(apps, failed=failed)
    hosts.own, hosts.surround = own, surround
    return hosts.resolve


class Versions(Choice):
    """An application by the version that a header names.

    ``app.mount("/api", Versions({"1": v1, "2": v2}, default="2"))``

    header:  holds the version, ``X-API-Version: 1``
    default: where the header is missing; None answers 400 then, as an unknown version does
    """

    def __init__(
        self,
        apps: Mapping[str, Any],
        *,
        header: str = "X-API-Version",
        default: str | None = None,
    ) -> None:
        super().__init__(apps)
        if default is not None and default not in self._apps:
            what = f"The default version {default!r} is not one of {', '.join(self._apps)}."
            raise ConfigurationError("TRI-MOUNT-003", what, "Name one of them.")
        self._header = header
        self._default = default

    def choose(self, request: HTTPConnection) -> Any:
        """Return the application of the version that was asked for."""
        version = request.headers.get(self._header, self._default)
        found = None if version is None else self._apps.get(version.strip())
        if found is not None:
            return found
        known = ", ".join(self._apps)
        return fault_of(request, 400, f"{self._header} should be one of {known}.")


def _unchanged(endpoint: Endpoint) -> Endpoint:
    return endpoint


def _failed(request: Request, error: Exception) -> Response:
    logger.error("%s %r failed", request.method, request.path, exc_info=error)
    return fault_of(request, 500, "Internal Server Error")


async def _to_its_end(answer: Coroutine[Any, Any, Any]) -> Any:
    """Await an answer although its client may leave; a second cancellation ends it."""
    task = asyncio.ensure_future(answer)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
        raise


async def _collect(request: Request, limit: int) -> bool:
    """Take in the whole body; return whether it is within its limit."""
    if request.body_stream is None:
        return len(request.body_bytes) <= limit
    chunks: list[bytes] = []
    left = limit
    async for chunk in request.stream():
        left -= len(chunk)
        if left < 0:
            return False
        chunks.append(chunk)
    request.body_bytes = b"".join(chunks)
    request.body_stream = None
    return True


def _response(endpoint: Endpoint, body: bytes) -> Response:
    response = Response(None, endpoint.status)
    response.body = body
    response.raw_headers = [*endpoint.headers]
    return response
