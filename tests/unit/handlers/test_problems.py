"""Problem details: the form of faults where the application asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from trimaran import App, HTTPException
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
    assert answer.json() == {"type": "about:blank", "title": "Not Found", "status": 404}
    assert client().post("/fail").json()["title"] == "Method Not Allowed"


def test_a_request_that_is_not_valid_lists_its_faults() -> None:
    """They stand under ``errors``, in FastAPI's form."""
    answer = client().get("/films/3?limit=x")
    body = answer.json()
    assert (answer.status_code, body["detail"]) == (422, "The request has 1 fault.")
    assert body["errors"][0]["loc"] == ["query", "limit"]


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
    assert answer.json() == {"title": "Conflict", "status": 409, **members}


def test_a_server_fault_tells_its_request_alone() -> None:
    """No word of what went wrong."""
    answer = client().get("/fail", headers={"x-request-id": "abc"})
    assert answer.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
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
    """The 422 of every route that takes something, under its media type."""
    app = App(problem_details=True)

    @app.get("/")
    async def show(limit: int) -> int:
        return limit

    document = app.openapi()
    content = document["paths"]["/"]["get"]["responses"]["422"]["content"]
    assert list(content) == ["application/problem+json"]
    schema = document["components"]["schemas"]["HTTPValidationError"]
    assert schema["required"] == ["type", "title", "status"]
    assert schema["properties"]["errors"]["items"] == {
        "$ref": "#/components/schemas/ValidationError"
    }
