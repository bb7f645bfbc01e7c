"""Applications within applications: which answers, what it sees, when it starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from trimaran import App, ConfigurationError, HTTPException, Request, WebSocket
from trimaran.handlers.middleware import CallNext
from trimaran.http import Response, StreamingResponse
from trimaran.mounts import WSGIMiddleware
from trimaran.testing import AsyncClient, TestClient

Scope = dict[str, Any]


async def echo(scope: Scope, receive: Any, send: Any) -> None:
    """Answer with what an ASGI application sees."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    text = f"{scope['method']} {scope['root_path']}|{scope['path']} {body.decode()}"
    headers = [(b"content-type", b"text/plain"), (b"x-mounted", b"1")]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def mounting(path: str, mounted: Any) -> TestClient:
    """Return a client of an application with something mounted, and a route of its own."""
    app = App()
    app.mount(path, mounted)

    @app.get("/old/own")
    async def own() -> str:
        return "own"

    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def test_an_asgi_application_answers_below_its_path() -> None:
    """It sees its root path, the whole path and the body; routes come first."""
    client = mounting("/old", echo)
    answer = client.post("/old/a b?x=1", content=b"body")
    assert (answer.status_code, answer.text) == (201, "POST /old|/old/a b body")
    assert answer.headers["x-mounted"] == "1"
    assert client.get("/old/own").json() == "own"
    assert client.get("/older").status_code == 404
    assert client.get("/old").text == "GET /old|/old "


def test_its_stream_is_sent_as_it_comes() -> None:
    """Chunk by chunk; what it does after its answer comes to its end."""
    seen: list[str] = []

    async def streaming(scope: Scope, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for chunk in (b"a", b"b", b""):
            await send({"type": "http.response.body", "body": chunk, "more_body": chunk != b""})
        await asyncio.sleep(0.01)
        seen.append("afterwards")

    assert (mounting("/s", streaming).get("/s/x").content, seen) == (b"ab", ["afterwards"])


def test_its_faults_are_answered(caplog: pytest.LogCaptureFixture) -> None:
    """An exception before the answer is the outer application's to answer."""

    async def broken(scope: Scope, receive: Any, send: Any) -> None:
        raise ValueError("secret")

    async def silent(scope: Scope, receive: Any, send: Any) -> None:
        return

    assert mounting("/b", broken).get("/b").json()["detail"] == "Internal Server Error"
    assert mounting("/b", silent).get("/b").status_code == 500
    assert "ValueError: secret" in caplog.text
    assert "ended without an answer" in caplog.text


def test_a_client_that_leaves_ends_its_stream() -> None:
    """``send`` raises ``OSError``, as ASGI has it."""
    seen: list[str] = []

    async def endless(scope: Scope, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x", "more_body": True})
        except OSError as error:
            seen.append(str(error))

    async def main() -> None:
        app = App()
        app.mount("/e", endless)
        async with AsyncClient(app) as client, client.stream("GET", "/e") as answer:
            async for _ in answer.aiter_bytes():
                break

    asyncio.run(main())
    assert seen == ["the client has left"]


def test_an_app_is_asked_directly() -> None:
    """Its parameters, its 404 and its redirects know where it is mounted; it starts and stops."""
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        seen.append("started")
        yield
        seen.append("stopped")

    inner = App(lifespan=lifespan, title="Inner")

    @inner.get("/films/{id:int}")
    async def film(request: Request, id: int) -> list[Any]:
        return [id, str(request.url), request.app is inner]

    with mounting("/api", inner) as client:
        assert client.get("/api/films/3").json() == [3, "http://testserver/api/films/3", True]
        assert client.get("/api/films/3/").headers["location"] == "/api/films/3"
        assert client.get("/api/none").json() == {"detail": "Not Found"}
        assert client.get("/api/openapi.json").json()["info"]["title"] == "Inner"
        assert seen == ["started"]
    assert seen == ["started", "stopped"]


def test_middleware_stands_around_what_is_mounted() -> None:
    """The application's own is around everything."""
    client = mounting("/old", echo)

    @client.app.middleware("http")  # type: ignore[attr-defined]  # it is an App
    async def mark(request: Request, call_next: CallNext) -> Response:
        response = await call_next(request)
        response.headers["x-outer"] = "1"
        return response

    assert client.get("/old/a").headers["x-outer"] == "1"


@pytest.mark.parametrize(
    ("path", "app", "message"),
    [
        ("old", echo, "Write it as '/static'"),
        ("/{x}", echo, "no parameters"),
        ("/x", 3, "3 cannot be mounted"),
    ],
)
def test_what_cannot_be_mounted(path: str, app: Any, message: str) -> None:
    """Is refused at the declaration."""
    with pytest.raises(ConfigurationError, match=message):
        App().mount(path, app)


def test_a_path_is_mounted_once() -> None:
    """Of several mounts the longest path wins; the same one twice is an error."""
    app = App()
    app.mount("/a", echo)
    app.mount("/a/b", echo)
    assert TestClient(app).get("/a/b/c").text.startswith("GET /a/b|")
    with pytest.raises(ConfigurationError, match="mounted at '/a' already"):
        app.mount("/a/", echo)


def wsgi(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer with what a WSGI application sees."""
    body = environ["wsgi.input"].read().decode()
    names = ("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_X_A")
    text = "|".join([*(environ.get(name, "") for name in names), body])
    write = start_response("202 Accepted", [("Content-Type", "text/plain"), ("X-Old", "yes")])
    write(b"first ")
    return [text.encode(), b" last"]


def test_a_wsgi_application_answers() -> None:
    """It gets PEP 3333's environment; what it writes comes before what it returns."""
    client = mounting("/old", WSGIMiddleware(wsgi))
    answer = client.post("/old/p/q?x=1", content=b"data", headers={"x-a": "1", "x_a": "2"})
    assert (answer.status_code, answer.headers["x-old"]) == (202, "yes")
    assert answer.text == "first POST|/old|/p/q|x=1|1|data last"


def test_a_wsgi_body_is_bounded() -> None:
    """It is collected, so it has a limit: 413."""
    client = mounting("/old", WSGIMiddleware(wsgi, max_body=3))
    assert client.post("/old", content=b"data").status_code == 413
    assert client.post("/old", content=b"dat").status_code == 202


def test_a_wsgi_iterable_is_closed() -> None:
    """Also one that fails midway."""
    closed: list[bool] = []

    class Chunks:
        def __iter__(self) -> Any:
            yield b"a"
            yield b"b"

        def close(self) -> None:
            closed.append(True)

    def app(environ: Any, start_response: Any) -> Chunks:
        start_response("200 OK", [])
        return Chunks()

    assert mounting("/c", WSGIMiddleware(app)).get("/c").content == b"ab"
    assert closed == [True]


class Layer:
    """An ASGI middleware class, as Starlette's are."""

    def __init__(self, app: Any, *, name: str) -> None:
        self.app, self.name = app, name

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        async def mark(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-layer", self.name.encode())]
            await send(message)

        await self.app(scope, receive, mark)


def test_asgi_middleware_stands_around_the_application() -> None:
    """The last one added is the outermost; routes, bodies, streams and 404s pass through."""
    app = App()
    app.add_middleware(Layer, name="inner")
    app.add_middleware(Layer, name="outer")

    @app.post("/{id:int}")
    async def post(id: int, data: dict[str, int], request: Request) -> list[Any]:
        return [id, data, request.app is app]

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse([b"a", b"b"])

    @app.get("/fail")
    async def fail() -> None:
        raise HTTPException(418)

    client = TestClient(app)
    answer = client.post("/3", json={"a": 1})
    assert answer.json() == [3, {"a": 1}, True]
    assert answer.headers.getlist("x-layer") == ["inner", "outer"]
    assert client.get("/stream").content == b"ab"
    statuses = [client.get(path).status_code for path in ("/fail", "/none", "/docs")]
    assert statuses == [418, 404, 200]


def test_websockets_of_a_mounted_app_are_found() -> None:
    """With their parameters, whatever middleware stands around the outer application."""
    inner, app = App(), App()
    app.add_middleware(Layer, name="layer")
    app.mount("/inner", inner)
    app.mount("/asgi", echo)

    @app.middleware("http")
    async def mark(request: Request, call_next: CallNext) -> Response:
        return await call_next(request)

    @inner.websocket("/echo/{id:int}")
    async def talk(ws: WebSocket, id: int) -> None:
        await ws.accept()
        await ws.send_text(f"{id} {ws.app is inner}")

    with TestClient(app) as client, client.websocket_connect("/inner/echo/3") as ws:
        assert ws.receive_text() == "3 True"
    for path, error in (("/inner/none", "404"), ("/asgi/x", "500")):
        with pytest.raises(Exception, match=error), TestClient(app) as client:
            client.websocket_connect(path).__enter__()
