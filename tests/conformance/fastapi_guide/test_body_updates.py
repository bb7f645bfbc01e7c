"""FastAPI's tutorial, "Body - Updates"."""

from typing import Any

import pytest
from pydantic import BaseModel

from trimaran import App, jsonable_encoder
from trimaran.testing import TestClient


class Boat(BaseModel):
    name: str | None = None
    note: str | None = None
    length: float | None = None
    draught: float = 10.5
    tags: list[str] = []


STORED: dict[str, dict[str, Any]] = {"bar": {"name": "Bar", "note": "the bar", "length": 62}}


@pytest.fixture
def client() -> TestClient:
    app = App()
    kept = {name: dict(value) for name, value in STORED.items()}

    @app.get("/boats/{id}", response_model=Boat)
    async def read(id: str) -> Any:
        return kept[id]

    @app.put("/boats/{id}")
    async def replace(id: str, boat: Boat) -> Boat:
        kept[id] = jsonable_encoder(boat)
        return boat

    @app.patch("/boats/{id}")
    async def update(id: str, boat: Boat) -> Boat:
        changed = Boat(**kept[id]).model_copy(update=boat.model_dump(exclude_unset=True))
        kept[id] = jsonable_encoder(changed)
        return changed

    return TestClient(app)


def test_put_replaces_the_whole(client: TestClient) -> None:
    """What is not sent has its default again."""
    sent = {"name": "Barz", "length": 3}
    whole = {"name": "Barz", "note": None, "length": 3, "draught": 10.5, "tags": []}
    assert client.put("/boats/bar", json=sent).json() == whole
    assert client.get("/boats/bar").json() == whole


def test_patch_changes_what_is_sent(client: TestClient) -> None:
    """``model_dump(exclude_unset=True)`` knows which fields were in the body."""
    answer = client.patch("/boats/bar", json={"length": 3, "note": None}).json()
    assert answer == {"name": "Bar", "note": None, "length": 3, "draught": 10.5, "tags": []}
    assert client.get("/boats/bar").json() == answer
