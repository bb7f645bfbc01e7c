"""SQLAlchemy Core statements made ready for a backend; import it lazily."""

from __future__ import annotations

from collections import namedtuple
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql import kinds
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.engine import Dialect

    from trimaran.db.sql.kinds import Kind

_BY_TYPE: tuple[tuple[Any, Kind], ...] = (
    (sa.Boolean, kinds.BOOL),
    (sa.Date, kinds.DATE),
    (sa.Time, kinds.TIME),
    (sa.Interval, kinds.TIMEDELTA),
    (sa.Uuid, kinds.UUID_KIND),
    (sa.JSON, kinds.JSON),
)


class Prepared:
    """A statement's text and parameters, and what makes rows of what comes back.

    returns: whether it returns rows, rather than a count
    """

    __slots__ = ("make", "params", "returns", "sql")

    def __init__(
        self, sql: str, params: Sequence[Any], returns: bool, make: Callable[[Any], list[Any]]
    ) -> None:
        self.sql = sql
        self.params = params
        self.returns = returns
        self.make = make


def prepared(statement: Any, dialect: Dialect) -> Prepared:
    """Return a Core statement with its values bound as the models' are."""
    if not isinstance(statement, sa.ClauseElement):
        raise QueryError(
            "TRI-QUERY-032",
            f"A {type(statement).__name__} was given where a statement belongs.",
            "Give SQL text, or a statement of SQLAlchemy Core.",
        )
    compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    vendor = dialect.name
    values = compiled.params
    names = compiled.positiontup or ()
    params = [_bound(values[name], compiled.binds.get(name), vendor) for name in names]
    columns = compiled._result_columns or ()
    readers = tuple([_reader(entry, vendor) for entry in columns])
    row = _row_type(tuple([entry.keyname for entry in columns]))

    def make(rows: Any) -> list[Any]:
        return [
            row(
                *[
                    value if read is None or value is None else read(value)
                    for read, value in zip(readers, found, strict=True)
                ]
            )
            for found in rows
        ]

    return Prepared(str(compiled), params, bool(columns), make)


def _bound(value: Any, parameter: Any, vendor: str) -> Any:
    kind = None if parameter is None else _kind_of_type(parameter.type)
    if kind is None:
        kind = kinds.kind_of_value(value)
    if value is None or kind is None:
        return value
    return kind.storages[vendor].bind(value)


def _kind_of_type(type_: Any) -> Kind | None:
    if isinstance(type_, sa.DateTime):
        return kinds.DATETIME if type_.timezone else kinds.NAIVE_DATETIME
    if isinstance(type_, sa.Numeric) and not isinstance(type_, sa.Float):
        return kinds.decimal(type_.precision or 38, 10 if type_.scale is None else type_.scale)
    return next((kind for known, kind in _BY_TYPE if isinstance(type_, known)), None)


def _reader(entry: Any, vendor: str) -> Callable[[Any], Any] | None:
    for item in entry.objects:
        kind = getattr(item, "info", {}).get("kind")
        if kind is not None:
            return kind.storages[vendor].read  # type: ignore[no-any-return]  # a Kind, kept as info
    kind = _kind_of_type(entry.type)
    return None if kind is None else kind.storages[vendor].read


@lru_cache(maxsize=500)
def _row_type(names: tuple[str, ...]) -> Any:
    make: Any = namedtuple
    return make("Row", names, rename=True)
