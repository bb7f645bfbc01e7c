"""``response_model_include`` and its like."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NotRequired

import attrs
import msgspec
import pydantic
import pytest
from typing_extensions import TypedDict

from trimaran import App
from trimaran.handlers import Router
from trimaran.testing import TestClient


class Person(msgspec.Struct, rename="camel"):
    full_name: str
    born_in: int | None = None


class Film(msgspec.Struct):
    title: str
    director: Person
    cast: list[Person] = []
    year: int = 2000
    note: str | None = None


@dataclass
class Review:
    stars: int = 5
    tags: list[str] = field(default_factory=list)


class Item(pydantic.BaseModel):
    name: str = pydantic.Field(alias="itemName")
    price: float = 1.5
    note: str | None = None


RAN = Film("Ran", Person("Akira"), [Person("Tatsuya", 1932), Person("Mieko")])


def answer(ask: Callable[..., Any], value: Any, returns: Any, **options: Any) -> Any:
    """What a route that returns the value answers with."""
    router = Router()

    async def handler() -> Any:
        return value

    router.add_api_route("/", handler, response_model=returns, **options)
    return ask(router, "GET", "/").json


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"response_model_include": {"title", "year"}}, {"title": "Ran", "year": 2000}),
        ({"response_model_include": ["title"]}, {"title": "Ran"}),
        (
            {"response_model_include": {"title": True, "director": {"full_name"}}},
            {"title": "Ran", "director": {"fullName": "Akira"}},
        ),
        (
            {"response_model_include": {"cast": {"__all__": {"full_name"}}}},
            {"cast": [{"fullName": "Tatsuya"}, {"fullName": "Mieko"}]},
        ),
        (
            {"response_model_include": {"cast": {0: True}}},
            {"cast": [{"fullName": "Tatsuya", "bornIn": 1932}]},
        ),
        (
            {"response_model_exclude": {"director", "cast", "note"}},
            {"title": "Ran", "year": 2000},
        ),
        (
            {
                "response_model_exclude": {"cast": {"__all__": {"born_in"}}, "year": True},
                "response_model_exclude_none": True,
            },
            {
                "title": "Ran",
                "director": {"fullName": "Akira"},
                "cast": [{"fullName": "Tatsuya"}, {"fullName": "Mieko"}],
            },
        ),
        (
            {"response_model_exclude_defaults": True, "response_model_by_alias": False},
            {
                "title": "Ran",
                "director": {"full_name": "Akira"},
                "cast": [{"full_name": "Tatsuya", "born_in": 1932}, {"full_name": "Mieko"}],
            },
        ),
    ],
)
def test_structs_in_parts(
    ask: Callable[..., Any], options: dict[str, Any], expected: dict[str, Any]
) -> None:
    """By the names of fields, at any depth."""
    assert answer(ask, RAN, Film, **options) == expected
    assert answer(ask, [RAN], list[Film], **options) == [expected]


def test_dataclasses_in_parts(ask: Callable[..., Any]) -> None:
    """Their factories' values are defaults too."""
    short = {"response_model_exclude_defaults": True}
    assert answer(ask, Review(), Review, **short) == {}
    assert answer(ask, Review(4, ["a"]), Review, **short) == {"stars": 4, "tags": ["a"]}


def test_pydantic_models_in_parts(ask: Callable[..., Any]) -> None:
    """As they do it themselves: what was set is known."""
    item = Item(itemName="a", price=1.5)
    assert answer(ask, item, Item, response_model_exclude_unset=True) == {
        "itemName": "a",
        "price": 1.5,
    }
    assert answer(ask, item, Item, response_model_exclude_defaults=True) == {"itemName": "a"}
    assert answer(ask, item, Item, response_model_by_alias=False) == {
        "name": "a",
        "price": 1.5,
        "note": None,
    }
    assert answer(ask, [item], list[Item], response_model_include={"name"}) == [{"itemName": "a"}]


@attrs.define
class Sail:
    name: str
    area: float = 9.5
    ropes: list[str] = attrs.field(factory=list)
    _hidden: int = 0


class Crew(TypedDict):
    skipper: str
    cook: NotRequired[str | None]


class Late(msgspec.Struct):
    name: str
    note: str | msgspec.UnsetType = msgspec.UNSET
    item: Item | None = None


UNSET_OPTION = {"response_model_exclude_unset": True}


@pytest.mark.parametrize(
    ("value", "returns", "expected"),
    [
        (Film("Ran", Person("Akira"), year=2000), Film, {"title", "director"}),
        (Review(5, ["a"]), Review, {"tags"}),
        (Sail("jib", 3.0), Sail, {"name", "area"}),
        ({"skipper": "Ann"}, Crew, {"skipper"}),
        ({"skipper": "Ann", "cook": None, "more": 1}, Crew, {"skipper", "cook"}),
        (Late("a"), Late, {"name"}),
        (Late("a", "", Item(itemName="b", price=1.5)), Late, {"name", "note", "item"}),
    ],
)
def test_what_unset_means(
    ask: Callable[..., Any], value: Any, returns: Any, expected: set[str]
) -> None:
    """Pydantic's models remember; elsewhere it is a field at its default, or a key not there."""
    found = answer(ask, value, returns, **UNSET_OPTION)
    assert set(found) == expected
    if "item" in expected:
        assert found["item"] == {"itemName": "b", "price": 1.5}


def test_attrs_classes_in_parts(ask: Callable[..., Any]) -> None:
    """As dataclasses; private attributes are never sent."""
    sail = Sail("jib", 3.0, ["a"], hidden=3)
    part = {"response_model_include": {"name", "ropes", "_hidden"}}
    assert answer(ask, sail, Sail, **part) == {"name": "jib", "ropes": ["a"]}
    rest = {"response_model_exclude": {"ropes"}}
    assert answer(ask, [sail], list[Sail], **rest) == [{"name": "jib", "area": 3.0}]


def test_undeclared_results_in_parts(ask: Callable[..., Any]) -> None:
    """Dictionaries, and whatever stands in them."""
    value = {"a": None, "b": {"c": 1, "d": 2}, "e": RAN.director}
    options = {"response_model_exclude_none": True, "response_model_exclude": {"b": {"d"}}}
    assert answer(ask, value, None, **options) == {"b": {"c": 1}, "e": {"fullName": "Akira"}}


def test_only_what_is_declared_is_sent(ask: Callable[..., Any]) -> None:
    """A subclass' own fields stay here, whatever is included."""

    class Secret(Person):
        key: str = "k"

    options = {"response_model_include": {"full_name", "key"}}
    assert answer(ask, Secret("Akira"), Person, **options) == {"fullName": "Akira"}


class Public(pydantic.BaseModel):
    name: str
    note: str | None = None


class Private(Public):
    secret: str = "hidden"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"response_model_exclude_unset": True},
        {"response_model_exclude_none": True},
        {"response_model_exclude": {"nothing"}},
    ],
)
@pytest.mark.parametrize("returns", [Public, list[Public], Iterable[Public], dict[str, Public]])
def test_a_subclass_shows_nothing_that_is_not_declared(
    options: dict[str, Any], returns: Any
) -> None:
    """Whatever the shape, and however it is contained."""
    app = App()
    one = Private(name="x", secret="told")
    value: Any = {Public: one, dict[str, Public]: {"a": one}}.get(returns, [one])
    app.get("/", response_model=returns, **options)(lambda: value)
    text = TestClient(app).get("/").text
    assert '"name":"x"' in text
    assert "secret" not in text
    assert ("note" in text) == (not options or "response_model_exclude" in options)


def test_names_for_a_list_are_those_of_its_items() -> None:
    """``__all__`` and places say it in Pydantic's way."""
    app = App()
    options: dict[str, Any] = {
        "/names": {"response_model_include": {"name"}},
        "/all": {"response_model_include": {"__all__": {"name"}}},
        "/places": {"response_model_exclude": {0: {"note"}}},
    }
    for path, option in options.items():
        app.get(path, response_model=list[Public], **option)(lambda: [{"name": "x"}])
    client = TestClient(app)
    for path in options:
        assert client.get(path).json() == [{"name": "x"}]
