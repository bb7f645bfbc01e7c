"""Python values as parameters and as SQL text, as models' columns store them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from trimaran.db.migrations.tables import Sql
from trimaran.db.sql.cleaning import Fault
from trimaran.db.sql.kinds import NAIVE_DATETIME, json, kind_of_value
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

    from trimaran.db.sql.kinds import Kind


def stored_value(value: Any, type_: TypeEngine[Any], vendor: str) -> Any:
    """A value of a column of this type as the driver takes it."""
    kind = _kind(value, type_)
    if value is None:
        return None
    try:
        if kind is not None:
            return kind.storages[vendor].bind(value)
    except (Fault, KeyError):
        pass
    raise MigrationError(
        "TRI-MIGRATION-005",
        f"The value {value!r} cannot be stored.",
        "Give a string, number, date, UUID or bytes, or SQL text as m.Sql(...).",
    )


def value_literal(value: Any, type_: TypeEngine[Any], vendor: str) -> str:
    """A value of a column of this type as SQL text; ``Sql`` stays as it is."""
    if isinstance(value, Sql):
        return value.text
    raw = stored_value(value, type_, vendor)
    if raw is None:
        return "NULL"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, bytes):
        return f"'\\x{raw.hex()}'" if vendor == "postgresql" else f"X'{raw.hex()}'"
    if isinstance(raw, int):
        return repr(raw)
    if isinstance(raw, float) and raw - raw == 0:
        return repr(raw)
    if isinstance(raw, datetime.timedelta):
        return _text(f"{raw.days} days {raw.seconds}.{raw.microseconds:06d} seconds")
    if isinstance(raw, dict | list):
        return _text(msgspec.json.encode(raw).decode())
    return _text(str(raw))


def _kind(value: Any, type_: TypeEngine[Any]) -> Kind | None:
    if isinstance(type_, sa.JSON):
        return json(type(value))
    if isinstance(value, datetime.datetime):
        zoned = isinstance(type_, sa.DateTime) and type_.timezone
        return kind_of_value(value) if zoned else NAIVE_DATETIME
    return kind_of_value(value)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
