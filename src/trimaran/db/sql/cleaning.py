"""Values that a developer or a client gives, made into those that a column holds.

What the gate accepts: each function returns the Python value or raises ``Fault``.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

import msgspec

P = TypeVar("P")

INT_MAX = 2**63 - 1
INT_MIN = -(2**63)
DECIMAL_REACH = 1000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

_bool_words = {"true": True, "1": True, "on": True, "yes": True}
_bool_words |= {"false": False, "0": False, "off": False, "no": False}


class Fault(ValueError):  # noqa: N818  a finding that the gate collects, never raised to a user
    """One thing wrong with one value, in the words of ``RequestValidationError``."""

    def __init__(self, type: str, msg: str, **ctx: Any) -> None:
        super().__init__(msg)
        self.type = type
        self.msg = msg
        self.ctx = ctx


def safe_text(value: str) -> str:
    """Return the text without what no database stores: NUL and lone surrogates."""
    if value.isascii() and "\0" not in value:
        return value
    return _UNSTORABLE.sub("\ufffd", value)


def clean_int(value: Any) -> int:
    """Return a whole number of 64 bits."""
    if type(value) is int:
        number = value
    elif isinstance(value, str):
        try:
            number = int(value.strip()) if len(value) <= 40 else INT_MAX + 1
        except ValueError:
            raise Fault("int_parsing", "Input should be a valid integer") from None
    elif isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise Fault("int_type", "Input should be a valid integer")
    elif isinstance(value, int):
        number = int(value)
    elif value != value or value in (float("inf"), float("-inf")) or int(value) != value:
        raise Fault("int_from_float", "Input should be a valid integer without a fraction")
    else:
        number = int(value)
    if not INT_MIN <= number <= INT_MAX:
        raise Fault("int_parsing_size", "Input should fit in 64 bits")
    return number


def clean_float(value: Any) -> float:
    """Return a finite number."""
    if type(value) is float:
        number = value
    elif isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise Fault("float_type", "Input should be a valid number")
    else:
        try:
            number = float(value)
        except (ValueError, OverflowError):
            raise Fault("float_parsing", "Input should be a valid number") from None
    if number - number != 0:
        raise Fault("finite_number", "Input should be a finite number")
    return number


def clean_bool(value: Any) -> bool:
    """Return a truth value; forms say "on", queries "1"."""
    if type(value) is bool:
        return value
    if isinstance(value, str):
        known = _bool_words.get(value.strip().lower())
        if known is not None:
            return known
        raise Fault("bool_parsing", "Input should be a valid boolean")
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    raise Fault("bool_type", "Input should be a valid boolean")


def clean_str(value: Any) -> str:
    """Return a text that every database stores."""
    if not isinstance(value, str):
        raise Fault("string_type", "Input should be a valid string")
    if isinstance(value, Enum):
        value = str(value.value)
    if not (value.isascii() and "\0" not in value) and _UNSTORABLE.search(value):
        raise Fault("string_unicode", "Input should hold neither NUL nor lone surrogates")
    return value if type(value) is str else str.__str__(value)


def clean_decimal(value: Any) -> Decimal:
    """Return a finite decimal number."""
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise Fault("decimal_type", "Input should be a decimal number")
    else:
        try:
            number = Decimal(str(value).strip()) if not _is_long(value) else Decimal("nan")
        except InvalidOperation:
            raise Fault("decimal_parsing", "Input should be a valid decimal") from None
    if not number.is_finite():
        raise Fault("finite_number", "Input should be a finite number")
    return number


def _is_long(value: Any) -> bool:
    # int() and str() of an enormous number take time that grows with its square.
    return (isinstance(value, str) and len(value) > DECIMAL_REACH) or (
        isinstance(value, int) and value.bit_length() > DECIMAL_REACH
    )


def clean_datetime(value: Any) -> datetime:
    """Return a moment with its time zone."""
    moment = parsed(value, datetime, "datetime")
    if moment.tzinfo is None:
        raise Fault("timezone_aware", "Input should have timezone info")
    return moment


def clean_naive(value: Any) -> datetime:
    """Return a moment without a time zone."""
    moment = parsed(value, datetime, "datetime")
    if moment.tzinfo is not None:
        raise Fault("timezone_naive", "Input should not have timezone info")
    return moment


def clean_date(value: Any) -> date:
    """Return a date; a moment is none."""
    if isinstance(value, datetime):
        raise Fault("date_type", "Input should be a valid date, without a time")
    return parsed(value, date, "date")


def clean_time(value: Any) -> time:
    """Return a time of day without a zone."""
    moment = parsed(value, time, "time")
    if moment.tzinfo is not None:
        raise Fault("timezone_naive", "Input should not have timezone info")
    return moment


def clean_timedelta(value: Any) -> timedelta:
    """Return a span of time."""
    return parsed(value, timedelta, "time_delta")


def parsed(value: Any, python: type[P], word: str) -> P:
    """Return a value of the type, read of ISO text where it is one."""
    if isinstance(value, python):
        return value
    if not isinstance(value, str):
        msg = f"{word}_type"
        raise Fault(msg, f"Input should be a valid {word.replace('_', '')}")
    try:
        return msgspec.convert(value, python, strict=False)
    except msgspec.ValidationError:
        msg = f"{word}_parsing"
        raise Fault(msg, f"Input should be a valid {word.replace('_', '')}") from None


def clean_uuid(value: Any) -> UUID:
    """Return a UUID."""
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str):
        raise Fault("uuid_type", "UUID input should be a string or a UUID object")
    try:
        return UUID(value)
    except ValueError:
        raise Fault("uuid_parsing", "Input should be a valid UUID") from None


def clean_bytes(value: Any) -> bytes:
    """Return bytes."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise Fault("bytes_type", "Input should be bytes")


def clean_json(value: Any) -> Any:
    """Return what encodes to JSON, as it is."""
    try:
        text = msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError):
        raise Fault("json_type", "Input should be made of JSON's own types") from None
    if b"\\u0000" in text:
        raise Fault("string_unicode", "Input should hold no NUL")
    return value
