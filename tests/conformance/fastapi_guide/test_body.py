"""FastAPI's tutorial, "Request Body"."""

from typing import Any

import pytest
from pydantic import BaseModel

from trimaran import App
from trimaran.testing import TestClient

app = App()
client = TestClient(app)


class Sail(BaseModel):
    name: str
    description: str | None = None
    area: float
    wear: float | None = None


@app.post("/sails/")
async def add(sail: Sail) -> dict[str, Any]:
    shown = sail.model_dump()
    if sail.wear is not None:
        shown["left"] = sail.area - sail.wear
    return shown


@app.put("/sails/{sail_id}")
async def change(sail_id: int, sail: Sail, q: str | None = None) -> dict[str, Any]:
    return {"sail_id": sail_id, **sail.model_dump(exclude_unset=True), "q": q}


GIVEN = {"name": "Jib", "area": 50.5}


def test_a_model_reads_the_body() -> None:
    """A parameter of a Pydantic model's class; what is left out has its default."""
    whole = {**GIVEN, "description": None, "wear": None}
    assert client.post("/sails/", json=GIVEN).json() == whole
    assert client.post("/sails/", json={**GIVEN, "wear": 0.5}).json()["left"] == 50


def test_values_are_converted_as_pydantic_does() -> None:
    """A text that is a number is one."""
    assert client.post("/sails/", json={"name": "Jib", "area": "50.5"}).json()["area"] == 50.5


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"name": "Jib"}, [["body", "area"]]),
        ({}, [["body", "name"], ["body", "area"]]),
        (None, [["body"]]),
        ({"name": None, "area": "wide"}, [["body", "name"], ["body", "area"]]),
    ],
)
def test_every_fault_of_a_body_is_told(body: Any, places: list[list[str]]) -> None:
    """422, each with its place."""
    answer = client.post("/sails/", json=body)
    assert answer.status_code == 422
    assert [fault["loc"] for fault in answer.json()["detail"]] == places


def test_a_field_that_is_missing() -> None:
    """With the object that lacks it as the input."""
    fault = client.post("/sails/", json={"name": "Jib"}).json()["detail"][0]
    assert (fault["type"], fault["msg"]) == ("missing", "Field required")
    assert fault["input"] == {"name": "Jib"}


def test_a_body_that_is_not_json() -> None:
    """The place where it breaks is told.

    Differs: 400 in place of 422: it has no fields whose faults could be listed.
    """
    sent = {"content-type": "application/json"}
    answer = client.post("/sails/", content=b'{"name": ', headers=sent)
    assert answer.status_code == 400
    assert "not valid JSON" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_of_another_media_type(kind: str | None) -> None:
    """JSON that does not say so is not read, which keeps other sites' forms out.

    Better: the message names the header to send.
    """
    headers = {"content-type": kind} if kind else {}
    answer = client.post("/sails/", content=b'{"name": "Jib", "area": 1}', headers=headers)
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["detail"][0]["msg"]


def test_json_by_another_name() -> None:
    """``application/geo+json`` is JSON, with or without parameters."""
    for kind in ("application/geo+json", "application/json; charset=utf-8", "Application/JSON"):
        body, headers = b'{"name": "Jib", "area": 1}', {"content-type": kind}
        assert client.post("/sails/", content=body, headers=headers).status_code == 200


def test_path_query_and_body_together() -> None:
    """Names in the path are the path's, models the body's, the rest the query's."""
    answer = client.put("/sails/3?q=new", json=GIVEN).json()
    assert answer == {"sail_id": 3, **GIVEN, "q": "new"}


def test_a_body_is_documented() -> None:
    """By a reference to the model's schema, as required."""
    document = app.openapi()
    body = document["paths"]["/sails/"]["post"]["requestBody"]
    reference = {"$ref": "#/components/schemas/Sail"}
    assert body == {"required": True, "content": {"application/json": {"schema": reference}}}
    schema = document["components"]["schemas"]["Sail"]
    assert schema["required"] == ["name", "area"]
    assert schema["properties"]["area"] == {"type": "number", "title": "Area"}
    assert "422" in document["paths"]["/sails/"]["post"]["responses"]


def test_a_default_of_null_is_documented() -> None:
    """An optional field's schema says null.

    Differs: its default, null, is written out, which FastAPI drops.
    """
    field = app.openapi()["components"]["schemas"]["Sail"]["properties"]["wear"]
    assert field["anyOf"] == [{"type": "number"}, {"type": "null"}]
    assert field["default"] is None
