"""How often a client may call."""

from __future__ import annotations

import itertools
import math
import sys
import time
from typing import TYPE_CHECKING, Any, ClassVar

from trimaran._internal.worker_folder import worker_folder
from trimaran.errors import ConfigurationError, HTTPException
from trimaran.middleware.rate_store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimaran.handlers.middleware import CallNext
    from trimaran.handlers.socket_middleware import SocketNext
    from trimaran.http import HTTPConnection, Request, Response, WebSocket
    from trimaran.middleware.rate_store import Allowance, RateLimitStore

_numbers = itertools.count(1)


def client_address(request: HTTPConnection) -> str:
    """Return the client's address, of IPv6 the /64 that one client has to itself."""
    client = request.channel.client
    if client is None:
        return ""
    address = client[0]
    if ":" not in address:
        return address
    from ipaddress import ip_network

    try:
        return str(ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


def by_header(name: str) -> Callable[[HTTPConnection], str]:
    """Return a key that is a header's value, the client's address where there is none.

    Only for a header that cannot be invented, such as an API key that is checked further out.
    """

    def key(request: HTTPConnection) -> str:
        given = request.headers.get(name)
        return client_address(request) if given is None else f"{name}:{given}"

    return key


class RateLimitMiddleware:
    """Answers 429 and ``Retry-After`` to clients that call too often.

    A bucket for each client: it holds ``limit`` requests and fills up again within ``per`` seconds.
    The workers of ``trimaran serve`` count together; processes of other servers, each for itself.
    Of WebSockets the handshakes count. Answers tell what is left as
    draft-ietf-httpapi-ratelimit-headers has it.

    limit:    requests that may come at once
    per:      seconds in which as many are allowed again
    key:      names the client of a request; its address where nothing else is said; None from it
              lets the request pass uncounted
    max_keys: clients remembered at once; beyond it those that owe least are forgotten
    name:     of the limit, in its headers and among the workers
    store:    counts; a ``RateLimitStore``
    """

    openapi_responses: ClassVar[Mapping[int, Mapping[str, Any]]] = {
        429: {
            "description": "Too Many Requests",
            "headers": {
                name: {"schema": {"type": "string"}}
                for name in ("Retry-After", "RateLimit-Policy", "RateLimit")
            },
        }
    }

    def __init__(
        self,
        limit: int,
        per: float = 60.0,
        *,
        key: Callable[[Any], str | None] = client_address,
        max_keys: int = 10_000,
        name: str = "default",
        store: RateLimitStore | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if limit < 1 or per <= 0 or max_keys < 1:
            what = (
                f"RateLimitMiddleware({limit}, {per}) allows no request, or allows them in no time."
            )
            mend = "Pass a limit of 1 or more and a time above 0."
            raise ConfigurationError("TRI-MIDDLEWARE-003", what, mend)
        if not name.isascii() or not name.isprintable() or set(name) & {'"', "\\"}:
            what = f"The name {name!r} of a rate limit cannot stand in a header."
            raise ConfigurationError("TRI-MIDDLEWARE-003", what, "Use letters, digits and hyphens.")
        self._limit = limit
        self._per = per
        self._key = key
        self._name = name
        self._policy = f'"{name}";q={limit};w={max(1, math.ceil(per))}'
        self._store = store or _own_store(f"{name}-{limit}-{per}", max_keys, clock)

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        """Let a request pass that its client's bucket has room for."""
        headers = await self._take(request)
        response = await call_next(request)
        for name, value in headers.items():
            response.headers.append(name, value)
        return response

    async def websocket(self, ws: WebSocket, call_next: SocketNext) -> None:
        """Let a WebSocket pass that its client's bucket has room for."""
        await self._take(ws)
        await call_next(ws)

    async def _take(self, request: HTTPConnection) -> dict[str, str]:
        """Count a request; return what its answer tells. Raises ``HTTPException`` 429."""
        key = self._key(request)
        if key is None:
            return {}
        allowance = await self._store.take(key, self._limit, self._per)
        headers = self._headers(allowance)
        if allowance.remaining < 0:
            headers["retry-after"] = str(_seconds(allowance))
            raise HTTPException(429, "Too many requests: wait a little.", headers)
        return headers

    def _headers(self, allowance: Allowance) -> dict[str, str]:
        left = max(allowance.remaining, 0)
        state = f'"{self._name}";r={left};t={_seconds(allowance)}'
        return {"ratelimit-policy": self._policy, "ratelimit": state}


def _seconds(allowance: Allowance) -> int:
    return max(1, math.ceil(allowance.wait))


def _own_store(name: str, max_keys: int, clock: Callable[[], float]) -> RateLimitStore:
    """Return a store that the workers of one server share, or of this process where it is alone.

    Workers make their limits in one order, so that a number tells those of one name apart.
    """
    folder = worker_folder()
    if folder is None or sys.platform == "win32":
        return MemoryStore(max_keys, clock=clock)
    from trimaran.middleware.shared_store import store_in

    return store_in(folder, f"{next(_numbers)}-{name}", max_keys)
