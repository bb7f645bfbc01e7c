"""FastAPI's tutorial, "First Steps"."""

import asyncio
from typing import Any

import pytest

from trimaran import App
from trimaran.testing import TestClient

app = App(title="Lighthouses", version="2.3.0")
client = TestClient(app)


@app.get("/")
async def root() -> dict[str, str]:
    return {"message": "Light"}


@app.get("/plain")
def plain() -> list[int]:
    return [1, 2, 3]


@app.api_route("/any", methods=["GET", "DELETE"])
async def several() -> str:
    return "several"


METHODS = ["get", "post", "put", "patch", "delete", "options"]
for method in METHODS:

    @getattr(app, method)("/method")
    async def by_method() -> dict[str, bool]:
        return {"answered": True}


def test_a_handler_returns_what_is_sent_as_json() -> None:
    """A dictionary that is returned is the answer's JSON, with status 200."""
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.json() == {"message": "Light"}
    assert answer.headers["content-type"] == "application/json"


def test_a_plain_function_is_a_handler() -> None:
    """``def`` in place of ``async def`` answers too, and a list, text or number is JSON."""
    assert client.get("/plain").json() == [1, 2, 3]
    assert client.get("/any").json() == "several"


@pytest.mark.parametrize("method", METHODS)
def test_each_operation_has_its_decorator(method: str) -> None:
    """``@app.get``, ``post``, ``put``, ``patch``, ``delete``, ``options`` declare one each."""
    assert client.request(method.upper(), "/method").json() == {"answered": True}


def test_another_method_is_not_allowed() -> None:
    """405, with the methods that are: ``@app.api_route`` takes several."""
    assert client.delete("/any").status_code == 200
    answer = client.post("/any")
    assert answer.status_code == 405
    assert answer.json() == {"detail": "Method Not Allowed"}
    assert {"GET", "DELETE"} <= set(answer.headers["allow"].split(", "))


def test_an_unknown_path_is_404() -> None:
    """With ``{"detail": "Not Found"}``."""
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_a_get_route_answers_head() -> None:
    """Without a body.

    Differs: FastAPI answers 405; RFC 9110, 9.1, asks every server for HEAD.
    """
    answer = client.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(("path", "shows"), [("/docs", "swagger"), ("/redoc", "redoc")])
def test_documentation_pages(path: str, shows: str) -> None:
    """Swagger UI at /docs, ReDoc at /redoc.

    Better: the application serves their files itself; nothing comes from a CDN.
    """
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Lighthouses" in answer.text
    assert shows in answer.text.lower()
    assert "https://" not in answer.text


def test_openapi_document() -> None:
    """/openapi.json describes the routes: 3.1, title, version, ids and summaries."""
    document = client.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    assert document["info"] == {"title": "Lighthouses", "version": "2.3.0"}
    operation = document["paths"]["/"]["get"]
    assert (operation["operationId"], operation["summary"]) == ("root__get", "Root")
    assert operation["responses"]["200"]["description"] == "Successful Response"
    assert set(document["paths"]["/method"]) == set(METHODS)


def test_the_application_is_asgi() -> None:
    """Any ASGI server runs it: ``uvicorn main:app``."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET"}
    scope |= {"path": "/", "raw_path": b"/", "query_string": b"", "headers": [], "root_path": ""}
    asyncio.run(app(scope | {"scheme": "http", "client": None, "server": None}, receive, send))
    assert sent[0]["status"] == 200
    assert sent[1]["body"] == b'{"message":"Light"}'
