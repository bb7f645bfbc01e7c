"""Faults of JSON values compared with Pydantic's own, type by type and place by place."""

from __future__ import annotations

import datetime
import enum
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest
from typing_extensions import TypedDict

from trimaran.schema import adapter_for, constrained


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Point:
    x: int


class Size(TypedDict):
    width: int


class Film(msgspec.Struct, forbid_unknown_fields=True):
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=5, pattern="^[a-z]*$")]
    year: Annotated[int, msgspec.Meta(ge=1900, lt=2100)]
    colours: list[Colour] = []
    size: Size | None = None
    rates: dict[str, Annotated[float, msgspec.Meta(gt=0, le=10)]] = {}


class PydanticFilm(pydantic.BaseModel):
    model_config = {"extra": "forbid"}

    title: Annotated[str, pydantic.Field(min_length=1, max_length=5, pattern="^[a-z]*$")]
    year: Annotated[int, pydantic.Field(ge=1900, lt=2100)]
    colours: list[Colour] = []
    size: Size | None = None
    rates: dict[str, Annotated[float, pydantic.Field(gt=0, le=10)]] = {}


VALUES: list[Any] = ["abc", "", 1.5, None, ["x"], [], {"q": 1}, {}]
TYPES: list[Any] = [
    int,
    float,
    bool,
    str,
    Decimal,
    datetime.date,
    datetime.datetime,
    datetime.time,
    uuid.UUID,
    Colour,
    Literal["a", "b"],
    list[int],
    set[int],
    tuple[int, int],
    tuple[int, ...],
    dict[str, int],
    Point,
    Size,
    int | None,
    list[list[int]],
    dict[str, list[int]],
]

# Where JSON is read strictly and Pydantic's lax mode converts: a number is no moment, no time, no
# date; and what Pydantic says of a number in a date's place differs from what is wrong with it.
STRICTER = {
    (datetime.date, 1.5),
    (datetime.datetime, 1.5),
    (datetime.time, 1.5),
}

FILMS: list[Any] = [
    {},
    {"title": "", "year": 1800, "more": 1},
    {"title": "toolong", "year": 2100, "colours": ["red", "blue", 3]},
    {"title": "A", "year": "x", "size": {}, "rates": {"a": 0, "b": 11, "c": "x"}},
    {"title": None, "year": None, "colours": None, "size": 3, "rates": []},
    [],
    "film",
]


def ours(tp: Any, value: Any) -> set[tuple[Any, ...]]:
    """Return type and place of each fault that the second pass finds."""
    return {(fault["type"], *fault["loc"]) for fault in adapter_for(tp).errors(value)}


def theirs(tp: Any, value: Any) -> set[tuple[Any, ...]]:
    """Return type and place of each fault that Pydantic finds, read as FastAPI has it read."""
    try:
        pydantic.TypeAdapter(tp).validate_python(value, from_attributes=True)
    except pydantic.ValidationError as error:
        return {(fault["type"], *fault["loc"]) for fault in error.errors()}
    return set()


@pytest.mark.parametrize("tp", TYPES, ids=str)
def test_faults_are_pydantics(tp: Any) -> None:
    """A value that is wrong has Pydantic's fault at Pydantic's place."""
    compared = [v for v in VALUES if not (isinstance(v, float) and (tp, v) in STRICTER)]
    assert {repr(v): ours(tp, v) for v in compared} == {repr(v): theirs(tp, v) for v in compared}


@pytest.mark.parametrize("value", FILMS, ids=repr)
def test_faults_of_an_object_are_pydantics(value: Any) -> None:
    """A Struct has the faults that the same Pydantic model has."""
    assert ours(Film, value) == theirs(PydanticFilm, value)


@pytest.mark.parametrize(
    ("limits", "value"),
    [
        ({"ge": 1}, "0.5"),
        ({"gt": 1}, "1"),
        ({"le": 1}, "1.5"),
        ({"lt": 1}, "1"),
        ({"multiple_of": Decimal("0.5")}, "0.7"),
        ({"max_digits": 3}, "12.345"),
        ({"max_digits": 3}, "1000"),
        ({"decimal_places": 1}, "1.25"),
        ({"max_digits": 3, "decimal_places": 2}, "12.3"),
        ({"max_digits": 3, "decimal_places": 2}, "0.01"),
        ({"max_digits": 2}, "1E+5"),
        ({"ge": 1}, "NaN"),
        ({"ge": 1}, "x"),
    ],
)
def test_limits_of_decimals_are_pydantics(limits: Any, value: str) -> None:
    """Type, message and context of a Decimal's broken limit are Pydantic's."""
    tp = constrained(Decimal, limits)
    field: Any = Annotated[Decimal, pydantic.Field(**limits)]
    assert ours(tp, value) == theirs(field, value)
    found = adapter_for(tp).errors(value)
    if found:
        with pytest.raises(pydantic.ValidationError) as caught:
            pydantic.TypeAdapter(field).validate_python(value)
        assert found[0]["msg"] == caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("tp", "ours_says", "value"),
    [
        (int, "int_type", "1"),
        (int, "int_type", True),
        (int, "int_from_float", 1.5),
        (float, "float_type", "1.5"),
        (bool, "bool_type", 1),
        (bool, "bool_type", "true"),
        (datetime.datetime, "datetime_type", 1),
    ],
)
def test_json_is_read_strictly(tp: Any, ours_says: str, value: Any) -> None:
    """A number in quotes is no number in JSON, where Pydantic's default would convert it."""
    assert ours(tp, value) == {(ours_says,)}
