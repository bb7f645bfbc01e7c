"""FastAPI's tutorial, "Declare Request Example Data"."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from trimaran import App, Body, Query
from trimaran.testing import TestClient

app = App()
client = TestClient(app)
EXAMPLE = {"name": "Main", "area": 60.5}
NAMED: dict[str, Any] = {
    "good": {"summary": "A good one", "description": "It *works*.", "value": EXAMPLE},
    "bad": {"summary": "A bad one", "value": {"name": "Main", "area": "wide"}},
}


class Sail(BaseModel):
    name: str = Field(examples=["Main"])
    area: float

    model_config = {"json_schema_extra": {"examples": [EXAMPLE]}}


class Plain(BaseModel):
    name: str
    area: float


@app.put("/model/")
async def model(sail: Sail) -> Sail:
    return sail


@app.put("/body/")
async def body(sail: Annotated[Plain, Body(examples=[EXAMPLE, {"name": "Jib", "area": 1}])]) -> int:
    return 1


@app.put("/named/")
async def named(sail: Annotated[Plain, Body(openapi_examples=NAMED)]) -> Plain:
    return sail


@app.get("/query/")
async def query(
    q: Annotated[str, Query(examples=["jib"], openapi_examples={"one": {"value": "main"}})] = "",
) -> str:
    return q


def content(path: str) -> Any:
    return app.openapi()["paths"][path]["put"]["requestBody"]["content"]["application/json"]


def test_examples_of_a_model() -> None:
    """``json_schema_extra`` and ``Field(examples=...)`` stand in its schema."""
    schema = app.openapi()["components"]["schemas"]["Sail"]
    assert schema["examples"] == [EXAMPLE]
    assert schema["properties"]["name"]["examples"] == ["Main"]


def test_examples_of_a_body() -> None:
    """``Body(examples=[...])``: one or several, in the schema of that body."""
    assert content("/body/")["schema"]["examples"] == [EXAMPLE, {"name": "Jib", "area": 1}]


def test_examples_of_openapi() -> None:
    """``openapi_examples``: named, with summary and description, beside the schema."""
    assert content("/named/")["examples"] == NAMED
    assert content("/named/")["schema"] == {"$ref": "#/components/schemas/Plain"}


def test_examples_of_a_parameter() -> None:
    """Both kinds, for query, path, header and cookie."""
    shown = app.openapi()["paths"]["/query/"]["get"]["parameters"][0]
    assert shown["schema"]["examples"] == ["jib"]
    assert shown["examples"] == {"one": {"value": "main"}}


def test_examples_change_nothing() -> None:
    """A request is judged by the types alone."""
    assert client.put("/named/", json=EXAMPLE).json() == EXAMPLE
    assert client.put("/named/", json=NAMED["bad"]["value"]).status_code == 422
