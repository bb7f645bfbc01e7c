"""What a database says of its tables, in the same words whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class ColumnFound:
    """A column.

    type:      the database's own words, in small letters: ``character varying(20)``
    default:   SQL text, or None
    computed:  SQL text of a generated column
    values:    of an enumeration
    counts:    whether the database counts it up
    """

    name: str
    type: str
    null: bool
    default: str | None = None
    computed: str | None = None
    stored: bool = True
    counts: bool = False
    values: list[str] = field(default_factory=list)
    comment: str = ""


@dataclass(slots=True)
class KeyFound:
    """A foreign key."""

    columns: list[str]
    target: str
    target_columns: list[str]
    on_delete: str


@dataclass(slots=True)
class IndexFound:
    """An index or a unique constraint over columns."""

    name: str
    columns: list[str]
    unique: bool


@dataclass(slots=True)
class TableFound:
    """A table or a view."""

    name: str
    view: bool = False
    comment: str = ""
    columns: list[ColumnFound] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    foreign_keys: list[KeyFound] = field(default_factory=list)
    indexes: list[IndexFound] = field(default_factory=list)
