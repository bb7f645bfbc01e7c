"""FastAPI's tutorial, "JSON Compatible Encoder"."""

import json
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel

from trimaran import App, jsonable_encoder
from trimaran.testing import TestClient

LOG: dict[str, object] = {}
app = App()
client = TestClient(app)


class Entry(BaseModel):
    title: str
    written: datetime
    note: str | None = None


@app.put("/log/{id}")
def write(id: str, entry: Entry) -> None:
    LOG[id] = jsonable_encoder(entry)


def test_a_model_becomes_plain_data() -> None:
    """Dictionaries, lists, texts and numbers, which ``json.dumps`` takes."""
    body = {"title": "Fog", "written": "2024-05-01T12:00:00"}
    answer = client.put("/log/1", json=body)
    assert (answer.status_code, answer.json()) == (200, None)
    assert LOG["1"] == {**body, "note": None}
    assert json.loads(json.dumps(LOG["1"])) == LOG["1"]


def test_parts_of_a_model() -> None:
    """``exclude_unset``, ``exclude_none``, ``include``, ``exclude``, ``by_alias``."""
    entry = Entry(title="Fog", written=datetime(2024, 5, 1))  # noqa: DTZ001  as the guide has it
    assert jsonable_encoder(entry, exclude_unset=True, exclude={"written"}) == {"title": "Fog"}
    assert jsonable_encoder([entry], include={"note"}) == [{"note": None}]


def test_exact_numbers() -> None:
    """A Decimal becomes what an answer says for it.

    Differs: its text; FastAPI makes a float of it, which rounds.
    """
    assert jsonable_encoder({"price": Decimal("0.10")}) == {"price": "0.10"}
