"""Requests and headers made from ASGI's scope, as middleware of other frameworks makes them."""

from typing import Any

import pytest

from trimaran import App, Request
from trimaran.http import Headers, MutableHeaders
from trimaran.testing import TestClient

SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/films",
    "query_string": b"q=1",
    "headers": [(b"host", b"shop.example"), (b"x-token", b"a")],
    "client": ("10.0.0.1", 5000),
}


class Stamped:
    """A middleware class that knows nothing but ASGI and these classes."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})["stamp"] = Headers(scope=scope).get("x-token")
        Request(scope).state.seen = Request(scope).url.path

        async def stamped(message: Any) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("x-stamp", "yes")
            await send(message)

        await self.app(scope, receive, stamped)


def test_a_request_of_a_scope() -> None:
    """Its head is the scope's."""
    request = Request(dict(SCOPE))
    assert (request.method, request.url.path, request.query_params["q"]) == ("POST", "/films", "1")
    assert (request.headers["X-Token"], request.client) == ("a", ("10.0.0.1", 5000))
    assert str(request.url) == "http://shop.example/films?q=1"


async def test_a_body_of_receive() -> None:
    """It arrives in parts; without ``receive`` the message says what is missing."""
    messages: list[Any] = [
        {"type": "http.request", "body": b'{"a"', "more_body": True},
        {"type": "http.request", "body": b": 1}"},
    ]

    async def receive() -> Any:
        return messages.pop(0)

    assert await Request(dict(SCOPE), receive).json() == {"a": 1}
    with pytest.raises(RuntimeError, match="give it receive"):
        await Request(dict(SCOPE)).body()


def test_middleware_reads_and_changes() -> None:
    """The state is the scope's, which the handler sees; headers of a message are changed."""
    app = App()
    app.add_middleware(Stamped)

    @app.get("/films")
    async def films(request: Request) -> list[str]:
        return [request.state.stamp, request.state.seen]

    answer = TestClient(app).get("/films", headers={"X-Token": "a"})
    assert answer.json() == ["a", "/films"]
    assert answer.headers["x-stamp"] == "yes"
