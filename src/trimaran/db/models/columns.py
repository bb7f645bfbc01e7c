"""A field's options made into a column and the type that msgspec reads."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Optional

import msgspec

from trimaran.db.models.annotations import digits_of
from trimaran.db.sql import kinds
from trimaran.db.sql.cleaning import Fault
from trimaran.db.sql.formats import SCHEMA_FORMATS
from trimaran.db.sql.gate import clean_value
from trimaran.db.sql.table import MISSING, Column
from trimaran.schema.constraints import constrained

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.db.models.fields import FieldInfo

_BOUNDS = ("ge", "gt", "le", "lt")
_ORDERED = ("int", "float", "Decimal", "date", "time", "datetime", "naive datetime", "timedelta")
_MOMENTS = (kinds.DATETIME, kinds.NAIVE_DATETIME, kinds.DATE, kinds.TIME)


def make_column(name: str, kind: kinds.Kind, field: FieldInfo, *, null: bool) -> Column:
    """Return the column; raises ``TypeError`` where an option does not fit its type."""
    _check_options(kind, field)
    column = Column(
        name,
        field.db_column or name,
        kind,
        null=null,
        primary_key=field.primary_key,
        unique=field.unique,
        index=bool(field.index),
        default=field.default,
        default_factory=field.default_factory,
        auto_now=field.auto_now,
        auto_now_add=field.auto_now_add,
        max_length=field.max_length if kind.name in ("str", "bytes") else None,
        min_length=field.min_length,
        pattern=re.compile(field.pattern) if field.pattern is not None else None,
        bounds={bound: getattr(field, bound) for bound in _BOUNDS if _given(field, bound)},
        description=field.description,
        db_default=field.db_default,
        computed=field.generated,
        stored=field.stored,
        comment=field.db_comment,
    )
    if kind.name == "Decimal":
        column.max_digits, column.decimal_places = digits_of(field)
    _check_default(column)
    return column


def _given(field: FieldInfo, name: str) -> bool:
    return getattr(field, name) is not None


def _check_options(kind: kinds.Kind, field: FieldInfo) -> None:
    for option, fits in (
        ("max_length", kind.name in ("str", "bytes", "choice", "custom")),
        ("min_length", kind.name in ("str", "bytes")),
        ("pattern", kind.name == "str"),
        ("bits", kind.sql == "bigint"),
        ("format", kind.name == "str"),
        ("max_digits", (kind.item or kind).name == "Decimal"),
        ("decimal_places", (kind.item or kind).name == "Decimal"),
        *[(bound, kind.name in _ORDERED) for bound in _BOUNDS],
    ):
        if _given(field, option) and not fits:
            message = f"{option} does not fit the type {kind.name}"
            raise TypeError(message)
    if (field.auto_now or field.auto_now_add) and kind not in _MOMENTS:
        message = f"auto_now does not fit the type {kind.name}"
        raise TypeError(message)
    if field.default is not MISSING and field.default_factory is not None:
        message = "default and default_factory exclude each other"
        raise TypeError(message)
    if field.generated is not None and (
        field.default is not MISSING
        or field.default_factory is not None
        or field.db_default is not MISSING
        or field.primary_key
    ):
        message = "generated takes no default and is no primary key"
        raise TypeError(message)
    if field.db_column and re.search(r"[\0\r\n\"]", field.db_column):
        message = f"{field.db_column!r} is no name for a column"
        raise TypeError(message)


def _check_default(column: Column) -> None:
    value = column.default
    if value is MISSING or value is None:
        if value is None and not column.null:
            message = "the default None needs '| None' in the annotation"
            raise TypeError(message)
        return
    if isinstance(value, (list, dict)) and value:
        message = "a default of this type is shared by all rows; give default_factory"
        raise TypeError(message)
    try:
        column.default = clean_value(column, value)
    except Fault as fault:
        message = f"the default {value!r} is not valid: {fault.msg}"
        raise TypeError(message) from None


def struct_default(column: Column) -> Any:
    """Return what a new row holds by itself: UNSET where it must be given."""
    if column.default is not MISSING and not column.returned:
        if isinstance(column.default, (list, dict)):
            return msgspec.field(default_factory=type(column.default))
        return column.default
    if column.default_factory is not None:
        factory: Callable[[], Any] = column.default_factory
        return msgspec.field(default_factory=factory)
    if column.returned:
        return msgspec.UNSET
    if column.null or column.auto:
        return None
    return msgspec.UNSET


def constrained_type(python: Any, field: FieldInfo, column: Column) -> Any:
    """Return the type with the field's rules, as bodies and documents read them."""
    tp = python
    if column.kind in (kinds.DATETIME, kinds.NAIVE_DATETIME):
        tp = Annotated[tp, msgspec.Meta(tz=column.kind is kinds.DATETIME)]
    limits: dict[str, Any] = {bound: getattr(field, bound) for bound in _BOUNDS}
    limits["max_length"] = column.max_length
    limits["min_length"] = column.min_length
    limits["pattern"] = field.pattern
    if python is Decimal:
        limits["max_digits"], limits["decimal_places"] = column.max_digits, column.decimal_places
    tp = constrained(tp, limits)  # type: ignore[arg-type]  # built by name
    extra: dict[str, Any] = {}
    if field.format in SCHEMA_FORMATS:
        extra["format"] = SCHEMA_FORMATS[field.format]
    if field.type is not None:
        extra |= field.type.schema
    if extra:
        tp = Annotated[tp, msgspec.Meta(extra_json_schema=extra)]
    if field.description:
        tp = Annotated[tp, msgspec.Meta(description=field.description)]
    return Optional[tp] if column.null else tp  # noqa: UP045  one expression for both
