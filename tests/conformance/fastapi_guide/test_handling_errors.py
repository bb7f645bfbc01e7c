"""FastAPI's tutorial, "Handling Errors"."""

from typing import Any

import pytest

from trimaran import (
    App,
    HTTPException,
    JSONResponse,
    PlainTextResponse,
    Request,
    RequestValidationError,
    Response,
    http_exception_handler,
    jsonable_encoder,
    request_validation_exception_handler,
)
from trimaran.testing import TestClient


class StormError(Exception):
    def __init__(self, name: str) -> None:
        self.name = name


def harbour(**options: Any) -> App:
    """An application whose routes fail in the ways of the page."""
    app = App(**options)

    @app.get("/boats/{boat_id}")
    async def boat(boat_id: int) -> int:
        if boat_id == 3:
            raise HTTPException(status_code=418, detail="Not this one", headers={"X-Error": "3"})
        if boat_id == 4:
            raise HTTPException(status_code=404, detail=[{"any": "JSON"}])
        return boat_id

    @app.get("/storms/{name}")
    async def storm(name: str) -> str:
        raise StormError(name)

    @app.post("/boats/")
    async def add(body: dict[str, int]) -> int:
        return len(body)

    return app


@pytest.fixture
def app() -> App:
    return harbour()


@pytest.fixture
def client(app: App) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


def test_an_http_exception_is_the_answer(client: TestClient) -> None:
    """Raised anywhere: its status, its ``detail`` as JSON, its headers."""
    answer = client.get("/boats/3")
    assert (answer.status_code, answer.json()) == (418, {"detail": "Not this one"})
    assert answer.headers["x-error"] == "3"


def test_a_detail_is_any_json(client: TestClient) -> None:
    """A list or an object too; without one it is the status' phrase."""
    assert client.get("/boats/4").json() == {"detail": [{"any": "JSON"}]}
    assert HTTPException(404).detail == "Not Found"


def test_a_handler_for_an_exception_of_ones_own(app: App, client: TestClient) -> None:
    """``@app.exception_handler(StormError)`` answers wherever it is raised."""

    @app.exception_handler(StormError)
    async def stormy(request: Request, exc: StormError) -> JSONResponse:
        return JSONResponse(status_code=418, content={"message": f"{exc.name} blows"})

    answer = client.get("/storms/ada")
    assert (answer.status_code, answer.json()) == (418, {"message": "ada blows"})


def test_an_exception_without_a_handler_is_500(client: TestClient) -> None:
    """Nothing of it is told.

    Better: JSON with an id that stands in the log too, where FastAPI sends a bare text.
    """
    answer = client.get("/storms/ada")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "Internal Server Error"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_the_test_client_raises_what_nobody_handles(app: App) -> None:
    """``raise_server_exceptions=False`` gives the 500 in place of it."""
    with pytest.raises(StormError):
        TestClient(app).get("/storms/ada")


def test_faults_of_a_request_are_overridden(app: App, client: TestClient) -> None:
    """A handler for ``RequestValidationError``; ``errors()`` lists them, ``body`` is what came."""

    @app.exception_handler(RequestValidationError)
    async def unprocessable(request: Request, exc: RequestValidationError) -> Response:
        assert all(isinstance(fault["loc"], tuple) for fault in exc.errors())
        content = {"faults": exc.errors(), "body": exc.body}
        return JSONResponse(status_code=400, content=jsonable_encoder(content))

    answer = client.get("/boats/x")
    assert answer.status_code == 400
    assert answer.json()["faults"][0]["loc"] == ["path", "boat_id"]
    sent = client.post("/boats/", json={"a": "x"}).json()
    assert sent["body"] == {"a": "x"}
    assert sent["faults"][0]["loc"] == ["body", "a"]


def test_http_exceptions_are_overridden(app: App, client: TestClient) -> None:
    """The framework's own 404 and 405 too; there is one ``HTTPException``, not two.

    Better: FastAPI asks for Starlette's class to catch those.
    """

    @app.exception_handler(HTTPException)
    async def as_text(request: Request, exc: HTTPException) -> PlainTextResponse:
        return PlainTextResponse(str(exc.detail), status_code=exc.status_code)

    for path, status, text in (("/boats/3", 418, "Not this one"), ("/none", 404, "Not Found")):
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (status, text)
    assert client.delete("/boats/1").text == "Method Not Allowed"
    assert client.get("/boats/x").status_code == 422


def test_answers_to_faults_are_documented(app: App) -> None:
    """422 with its schema, where a request can be wrong.

    Better: also 400 for a malformed body and 413 for a large one, which are answers of their own.
    """
    paths = app.openapi()["paths"]
    assert sorted(paths["/boats/{boat_id}"]["get"]["responses"]) == ["200", "422"]
    assert {"400", "413", "422"} <= set(paths["/boats/"]["post"]["responses"])
    shown = paths["/boats/"]["post"]["responses"]["422"]["content"]["application/json"]["schema"]
    assert shown == {"$ref": "#/components/schemas/HTTPValidationError"}


def test_handlers_by_status(app: App, client: TestClient) -> None:
    """``@app.exception_handler(404)`` takes that status whoever raised it."""

    @app.exception_handler(404)
    async def missing(request: Request, exc: HTTPException) -> JSONResponse:
        return JSONResponse({"lost": request.url.path}, status_code=404)

    assert client.get("/none").json() == {"lost": "/none"}
    assert client.get("/boats/4").json() == {"lost": "/boats/4"}


@pytest.mark.parametrize("problem_details", [False, True])
def test_the_own_handlers_are_reused(problem_details: bool) -> None:
    """``http_exception_handler`` and its like give the answer that would have been.

    Better: in the form of problem details where the application uses it.
    """
    seen: list[str] = []
    app = harbour(problem_details=problem_details)

    @app.exception_handler(HTTPException)
    async def told(request: Request, exc: HTTPException) -> Response:
        seen.append(repr(exc))
        return await http_exception_handler(request, exc)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, exc: RequestValidationError) -> Response:
        seen.append(str(exc))
        return await request_validation_exception_handler(request, exc)

    for path, status in (("/boats/3", 418), ("/boats/x", 422)):
        mine = TestClient(app).get(path)
        plain = TestClient(harbour(problem_details=problem_details)).get(path)
        assert (mine.status_code, mine.json()) == (status, plain.json())
        assert mine.headers["content-type"] == plain.headers["content-type"]
    assert len(seen) == 2
