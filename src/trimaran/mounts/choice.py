"""One of several applications, chosen by the host or by a header of the request."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trimaran.errors import ConfigurationError
from trimaran.http import Endpoint, JSONResponse, Request, Response
from trimaran.mounts.asgi import UNBOUNDED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimaran.server import Application

_NO_PARAMS: Mapping[str, Any] = MappingProxyType({})


class Choice:
    """Applications of which one answers each request: ``Hosts``, ``Versions``.

    Served, mounted or tested as an ``App`` is; all of them start and stop with it.
    """

    def __init__(self, apps: Mapping[str, Application]) -> None:
        if not apps:
            what = f"{type(self).__name__} has no application to choose."
            raise ConfigurationError("TRI-MOUNT-003", what, "Pass at least one.")
        self._apps = dict(apps)

    def choose(self, request: Request) -> Application | Response:
        """Return the application of a request, or the answer where there is none."""
        raise NotImplementedError

    def resolve(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        """Return what chooses the application, which resolves the path in its turn."""

        async def run(request: Request) -> Response:
            chosen = self.choose(request)
            if isinstance(chosen, Response):
                return chosen
            endpoint, params = chosen.resolve(method, path)
            if endpoint.body_mode == "whole" and not await _collect(request, endpoint.max_body):
                return JSONResponse({"detail": "The request body is too large."}, 413)
            request.path_params = params
            request.app = chosen
            answer: Any = endpoint.run(request)
            if not isinstance(answer, bytes | Response):
                answer = await answer
            return answer if isinstance(answer, Response) else _response(endpoint, answer)

        label = f"{type(self).__name__} of applications"
        endpoint = Endpoint(run, body_mode="stream", max_body=UNBOUNDED, label=label)
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
        return list({id(app): app for app in self._apps.values()}.values())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one ASGI 3 connection."""
        from trimaran.server.asgi import asgi_call

        await asgi_call(self, scope, receive, send)


class Hosts(Choice):
    """An application by the host that was asked for.

    ``Hosts({"api.shop.example": api, "*.shop.example": tenants, "*": site})``: a whole name comes
    before a star, the longer star before the shorter; 404 where no host fits.
    """

    def __init__(self, apps: Mapping[str, Application]) -> None:
        super().__init__({pattern.lower(): app for pattern, app in apps.items()})
        for pattern in self._apps:
            if "*" in pattern.removeprefix("*.") and pattern != "*":
                what = f"The host pattern {pattern!r} has a star that is not its first label."
                mend = "Write '*.shop.example' for every name below shop.example."
                raise ConfigurationError("TRI-MOUNT-003", what, mend)
        stars = [pattern for pattern in self._apps if pattern.startswith("*.")]
        self._below = sorted(stars, key=len, reverse=True)

    def choose(self, request: Request) -> Application | Response:
        """Return the application of the request's host."""
        host = request.headers.get("host", "").lower()
        host = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        found = self._apps.get(host)
        if found is None:
            for pattern in self._below:
                if host.endswith(pattern[1:]):
                    return self._apps[pattern]
            found = self._apps.get("*")
        return found or JSONResponse({"detail": "Not Found"}, 404)


class Versions(Choice):
    """An application by the version that a header names.

    ``app.mount("/api", Versions({"1": v1, "2": v2}, default="2"))``

    header:  holds the version, ``X-API-Version: 1``
    default: where the header is missing; None answers 400 then, as an unknown version does
    """

    def __init__(
        self,
        apps: Mapping[str, Application],
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

    def choose(self, request: Request) -> Application | Response:
        """Return the application of the version that was asked for."""
        version = request.headers.get(self._header, self._default)
        found = None if version is None else self._apps.get(version.strip())
        if found is not None:
            return found
        known = ", ".join(self._apps)
        return JSONResponse({"detail": f"{self._header} should be one of {known}."}, 400)


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
