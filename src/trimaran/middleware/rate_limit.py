"""How often a client may call, counted in this process's memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, ClassVar

from trimaran.errors import ConfigurationError, HTTPException

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimaran.handlers.middleware import CallNext
    from trimaran.http import Request, Response


def client_address(request: Request) -> str:
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


class RateLimitMiddleware:
    """Answers 429 and ``Retry-After`` to clients that call too often.

    A bucket for each client: it holds ``limit`` requests and fills up again within ``per`` seconds.
    Each worker process counts for itself, so N workers let up to N times as many pass.

    limit:    requests that may come at once
    per:      seconds in which as many are allowed again
    key:      names the client of a request; its address where nothing else is said
    max_keys: clients remembered at once; beyond it the one that was idle for longest is forgotten
    """

    openapi_responses: ClassVar[Mapping[int, Mapping[str, Any]]] = {
        429: {
            "description": "Too Many Requests",
            "headers": {
                name: {"schema": {"type": "string"}}
                for name in (
                    "Retry-After",
                    "RateLimit-Limit",
                    "RateLimit-Remaining",
                    "RateLimit-Reset",
                )
            },
        }
    }

    def __init__(
        self,
        limit: int,
        per: float = 60.0,
        *,
        key: Callable[[Request], str] = client_address,
        max_keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if limit < 1 or per <= 0 or max_keys < 1:
            what = (
                f"RateLimitMiddleware({limit}, {per}) allows no request, or allows them in no time."
            )
            mend = "Pass a limit of 1 or more and a time above 0."
            raise ConfigurationError("TRI-MIDDLEWARE-003", what, mend)
        self._limit = limit
        self._spacing = per / limit
        self._per = per
        self._key = key
        self._max_keys = max_keys
        self._clock = clock
        # When each client's bucket is full again, the latest caller last.
        self._full_at: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        """Let a request pass that its client's bucket has room for."""
        remaining, reset = self._take(self._key(request))
        headers = {
            "ratelimit-limit": str(self._limit),
            "ratelimit-remaining": str(max(remaining, 0)),
            "ratelimit-reset": str(max(1, round(reset + 0.5))),
        }
        if remaining < 0:
            headers["retry-after"] = headers["ratelimit-reset"]
            raise HTTPException(429, "Too many requests: wait a little.", headers)
        response = await call_next(request)
        for name, value in headers.items():
            response.headers[name] = value
        return response

    def _take(self, key: str) -> tuple[int, float]:
        """Take one request out; return how many are left, -1 for none, and seconds until more."""
        now = self._clock()
        full_at = max(self._full_at.get(key, now), now)
        if full_at + self._spacing - now > self._per * (1 + 1e-9):
            return -1, full_at + self._spacing - now - self._per
        full_at += self._spacing
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._max_keys:
            self._full_at.popitem(last=False)
        return int((self._per - (full_at - now)) / self._spacing + 1e-9), full_at - now
