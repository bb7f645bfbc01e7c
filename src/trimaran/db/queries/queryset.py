"""``QuerySet``: a query that runs when it is awaited, and writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

import msgspec

from trimaran._internal.callsite import callsite
from trimaran.db.backends.registry import database
from trimaran.db.queries import bulk, saving, writes
from trimaran.db.queries.query import combined_cannot
from trimaran.db.queries.reading import Reader
from trimaran.db.queries.shapes import statements
from trimaran.db.sql.conditions import column_of
from trimaran.db.sql.expressions import F
from trimaran.db.sql.functions.dates import Trunc, TruncDate
from trimaran.db.sql.rows import project_rows, project_values
from trimaran.errors import IntegrityError, QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from trimaran.db.sql.table import Table

T = TypeVar("T")

UNBOUND: Any = None
"""The table of a manager that no model has taken in yet."""


class QuerySet(Reader[T]):
    """A query: every method returns a new one, and nothing runs before it is awaited.

    ::

        books = await Book.objects.filter(price__lt=10).order_by("-id").limit(20)
        async for book in Book.objects.exclude(author__name="Homer"): ...
    """

    __slots__ = ()

    @classmethod
    def as_manager(cls) -> Self:
        """Return this class as a manager, for a model's ``objects: ClassVar[Books]``."""
        return cls(UNBOUND)

    def values(self, *fields: str, **expressions: Any) -> QuerySet[dict[str, Any]]:
        """Return dicts of these fields, ``author__name`` too; of all columns if none.

        expressions: computed beside them: ``values("title", n=Length("title"))``
        """
        return self._projected("dict", fields, expressions)

    @overload
    def values_list(self, field: str, *, flat: bool) -> QuerySet[Any]: ...

    @overload
    def values_list(self, *fields: Any, named: bool = False) -> QuerySet[tuple[Any, ...]]: ...

    def values_list(  # type: ignore[misc]  # the first overload names its only field
        self, *fields: Any, flat: bool = False, named: bool = False
    ) -> QuerySet[Any]:
        """Return tuples of these fields and expressions.

        flat:  the only field's values
        named: named tuples
        """
        if flat and (len(fields) != 1 or named):
            raise QueryError(
                "TRI-QUERY-015",
                f"flat=True takes one field, not {len(fields)}, and no named tuples.",
                "Name one field, or leave flat out.",
                where=callsite(),
            )
        names: list[str] = []
        expressions: dict[str, Any] = {}
        for field in fields:
            if isinstance(field, str):
                names.append(field)
            else:
                alias = f"expression{len(expressions) + 1}"
                expressions[alias] = field
                names.append(alias)
        form = "flat" if flat else "named" if named else "tuple"
        return self._projected(form, tuple(names), expressions)

    def dates(self, field: str, kind: str, order: str = "ASC") -> QuerySet[Any]:
        """Return every year, month, week or day that a field falls into, once each."""
        return self._beginnings(Trunc(TruncDate(field), _unit(kind, _DATE_UNITS)), field, order)

    def datetimes(
        self, field: str, kind: str, order: str = "ASC", tzinfo: Any = None
    ) -> QuerySet[Any]:
        """Return the beginning of every year ... second that a moment falls into, once."""
        unit = Trunc(field, _unit(kind, _TIME_UNITS), tzinfo=tzinfo)
        return self._beginnings(unit, field, order)

    def _beginnings(self, unit: Any, field: str, order: str) -> QuerySet[Any]:
        if order not in ("ASC", "DESC"):
            raise QueryError("TRI-QUERY-014", f"There is no order {order!r:.20}.", "Give ASC.")
        found = self.filter(**{f"{field}__isnull": False}).annotate(beginning=unit)
        listed = found.values_list("beginning", flat=True).distinct()
        return listed.order_by("beginning" if order == "ASC" else "-beginning")

    def _projected(
        self, form: str, fields: tuple[str, ...], expressions: Mapping[str, Any]
    ) -> QuerySet[Any]:
        if self._extras.combined is not None:
            raise combined_cannot("projected")
        table = self._table
        query: QuerySet[Any] = self
        if expressions:
            query = query._with(form=None)._annotated(dict(expressions))
        if fields or expressions:
            names = (*fields, *[name for name in expressions if name not in fields])
        else:
            hidden = self._extras.hidden
            shown = [name for name in self._extras.annotations if name not in hidden]
            names = (*table.columns, *shown)
        query = query._taking(names)
        if query._extras.annotations:
            return query._with(form=(form, names))
        lookups = [column_of(table.scope, name) for name in names]
        columns = [(lookup.hops, lookup.column) for lookup in lookups]
        new: QuerySet[Any] = query._clone()
        new._projection = project_values(table, form, columns, names)
        return new

    def _taking(self, names: Sequence[str]) -> QuerySet[Any]:
        """Return the query with transforms and parts of documents among the names computed."""
        known = self._extras.annotations
        fresh = [name for name in names if name not in known]
        made = {
            name: F(name) for name in fresh if not column_of(self._scope, name, plain=False).plain
        }
        return self._annotated(made, own=True) if made else self

    # Writing

    async def update(self, /, **fields: Any) -> int:
        """Set fields of every row with one statement and return how many rows there were.

        A value passes the gate; an expression is computed by the database:
        ``update(price=F("price") * 2)``.
        """
        if not fields or self._empty:
            return 0
        used = database(self._sink)
        values: list[Any] = []
        assigned = writes.assignments(self._table, fields, values, used.vendor)
        where = self._write_shape(values, used.vendor)
        statement = statements.statement(("update", self._table, assigned, where), used)
        return await used.execute(statement.sql, statement.parameters(values))

    async def delete(self) -> int:
        """Delete every row with one statement and return how many there were.

        What points to them is deleted or set to NULL by the database, as ``on_delete`` says, and
        is not counted.
        """
        if self._empty:
            return 0
        used = database(self._sink)
        values: list[Any] = []
        where = self._write_shape(values, used.vendor)
        statement = statements.statement(("delete", self._table, where), used)
        return await used.execute(statement.sql, statement.parameters(values))

    async def update_returning(self, /, **fields: Any) -> list[T]:
        """Set fields of every row and return the rows as they are then, in no order."""
        if not fields or self._empty:
            return []
        used = database(self._sink)
        if used.vendor == "mariadb":  # which has no UPDATE ... RETURNING
            async with used.atomic():
                locked = self.using(self._sink).select_for_update()
                keys = await locked.values_list("pk", flat=True)
                found: QuerySet[T] = QuerySet(self._table)
                found = found.using(self._sink).filter(pk__in=keys)
                await found.update(**fields)
                return await found
        values: list[Any] = []
        assigned = writes.assignments(self._table, fields, values, used.vendor)
        where = self._write_shape(values, used.vendor)
        projection = project_rows(self._table)
        shape = ("update", self._table, assigned, where, projection)
        statement = statements.statement(shape, used)
        fetched = await used.fetch(statement.sql, statement.parameters(values))
        return self._made(projection, fetched, used)

    async def delete_returning(self) -> list[T]:
        """Delete every row with one statement and return them as they were, in no order."""
        if self._empty:
            return []
        used = database(self._sink)
        values: list[Any] = []
        where = self._write_shape(values, used.vendor)
        projection = project_rows(self._table)
        statement = statements.statement(("delete", self._table, where, projection), used)
        fetched = await used.fetch(statement.sql, statement.parameters(values))
        return self._made(projection, fetched, used)

    async def create(self, data: Any = None, /, **fields: Any) -> T:
        """Insert one row and return it.

        data:   a ``Create[Model]`` or a mapping; ``fields`` go before it
        Raises ``ModelValidationError`` with every fault of the values, ``IntegrityError`` where a
        constraint of the database would break.
        """
        row: T = self._table.model(**{**values_of(data), **fields})
        await saving.add(row, self._sink)
        return row

    async def bulk_create(
        self,
        rows: Iterable[T],
        *,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Sequence[str] = (),
        unique_fields: Sequence[str] = (),
    ) -> list[T]:
        """Insert many rows, all of them or none, and return them with their keys.

        ignore_conflicts: leave out rows whose unique values exist already
        update_conflicts: write ``update_fields`` of those that exist instead; ``unique_fields``
                          name the constraint (MariaDB takes every one)
        With either, new rows are given no key, since one cannot tell which those are.
        """
        made = list(rows)
        if not (ignore_conflicts or update_conflicts):
            await saving.add_many(self._table, made, self._sink)
            return made
        if (ignore_conflicts and update_conflicts) or update_conflicts is not bool(update_fields):
            raise QueryError(
                "TRI-QUERY-018",
                "bulk_create cannot tell what to do about conflicts.",
                "Give ignore_conflicts, or update_conflicts with update_fields and unique_fields.",
                where=callsite(),
            )
        unique = bulk.named_columns(self._table, unique_fields)
        if update_conflicts and not unique:
            raise QueryError(
                "TRI-QUERY-018",
                "bulk_create(update_conflicts=True) was not told which rows are the same.",
                "Give unique_fields, the fields of a unique constraint.",
                where=callsite(),
            )
        update = bulk.named_columns(self._table, update_fields)
        for group in saving.grouped(self._table, made).values():
            cleaned = [values for _, values in group]
            await bulk.insert_or_meet(
                self._table, cleaned, self._sink, unique=unique, update=update
            )
        return made

    async def bulk_update(self, rows: Iterable[T], fields: Sequence[str]) -> int:
        """Write these fields of many rows, each its own values, all of them or none.

        Returns how many rows were found.
        """
        return await bulk.update_many(self._table, list(rows), fields, self._sink)

    async def raw(self, sql: str, params: Sequence[Any] = ()) -> list[T]:
        """Return rows of a SELECT of your own, which returns all columns by their names.

        params: bound by the database's own placeholders (``$1``; ``?``); never format values into
                the text
        """
        used = database(self._source)
        projection = project_rows(self._table)
        quote = used.dialect.identifier_preparer.quote
        listed = ", ".join(f"q.{quote(c.db_name)}" for c in self._table.columns.values())
        text = f"SELECT {listed} FROM ({sql.strip().rstrip(';')}) AS q"  # noqa: S608  names of the model around a developer's own text
        return self._made(projection, await used.fetch(text, params), used)

    async def get_or_create(
        self, /, defaults: Mapping[str, Any] | None = None, **lookups: Any
    ) -> tuple[T, bool]:
        """Return the row that fulfils this, and whether it had to be created.

        Of two tasks that create the same row at once, one finds the other's, provided that a
        unique constraint holds the look-ups apart.
        """
        try:
            return await self.get(**lookups), False
        except self._table.model.DoesNotExist:
            pass
        fields = {key: value for key, value in lookups.items() if "__" not in key}
        try:
            async with database(self._sink).atomic():
                return await self.create(**{**fields, **(defaults or {})}), True
        except IntegrityError:
            found = await self.get_or_none(**lookups)
            if found is None:
                raise
            return found, False

    async def update_or_create(
        self,
        /,
        defaults: Mapping[str, Any] | None = None,
        create_defaults: Mapping[str, Any] | None = None,
        **lookups: Any,
    ) -> tuple[T, bool]:
        """Update the row that fulfils this, or create it; return it and whether it is new.

        defaults:        what to write
        create_defaults: what to write instead where the row is new
        The row is locked meanwhile, so that of two tasks none writes over what the other read.
        """
        fresh = defaults if create_defaults is None else create_defaults
        row, created = await self.get_or_create(fresh, **lookups)
        if created or not defaults:
            return row, created
        async with database(self._sink).atomic():
            row = await self.using(self._sink).select_for_update().get(**lookups)
            await saving.change(row, defaults)
        return row, False


class Manager(QuerySet[T]):
    """All rows of a model: ``Book.objects``, where every query begins.

    One of your own derives from it, and a class attribute of the model holds it:
    ``objects: ClassVar[Books] = Books()``. ``get_queryset`` may leave rows out.
    """

    __slots__ = ()

    def __init__(self, table: Table | None = None) -> None:
        super().__init__(UNBOUND if table is None else table)

    def get_queryset(self) -> QuerySet[T]:
        """Return the query that every other one begins with."""
        return self


_DATE_UNITS = ("year", "month", "week", "day")
_TIME_UNITS = (*_DATE_UNITS, "hour", "minute", "second")


def _unit(kind: str, known: tuple[str, ...]) -> str:
    if kind not in known:
        raise QueryError(
            "TRI-QUERY-021",
            f"There is no unit {kind!r:.40} of dates.",
            f"Give one of: {', '.join(known)}.",
            where=callsite(),
        )
    return kind


def values_of(data: Any) -> dict[str, Any]:
    """Return the fields that a ``Create``, ``Patch``, other Struct or mapping gives."""
    if data is None:
        return {}
    if isinstance(data, Mapping):
        return dict(data)
    if isinstance(data, msgspec.Struct):
        pairs = [(name, getattr(data, name)) for name in data.__struct_fields__]
        return {name: value for name, value in pairs if value is not msgspec.UNSET}
    raise QueryError(
        "TRI-QUERY-018",
        f"A row cannot be made of a {type(data).__name__}.",
        "Give keywords, a mapping, a Create[Model] or another msgspec Struct.",
        where=callsite(),
    )
