"""``Create`` and ``Patch``: what a client may send."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from trimaran.db import Create, Field, ForeignKey, Model, Patch
from trimaran.schema import adapter_for


class DerivedShelf(Model):
    name: str


class DerivedBook(Model):
    title: str = Field(max_length=5, min_length=1, pattern="^[A-Z]", description="As printed.")
    shelf: ForeignKey[DerivedShelf] = Field(on_delete="cascade", related_name="")
    price: Decimal = Field(max_digits=4, decimal_places=2, ge=0)
    pages: int | None = Field(gt=0)
    out: date = date(2000, 1, 1)
    tags: list[str] = Field(default_factory=list)
    made: datetime = Field(auto_now_add=True)
    changed: datetime = Field(auto_now=True)


def test_fields_of_create() -> None:
    """Create has every field that a client may set, as required as the model's."""
    fields = msgspec.structs.fields(Create[DerivedBook])
    assert [field.name for field in fields] == [
        *("title", "shelf_id", "price", "pages", "out", "tags")
    ]
    assert [field.name for field in fields if field.required] == ["title", "shelf_id", "price"]
    made = Create[DerivedBook](title="Emma", shelf_id=1, price=Decimal(1))
    assert (made.pages, made.out, made.tags) == (None, date(2000, 1, 1), [])


def test_fields_of_patch() -> None:
    """Patch requires nothing, and tells what was not sent from what was sent as null."""
    data = msgspec.json.decode(b'{"pages": null}', type=Patch[DerivedBook])
    assert data.pages is None
    assert data.title is msgspec.UNSET
    assert msgspec.json.encode(data) == b'{"pages":null}'


def test_there_is_one_of_each() -> None:
    """Asking again gives the same type, named after the model."""
    assert Create[DerivedBook] is Create[DerivedBook]
    assert Create[DerivedBook].__name__ == "DerivedBookCreate"
    assert Patch[DerivedBook].__doc__ == "The fields to change of a derived book."


def test_rules_hold_in_bodies() -> None:
    """A body's faults are found all at once, with the rules of the model's fields."""
    body: dict[str, Any] = {"title": "lowercase", "price": "123.456", "pages": 0, "shelf_id": "x"}
    adapter = adapter_for(Create[DerivedBook])
    found = {(fault["loc"][-1], fault["type"]) for fault in adapter.errors(body)}
    assert ("title", "string_too_long") in found
    assert {name for name, _ in found} == {"title", "price", "pages", "shelf_id"}
    good = b'{"title": "Emma", "price": "12.30", "pages": 3, "shelf_id": 1}'
    assert adapter.decode_json(good).price == Decimal("12.30")
    with pytest.raises(ValueError, match="limit"):
        adapter.decode_json(good.replace(b"12.30", b"-1"))


def test_a_relation_declared_later_has_the_type_of_its_key() -> None:
    """Create and Patch of a model whose target comes later read the target's kind of key."""

    class DerivedFirst(Model):
        other: ForeignKey["DerivedSecond"] = Field(related_name="")  # noqa: UP037

    create, patch = Create[DerivedFirst], Patch[DerivedFirst]

    class DerivedSecond(Model):
        code: str = Field(primary_key=True, max_length=5)

    assert msgspec.json.decode(b'{"other_id": "x"}', type=create).other_id == "x"
    assert msgspec.json.decode(b'{"other_id": "x"}', type=patch).other_id == "x"
    assert DerivedSecond.__table_info__.key.name == "code"
