"""Declaring models: columns, keys, relations, options."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Optional

import msgspec

from trimaran.db import Field, ForeignKey, Index, Model, Reverse, UniqueConstraint, registry
from trimaran.db.models.naming import snake_case
from trimaran.db.sql.expressions import Col


class Colour(enum.Enum):
    RED = "red"


class DeclOwner(Model):
    """Somebody who owns things."""

    name: str


class DeclThing(Model):
    label: str = Field(max_length=30, db_column="LABEL")
    size: int = 3
    owner: ForeignKey[DeclOwner]
    later: ForeignKey[DeclLater] | None
    parent: Optional[ForeignKey["DeclThing"]] = Field(related_name="parts")  # noqa: UP037, UP045
    twin: ForeignKey["DeclThing | None"] = Field(related_name="")  # noqa: UP037
    colour: Colour = Colour.RED
    letter: Literal["a", "bc"] | None
    short: Annotated[str | None, Field(max_length=5)] = None
    parts: ClassVar[Reverse[DeclThing]]


class DeclLater(Model):
    code: uuid.UUID = Field(primary_key=True, default_factory=uuid.uuid4)


def test_the_key_comes_first() -> None:
    """Without a key of its own a model gets an integer ``id``, which leads rows and JSON."""
    assert DeclOwner.__struct_fields__ == ("id", "name")
    assert msgspec.json.encode(DeclOwner(name="x")) == b'{"id":null,"name":"x"}'
    assert list(DeclLater.__struct_fields__) == ["code"]
    assert DeclThing.__struct_fields__[:4] == ("id", "label", "size", "owner_id")


def test_relations_make_columns() -> None:
    """A foreign key has the type of the key that it points to, declared before or after it."""
    table = DeclThing.__table_info__
    assert {name: rel.target.label for name, rel in table.relations.items()} == {
        "owner": "DeclOwner",
        "later": "DeclLater",
        "parent": "DeclThing",
        "twin": "DeclThing",
    }
    assert table.columns["later_id"].kind.python is uuid.UUID
    assert DeclThing.__annotations__["later_id"] == Optional[uuid.UUID]  # noqa: UP045
    nullable = [name for name, column in table.columns.items() if column.null]
    assert nullable == ["later_id", "parent_id", "twin_id", "letter", "short"]
    assert sorted(DeclOwner.__table_info__.reverse) == ["decl_thing_set"]
    assert sorted(table.reverse) == ["parts"]


def test_a_row_may_be_incomplete() -> None:
    """A new row holds its defaults; what is missing is UNSET until the row is written."""
    row = DeclThing(label="x")
    assert (row.size, row.colour, row.letter, row.id) == (3, Colour.RED, None, None)
    assert row.owner_id is msgspec.UNSET
    assert row.owner is None
    keys = list(msgspec.json.decode(msgspec.json.encode(row)))
    assert keys == [name for name in DeclThing.__struct_fields__ if name != "owner_id"]


def test_rows_are_made_of_keywords_and_relations() -> None:
    """A relation is given as a row or as a key; a row in hand is not unloaded."""
    owner = DeclOwner(id=4, name="x")
    assert DeclThing(owner=owner).owner_id == 4
    assert DeclThing(owner=owner).owner is owner
    assert DeclThing(owner_id=5).owner.id == 5


def test_columns_are_expressions_on_the_class() -> None:
    """On the class a field is an expression, on a row it is its value."""
    assert isinstance(DeclThing.size, Col)
    assert repr(DeclThing.size > 3) == "(DeclThing.size gt 3)"
    assert repr(DeclThing.c.owner) == "DeclThing.owner"
    assert repr(DeclThing.owner) == "DeclThing.owner"
    assert DeclThing(size=7).size == 7


def test_rows_are_equal_by_key() -> None:
    """Rows of one model with one key are equal and hash alike; new rows equal only themselves."""
    first, second, new = DeclOwner(id=1), DeclOwner(id=1, name="x"), DeclOwner()
    assert first == second
    assert len({first, second, new}) == 2
    assert new != DeclOwner()
    assert first != DeclThing(id=1)


def test_every_type_of_field() -> None:
    """Each annotation that a column can hold is a kind of column."""

    class DeclEvery(Model):
        i: int
        f: float
        b: bool
        s: str
        n: Decimal
        d: date
        t: time
        m: datetime
        w: datetime = Field(timezone=False)
        p: timedelta
        u: uuid.UUID
        x: bytes
        j: dict[str, Any]
        a: list[int]
        o: Any
        e: Colour

    kinds = [column.kind.name for column in DeclEvery.__table_info__.columns.values()]
    assert kinds == [
        "int",
        *("int", "float", "bool", "str", "Decimal", "date", "time", "datetime", "naive datetime"),
        *("timedelta", "UUID", "bytes", "JSON", "JSON", "JSON", "choice"),
    ]
    registry.remove(DeclEvery)


def test_abstract_models() -> None:
    """An abstract model gives its fields to those that derive from it, after their key."""

    class DeclStamped(Model):
        made: datetime = Field(auto_now_add=True)
        rank: int = 0

        class Meta:
            abstract = True

        def shown(self) -> str:
            """Methods come along."""
            return f"rank {self.rank}"

    class DeclPost(DeclStamped):
        title: str
        rank: int = 5

    assert DeclPost.__struct_fields__ == ("id", "made", "title", "rank")
    assert DeclPost(title="x").shown() == "rank 5"
    assert DeclStamped not in registry.models()
    registry.remove(DeclPost)


def test_options_of_the_table() -> None:
    """class Meta names the table, its order, indexes and constraints."""

    class DeclOption(Model):
        a: str
        b: ForeignKey[DeclOwner] = Field(related_name="")

        class Meta:
            table = "Options!"
            ordering = ("-a", "b__name")
            indexes = (Index("a", "-b"), Index("b", name="by_b", unique=True))
            constraints = (UniqueConstraint("a", "b", name="one"),)
            verbose_name = "choice"

    table = DeclOption.__table__
    assert table.name == "Options!"
    assert {index.name for index in table.indexes} == {
        "ix_Options!_b_id",
        "ix_Options!_a_b_id",
        "by_b",
    }
    assert "one" in {constraint.name for constraint in table.constraints}
    assert DeclOption.__table_info__.verbose_name_plural == "choices"
    registry.remove(DeclOption)


def test_names_of_tables() -> None:
    """A table is called as its model, in snake case."""
    assert [snake_case(name) for name in ("Book", "BookReview", "HTTPLog", "A1B")] == [
        "book",
        "book_review",
        "http_log",
        "a1_b",
    ]


def test_the_key_of_a_relation_may_be_declared_too() -> None:
    """``owner_id: int`` beside ``owner`` is the same column, written down for type checkers."""

    class DeclTyped(Model):
        owner: ForeignKey[DeclOwner] = Field(related_name="")
        owner_id: int = Field(init=False)

    assert DeclTyped.__struct_fields__ == ("id", "owner_id")
    registry.remove(DeclTyped)


def test_a_model_declared_again_replaces_the_first() -> None:
    """A module that is loaded again declares its models again; relations follow the new ones."""

    def declare() -> Any:
        class DeclAgain(Model):
            name: str

        return DeclAgain

    first = declare()

    class DeclPointing(Model):
        again: ForeignKey[first]  # type: ignore[valid-type]  # made by a function

    second = declare()
    assert first not in registry.models()
    assert DeclPointing.__table_info__.relations["again"].target.model is second
    assert list(second.__table_info__.reverse) == ["decl_pointing_set"]
    registry.remove(second, DeclPointing)


def test_metadata_names_every_constraint() -> None:
    """Every key, index and constraint has a name, so that a migration can drop it."""
    table = DeclThing.__table__
    assert all(constraint.name for constraint in table.constraints)
    (key,) = table.c.owner_id.foreign_keys
    assert (key.target_fullname, key.ondelete) == ("decl_owner.id", "RESTRICT")
    assert table.c.LABEL.type.length == 30
    assert "ix_decl_thing_owner_id" in {index.name for index in table.indexes}
