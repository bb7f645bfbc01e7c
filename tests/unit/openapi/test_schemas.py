"""The components of a document."""

import enum
from dataclasses import dataclass, field
from typing import Any, Generic, TypedDict, TypeVar

import msgspec
import pydantic
import pytest

from trimaran.handlers.shape import Shape
from trimaran.openapi.schemas import Schemas

T = TypeVar("T")


class Genre(enum.Enum):
    """What a film is about."""

    WAR = "war"
    LOVE = "love"


class Film(msgspec.Struct):
    title: str
    genre: Genre


class Measured(msgspec.Struct, Generic[T]):
    value: T


class Priced(pydantic.BaseModel):
    amount: float = 1.0

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def cents(self) -> int:
        """The amount, counted."""
        return round(self.amount * 100)


class Order(pydantic.BaseModel):
    lines: list[Priced]


@dataclass
class ValidationError:
    """An application's own class of that name."""

    reason: str = field(default="none")


def test_schemas_are_filled_at_the_end() -> None:
    """A class is a reference to a component; the keywords beside it stay."""
    schemas = Schemas()
    number = schemas.of(int, "input", {"default": 3})
    film = schemas.of(Film, "input", {"description": "A film"})
    assert number == {}
    definitions = schemas.fill()
    assert number == {"type": "integer", "default": 3}
    assert film == {"$ref": "#/components/schemas/Film", "description": "A film"}
    assert list(definitions) == ["Film", "Genre"]


def test_class_of_requests_and_answers_stands_once() -> None:
    """Where both ways look the same, there is one component."""
    schemas = Schemas()
    schemas.of(Film, "input")
    schemas.of(list[Film], "output")
    assert list(schemas.fill()) == ["Film", "Genre"]


def test_class_that_differs_by_direction_stands_twice() -> None:
    """So does what refers to it; a computed field is there in answers only."""
    schemas = Schemas()
    taken = schemas.of(Order, "input")
    given = schemas.of(Order, "output")
    definitions = schemas.fill()
    assert list(definitions) == ["Order-Input", "Order-Output", "Priced-Input", "Priced-Output"]
    assert taken == {"$ref": "#/components/schemas/Order-Input"}
    assert given == {"$ref": "#/components/schemas/Order-Output"}
    lines = definitions["Order-Output"]["properties"]["lines"]["items"]
    assert lines == {"$ref": "#/components/schemas/Priced-Output"}


def test_classes_of_one_name_are_told_apart_by_module() -> None:
    """Neither replaces the other."""
    other: Any = msgspec.defstruct("Film", [("year", int)], module="archive")
    schemas = Schemas()
    here, there = schemas.of(Film, "output"), schemas.of(other, "output")
    definitions = schemas.fill()
    assert there == {"$ref": "#/components/schemas/archive.Film"}
    assert here["$ref"].endswith(f"{__name__.rpartition('.')[2]}.Film")
    assert "year" in definitions["archive.Film"]["properties"]


def test_errors_are_described_as_fastapi_does() -> None:
    """Clients made for it find the same names."""
    schemas = Schemas()
    content = schemas.fault("HTTPValidationError")
    definitions = schemas.fill()
    reference = {"$ref": "#/components/schemas/HTTPValidationError"}
    assert content == {"application/json": {"schema": reference}}
    assert list(definitions) == ["HTTPValidationError", "ValidationError"]
    assert definitions["ValidationError"]["required"] == ["loc", "msg", "type"]


def test_own_class_named_as_the_errors_keeps_its_name() -> None:
    """The framework's step aside."""
    schemas = Schemas()
    own = schemas.of(ValidationError, "output")
    content = schemas.fault("HTTPValidationError")
    assert list(schemas.fill()) == [
        "TrimaranHTTPValidationError",
        "TrimaranValidationError",
        "ValidationError",
    ]
    assert own == {"$ref": "#/components/schemas/ValidationError"}
    reference = content["application/json"]["schema"]["$ref"]
    assert reference == "#/components/schemas/TrimaranHTTPValidationError"


def named(module: str, **fields: Any) -> Any:
    """Return a Pydantic class ``Item`` of a module."""
    made: Any = pydantic.create_model("Item", __module__=module, **fields)
    return made


def test_pydantic_classes_of_one_name_are_told_apart() -> None:
    """Wherever they stand, and beside a class of msgspec's of that name."""
    here, there = named("here", x=(int, ...)), named("there", y=(str, ...))
    holder = msgspec.defstruct("Holder", [("item", there)])
    schemas = Schemas()
    first, second = schemas.of(here, "input"), schemas.of(list[there], "input")
    schemas.of(holder, "input")
    definitions = schemas.fill()
    assert first == {"$ref": "#/components/schemas/here__Item"}
    assert second["items"] == {"$ref": "#/components/schemas/there__Item"}
    assert definitions["Holder"]["properties"]["item"] == second["items"]
    assert list(definitions) == ["Holder", "here__Item", "there__Item"]


def test_pydantic_class_named_as_one_of_msgspecs() -> None:
    """Pydantic's takes a prefix, where it is referred to as well; its other classes do not."""
    other = msgspec.defstruct("Item", [("z", int)])
    parent = pydantic.create_model("Parent", item=(named("here", x=(int, ...)), ...))
    schemas = Schemas()
    schemas.of(other, "output")
    schemas.of(parent, "output")
    definitions = schemas.fill()
    assert list(definitions) == ["Item", "Parent", "pydantic.Item"]
    reference = definitions["Parent"]["properties"]["item"]["$ref"]
    assert reference == "#/components/schemas/pydantic.Item"


def test_key_that_the_database_fills_is_always_in_an_answer() -> None:
    """Its default None, which its type does not admit, is a placeholder and no default."""
    row = msgspec.defstruct(
        "Row", [("id", int, None), ("name", str, "x"), ("note", str | None, None)]
    )
    schemas = Schemas()
    schemas.of(row, "output")
    definition = schemas.fill()["Row"]
    assert definition["required"] == ["id"]
    assert definition["properties"] == {
        "id": {"type": "integer"},
        "name": {"type": "string", "default": "x"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
    }


def test_a_part_of_an_answer_has_its_own_schema() -> None:
    """What ``response_model_exclude`` leaves out is not there; the class stands whole beside it."""
    schemas = Schemas()
    one, many = schemas.of(Film, "output"), schemas.of(list[Film], "output")
    schemas.shape(one, Shape(exclude={"genre"}), Film)
    schemas.shape(many, Shape(exclude_none=True), list[Film])
    definitions = schemas.fill()
    assert (list(one["properties"]), one["required"]) == (["title"], ["title"])
    assert "$ref" not in one
    assert "required" not in many["items"]
    assert definitions["Film"]["required"] == ["title", "genre"]


class PricedByAlias(pydantic.BaseModel):
    name: str
    net: int = pydantic.Field(alias="netPrice")


class RenamedStruct(msgspec.Struct, rename="camel"):
    name: str
    net: int = msgspec.field(name="netPrice")


@pytest.mark.parametrize("type_", [PricedByAlias, list[PricedByAlias], RenamedStruct])
@pytest.mark.parametrize(
    ("shape", "sent"),
    [
        (Shape(include=["net"]), ["netPrice"]),
        (Shape(exclude={"net"}), ["name"]),
        (Shape(by_alias=False), ["name", "net"]),
    ],
)
def test_a_part_is_named_by_fields_and_sent_by_alias(
    type_: Any, shape: Shape, sent: list[str]
) -> None:
    """``response_model_include={"net"}`` of a field sent as ``netPrice`` shows ``netPrice``."""
    schemas = Schemas()
    slot = schemas.of(type_, "output")
    schemas.shape(slot, shape, type_)
    schemas.fill()
    target = slot.get("items", slot)
    assert (list(target["properties"]), target["required"]) == (sent, sent)


def test_generics_are_named_by_what_they_hold() -> None:
    """To the innermost, so that no two share a name."""
    holder = Measured[list[Film]], Measured[list[int]], Measured[Film | None]
    schemas = Schemas()
    for one in holder:
        schemas.of(one, "output")
    names = [name for name in schemas.fill() if name.startswith("Measured")]
    assert names == ["Measured_Film_or_None", "Measured_list_Film", "Measured_list_int"]


def test_keys_that_may_be_missing_are_not_required_of_answers() -> None:
    """A TypedDict fills nothing by itself."""
    patch: Any = TypedDict("patch", {"title": str}, total=False)
    schemas = Schemas()
    schemas.of(patch, "input")
    schemas.of(patch, "output")
    assert "required" not in schemas.fill()["patch"]
