"""FastAPI's tutorial, "Bigger Applications - Multiple Files"."""

from typing import Annotated, Any

import pytest

from trimaran import App, Depends, Header, HTTPException, Router
from trimaran.testing import TestClient


async def token_header(x_token: Annotated[str, Header()]) -> None:
    if x_token != "secret":
        raise HTTPException(status_code=400, detail="X-Token header invalid")


async def query_token(token: str) -> None:
    if token != "jessica":
        raise HTTPException(status_code=400, detail="No Jessica token provided")


users = Router()
boats = Router(
    prefix="/boats",
    tags=["boats"],
    dependencies=[Depends(token_header)],
    responses={404: {"description": "Not found"}},
)
admin = Router()


@users.get("/users/", tags=["users"])
async def read_users() -> list[str]:
    return ["Rick", "Morty"]


@users.get("/users/me", tags=["users"])
async def read_me() -> str:
    return "me"


@users.get("/users/{username}", tags=["users"])
async def read_user(username: str) -> str:
    return username


@boats.get("/")
async def read_boats() -> list[str]:
    return ["Argo"]


@boats.put("/{id}", tags=["custom"], responses={403: {"description": "Operation forbidden"}})
async def update(id: str) -> str:
    return id


@admin.post("/")
async def update_admin() -> str:
    return "admin"


app = App(dependencies=[Depends(query_token)])
app.include_router(users)
app.include_router(boats)
app.include_router(
    admin,
    prefix="/admin",
    tags=["admin"],
    dependencies=[Depends(token_header)],
    responses={418: {"description": "I'm a teapot"}},
)


@app.get("/")
async def root() -> str:
    return "root"


client = TestClient(app)
TOKEN = {"X-Token": "secret"}


def operation(path: str, method: str) -> Any:
    return app.openapi()["paths"][path][method]


@pytest.mark.parametrize(
    ("path", "answer"), [("/users/", ["Rick", "Morty"]), ("/users/me", "me"), ("/users/x", "x")]
)
def test_routes_of_a_router(path: str, answer: Any) -> None:
    """``app.include_router(users)`` takes them in as they are."""
    assert client.get(path + "?token=jessica").json() == answer


def test_a_router_has_prefix_and_dependencies() -> None:
    """Its own token, behind that of the application."""
    assert client.get("/boats/?token=jessica", headers=TOKEN).json() == ["Argo"]
    answer = client.get("/boats/?token=jessica", headers={"X-Token": "no"})
    assert (answer.status_code, answer.json()) == (400, {"detail": "X-Token header invalid"})


def test_every_fault_of_every_dependency() -> None:
    """What is missing in the application's and in the router's is told together."""
    answer = client.get("/boats/")
    assert answer.status_code == 422
    places = [fault["loc"] for fault in answer.json()["detail"]]
    assert places == [["query", "token"], ["header", "x-token"]]


def test_the_inclusion_adds_to_a_router() -> None:
    """Prefix, tags, dependencies and responses, without changing the router."""
    assert client.post("/admin/?token=jessica", headers=TOKEN).json() == "admin"
    assert client.post("/admin/?token=jessica").status_code == 422
    assert operation("/admin/", "post")["tags"] == ["admin"]
    assert operation("/admin/", "post")["responses"]["418"]["description"] == "I'm a teapot"
    assert admin.routes[0].path == "/"


def test_dependencies_of_the_application() -> None:
    """Stand before every route."""
    assert client.get("/?token=jessica").json() == "root"
    assert client.get("/?token=no").json() == {"detail": "No Jessica token provided"}
    assert client.get("/").status_code == 422


def test_tags_and_responses_add_up() -> None:
    """The router's, then the route's."""
    shown = operation("/boats/{id}", "put")
    assert shown["tags"] == ["boats", "custom"]
    assert {"200", "403", "404", "422"} <= set(shown["responses"])
    assert [one["name"] for one in shown["parameters"]] == ["id", "token", "x-token"]


def test_a_router_included_twice() -> None:
    """Under several prefixes: ``/api/v1`` and ``/api/latest``."""
    twice = App()
    for prefix in ("/api/v1", "/api/latest"):
        twice.include_router(users, prefix=prefix)
    for prefix in ("/api/v1", "/api/latest"):
        assert TestClient(twice).get(f"{prefix}/users/me").json() == "me"
    ids = [one["get"]["operationId"] for one in twice.openapi()["paths"].values()]
    assert len(set(ids)) == len(ids) == 6


def test_a_router_within_a_router() -> None:
    """Prefixes join, and what is declared after the inclusion is there too.

    Better: FastAPI takes what the router held when it was included.
    """
    outer, inner, whole = Router(prefix="/outer"), Router(prefix="/inner"), App()
    outer.include_router(inner)
    whole.include_router(outer)
    inner.get("/late")(root)
    assert TestClient(whole).get("/outer/inner/late").json() == "root"
