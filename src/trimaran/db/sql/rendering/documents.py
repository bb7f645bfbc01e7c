"""JSON documents: their parts, and the look-ups inside them."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from trimaran.db.sql.rendering import matching
from trimaran.db.sql.rendering.pieces import number, text

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = sa.ARRAY(sa.Text())
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
# What `json_type` and its like call numbers and texts.
_TYPES: dict[str, dict[str, tuple[str, ...]]] = {
    "postgresql": {"number": ("number",), "string": ("string",)},
    "sqlite": {"number": ("integer", "real"), "string": ("text",)},
    "mariadb": {"number": ("INTEGER", "DOUBLE", "DECIMAL"), "string": ("STRING",)},
}


class Place:
    """A part of a document, or the whole of it.

    path: a parameter: an array on PostgreSQL, elsewhere a text such as ``$."a"[0]``
    odd:  SQLite cannot read the path: it is a list, which a function of ours follows
    """

    def __init__(self, vendor: str, column: Any, path: Any, *, odd: bool = False) -> None:
        self.vendor = vendor
        self.column = column
        self.path = path
        if odd and vendor == "sqlite":
            self.column, self.path = sa.func.trimaran_json_at(column, path), None

    @property
    def json(self) -> Any:
        """The part as a document."""
        if self.vendor == "postgresql":
            whole = self.column if self.path is None else self.column.op("#>")(self.path)
            return sa.type_coerce(whole, postgresql.JSONB())
        if self.path is None:
            return self.column
        if self.vendor == "mariadb":
            return sa.func.json_extract(self.column, self.path)
        kind = sa.func.json_type(self.column, self.path)
        # json_quote() would make 1 and 0 of true and false, and null where there is nothing.
        return sa.case(
            (kind.is_(None), sa.null()),
            (kind == text("true"), text("true")),
            (kind == text("false"), text("false")),
            else_=sa.func.json_quote(sa.func.json_extract(self.column, self.path)),
        )

    @property
    def text(self) -> Any:
        """What stands there, a text without its quotes."""
        if self.vendor == "postgresql":
            path = sa.cast(text("{}"), PATH) if self.path is None else self.path
            return sa.type_coerce(self.column.op("#>>")(path), sa.Text())
        if self.vendor == "mariadb":
            return sa.collate(sa.func.json_unquote(self.json), matching.COLLATION)
        return sa.func.json_extract(self.column, self._path)

    @property
    def _path(self) -> Any:
        return text("$") if self.path is None else self.path

    @property
    def type(self) -> Any:
        """The name of what stands there; NULL where nothing does."""
        if self.vendor == "postgresql":
            return sa.func.jsonb_typeof(self.json)
        if self.vendor == "mariadb":
            return sa.func.json_type(self.json)
        return sa.func.json_type(self.column, self._path)

    def is_of(self, tag: str) -> Any:
        """Return the condition that a number, or a text, stands there."""
        names = [text(name) for name in _TYPES[self.vendor][tag]]
        return self.type == names[0] if len(names) == 1 else self.type.in_(names)

    def missing(self) -> Any:
        """Return the condition that nothing stands there, not even null."""
        if self.vendor == "sqlite":
            return self.type.is_(None)
        return self.json.is_(None)

    def exact(self, tag: str, parameter: Callable[[Any], Any]) -> Any:
        """Return the condition that this stands there; ``tag``: what kind of thing it is."""
        if tag in ("null", "true", "false"):
            return self._constant(tag)
        if self.vendor == "postgresql":
            return self.json == parameter(postgresql.JSONB())
        if self.vendor == "mariadb":
            return sa.func.json_equals(self.json, parameter(sa.Text())) == number(1)
        if tag == "document":
            found = sa.func.trimaran_json_equal(self.json, parameter(sa.Text()))
            return found == number(1)
        return sa.and_(self.is_of(tag), self.text == parameter(None))

    def _constant(self, tag: str) -> Any:
        if self.vendor == "sqlite":
            return self.type == text(tag)
        if self.vendor == "mariadb":
            return sa.func.json_equals(self.json, text(tag)) == number(1)
        return self.json == sa.cast(text(tag), postgresql.JSONB())

    def compared(self, op: str, tag: str, parameter: Callable[[Any], Any]) -> Any:
        """Return the condition that a number, or a text, is smaller or larger."""
        if self.vendor == "postgresql" and tag == "number":
            clause = _COMPARE[op](self.json, parameter(postgresql.JSONB()))
        elif self.vendor == "mariadb" and tag == "number":
            clause = _COMPARE[op](sa.cast(self.text, sa.Double()), parameter(sa.Double()))
        else:
            clause = _COMPARE[op](self.text, parameter(sa.Text() if tag == "string" else None))
        return sa.and_(self.is_of(tag), clause)

    def pattern(self, op: str, value: Any) -> Any:
        """Return the condition that a text stands there which looks so."""
        return sa.and_(self.is_of("string"), matching.pattern(self.vendor, op, self.text, value))

    def contains(self, op: str, parameter: Callable[[Any], Any]) -> Any:
        """Return the condition that a document stands in this one, or this one in it."""
        inside = op == "contained_by"
        if self.vendor == "postgresql":
            operator_ = "<@" if inside else "@>"
            return self.json.op(operator_, is_comparison=True)(parameter(postgresql.JSONB()))
        sides = [self.json, parameter(sa.Text())]
        if inside:
            sides.reverse()
        name = "trimaran_json_contains" if self.vendor == "sqlite" else "json_contains"
        return getattr(sa.func, name)(*sides) == number(1)


def _object(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    pairs: list[Any] = []
    for name, side, value in zip(option, given, arguments, strict=True):
        pairs += [text(name), _inside(vendor, side, value)]
    name = "jsonb_build_object" if vendor == "postgresql" else "json_object"
    return sa.type_coerce(getattr(sa.func, name)(*pairs), _json(vendor))


def _array(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    values = [_inside(vendor, side, value) for side, value in zip(given, arguments, strict=True)]
    name = "jsonb_build_array" if vendor == "postgresql" else "json_array"
    return sa.type_coerce(getattr(sa.func, name)(*values), _json(vendor))


def _json(vendor: str) -> Any:
    return postgresql.JSONB() if vendor == "postgresql" else sa.Text()


def _inside(vendor: str, kind: Any, value: Any) -> Any:
    """Return a value as it stands inside a document: the same on every database."""
    held = "" if kind is None else kind.sql
    if held == "json" and vendor != "postgresql":
        return sa.func.json(value) if vendor == "sqlite" else sa.func.json_extract(value, text("$"))
    if held == "bool" and vendor != "postgresql":
        truth = sa.case((value.is_(None), text("null")), (value, text("true")), else_=text("false"))
        if vendor == "sqlite":
            return sa.func.json(truth)
        return sa.func.json_extract(truth, text("$"))
    if vendor == "mariadb" and held in ("text", "varchar"):
        # The collation of documents: another one would not mix with theirs.
        return sa.collate(value, "utf8mb4_bin")
    if held in ("decimal", "uuid", "date", "datetime", "time"):
        return sa.cast(value, sa.Text())
    return value


inside = _inside

RENDERED: dict[str, Callable[..., Any]] = {"json_array": _array, "json_object": _object}
