"""``row.relation``: what a foreign key and its reverse give on a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from msgspec import UNSET

from trimaran._internal.callsite import callsite
from trimaran.db.backends.registry import database
from trimaran.db.queries import saving
from trimaran.db.queries.peers import alias_of, has_key, load, load_all, loaded, related_of
from trimaran.db.queries.queryset import QuerySet
from trimaran.errors import QueryError, RelationNotLoadedError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from trimaran.db.sql.table import Relation, Table

T = TypeVar("T")


class Unloaded:
    """A related row that has not been read yet: await it.

    Its key is known without a query: ``book.author.id``. Anything else raises
    ``RelationNotLoadedError``.
    """

    __slots__ = ("_relation", "_row")

    def __init__(self, row: Any, relation: Relation) -> None:
        self._row = row
        self._relation = relation

    def __await__(self) -> Generator[Any, None, Any]:
        return self._load().__await__()

    async def _load(self) -> Any:
        row, relation = self._row, self._relation
        await load(row, relation)
        found = loaded(row, relation)
        if found is None:
            # Its key was assigned while the peers' relations were loading.
            await load_all([row], relation, alias_of(row))
            found = loaded(row, relation)
        if found is None:
            raise relation.target.model.DoesNotExist(
                "TRI-MODEL-002",
                f"{self!r} points to a row that does not exist.",
                "The database has no foreign key here, or the row was deleted meanwhile.",
            )
        return found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        relation = self._relation
        if name in (relation.target.key.name, "pk"):
            return getattr(self._row, relation.column.name)
        label, attribute = relation.source.label, relation.name
        raise RelationNotLoadedError(
            "TRI-MODEL-004",
            f"{label}.{attribute} was read ({attribute}.{name}) but is not loaded.",
            f"Write `await row.{attribute}`, which loads it for all rows of the query at once, or "
            f"fetch both by {label}.objects.select_related({attribute!r}).",
            where=callsite(),
        )

    def __eq__(self, other: object) -> bool:
        key = getattr(self._row, self._relation.column.name)
        if isinstance(other, Unloaded):
            theirs = getattr(other._row, other._relation.column.name)
            return other._relation.target is self._relation.target and bool(theirs == key)
        target = self._relation.target
        return isinstance(other, target.model) and getattr(other, target.key.name) == key

    def __hash__(self) -> int:
        return hash(getattr(self._row, self._relation.column.name))

    def __repr__(self) -> str:
        relation = self._relation
        key = getattr(self._row, relation.column.name)
        return (
            f"<{relation.source.label}.{relation.name}: {relation.target.label} {key!r}, unloaded>"
        )


def read_forward(row: Any, relation: Relation) -> Any:
    """Return the row that a foreign key points to, an ``Unloaded``, or None."""
    found = loaded(row, relation)
    if found is not None:
        return found
    return Unloaded(row, relation) if has_key(row, relation.column.name) else None


def assign_forward(row: Any, relation: Relation, value: Any) -> None:
    """Point a foreign key to a row, or to nothing."""
    name = relation.column.name
    if value is None:
        setattr(row, name, None)
        related_of(row).pop(relation.name, None)
        return
    if isinstance(value, Unloaded) and value._relation.target is relation.target:
        setattr(row, name, value.pk)
        return
    target = relation.target
    if not isinstance(value, target.model):
        raise QueryError(
            "TRI-QUERY-019",
            f"{relation.source.label}.{relation.name} was assigned a {type(value).__name__}.",
            f"Assign a {target.label} or None; a key goes to {name}.",
            where=callsite(),
        )
    setattr(row, name, getattr(value, target.key.name))
    related_of(row)[relation.name] = value


def read_backward(row: Any, relation: Relation) -> Any:
    """Return the only row that points here, or an ``UnloadedBack`` that finds it."""
    found = getattr(row, "_related", {}).get(relation.related_name)
    return UnloadedBack(row, relation) if found is None else found


class UnloadedBack:
    """The row at the other end of a one-to-one relation, not read yet: await it."""

    __slots__ = ("_relation", "_row")

    def __init__(self, row: Any, relation: Relation) -> None:
        self._row = row
        self._relation = relation

    def __await__(self) -> Generator[Any, None, Any]:
        return self._load().__await__()

    async def _load(self) -> Any:
        row, relation = self._row, self._relation
        name = relation.related_name
        key_of_saved(row, relation.target, name)
        if name not in related_of(row):
            await load(row, relation, reverse=True)
        found = row._related.get(name)
        if found is None:
            raise relation.source.model.DoesNotExist(
                "TRI-MODEL-002",
                f"No {relation.source.label} points to this {relation.target.label} "
                f"({relation.target.label}.{name}).",
                f"Catch {relation.source.label}.DoesNotExist, or ask "
                f"{relation.source.label}.objects.filter({relation.name}=row).first().",
            )
        return found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        relation = self._relation
        label, attribute = relation.target.label, relation.related_name
        raise RelationNotLoadedError(
            "TRI-MODEL-004",
            f"{label}.{attribute} was read ({attribute}.{name}) but is not loaded.",
            f"Write `await row.{attribute}`, which loads it for all rows of the query at once, or "
            f"fetch both by {label}.objects.select_related({attribute!r}).",
            where=callsite(),
        )

    def __repr__(self) -> str:
        return f"<{self._relation.target.label}.{self._relation.related_name}, unloaded>"


def key_of_saved(row: Any, table: Table, name: str) -> Any:
    """Return a row's key; raises ``QueryError`` where it was never saved."""
    key = getattr(row, table.key.name)
    if key is None or key is UNSET:
        what = f"{table.label}.{name} was read of" if name else "A relation was given"
        raise QueryError(
            "TRI-QUERY-010",
            f"{what} a {table.label} that was never saved.",
            "Save it first.",
            where=callsite(),
        )
    return key


if TYPE_CHECKING:

    class RowsOfRow(QuerySet[T]):
        """To a type checker, related rows are a query."""

        __slots__ = ()

        def __init__(self) -> None: ...
        async def _load(self) -> list[T]: ...

else:

    class RowsOfRow(Generic[T]):
        """Rows that belong to one: awaited they are read, each other method begins a query."""

        __slots__ = ()

        def __await__(self):
            return self._load().__await__()

        async def __aiter__(self):
            for row in await self._load():
                yield row

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return getattr(self.all(), name)

        def __getitem__(self, index):
            return self.all()[index]

        async def get_or_create(self, /, defaults=None, **lookups):
            """Return the one of these rows that fulfils this, created where there is none."""
            try:
                return await self.get(**lookups), False
            except self.all()._table.model.DoesNotExist:
                fields = {key: value for key, value in lookups.items() if "__" not in key}
                return await self.create(**{**fields, **(defaults or {})}), True

        async def update_or_create(self, /, defaults=None, create_defaults=None, **lookups):
            """Update the one of these rows that fulfils this, or create it."""
            fresh = defaults if create_defaults is None else create_defaults
            row, created = await self.get_or_create(fresh, **lookups)
            if not created and defaults:
                await saving.change(row, defaults)
            return row, created


class RelatedRows(RowsOfRow[T]):
    """The rows that point to one row: ``author.books``.

    Awaited, it reads them for all rows of the same query at once and remembers them; every other
    method begins a query.
    """

    __slots__ = ("_relation", "_row")

    def __init__(self, row: Any, relation: Relation) -> None:
        self._row = row
        self._relation = relation

    async def _load(self) -> list[T]:
        name = self._relation.related_name
        self._key()
        if name not in related_of(self._row):
            await load(self._row, self._relation, reverse=True)
        if name not in self._row._related:
            await load_all([self._row], self._relation, alias_of(self._row), reverse=True)
        return list(self._row._related[name])

    def _key(self) -> Any:
        return key_of_saved(self._row, self._relation.target, self._relation.related_name)

    def all(self) -> QuerySet[T]:  # type: ignore[override]  # a query of its own
        """Return the query for these rows."""
        source, column = self._relation.source, self._relation.column
        query: QuerySet[T] = source.model.objects.all()
        return query.using(alias_of(self._row)).filter(**{column.name: self._key()})

    async def create(self, data: Any = None, /, **fields: Any) -> T:
        """Insert a row that points here and return it."""
        column = self._relation.column
        row = await self.all().create(data, **{**fields, column.name: self._key()})
        self._forget()
        return row

    async def add(self, *rows: T) -> None:
        """Let rows point here, by one statement; they must have been saved."""
        source, column = self._relation.source, self._relation.column
        keys = [self._member(row) for row in rows]
        if keys:
            query: QuerySet[T] = QuerySet(source)
            found = query.using(alias_of(self._row)).filter(pk__in=keys)
            await found.update(**{column.name: self._key()})
        for row in rows:
            setattr(row, self._relation.name, self._row)
        self._forget()

    async def remove(self, *rows: T) -> None:
        """Let rows that point here point nowhere, where the relation may be NULL."""
        self._check_null("remove")
        keys = [self._member(row) for row in rows]
        if keys:
            await self.all().filter(pk__in=keys).update(**{self._relation.column.name: None})
        for row in rows:
            if getattr(row, self._relation.column.name) == self._key():
                setattr(row, self._relation.name, None)
        self._forget()

    async def clear(self) -> None:
        """Let all rows that point here point nowhere."""
        self._check_null("clear")
        await self.all().update(**{self._relation.column.name: None})
        self._forget()

    async def set(self, rows: Iterable[T], *, clear: bool = False) -> None:
        """Let exactly these rows point here; others go only where NULL is allowed."""
        wanted = list(rows)
        async with database(alias_of(self._row)).atomic():
            if self._relation.column.null:
                keys = [self._member(row) for row in wanted]
                gone = self.all() if clear else self.all().exclude(pk__in=keys)
                await gone.update(**{self._relation.column.name: None})
            await self.add(*wanted)

    def _member(self, row: Any) -> Any:
        source = self._relation.source
        if getattr(type(row), "__table_info__", None) is not source:
            raise QueryError(
                "TRI-QUERY-019",
                f"{self!r} was given a {type(row).__name__}.",
                f"Give {source.label} rows.",
                where=callsite(),
            )
        return key_of_saved(row, source, "")

    def _check_null(self, done: str) -> None:
        relation = self._relation
        if not relation.column.null:
            raise QueryError(
                "TRI-QUERY-019",
                f"{self!r}.{done}() would leave {relation.source.label}.{relation.name} empty, "
                "which may not be NULL.",
                "Delete the rows, give them to another one with add(), or allow None.",
                where=callsite(),
            )

    def _forget(self) -> None:
        related_of(self._row).pop(self._relation.related_name, None)

    def __repr__(self) -> str:
        return f"<{self._relation.target.label}.{self._relation.related_name}>"
