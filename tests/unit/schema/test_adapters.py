"""Adapters: one for each type, whichever library defines it."""

from __future__ import annotations

import datetime
import ipaddress
import subprocess
import sys
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated, Any, Generic, TypeVar

import attrs
import msgspec
import pydantic
import pytest

from trimaran.schema import adapter_for, constrained, encode_any

T = TypeVar("T")


class Film(msgspec.Struct):
    title: str


class Problem(msgspec.Struct):
    code: int
    why: str = ""


class Page(msgspec.Struct, Generic[T]):
    items: list[T]


class Tree(msgspec.Struct):
    price: constrained(Decimal, {"ge": 0})  # type: ignore[valid-type]
    children: list[Tree] = []


class Model(pydantic.BaseModel):
    a: int


class Mixed(msgspec.Struct):
    model: Model
    address: ipaddress.IPv4Address


@attrs.define
class Spot:
    x: int


@dataclass
class Holder:
    film: Film


def test_the_same_type_has_the_same_adapter() -> None:
    """An adapter is made once, for types that can be hashed and for those that cannot."""
    assert adapter_for(list[Film]) is adapter_for(list[Film])
    assert adapter_for(constrained(Decimal, {"ge": 0})).decode_json(b"1") == 1


@pytest.mark.parametrize(
    ("tp", "text", "value"),
    [
        (Spot, b'{"x":1}', Spot(1)),
        (Page[Film], b'{"items":[{"title":"a"}]}', Page([Film("a")])),
        (Mixed, b'{"model":{"a":1},"address":"192.0.2.1"}', None),
        (Film | Problem, b'{"code":1}', Problem(1)),
        (list[Model], b'[{"a":1}]', [Model(a=1)]),
        (PurePosixPath, b'"a/b"', PurePosixPath("a/b")),
    ],
)
def test_types_are_read_and_written(tp: Any, text: bytes, value: Any) -> None:
    """What was read is written as it was."""
    adapter = adapter_for(tp)
    read = adapter.decode_json(text)
    if value is not None:
        assert read == value
    assert adapter.decode_json(adapter.encode(read)) == read


def test_a_limit_holds_inside_a_recursive_type() -> None:
    """A Decimal's limit is checked at every depth."""
    adapter = adapter_for(Tree)
    deep = {"price": "1", "children": [{"price": "1", "children": [{"price": "-1"}]}]}
    with pytest.raises(ValueError, match="limit"):
        adapter.convert(deep)
    [fault] = adapter.errors(deep)
    assert (fault["type"], fault["loc"]) == (
        "greater_than_equal",
        ["children", 0, "children", 0, "price"],
    )


def test_a_pydantic_field_of_a_struct_tells_its_faults() -> None:
    """A Pydantic model inside a Struct is read by Pydantic, at its place."""
    found = adapter_for(Mixed).errors({"model": {"a": "x"}, "address": 3})
    assert [(fault["type"], fault["loc"]) for fault in found] == [
        ("int_parsing", ["model", "a"]),
        ("value_error", ["address"]),
    ]


def test_a_union_tells_the_faults_of_each_member() -> None:
    """Where no member fits, each tells why, under its name."""
    found = adapter_for(Film | Problem).errors({"title": 1})
    assert {(fault["type"], *fault["loc"]) for fault in found} == {
        ("string_type", "Film", "title"),
        ("missing", "Problem", "code"),
    }


@pytest.mark.parametrize("tp", [complex, list[complex], dict[str, type], deque])
def test_a_type_without_json_is_refused(tp: Any) -> None:
    """A type that neither library knows is a ``TypeError`` that names it."""
    with pytest.raises(TypeError, match=r"complex|type|deque"):
        adapter_for(tp)


def test_anything_with_a_json_form_is_written() -> None:
    """Without a type, containers and foreign values are written as what they hold."""
    value = {"a": deque([1]), "b": Model(a=1), "c": ipaddress.IPv6Address("::1"), "d": {1}.copy()}
    assert encode_any(value) == b'{"a":[1],"b":{"a":1},"c":"::1","d":[1]}'
    assert encode_any({"k": 1}.keys()) == b'["k"]'
    with pytest.raises(TypeError, match="object does not encode to JSON"):
        encode_any(object())


@pytest.mark.parametrize(
    ("tp", "limits", "message"),
    [
        (str, {"max_digits": 1}, "max_digits cannot limit str"),
        (list[int], {"decimal_places": 1}, r"decimal_places cannot limit list"),
    ],
)
def test_a_limit_that_no_type_has_is_refused(tp: Any, limits: Any, message: str) -> None:
    """A limit on a type that cannot have it is a ``TypeError``."""
    with pytest.raises(TypeError, match=message):
        constrained(tp, limits)


def test_no_limit_leaves_the_type_alone() -> None:
    """Limits of None are no limits."""
    assert constrained(int, {"ge": None}) is int
    limited = constrained(int | None, {"ge": 1})
    assert limited == Annotated[int, msgspec.Meta(ge=1)] | None


def test_pydantic_is_not_imported_for_other_types() -> None:
    """Reading Structs and dataclasses leaves Pydantic, SQLAlchemy and asyncio unloaded."""
    code = (
        "import sys, msgspec\n"
        "from trimaran.schema import adapter_for\n"
        "class A(msgspec.Struct):\n    x: int\n"
        "adapter_for(A).errors({})\n"
        "adapter_for(list[int]).convert_str\n"
        "assert not {'pydantic', 'sqlalchemy', 'asyncio'} & set(sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stderr == ""


@dataclass
class Plain:
    name: str
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    inner: Plain | None = None


@dataclass(slots=True)
class Slotted:
    name: str
    note: str | None = None


@pytest.mark.parametrize("cls", [Plain, Slotted])
def test_a_dataclass_is_answered_with_its_defaults(cls: Any) -> None:
    """Also one that was made from a request, or from a dictionary, in the fields' order."""
    adapter = adapter_for(list[cls])
    expected = {"name": "x", "note": None}
    if cls is Plain:
        expected |= {"tags": [], "inner": None}
    read = adapter.decode_json(b'[{"name": "x"}]')
    for text in (encode_any(read), adapter.encode(read), adapter.encode([{"name": "x"}])):
        assert msgspec.json.decode(text) == [expected]
        assert list(msgspec.json.decode(text)[0]) == list(expected)


def test_a_nested_dataclass_has_its_defaults_too() -> None:
    """However deep it stands in its own kind."""
    read = adapter_for(Plain).decode_json(b'{"name": "x", "inner": {"name": "y"}}')
    assert msgspec.json.decode(encode_any(read))["inner"]["note"] is None


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1, "b": [Infinity]}',
        b'{"a": 1} x',
        b'{"a": 1,}',
        b'{"a": 1, "b": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    ],
)
def test_pydantic_models_refuse_what_is_not_json(text: bytes) -> None:
    """Whichever reader comes first, the same texts are refused."""

    class Loose(pydantic.BaseModel, extra="allow"):
        a: float

    with pytest.raises((ValueError, RecursionError)):
        adapter_for(Loose).decode_json(text)


def test_a_strict_pydantic_model_takes_what_json_can_say() -> None:
    """JSON has no dates: their text is read, as Pydantic reads JSON."""

    class Release(pydantic.BaseModel, strict=True):
        day: datetime.date

    day = adapter_for(Release).decode_json(b'{"day": "2026-11-22"}').day
    assert day == datetime.date(2026, 11, 22)
