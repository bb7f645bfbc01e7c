"""Requests and headers made from ASGI's scope, as middleware of other frameworks makes them."""

from typing import Any, ClassVar

import pytest

from trimaran import App, HTTPException, JSONResponse, Request
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


class Outer(Stamped):
    """A layer around another, which reads what that has left in the scope."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def told(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-route"] = getattr(scope.get("route"), "path", "none")
                headers["x-state"] = scope["state"]["stamp"]
            await send(message)

        await self.app(scope, receive, told)


@pytest.mark.parametrize(("path", "route"), [("/films/3", "/films/{id}"), ("/none", "none")])
def test_layers_share_a_scope(path: str, route: str) -> None:
    """What an inner one or the application puts there is seen by the outer: the route, a state."""
    app = App()
    app.add_middleware(Stamped)
    app.add_middleware(Outer)
    app.get("/films/{id}")(lambda id: "film")
    headers = TestClient(app).get(path, headers={"X-Token": "a"}).headers
    assert (headers["x-route"], headers["x-state"]) == (route, "a")


def test_the_route_stands_in_the_requests_scope() -> None:
    """For function middleware and handlers that label what they measure."""
    app = App()

    @app.get("/films/{id}")
    async def film(id: int, request: Request) -> str:
        return str(request.scope["route"].path)

    assert TestClient(app).get("/films/3").json() == "/films/{id}"


class Watching:
    """A middleware class that counts what failed and lets it pass."""

    seen: ClassVar[list[str]] = []

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            self.seen.append(str(error))
            raise


def watched() -> App:
    app = App(debug=False)
    app.add_middleware(Watching)

    @app.get("/{kind}")
    async def fail(kind: str) -> str:
        raise {"fault": RuntimeError("storm"), "told": HTTPException(418)}[kind]

    return app


def test_a_fault_passes_through_the_layers() -> None:
    """One that nobody expects, once, and the client is answered 500; an answer does not."""
    Watching.seen.clear()
    client = TestClient(watched(), raise_server_exceptions=False)
    answer = client.get("/fault")
    assert (answer.status_code, answer.json()["detail"]) == (500, "Internal Server Error")
    assert client.get("/told").status_code == 418
    assert Watching.seen == ["storm"]


def handled() -> App:
    app = watched()
    app.add_middleware(Stamped)

    @app.exception_handler(Exception)
    async def failed(request: Request, exc: Exception) -> JSONResponse:
        return JSONResponse({"stamp": request.scope["state"]["stamp"]}, status_code=500)

    return app


def test_a_handler_for_every_fault_reads_the_scope() -> None:
    """What the middleware left there, though the handler stands outside of it."""
    client = TestClient(handled(), raise_server_exceptions=False)
    answer = client.get("/fault", headers={"X-Token": "a"})
    assert (answer.status_code, answer.json()) == (500, {"stamp": "a"})


async def test_it_does_so_under_an_asgi_server() -> None:
    """Where its answer is sent behind the outermost layer."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await handled()({**SCOPE, "method": "GET", "path": "/fault"}, receive_nothing, send)
    assert sent[-1]["body"] == b'{"stamp":"a"}'


async def receive_nothing() -> Any:
    return {"type": "http.request", "body": b""}


async def test_a_fault_is_answered_under_an_asgi_server_too() -> None:
    """What passed through the outermost layer is a 500 with its length."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await watched()({**SCOPE, "method": "GET", "path": "/fault"}, receive_nothing, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 500
    assert dict(sent[0]["headers"])[b"content-length"] == b"%d" % len(sent[1]["body"])
