"""The examples of ``docs/topics/dependencies.md``."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest

from trimaran import App, Depends, Header, HTTPException, Router
from trimaran.testing import TestClient

app = App()


# region first
def paging(limit: int = 20, offset: int = 0) -> tuple[int, int]:
    if limit > 100:
        raise HTTPException(400, "At most 100 at once")
    return limit, offset


Paging = Annotated[tuple[int, int], Depends(paging)]


@app.get("/films")
async def list_films(page: Paging) -> list[int]:
    limit, offset = page
    return list(range(offset, offset + limit))


# endregion


# region group
def check_key(x_key: Annotated[str, Header()]) -> None:
    if x_key != "secret":
        raise HTTPException(403, "Wrong key")


admin = Router(prefix="/admin", dependencies=[Depends(check_key)])


@admin.delete("/films/{film_id}", status_code=204)
async def delete_film(film_id: int) -> None: ...


# endregion
app.include_router(admin)


# region scopes
def database() -> Iterator[sqlite3.Connection]:
    """One connection for the application's life."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("create table votes (film int)")
    yield connection
    connection.close()


Database = Annotated[sqlite3.Connection, Depends(database, scope="app")]


def transaction(connection: Database) -> Iterator[sqlite3.Connection]:
    """Committed when the handler has returned, before the answer is sent."""
    with connection:
        yield connection


@app.post("/films/{film_id}/votes", status_code=201)
def vote(
    film_id: int, votes: Annotated[sqlite3.Connection, Depends(transaction, scope="function")]
) -> int:
    votes.execute("insert into votes values (?)", [film_id])
    [(count,)] = votes.execute("select count(*) from votes where film = ?", [film_id])
    return count


# endregion


# region apart
async def print_votes() -> int:
    async with app.resolve_dependency(database) as connection:
        [(count,)] = connection.execute("select count(*) from votes")
        return count


# endregion


@pytest.fixture
def client() -> Iterator[TestClient]:
    """The example's client."""
    with TestClient(app) as made:
        yield made


def test_parameters_of_a_dependency_are_the_routes(client: TestClient) -> None:
    """With their types, defaults and the dependency's own refusals."""
    assert client.get("/films?limit=2&offset=3").json() == [3, 4]
    assert client.get("/films?limit=many").status_code == 422
    assert client.get("/films?limit=101").json() == {"detail": "At most 100 at once"}


def test_a_group_is_guarded(client: TestClient) -> None:
    """Every route of the router."""
    assert client.delete("/admin/films/1", headers={"x-key": "secret"}).status_code == 204
    assert client.delete("/admin/films/1", headers={"x-key": "guess"}).status_code == 403


def test_votes_are_counted_and_seen_outside_of_requests(client: TestClient) -> None:
    """On one connection."""
    assert [client.post("/films/7/votes").json() for _ in range(2)] == [1, 2]
    assert client.run(print_votes()) == 2


def test_a_lifespan_takes_a_dependency() -> None:
    """And the tests replace it."""

    # region lifespan
    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[dict[str, Any]]:
        async with app.resolve_dependency(database) as connection:
            connection.execute("create table if not exists seats (number int)")
            yield {}

    # endregion
    seated = App(lifespan=lifespan)

    @seated.get("/")
    def seats(connection: Database) -> list[int]:
        return [number for (number,) in connection.execute("select number from seats")]

    with TestClient(seated) as client:
        assert client.get("/").json() == []


def test_a_test_replaces_a_dependency() -> None:
    """The override may have other parameters, and yield or not."""
    # region override
    app.dependency_overrides[paging] = lambda: (1, 41)
    try:
        with TestClient(app) as client:
            assert client.get("/films").json() == [41]
    finally:
        app.dependency_overrides = {}
    # endregion


def test_the_connection_is_closed() -> None:
    """With the application."""

    async def main() -> sqlite3.Connection:
        async with app.resolve_dependency(database) as connection:
            connection.execute("select 1")
        return connection

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        asyncio.run(main()).execute("select 1")
