"""FastAPI's tutorial, "Testing" and "Debugging"."""

import subprocess
import sys
from typing import Annotated

import pytest
from pydantic import BaseModel

from trimaran import App, Header, HTTPException
from trimaran.testing import TestClient


class Boat(BaseModel):
    id: str
    title: str
    note: str | None = None


@pytest.fixture
def client() -> TestClient:
    app = App()
    boats = {"foo": {"id": "foo", "title": "Foo", "note": "fast"}}

    @app.get("/boats/{id}", response_model=Boat)
    async def read(id: str, x_token: Annotated[str, Header()]) -> dict[str, str]:
        if x_token != "coneofsilence":
            raise HTTPException(status_code=400, detail="Invalid X-Token header")
        if id not in boats:
            raise HTTPException(status_code=404, detail="Boat not found")
        return boats[id]

    @app.post("/boats/")
    async def create(boat: Boat, x_token: Annotated[str, Header()]) -> Boat:
        if boat.id in boats:
            raise HTTPException(status_code=409, detail="Boat already exists")
        return boat

    return TestClient(app)


TOKEN = {"X-Token": "coneofsilence"}


def test_a_test_is_a_plain_function(client: TestClient) -> None:
    """``TestClient(app)`` needs no await, no server, no socket."""
    answer = client.get("/boats/foo", headers=TOKEN)
    assert answer.status_code == 200
    assert answer.json() == {"id": "foo", "title": "Foo", "note": "fast"}


@pytest.mark.parametrize(
    ("path", "token", "status", "detail"),
    [
        ("/boats/foo", "hailhydra", 400, "Invalid X-Token header"),
        ("/boats/baz", "coneofsilence", 404, "Boat not found"),
    ],
)
def test_headers_and_faults(
    client: TestClient, path: str, token: str, status: int, detail: str
) -> None:
    """``headers=`` is a dictionary; the answer has status_code, json(), text, headers."""
    answer = client.get(path, headers={"X-Token": token})
    assert (answer.status_code, answer.json()) == (status, {"detail": detail})


def test_bodies(client: TestClient) -> None:
    """``json=`` sends JSON; ``data=`` a form, ``files=`` uploads, ``params=`` the query."""
    body = {"id": "bar", "title": "Bar", "note": None}
    assert client.post("/boats/", headers=TOKEN, json=body).json() == body
    answer = client.post("/boats/", headers=TOKEN, json={**body, "id": "foo"})
    assert answer.status_code == 409


def test_the_client_keeps_cookies_and_headers() -> None:
    """As HTTPX's does, whose names it has."""
    from trimaran import Request, Response

    app = App()

    @app.get("/set")
    async def keep(response: Response) -> None:
        response.set_cookie("crumb", "1")

    @app.get("/seen")
    async def seen(request: Request) -> list[str | None]:
        return [request.cookies.get("crumb"), request.headers.get("x-a")]

    client = TestClient(app, headers={"X-A": "b"})
    client.get("/set")
    assert client.get("/seen").json() == ["1", "b"]


def test_a_debugger_starts_the_server() -> None:
    """``uvicorn.run(app)`` below ``__name__ == "__main__"`` still works: the application is ASGI.

    Better: no such line is needed; an editor's debugger starts the module ``trimaran`` with
    ``run app.py``, as ``python -m trimaran run app.py`` does.
    """
    command = [sys.executable, "-m", "trimaran", "run", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "trimaran run" in told.stdout
    assert "--port" in told.stdout
