"""Columns that a query left out: ``only()`` and ``defer()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from msgspec import UNSET

from trimaran._internal.callsite import callsite
from trimaran.db.backends.registry import database
from trimaran.db.queries.peers import alias_of, related_of
from trimaran.db.queries.shapes import statements
from trimaran.db.queries.strictness import check_lazy
from trimaran.db.sql.lookups import Lookup, find
from trimaran.db.sql.rows import project_values
from trimaran.db.sql.terms import Match
from trimaran.errors import FieldNotLoadedError

if TYPE_CHECKING:
    from collections.abc import Generator

    from trimaran.db.sql.table import Column, Table


class Unread:
    """A column that the query left out: await it. Anything else raises an error."""

    __slots__ = ("_column", "_row")

    def __init__(self, row: Any, column: Column) -> None:
        self._row = row
        self._column = column

    def __await__(self) -> Generator[Any, None, Any]:
        return self._load().__await__()

    async def _load(self) -> Any:
        row, column = self._row, self._column
        if column.name not in related_of(row):
            await load_column(row, column)
        # Kept beside the row, so that what is awaited once can be awaited again.
        found = related_of(row).get(column.name, UNSET)
        if found is UNSET:
            raise row.__table_info__.model.DoesNotExist(
                "TRI-MODEL-002",
                f"{self!r} is of a row that is no longer in the database.",
                "Another request may have deleted it: catch DoesNotExist.",
            )
        return found

    def _refuse(self, *_: Any) -> NoReturn:
        label, name = self._row.__table_info__.label, self._column.name
        raise FieldNotLoadedError(
            "TRI-QUERY-029",
            f"{label}.{name} was read, but the query left it out.",
            f"Write `await row.{name}`, which reads it for all rows of the query at once, or name "
            "it in only().",
            where=callsite(),
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __str__ = __bool__ = __len__ = __iter__ = __hash__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _refuse
    __int__ = __float__ = __format__ = __contains__ = __getitem__ = _refuse

    def __repr__(self) -> str:
        return f"<{self._row.__table_info__.label}.{self._column.name}: not read>"


async def load_column(row: Any, column: Column) -> None:
    """Read a column of a row and of all its peers that lack it, with one statement."""
    table: Table = row.__table_info__
    check_lazy(table.label, column.name)
    batch = getattr(row, "_batch", None)
    rows = [row] if batch is None else batch.rows()
    name = column.name
    lacking = [
        peer
        for peer in rows
        if name not in related_of(peer) and isinstance(getattr(peer, name), Unread)
    ]
    used = database(alias_of(row))
    values: list[Any] = []
    lookup = find(table, f"{table.key.name}__in")
    assert isinstance(lookup, Lookup)  # noqa: S101  a column's own "in" crosses no relation
    where = Match(lookup, [peer.pk for peer in lacking]).shape(values, used.vendor)
    names = (table.key.name, name)
    projection = project_values(table, "tuple", [((), table.key), ((), column)], names)
    shape = ("select", projection, where, (), False, False, False)
    statement = statements.statement(shape, used)
    fetched = await used.fetch(statement.sql, statement.parameters(values))
    found = dict(projection.decoder(used.vendor)(fetched))
    for peer in lacking:
        if peer.pk in found:
            related_of(peer)[name] = found[peer.pk]
