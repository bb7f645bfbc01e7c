"""FastAPI's tutorial, "SQL (Relational) Databases": its heroes, as models of this framework."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest

from trimaran import App, Create, Field, Model, Patch, Query, get_object_or_404
from trimaran.db import registry
from trimaran.db.backends.registry import database, installed, open_database
from trimaran.db.migrations import create_tables
from trimaran.testing import TestClient


class HeroPublic(msgspec.Struct):
    """What everybody may know."""

    id: int
    name: str
    age: int | None


def make_app() -> App:
    """Return the page's application: one model is table, input and update."""

    class GuideHero(Model):
        name: str = Field(max_length=100, index=True)
        age: int | None = Field(default=None, index=True)
        secret_name: str = Field(max_length=100)

    app = App()

    @app.post("/heroes/", response_model=HeroPublic)
    async def create_hero(hero: Create[GuideHero]) -> Any:
        return await GuideHero.objects.create(hero)

    @app.get("/heroes/", response_model=list[HeroPublic])
    async def read_heroes(offset: int = 0, limit: Annotated[int, Query(le=100)] = 100) -> Any:
        return await GuideHero.objects.order_by("id")[offset : offset + limit]

    @app.get("/heroes/{hero_id}", response_model=HeroPublic)
    async def read_hero(hero_id: int) -> Any:
        return await get_object_or_404(GuideHero, id=hero_id)

    @app.patch("/heroes/{hero_id}", response_model=HeroPublic)
    async def update_hero(hero_id: int, hero: Patch[GuideHero]) -> Any:
        found = await get_object_or_404(GuideHero, id=hero_id)
        return await found.update(hero)

    @app.delete("/heroes/{hero_id}")
    async def delete_hero(hero_id: int) -> dict[str, bool]:
        found = await get_object_or_404(GuideHero, id=hero_id)
        await found.delete()
        return {"ok": True}

    @app.put("/tables")
    async def make_tables() -> None:
        await create_tables(database(), registry.metadata())

    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A client of the application on an empty database."""
    own = installed(open_database("sqlite://:memory:"))
    with registry.isolated(), own, TestClient(make_app()) as client:
        assert client.put("/tables").status_code == 200
        yield client


DEAD = {"name": "Dead Pond", "secret_name": "Dive Wilson"}


def test_a_row_is_created_and_read(client: TestClient) -> None:
    """``Create[Hero]`` is what a client may send; the answer's type hides the rest.

    Better: no engine, no session, no second class for the table; every call is awaited.
    """
    created = client.post("/heroes/", json=DEAD)
    assert (created.status_code, created.json()) == (
        200,
        {"id": 1, "name": "Dead Pond", "age": None},
    )
    assert client.get("/heroes/1").json() == created.json()
    faults = client.post("/heroes/", json={"id": 9, "age": "x"}).json()["detail"]
    assert {tuple(fault["loc"]) for fault in faults} >= {("body", "name"), ("body", "age")}


def test_a_client_does_not_choose_the_key(client: TestClient) -> None:
    """The automatic key is not among the fields of ``Create``."""
    answer = client.post("/heroes/", json={**DEAD, "id": 900})
    assert answer.json()["id"] == 1


def test_rows_in_pages(client: TestClient) -> None:
    """``offset`` and ``limit`` as a slice of the query, the limit bounded."""
    for number in range(4):
        client.post("/heroes/", json={**DEAD, "name": f"H{number}", "age": number})
    found = client.get("/heroes/?offset=1&limit=2").json()
    assert [hero["name"] for hero in found] == ["H1", "H2"]
    assert client.get("/heroes/?limit=101").status_code == 422


def test_a_row_is_updated_in_part(client: TestClient) -> None:
    """``Patch[Hero]`` requires nothing; what is not sent stays, null is null."""
    client.post("/heroes/", json={**DEAD, "age": 30})
    answer = client.patch("/heroes/1", json={"name": "Pond", "age": None})
    assert answer.json() == {"id": 1, "name": "Pond", "age": None}
    assert client.get("/heroes/1").json() == answer.json()


def test_a_row_is_deleted(client: TestClient) -> None:
    """And is 404 from then on."""
    client.post("/heroes/", json=DEAD)
    assert client.delete("/heroes/1").json() == {"ok": True}
    gone = client.get("/heroes/1")
    assert (gone.status_code, list(gone.json())) == (404, ["detail"])
    assert client.patch("/heroes/1", json={}).status_code == 404
