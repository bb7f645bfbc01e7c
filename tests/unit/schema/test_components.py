"""Types as JSON Schema, with their definitions."""

from __future__ import annotations

import datetime
import enum
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import pydantic
import pytest

from trimaran.schema import components, constrained


class Colour(enum.Enum):
    """Of a film."""

    RED = "red"


class Size(NamedTuple):
    width: int
    height: int = 1


class Cat(msgspec.Struct, tag=True):
    lives: int


class Dog(msgspec.Struct, tag=True):
    name: str


class Film(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A film.

    Of any length.
    """

    film_title: Annotated[str, msgspec.Meta(max_length=5)]
    seen: datetime.datetime | None = None
    colours: list[Colour] = []
    sequel: Film | None = None


class Model(pydantic.BaseModel):
    a: int
    film: Colour = Colour.RED


@pytest.mark.parametrize(
    ("tp", "schema"),
    [
        (int, {"type": "integer"}),
        (Annotated[int, msgspec.Meta(ge=1)], {"type": "integer", "minimum": 1}),
        (Annotated[float, msgspec.Meta(lt=5)], {"type": "number", "exclusiveMaximum": 5}),
        (int | None, {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        (datetime.datetime, {"type": "string", "format": "date-time"}),
        (
            constrained(Decimal, {"ge": 0, "le": 9}),
            {
                "type": "string",
                "format": "decimal",
                "pattern": r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$",
                "examples": ["1.00"],
            },
        ),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[1], {"type": "integer", "const": 1}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (set[str], {"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (dict[str, Any], {"type": "object"}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (bytes, {"type": "string", "contentEncoding": "base64"}),
        (Any, {}),
    ],
)  # fmt: skip
def test_schemas_of_single_types(tp: Any, schema: Any) -> None:
    """Builtins and their limits have the schema that OpenAPI expects."""
    assert components([tp], mode="output") == ([schema], {})


def test_a_struct_is_a_definition() -> None:
    """A class is referred to by name; its fields, defaults and text stand in the definition."""
    [schema], definitions = components([list[Film]], mode="input")
    assert schema["items"] == {"$ref": "#/components/schemas/Film"}
    film = definitions["Film"]
    assert film["description"] == "A film.\n\nOf any length."
    assert film["required"] == ["filmTitle"]
    assert film["additionalProperties"] is False
    assert film["properties"]["filmTitle"] == {"type": "string", "maxLength": 5}
    assert film["properties"]["colours"]["default"] == []
    assert film["properties"]["seen"]["anyOf"][0]["format"] == "date-time"
    assert definitions["Colour"] == {
        "title": "Colour",
        "type": "string",
        "enum": ["red"],
        "description": "Of a film.",
    }


def test_a_tagged_union_has_a_discriminator() -> None:
    """Tagged Structs tell their tag's field, and which tag is which."""
    [schema], definitions = components([Cat | Dog], mode="input")
    assert schema["discriminator"]["propertyName"] == "type"
    assert schema["discriminator"]["mapping"]["Cat"] == "#/components/schemas/Cat"
    assert definitions["Dog"]["properties"]["type"] == {"const": "Dog"}


def test_two_classes_of_one_name_are_told_apart() -> None:
    """Classes that share a name are named with their module."""
    other = msgspec.defstruct("Cat", [("age", int)], module="elsewhere")
    schemas, definitions = components([Cat, other], mode="input")
    assert len(definitions) == 2
    assert schemas[1] == {"$ref": "#/components/schemas/elsewhere.Cat"}


def test_array_like_classes_are_arrays() -> None:
    """A named tuple is an array with its items in order."""
    _, definitions = components([Size], mode="input")
    assert definitions["Size"]["prefixItems"] == [{"type": "integer"}] * 2
    assert (definitions["Size"]["minItems"], definitions["Size"]["maxItems"]) == (1, 2)


def test_pydantic_describes_its_own() -> None:
    """A Pydantic model's schema is Pydantic's, with what it refers to beside it."""
    [schema], definitions = components([Model], mode="output", ref_template="#/x/{name}")
    assert schema == {"$ref": "#/x/Model"}
    assert definitions["Model"]["properties"]["a"]["type"] == "integer"
    assert "Colour" in definitions


def test_an_untagged_union_is_any_of_its_members() -> None:
    """A union that msgspec refuses is described all the same."""
    [schema], definitions = components([Film | dict[str, int]], mode="output")
    assert schema["anyOf"][0] == {"$ref": "#/components/schemas/Film"}
    assert "Film" in definitions
