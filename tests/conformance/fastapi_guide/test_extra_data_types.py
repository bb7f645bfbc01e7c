"""FastAPI's tutorial, "Extra Data Types"."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel

from trimaran import App, Body
from trimaran.testing import TestClient

app = App()
client = TestClient(app)
ID = "7b2f0c57-6d1d-4a4c-9a4f-9b0f0c3a2b11"


@app.put("/watches/{watch_id}")
async def watch(
    watch_id: UUID,
    start: Annotated[datetime, Body()],
    after: Annotated[timedelta, Body()],
    at: Annotated[time | None, Body()] = None,
) -> dict[str, Any]:
    return {"id": watch_id, "begins": start + after, "after": after, "at": at}


@app.post("/values/")
async def values(
    day: Annotated[date, Body()],
    price: Annotated[Decimal, Body()],
    raw: Annotated[bytes, Body()],
    names: Annotated[frozenset[str], Body()],
) -> dict[str, Any]:
    return {"day": day, "price": price, "raw": len(raw), "names": sorted(names)}


START = "2024-05-01T12:00:00+00:00"


def test_types_of_the_standard_library() -> None:
    """UUID, datetime, timedelta, time: read from ISO 8601, written as it."""
    answer = client.put(f"/watches/{ID}", json={"start": START, "after": "PT2H", "at": "08:30:00"})
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["id"], shown["after"], shown["at"]) == (ID, "PT7200S", "08:30:00")
    assert datetime.fromisoformat(shown["begins"]) == datetime.fromisoformat(START) + timedelta(
        hours=2
    )


class Pause(BaseModel):
    after: timedelta


@app.post("/pauses/")
async def pause(pause: Pause) -> float:
    return pause.after.total_seconds()


def test_a_duration_in_seconds() -> None:
    """In a Pydantic model a number is read as seconds.

    Differs: a plain ``timedelta`` is read from ISO 8601 alone; a bare number says no unit.
    """
    assert client.post("/pauses/", json={"after": 300}).json() == 300
    answer = client.put(f"/watches/{ID}", json={"start": START, "after": 300})
    fault = answer.json()["detail"][0]
    assert (answer.status_code, fault["loc"]) == (422, ["body", "after"])
    assert fault["type"].startswith("time_delta")


def test_dates_decimals_bytes_and_sets() -> None:
    """A set drops what repeats."""
    body = {"day": "2024-05-01", "price": "9.90", "raw": "YWJj", "names": ["a", "b", "a"]}
    answer = client.post("/values/", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["names"] == ["a", "b"]
    assert (answer.json()["day"], answer.json()["price"]) == ("2024-05-01", "9.90")


def test_each_type_is_told_by_its_name() -> None:
    """A fault's type is Pydantic's: uuid_parsing, datetime_..., time_delta_..."""
    answer = client.put("/watches/x", json={"start": "x", "after": "x", "at": "x"})
    kinds = [fault["type"] for fault in answer.json()["detail"]]
    assert [kind.split("_")[0] for kind in kinds] == ["uuid", "datetime", "time", "time"]


def test_formats_are_documented() -> None:
    """uuid, date-time, duration, time, date."""
    document = app.openapi()
    shown = document["paths"]["/watches/{watch_id}"]["put"]["parameters"][0]["schema"]
    assert shown["format"] == "uuid"
    schemas = document["components"]["schemas"]
    fields = next(s for name, s in schemas.items() if name.startswith("Body_watch"))["properties"]
    assert (fields["start"]["format"], fields["after"]["format"]) == ("date-time", "duration")
    assert {"type": "string", "format": "time"} in fields["at"]["anyOf"]
