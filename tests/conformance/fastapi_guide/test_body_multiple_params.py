"""FastAPI's tutorial, "Body - Multiple Parameters"."""

from typing import Annotated, Any

from pydantic import BaseModel

from trimaran import App, Body, Path
from trimaran.testing import TestClient

app = App()
client = TestClient(app)


class Boat(BaseModel):
    name: str
    length: float


class Owner(BaseModel):
    username: str


@app.put("/mixed/{boat_id}")
async def mixed(
    boat_id: Annotated[int, Path(ge=0, le=1000)], q: str | None = None, boat: Boat | None = None
) -> dict[str, Any]:
    return {"boat_id": boat_id, "q": q, "boat": boat}


@app.put("/two/{boat_id}")
async def two(
    boat_id: int,
    boat: Boat,
    owner: Owner,
    importance: Annotated[int, Body(gt=0)],
    q: str | None = None,
) -> dict[str, Any]:
    return {"boat_id": boat_id, "boat": boat, "owner": owner, "importance": importance, "q": q}


@app.put("/embedded/")
async def embedded(boat: Annotated[Boat, Body(embed=True)]) -> Boat:
    return boat


BOAT = {"name": "Argo", "length": 20.5}


def test_a_body_may_be_optional() -> None:
    """``boat: Boat | None = None`` beside path and query; bounds of the path hold."""
    assert client.put("/mixed/5?q=a").json() == {"boat_id": 5, "q": "a", "boat": None}
    assert client.put("/mixed/5", json=BOAT).json()["boat"] == BOAT
    assert client.put("/mixed/-1", json=BOAT).status_code == 422
    assert "required" not in app.openapi()["paths"]["/mixed/{boat_id}"]["put"]["requestBody"]


def test_several_bodies_stand_under_their_names() -> None:
    """The body is an object with a member for each, ``Body()`` for a single value."""
    body = {"boat": BOAT, "owner": {"username": "jason"}, "importance": 2}
    assert client.put("/two/5?q=a", json=body).json() == {"boat_id": 5, "q": "a", **body}


def test_what_misses_of_several_bodies() -> None:
    """Each is told under its name; the bounds of single values hold."""
    answer = client.put("/two/5", json={"owner": {"username": "x"}, "importance": 0})
    faults = [(fault["type"], fault["loc"]) for fault in answer.json()["detail"]]
    assert faults == [("missing", ["body", "boat"]), ("greater_than", ["body", "importance"])]
    nothing = client.put("/two/5").json()["detail"]
    places = [["body", name] for name in ("boat", "owner", "importance")]
    assert [fault["loc"] for fault in nothing] == places


def test_one_body_embedded() -> None:
    """``Body(embed=True)`` asks for ``{"boat": {...}}``."""
    assert client.put("/embedded/", json={"boat": BOAT}).json() == BOAT
    answer = client.put("/embedded/", json=BOAT)
    assert answer.json()["detail"][0]["loc"] == ["body", "boat"]


def test_several_bodies_are_documented_as_one() -> None:
    """As a component named after the operation: ``Body_two_two__boat_id__put``."""
    document = app.openapi()
    content = document["paths"]["/two/{boat_id}"]["put"]["requestBody"]["content"]
    name = "Body_two_two__boat_id__put"
    assert content == {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    schema = document["components"]["schemas"][name]
    assert schema["required"] == ["boat", "owner", "importance"]
    assert schema["properties"]["boat"] == {"$ref": "#/components/schemas/Boat"}
    assert schema["properties"]["importance"]["exclusiveMinimum"] == 0
