"""The clients call a real ``App``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated

import pytest

from trimaran import App, Depends, HTTPException, JSONResponse, Request, Settings
from trimaran.errors import ClientDisconnectedError
from trimaran.testing import AsyncClient, TestClient


def user() -> str:
    """Return who asks."""
    return "ann"


def test_a_handler_reaches_its_application() -> None:
    """`request.app` is the application, as behind a server."""
    app = App(title="Shop", settings=Settings())

    @app.get("/title")
    async def title(request: Request) -> str:
        return str(request.app.title)

    with TestClient(app) as client:
        assert client.get("/title").json() == "Shop"


@pytest.mark.parametrize("path", ["/films/%ff", "/films/%ED%A0%80", "/films/a%00"])
def test_a_path_that_is_no_text(path: str) -> None:
    """A path that is not UTF-8, or holds NUL, is answered 400 as by the engine."""
    app = App(settings=Settings())

    @app.get("/films/{id}")
    async def film(id: int) -> int:
        return id

    with TestClient(app) as client:
        answer = client.get(path)
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "The request target is not valid."},
    )


def make_app(*, debug: bool = False) -> App:
    """Return an application with a dependency, a lifespan and a fault."""

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[dict[str, str]]:
        yield {"greeting": "hello"}
        app.state.stopped = True

    app = App(lifespan=lifespan, settings=Settings(debug=debug))

    @app.get("/me")
    async def me(name: Annotated[str, Depends(user)]) -> dict[str, str]:
        return {"name": name}

    @app.get("/fail/{id}")
    async def fail(id: int) -> None:
        message = "boom"
        raise ValueError(message)

    @app.get("/refuse")
    async def refuse() -> None:
        raise HTTPException(418, "no coffee", {"x-pot": "tea"})

    @app.post("/upload")
    async def upload(request: Request) -> int:
        return len(await request.body())

    return app


def test_routes_and_validation_answer() -> None:
    """A path's fault is a 422, an ``HTTPException`` its status, an unknown path 404."""
    client = TestClient(make_app())
    assert client.get("/me").json() == {"name": "ann"}
    assert client.get("/fail/x").status_code == 422
    refused = client.get("/refuse")
    assert (refused.status_code, refused.headers["x-pot"]) == (418, "tea")
    assert client.get("/nowhere").json() == {"detail": "Not Found"}
    assert client.put("/me").headers["allow"] == "GET, HEAD"


def test_dependencies_are_overridden() -> None:
    """An override holds for the next request, and ends when it is removed."""
    app = make_app()
    client = TestClient(app)
    app.dependency_overrides[user] = lambda: "bob"
    assert client.get("/me").json() == {"name": "bob"}
    app.dependency_overrides.clear()
    assert client.get("/me").json() == {"name": "ann"}


def test_the_lifespan_surrounds_the_block() -> None:
    """What the lifespan yields is there inside the block, and its end runs after it."""
    app = make_app()
    with TestClient(app):
        assert app.state.greeting == "hello"
    assert app.state.stopped


def test_a_handlers_exception_is_raised() -> None:
    """The handler's exception reaches the test; the 500 keeps it to itself."""
    with pytest.raises(ValueError, match="boom"):
        TestClient(make_app()).get("/fail/1")
    answer = TestClient(make_app(), raise_server_exceptions=False).get("/fail/1")
    assert answer.status_code == 500
    assert answer.json() == {
        "detail": "Internal Server Error",
        "request_id": answer.headers["x-request-id"],
    }


def test_an_exception_that_is_handled_is_not_raised() -> None:
    """An exception handler for the class answers; one for every exception still raises."""
    app = make_app()
    client = TestClient(app)

    @app.exception_handler(ValueError)
    async def explain(request: Request, error: ValueError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 409)

    assert client.get("/fail/1").json() == {"detail": "boom"}
    del app.exception_handlers[ValueError]

    @app.exception_handler(Exception)
    async def catch(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "sorry"}, 500)

    app.dependency_overrides.clear()
    with pytest.raises(ValueError, match="boom"):
        client.get("/fail/1")


def test_debug_shows_the_error_page_to_browsers_alone() -> None:
    """With ``debug`` a browser gets the page; without it nobody does."""
    html = {"accept": "text/html"}
    shown = TestClient(make_app(debug=True), raise_server_exceptions=False)
    page = shown.get("/fail/1", headers=html)
    assert page.headers["content-type"].startswith("text/html")
    assert "ValueError" in page.text
    assert "boom" in shown.get("/fail/1").text
    silent = TestClient(make_app(), raise_server_exceptions=False).get("/fail/1", headers=html)
    assert "boom" not in silent.text


def test_an_upload_that_breaks_off_has_no_answer() -> None:
    """The handler sees the client leave, and the test is told that nobody was answered."""

    def content() -> Iterator[bytes]:
        yield b"half"
        raise OSError

    with pytest.raises((ClientDisconnectedError, OSError)):
        TestClient(make_app()).post("/upload", content=content())


def test_an_async_client_calls_it_too() -> None:
    """``AsyncClient`` answers inside the test's loop."""

    async def test() -> int:
        async with AsyncClient(make_app()) as client:
            return (await client.get("/me")).status_code

    assert asyncio.run(test()) == 200
