"""FastAPI's "Sub Applications - Mounts", "Including WSGI" and "GraphQL" by mounting ASGI."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from trimaran import App, Request
from trimaran.mounts import WSGIMiddleware
from trimaran.testing import TestClient


def films() -> App:
    """An application with another mounted below ``/sub``."""
    outer, inner = App(title="Outer"), App(title="Inner")
    outer.get("/app")(lambda: "outer")
    inner.get("/sub")(lambda: "inner")
    outer.mount("/subapi", inner)
    return outer


def test_a_mounted_application_answers_below_its_path() -> None:
    """Everything else is the outer one's."""
    client = TestClient(films())
    assert client.get("/app").json() == "outer"
    assert client.get("/subapi/sub").json() == "inner"
    assert client.get("/sub").status_code == 404
    assert client.get("/subapi/app").status_code == 404


def test_each_has_its_own_document_and_pages() -> None:
    """Neither's paths stand in the other's."""
    client = TestClient(films())
    outer, inner = client.get("/openapi.json").json(), client.get("/subapi/openapi.json").json()
    assert (outer["info"]["title"], set(outer["paths"])) == ("Outer", {"/app"})
    assert (inner["info"]["title"], set(inner["paths"])) == ("Inner", {"/sub"})
    assert client.get("/docs").status_code == client.get("/subapi/docs").status_code == 200


# Including WSGI - Flask, Django, others


def wsgi(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    name = environ["QUERY_STRING"].removeprefix("name=")
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"Hello, {name} from {environ['SCRIPT_NAME']}{environ['PATH_INFO']}".encode()]


def test_wsgi_below_a_path() -> None:
    """Flask, Django: ``SCRIPT_NAME`` is the path that it is mounted at."""
    app = App()
    app.get("/v2")(lambda: "new")
    app.mount("/v1", WSGIMiddleware(wsgi))
    client = TestClient(app)
    assert client.get("/v1/films?name=Kyoami").text == "Hello, Kyoami from /v1/films"
    assert client.get("/v2").json() == "new"


# GraphQL


async def graphql(scope: Any, receive: Any, send: Any) -> None:
    """Stand for a GraphQL library's ASGI application: it reads a query, answers data."""
    message = await receive()
    query = json.loads(message["body"])["query"]
    assert (scope["type"], scope["root_path"]) == ("http", "/graphql")
    body = json.dumps({"data": {"asked": query}}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def test_a_graphql_library_is_mounted_as_any_asgi_application() -> None:
    """The page's example is Strawberry's router; its ASGI application is ``GraphQL(schema)``."""
    app = App()
    app.mount("/graphql", graphql)
    answer = TestClient(app).post("/graphql", json={"query": "{ films { title } }"})
    assert answer.json() == {"data": {"asked": "{ films { title } }"}}


# Behind the mount


def test_the_request_of_a_mounted_application_knows_the_whole_path() -> None:
    """Its own application, the URL as the client sees it."""
    outer, inner = App(), App()

    @inner.get("/sub")
    def show(request: Request) -> Any:
        return [request.url.path, request.app is inner]

    outer.mount("/subapi", inner)
    assert TestClient(outer).get("/subapi/sub").json() == ["/subapi/sub", True]
