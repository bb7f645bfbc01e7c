"""``row.relation``: what a foreign key and its reverse give on a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from trimaran._internal.callsite import callsite
from trimaran.db.queries.peers import alias_of, has_key, load, load_all, loaded, related_of
from trimaran.db.queries.queryset import QuerySet
from trimaran.errors import QueryError, RelationNotLoadedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Generator

    from trimaran.db.sql.expressions import Condition, Expression, Ordering
    from trimaran.db.sql.table import Relation

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


class RelatedRows(Generic[T]):
    """The rows that point to one row: ``author.books``.

    Awaited, it reads them for all rows of the same query at once and remembers them; every other
    method begins a query.
    """

    __slots__ = ("_relation", "_row")

    def __init__(self, row: Any, relation: Relation) -> None:
        self._row = row
        self._relation = relation

    def __await__(self) -> Generator[Any, None, list[T]]:
        return self._load().__await__()

    async def _load(self) -> list[T]:
        name = self._relation.related_name
        self._key()
        if name not in related_of(self._row):
            await load(self._row, self._relation, reverse=True)
        if name not in self._row._related:
            await load_all([self._row], self._relation, alias_of(self._row), reverse=True)
        return list(self._row._related[name])

    async def __aiter__(self) -> AsyncIterator[T]:
        for row in await self._load():
            yield row

    def _key(self) -> Any:
        target = self._relation.target
        key = getattr(self._row, target.key.name)
        if key is None:
            raise QueryError(
                "TRI-QUERY-010",
                f"{target.label}.{self._relation.related_name} was read of a {target.label} that "
                "was never saved.",
                "Save it first.",
                where=callsite(),
            )
        return key

    def all(self) -> QuerySet[T]:
        """Return the query for these rows."""
        source, column = self._relation.source, self._relation.column
        query: QuerySet[T] = QuerySet(source)
        return query.using(alias_of(self._row)).filter(**{column.name: self._key()})

    def filter(self, /, *conditions: Condition | bool, **lookups: Any) -> QuerySet[T]:
        """Keep those of these rows for which all of this is true."""
        return self.all().filter(*conditions, **lookups)

    def exclude(self, /, *conditions: Condition | bool, **lookups: Any) -> QuerySet[T]:
        """Drop those of these rows for which all of this is true."""
        return self.all().exclude(*conditions, **lookups)

    def order_by(self, *fields: str | Ordering | Expression[Any]) -> QuerySet[T]:
        """Order these rows."""
        return self.all().order_by(*fields)

    def get(self, /, *conditions: Condition | bool, **lookups: Any) -> Coroutine[Any, Any, T]:
        """Return the only one of these rows that fulfils this."""
        return self.all().get(*conditions, **lookups)

    async def count(self) -> int:
        """Return how many rows there are."""
        return await self.all().count()

    async def exists(self) -> bool:
        """Return whether there is a row."""
        return await self.all().exists()

    async def create(self, data: Any = None, /, **fields: Any) -> T:
        """Insert a row that points here and return it."""
        column = self._relation.column
        row = await self.all().create(data, **{**fields, column.name: self._key()})
        related_of(self._row).pop(self._relation.related_name, None)
        return row

    def __repr__(self) -> str:
        return f"<{self._relation.target.label}.{self._relation.related_name}>"
