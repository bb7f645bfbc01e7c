"""FastAPI's tutorial, "Body - Fields"."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from trimaran import App, Body
from trimaran.testing import TestClient

app = App()
client = TestClient(app)


class Anchor(BaseModel):
    name: str
    note: str | None = Field(default=None, title="A note on the anchor", max_length=10)
    weight: float = Field(gt=0, description="In kilograms")


@app.put("/anchors/")
async def change(anchor: Annotated[Anchor, Body(embed=True)]) -> Anchor:
    return anchor


@pytest.mark.parametrize(
    ("change", "kind", "place"),
    [
        ({"weight": -3}, "greater_than", "weight"),
        ({"note": "x" * 11}, "string_too_long", "note"),
        ({"weight": "heavy"}, "float_parsing", "weight"),
    ],
)
def test_fields_have_limits(change: dict[str, Any], kind: str, place: str) -> None:
    """Pydantic's ``Field(gt=0, max_length=10)``; its faults keep its names and texts."""
    answer = client.put("/anchors/", json={"anchor": {"name": "A", "weight": 1, **change}})
    assert answer.status_code == 422
    fault = answer.json()["detail"][0]
    assert (fault["type"], fault["loc"]) == (kind, ["body", "anchor", place])


def test_a_limit_is_told_with_its_context() -> None:
    """``ctx`` holds the limit, as in FastAPI."""
    answer = client.put("/anchors/", json={"anchor": {"name": "A", "weight": -3}})
    fault = {"type": "greater_than", "loc": ["body", "anchor", "weight"], "input": -3}
    fault |= {"msg": "Input should be greater than 0", "ctx": {"gt": 0.0}}
    assert answer.json() == {"detail": [fault]}


def test_fields_are_documented() -> None:
    """Title, description and limits, as JSON Schema."""
    fields = app.openapi()["components"]["schemas"]["Anchor"]["properties"]
    weight = {"type": "number", "title": "Weight", "description": "In kilograms"}
    assert fields["weight"] == {**weight, "exclusiveMinimum": 0}
    assert fields["note"]["title"] == "A note on the anchor"
    assert fields["note"]["anyOf"][0] == {"type": "string", "maxLength": 10}
