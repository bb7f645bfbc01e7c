"""What Starlette's documentation shows, page by page, where FastAPI's does not show it too.

Not there yet: templates, sessions, authentication middleware, server push.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from trimaran import (
    App,
    BackgroundTask,
    BackgroundTasks,
    Controller,
    FileResponse,
    HTTPException,
    JSONResponse,
    PlainTextResponse,
    Request,
    Response,
    Route,
    Router,
    WebSocket,
    WebSocketDisconnect,
)
from trimaran.errors import WebSocketStateError
from trimaran.http import URL, Headers, MutableHeaders, QueryParams
from trimaran.mounts import StaticFiles
from trimaran.routing import Converter
from trimaran.testing import TestClient, WebSocketDenialResponse


@pytest.fixture
def app() -> App:
    """An empty application."""
    return App()


# Requests


def test_parts_of_a_url() -> None:
    """Read, replaced, with other query parameters."""
    url = URL("https://user:pw@films.example:8000/ran?a=1#top")
    assert (url.scheme, url.hostname, url.port, url.path) == (
        "https",
        "films.example",
        8000,
        "/ran",
    )
    assert (url.query, url.fragment, url.username, url.password) == ("a=1", "top", "user", "pw")
    assert url.is_secure
    assert url.replace(scheme="http", port=None) == "http://user:pw@films.example/ran?a=1#top"
    assert URL("/x?a=1").include_query_params(b=2) == "/x?a=1&b=2"
    assert URL("/x?a=1").replace_query_params(b=2) == "/x?b=2"
    assert URL("/x?a=1&b=2").remove_query_params("a") == "/x?b=2"


def test_headers_are_mappings_without_case() -> None:
    """Those of an answer can be changed."""
    headers = Headers({"A": "1"})
    assert (headers["a"], "A" in headers, headers.getlist("a")) == ("1", True, ["1"])
    own = MutableHeaders()
    own["x"] = "1"
    own.append("X", "2")
    own.setdefault("y", "3")
    own.update({"z": "4"})
    del own["y"]
    assert own.raw == [(b"x", b"1"), (b"x", b"2"), (b"z", b"4")]


def test_query_parameters_may_repeat() -> None:
    """The last one counts, ``getlist`` has all."""
    query = QueryParams("a=1&a=2&b=3")
    assert (query["a"], query.getlist("a"), query.get("c")) == ("2", ["1", "2"], None)
    assert query.multi_items() == [("a", "1"), ("a", "2"), ("b", "3")]
    assert str(QueryParams({"a": "é"})) == "a=%C3%A9"


def test_files_of_a_form_and_its_limits(app: App) -> None:
    """``async with request.form()`` closes them; too many parts are 400."""

    @app.post("/")
    async def take(request: Request) -> Any:
        async with request.form(max_files=1, max_fields=2) as form:
            file: Any = form["file"]
            return [file.filename, file.content_type, file.size, (await file.read()).decode()]

    client = TestClient(app)
    one = {"file": ("a.txt", b"abc", "text/plain")}
    assert client.post("/", files=one).json() == ["a.txt", "text/plain", 3, "abc"]
    two = [("file", ("a", b"1")), ("file", ("b", b"2"))]
    assert client.post("/", files=two).status_code == 400


def test_whether_the_client_has_left(app: App) -> None:
    """Awaited as there."""

    @app.get("/")
    async def ask(request: Request) -> bool:
        return await request.is_disconnected()

    assert TestClient(app).get("/").json() is False


# Responses


class Reversed(JSONResponse):
    """JSON in its own way."""

    def render(self, content: Any) -> bytes:
        return super().render(content)[::-1]


def test_responses_are_made_as_there(app: App) -> None:
    """Positional arguments, a class of one's own, a file shown in the page."""
    app.add_route("/reversed", lambda _: Reversed([1, 2]))
    app.add_route("/teapot", lambda _: PlainTextResponse("short", 418, {"x-a": "1"}))
    app.add_route(
        "/file", lambda _: FileResponse(__file__, content_disposition_type="inline", filename="a")
    )
    client = TestClient(app)
    assert client.get("/reversed").text == "]2,1["
    assert (client.get("/teapot").status_code, client.get("/teapot").headers["x-a"]) == (418, "1")
    assert client.get("/file").headers["content-disposition"] == 'inline; filename="a"'


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_age": 60, "secure": True}, {"Max-Age=60", "Secure"}),
        ({"domain": "films.example", "path": "/a"}, {"Domain=films.example", "Path=/a"}),
        ({"samesite": "strict", "httponly": True}, {"SameSite=Strict", "HttpOnly"}),
        ({"secure": True, "samesite": "none", "partitioned": True}, {"Partitioned"}),
    ],
)
def test_cookies(options: dict[str, Any], said: set[str]) -> None:
    """Every option of the page."""
    response = Response()
    response.set_cookie("a", "b", **options)
    assert said <= set(response.headers["set-cookie"].split("; "))


# WebSockets


def test_raw_messages_both_ways(app: App) -> None:
    """``receive`` and ``send`` speak ASGI's events."""

    @app.websocket("/ws")
    async def talk(ws: WebSocket) -> None:
        assert await ws.receive() == {"type": "websocket.connect"}
        await ws.send({"type": "websocket.accept", "headers": [(b"x-a", b"1")]})
        message = await ws.receive()
        await ws.send({"type": "websocket.send", "bytes": message["text"].encode()})
        with pytest.raises(WebSocketStateError, match=r"TRI-WS-011 .* 'websocket.nothing'"):
            await ws.send({"type": "websocket.nothing"})
        await ws.send({"type": "websocket.close", "code": 4000, "reason": "done"})

    with TestClient(app).websocket_connect("/ws") as ws:
        ws.send_text("a")
        assert ws.receive_bytes() == b"a"
        with pytest.raises(WebSocketDisconnect) as closed:
            ws.receive_text()
    assert (closed.value.code, closed.value.reason) == (4000, "done")


def test_a_denial_has_an_answer_of_its_own(app: App) -> None:
    """``send_denial_response``; the test client shows it."""

    @app.websocket("/ws")
    async def deny(ws: WebSocket) -> None:
        await ws.send_denial_response(JSONResponse({"why": "full"}, 503))

    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        TestClient(app).websocket_connect("/ws"),
    ):
        pass
    assert (denied.value.response.status_code, denied.value.response.json()["why"]) == (503, "full")


# Routing


def test_path_convertors(app: App) -> None:
    """``int``, ``float``, ``uuid``, ``path``; a value that does not fit is no route."""
    for kind in ("int", "float", "uuid", "path"):
        app.add_route(
            f"/{kind}/{{value:{kind}}}", lambda r: repr(r.path_params["value"]), name=kind
        )
    client = TestClient(app)
    assert client.get("/int/7").json() == "7"
    assert client.get("/float/1.5").json() == "1.5"
    assert client.get("/path/a/b.txt").json() == "'a/b.txt'"
    uuid = "886313e1-3b8a-5372-9b90-0c9aee199e5d"
    assert client.get(f"/uuid/{uuid}").json() == f"UUID('{uuid}')"
    assert client.get("/int/x").status_code == client.get("/uuid/x").status_code == 404
    assert app.url_path_for("int", value=3) == "/int/3"


def test_a_convertor_of_ones_own() -> None:
    """Given to the application, where Starlette has a registry of the process."""
    year = Converter(pattern=r"[12]\d{3}", parse=int)
    app = App(converters={"year": year})
    app.add_route("/films/{year:year}", lambda r: r.path_params["year"] + 1)
    client = TestClient(app)
    assert client.get("/films/1985").json() == 1986
    assert client.get("/films/85").status_code == 404


def test_reverse_look_up_in_a_mount(app: App) -> None:
    """``request.url_for("static", path=...)``."""
    app.mount("/static", StaticFiles("tests"), name="static")

    @app.get("/")
    def show(request: Request) -> list[str]:
        return [str(request.url_for("show")), str(request.url_for("static", path="a.css"))]

    assert TestClient(app).get("/").json() == [
        "http://testserver/",
        "http://testserver/static/a.css",
    ]


def test_hosts(app: App) -> None:
    """``Host``: an application by the name that was asked for."""
    api = App()
    api.get("/")(lambda: "api")
    app.get("/")(lambda: "site")
    app.host("api.example.org", api)
    assert TestClient(app, "http://api.example.org").get("/").json() == "api"
    assert TestClient(app).get("/").json() == "site"


# Endpoints


class Homepage(Controller):
    """An ``HTTPEndpoint``: its methods answer HTTP's."""

    prefix = "/home"

    @Controller.get("")
    async def get(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"Hello, {request.query_params['name']}!")

    @Controller.post("")
    async def post(self) -> str:
        return "posted"


def test_classes_as_endpoints(app: App) -> None:
    """Other methods are 405."""
    app.include_router(Homepage.as_router())
    client = TestClient(app)
    assert client.get("/home?name=Ran").text == "Hello, Ran!"
    assert client.post("/home").json() == "posted"
    assert client.delete("/home").status_code == 405


# Lifespan, background tasks, exceptions, the test client


def test_state_of_the_lifespan_is_each_requests() -> None:
    """What it yields, as ``request.state``."""

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[dict[str, Any]]:
        yield {"client": "open"}

    app = App(lifespan=lifespan)
    app.add_route("/", lambda request: request.state.client)
    with TestClient(app) as client:
        assert client.get("/").json() == "open"


def test_tasks_run_in_order_after_the_answer(app: App) -> None:
    """One, or several of a list; plain functions and coroutines."""
    log: list[str] = []

    async def later(text: str) -> None:
        log.append(text)

    def handler(request: Request) -> Response:
        tasks = BackgroundTasks([BackgroundTask(log.append, "first")])
        tasks.add_task(later, text="second")
        return JSONResponse("ok", background=tasks)

    app.add_route("/", handler)
    assert TestClient(app).get("/").json() == "ok"
    assert log == ["first", "second"]


def test_exception_handlers_by_class_and_status() -> None:
    """They get the exception, with its headers."""

    async def not_found(request: Request, error: HTTPException) -> Response:
        return PlainTextResponse(str(error.detail), error.status_code, error.headers)

    async def broken(request: Request, error: Exception) -> Response:
        return PlainTextResponse("broken", 500)

    app = App(exception_handlers={404: not_found, 500: broken})
    app.add_route("/fail", lambda _: 1 / 0)
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/none").text == "Not Found"
    assert client.get("/fail").text == "broken"
    with pytest.raises(ZeroDivisionError):
        TestClient(app).get("/fail")


def test_the_test_client_takes_what_that_of_starlette_takes(app: App) -> None:
    """Another base URL, headers, cookies, address, root path; and what HTTPX's methods take."""
    app.add_route("/", lambda r: [str(r.url), r.headers["x-a"], r.cookies["c"], r.client.host])
    client = TestClient(
        app,
        base_url="https://films.example",
        headers={"x-a": "1"},
        cookies={"c": "2"},
        client=("192.0.2.1", 1),
        follow_redirects=False,
        root_path="",
    )
    assert client.get("/").json() == ["https://films.example/", "1", "2", "192.0.2.1"]
    assert client.get("/", params={"q": "1"}).json()[0].endswith("?q=1")


def test_routes_can_be_listed(app: App) -> None:
    """With path, methods, name, and the handler as ``endpoint``."""
    router = Router("/films")

    @router.get("/{id}")
    def show(id: int) -> int:
        return id

    app.include_router(router)
    (route,) = app.routes
    assert isinstance(route, Route)
    assert (route.path, route.methods, route.name) == ("/films/{id}", ("GET",), "show")
    assert route.endpoint is show
