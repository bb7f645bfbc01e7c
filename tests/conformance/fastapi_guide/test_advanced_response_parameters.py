"""FastAPI's "Response Cookies", "Response Headers" and "Response - Change Status Code"."""

from typing import Annotated, Any

import msgspec
import pytest

from trimaran import App, Depends, JSONResponse, Response
from trimaran.testing import TestClient


class Film(msgspec.Struct):
    title: str


@pytest.fixture
def app() -> App:
    """An empty application."""
    return App()


def test_cookies_of_an_injected_response(app: App) -> None:
    """They go with the value that is returned, which is filtered as ever."""

    @app.post("/login", response_model=Film)
    async def login(response: Response) -> dict[str, Any]:
        response.set_cookie(key="session", value="fake", httponly=True, max_age=60)
        response.set_cookie("theme", "dark")
        return {"title": "Ran", "secret": 1}

    answer = TestClient(app).post("/login")
    assert answer.json() == {"title": "Ran"}
    first, second = answer.headers.getlist("set-cookie")
    assert set(first.split("; ")) == {
        "session=fake",
        "HttpOnly",
        "Max-Age=60",
        "Path=/",
        "SameSite=Lax",
    }
    assert second.startswith("theme=dark; ")
    assert answer.cookies == {"session": "fake", "theme": "dark"}


def test_cookies_of_a_returned_response(app: App) -> None:
    """Set on the response itself."""

    @app.post("/login")
    async def login() -> JSONResponse:
        response = JSONResponse(content={"ok": True})
        response.set_cookie("session", "fake")
        response.delete_cookie("old")
        return response

    answer = TestClient(app).post("/login")
    cookies = answer.headers.getlist("set-cookie")
    assert [text.partition(";")[0] for text in cookies] == ["session=fake", "old="]
    assert "Max-Age=0" in cookies[1]


# Response Headers


def test_headers_of_an_injected_and_of_a_returned_response(app: App) -> None:
    """In any letter case; a custom one needs no declaration."""

    @app.get("/injected")
    def injected(response: Response) -> dict[str, int]:
        response.headers["X-Cat-Dog"] = "alone in the world"
        return {"a": 1}

    @app.get("/returned")
    def returned() -> JSONResponse:
        return JSONResponse({"a": 1}, headers={"X-Cat-Dog": "two", "content-language": "en-US"})

    client = TestClient(app)
    assert client.get("/injected").headers["x-cat-dog"] == "alone in the world"
    headers = client.get("/returned").headers
    assert (headers["X-CAT-DOG"], headers["content-language"]) == ("two", "en-US")


# Response - Change Status Code


def test_the_status_is_changed_on_an_injected_response(app: App) -> None:
    """Another than the declared one, with the model still applied."""
    films = {"ran": {"title": "Ran"}}

    @app.put("/films/{slug}", status_code=200, response_model=Film)
    def get_or_create(slug: str, response: Response) -> dict[str, str]:
        if slug not in films:
            films[slug] = {"title": slug.title(), "secret": "x"}
            response.status_code = 201
        return films[slug]

    client = TestClient(app)
    assert client.put("/films/ran").status_code == 200
    made = client.put("/films/ikiru")
    assert (made.status_code, made.json()) == (201, {"title": "Ikiru"})


@pytest.mark.parametrize(("asked", "status", "body"), [("", 204, b""), ("?bad=1", 400, b'"no"')])
def test_a_status_without_a_body_is_changed_too(
    app: App, asked: str, status: int, body: bytes
) -> None:
    """The body goes with the status that is sent."""

    @app.delete("/", status_code=204, response_model=None)
    def delete(response: Response, bad: bool = False) -> Any:
        if bad:
            response.status_code = 400
        response.headers["x-a"] = "1"
        return "no"

    answer = TestClient(app).delete(f"/{asked}")
    assert (answer.status_code, answer.content, answer.headers["x-a"]) == (status, body, "1")
    assert ("content-type" in answer.headers) == bool(body)


# Use a Response parameter


def test_dependencies_set_them_too_and_the_last_one_wins(app: App) -> None:
    """Every dependency gets the same response; the handler comes last."""

    def first(response: Response) -> None:
        response.headers["x-first"] = "dependency"
        response.headers["x-both"] = "dependency"
        response.set_cookie("from", "dependency")
        response.status_code = 202

    @app.get("/", dependencies=[Depends(first)])
    def show(response: Response, again: Annotated[None, Depends(first)]) -> int:
        response.headers["x-both"] = "handler"
        response.status_code = 203
        return 1

    answer = TestClient(app).get("/")
    assert answer.status_code == 203
    assert (answer.headers["x-first"], answer.headers["x-both"]) == ("dependency", "handler")
    assert answer.headers.getlist("set-cookie") == ["from=dependency; Path=/; SameSite=Lax"]


def test_they_reach_a_returned_response(app: App) -> None:
    """What the returned one says itself stands.

    Better: FastAPI drops them.
    """

    @app.get("/")
    def show(response: Response) -> JSONResponse:
        response.headers["x-injected"] = "kept"
        response.headers["x-own"] = "injected"
        response.status_code = 202
        return JSONResponse(1, status_code=201, headers={"x-own": "returned"})

    answer = TestClient(app).get("/")
    assert answer.status_code == 201
    assert (answer.headers["x-injected"], answer.headers["x-own"]) == ("kept", "returned")


def test_a_response_parameter_is_not_in_the_document(app: App) -> None:
    """Neither as a parameter nor as a body."""

    @app.get("/")
    def show(response: Response) -> int:
        return 1

    operation = app.openapi()["paths"]["/"]["get"]
    assert set(operation) == {"summary", "operationId", "responses"}
