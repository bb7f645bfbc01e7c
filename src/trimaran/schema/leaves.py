"""Single values: what is wrong with one, told in Pydantic's words.

A leaf is a type without parts, as ``msgspec.inspect`` describes it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect as mi

from trimaran.schema.constraints import (
    EXTRA_KEY,
    Bounds,
    Breach,
    length_breach,
    noun_of,
    order_breach,
)
from trimaran.schema.hooks import decode_hook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_INTEGER = re.compile(r"\s*[+-]?[0-9]+(?:_[0-9]+)*(?:\.0+)?\s*")

# Kind of type: (name in Pydantic, "Input should be …", what to add for text that cannot be read).
_NAMES: dict[type, tuple[str, str, str]] = {
    mi.IntType: ("int", "a valid integer", "unable to parse string as an integer"),
    mi.FloatType: ("float", "a valid number", "unable to parse string as a number"),
    mi.BoolType: ("bool", "a valid boolean", "unable to interpret input"),
    mi.StrType: ("string", "a valid string", ""),
    mi.DecimalType: ("decimal", "a valid decimal", ""),
    mi.DateType: ("date", "a valid date", "expected YYYY-MM-DD"),
    mi.DateTimeType: (
        "datetime",
        "a valid datetime",
        "expected RFC 3339, such as 2026-11-22T18:30:00Z",
    ),
    mi.TimeType: ("time", "a valid time", "expected HH:MM:SS"),
    mi.TimeDeltaType: ("time_delta", "a valid timedelta", "expected ISO 8601, such as PT1H30M"),
    mi.UUIDType: ("uuid", "a valid UUID", "expected 32 hexadecimal digits"),
    mi.BytesType: ("bytes", "valid bytes", "expected base64"),
    mi.NoneType: ("none", "None", ""),
}

_PARSING = {
    "date": "date_from_datetime_parsing",
    "datetime": "datetime_from_date_parsing",
    "none": "none_required",
}


def bounds_of(info: mi.Type) -> tuple[mi.Type, Bounds | None]:
    """Return a type without its metadata, and the bounds that stood there."""
    if isinstance(info, mi.Metadata):
        extra = info.extra or {}
        return bounds_of(info.type)[0], extra.get(EXTRA_KEY)
    return info, None


def expected(values: Iterable[Any]) -> str:
    """Return ``'red', 'green' or 'blue'``."""
    shown = [repr(value) for value in values]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} or {shown[-1]}"


def choices(info: mi.Type) -> list[Any] | None:
    """Return the values of an enumeration or a Literal, None for any other type."""
    if isinstance(info, mi.EnumType):
        return [member.value for member in info.cls]
    return list(info.values) if isinstance(info, mi.LiteralType) else None


def mismatch(info: mi.Type, value: Any) -> Breach:
    """Return why a value cannot become a leaf type: its kind, or unreadable text."""
    values = choices(info)
    if values is not None:
        kind = "enum" if isinstance(info, mi.EnumType) else "literal_error"
        text = expected(values)
        return kind, f"Input should be {text}", {"expected": text}
    if isinstance(info, mi.CustomType):
        name = info.cls.__name__
        return "value_error", f"Value error, input should be a valid {name}", {"error": name}
    name, noun, hint = _NAMES.get(type(info), ("value", "a valid value", ""))
    if isinstance(value, float) and name == "int" and not value.is_integer():
        return "int_from_float", f"Input should be {noun}, got a number with a fractional part", {}
    if name == "decimal" and _decimal_is_special(value):
        return "finite_number", "Input should be a finite number", {}
    if name == "none":
        return "none_required", "Input should be None", {}
    if isinstance(value, str) and name != "string" and not _reads_as(info, value):
        text = f"Input should be {noun}" + (f", {hint}" if hint else "")
        ctx = {"error": hint} if hint and name not in {"int", "float", "bool"} else {}
        return _PARSING.get(name, f"{name}_parsing"), text, ctx
    return f"{name}_type", f"Input should be {noun}", {}


def _reads_as(info: mi.Type, text: str) -> bool:
    """Whether text holds the number or truth value that JSON should have held as such."""
    if isinstance(info, mi.IntType):
        return _INTEGER.fullmatch(text) is not None
    if isinstance(info, mi.FloatType):
        try:
            float(text)
        except ValueError:
            return False
        return True
    return isinstance(info, mi.BoolType) and text.lower() in BOOLEANS


def _decimal_is_special(value: Any) -> bool:
    try:
        return isinstance(value, str | Decimal | float) and not Decimal(value).is_finite()
    except ArithmeticError:
        return False


BOOLEANS: dict[str, bool] = {
    "1": True,
    "true": True,
    "t": True,
    "yes": True,
    "y": True,
    "on": True,
    "0": False,
    "false": False,
    "f": False,
    "no": False,
    "n": False,
    "off": False,
}
"""Text that stands for a truth value, in lower case."""

_PLAIN: dict[type, Any] = {}


def plain_type(info: mi.Type) -> Any:
    """Return the Python type of a leaf, without limits; ``Any`` for what is no leaf."""
    if not _PLAIN:
        _PLAIN.update(_plain_types())
    if isinstance(info, mi.EnumType | mi.CustomType):
        return info.cls
    if isinstance(info, mi.LiteralType):
        from typing import Literal

        return Literal[tuple(info.values)]
    return _PLAIN.get(type(info), Any)


def _plain_types() -> dict[type, Any]:
    import datetime
    import uuid

    return {
        mi.IntType: int,
        mi.FloatType: float,
        mi.BoolType: bool,
        mi.StrType: str,
        mi.DecimalType: Decimal,
        mi.DateType: datetime.date,
        mi.DateTimeType: datetime.datetime,
        mi.TimeType: datetime.time,
        mi.TimeDeltaType: datetime.timedelta,
        mi.UUIDType: uuid.UUID,
        mi.BytesType: bytes,
        mi.NoneType: type(None),
    }


def convert_leaf(info: mi.Type, value: Any) -> Any:
    """Return a decoded JSON value as the leaf's type, without looking at limits.

    Raises ``ValueError`` where it is none. Text with the number in it is not a number here.
    """
    result = msgspec.convert(value, plain_type(info), dec_hook=decode_hook)
    if isinstance(result, Decimal) and not result.is_finite():
        what = "not a finite number"
        raise ValueError(what)
    return result


def limit_breach(info: mi.Type, bounds: Bounds | None, value: Any) -> Breach | None:
    """Return the first limit that a value of the right type breaks."""
    broken: Breach | None = None
    if isinstance(info, mi.IntType | mi.FloatType):
        broken = order_breach(info, value)
    elif isinstance(info, mi.StrType):
        broken = length_breach(info, value, "String")
        if broken is None and info.pattern and re.search(info.pattern, value) is None:
            text = f"String should match pattern '{info.pattern}'"
            broken = "string_pattern_mismatch", text, {"pattern": info.pattern}
    elif isinstance(info, mi.BytesType):
        broken = length_breach(info, value, "Data")
    elif isinstance(info, mi.DateTimeType | mi.TimeType) and info.tz is not None:
        broken = _zone_breach(info.tz, value)
    elif hasattr(info, "min_length"):
        broken = length_breach(info, value, noun_of(value))
    if broken is None and bounds is not None:
        broken = bounds.breach(value)
    return broken


def _zone_breach(wanted: bool, value: Any) -> Breach | None:
    if wanted and value.tzinfo is None:
        return "timezone_aware", "Input should have timezone info", {}
    if not wanted and value.tzinfo is not None:
        return "timezone_naive", "Input should not have timezone info", {}
    return None


def limit_check(info: mi.Type, bounds: Bounds | None) -> Callable[[Any], bool] | None:
    """Return a fast test of a leaf's limits, None where it has none."""
    if isinstance(info, mi.IntType | mi.FloatType) and bounds is None:
        return _number_check(info)
    if isinstance(info, mi.StrType) and info.pattern is None:
        return _length_check(info.min_length, info.max_length)
    limited = bounds is not None or any(
        getattr(info, name, None) is not None
        for name in ("gt", "ge", "lt", "le", "multiple_of", "min_length", "pattern", "tz")
    )
    if not limited and getattr(info, "max_length", None) is None:
        return None
    return lambda value: limit_breach(info, bounds, value) is None


def _number_check(info: mi.IntType | mi.FloatType) -> Callable[[Any], bool] | None:
    given = tuple(
        name for name in ("gt", "ge", "lt", "le", "multiple_of") if getattr(info, name) is not None
    )
    if not given:
        return None
    low, high = info.ge, info.le
    if given == ("ge", "le"):
        return lambda value: low <= value <= high
    if given == ("ge",):
        return lambda value: bool(value >= low)
    if given == ("le",):
        return lambda value: bool(value <= high)
    return lambda value: order_breach(info, value) is None


def _length_check(least: int | None, most: int | None) -> Callable[[Any], bool] | None:
    if least is None and most is None:
        return None
    low, high = least or 0, most
    if high is None:
        return lambda value: len(value) >= low
    return lambda value: low <= len(value) <= high
