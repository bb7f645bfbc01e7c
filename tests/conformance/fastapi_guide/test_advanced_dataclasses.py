"""FastAPI's "Using Dataclasses"."""

from dataclasses import dataclass, field
from typing import Any

import pydantic.dataclasses
import pytest

from trimaran import App
from trimaran.testing import TestClient


@dataclass
class Item:
    name: str
    price: float
    description: str | None = None
    tags: list[str] = field(default_factory=list)


@pydantic.dataclasses.dataclass
class Owner:
    name: str
    items: list[Item] = pydantic.dataclasses.Field(default_factory=list)


@pytest.fixture
def app() -> App:
    """An empty application."""
    return App()


def test_a_dataclass_is_a_body(app: App) -> None:
    """Read, checked, described, and sent back with its defaults."""

    @app.post("/items")
    async def create(item: Item) -> Item:
        assert isinstance(item, Item)
        return item

    client = TestClient(app)
    answer = client.post("/items", json={"name": "Ticket", "price": 3})
    assert answer.json() == {"name": "Ticket", "price": 3.0, "description": None, "tags": []}
    wrong = client.post("/items", json={"name": "Ticket", "price": "dear"})
    assert wrong.status_code == 422
    assert wrong.json()["detail"][0]["loc"] == ["body", "price"]
    schema = app.openapi()["components"]["schemas"]["Item"]
    assert (schema["title"], schema["required"]) == ("Item", ["name", "price"])


def test_a_dataclass_is_a_response_model(app: App) -> None:
    """A dictionary is filtered to it."""

    @app.get("/next", response_model=Item)
    async def following() -> dict[str, Any]:
        return {"name": "Ticket", "price": 3, "secret": True}

    answer = TestClient(app).get("/next").json()
    assert answer == {"name": "Ticket", "price": 3.0, "description": None, "tags": []}


def test_dataclasses_nest_in_pydantics_and_in_lists(app: App) -> None:
    """Both ways, with faults at their places."""

    @app.post("/owners/{name}", response_model=Owner)
    async def create(name: str, items: list[Item]) -> dict[str, Any]:
        return {"name": name, "items": items}

    @app.get("/owners", response_model=list[Owner])
    def owners() -> list[dict[str, Any]]:
        return [{"name": "Kyoami", "items": [{"name": "Mask", "price": 1}]}]

    client = TestClient(app)
    mask = {"name": "Mask", "price": 1.0, "description": None, "tags": []}
    made = client.post("/owners/Kyoami", json=[{"name": "Mask", "price": 1}])
    assert made.json() == {"name": "Kyoami", "items": [mask]}
    assert client.get("/owners").json() == [{"name": "Kyoami", "items": [mask]}]
    wrong = client.post("/owners/Kyoami", json=[{"name": "Mask"}])
    assert wrong.json()["detail"][0]["loc"] == ["body", 0, "price"]
