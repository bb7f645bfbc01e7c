"""Values from text: path, query, header and cookie. Lax where JSON is strict."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect as mi

from trimaran.schema.composing import run
from trimaran.schema.constraints import length_breach
from trimaran.schema.faults import FaultList
from trimaran.schema.hooks import decode_hook, hooks_of, is_pydantic
from trimaran.schema.inspection import checks_of
from trimaran.schema.leaves import (
    BOOLEANS,
    bounds_of,
    limit_breach,
    limit_check,
    mismatch,
    plain_type,
)
from trimaran.schema.second_pass import judged, member_name, report_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trimaran.schema.check import Check
    from trimaran.schema.faults import Fault, Loc

_INTEGER = re.compile(r"\s*([+-]?[0-9]+(?:_[0-9]+)*)(?:\.0+)?\s*")
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ZONE = r"(?:[zZ]|[+-][0-9]{2}:?[0-9]{2})?"
_MINUTES = re.compile(rf"{_DAY}(?:[Tt ][0-9]{{2}}:[0-9]{{2}}{_ZONE})?")
_CLOCK = re.compile(rf"[0-9]{{2}}:[0-9]{{2}}{_ZONE}")

_CONTAINERS: dict[type, tuple[Any, str]] = {
    mi.ListType: (list, "List"),
    mi.CollectionType: (list, "List"),
    mi.SetType: (set, "Set"),
    mi.FrozenSetType: (frozenset, "Frozenset"),
    mi.VarTupleType: (tuple, "Tuple"),
}


def parse_int(text: str) -> int:
    """Return the integer of ``12``, `` +1_000 `` or ``12.0``."""
    if text.isdigit() and text.isascii():
        return int(text)
    found = _INTEGER.fullmatch(text)
    if found is None:
        what = "not an integer"
        raise ValueError(what)
    return int(found[1])


def parse_float(text: str) -> float:
    """Return the finite number of a text."""
    number = float(text)
    if not math.isfinite(number) or not text.isascii():
        what = "not a finite number"
        raise ValueError(what)
    return number


def parse_bool(text: str) -> bool:
    """Return the truth value of ``true 1 t yes y on`` and opposites, in any case."""
    try:
        return BOOLEANS[text.lower()]
    except KeyError:
        what = "not a truth value"
        raise ValueError(what) from None


def parse_decimal(text: str) -> Decimal:
    """Return the finite decimal of a text."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or not text.isascii():
        what = "not a finite decimal"
        raise ValueError(what)
    return number


def parse_datetime(text: str) -> datetime:
    """Return the moment of an RFC 3339 text; seconds or the time may be missing."""
    if _MINUTES.fullmatch(text):
        return datetime.fromisoformat(text.upper())
    return msgspec.convert(text, datetime)


def parse_time(text: str) -> time:
    """Return the time of ``18:30`` or ``18:30:00``."""
    if _CLOCK.fullmatch(text):
        return time.fromisoformat(text.upper())
    return msgspec.convert(text, time)


def parse_date(text: str) -> date:
    """Return the date of ``2026-11-22``."""
    return msgspec.convert(text, date)


_PARSERS: dict[type, Callable[[str], Any]] = {
    mi.IntType: parse_int,
    mi.FloatType: parse_float,
    mi.BoolType: parse_bool,
    mi.StrType: str,
    mi.AnyType: str,
    mi.BytesType: str.encode,
    mi.DecimalType: parse_decimal,
    mi.DateType: parse_date,
    mi.DateTimeType: parse_datetime,
    mi.TimeType: parse_time,
}


def takes_many(info: mi.Type) -> bool:
    """Whether a type collects every value of a repeated name."""
    bare = bounds_of(info)[0]
    if isinstance(bare, mi.UnionType):
        return any(takes_many(member) for member in bare.types)
    if isinstance(bare, mi.CustomType) and is_pydantic(bare.cls):
        from trimaran.schema.pydantic_adapter import pydantic_adapter

        return pydantic_adapter(bare.cls).many
    return type(bare) in _CONTAINERS or isinstance(bare, mi.TupleType)


def text_reader(info: mi.Type) -> Callable[[Any], Any]:
    """Return what makes a value of a text, or of a list of them if ``takes_many``.

    The reader raises ``ValueError`` for what it cannot read. Raises ``TypeError`` for a type that
    no text stands for: an object.
    """
    checks = checks_of(info)
    if checks:
        return _judged_reader(checks, _unchecked_reader(info))
    return _unchecked_reader(info)


def _judged_reader(checks: Sequence[Check], read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    before = [check for check in checks if check.before]
    after = [check for check in checks if not check.before]

    def judged(given: Any) -> Any:
        for check in before:
            given = run(check, given)
        value = read(given)
        for check in after:
            value = run(check, value)
        return value

    return judged


def _unchecked_reader(info: mi.Type) -> Callable[[Any], Any]:
    bare, bounds = bounds_of(info)
    if isinstance(bare, mi.UnionType):
        return _union_reader(bare)
    if type(bare) in _CONTAINERS or isinstance(bare, mi.TupleType):
        read = _many_reader(bare)
        return read if bounds is None else _checked(read, lambda v: bounds.breach(v) is None)
    parse = _leaf_parser(bare)
    check = limit_check(bare, bounds)
    if check is None:
        return parse
    if parse is str:
        return _limited_text(bare) if bounds is None else _checked_text(check)
    if isinstance(bare, mi.IntType) and bounds is None:
        return _limited_int(bare) or _checked_int(check)
    return _checked(parse, check)


# The commonest limits stand in the reader itself, since each call costs as much as a test.


def _limited_int(info: mi.IntType) -> Callable[[str], int] | None:
    if info.gt is not None or info.lt is not None or info.multiple_of is not None:
        return None
    low = -math.inf if info.ge is None else info.ge
    high = math.inf if info.le is None else info.le

    def read(text: str) -> int:
        value = int(text) if text.isdigit() and text.isascii() else parse_int(text)
        if low <= value <= high:
            return value
        raise ValueError(text)

    return read


def _limited_text(info: Any) -> Callable[[str], str]:
    search = None if info.pattern is None else re.compile(info.pattern).search
    low = info.min_length or 0
    high = math.inf if info.max_length is None else info.max_length

    def read(text: str) -> str:
        if low <= len(text) <= high and (search is None or search(text) is not None):
            return text
        raise ValueError(text)

    return read


def _checked(parse: Callable[[str], Any], check: Callable[[Any], bool]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = parse(text)
        if check(value):
            return value
        raise ValueError(text)

    return read


def _checked_int(check: Callable[[Any], bool]) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text) if text.isdigit() and text.isascii() else parse_int(text)
        if check(value):
            return value
        raise ValueError(text)

    return read


def _checked_text(check: Callable[[Any], bool]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if check(text):
            return text
        raise ValueError(text)

    return read


def _leaf_parser(info: mi.Type) -> Callable[[str], Any]:
    if isinstance(info, mi.EnumType):
        return _choice_parser({_choice_text(m.value): m for m in info.cls})
    if isinstance(info, mi.LiteralType):
        return _choice_parser({_choice_text(value): value for value in info.values})
    if isinstance(info, mi.TimeDeltaType | mi.UUIDType):
        plain = plain_type(info)
        return lambda text: msgspec.convert(text, plain)
    if isinstance(info, mi.CustomType):
        cls = info.cls
        if is_pydantic(cls):
            read: Callable[[str], Any] = pydantic_text(cls).convert_str
            return read
        return lambda text: decode_hook(cls, text)
    parser = _PARSERS.get(type(info))
    if parser is None:
        what = f"{type(info).__name__} cannot be read from text"
        raise TypeError(what)
    return parser


def pydantic_text(tp: Any) -> Any:
    """Return Pydantic's adapter of a type that text stands for, else ``TypeError``."""
    from trimaran.schema.pydantic_adapter import pydantic_adapter

    adapter = pydantic_adapter(tp)
    if adapter.convert_str is None:
        what = f"{tp} cannot be read from text"
        raise TypeError(what)
    return adapter


def _choice_text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _choice_parser(members: dict[str, Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return members[text]
        except KeyError:
            what = "not one of the choices"
            raise ValueError(what) from None

    return read


def _members(info: mi.UnionType) -> list[mi.Type]:
    """Return a union's members but None, text last: as in Pydantic text alone is exact."""
    members = [m for m in info.types if not isinstance(m, mi.NoneType)]
    plain = [m for m in members if isinstance(bounds_of(m)[0], mi.StrType)]
    return [*plain, *(m for m in members if m not in plain)]


def _union_reader(info: mi.UnionType) -> Callable[[Any], Any]:
    members = _members(info)
    readers = [text_reader(member) for member in members]
    if len(readers) == 1:
        return readers[0]
    many = [takes_many(member) for member in members]
    collects = any(many)

    def read(text: Any) -> Any:
        for reader, whole in zip(readers, many, strict=True):
            try:
                return reader(text if whole or not collects else text[-1])
            except (ValueError, TypeError, ArithmeticError):
                continue
        what = "none of the union's members"
        raise ValueError(what)

    return read


def _many_reader(info: Any) -> Callable[[Sequence[str]], Any]:
    if isinstance(info, mi.TupleType):
        readers = [text_reader(item) for item in info.item_types]

        def read_tuple(texts: Sequence[str]) -> tuple[Any, ...]:
            return tuple([one(text) for one, text in zip(readers, texts, strict=True)])

        return read_tuple
    container, noun = _CONTAINERS[type(info)]
    read_item = text_reader(info.item_type)

    def read(texts: Sequence[str]) -> Any:
        value = container([read_item(text) for text in texts])
        if length_breach(info, value, noun) is not None:
            what = "wrong number of items"
            raise ValueError(what)
        return value

    return read


def text_faults(info: mi.Type, given: Any, loc: Loc, faults: FaultList) -> None:
    """Add every fault of a text (or of the texts of a repeated name) to the list."""
    faults.visits -= 1
    if faults.full:
        return
    text = given
    for check in checks_of(info):
        if check.before:
            passed, text = judged(check, text, given, loc=loc, faults=faults)
            if not passed:
                return
    known = len(faults.faults)
    _unchecked_faults(info, text, loc, faults)
    after = [check for check in checks_of(info) if not check.before]
    if not after or len(faults.faults) > known:
        return
    value = _unchecked_reader(info)(text)
    for check in after:
        passed, value = judged(check, value, given, loc=loc, faults=faults)
        if not passed:
            return


def _unchecked_faults(info: mi.Type, given: Any, loc: Loc, faults: FaultList) -> None:
    bare, bounds = bounds_of(info)
    if isinstance(bare, mi.UnionType):
        _union_faults(bare, given, loc, faults)
    elif isinstance(bare, mi.TupleType):
        _tuple_faults(bare, given, loc, faults)
    elif type(bare) in _CONTAINERS:
        for index, text in enumerate(given):
            text_faults(bare.item_type, text, (*loc, index), faults)  # type: ignore[attr-defined]  # all of _CONTAINERS have it
        broken = length_breach(bare, given, _CONTAINERS[type(bare)][1])
        if broken is None and bounds is not None:
            broken = bounds.breach(given)
        if broken is not None:
            faults.add(broken[0], loc, msg=broken[1], input=given, ctx=broken[2])
    else:
        _leaf_faults(bare, bounds, given, loc=loc, faults=faults)


def _leaf_faults(bare: mi.Type, bounds: Any, text: str, *, loc: Loc, faults: FaultList) -> None:
    if isinstance(bare, mi.CustomType) and is_pydantic(bare.cls):
        faults.faults += pydantic_text(bare.cls).errors_str(text, loc)
        return
    try:
        value = _leaf_parser(bare)(text)
    except (ValueError, TypeError, ArithmeticError) as error:
        if isinstance(bare, mi.CustomType) and hooks_of(bare.cls) is not None:
            report_error(error, loc, text, faults)
            return
        kind, msg, ctx = _unreadable(bare, text)
    else:
        broken = limit_breach(bare, bounds, value)
        if broken is None:
            return
        kind, msg, ctx = broken
    faults.add(kind, loc, msg=msg, input=text, ctx=ctx)


def _unreadable(info: mi.Type, text: str) -> tuple[str, str, dict[str, Any]]:
    kind, msg, ctx = mismatch(info, text)
    if kind == "int_type":  # digits beyond what Python converts
        text = "Unable to parse input string as an integer, exceeded maximum size"
        return "int_parsing_size", text, {}
    if kind == "float_type":
        return "finite_number", "Input should be a finite number", {}
    return kind, msg, ctx


def _union_faults(info: mi.UnionType, given: Any, loc: Loc, faults: FaultList) -> None:
    members = _members(info)
    if len(members) == 1:
        text_faults(members[0], given, loc, faults)
        return
    collects = takes_many(info)
    refusals: list[Fault] = []
    for member in members:
        text = given if takes_many(member) or not collects else given[-1]
        attempt = FaultList()
        text_faults(member, text, (*loc, member_name(member)), attempt)
        if not attempt.faults:
            return
        refusals += attempt.faults
    faults.faults += refusals


def _tuple_faults(info: mi.TupleType, given: Sequence[str], loc: Loc, faults: FaultList) -> None:
    size = len(info.item_types)
    for index, item in enumerate(info.item_types):
        if index < len(given):
            text_faults(item, given[index], (*loc, index), faults)
        else:
            faults.add("missing", (*loc, index), msg="Field required", input=given)
    if len(given) > size:
        msg = f"Tuple should have at most {size} items after validation, not {len(given)}"
        ctx = {"field_type": "Tuple", "max_length": size, "actual_length": len(given)}
        faults.add("too_long", loc, msg=msg, input=given, ctx=ctx)
