"""``Reader``: a query that runs when it is awaited."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, overload

from msgspec import json

from trimaran._internal.callsite import callsite
from trimaran.db.backends.registry import database
from trimaran.db.queries import streaming, writes
from trimaran.db.queries.extras import NONE, default_alias, totals
from trimaran.db.queries.outputs import element_of, output_of
from trimaran.db.queries.peers import join_batch
from trimaran.db.queries.prefetching import prefetch
from trimaran.db.queries.query import Query
from trimaran.db.queries.shapes import statements
from trimaran.db.sql.rows import decode_row, project_annotated, project_rows
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterable, Sequence
    from typing import Self

    from trimaran.db.backends.base import Database
    from trimaran.db.sql.expressions import Condition, Expression
    from trimaran.db.sql.rows import Projection
    from trimaran.db.sql.table import Table

T = TypeVar("T")

# So many rows of `async for` are in memory at once.
_BATCH = 2_000
# From so many rows on the collector waits until they are made.
_MANY = 500


class Reader(Query[T]):
    """A query that can be awaited."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, list[T]]:
        return self._fetch().__await__()

    def __aiter__(self) -> AsyncIterator[T]:
        return self.iterator(_BATCH)

    async def iterator(self, chunk_size: int = _BATCH) -> AsyncIterator[T]:
        """Yield the rows, at most so many in memory at once, in any order.

        Without an order, or in that of the key, each statement asks for what comes behind the last
        row, and none holds a connection meanwhile. Else a cursor of
        PostgreSQL's gives them, on a connection that is held as long as the loop lasts; SQLite and
        MariaDB give the keys first. Values and annotations are read at once there.
        """
        if type(chunk_size) is not int or chunk_size < 1:
            raise QueryError("TRI-QUERY-014", f"A chunk of {chunk_size!r:.40}.", "Give 1 or more.")
        if self._empty:
            return
        used = database(self._source)
        if streaming.seekable(self):
            rows = streaming.by_seeking(self, chunk_size)
        elif used.vendor == "postgresql" and getattr(used, "shared", None) is None:
            rows = streaming.by_cursor(self, used, chunk_size)
        elif (
            self._extras is NONE
            and len(self._table.keys) == 1
            and (self._projection is None or self._projection.rows)
        ):
            rows = streaming.by_keys(self, chunk_size)
        else:
            for row in await self._fetch():
                yield row
            return
        async for row in rows:
            yield row

    async def _keys_alone(self) -> list[Any]:
        """Return the keys of the rows, in their order."""
        new = self._clone()
        new._projection = self._key_projection()
        new._prefetch = ()
        keys: list[Any] = await new._fetch()
        return keys

    def _unordered(self) -> Self:
        """Return the query without order and slice; its conditions have chosen already."""
        new = self._clone()
        new._order, new._limit, new._offset, new._where = (), None, 0, ()
        return new

    async def explain(self, *, analyze: bool = False, format: str = "text") -> str:
        """Return the plan that the database makes for this query.

        analyze: run it, and tell how long each step took (not on SQLite)
        format:  ``text``, or ``json`` (not on SQLite)
        """
        if format not in ("text", "json"):
            raise QueryError("TRI-QUERY-014", f"No plan has the form {format!r:.20}.", "Give json.")
        used = database(self._source)
        values: list[Any] = []
        projection = self._projection or project_rows(self._table)
        statement = statements.statement(self._shape(projection, values, used.vendor), used)
        verb = _explaining(used.vendor, analyze=analyze, json=format == "json")
        rows = await used.fetch(f"{verb} {statement.sql}", statement.parameters(values))
        if used.vendor == "postgresql" and format == "json":
            return json.encode(rows[0][0]).decode()
        if used.vendor == "postgresql":
            return "\n".join(row[0] for row in rows)
        return "\n".join(" ".join(map(str, row)) for row in rows)

    if not TYPE_CHECKING:

        def __iter__(self) -> Any:
            raise _not_awaited("iterated", "Write `async for`, or `for row in await query`.")

        def __len__(self) -> int:
            raise _not_awaited("counted", "Write `await query.count()`.")

        def __bool__(self) -> bool:
            raise _not_awaited("tested", "Write `await query.exists()`.")

        def __contains__(self, item: Any) -> bool:
            raise _not_awaited("searched", "Write `await query.filter(pk=row.id).exists()`.")

    async def _fetch(self, *, alone: bool = False) -> list[T]:
        if self._empty:
            return []
        used = database(self._source)
        if self._extras.lock is not None and not used.in_transaction():
            raise QueryError(
                "TRI-QUERY-025",
                f"select_for_update() of {self._table.label} was asked outside of a transaction.",
                "Write `async with transaction.atomic():` around it.",
                where=callsite(),
            )
        projection = self._projection or project_rows(self._table)
        values: list[Any] = []
        statement = statements.statement(self._shape(projection, values, used.vendor), used)
        fetched = await used.fetch(statement.sql, statement.parameters(values))
        if alone:
            made = _decoded(projection, fetched, used)
            return made[0] if projection.ways or projection.loaded else made
        return await self._finished(projection, fetched, used)

    async def _finished(
        self, projection: Projection, fetched: Sequence[Any], used: Database
    ) -> list[T]:
        """Return what is made of a driver's rows, with what was to be fetched beside them."""
        rows = self._made(projection, fetched, used)
        for wanted in self._prefetch if projection.rows else ():
            await prefetch(rows, wanted, self._source, self._of)
        return rows

    def _of(self, table: Table) -> Self:
        """Return a query of another table, of the same database."""
        return type(self)(table).using(self._source)

    def _made(self, projection: Projection, fetched: Sequence[Any], used: Database) -> list[T]:
        made = _decoded(projection, fetched, used)
        if projection.ways or projection.loaded:
            rows = made[0]
            for way, beside in zip(projection.ways, made[1:], strict=True):
                join_batch(way[-1].target, beside, self._source)
        else:
            rows = made
        if projection.rows:
            join_batch(self._table, rows, self._source, always=projection.loaded is not None)
        return rows  # type: ignore[no-any-return]  # generated code made them

    async def __answer__(self, declared: Any) -> list[Any]:
        """Return the rows for a route that returned the query itself.

        declared: what the route returns; a Struct in it that holds relations has them fetched
        Nobody but the encoder sees these rows, so that they are not made each other's peers.
        """
        element = element_of(declared)
        plain = self._projection is None or self._projection.rows
        output = output_of(self._table.model, element) if element is not None and plain else None
        if output is None:
            return await self._fetch(alone=not self._prefetch)
        query = self.select_related(*output.joins) if output.joins else self
        if output.prefetches:
            query = query.prefetch_related(*output.prefetches)
        build = output.build
        return [build(row) for row in await query._fetch(alone=not query._prefetch)]

    def get(self, /, *conditions: Condition | bool, **lookups: Any) -> Coroutine[Any, Any, T]:
        """Return the only row that fulfils this.

        Raises the model's ``DoesNotExist`` where there is none, ``MultipleObjectsReturned`` where
        there are several.
        """
        if len(lookups) == 1 and not conditions:
            key = lookups.get("id" if "id" in lookups else "pk")
            if type(key) is int and len(self._table.keys) == 1 and self._plain():
                column = self._table.columns.get("id") if "id" in lookups else self._table.key
                if column is self._table.key:
                    return self._get_by_key(key)
        return self._get(conditions, lookups)

    async def _get_by_key(self, key: int) -> T:
        """Take the shortest way: no shape, no query, one statement that is always the same."""
        used = database(self._source)
        table = self._table
        try:
            sql, bind, build = table.by_key[used.vendor]
        except KeyError:
            sql, bind, build = self._prepare_by_key(used)
        row = await used.fetch_row(sql, (bind(key),))
        if row is None:
            raise self._missing()
        made = build(row)
        if self._source != "default":
            join_batch(table, [made], self._source)
        return made  # type: ignore[no-any-return]  # generated code made it

    def _prepare_by_key(self, used: Database) -> tuple[str, Callable[[Any], Any], Any]:
        table, vendor = self._table, used.vendor
        where = writes.key_shape(table, 0, [], vendor)
        shape = ("select", project_rows(table), where, (), False, False, False)
        sql = statements.statement(shape, used).sql
        prepared = (sql, table.key.kind.storages[vendor].bind, decode_row(table, vendor))
        table.by_key[vendor] = prepared
        return prepared

    async def _get(self, conditions: Sequence[Any], lookups: dict[str, Any]) -> T:
        query = self.filter(*conditions, **lookups) if conditions or lookups else self
        rows = await (query if query._limit is not None else query.limit(2))
        if not rows:
            raise self._missing()
        if len(rows) > 1:
            raise self._table.model.MultipleObjectsReturned(
                "TRI-MODEL-003",
                f"get() found several {self._table.label} rows.",
                "Ask for something unique, or use first().",
                where=callsite(),
            )
        return rows[0]

    def _missing(self) -> Exception:
        fault: Exception = self._table.model.DoesNotExist(
            "TRI-MODEL-002",
            f"No {self._table.label} fulfils the query.",
            "Catch the model's DoesNotExist, use get_or_none(), or get_object_or_404() in a route.",
        )
        return fault

    async def get_or_none(self, /, *conditions: Condition | bool, **lookups: Any) -> T | None:
        """Return the only row that fulfils this, or None."""
        try:
            return await self.get(*conditions, **lookups)
        except self._table.model.DoesNotExist:
            return None

    async def first(self) -> T | None:
        """Return the first row, by key where no order is given; None where there is none."""
        query = self if self._ordering() else self.order_by(*self._table.key_names)
        rows = await query[:1]
        return rows[0] if rows else None

    async def last(self) -> T | None:
        """Return the last row, by key where no order is given; None where there is none."""
        if self._limit is not None or self._offset:
            rows = await self
            return rows[-1] if rows else None
        rows = await self.reverse()[:1]
        return rows[0] if rows else None

    async def in_bulk(
        self, keys: Iterable[Any] | None = None, *, field_name: str = "pk"
    ) -> dict[Any, T]:
        """Return the rows with these keys, by key; unknown ones are left out.

        keys:       all rows where they are left out
        field_name: a unique field, instead of the key
        """
        column = self._table.column(field_name)
        if column is None:
            raise self._table.unknown(field_name, where=callsite())
        if not (column.primary_key or column.unique):
            raise QueryError(
                "TRI-QUERY-018",
                f"in_bulk() by {self._table.label}.{column.name} could find several rows for one.",
                "Name a field that is unique.",
                where=callsite(),
            )
        name = column.name
        query = self if keys is None else self.filter(**{f"{name}__in": list(keys)})
        return {getattr(row, name): row for row in await query}

    async def contains(self, row: Any) -> bool:
        """Return whether a row is among these."""
        return await self.filter(pk=row.pk).exists()

    async def earliest(self, *fields: str) -> T:
        """Return the first row by these fields; raises ``DoesNotExist``."""
        return await self._outermost(self.order_by(*fields or self._latest()))

    async def latest(self, *fields: str) -> T:
        """Return the last row by these fields; raises ``DoesNotExist``."""
        return await self._outermost(self.order_by(*fields or self._latest()).reverse())

    def _latest(self) -> Sequence[str]:
        return self._table.get_latest_by or self._table.key_names

    async def _outermost(self, query: Self) -> T:
        rows = await query[:1]
        if not rows:
            raise self._missing()
        return rows[0]

    async def aggregate(
        self, /, *unnamed: Expression[Any], **aggregates: Expression[Any]
    ) -> dict[str, Any]:
        """Compute aggregates over all rows: ``{"total": ...}`` for ``total=Sum("price")``.

        One without a name is called ``price__sum``.
        """
        own = {default_alias(value): value for value in unnamed}
        if self._extras.group is not None or self._extras.combined is not None or self._distinct:
            raise QueryError(
                "TRI-QUERY-023",
                "aggregate() is of rows, not of groups, distinct results or combined queries.",
                "Give distinct=True to the aggregate, or aggregate the rows themselves.",
                where=callsite(),
            )
        terms = totals(self._table, self._extras, aggregates, own)
        query = self
        if self._limit is not None or self._offset:
            query = type(self)(self._table).using(self._alias).filter(pk__in=self)
            query._extras = replace(NONE, annotations=self._extras.annotations)
        used = database(self._source)
        values: list[Any] = []
        shape = query._totals_shape(terms, values, used.vendor)
        statement = statements.statement(shape, used)
        row = await used.fetch_row(statement.sql, statement.parameters(values))
        items = [(name, term.kind) for name, term in terms.items()]
        decoder = project_annotated(self._table, "dict", items, tuple(terms)).decoder(used.vendor)
        return decoder([row])[0]  # type: ignore[no-any-return]  # generated code made it

    async def count(self) -> int:
        """Return how many rows there are."""
        if self._empty:
            return 0
        used = database(self._source)
        values: list[Any] = []
        inner = self._shape(self._counting_projection(), values, used.vendor, ordered=False)
        statement = statements.statement(("count", inner), used)
        row = await used.fetch_row(statement.sql, statement.parameters(values))
        return 0 if row is None else int(row[0])

    async def exists(self) -> bool:
        """Return whether there is a row."""
        if self._empty:
            return False
        used = database(self._source)
        values: list[Any] = []
        query = self if self._limit is not None else self.limit(1)
        shape = query._shape(self._counting_projection(), values, used.vendor, ordered=False)
        statement = statements.statement(shape, used)
        return await used.fetch_row(statement.sql, statement.parameters(values)) is not None

    @overload
    def __getitem__(self, index: int) -> Coroutine[Any, Any, T]: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: int | slice) -> Coroutine[Any, Any, T] | Self:
        if isinstance(index, int):
            return self._at(index)
        if index.step is not None:
            raise QueryError("TRI-QUERY-014", "A query has no step.", "Slice the list of its rows.")
        return self._sliced(index.start or 0, index.stop)

    async def _at(self, index: int) -> T:
        rows = await self._sliced(index, index + 1)
        if not rows:
            message = f"the query of {self._table.label} has no row at {index}"
            raise IndexError(message)
        return rows[0]


def _decoded(projection: Projection, fetched: Sequence[Any], used: Database) -> list[Any]:
    """Return what a driver's rows become."""
    decode = projection.decoder(used.vendor)
    if len(fetched) < _MANY or not gc.isenabled():
        return decode(fetched)  # type: ignore[no-any-return]  # generated code
    # Nothing of this is garbage yet: looking for some in between costs as much as the rows do.
    gc.disable()
    try:
        return decode(fetched)  # type: ignore[no-any-return]  # likewise
    finally:
        gc.enable()


def _explaining(vendor: str, *, analyze: bool, json: bool) -> str:
    if vendor == "sqlite":
        if analyze or json:
            raise QueryError(
                "TRI-QUERY-027",
                "explain(analyze=, format=) was asked of sqlite, which has only a plan as text.",
                "Leave the options out.",
                where=callsite(),
            )
        return "EXPLAIN QUERY PLAN"
    if vendor == "postgresql":
        options = [*(["ANALYZE"] if analyze else []), *(["FORMAT JSON"] if json else [])]
        return f"EXPLAIN ({', '.join(options)})" if options else "EXPLAIN"
    return ("ANALYZE" if analyze else "EXPLAIN") + (" FORMAT=JSON" if json else "")


def _not_awaited(done: str, mend: str) -> QueryError:
    return QueryError(
        "TRI-QUERY-016",
        f"A query was {done} without being awaited.",
        mend,
        where=callsite(),
    )
