"""What migrations say about tables: columns, constraints, indexes as values.

They are what migration files are written in, and what states are folded from. They know no
database: ``building`` turns them into SQLAlchemy's tables, ``reading`` makes them from those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

Options: TypeAlias = Mapping[str, Any]
"""SQLAlchemy's dialect options by name: ``{"postgresql_using": "gin"}``."""


@dataclass(frozen=True, eq=False)
class Sql:
    """A piece of SQL text, used as it stands: an expression, a value to fill in."""

    text: str


@dataclass(frozen=True, eq=False)
class Column:
    """A column: its name, SQL type and what the database itself knows of it.

    default:       SQL text that the database uses for a value left out: ``"0"``, ``"'new'"``
    identity:      ``True``, or the options of ``sqlalchemy.Identity``, for a number that counts up
    autoincrement: ``False`` keeps an integer primary key from counting up
    computed:      SQL text from which the database computes the value
    stored:        whether a computed value is kept with the row (``None``: the database's habit)
    """

    name: str
    type: TypeEngine[Any]
    _: KW_ONLY
    null: bool = False
    default: str | None = None
    identity: bool | Options = False
    autoincrement: bool | None = None
    computed: str | None = None
    stored: bool | None = None
    comment: str | None = None


@dataclass(frozen=True, eq=False)
class PrimaryKey:
    """The primary key."""

    columns: Sequence[str]
    _: KW_ONLY
    name: str
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Unique:
    """A unique constraint."""

    columns: Sequence[str]
    _: KW_ONLY
    name: str
    deferrable: bool | None = None
    initially: str | None = None
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Check:
    """A check constraint; ``condition`` is SQL text."""

    condition: str
    _: KW_ONLY
    name: str


@dataclass(frozen=True, eq=False)
class ForeignKey:
    """A foreign key: the columns hold the ``target_columns`` of a target's row."""

    columns: Sequence[str]
    target: str
    target_columns: Sequence[str]
    _: KW_ONLY
    name: str
    on_delete: str | None = None
    on_update: str | None = None
    deferrable: bool | None = None
    initially: str | None = None
    match: str | None = None
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Index:
    """An index on columns or ``Sql`` expressions; ``where`` makes it partial."""

    columns: Sequence[str | Sql]
    _: KW_ONLY
    name: str
    unique: bool = False
    where: str | None = None
    options: Options = field(default_factory=dict)


Constraint: TypeAlias = PrimaryKey | Unique | Check | ForeignKey


@dataclass(frozen=True, eq=False)
class Table:
    """A table as it stands at one point of the migrations' history.

    name: with its schema, if it has one: ``audit.entry``
    """

    name: str
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str | None = None
    options: Options = field(default_factory=dict)

    def column(self, name: str) -> Column | None:
        """The column of this name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def constraint(self, name: str) -> Constraint | None:
        """The constraint of this name, if there is one."""
        return next((item for item in self.constraints if item.name == name), None)

    def index(self, name: str) -> Index | None:
        """The index of this name, if there is one."""
        return next((item for item in self.indexes if item.name == name), None)

    def foreign_keys(self) -> Iterable[ForeignKey]:
        """Its foreign keys."""
        return (item for item in self.constraints if isinstance(item, ForeignKey))


def split_name(name: str) -> tuple[str | None, str]:
    """Split a table's full name into its schema, if any, and its own name."""
    schema, dot, own = name.rpartition(".")
    return (schema if dot else None, own)
