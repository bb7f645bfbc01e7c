"""``Field`` and the annotations of relations, which models are written with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from trimaran.db.queries.manyrows import ManyRows, many_not_assignable
from trimaran.db.queries.related import RelatedRows, assign_forward, read_backward, read_forward
from trimaran.db.sql.expressions import Col
from trimaran.db.sql.table import MISSING
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.db.sql.expressions import Expression
    from trimaran.db.sql.formats import FieldType
    from trimaran.db.sql.table import Many, OnDelete, Relation

T = TypeVar("T")


@dataclass(slots=True, kw_only=True, eq=False)
class FieldInfo:
    """What ``Field`` was given."""

    default: Any = MISSING
    default_factory: Callable[[], Any] | None = None
    primary_key: bool = False
    unique: bool = False
    index: bool | None = None
    db_column: str = ""
    description: str = ""
    max_length: int | None = None
    min_length: int | None = None
    pattern: str | None = None
    ge: Any = None
    gt: Any = None
    le: Any = None
    lt: Any = None
    max_digits: int | None = None
    decimal_places: int | None = None
    timezone: bool = True
    auto_now: bool = False
    auto_now_add: bool = False
    on_delete: OnDelete | None = None
    related_name: str | None = None
    through: Any = None
    through_fields: tuple[str, str] | None = None
    symmetrical: bool | None = None
    db_table: str = ""
    bits: int | None = None
    format: str | None = None
    array: bool = False
    type: FieldType[Any] | None = None
    db_default: Any = MISSING
    generated: Any = None
    stored: bool = True
    db_comment: str = ""
    db_enum: str = ""


def Field(  # noqa: N802  reads like the class that it stands for
    *,
    default: Any = MISSING,
    default_factory: Callable[[], Any] | None = None,
    primary_key: bool = False,
    unique: bool = False,
    index: bool | None = None,
    db_column: str = "",
    description: str = "",
    max_length: int | None = None,
    min_length: int | None = None,
    pattern: str | None = None,
    ge: Any = None,
    gt: Any = None,
    le: Any = None,
    lt: Any = None,
    max_digits: int | None = None,
    decimal_places: int | None = None,
    timezone: bool = True,
    auto_now: bool = False,
    auto_now_add: bool = False,
    on_delete: OnDelete | None = None,
    related_name: str | None = None,
    through: type | str | None = None,
    through_fields: tuple[str, str] | None = None,
    symmetrical: bool | None = None,
    db_table: str = "",
    bits: Literal[16, 32, 64] | None = None,
    format: Literal["email", "url", "slug", "ip", "file", "image"] | None = None,
    array: bool = False,
    type: FieldType[Any] | None = None,
    db_default: Any = MISSING,
    generated: Expression[Any] | str | None = None,
    stored: bool = True,
    db_comment: str = "",
    db_enum: str = "",
    init: bool = True,
) -> Any:
    """Say more of a field than its annotation can.

    default, default_factory: of new rows, given by Python
    index:        a foreign key has one unless this is False
    pattern:      a regular expression that must match somewhere in the text
    max_digits, decimal_places: of a Decimal, 20 and 6 where they are left out
    timezone:     False stores a datetime without one
    auto_now:     set to the present at every save; ``auto_now_add``: at the first
    on_delete:    what the database does to rows that point to a deleted one: ``restrict`` (where
                  left out), ``cascade``, ``set_null``, ``no_action``
    related_name: the attribute on the other model; where left out, ``book_set``; "" for none
    bits, format: of an int and of a str; see ``trimaran.db.models.types``
    array:        a ``list[...]`` is an array on PostgreSQL, rather than JSON
    type:         a ``FieldType`` of your own
    db_default:   of new rows, given by the database: a value, or an expression such as ``Now()``
    generated:    the database makes the value of this expression over the other fields
    stored:       False computes it when it is read (not on PostgreSQL)
    db_enum:      of an Enum or Literal of texts, PostgreSQL's own type, which is there already
    db_comment:   what the database says of the column
    through, through_fields, symmetrical, db_table: of a ManyToMany, see ``ManyToManyField``
    init:         for type checkers alone: False keeps the field out of the constructor
    """
    del init
    return FieldInfo(
        default=default,
        default_factory=default_factory,
        primary_key=primary_key,
        unique=unique,
        index=index,
        db_column=db_column,
        description=description,
        max_length=max_length,
        min_length=min_length,
        pattern=pattern,
        ge=ge,
        gt=gt,
        le=le,
        lt=lt,
        max_digits=max_digits,
        decimal_places=decimal_places,
        timezone=timezone,
        auto_now=auto_now,
        auto_now_add=auto_now_add,
        on_delete=on_delete,
        related_name=related_name,
        through=through,
        through_fields=through_fields,
        symmetrical=symmetrical,
        db_table=db_table,
        bits=bits,
        format=format,
        array=array,
        type=type,
        db_default=db_default,
        generated=generated,
        stored=stored,
        db_comment=db_comment,
        db_enum=db_enum,
    )


def ManyToManyField(  # noqa: N802  reads like the class that it stands for
    *,
    related_name: str | None = None,
    through: type | str | None = None,
    through_fields: tuple[str, str] | None = None,
    symmetrical: bool | None = None,
    db_table: str = "",
    description: str = "",
    init: Literal[False] = False,
) -> Any:
    """Say more of a ``ManyToMany``: ``tags: ManyToMany[Tag] = ManyToManyField()``.

    related_name:   the attribute on the other model; where left out, ``book_set``; "" for none
    through:        a model of your own between the two, or its name
    through_fields: its two foreign keys, this model's first, where it has several to one model
    symmetrical:    of a relation to the model itself, True where left out: A's friend has A as one
    db_table:       the name of the table between
    init:           for type checkers alone: the constructor takes no such argument
    """
    del init
    return FieldInfo(
        related_name=related_name,
        through=through,
        through_fields=through_fields,
        symmetrical=symmetrical,
        db_table=db_table,
        description=description,
    )


class ForeignKey(Generic[T]):
    """An annotation: this row points to one of another model.

    ``author: ForeignKey[Author]`` makes a column ``author_id``. A relation that may be NULL is
    written ``ForeignKey[Author | None]`` or ``ForeignKey[Author] | None``. Reading ``book.author``
    gives the author if it is loaded; ``await book.author`` loads it, for all rows of the query.
    """

    __slots__ = ("relation",)

    def __init__(self, relation: Relation) -> None:
        self.relation = relation

    @overload
    def __get__(self, row: None, model: type) -> Col[T]: ...

    @overload
    def __get__(self, row: object, model: type) -> T: ...

    def __get__(self, row: Any, model: type) -> Any:
        if row is None:
            return Col(self.relation.source, self.relation.name)
        return read_forward(row, self.relation)

    def __set__(self, row: Any, value: T) -> None:
        assign_forward(row, self.relation, value)


class OneToOne(ForeignKey[T]):
    """An annotation: this row points to one of another model, and no other row does.

    ``user: OneToOne[User]`` is a unique ``ForeignKey``; ``await user.profile`` is the row at the
    other end (``related_name``, the model's name where it is left out).
    """

    __slots__ = ()


class ManyToMany(Generic[T]):
    """An annotation: rows of two models, any number of each, belong together.

    ``tags: ManyToMany[Tag] = ManyToManyField(related_name="books")`` makes no column but a table of
    its own. ``await book.tags`` gives a list, loaded for all rows of the query; ``book.tags`` has
    ``add remove set clear create`` and all that a query has. ``Book.tags.through`` is the model of
    the table between.
    """

    __slots__ = ("many",)

    def __init__(self, many: Many) -> None:
        self.many = many

    @property
    def through(self) -> Any:
        """The model of the table between."""
        return self.many.through.model

    @overload
    def __get__(self, row: None, model: type) -> ManyToMany[T]: ...

    @overload
    def __get__(self, row: object, model: type) -> ManyRows[T]: ...

    def __get__(self, row: Any, model: type) -> Any:
        return self if row is None else ManyRows(row, self.many)

    def __set__(self, row: Any, value: Any) -> None:
        raise many_not_assignable(self.many)


class ReverseOne(Generic[T]):
    """The other end of a ``OneToOne``: ``user.profile``, awaited as a foreign key is.

    Where no row points here, awaiting raises that model's ``DoesNotExist``. It is there without
    being declared; for type checkers: ``profile: ClassVar[ReverseOne["Profile"]]``.
    """

    __slots__ = ("relation",)

    def __init__(self, relation: Relation) -> None:
        self.relation = relation

    @overload
    def __get__(self, row: None, model: type) -> ReverseOne[T]: ...

    @overload
    def __get__(self, row: object, model: type) -> T: ...

    def __get__(self, row: Any, model: type) -> Any:
        return self if row is None else read_backward(row, self.relation)

    def __set__(self, row: Any, value: Any) -> None:
        relation = self.relation
        raise QueryError(
            "TRI-QUERY-019",
            f"{relation.target.label}.{relation.related_name} cannot be assigned.",
            f"Set {relation.source.label}.{relation.name} of the other row and save that.",
        )


class Reverse(Generic[T]):
    """The other end of a foreign key: ``author.books``.

    It is there without being declared; declare it for type checkers:
    ``books: ClassVar[Reverse["Book"]]``.
    """

    __slots__ = ("relation",)

    def __init__(self, relation: Relation) -> None:
        self.relation = relation

    @overload
    def __get__(self, row: None, model: type) -> Reverse[T]: ...

    @overload
    def __get__(self, row: object, model: type) -> RelatedRows[T]: ...

    def __get__(self, row: Any, model: type) -> Any:
        if row is None:
            return self
        return RelatedRows(row, self.relation)

    def __set__(self, row: Any, value: Any) -> None:
        relation = self.relation
        raise QueryError(
            "TRI-QUERY-019",
            f"{relation.target.label}.{relation.related_name} cannot be assigned.",
            f"Set {relation.source.label}.{relation.name} of each row, or use create().",
        )
