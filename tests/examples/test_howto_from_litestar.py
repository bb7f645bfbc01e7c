"""The examples of docs/howto/from-litestar.md, and what they do."""

# ruff: noqa: E402  imports stand where the page shows them

from __future__ import annotations

# region controller
from collections.abc import AsyncIterator
from typing import Annotated, Any, ClassVar

import msgspec

from trimaran import App, Controller, Depends, Header, HTTPException, JSONResponse, Request, Router


class Film(msgspec.Struct):
    title: str
    year: int = 0
    notes: str = ""


class NoSuchFilmError(Exception):
    pass


async def no_such_film(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"film": str(error)}, 404)


async def staff_only(x_role: Annotated[str, Header()] = "") -> None:  # a guard
    if x_role != "staff":
        raise HTTPException(403, "Staff only")


class Films(Controller):
    prefix = "/films"
    tags = ("films",)
    exception_handlers: ClassVar = {NoSuchFilmError: no_such_film}

    def __init__(self, request: Request) -> None:
        self.films: dict[str, Film] = request.app.state.films

    @Controller.get("/{slug}", response_model_exclude={"notes"})
    async def show(self, slug: str) -> Film:
        if slug not in self.films:
            raise NoSuchFilmError(slug)
        return self.films[slug]

    @Controller.put("/{slug}", dependencies=[Depends(staff_only)])
    async def replace(self, slug: str, film: Film) -> Film:
        self.films[slug] = film
        return film


# endregion
# region layers
opened: list[str] = []


async def session() -> AsyncIterator[str]:  # once a request, as Litestar's Provide
    opened.append("open")
    yield "session"
    opened.append("close")


async def connection() -> AsyncIterator[str]:  # once for the application
    opened.append("connect")
    yield "connection"
    opened.append("disconnect")


Session = Annotated[str, Depends(session)]
Connection = Annotated[str, Depends(connection, scope="app")]


async def audited(x_request_source: Annotated[str, Header(min_length=1)]) -> None:
    """Demand a header of every route of a layer."""


reports = Router("/reports", dependencies=[Depends(audited)])


@reports.get("/daily")
async def daily(session: Session, again: Session, connection: Connection) -> list[str]:
    return [session, again, connection]


# endregion
# region app
app = App(title="Films")
app.state.films = {"ran": Film("Ran", 1985, "private")}
app.include_router(Films.as_router())
app.include_router(reports)
# endregion

from trimaran.testing import TestClient


def test_controllers_guards_and_exception_handlers() -> None:
    """Each layer has its own."""
    client = TestClient(app)
    assert client.get("/films/ran").json() == {"title": "Ran", "year": 1985}
    missing = client.get("/films/ikiru")
    assert (missing.status_code, missing.json()) == (404, {"film": "ikiru"})
    film = {"title": "Ikiru"}
    assert client.put("/films/ikiru", json=film).status_code == 403
    made = client.put("/films/ikiru", json=film, headers={"x-role": "staff"})
    assert made.json() == {"title": "Ikiru", "year": 0, "notes": ""}
    wrong = client.put("/films/ikiru", json={"year": "x"}, headers={"x-role": "staff"})
    assert wrong.status_code == 422


def test_parameters_and_dependencies_of_a_layer() -> None:
    """A router's header is demanded and documented; scopes are those of the page."""
    opened.clear()
    with TestClient(app) as client:
        headers = {"x-request-source": "test"}
        for _ in range(2):
            answer = client.get("/reports/daily", headers=headers)
            assert answer.json() == ["session", "session", "connection"]
    assert opened == ["connect", "open", "close", "open", "close", "disconnect"]
    assert TestClient(app).get("/reports/daily").status_code == 422
    (parameter,) = app.openapi()["paths"]["/reports/daily"]["get"]["parameters"]
    assert (parameter["name"], parameter["required"]) == ("x-request-source", True)


def test_tags_of_a_controller_are_documented() -> None:
    """As those of a router."""
    document: dict[str, Any] = app.openapi()
    assert document["paths"]["/films/{slug}"]["get"]["tags"] == ["films"]
