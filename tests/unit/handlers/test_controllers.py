"""Controllers: methods as routes, one instance for each request."""

from __future__ import annotations

from typing import Annotated

import pytest

from trimaran import App, ConfigurationError, Controller, Depends, HTTPException, Query
from trimaran.handlers.middleware import CallNext
from trimaran.http import Request, Response
from trimaran.testing import TestClient


def session(who: str = "none") -> str:
    return f"session {who}"


async def mark(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    response.headers["x-controller"] = "1"
    return response


class Base(Controller):
    def __init__(self, session: Annotated[str, Depends(session)]) -> None:
        self.session = session

    @Controller.get("/who")
    async def who(self) -> str:
        """Tell whose session it is."""
        return self.session


class Films(Base):
    prefix = "/films"
    tags = ("films",)
    middleware = (mark,)

    @Controller.get("/{id:int}")
    @Controller.get("/number/{id:int}", summary="By its number")
    async def show(self, id: int, *, limit: Annotated[int, Query(ge=1)] = 3) -> dict[str, object]:
        if id == 0:
            raise HTTPException(404)
        return {"id": id, "limit": limit, "session": self.session}

    @Controller.route("/", methods=("PUT", "POST"), status_code=201)
    def save(self, data: dict[str, int]) -> dict[str, int]:
        return data


def client() -> TestClient:
    app = App()
    app.include_router(Films.as_router())
    return TestClient(app)


def test_methods_answer() -> None:
    """Path, query, body and the constructor's dependencies are taken; ``def`` runs in a thread."""
    answer = client().get("/films/3?limit=2&who=ann")
    assert answer.json() == {"id": 3, "limit": 2, "session": "session ann"}
    assert answer.headers["x-controller"] == "1"
    assert client().get("/films/number/4").json()["id"] == 4
    saved = client().put("/films/", json={"a": 1})
    assert (saved.status_code, saved.json()) == (201, {"a": 1})
    assert [client().get("/films/0").status_code, client().get("/films/1?limit=0").status_code] == [
        404,
        422,
    ]


def test_routes_are_inherited() -> None:
    """A base class' routes are the subclass' too, under its own prefix."""
    assert client().get("/films/who?who=eve").json() == "session eve"


def test_they_are_described() -> None:
    """With the constructor's parameters, the tags and the docstrings."""
    app = client().app
    paths = app.openapi()["paths"]  # type: ignore[attr-defined]  # it is an App
    who = paths["/films/who"]["get"]
    assert (who["tags"], who["description"]) == (["films"], "Tell whose session it is.")
    assert [parameter["name"] for parameter in who["parameters"]] == ["who"]
    assert paths["/films/number/{id}"]["get"]["summary"] == "By its number"


def test_faults_name_the_method() -> None:
    """As of any other handler."""

    class Wrong(Controller):
        @Controller.get("/{id}")
        async def show(self) -> None: ...

    app = App()
    app.include_router(Wrong.as_router())
    with pytest.raises(ConfigurationError, match=r"test_controllers\.py:\d+ .*Wrong\.show"):
        app.build()


def test_a_controller_without_routes_is_an_error() -> None:
    """With its place and a mend."""

    class Empty(Controller):
        async def show(self) -> None: ...

    with pytest.raises(ConfigurationError, match=r"TRI-ROUTE-016 .*Empty.* has no routes\. Write"):
        Empty.as_router()
