"""The gate: every value that is written passes here, whoever wrote it.

``save``, ``create``, ``bulk_create``, ``update``, forms and bodies all end in ``clean``: it makes
the Python value of each field, checks the field's rules and collects every fault.
"""

from __future__ import annotations

import operator
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.db.sql import kinds
from trimaran.db.sql.cleaning import Fault, safe_text
from trimaran.db.sql.table import MISSING
from trimaran.errors import ModelValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from trimaran.db.sql.table import Column, Table

_BOUNDS: dict[str, tuple[str, str, Callable[[Any, Any], bool]]] = {
    "ge": ("greater_than_equal", "greater than or equal to", operator.ge),
    "gt": ("greater_than", "greater than", operator.gt),
    "le": ("less_than_equal", "less than or equal to", operator.le),
    "lt": ("less_than", "less than", operator.lt),
}
_SHOWN_INPUT = 100


def clean_value(column: Column, value: Any) -> Any:
    """Return the value that will be stored; raises ``Fault``."""
    if value is None:
        if column.null:
            return None
        raise Fault("none_not_allowed", "Input should not be null")
    value = column.kind.clean(value)
    if column.max_length is not None or column.min_length is not None:
        _check_length(column, value)
    if column.pattern is not None and column.pattern.search(value) is None:
        pattern = column.pattern.pattern
        msg = "string_pattern_mismatch"
        raise Fault(msg, f"String should match pattern '{pattern}'", pattern=pattern)
    if column.max_digits is not None:
        value = _fitting(column, value)
    for name, bound in column.bounds.items():
        type_, words, holds = _BOUNDS[name]
        if not holds(value, bound):
            shown = bound if isinstance(bound, (int, float)) else str(bound)
            raise Fault(type_, f"Input should be {words} {bound}", **{name: shown})
    return value


def _check_length(column: Column, value: Any) -> None:
    word, unit = ("data", "bytes") if isinstance(value, bytes) else ("string", "characters")
    length, low, high = len(value), column.min_length, column.max_length
    if low is not None and length < low:
        message = f"{word.capitalize()} should have at least {low} {_counted(unit, low)}"
        msg = f"{word}_too_short"
        raise Fault(msg, message, min_length=low)
    if high is not None and length > high:
        message = f"{word.capitalize()} should have at most {high} {_counted(unit, high)}"
        msg = f"{word}_too_long"
        raise Fault(msg, message, max_length=high)


def _counted(unit: str, count: int) -> str:
    return unit[:-1] if count == 1 else unit


def _fitting(column: Column, value: Decimal) -> Decimal:
    """Return the number with as many decimal places as the column stores."""
    places, digits = column.decimal_places or 0, column.max_digits or 0
    _, figures, exponent = value.as_tuple()
    exponent = int(exponent)
    fraction = max(-exponent, 0)
    whole = max(len(figures) + exponent, 0) if value else 0
    if fraction > places:
        raise Fault(
            "decimal_max_places",
            f"Decimal input should have no more than {places} decimal {_counted('places', places)}",
            decimal_places=places,
        )
    if whole > digits - places:
        msg = "decimal_whole_digits"
        raise Fault(
            msg,
            f"Decimal input should have no more than {digits - places} "
            f"{_counted('digits', digits - places)} before the decimal point",
            whole_digits=digits - places,
        )
    return value.quantize(Decimal(1).scaleb(-places), context=Context(prec=digits + 1))


def given(column: Column, value: Any, *, adding: bool) -> Any:
    """Return the value to check: what was given, or what the field itself supplies."""
    if column.auto_now or (column.auto_now_add and adding and _absent(value)):
        return _now(column)
    if not _absent(value):
        return value
    if column.db_default is not MISSING:
        return MISSING
    if column.default is not MISSING:
        return column.default
    if column.default_factory is not None:
        return column.default_factory()
    return None if column.null else MISSING


def _absent(value: Any) -> bool:
    return value is MISSING or value is msgspec.UNSET


def _now(column: Column) -> Any:
    moment = datetime.now(UTC)
    if column.kind is kinds.DATE:
        return moment.date()
    if column.kind is kinds.TIME:
        return moment.time()
    return moment.replace(tzinfo=None) if column.kind is kinds.NAIVE_DATETIME else moment


def clean(
    table: Table, values: Mapping[str, Any], columns: Iterable[Column], *, adding: bool
) -> dict[Column, Any]:
    """Return what is to be stored in each column.

    Raises ``ModelValidationError`` with every fault at once. A key that the database gives is left
    out where there is none yet.
    """
    cleaned: dict[Column, Any] = {}
    faults: list[dict[str, Any]] = []
    for column in columns:
        if column.computed is not None:
            continue
        value = given(column, values.get(column.name, MISSING), adding=adding)
        if column.auto and (value is None or value is MISSING):
            continue
        if value is MISSING and column.auto_now_add:
            continue  # a row that may be there already keeps its own
        if value is MISSING and column.db_default is not MISSING:
            continue
        if value is MISSING:
            faults.append(_fault(column, Fault("missing", "Field required"), None))
            continue
        try:
            cleaned[column] = clean_value(column, value)
        except Fault as fault:
            faults.append(_fault(column, fault, value))
    if faults:
        raise ModelValidationError(faults, model=table.label)
    return cleaned


def _fault(column: Column, fault: Fault, value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": fault.type,
        "loc": [column.name],
        "msg": fault.msg,
        "input": _shown(value),
    }
    if fault.ctx:
        found["ctx"] = fault.ctx
    return found


def _shown(value: Any) -> Any:
    """Return what of a refused value may be echoed: something small that encodes to JSON."""
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= 64 else "a very large integer"
    text = safe_text(value) if isinstance(value, str) else repr(value)
    return text if len(text) <= _SHOWN_INPUT else text[:_SHOWN_INPUT] + "…"
