"""Look-ups inside JSON documents, and parts of documents as values.

Keys are parameters like every value: they never become part of the SQL text.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from trimaran._internal.callsite import callsite
from trimaran.db.sql import binding, kinds
from trimaran.db.sql.cleaning import Fault, clean_json, safe_text
from trimaran.db.sql.lookups import MAX_PATH, binder
from trimaran.db.sql.terms import Constant, Group, Node, Null, Term
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.sql.lookups import Lookup
    from trimaran.db.sql.terms import Shape

_PATTERNS = frozenset(
    {
        "iexact",
        "icontains",
        "startswith",
        "istartswith",
        "endswith",
        "iendswith",
        "regex",
        "iregex",
    }
)
_ODD = re.compile(r'["\\\x00-\x1f]')
_MOST_VALUES = 1_000
_WIDEST_INTEGER = 2**63


def path_value(path: Sequence[str], vendor: str, *, odd: bool) -> Any:
    """Return the parameter that leads to a part of a document."""
    keys = [safe_text(key) for key in path]
    if vendor == "postgresql":
        return keys
    if odd and vendor == "sqlite":
        return binding.json_text(keys)
    parts = [
        f"[{int(key)}]" if key.isdecimal() and key.isascii() and len(key) < 10 else _quoted(key)
        for key in keys
    ]
    return "$" + "".join(parts)


def _quoted(key: str) -> str:
    return f".{msgspec.json.encode(key).decode()}"


class _Placed:
    """A column, and the keys that lead to a part of its document."""

    __slots__ = ()

    lookup: Lookup
    path: tuple[str, ...]

    def place(self, values: list[Any], vendor: str) -> Shape:
        """Return the way to the part; its keys become a parameter."""
        odd = any(_ODD.search(key) for key in self.path)
        if self.path:
            values.append(path_value(self.path, vendor, odd=odd))
        return (self.lookup.hops, self.lookup.column, bool(self.path), odd)


class Part(_Placed, Term):
    """A part of a document: as a document, or the text that stands there."""

    __slots__ = ("as_text", "lookup", "path")

    def __init__(self, lookup: Lookup, *, as_text: bool = False) -> None:
        self.lookup = lookup
        self.path = lookup.path
        self.as_text = as_text
        self.kind = kinds.TEXT if as_text else kinds.JSON

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the way to the part."""
        return ("part", self.place(values, vendor), self.as_text)


class InDocument(_Placed, Node):
    """A part of a document compared with a value."""

    __slots__ = ("lookup", "op", "path", "tag", "value")
    nullable = True

    def __init__(
        self, lookup: Lookup, path: tuple[str, ...], op: str, value: Any = None, tag: str = ""
    ) -> None:
        self.lookup = lookup
        self.path = path
        self.op = op
        self.value = value
        self.tag = tag

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the way to the part, the look-up and what kind of value it takes."""
        place = self.place(values, vendor)
        if self.op in _PATTERNS:
            values.append(binder(self.op, kinds.TEXT, vendor)(self.value))
        elif self.op in ("contains", "contained_by"):
            values.append(self.value if vendor == "postgresql" else binding.json_text(self.value))
        elif self.op not in ("exists", "missing") and self.tag not in ("null", "true", "false"):
            values.append(self._bound(vendor))
        return ("in_document", place, self.op, self.tag)

    def _bound(self, vendor: str) -> Any:
        value = self.value
        if self.op != "exact":
            if self.tag == "string":
                return value
            return value if vendor == "postgresql" else _number(value)
        if vendor == "postgresql":
            return value
        if vendor == "mariadb" or self.tag == "document":
            return binding.json_text(value)
        return _number(value) if self.tag == "number" else value


def _number(value: Any) -> int | float:
    if isinstance(value, int) and -_WIDEST_INTEGER <= value < _WIDEST_INTEGER:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def match_document(lookup: Lookup, value: Any) -> Node:
    """Return the condition that a look-up in a document makes with a value."""
    op, path = lookup.op, lookup.path
    if op == "isnull":
        if not path:
            return Null(lookup, null=bool(value))
        return InDocument(lookup, path, "missing" if value else "exists")
    if op in ("has_key", "has_keys", "has_any_keys"):
        return _keys(lookup, value)
    if op == "in":
        listed = _several(lookup, value)
        options = [_exact(lookup, item) for item in listed]
        return Group("or", options) if options else Constant(truth=False)
    if op == "exact":
        return _exact(lookup, value)
    if op in ("contains", "contained_by"):
        tag, plain = _tagged(lookup, value)
        if tag == "nowhere":
            return Constant(truth=False)
        return InDocument(lookup, path, op, plain, "document")
    if op in _PATTERNS:
        pattern = value.pattern if isinstance(value, re.Pattern) else value
        if not isinstance(pattern, str):
            raise _unfit(lookup, value, "a text")
        return InDocument(lookup, path, op, value)
    tag, plain = _tagged(lookup, value)
    if tag == "nowhere":
        return Constant(truth=False)
    if tag not in ("number", "string"):
        raise _unfit(lookup, value, "a number or a text")
    return InDocument(lookup, path, op, plain, tag)


def _exact(lookup: Lookup, value: Any) -> Node:
    if value is None and not lookup.path:
        return Null(lookup, null=True)
    tag, plain = _tagged(lookup, value)
    if tag == "nowhere":
        return Constant(truth=False)
    return InDocument(lookup, lookup.path, "exact", plain, tag)


def _keys(lookup: Lookup, value: Any) -> Node:
    names = [value] if lookup.op == "has_key" else _several(lookup, value)
    if any(not isinstance(name, (str, int)) for name in names):
        raise _unfit(lookup, value, "keys, which are texts")
    if len(lookup.path) >= MAX_PATH:
        raise _unfit(lookup, value, "fewer keys")
    found = [InDocument(lookup, (*lookup.path, str(name)), "exists") for name in names]
    if not found:
        return Constant(truth=lookup.op == "has_keys")
    return Group("or" if lookup.op == "has_any_keys" else "and", found)


def _several(lookup: Lookup, value: Any) -> list[Any]:
    if isinstance(value, (str, bytes, dict)) or not hasattr(value, "__iter__"):
        raise _unfit(lookup, value, "a list")
    listed = list(value)
    if len(listed) > _MOST_VALUES:
        raise QueryError(
            "TRI-QUERY-009",
            f"{lookup.label[:120]} was given {len(listed)} values; {_MOST_VALUES} is the most.",
            "Ask in several queries.",
            where=callsite(),
        )
    return listed


def _tagged(lookup: Lookup, value: Any) -> tuple[str, Any]:
    """Return what kind of thing a value is in JSON, and the value as JSON knows it."""
    if value is None:
        return "null", None
    if isinstance(value, bool):
        return ("true" if value else "false"), value
    if isinstance(value, Enum):
        return _tagged(lookup, value.value)
    if isinstance(value, (int, float, Decimal)):
        plain = float(value) if isinstance(value, Decimal) else value
        if isinstance(plain, float) and not math.isfinite(plain):
            return "nowhere", None
        return "number", plain
    if isinstance(value, str):
        return "string", safe_text(value)
    if isinstance(value, (datetime, date, time, UUID)):
        return "string", msgspec.json.decode(msgspec.json.encode(value))
    if isinstance(value, (dict, list, tuple)):
        try:
            return "document", clean_json(value)
        except Fault as fault:
            if fault.type == "string_unicode":  # NUL, which no document holds
                return "nowhere", None
            raise _unfit(lookup, value, "what JSON can hold") from None
    raise _unfit(lookup, value, "what JSON can hold")


def _unfit(lookup: Lookup, value: Any, wanted: str) -> QueryError:
    return QueryError(
        "TRI-QUERY-003",
        f"{lookup.label[:120]} cannot be compared with a value of type {type(value).__name__}.",
        f"Give {wanted}.",
        where=callsite(),
    )
