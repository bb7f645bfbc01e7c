"""SQLAlchemy's types for the kinds of columns. Import it only where SQL is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.db.sql.kinds import Kind

# SQLite's rowid is an INTEGER key and nothing else; it has no interval and no binary JSON.
_INTEGERS: dict[int, Callable[[], sa.types.TypeEngine[Any]]] = {
    16: lambda: sa.SmallInteger().with_variant(sa.Integer(), "sqlite"),
    32: sa.Integer,
    64: lambda: sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
}
_COLUMN: dict[str, Callable[..., sa.types.TypeEngine[Any]]] = {
    "bigint": lambda bits=64: _INTEGERS[bits](),
    "float": sa.Double,
    "bool": sa.Boolean,
    "text": sa.Text,
    "varchar": sa.String,
    "decimal": sa.Numeric,
    "date": sa.Date,
    "datetime": lambda: sa.DateTime(timezone=True),
    "naive_datetime": sa.DateTime,
    "time": sa.Time,
    "interval": lambda: sa.Interval().with_variant(sa.BigInteger(), "sqlite"),
    "uuid": sa.Uuid,
    "bytes": sa.LargeBinary,
    "json": lambda: sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
}


def column_type(kind: Kind) -> sa.types.TypeEngine[Any]:
    """Return the type that a column of this kind is created with."""
    if kind.db_enum:
        own = postgresql.ENUM(name=kind.db_enum, create_type=False)
        return _COLUMN[kind.sql](*kind.size).with_variant(own, "postgresql")
    if kind.item is not None:
        return sa.JSON().with_variant(postgresql.ARRAY(column_type(kind.item)), "postgresql")
    return _COLUMN[kind.sql](*kind.size)


def parameter_type(kind: Kind) -> sa.types.TypeEngine[Any]:
    """Return the type of a parameter: without a size, so that no value is cut."""
    if kind.db_enum:
        return column_type(kind)
    if kind.sql == "varchar":
        return sa.Text()
    if kind.sql == "decimal":
        return sa.Numeric()
    if kind.sql == "bigint":
        return sa.BigInteger()
    if kind.item is not None:
        return column_type(kind)
    return _COLUMN[kind.sql](*kind.size)
