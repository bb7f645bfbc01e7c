"""Properties: no input breaks the readers, and what they accept keeps every limit."""

from __future__ import annotations

import datetime
import enum
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

import annotated_types
import attrs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import TypedDict

from trimaran.schema import adapter_for, constrained
from trimaran.schema.check import Check


class Colour(enum.Enum):
    RED = "red"
    ONE = "1"


class Part(TypedDict, total=False):
    amount: constrained(Decimal, {"ge": 0, "max_digits": 4, "decimal_places": 2})  # type: ignore[valid-type]


@dataclass
class Point:
    x: int
    y: Point | None = None


class Node(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=3)]
    next: Node | None = None
    parts: list[Part] = []


class Cat(msgspec.Struct, tag=True):
    lives: Annotated[int, msgspec.Meta(ge=1, le=9)]


class Dog(msgspec.Struct, tag=True):
    name: str


class Bird(msgspec.Struct):
    name: str
    wings: int = 2


class Nest(msgspec.Struct):
    x: Bird | Node | Point
    y: list[Bird | Part] = []


@attrs.define
class Crate:
    x: int = attrs.field(converter=int)
    amount: Decimal = attrs.field(default=Decimal(1))


def _odd(value: int) -> int:
    if not value % 2:
        raise ValueError("even")
    return abs(value)


Odd = Annotated[int, Check(_odd)]

TYPES: list[Any] = [
    int,
    float,
    bool,
    str,
    bytes,
    None,
    Decimal,
    datetime.datetime,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    uuid.UUID,
    Colour,
    Literal["a", 1, None],
    Point,
    Part,
    Node,
    Cat | Dog,
    Point | Part,
    int | str | None,
    list[int] | None,
    tuple[int, str],
    set[int],
    dict[str, Decimal],
    dict[int, Point],
    Annotated[list[Annotated[int, msgspec.Meta(multiple_of=3)]], msgspec.Meta(max_length=2)],
    constrained(datetime.date, {"ge": datetime.date(2000, 1, 1)}),
    Any,
    Nest,
    Bird | Node,
    Crate,
    list[Crate] | None,
    Odd,
    dict[str, list[Odd]],
    uuid.UUID | datetime.date | str,
    list[int] | set[str],
    Annotated[int, annotated_types.Interval(gt=2, le=9)],
]

KEYS = st.sampled_from(["x", "y", "name", "next", "parts", "amount", "type", "lives", "1", ""])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(
        ["red", "1", "a", "Cat", "Dog", "NaN", "1.50", "2026-01-02", "PT1H", "00:00:00"]
    )
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)


@pytest.mark.parametrize("tp", TYPES, ids=str)
@settings(max_examples=40, deadline=None)
@given(value=JSON)
def test_any_json_is_a_value_or_faults(tp: Any, value: Any) -> None:
    """A JSON value is either accepted, or has at least one fault, never another exception."""
    adapter = adapter_for(tp)
    data = msgspec.json.encode(value)
    decoded = msgspec.json.decode(data)
    try:
        accepted = adapter.decode_json(data)
    except ValueError:
        faults = adapter.errors(decoded, ("body",))
        try:
            adapter.convert(decoded)
        except ValueError:
            assert faults
            msgspec.json.encode(faults)
    else:
        assert adapter.errors(decoded, ("body",)) == []
        # What was accepted can be written, and is accepted again.
        assert adapter.decode_json(adapter.encode(accepted)) == accepted


@pytest.mark.parametrize("tp", TYPES, ids=str)
@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=12) | st.sampled_from(["1", "-0", "1e9", " 7 ", "1_0", "true", "red"]))
def test_any_text_is_a_value_or_faults(tp: Any, text: str) -> None:
    """A text is either read or has at least one fault."""
    adapter = adapter_for(tp)
    if adapter.convert_str is None:
        return
    given_text: Any = [text, text] if adapter.many else text
    try:
        adapter.convert_str(given_text)
    except (ValueError, TypeError, ArithmeticError):
        assert adapter.errors_str(given_text, ("query", "q"))
    else:
        assert adapter.errors_str(given_text, ("query", "q")) == []


@settings(max_examples=150, deadline=None)
@given(number=st.decimals(allow_nan=True, allow_infinity=True))
def test_an_accepted_decimal_keeps_its_limits(number: Decimal) -> None:
    """No Decimal outside the declared limits is ever accepted."""
    tp = constrained(Decimal, {"ge": 0, "lt": 100, "max_digits": 4, "decimal_places": 2})
    adapter = adapter_for(tp)
    try:
        accepted = adapter.decode_json(msgspec.json.encode(str(number)))
    except ValueError:
        return
    assert accepted.is_finite()
    assert 0 <= accepted < 100
    assert accepted.as_tuple().exponent >= -2


@settings(max_examples=150, deadline=None)
@given(text=st.text("0123456789+-_. eE\u0661", max_size=8))
def test_an_accepted_number_keeps_its_limits(text: str) -> None:
    """No integer outside the declared limits is ever read from text."""
    adapter = adapter_for(Annotated[int, msgspec.Meta(ge=5, lt=500)])
    assert adapter.convert_str is not None
    try:
        accepted = adapter.convert_str(text)
    except ValueError:
        return
    assert type(accepted) is int
    assert 5 <= accepted < 500
