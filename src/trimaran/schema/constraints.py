"""Limits on values: msgspec's own and those that it refuses (Decimal, dates)."""

from __future__ import annotations

import types
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeAlias, TypedDict, Union, get_args, get_origin

import msgspec

EXTRA_KEY = "trimaran"
"""Where ``Meta.extra`` holds a ``Bounds``: msgspec ignores it and keeps it in its inspection."""

Breach: TypeAlias = "tuple[str, str, dict[str, Any]]"
"""A broken limit: its type, its message and its context, in Pydantic's words."""

_BOUNDED_HERE = (Decimal, date, datetime, time, timedelta)
_NOUNS: dict[type, str] = {
    str: "String",
    bytes: "Data",
    set: "Set",
    frozenset: "Frozenset",
    tuple: "Tuple",
    dict: "Dictionary",
}
_ORDER = (
    ("gt", "greater_than", "Input should be greater than"),
    ("ge", "greater_than_equal", "Input should be greater than or equal to"),
    ("lt", "less_than", "Input should be less than"),
    ("le", "less_than_equal", "Input should be less than or equal to"),
)


class Limits(TypedDict, total=False):
    """The limits that ``constrained`` takes."""

    gt: Any
    ge: Any
    lt: Any
    le: Any
    multiple_of: Any
    min_length: int | None
    max_length: int | None
    pattern: str | None
    max_digits: int | None
    decimal_places: int | None


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Limits that are checked after decoding, since msgspec refuses them on the type."""

    gt: Any = None
    ge: Any = None
    lt: Any = None
    le: Any = None
    multiple_of: Any = None
    min_length: int | None = None
    max_length: int | None = None
    max_digits: int | None = None
    decimal_places: int | None = None

    def breach(self, value: Any) -> Breach | None:
        """Return the first limit that a decoded value breaks, None if it keeps them."""
        broken: Breach | None = None
        if isinstance(value, Decimal):
            broken = _digits_breach(self, value)
        elif self.min_length is not None or self.max_length is not None:
            broken = length_breach(self, value, noun_of(value))
        return broken or order_breach(self, value)


def order_breach(limits: Any, value: Any) -> Breach | None:
    """Return how a value breaks ``gt ge lt le multiple_of``, if it knows them."""
    for name, kind, text in _ORDER:
        limit = getattr(limits, name)
        if limit is not None and not _keeps(name, value, limit):
            shown = _plain(limit)
            return kind, f"{text} {shown}", {name: shown}
    step = limits.multiple_of
    if step is not None and not _is_multiple(value, step):
        shown = _plain(step)
        return "multiple_of", f"Input should be a multiple of {shown}", {"multiple_of": shown}
    return None


def _keeps(name: str, value: Any, limit: Any) -> bool:
    try:
        if name == "gt":
            return bool(value > limit)
        if name == "ge":
            return bool(value >= limit)
        if name == "lt":
            return bool(value < limit)
        return bool(value <= limit)
    except (TypeError, InvalidOperation):  # a naive time against one with a zone; a signalling NaN
        return False


def _is_multiple(value: Any, step: Any) -> bool:
    if isinstance(value, Decimal) and not isinstance(step, Decimal):
        step = Decimal(str(step))
    try:
        return not value % step
    except (TypeError, InvalidOperation):  # a quotient beyond the context's precision
        return False


def _digits_breach(limits: Bounds, value: Decimal) -> Breach | None:
    if limits.max_digits is None and limits.decimal_places is None:
        return None
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return "finite_number", "Input should be a finite number", {}
    places = max(-exponent, 0)
    total = len(digits) + exponent if exponent >= 0 else max(len(digits), places)
    most, most_places = limits.max_digits, limits.decimal_places
    if most is not None and total > most:
        text = f"Decimal input should have no more than {_count(most, 'digit')} in total"
        return "decimal_max_digits", text, {"max_digits": most}
    if most_places is not None and places > most_places:
        text = f"Decimal input should have no more than {_count(most_places, 'decimal place')}"
        return "decimal_max_places", text, {"decimal_places": most_places}
    if most is not None and most_places is not None and total - places > most - most_places:
        whole = most - most_places
        text = (
            f"Decimal input should have no more than {_count(whole, 'digit')} "
            "before the decimal point"
        )
        return "decimal_whole_digits", text, {"whole_digits": whole}
    return None


def length_breach(limits: Any, value: Any, noun: str) -> Breach | None:
    """Return how a sized value breaks ``min_length`` or ``max_length``.

    noun: ``String``, ``Data`` (bytes), ``List``, ``Set``, ``Tuple``, ``Dictionary``
    """
    return size_breach(limits, len(value), noun)


def size_breach(limits: Any, size: int, noun: str) -> Breach | None:
    """Return how a size breaks ``min_length`` or ``max_length``."""
    least, most = limits.min_length, limits.max_length
    if least is not None and size < least:
        return _length_text(noun, "short", least, size)
    if most is not None and size > most:
        return _length_text(noun, "long", most, size)
    return None


def noun_of(value: Any) -> str:
    """Return what Pydantic calls a sized value."""
    return _NOUNS.get(type(value), "List")


def _length_text(noun: str, end: str, limit: int, size: int) -> Breach:
    key = "min_length" if end == "short" else "max_length"
    bound = "at least" if end == "short" else "at most"
    if noun in {"String", "Data"}:
        kind = ("string_too_" if noun == "String" else "bytes_too_") + end
        unit = "character" if noun == "String" else "byte"
        return kind, f"{noun} should have {bound} {_count(limit, unit)}", {key: limit}
    text = f"{noun} should have {bound} {_count(limit, 'item')} after validation, not {size}"
    return f"too_{end}", text, {"field_type": noun, key: limit, "actual_length": size}


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _plain(limit: Any) -> Any:
    """Return a limit as JSON has it."""
    if isinstance(limit, int | float):
        return int(limit) if limit == limit // 1 else limit
    return limit.isoformat() if hasattr(limit, "isoformat") else str(limit)


def constrained(tp: Any, limits: Limits) -> Any:
    """Return the type with limits, each where msgspec or this package will check it.

    ``constrained(Decimal | None, {"ge": 0, "max_digits": 8})`` limits the Decimal. Raises
    ``TypeError`` for limits that no member of the type can have.
    """
    given = {name: value for name, value in limits.items() if value is not None}
    if not given:
        return tp
    origin = get_origin(tp)
    if origin is Union or origin is types.UnionType:
        return Union[tuple(_member(member, given) for member in get_args(tp))]  # noqa: UP007  no `|`
    return _member(tp, given)


def _member(tp: Any, given: dict[str, Any]) -> Any:
    base = get_args(tp)[0] if get_origin(tp) is Annotated else tp
    if base is type(None) or base is None:
        return tp
    here = set(Bounds.__struct_fields__) - {"min_length", "max_length"}
    if base in _BOUNDED_HERE:
        own = {name: value for name, value in given.items() if name in here}
    else:
        own = {name: given[name] for name in ("max_digits", "decimal_places") if name in given}
    if own and base not in _BOUNDED_HERE:
        message = f"{', '.join(own)} cannot limit {getattr(base, '__name__', base)}"
        raise TypeError(message)
    native = {name: value for name, value in given.items() if name not in own}
    extra = {EXTRA_KEY: Bounds(**own)} if own else None
    return Annotated[tp, msgspec.Meta(**native, extra=extra)]
