"""Values that msgspec does not make alone: unions of classes, converters of attrs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar

import attrs
import msgspec
import pydantic
import pytest
from typing_extensions import TypedDict

from trimaran.schema import adapter_for, components
from trimaran.schema.check import Check
from trimaran.schema.faults import FaultList
from trimaran.schema.second_pass import find_faults

T = TypeVar("T")


class Cat(msgspec.Struct):
    name: str
    lives: int = 9


class Dog(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    breed: str


@dataclass
class Fish:
    name: str
    salt: bool = False


Pet = Cat | Dog | Fish


class Owner(msgspec.Struct):
    pets: list[Pet]
    best: Pet | None = None
    friend: Owner | None = None


class Page(msgspec.Struct, Generic[T]):
    items: list[T]
    total: int = 0


class Shelf(TypedDict):
    left: Pet
    right: int


class Pair(NamedTuple):
    pet: Pet
    count: int = 1


def told(tp: Any, value: Any) -> list[tuple[Any, ...]]:
    """Return type and place of each fault."""
    return sorted(
        (fault["type"], *map(str, fault["loc"])) for fault in adapter_for(tp).errors(value)
    )


def test_the_member_that_takes_the_most_is_taken() -> None:
    """Nothing of what was sent is dropped where another member knows it; ties go to the first."""
    pets = adapter_for(list[Pet]).decode_json(
        b'[{"name": "a"}, {"name": "b", "breed": "c"}, {"name": "d", "salt": true}]'
    )
    assert pets == [Cat("a"), Dog("b", "c"), Fish("d", salt=True)]


def test_fields_and_recursion() -> None:
    """The union may stand in a class, and the class in itself."""
    body = b'{"pets": [], "best": {"name": "a", "breed": "b"}, "friend": {"pets": [{"name": "c"}]}}'
    owner = adapter_for(Owner).decode_json(body)
    assert owner == Owner([], Dog("a", "b"), Owner([Cat("c")]))
    assert adapter_for(Owner).encode(owner) == (
        b'{"pets":[],"best":{"name":"a","breed":"b"},'
        b'"friend":{"pets":[{"name":"c","lives":9}],"best":null,"friend":null}}'
    )


def test_faults_stand_at_the_member_that_failed() -> None:
    """As Pydantic tells them."""
    assert told(Owner, {"pets": [{"name": 1}], "best": None}) == [
        ("missing", "pets", "0", "Dog", "breed"),
        ("string_type", "pets", "0", "Cat", "name"),
        ("string_type", "pets", "0", "Dog", "name"),
        ("string_type", "pets", "0", "Fish", "name"),
    ]
    assert told(Owner, {}) == [("missing", "pets")]


@pytest.mark.parametrize(
    ("tp", "body", "expected"),
    [
        (Page[Pet], b'{"items": [{"name": "a"}]}', Page([Cat("a")])),
        (Shelf, b'{"left": {"name": "a"}, "right": 1, "more": 2}', {"left": Cat("a"), "right": 1}),
        (Pair, b'[{"name": "a"}]', Pair(Cat("a"))),
        (tuple[Pet, int], b'[{"name": "a"}, 1]', (Cat("a"), 1)),
        (tuple[Pet, ...], b'[{"name": "a"}]', (Cat("a"),)),
        (dict[int, Pet], b'{"3": {"name": "a"}}', {3: Cat("a")}),
        (uuid.UUID | date | int, b'"2026-11-22"', date(2026, 11, 22)),
        (list[int] | set[str], b'["a"]', {"a"}),
    ],
    ids=str,
)
def test_what_msgspec_refuses_is_read_in_parts(tp: Any, body: bytes, expected: Any) -> None:
    """In every container."""
    assert adapter_for(tp).decode_json(body) == expected


def test_what_is_sent_is_only_what_the_member_declares() -> None:
    """A subclass' own fields stay here."""

    class Secret(Cat):
        key: str = "k"

    sent = msgspec.json.decode(adapter_for(list[Cat | Fish]).encode([Secret("a")]))
    assert sent == [{"name": "a", "lives": 9}]


def test_the_document_lists_the_members() -> None:
    """An ``anyOf`` without a discriminator, since there is none."""
    [schema], definitions = components([Pet], mode="input")
    assert [one["$ref"].rpartition("/")[2] for one in schema["anyOf"]] == ["Cat", "Dog", "Fish"]
    assert set(definitions) == {"Cat", "Dog", "Fish"}


class Model(pydantic.BaseModel):
    name: str
    size: int = 0


class Box(msgspec.Struct):
    things: list[Model | Dog]


def test_models_of_pydantic_stand_beside_structs() -> None:
    """In a union, in a container, in a field."""
    assert adapter_for(Dog | Model).decode_json(b'{"name": "a"}') == Model(name="a")
    made = adapter_for(Box).decode_json(b'{"things": [{"name": "a", "breed": "b"}, {"name": "c"}]}')
    assert made.things[1] == Model(name="c")
    assert adapter_for(list[Model | Dog]).encode([Model(name="a"), Dog("b", "c")]) == (
        b'[{"name":"a","size":0},{"name":"b","breed":"c"}]'
    )
    assert told(Dog | Model, {"name": 1, "breed": "b"}) == [
        ("string_type", "Dog", "name"),
        ("string_type", "Model", "name"),
    ]


class Left(msgspec.Struct):
    child: Left | Right | None
    tries: ClassVar[list[int]] = []

    def __post_init__(self) -> None:
        self.tries.append(1)


class Right(msgspec.Struct):
    child: Left | Right | None
    end: int = 0


@pytest.mark.parametrize("end", [None, "x"])
def test_a_chain_of_unions_takes_one_look_at_each_link(end: Any) -> None:
    """Each link fits both members: without a memory it would be two to the power of the depth."""
    chain: Any = {"child": None, "end": end}
    if end is None:
        del chain["end"]
    else:
        chain["child"] = 3  # fits neither
    for _ in range(60):
        chain = {"child": chain}
    Left.tries.clear()
    adapter = adapter_for(Left | Right)
    if end is None:
        assert isinstance(adapter.convert(chain), Left)
    else:
        with pytest.raises(ValueError, match="none of the union's members"):
            adapter.convert(chain)
    assert len(Left.tries) <= 61
    assert len(adapter.errors(chain)) <= 100


class Deep(msgspec.Struct):
    inner: Annotated[Deep, Check(lambda value: None)] | None = None
    items: list[Annotated[int, Check(lambda value: None)]] = []
    fault: int = 0


def test_checks_at_every_depth_are_looked_at_within_bounds() -> None:
    """A large list below many checks is not converted for each of them."""
    body: Any = {"items": list(range(5000))}
    for _ in range(100):
        body = {"inner": body}
    faults = FaultList()
    find_faults(adapter_for(Deep).info, body, (), faults)  # type: ignore[attr-defined]  # a Struct's
    assert faults.visits <= 0


def known_place(value: str) -> str:
    """A converter with a type of its own."""
    if value == "nowhere":
        raise ValueError("no such place")
    return value.title()


@attrs.define
class Trip:
    place: str = attrs.field(converter=known_place)
    days: Annotated[int, msgspec.Meta(le=99)] = attrs.field(
        default=1, validator=attrs.validators.ge(1)
    )
    label: str = attrs.field(
        default=attrs.Factory(lambda self: f"{self.place}/{self.days}", takes_self=True)
    )
    stops: list[str] = attrs.field(factory=list)
    _secret: int = attrs.field(default=3, converter=int)
    legs: int = attrs.field(default=0, init=False)


@attrs.frozen
class Plan:
    trips: list[Trip]


def test_attrs_classes_are_made_by_their_constructor() -> None:
    """Converters, validators, factories and private names are theirs."""
    [trip] = adapter_for(Plan).decode_json(b'{"trips": [{"place": "rome", "secret": "7"}]}').trips
    assert (trip.place, trip.days, trip.label, trip.stops) == ("Rome", 1, "Rome/1", [])
    assert trip._secret == 7


def test_faults_of_attrs_stand_at_their_fields() -> None:
    """Those of types, limits, converters and validators."""
    trips = [
        {"place": "nowhere", "days": 0},
        {"place": 3, "days": 100, "secret": "x"},
        {"stops": [1]},
    ]
    assert told(Plan, {"trips": trips}) == [
        ("less_than_equal", "trips", "1", "days"),
        ("missing", "trips", "2", "place"),
        ("string_type", "trips", "1", "place"),
        ("string_type", "trips", "2", "stops", "0"),
        ("value_error", "trips", "0", "days"),
        ("value_error", "trips", "0", "place"),
    ]


def test_attrs_classes_are_sent_and_described() -> None:
    """With every public attribute; the constructor's arguments are what is asked for."""
    trip = Trip("rome", stops=["a"])
    assert msgspec.json.decode(adapter_for(Trip).encode(trip)) == {
        "place": "Rome",
        "days": 1,
        "label": "Rome/1",
        "stops": ["a"],
        "legs": 0,
    }
    _, definitions = components([Trip], mode="input")
    assert definitions["Trip"]["required"] == ["place"]
    assert definitions["Trip"]["properties"]["days"] == {
        "type": "integer",
        "maximum": 99,
        "default": 1,
    }
    assert "legs" not in definitions["Trip"]["properties"]
