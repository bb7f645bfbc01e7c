"""FastAPI's tutorial, "Body - Nested Models"."""

from typing import Any

from pydantic import BaseModel, HttpUrl

from trimaran import App
from trimaran.testing import TestClient

app = App()
client = TestClient(app)


class Image(BaseModel):
    url: HttpUrl
    name: str


class Chart(BaseModel):
    name: str
    notes: list = []  # type: ignore[type-arg]
    layers: list[str] = []
    tags: set[str] = set()
    images: list[Image] | None = None


class Atlas(BaseModel):
    title: str
    charts: list[Chart]


@app.put("/charts/")
async def chart(chart: Chart) -> Chart:
    return chart


@app.post("/atlas/")
async def atlas(atlas: Atlas) -> Atlas:
    return atlas


@app.post("/images/")
async def images(images: list[Image]) -> list[Image]:
    return images


@app.post("/depths/")
async def depths(depths: dict[int, float]) -> dict[int, float]:
    return depths


IMAGE = {"url": "https://example.com/a.png", "name": "A"}


def places(path: str, body: Any, method: str = "POST") -> list[Any]:
    answer = client.request(method, path, json=body)
    assert answer.status_code == 422
    return [(fault["type"], fault["loc"]) for fault in answer.json()["detail"]]


def test_lists_with_and_without_a_type() -> None:
    """``list`` takes anything, ``list[str]`` texts alone."""
    body = {"name": "N", "notes": [1, "a", None], "layers": ["sea"]}
    answer = client.put("/charts/", json=body).json()
    assert (answer["notes"], answer["layers"]) == ([1, "a", None], ["sea"])
    wrong = {"name": "N", "layers": ["a", 1]}
    assert places("/charts/", wrong, "PUT") == [("string_type", ["body", "layers", 1])]


def test_sets_drop_what_repeats() -> None:
    """And are documented as ``uniqueItems``."""
    answer = client.put("/charts/", json={"name": "N", "tags": ["a", "b", "a"]}).json()
    assert sorted(answer["tags"]) == ["a", "b"]
    schema = app.openapi()["components"]["schemas"]["Chart"]["properties"]["tags"]
    assert schema["uniqueItems"] is True


def test_models_within_models() -> None:
    """However deep; a fault says the whole way."""
    body = {"title": "T", "charts": [{"name": "N", "images": [IMAGE]}]}
    assert client.post("/atlas/", json=body).json()["charts"][0]["images"] == [IMAGE]
    wrong = {"title": "T", "charts": [{"name": "N", "images": [IMAGE, {"url": "no", "name": "x"}]}]}
    place = ["body", "charts", 0, "images", 1, "url"]
    assert places("/atlas/", wrong) == [("url_parsing", place)]


def test_nested_models_are_components() -> None:
    """Each once, referred to; a URL has its format."""
    schemas = app.openapi()["components"]["schemas"]
    assert schemas["Atlas"]["properties"]["charts"]["items"] == {
        "$ref": "#/components/schemas/Chart"
    }
    assert schemas["Image"]["properties"]["url"]["format"] == "uri"
    assert schemas["Image"]["properties"]["url"]["maxLength"] == 2083


def test_a_body_that_is_a_list() -> None:
    """``images: list[Image]``; the place of a fault has its index."""
    assert client.post("/images/", json=[IMAGE]).json() == [IMAGE]
    assert places("/images/", [IMAGE, {}]) == [
        ("missing", ["body", 1, "url"]),
        ("missing", ["body", 1, "name"]),
    ]
    assert places("/images/", IMAGE) == [("list_type", ["body"])]


def test_a_body_that_is_any_object() -> None:
    """``dict[int, float]``: JSON's keys are texts, read as what is declared."""
    assert client.post("/depths/", json={"2": 2.5, "3": 3}).json() == {"2": 2.5, "3": 3}
    found = places("/depths/", {"deep": 2.5})
    assert len(found) == 1
    assert found[0][0] == "int_parsing"
    assert found[0][1][:2] == ["body", "deep"]
    schema = app.openapi()["paths"]["/depths/"]["post"]["requestBody"]["content"]
    assert schema["application/json"]["schema"]["additionalProperties"] == {"type": "number"}
