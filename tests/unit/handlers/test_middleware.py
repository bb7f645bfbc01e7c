"""Function middleware: order, what it applies to, faults on their way through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest

from trimaran import App, ConfigurationError, Depends, HTTPException, Router
from trimaran.handlers.middleware import CallNext
from trimaran.http import JSONResponse, PlainTextResponse, Request, Response
from trimaran.testing import TestClient


def marking(name: str, seen: list[str]) -> Any:
    """Return a middleware that notes its way in and its way out."""

    async def mark(request: Request, call_next: CallNext) -> Response:
        seen.append(f">{name}")
        response = await call_next(request)
        seen.append(f"{name}>")
        response.headers[f"x-{name}"] = "1"
        return response

    return mark


def make_app(seen: list[str]) -> App:
    """Return an application with a plain route and a router that has middleware."""
    app = App()
    films = Router(prefix="/films")

    @app.get("/plain")
    async def plain() -> dict[str, int]:
        return {"a": 1}

    @films.get("/{id:int}", middleware=[marking("route", seen)])
    async def film(id: int) -> dict[str, int]:
        seen.append("handler")
        return {"id": id}

    films.use(marking("router", seen))
    app.include_router(films)
    return app


def test_middleware_stands_from_the_outside_in() -> None:
    """The application's is outside the router's, that outside the route's own."""
    seen: list[str] = []
    app = make_app(seen)
    app.use(marking("first", seen), marking("second", seen))
    answer = TestClient(app).get("/films/3")
    assert (answer.status_code, answer.json()) == (200, {"id": 3})
    inwards = [">first", ">second", ">router", ">route", "handler"]
    assert seen == [*inwards, "route>", "router>", "second>", "first>"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-route"] == "1"


def test_the_decorator_goes_outermost() -> None:
    """``@app.middleware`` declares from the inside out, as in FastAPI."""
    seen: list[str] = []
    app = make_app(seen)
    app.use(marking("used", seen))
    app.middleware("http")(marking("early", seen))
    app.middleware("http")(marking("late", seen))
    TestClient(app).get("/plain")
    assert seen == [">late", ">early", ">used", "used>", "early>", "late>"]


def test_a_route_without_middleware_is_left_alone() -> None:
    """A router's middleware makes no difference to the routes of others."""
    seen: list[str] = []
    app = make_app(seen)
    endpoint, _ = app.resolve("GET", "/plain")
    assert isinstance(endpoint.run(None), bytes)  # type: ignore[arg-type]  # it takes nothing
    assert "x-router" not in TestClient(app).get("/plain").headers
    assert seen == []


def test_the_applications_middleware_sees_every_answer() -> None:
    """404, 405, redirects and the documentation pass through it, too."""
    app = make_app([])
    app.use(marking("all", []))
    client = TestClient(app, follow_redirects=False)
    answers = [client.get("/none"), client.post("/plain"), client.get("/plain/")]
    answers.append(client.get("/openapi.json"))
    assert [answer.status_code for answer in answers] == [404, 405, 307, 200]
    assert all(answer.headers["x-all"] == "1" for answer in answers)
    assert answers[1].headers["allow"] == "GET, HEAD"


def test_a_middleware_may_answer_itself() -> None:
    """The route is not called where ``call_next`` is not."""
    seen: list[str] = []
    app = make_app(seen)

    @app.middleware("http")
    async def closed(request: Request, call_next: CallNext) -> Response:
        return PlainTextResponse("closed", 503)

    answer = TestClient(app).get("/films/1")
    assert (answer.status_code, answer.text, seen) == (503, "closed", [])


def test_server_faults_pass_through(caplog: pytest.LogCaptureFixture) -> None:
    """What no handler expects is raised by ``call_next``; what one expects is an answer."""
    app, seen = App(), list[str]()

    @app.get("/{kind}")
    async def fail(kind: str) -> None:
        raise {"key": KeyError("k"), "zero": ZeroDivisionError(), "http": HTTPException(418)}[kind]

    @app.exception_handler(ZeroDivisionError)
    async def zero(request: Request, error: Exception) -> Response:
        return JSONResponse({"zero": True}, 400)

    @app.middleware("http")
    async def watch(request: Request, call_next: CallNext) -> Response:
        try:
            return await call_next(request)
        except KeyError as error:
            seen.append(repr(error))
            raise

    client = TestClient(app, raise_server_exceptions=False)
    statuses = [client.get(f"/{kind}").status_code for kind in ("key", "zero", "http")]
    assert (statuses, seen) == ([500, 400, 418], ["KeyError('k')"])
    assert [record.levelno for record in caplog.records if "/key" in record.message] == [40]


def test_a_middleware_may_turn_a_fault_into_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    """A fault that it swallows is nobody else's: nothing is logged."""
    app = App()

    @app.get("/")
    async def fail() -> None:
        raise KeyError

    @app.middleware("http")
    async def calm(request: Request, call_next: CallNext) -> Response:
        try:
            return await call_next(request)
        except KeyError:
            return JSONResponse({"calm": True}, 404)

    assert TestClient(app).get("/").json() == {"calm": True}
    assert caplog.records == []


def test_exceptions_of_a_middleware_are_answered() -> None:
    """An ``HTTPException`` is its answer wherever it is raised; FastAPI makes a 500 of it."""
    app = make_app([])

    @app.middleware("http")
    async def refuse(request: Request, call_next: CallNext) -> Response:
        raise HTTPException(401, "Who are you?", {"www-authenticate": "Basic"})

    answer = TestClient(app).get("/plain")
    assert (answer.status_code, answer.json()) == (401, {"detail": "Who are you?"})
    assert answer.headers["www-authenticate"] == "Basic"


def test_what_is_no_response_is_a_server_fault() -> None:
    """The error names what was returned."""
    app = make_app([])

    @app.middleware("http")
    async def forget(request: Request, call_next: CallNext) -> Any:
        await call_next(request)

    with pytest.raises(TypeError, match="around GET /plain returned NoneType, not a Response"):
        TestClient(app).get("/plain")


def test_what_follows_a_replaced_answer_still_runs() -> None:
    """Dependencies are cleaned up where a middleware sends another answer, or fails."""
    app, seen = App(), list[str]()

    async def session() -> AsyncIterator[str]:
        yield "session"
        seen.append("closed")

    @app.get("/")
    async def show(name: Annotated[str, Depends(session)]) -> str:
        return name

    @app.middleware("http")
    async def replace(request: Request, call_next: CallNext) -> Response:
        response = await call_next(request)
        if "fail" in request.query_params:
            raise HTTPException(400)
        return PlainTextResponse(response.body)

    client = TestClient(app)
    assert (client.get("/").text, seen) == ('"session"', ["closed"])
    assert (client.get("/?fail=1").status_code, seen) == (400, ["closed", "closed"])


def test_what_follows_runs_once() -> None:
    """The same answer, handed on, is followed by its hooks once."""
    app, seen = App(), list[str]()

    async def session() -> AsyncIterator[str]:
        yield "session"
        seen.append("closed")

    @app.get("/", dependencies=[Depends(session)])
    async def show() -> str:
        return ""

    app.use(marking("a", []))
    TestClient(app).get("/")
    assert seen == ["closed"]


def test_a_middleware_may_read_the_body() -> None:
    """Of a route that takes it, and of one that does not."""
    app, seen = App(), list[bytes]()

    @app.post("/takes")
    async def takes(data: dict[str, int]) -> dict[str, int]:
        return data

    @app.post("/drops")
    async def drops() -> str:
        return "dropped"

    @app.middleware("http")
    async def read(request: Request, call_next: CallNext) -> Response:
        seen.append(await request.body())
        return await call_next(request)

    client = TestClient(app)
    assert client.post("/takes", json={"a": 1}).json() == {"a": 1}
    assert client.post("/drops", content=b"xyz").json() == "dropped"
    assert seen == [b'{"a":1}', b"xyz"]


def test_what_is_no_middleware_is_refused() -> None:
    """A class is told to be made first, with the place where it stands."""

    class Half:
        async def __call__(self, request: Request, call_next: CallNext) -> Response:
            return await call_next(request)

    with pytest.raises(ConfigurationError, match=r"TRI-MIDDLEWARE-001 .*test_middleware.py:\d+"):
        App().use(Half)  # type: ignore[arg-type]  # the class itself
    with pytest.raises(ConfigurationError, match="Write @app"):
        App().middleware("lifespan")


def test_a_time_limit_is_answered_504() -> None:
    """The handler is cancelled; its own ``TimeoutError`` is a fault like others."""
    app, seen = App(), list[str]()
    slow = Router(timeout=0.01)

    @slow.get("/slow")
    async def wait() -> None:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    @slow.get("/patient", timeout=5)
    async def patient() -> str:
        await asyncio.sleep(0.02)
        return "done"

    @slow.get("/own")
    async def own() -> None:
        await asyncio.sleep(0)
        raise TimeoutError

    app.include_router(slow)
    client = TestClient(app, raise_server_exceptions=False)
    answer = client.get("/slow")
    assert (answer.status_code, answer.json()) == (504, {"detail": "The answer took too long."})
    assert (client.get("/patient").json(), seen) == ("done", ["cancelled"])
    assert client.get("/own").status_code == 500
