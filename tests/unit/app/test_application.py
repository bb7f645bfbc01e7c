"""What an application offers beside its routes: names, state, life, the order of middleware."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from trimaran import (
    App,
    BackgroundTasks,
    ConfigurationError,
    HTTPException,
    JSONResponse,
    Request,
    Response,
    Router,
    WebSocket,
)
from trimaran.handlers.middleware import CallNext
from trimaran.middleware import (
    ConcurrencyLimitMiddleware,
    Middleware,
    RateLimitMiddleware,
    RequestIDMiddleware,
)
from trimaran.mounts import StaticFiles
from trimaran.testing import TestClient


def marking(name: str) -> Any:
    """Return a function middleware that adds its name to a header of the answer."""

    async def middleware(request: Request, call_next: CallNext) -> Response:
        response = await call_next(request)
        response.headers.append("x-order", name)
        return response

    return middleware


class AsgiMark:
    """An ASGI middleware that adds its name to the same header."""

    def __init__(self, app: Any, name: str) -> None:
        self.app, self.name = app, name

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def marked(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (b"x-order", self.name.encode())]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, marked)


class Mark:
    """A middleware class of this framework."""

    def __init__(self, name: str) -> None:
        self.call = marking(name)

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        response: Response = await self.call(request, call_next)
        return response


def order(app: App, path: str = "/") -> list[str]:
    """Return the names from outside in."""
    return TestClient(app).get(path).headers.getlist("x-order")[::-1]


def test_urls_of_routes() -> None:
    """``url_for`` gives a whole URL, with the host that was asked for and the mount's path."""
    app, inner = App(), App()

    @inner.get("/films/{id:int}")
    async def film(id: int, request: Request) -> list[str]:
        return [str(request.url_for("film", id=id)), str(request.url_for("home", q="a b"))]

    @inner.websocket("/live")
    async def live(ws: WebSocket) -> None: ...

    @app.get("/home/{q}")
    async def home(q: str, request: Request) -> list[str]:
        names = ("api:film", {"id": 1}), ("api:live", {}), ("static", {"path": "a b/c.css"})
        return [str(request.url_for(name, **params)) for name, params in names]

    app.mount("/api", inner, name="api")
    app.mount("/static", StaticFiles(".", check_dir=False), name="static")
    client = TestClient(app, "https://shop.example:8443")
    base = "https://shop.example:8443"
    assert client.get("/api/films/3").json() == [f"{base}/api/films/3", f"{base}/home/a%20b"]
    assert client.get("/home/x").json() == [
        f"{base}/api/films/1",
        "wss://shop.example:8443/api/live",
        f"{base}/static/a%20b/c.css",
    ]
    assert app.url_path_for("api:film", id=2) == "/api/films/2"


def test_an_unknown_name_is_told() -> None:
    """With the name that is nearest."""
    app = App()

    @app.get("/films")
    async def films() -> None: ...

    with pytest.raises(ConfigurationError, match=r"TRI-PATH-005 .*'film'.*Did you mean 'films'"):
        app.url_path_for("film")


def test_the_state_of_a_lifespan() -> None:
    """What it yields is in ``app.state`` and each ``request.state``, of routers too."""

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[dict[str, Any]]:
        yield {"client": "app's"}

    @asynccontextmanager
    async def router_lifespan(app: App) -> AsyncIterator[dict[str, Any]]:
        yield {"cache": "router's"}

    app, router = App(lifespan=lifespan), Router(lifespan=router_lifespan)

    @router.get("/")
    async def show(request: Request) -> list[Any]:
        seen = [request.state.client, request.state.cache, app.state.client]
        request.state.client = "changed"
        return [*seen, request.state.client]

    app.include_router(router)
    with TestClient(app) as client:
        for _ in range(2):
            assert client.get("/").json() == ["app's", "router's", "app's", "changed"]


def test_events_of_a_life() -> None:
    """Those of included routers too; what shuts down runs in the order of its declaration."""
    seen: list[str] = []
    app = App(on_startup=[lambda: seen.append("+list")], on_shutdown=[lambda: seen.append("-list")])
    router = Router()

    @app.on_event("startup")
    async def begin() -> None:
        seen.append("+app")

    @router.on_event("startup")
    def begin_router() -> None:
        seen.append("+router")

    app.add_event_handler("shutdown", lambda: seen.append("-app"))
    app.include_router(router)
    with TestClient(app):
        assert seen == ["+list", "+app", "+router"]
    assert seen[3:] == ["-list", "-app"]
    with pytest.raises(ConfigurationError, match=r"TRI-ROUTE-018 .*'start'"):
        app.on_event("start")(begin)


def test_the_order_of_middleware() -> None:
    """As in Starlette: of a list the first is outermost, of what is added the last."""
    app = App(middleware=[Middleware(Mark, "list 1"), Middleware(AsgiMark, name="list 2")])
    app.middleware("http")(marking("function"))
    app.add_middleware(AsgiMark, name="asgi")
    app.add_middleware(Mark, name="class")
    app.use(marking("used"))

    @app.get("/", middleware=[marking("route")])
    async def show() -> str:
        return "x"

    expected = ["class", "asgi", "function", "list 1", "list 2", "used"]
    assert order(app) == [*expected, "route"]
    assert order(app, "/missing") == expected


def test_routers_three_deep() -> None:
    """Middleware from outside in, the innermost exception handler, the innermost limits."""
    app, outer, inner = App(), Router(prefix="/o", max_body=5, timeout=9), Router(prefix="/i")
    for router, name in ((app, "app"), (outer, "outer"), (inner, "inner")):
        router.use(marking(name))

        @router.exception_handler(KeyError)
        async def told(request: Request, error: Exception, name: str = name) -> Response:
            return JSONResponse(name, 418)

    @inner.post("/fail", middleware=[marking("route")])
    async def fail(data: list[str]) -> None:
        raise KeyError

    @inner.post("/large", max_body=50)
    async def large(data: list[str]) -> None: ...

    @outer.post("/fail")
    async def fail_outside(data: list[str]) -> None:
        raise KeyError

    outer.include_router(inner)
    app.include_router(outer)
    client = TestClient(app)
    answer = client.post("/o/i/fail", json=["a"])
    assert (answer.status_code, answer.json()) == (418, "inner")
    assert answer.headers.getlist("x-order")[::-1] == ["app", "outer", "inner", "route"]
    assert client.post("/o/fail", json=["a"]).json() == "outer"
    assert client.post("/o/i/fail", json=["abcdef"]).status_code == 413
    assert client.post("/o/i/large", json=["abcdef"]).status_code == 200


def test_a_mount_three_routers_deep() -> None:
    """The routers' middleware and exception handlers stand around what is mounted there."""

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise KeyError

    app, outer, inner = App(), Router(prefix="/o"), Router(prefix="/i")
    for router, name in ((app, "app"), (outer, "outer"), (inner, "inner")):
        router.use(marking(name))
    inner.exception_handler(KeyError)(lambda request, error: JSONResponse("told", 418))
    inner.mount("/m", broken)
    outer.include_router(inner)
    app.include_router(outer)
    answer = TestClient(app).get("/o/i/m/x")
    assert (answer.status_code, answer.json()) == (418, "told")
    assert answer.headers.getlist("x-order")[::-1] == ["app", "outer", "inner"]


def test_limits_of_routers() -> None:
    """A rate and a number of requests at once hold for the router that has them."""
    app, api = App(), Router(prefix="/api")
    api.use(RateLimitMiddleware(1), ConcurrencyLimitMiddleware(1))

    @api.get("/x")
    async def limited() -> str:
        return "x"

    @app.get("/free")
    async def free() -> str:
        return "free"

    app.include_router(api)
    client = TestClient(app)
    assert [client.get("/api/x").status_code for _ in range(2)] == [200, 429]
    assert [client.get("/free").status_code for _ in range(2)] == [200, 200]


def test_background_tasks_follow_the_answer() -> None:
    """Also where a middleware stands around the route, in order."""
    seen: list[str] = []
    app = App(middleware=[Middleware(RequestIDMiddleware)])

    async def note(text: str) -> None:
        seen.append(text)

    @app.post("/")
    async def sign_up(tasks: BackgroundTasks) -> str:
        tasks.add_task(note, "first")
        tasks.add_task(seen.append, "second")
        return "soon"

    assert TestClient(app).post("/").json() == "soon"
    assert seen == ["first", "second"]


def test_a_host_stands_within_the_applications_middleware() -> None:
    """So do its errors; ASGI applications may be hosts, and all start and stop with it."""
    seen: list[str] = []
    app = App(middleware=[Middleware(Mark, "app")])
    other = App(on_startup=[lambda: seen.append("+")], on_shutdown=[lambda: seen.append("-")])

    @other.get("/films/{id}")
    async def film(id: int) -> int:
        raise HTTPException(404, "gone")

    app.host("*.api.example", other)
    with TestClient(app) as client:
        answer = client.get("/films/3", headers={"host": "v1.api.example"})
        assert (answer.status_code, answer.json()) == (404, {"detail": "gone"})
        assert answer.headers["x-order"] == "app"
        assert client.get("/films/3").json() == {"detail": "Not Found"}
    assert seen == ["+", "-"]


def test_what_is_not_used_costs_nothing() -> None:
    """Without hosts and ASGI middleware requests are resolved in the table, by nothing else."""
    plain, hosted = App(), App()
    plain.mount("/static", StaticFiles(".", check_dir=False))
    plain.use(marking("used"))
    hosted.host("api.example", App())
    assert plain.resolve("GET", "/") is not None
    assert plain.resolve == plain.build().resolve
    assert hosted.resolve("GET", "/") is not None
    assert hosted.resolve != hosted.build().resolve
