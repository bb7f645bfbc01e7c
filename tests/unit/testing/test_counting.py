"""Statements are counted, and lazy loading can be refused."""

from typing import Any

import pytest

from trimaran import App, Field, ForeignKey, Model
from trimaran.db import strict_loading
from trimaran.errors import RelationNotLoadedError
from trimaran.testing import TestClient, max_queries


class CountedShelf(Model):
    """A shelf."""

    name: str


class CountedItem(Model):
    """What stands on a shelf."""

    name: str
    shelf: ForeignKey[CountedShelf] = Field(on_delete="cascade", related_name="items")


app = App()


@app.get("/items")
async def items() -> list[str]:
    rows = await CountedItem.objects.order_by("id")
    return [f"{row.name} on {(await row.shelf).name}" for row in rows]


@app.get("/strict")
async def strict(joined: bool = False) -> list[str]:
    query = CountedItem.objects.order_by("id")
    with strict_loading():
        rows = await (query.select_related("shelf") if joined else query)
        return [(await row.shelf).name for row in rows]


@pytest.fixture
def client() -> Any:
    with TestClient(app, database="sqlite://:memory:") as client:

        async def fill() -> None:
            shelf = await CountedShelf.objects.create(name="left")
            for name in "abc":
                await CountedItem.objects.create(name=name, shelf=shelf)

        client.run(fill())
        yield client


def test_a_budget_holds(client: Any) -> None:
    """Three rows and their shelf take two statements; the report names them and the line."""
    with client.queries() as seen:
        assert client.get("/items").json() == ["a on left", "b on left", "c on left"]
    seen.assert_max(2)
    seen.assert_exactly(2)
    with pytest.raises(AssertionError, match=r"2 statements were run, at most 1 were") as caught:
        seen.assert_max(1)
    assert "FROM counted_item" in str(caught.value)
    assert "test_counting.py" in str(caught.value)


def test_the_helper_fails_the_test(client: Any) -> None:
    """``max_queries`` fails where its block runs more."""
    with max_queries(2):
        client.get("/items")
    with pytest.raises(AssertionError, match="at most 1"), max_queries(1):
        client.get("/items")


def test_strict_loading(client: Any) -> None:
    """Under strict loading a relation must have been fetched before."""
    assert client.get("/strict?joined=true").json() == ["left"] * 3
    with pytest.raises(RelationNotLoadedError, match=r"CountedItem\.shelf would be read by a"):
        client.get("/strict")
