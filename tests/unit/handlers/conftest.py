"""Routes called without a server: through the route table and the compiled endpoint."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from trimaran.handlers import FaultHandlers, Router, compile_routes
from trimaran.http import Endpoint, Request
from trimaran.routing import RouteTable


class QuietChannel:
    """A connection that is there and says nothing."""

    client = ("192.0.2.1", 40000)
    server = ("192.0.2.2", 80)
    scheme = "http"
    http_version = "1.1"

    def is_disconnected(self) -> bool:
        """The client stays."""
        return False

    async def wait_disconnected(self) -> None:
        """Never return."""
        await asyncio.Event().wait()


class Answer:
    """What came back: bytes with the endpoint's own head, or a response."""

    def __init__(self, endpoint: Endpoint, result: Any, *, at_once: bool) -> None:
        self.at_once = at_once
        whole = isinstance(result, bytes)
        self.status = endpoint.status if whole else result.status_code
        self.body: bytes = result if whole else result.body
        self.headers = endpoint.headers if whole else result.raw_headers

    @property
    def json(self) -> Any:
        """The body decoded."""
        return msgspec.json.decode(self.body)

    @property
    def faults(self) -> set[tuple[str, ...]]:
        """The faults of a 422: type and place, ``("int_parsing", "query", "limit")``."""
        assert self.status == 422, (self.status, self.body)
        return {(fault["type"], *map(str, fault["loc"])) for fault in self.json["detail"]}

    def header(self, name: bytes) -> list[bytes]:
        """The values of a header."""
        return [value for key, value in self.headers if key == name]


def _missing(method: str, path: str, allowed: frozenset[str]) -> Endpoint:
    return Endpoint(lambda _: b"", status=405 if allowed else 404)


async def _finish(result: Any) -> Any:
    if inspect.iscoroutine(result):
        result = await result
    for hook in getattr(result, "after", None) or ():
        await hook()
    return result


Ask = Callable[..., Answer]


def ask_router(
    router: Router,
    method: str,
    target: str,
    *,
    json: Any = None,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    overrides: Mapping[Any, Any] | None = None,
    faults: FaultHandlers | None = None,
) -> Answer:
    """Send one request to a router's routes and return the answer."""
    fields = {"host": "test", **(headers or {})}
    if json is not None:
        body = msgspec.json.encode(json)
        fields.setdefault("Content-Type", "application/json")
    table = RouteTable(_missing)
    handlers = faults or FaultHandlers(router.exception_handlers)
    for plan, endpoint in compile_routes(router.routes, overrides=overrides or {}, faults=handlers):
        table.add(plan.route.path, plan.route.methods, endpoint)
    parts = urlsplit(target)
    endpoint, params = table.resolve(method, parts.path)
    raw = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
    request = Request(method, parts.path, parts.query.encode(), raw, QuietChannel(), body)
    request.path_params = params

    async def answer() -> Answer:
        result = endpoint.run(request)
        at_once = not inspect.iscoroutine(result)
        return Answer(endpoint, await _finish(result), at_once=at_once)

    return asyncio.run(answer())


@pytest.fixture
def ask() -> Ask:
    """``ask(router, "GET", "/films?limit=3")`` answers as a server would have it answered."""
    return ask_router
