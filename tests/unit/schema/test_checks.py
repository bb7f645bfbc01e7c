"""``Check``: judging and changing values wherever a type stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import annotated_types
import attrs
import msgspec
import pydantic
import pytest
from typing_extensions import TypedDict

from trimaran.schema import adapter_for
from trimaran.schema.check import Check


def even(value: int) -> None:
    if value % 2:
        raise ValueError("not even")


def short(value: str) -> str:
    if len(value) > 4:
        raise AssertionError("too long a name")
    return value.lower()


def split(value: Any) -> Any:
    return value.split(",") if isinstance(value, str) else value


Even = Annotated[int, Check(even)]
Name = Annotated[str, Check(short)]
Numbers = Annotated[list[int], Check(split, before=True)]


class AStruct(msgspec.Struct):
    even: Even
    name: Name = "x"


@dataclass
class ADataclass:
    even: Even
    name: Name = "x"


@attrs.define
class AnAttrs:
    even: Even
    name: Name = "x"


class ATypedDict(TypedDict):
    even: Even
    name: Name


class AModel(pydantic.BaseModel):
    even: Even
    name: Name = "x"


OBJECTS: list[Any] = [AStruct, ADataclass, AnAttrs, ATypedDict, AModel]


def told(tp: Any, value: Any) -> list[tuple[Any, ...]]:
    """Return type, place and message of each fault."""
    faults = adapter_for(tp).errors(value, ("body",))
    return sorted((fault["type"], *fault["loc"], fault["msg"]) for fault in faults)


def shown(value: Any) -> Any:
    """Return an object as a dictionary."""
    return msgspec.to_builtins(value, enc_hook=lambda v: v.model_dump())


@pytest.mark.parametrize("tp", OBJECTS)
def test_fields_are_checked(tp: Any) -> None:
    """Of every kind of class: the value may change, a fault stands at the field."""
    adapter = adapter_for(tp)
    assert shown(adapter.decode_json(b'{"even": 2, "name": "ABC"}')) == {"even": 2, "name": "abc"}
    with pytest.raises(ValueError, match="not even"):
        adapter.decode_json(b'{"even": 3, "name": "a"}')
    assert told(tp, {"even": 3, "name": "abcdef"}) == [
        ("assertion_error", "body", "name", "Assertion failed, too long a name"),
        ("value_error", "body", "even", "Value error, not even"),
    ]


@pytest.mark.parametrize("tp", OBJECTS)
def test_a_wrong_type_comes_before_the_check(tp: Any) -> None:
    """The function sees only values of its type; faults of other fields are told beside it."""
    assert told(tp, {"even": [], "name": "abcdef"}) == [
        ("assertion_error", "body", "name", "Assertion failed, too long a name"),
        ("int_type", "body", "even", "Input should be a valid integer"),
    ]


def test_items_keys_and_members_are_checked() -> None:
    """Inside of containers and unions."""
    adapter = adapter_for(dict[Name, list[Even | None]])
    assert adapter.decode_json(b'{"A": [2, null]}') == {"a": [2, None]}
    assert told(dict[str, list[Even | None]], {"a": [2, 3, None, 5]}) == [
        ("value_error", "body", "a", 1, "Value error, not even"),
        ("value_error", "body", "a", 3, "Value error, not even"),
    ]


def test_a_check_before_sees_what_was_sent() -> None:
    """It makes one form of another, which is then read as the type."""
    adapter = adapter_for(Numbers)
    assert [fault[:3] for fault in told(Numbers, "1,x")] == [
        ("int_parsing", "body", 1),
        ("int_type", "body", 0),  # the text is split, and its items are no numbers
    ]
    assert adapter.decode_json(b"[3]") == [3]
    reader = adapter_for(Annotated[int, Check(str.strip, before=True), Check(lambda v: v * 2)])
    assert reader.convert_str is not None
    assert reader.convert_str(" 21 ") == 42


def test_text_is_checked() -> None:
    """As a parameter has it: a fault stands at the parameter or at the item of its list."""
    adapter = adapter_for(list[Even])
    assert adapter.convert_str is not None
    assert adapter.convert_str(["2", "4"]) == [2, 4]
    [fault] = adapter.errors_str(["2", "3"], ("query", "n"))
    assert (fault["loc"], fault["msg"]) == (["query", "n", 1], "Value error, not even")


def test_the_whole_object_is_checked_last() -> None:
    """With the fields' own changes made."""

    def named(value: AStruct) -> None:
        if value.name == "abc":
            raise ValueError("reserved")

    tp = Annotated[AStruct, Check(named)]
    assert told(tp, {"even": 2, "name": "ABC"}) == [
        ("value_error", "body", "Value error, reserved")
    ]
    assert told(tp, {"even": 3, "name": "ABC"}) == [
        ("value_error", "body", "even", "Value error, not even")
    ]


def test_return_values_are_checked() -> None:
    """Where the check stands in the return type itself; a field is trusted."""
    assert adapter_for(list[Name]).encode(["A", "b"]) == b'["a","b"]'
    with pytest.raises(ValueError, match="not even"):
        adapter_for(dict[str, Even]).encode({"a": 3})
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        adapter_for(Annotated[int, msgspec.Meta(ge=0)]).encode(-1)
    with pytest.raises(ValueError, match="at most 1 item"):
        adapter_for(Annotated[list[AStruct], msgspec.Meta(max_length=1)]).encode([AStruct(1)] * 2)
    assert adapter_for(AStruct).encode(AStruct(3, "A")) == b'{"even":3,"name":"A"}'


def test_another_exception_is_the_applications_own() -> None:
    """It is no fault of the client, so nothing is told of it."""
    tp = Annotated[str, Check(lambda value: value.missing)]
    with pytest.raises(AttributeError):
        adapter_for(tp).decode_json(b'"a"')


def test_what_is_no_function_of_a_value_is_refused() -> None:
    """Nobody would await it."""

    async def later(value: int) -> int:
        return value

    with pytest.raises(TypeError, match="Check takes a plain function of one value"):
        Check(later)


class Bounded(msgspec.Struct):
    count: pydantic.PositiveInt
    names: Annotated[list[str], annotated_types.Len(1, 2)] = []
    code: Annotated[str, annotated_types.Predicate(str.isupper)] = "A"


def test_limits_of_annotated_types_hold() -> None:
    """msgspec would pass over them without a word."""
    assert told(Bounded, {"count": 0, "names": ["a", "b", "c"], "code": "a"}) == [
        ("greater_than", "body", "count", "Input should be greater than 0"),
        (
            "too_long",
            "body",
            "names",
            "List should have at most 2 items after validation, not 3",
        ),
        ("value_error", "body", "code", "Value error, isupper does not hold"),
    ]
    with pytest.raises(ValueError, match="limit"):
        adapter_for(Bounded).decode_json(b'{"count": 0}')


class Foreign(msgspec.Struct):
    amount: Annotated[int, pydantic.Field(gt=0)]
    name: Annotated[str, pydantic.AfterValidator(str.lower)]
    raw: Annotated[int, pydantic.BeforeValidator(len)] = 0


def test_pydantics_metadata_hold_on_other_classes() -> None:
    """A field that has them is read by Pydantic."""
    made = adapter_for(Foreign).decode_json(b'{"amount": 1, "name": "AB", "raw": "four"}')
    assert made == Foreign(1, "ab", 4)
    assert told(Foreign, {"amount": 0, "name": 1}) == [
        ("greater_than", "body", "amount", "Input should be greater than 0"),
        ("string_type", "body", "name", "Input should be a valid string"),
    ]


def test_limits_hold_for_types_of_pydantic() -> None:
    """``max_length`` of a parameter, given to a list of models."""
    adapter = adapter_for(Annotated[list[AModel], msgspec.Meta(max_length=1)])
    with pytest.raises(ValueError, match="at most 1 item"):
        adapter.convert([{"even": 2}] * 2)
