"""The large sample: its document is whole, and its answers are as it says."""

from __future__ import annotations

from typing import Any

from openapi_spec_validator import validate

from atlas.app import app
from trimaran.testing import TestClient

NORWAY = {"code": "NO", "name": "Norway", "continent": "europe"}
OSLO = {"name": "Oslo", "country": "NO", "place": [59.9, 10.7]}


def operations() -> dict[str, Any]:
    """Return every operation by its id."""
    items = app.openapi()["paths"].values()
    return {one["operationId"]: one for item in items for one in item.values()}


def test_the_document_is_valid_and_large() -> None:
    """More than 60 operations, each with its own id, tag and text."""
    validate(app.openapi())
    found = operations()
    assert len(found) == sum(len(item) for item in app.openapi()["paths"].values()) > 60
    assert all(one["tags"] and one["description"] for one in found.values())


def test_every_documented_feature_is_used() -> None:
    """Places, schemes, callbacks, webhooks, deprecation, several media types."""
    document = app.openapi()
    parameters = [one for each in operations().values() for one in each.get("parameters", ())]
    assert {one["in"] for one in parameters} == {"path", "query", "header", "cookie"}
    kinds = {one["type"] for one in document["components"]["securitySchemes"].values()}
    assert kinds == {"http", "apiKey", "oauth2", "openIdConnect"}
    assert "city_added" in operations()["subscribe_subscriptions_post"]["callbacks"]
    assert list(document["webhooks"]) == ["atlas-renewed"]
    media = {
        kind
        for one in operations().values()
        for kind in one.get("requestBody", {}).get("content", ())
    }
    assert media >= {"application/json", "multipart/form-data", "application/x-www-form-urlencoded"}


def test_a_city_goes_its_way() -> None:
    """Added, read, changed, reviewed, removed."""
    client = TestClient(app)
    city = client.post("/cities", json=OSLO).json()
    path = f"/cities/{city['id']}"
    assert client.patch(path, json={"tags": ["capital"]}).json()["tags"] == ["capital"]
    review = {"review": {"stars": 5}, "anonymous": True}
    assert client.post(f"{path}/reviews", json=review).status_code == 201
    assert client.get(f"{path}/reviews").json()[0]["stars"] == 5
    assert client.delete(path).status_code == 204
    assert client.get(path).json() == {"detail": "There is no such city"}


def test_a_country_is_added_once() -> None:
    """The second time is a conflict, in the form that is declared."""
    client = TestClient(app)
    client.delete("/countries/NO")
    assert client.post("/countries", json=NORWAY).headers["location"] == "/countries/NO"
    again = client.post("/countries", json=NORWAY)
    assert (again.status_code, again.json()["existing"]) == (409, "NO")


def test_whole_floats_are_integers() -> None:
    """JSON Schema calls 3.0 an integer, and so does the document."""
    client = TestClient(app)
    assert client.post("/bodies/map", json={"a": 3.0}).json() == 3
    fault = client.post("/bodies/map", json={"a": 3.5}).json()["detail"][0]
    assert fault["input"] == 3.5


def test_problems_point_to_the_fault() -> None:
    """Routers with problem details beside those without."""
    answer = TestClient(app).post("/problems/invalid", json={**NORWAY, "languages": ["x"]})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == "#/languages/0"
