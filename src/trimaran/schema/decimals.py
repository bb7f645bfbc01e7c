"""Decimals as JSON Schema: texts whose pattern says as much as their limits do."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.schema.constraints import Bounds

_ANY = r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$"
_LIMITS = (
    ("gt", "exclusiveMinimum"),
    ("ge", "minimum"),
    ("lt", "exclusiveMaximum"),
    ("le", "maximum"),
    ("multiple_of", "multipleOf"),
)


def decimal_schema(bounds: Bounds | None, *, taken: bool) -> dict[str, Any]:
    """Return the schema of a Decimal: a text in answers; in requests a number as well.

    taken: of a request, where the limits hold
    """
    text: dict[str, Any] = {"type": "string", "format": "decimal"}
    example = "9.99" if bounds is None else _example(bounds)
    shown = {} if example is None else {"examples": [example]}
    if not taken:
        return {**text, "pattern": _ANY, **shown}
    pattern = _ANY if bounds is None else _pattern(bounds)
    number = {"type": "number"} if bounds is None else _number(bounds)
    return {"anyOf": [{**text, "pattern": pattern}, number], **shown}


def _number(bounds: Bounds) -> dict[str, Any]:
    number: dict[str, Any] = {"type": "integer" if bounds.decimal_places == 0 else "number"}
    for name, key in _LIMITS:
        limit = getattr(bounds, name)
        if limit is not None:
            number[key] = float(limit) if isinstance(limit, Decimal) else limit
    if bounds.decimal_places and "multipleOf" not in number:
        number["multipleOf"] = float(Decimal(10) ** -bounds.decimal_places)
    whole = _whole_digits(bounds)
    if whole is not None:
        if not number.keys() & {"maximum", "exclusiveMaximum"}:
            number["exclusiveMaximum"] = 10**whole
        if not number.keys() & {"minimum", "exclusiveMinimum"}:
            number["exclusiveMinimum"] = -(10**whole)
    return number


def _whole_digits(bounds: Bounds) -> int | None:
    if bounds.max_digits is None:
        return None
    return max(bounds.max_digits - (bounds.decimal_places or 0), 0)


def _example(bounds: Bounds) -> str | None:
    places = min(bounds.decimal_places if bounds.decimal_places is not None else 2, 12)
    for one in (Decimal("9.99"), Decimal(1), bounds.ge, bounds.le, Decimal(0)):
        if one is None:
            continue
        value = Decimal(one).quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
        if bounds.breach(value) is None:
            return f"{value:f}"
    return None


def _pattern(bounds: Bounds) -> str:
    """Return a pattern of texts that keep the limits; a few that keep them may not match it."""
    least, most = _ends(bounds)
    places = bounds.decimal_places
    if places is None and bounds.max_digits is not None:
        places = 0
    if bounds.multiple_of is not None:
        places = 0
    fraction = "" if places == 0 else rf"(\.\d{{1,{places}}})?" if places else r"(\.\d+)?"
    parts = []
    if least is None or least < 0:
        nearest = 1 if most is None else max(1, -most)
        parts.append(_magnitude(nearest, None if least is None else -least, fraction, sign="-"))
    if most is None or most >= 0:
        parts.append(_magnitude(max(least or 0, 0), most, fraction))
    return f"^({'|'.join(filter(None, parts))})$"


def _ends(bounds: Bounds) -> tuple[int | None, int | None]:
    """Return the least and the most whole number."""
    lows = [math.ceil(bounds.ge)] if bounds.ge is not None else []
    lows += [math.floor(bounds.gt) + 1] if bounds.gt is not None else []
    highs = [math.floor(bounds.le)] if bounds.le is not None else []
    highs += [math.ceil(bounds.lt) - 1] if bounds.lt is not None else []
    whole = _whole_digits(bounds)
    if whole is not None:
        lows.append(1 - 10**whole)
        highs.append(10**whole - 1)
    return max(lows, default=None), min(highs, default=None)


def _magnitude(least: int, most: int | None, fraction: str, *, sign: str = "") -> str:
    """Return a pattern of numbers from one whole number to another, which has no fraction.

    Empty where there are none.
    """
    if most is None:
        return f"{sign}({span(least, None)}){fraction}"
    if least > most:
        return ""
    if not fraction or least == most:
        return f"{sign}({span(least, most)})"
    return f"{sign}(({span(least, most - 1)}){fraction}|{most})"


def span(least: int, most: int | None) -> str:
    """Return a pattern of whole numbers: ``[8-9]|1[0-2]`` for 8 to 12."""
    if most is None:
        size = len(str(least))
        longer = rf"[1-9]\d{{{size},}}"
        return f"{span(least, 10**size - 1)}|{longer}"
    pieces = []
    start = least
    while start <= most:
        end = _run(start, most)
        pieces.append("".join(map(_digit, str(start), str(end))))
        start = end + 1
    return "|".join(pieces)


def _run(start: int, most: int) -> int:
    """Return the end of the longest run from a number that one digit's choices tell."""
    end, step = start, 1
    while start % (step * 10) == 0 or step == 1:
        digit = start // step % 10
        for last in range(9, digit - 1, -1):
            candidate = start + (last - digit) * step + step - 1
            if candidate <= most and len(str(candidate)) == len(str(start)):
                end = max(end, candidate)
                break
        if start % (step * 10) or start == 0:
            break
        step *= 10
    return end


def _digit(low: str, high: str) -> str:
    if low == high:
        return low
    return r"\d" if (low, high) == ("0", "9") else f"[{low}-{high}]"
