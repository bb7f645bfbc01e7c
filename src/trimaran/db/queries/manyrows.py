"""``book.tags``: the rows at the other end of a many-to-many relation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from trimaran._internal.callsite import callsite
from trimaran.db.backends.registry import database
from trimaran.db.queries import bulk, saving
from trimaran.db.queries.peers import alias_of, load, load_all, related_of
from trimaran.db.queries.queryset import QuerySet, values_of
from trimaran.db.queries.related import RowsOfRow, key_of_saved
from trimaran.db.queries.signals import everywhere, m2m_changed
from trimaran.db.queries.writes import key_of
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimaran.db.sql.table import Many

T = TypeVar("T")


class ManyRows(RowsOfRow[T]):
    """The rows that belong to one row: ``book.tags``.

    Awaited, it reads them for all rows of the same query at once and remembers them. Besides what
    a query has it can ``add``, ``remove``, ``set`` and ``clear``; each is one or two statements.
    """

    __slots__ = ("_many", "_row")

    def __init__(self, row: Any, many: Many) -> None:
        self._row = row
        self._many = many

    @property
    def through(self) -> Any:
        """The model of the table between."""
        return self._many.through.model

    async def _load(self) -> list[T]:
        many, row = self._many, self._row
        self._key()
        if many.name not in related_of(row):
            await load(row, many)
        if many.name not in row._related:
            await load_all([row], many, alias_of(row))
        return list(row._related[many.name])

    def _key(self) -> Any:
        return key_of_saved(self._row, self._many.source, self._many.name)

    def all(self) -> QuerySet[T]:  # type: ignore[override]  # a query of its own
        """Return the query for these rows, each of them once."""
        many = self._many
        keys = self._between().values_list(many.far.column.name, flat=True)
        query: QuerySet[T] = many.target.model.objects.all().using(alias_of(self._row))
        return query.filter(pk__in=keys)

    def _between(self) -> QuerySet[Any]:
        """Return the query for this row's rows of the table between."""
        many = self._many
        query: QuerySet[Any] = QuerySet(many.through).using(alias_of(self._row))
        return query.filter(**{many.near.column.name: self._key()})

    async def add(self, *rows: T | Any, through_defaults: Mapping[str, Any] | None = None) -> None:
        """Let rows belong to this one, those that do already left as they are.

        rows:             rows of the other model, or their keys
        through_defaults: further fields of the rows of the table between
        """
        keys = self._keys(rows)
        if keys:
            await self._add(keys, through_defaults or {})
        self._forget()

    async def _tell(self, action: str, keys: list[Any] | None) -> None:
        through = self._many.through
        if through.receivers or everywhere:
            await m2m_changed.send(
                through,
                instance=self._row,
                action=action,
                reverse=self._many.turned is not None,
                model=self._many.target.model,
                pk_set=None if keys is None else set(keys),
                using=alias_of(self._row),
            )

    async def remove(self, *rows: T | Any) -> None:
        """Let rows no longer belong to this one; those that do not are passed over."""
        keys = self._keys(rows)
        if keys:
            await self._remove(keys)
        self._forget()

    async def clear(self) -> None:
        """Let no row belong to this one."""
        many = self._many
        await self._tell("pre_clear", None)
        async with database(alias_of(self._row)).atomic():
            if many.symmetrical:
                await self._mirrored().delete()
            await self._between().delete()
        await self._tell("post_clear", None)
        self._forget()

    async def set(
        self,
        rows: Iterable[T | Any],
        *,
        clear: bool = False,
        through_defaults: Mapping[str, Any] | None = None,
    ) -> None:
        """Let exactly these rows belong to this one.

        clear: take all away and add these anew, rather than what differs
        """
        keys = self._keys(tuple(rows))
        async with database(alias_of(self._row)).atomic():
            if clear:
                await self.clear()
            else:
                far = self._many.far.column.name
                present = set(await self._between().values_list(far, flat=True))
                gone = [key for key in present if key not in set(keys)]
                keys = [key for key in keys if key not in present]
                if gone:
                    await self._remove(gone)
            if keys:
                await self._add(keys, through_defaults or {})
        self._forget()

    async def create(
        self,
        data: Any = None,
        /,
        *,
        through_defaults: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> T:
        """Insert a row of the other model, let it belong to this one, and return it."""
        alias = alias_of(self._row)
        self._key()
        async with database(alias).atomic():
            query: QuerySet[T] = QuerySet(self._many.target)
            row = await query.using(alias).create(**{**values_of(data), **fields})
            await self.add(row, through_defaults=through_defaults)
        return row

    # The table between

    async def _add(self, keys: list[Any], defaults: Mapping[str, Any]) -> None:
        many, alias = self._many, alias_of(self._row)
        through, own = many.through, self._key()
        near, far = many.near.column.name, many.far.column.name
        told = through.receivers or everywhere
        if told:
            present = set(await self._between().values_list(far, flat=True))
            keys = [key for key in keys if key not in present]
            if not keys:
                return
            await self._tell("pre_add", keys)
        pairs = [(own, key) for key in keys]
        if many.symmetrical:
            pairs += [(key, own) for key in keys if key != own]
        if not through.hidden:
            present = set(await self._between().values_list(far, flat=True))
            pairs = [pair for pair in pairs if pair[0] != own or pair[1] not in present]
        made = [through.model(**{near: a, far: b, **defaults}) for a, b in pairs]
        if not through.hidden:
            await saving.add_many(through, made, alias)
            if told:
                await self._tell("post_add", keys)
            return
        for group in saving.grouped(through, made).values():
            cleaned = [values for _, values in group]
            await bulk.insert_or_meet(through, cleaned, alias, unique=(), update=())
        if told:
            await self._tell("post_add", keys)

    async def _remove(self, keys: list[Any]) -> None:
        many = self._many
        await self._tell("pre_remove", keys)
        async with database(alias_of(self._row)).atomic():
            if many.symmetrical:
                await self._mirrored().filter(**{f"{many.near.column.name}__in": keys}).delete()
            await self._between().filter(**{f"{many.far.column.name}__in": keys}).delete()
        await self._tell("post_remove", keys)

    def _mirrored(self) -> QuerySet[Any]:
        many = self._many
        query: QuerySet[Any] = QuerySet(many.through).using(alias_of(self._row))
        return query.filter(**{many.far.column.name: self._key()})

    def _keys(self, rows: Iterable[Any]) -> list[Any]:
        target, column = self._many.target, self._many.far.column
        keys: dict[Any, None] = {}
        for row in rows:
            table = getattr(type(row), "__table_info__", None)
            if table is not None and table is not target:
                raise QueryError(
                    "TRI-QUERY-019",
                    f"{self!r} was given a {table.label}.",
                    f"Give {target.label} rows, or their keys.",
                    where=callsite(),
                )
            if table is not None:
                key_of_saved(row, target, "")
            keys[column.kind.clean(key_of(column, row))] = None
        return list(keys)

    def _forget(self) -> None:
        related_of(self._row).pop(self._many.name, None)

    def __repr__(self) -> str:
        return f"<{self._many.source.label}.{self._many.name}>"


def many_not_assignable(many: Many) -> QueryError:
    """Return the error of a many-to-many relation that is assigned."""
    return QueryError(
        "TRI-QUERY-019",
        f"{many.source.label}.{many.name} cannot be assigned.",
        f"Save the row, then write `await row.{many.name}.set([...])`.",
        where=callsite(),
    )
