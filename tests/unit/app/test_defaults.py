"""What an application says once for all of its routes."""

from typing import Any

import pytest

from trimaran import (
    App,
    HTMLResponse,
    HTTPException,
    JSONResponse,
    PlainTextResponse,
    Request,
    Response,
    Router,
    run_in_threadpool,
)
from trimaran.middleware import GZipMiddleware
from trimaran.testing import TestClient


def content(app: App, path: str) -> Any:
    return app.openapi()["paths"][path]["get"]["responses"]["200"]["content"]


def test_the_innermost_response_class_is_the_one() -> None:
    """The route's own, else its router's, else that of the inclusion, else the application's."""
    app = App(default_response_class=HTMLResponse)
    text = Router(prefix="/text", default_response_class=PlainTextResponse)
    plain = Router(prefix="/plain")
    for router in (app, text, plain):
        router.get("/page")(lambda: "<b>")
        router.get("/json", response_class=JSONResponse)(lambda: "<b>")
    app.include_router(text, default_response_class=HTMLResponse)
    app.include_router(plain, default_response_class=PlainTextResponse)
    client = TestClient(app)
    types = {"": "text/html", "/text": "text/plain", "/plain": "text/plain"}
    for prefix, kind in types.items():
        assert client.get(f"{prefix}/page").headers["content-type"] == f"{kind}; charset=utf-8"
        assert list(content(app, f"{prefix}/page")) == [kind]
        assert client.get(f"{prefix}/json").json() == "<b>"


def test_responses_and_deprecation_of_the_application_are_every_routes() -> None:
    """As those of a router are; so is being left out of the document."""
    app = App(responses={418: {"description": "Teapot"}}, deprecated=True)
    app.get("/x")(lambda: 1)
    operation = app.openapi()["paths"]["/x"]["get"]
    assert operation["responses"]["418"] == {"description": "Teapot"}
    assert operation["deprecated"] is True
    hidden = App(include_in_schema=False)
    hidden.get("/x")(lambda: 1)
    assert hidden.openapi()["paths"] == {}


def test_exception_handlers_are_given_at_once() -> None:
    """By class and by status, as the decorator declares them."""

    async def teapot(request: Request, error: Exception) -> Response:
        return Response(type(error).__name__, 418)

    app = App(exception_handlers={ValueError: teapot, 404: teapot})

    @app.get("/{name}")
    async def fail(name: str) -> None:
        raise ValueError if name == "value" else HTTPException(404)

    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/value").text == "ValueError"
    assert client.get("/other").text == "HTTPException"


def test_an_application_is_its_own_router() -> None:
    """FastAPI's ``app.router`` finds what it looks for."""
    app = App()
    app.router.add_api_route("/x", lambda: 1)
    assert [route.path for route in app.router.routes] == ["/x"]


def test_gzip_by_fastapis_name() -> None:
    """No other coding is chosen, whatever the client would take."""
    app = App()
    app.add_middleware(GZipMiddleware, minimum_size=100, compresslevel=5)
    app.get("/long")(lambda: "x" * 1000)
    app.get("/short")(lambda: "x")
    client = TestClient(app, headers={"accept-encoding": "zstd, br, gzip"})
    answer = client.get("/long")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json() == "x" * 1000
    assert "content-encoding" not in client.get("/short").headers


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "HEAD"])
def test_rare_methods_have_decorators(method: str) -> None:
    """Each route answers its own method, and no other."""
    app = App()
    getattr(app, method.lower())("/x")(lambda: 1)
    client = TestClient(app)
    assert client.request(method, "/x").status_code == 200
    assert client.get("/x").status_code == 405


def test_blocking_code_runs_beside_the_loop() -> None:
    """``run_in_threadpool`` gives its value to a coroutine."""
    app = App()

    @app.get("/x")
    async def show() -> str:
        return await run_in_threadpool(str.upper, "name")

    assert TestClient(app).get("/x").json() == "NAME"
