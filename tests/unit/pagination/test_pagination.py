"""Pages: what is asked for, what is answered, what is described."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import pytest

from trimaran import App, Depends, Field, Model
from trimaran.db import registry
from trimaran.db.backends.registry import database, installed, open_database
from trimaran.db.migrations import create_tables
from trimaran.pagination import (
    CursorPage,
    CursorParams,
    OffsetPage,
    OffsetParams,
    Page,
    PageParams,
    paginate,
    paginate_by_key,
)
from trimaran.testing import TestClient


def make_app() -> App:
    """Return an application that lists films in three ways."""

    class PagedFilm(Model):
        title: str = Field(max_length=50)
        released: date

    app = App()

    @app.get("/pages")
    async def pages(params: Annotated[PageParams, Depends()]) -> Page[PagedFilm]:
        return await paginate(PagedFilm.objects.order_by("id"), params)

    @app.get("/offsets")
    async def offsets(params: Annotated[OffsetParams, Depends()]) -> OffsetPage[PagedFilm]:
        return await paginate(PagedFilm.objects.order_by("id"), params)

    @app.get("/newest")
    async def newest(params: Annotated[CursorParams, Depends()]) -> CursorPage[PagedFilm]:
        return await paginate_by_key(PagedFilm.objects.all(), params, key=("-released", "id"))

    @app.post("/fill")
    async def fill() -> None:
        await create_tables(database(), registry.metadata())
        for number in range(7):
            await PagedFilm.objects.create(
                title=f"F{number}", released=date(2000 + number // 3, 1, 1)
            )

    return app


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A client of an application with seven films, three of a year."""
    own = installed(open_database("sqlite://:memory:"))
    with registry.isolated(), own, TestClient(make_app()) as client:
        assert client.post("/fill").status_code == 200
        yield client


def titles(answer: Any) -> str:
    """Return the titles of a page, in one word."""
    return "".join(item["title"][1:] for item in answer.json()["items"])


def test_pages_by_number(client: TestClient) -> None:
    """With the number of pages and of all items; a page past the last is empty."""
    answer = client.get("/pages?page=2&size=3")
    rest = {name: value for name, value in answer.json().items() if name != "items"}
    assert (titles(answer), rest) == ("345", {"page": 2, "size": 3, "pages": 3, "total": 7})
    assert titles(client.get("/pages?page=9")) == ""


def test_pages_by_offset(client: TestClient) -> None:
    """With what was asked for and the total."""
    answer = client.get("/offsets?offset=5&limit=4")
    assert (titles(answer), answer.json()["total"]) == ("56", 7)


def test_pages_by_cursor(client: TestClient) -> None:
    """Every item once, in the key's order, also where its first part repeats."""
    found, cursor = "", ""
    for _ in range(4):
        answer = client.get("/newest?limit=2" + (f"&cursor={cursor}" if cursor else ""))
        found += titles(answer)
        cursor = answer.json()["next_cursor"]
    assert (found, cursor) == ("6345012", None)


@pytest.mark.parametrize("query", ["page=0", "size=101", "size=x", f"page={2**70}"])
def test_bounds(client: TestClient, query: str) -> None:
    """A page has 100 items at most."""
    assert client.get(f"/pages?{query}").status_code == 422


@pytest.mark.parametrize(
    "cursor", ["x", "!!", "bnVsbA", "WzFd", "WzEsMl0", "W251bGwsMV0", "WyJ4IiwgInkiXQ", "W1tdLDFd"]
)
def test_a_cursor_of_nobodys_is_refused(client: TestClient, cursor: str) -> None:
    """Whatever it holds: 400, never a fault of the server."""
    answer = client.get(f"/newest?cursor={cursor}")
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "The cursor is not one of this list."},
    )


def test_they_describe_themselves(client: TestClient) -> None:
    """The parameters with their bounds, the page with its items."""
    document = client.get("/openapi.json").json()
    parameters = document["paths"]["/pages"]["get"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == ["page", "size"]
    assert parameters[1]["schema"]["maximum"] == 100
    page = document["components"]["schemas"]["CursorPage_PagedFilm"]
    assert set(page["properties"]) == {"items", "next_cursor"}
