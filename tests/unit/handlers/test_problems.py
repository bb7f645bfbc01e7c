"""Problem details: the form of faults where the application asks for it."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from trimaran import App, Body, HTTPException, Router
from trimaran.http import PlainTextResponse, Request
from trimaran.testing import TestClient


def client() -> TestClient:
    """Return a client of an application that answers in RFC 9457's form."""
    app = App(problem_details=True)
    details: dict[str, Any] = {
        "text": "No film 3",
        "object": {"type": "/problems/sold-out", "detail": "Sold out", "left": 0, "status": 1},
        "list": [{"a": 1}],
        "number": 3,
    }

    @app.get("/films/{id:int}")
    async def film(id: int, limit: int = 1) -> int:
        return id

    @app.get("/fail")
    async def fail() -> None:
        raise KeyError("secret")

    @app.get("/refused/{kind}")
    async def refused(kind: str) -> None:
        raise HTTPException(409, details[kind], {"x-a": "1"})

    return TestClient(app, raise_server_exceptions=False)


def test_every_fault_has_the_form() -> None:
    """Media type, type, title and status; the detail where it says more than the title."""
    answer = client().get("/none")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "instance": "/none",
    }
    assert client().post("/fail").json()["title"] == "Method Not Allowed"


def test_a_request_that_is_not_valid_lists_its_faults() -> None:
    """They stand under ``errors``, with the parameter's name."""
    answer = client().get("/films/3?limit=x")
    body = answer.json()
    assert (answer.status_code, body["detail"]) == (422, "The request has 1 fault.")
    assert body["errors"] == [
        {
            "detail": "Input should be a valid integer, unable to parse string as an integer",
            "in": "query",
            "parameter": "limit",
            "type": "int_parsing",
            "input": "x",
        }
    ]


def test_a_fault_of_the_body_has_a_pointer() -> None:
    """As a URI fragment, in which the two characters of JSON Pointer are escaped."""
    app = App(problem_details=True)

    @app.post("/")
    async def add(films: list[dict[str, int]]) -> None: ...

    answer = TestClient(app).post("/", json=[{}, {"a/b ~\u00e4": "x"}])
    [error] = answer.json()["errors"]
    assert (error["in"], error["pointer"]) == ("body", "#/1/a~1b%20~0%C3%A4")
    assert "loc" not in error


def test_a_router_may_decide_for_its_routes() -> None:
    """The nearest to the route counts: its own word, its router's, the application's."""
    app = App()
    router = Router(prefix="/v2", problem_details=True)

    @router.get("/new")
    async def new() -> None:
        raise HTTPException(409)

    @router.get("/old", problem_details=False)
    async def old() -> None:
        raise HTTPException(409)

    app.get("/v1")(new)
    app.include_router(router)
    answers = {path: TestClient(app).get(path) for path in ("/v1", "/v2/new", "/v2/old")}
    kinds = [answer.headers["content-type"] for answer in answers.values()]
    assert kinds == ["application/json", "application/problem+json", "application/json"]


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("text", {"type": "about:blank", "detail": "No film 3"}),
        ("object", {"type": "/problems/sold-out", "detail": "Sold out", "left": 0}),
        (
            "list",
            {"type": "about:blank", "detail": "The request has 1 fault.", "errors": [{"a": 1}]},
        ),
        ("number", {"type": "about:blank", "detail": "3"}),
    ],
)
def test_details_of_ones_own(kind: str, members: dict[str, Any]) -> None:
    """An object adds members, but does not change the status."""
    answer = client().get(f"/refused/{kind}")
    assert answer.headers["x-a"] == "1"
    own = {"title": "Conflict", "status": 409, "instance": f"/refused/{kind}"}
    assert answer.json() == {**own, **members}


def test_a_server_fault_tells_its_request_alone() -> None:
    """No word of what went wrong."""
    answer = client().get("/fail", headers={"x-request-id": "abc"})
    assert answer.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "instance": "/fail",
        "request_id": "abc",
    }


def test_handlers_of_ones_own_decide() -> None:
    """An exception handler answers in whatever form it likes."""
    app = App(problem_details=True)

    @app.exception_handler(404)
    async def missing(request: Request, error: HTTPException) -> PlainTextResponse:
        return PlainTextResponse("nothing", 404)

    assert TestClient(app).get("/").text == "nothing"


def test_the_document_describes_the_form() -> None:
    """Each answer for a fault, under its media type."""
    app = App(problem_details=True)

    @app.post("/", responses={404: {"description": "No film"}})
    async def show(limit: Annotated[int, Body()]) -> int:
        return limit

    document = app.openapi()
    responses = document["paths"]["/"]["post"]["responses"]
    del responses["200"]
    named = {status: f"#/components/schemas/{kind}" for status, kind in KINDS.items()}
    assert {status: reference(answer) for status, answer in responses.items()} == named
    schema = document["components"]["schemas"]["ValidationProblem"]
    assert schema["required"] == ["type", "title", "status", "errors"]
    assert schema["properties"]["errors"]["items"] == {"$ref": "#/components/schemas/ProblemError"}


KINDS = {
    **dict.fromkeys(("400", "404", "413", "415"), "Problem"),
    "422": "ValidationProblem",
}


def reference(answer: dict[str, Any]) -> str:
    """Return what the schema of an answer refers to."""
    return str(answer["content"]["application/problem+json"]["schema"]["$ref"])
