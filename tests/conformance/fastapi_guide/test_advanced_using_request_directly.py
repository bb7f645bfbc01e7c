"""FastAPI's "Using the Request Directly", and its reference of ``Request``."""

from typing import Any

import pytest

from trimaran import App, HTTPConnection, Request
from trimaran.testing import TestClient


@pytest.fixture
def app() -> App:
    """An empty application."""
    return App()


def test_the_clients_address(app: App) -> None:
    """Beside validated parameters, which are taken as ever."""

    @app.get("/films/{id}")
    def show(id: int, request: Request) -> dict[str, Any]:
        assert request.client is not None
        return {"host": request.client.host, "port": request.client.port, "id": id}

    client = TestClient(app, client=("192.0.2.7", 4000))
    assert client.get("/films/3").json() == {"host": "192.0.2.7", "port": 4000, "id": 3}
    assert client.get("/films/x").status_code == 422
    parameters = app.openapi()["paths"]["/films/{id}"]["get"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == ["id"]


def test_everything_else_of_the_head(app: App) -> None:
    """By Starlette's names."""

    @app.api_route("/films/{id}", methods=["GET", "POST"])
    async def show(request: Request) -> dict[str, Any]:
        request.state.seen = True
        return {
            "method": request.method,
            "url": [str(request.url), request.url.path, request.url.query, request.url.port],
            "base": str(request.base_url),
            "query": [request.query_params["a"], request.query_params.getlist("b")],
            "path": dict(request.path_params),
            "header": request.headers["X-Own"],
            "cookie": request.cookies.get("theme"),
            "app": request.app is app,
            "state": request.state.seen,
        }

    client = TestClient(app, headers={"x-own": "1"}, cookies={"theme": "dark"})
    answer = client.post("/films/3?a=1&b=2&b=3").json()
    url = ["http://testserver/films/3?a=1&b=2&b=3", "/films/3", "a=1&b=2&b=3", None]
    assert answer == {
        "method": "POST",
        "url": url,
        "base": "http://testserver/",
        "query": ["1", ["2", "3"]],
        "path": {"id": "3"},
        "header": "1",
        "cookie": "dark",
        "app": True,
        "state": True,
    }


def test_the_body_in_each_of_its_forms(app: App) -> None:
    """Whole, as JSON, as a form, in pieces; nothing of it is validated."""

    @app.post("/{form}")
    async def take(form: str, request: Request) -> Any:
        if form == "json":
            return await request.json()
        if form == "form":
            return (await request.form())["a"]
        if form == "stream":
            return [chunk.decode() async for chunk in request.stream()]
        return (await request.body()).decode()

    client = TestClient(app)
    assert client.post("/json", json={"a": 1}).json() == {"a": 1}
    assert client.post("/form", data={"a": "x"}).json() == "x"
    assert client.post("/stream", content=b"abc").json() == ["abc"]
    assert client.post("/body", content=b"abc").json() == "abc"


def test_what_requests_and_websockets_share(app: App) -> None:
    """``HTTPConnection`` in a dependency serves both."""

    @app.get("/")
    def show(connection: HTTPConnection) -> str:
        return connection.headers["x-own"]

    assert TestClient(app).get("/", headers={"x-own": "1"}).json() == "1"
