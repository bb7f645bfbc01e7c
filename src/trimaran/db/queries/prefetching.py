"""``Prefetch``, and the loading of what rows point to before anybody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran._internal.callsite import callsite
from trimaran.db.queries.ordering import prefetch_way
from trimaran.db.queries.peers import has_key, load_all, related_of
from trimaran.db.queries.variants import make_annotated
from trimaran.db.sql.table import Many
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trimaran.db.sql.table import Relation, Table


class Prefetch:
    """Related rows to fetch, by a query of their own::

        Prefetch("books", queryset=Book.objects.filter(price__lt=5), to_attr="cheap_books")

    lookup:   the relations to follow: ``books__translator``
    queryset: which rows of the last one, in which order
    to_attr:  the attribute that the list is put into, instead of the relation's own
    """

    __slots__ = ("lookup", "queryset", "to_attr", "way")

    def __init__(self, lookup: str, queryset: Any = None, to_attr: str = "") -> None:
        if to_attr and (not to_attr.isidentifier() or to_attr.startswith("_") or "__" in to_attr):
            raise QueryError(
                "TRI-QUERY-022",
                f"to_attr cannot be {to_attr[:60]!r}.",
                "Use letters, digits and single underscores, a letter first.",
                where=callsite(),
            )
        self.lookup = lookup
        self.queryset = queryset
        self.to_attr = to_attr
        self.way: tuple[tuple[Relation | Many, bool], ...] = ()

    def __repr__(self) -> str:
        return f"Prefetch({self.lookup!r})"

    def resolved(self, table: Table) -> Prefetch:
        """Return the same with the relations looked up; raises ``QueryError``."""
        new = Prefetch(self.lookup, self.queryset, self.to_attr)
        new.way = prefetch_way(table, self.lookup)
        relation, backwards = new.way[-1]
        owner = relation.target if backwards else relation.source
        target = relation.source if backwards else relation.target
        if self.queryset is not None and self.queryset._table is not target:
            raise QueryError(
                "TRI-QUERY-017",
                f"{self!r} was given a query of {self.queryset.label}, not of {target.label}.",
                f"Give {target.label}.objects...",
                where=callsite(),
            )
        if self.to_attr and (self.to_attr in owner.names() or hasattr(owner.model, self.to_attr)):
            raise QueryError(
                "TRI-QUERY-022",
                f"{owner.label} has something called {self.to_attr!r} already.",
                "Give to_attr another name.",
                where=callsite(),
            )
        return new


async def prefetch(
    rows: Sequence[Any], wanted: Prefetch, alias: str, query_of: Callable[[Table], Any]
) -> None:
    """Load what one ``Prefetch`` names, with one statement for each relation.

    query_of: begins a query of a table
    """
    last = len(wanted.way) - 1
    for number, (relation, backwards) in enumerate(wanted.way):
        if not rows:
            return
        if number == last and (wanted.queryset is not None or wanted.to_attr):
            await _by_query(rows, relation, backwards, wanted, query_of)
            return
        await load_all(rows, relation, alias, reverse=backwards)
        rows = _beside(rows, relation, backwards)


def _beside(rows: Sequence[Any], relation: Relation | Many, backwards: bool) -> list[Any]:
    name = _name(relation, backwards)
    beside = [row._related.get(name) for row in rows if hasattr(row, "_related")]
    if isinstance(relation, Many) or (backwards and not relation.one):
        return [child for children in beside for child in children]
    # One row may be pointed to by many.
    return list({id(row): row for row in beside if row is not None}.values())


def _name(relation: Relation | Many, backwards: bool) -> str:
    return relation.related_name if backwards else relation.name


async def _by_query(
    rows: Sequence[Any],
    relation: Relation | Many,
    backwards: bool,
    wanted: Prefetch,
    query_of: Callable[[Table], Any],
) -> None:
    query = wanted.queryset
    if query is None:
        query = query_of(relation.source if backwards else relation.target)
    if isinstance(relation, Many):
        await _many(rows, relation, query, query_of(relation.through), wanted.to_attr)
    elif backwards:
        await _backwards(rows, relation, query, wanted.to_attr)
    else:
        await _forwards(rows, relation, query, wanted.to_attr)


async def _backwards(rows: Sequence[Any], relation: Relation, query: Any, to_attr: str) -> None:
    key, column = relation.target.key.name, relation.column.name
    groups: dict[Any, list[Any]] = {getattr(row, key): [] for row in rows}
    owners = {getattr(row, key): row for row in rows}
    for child in await query.filter(**{f"{column}__in": list(groups)}):
        value = getattr(child, column)
        groups[value].append(child)
        related_of(child)[relation.name] = owners[value]
    for row in rows:
        found = groups[getattr(row, key)]
        value = (found[0] if found else None) if relation.one else found
        _put(row, relation.related_name, to_attr, value)


async def _many(rows: Sequence[Any], many: Many, query: Any, through: Any, to_attr: str) -> None:
    near, far, key = many.near.column.name, many.far.column.name, many.source.key.name
    owners = {getattr(row, key) for row in rows}
    pairs = await through.filter(**{f"{near}__in": list(owners)}).values_list(near, far)
    keys: dict[Any, set[Any]] = {owner: set() for owner in owners}
    for owner, member in pairs:
        keys[owner].add(member)
    name = many.target.key.name
    wanted = {member for members in keys.values() for member in members}
    found = await query.filter(**{f"{name}__in": list(wanted)}) if wanted else []
    for row in rows:
        mine = keys[getattr(row, key)]
        _put(row, many.name, to_attr, [other for other in found if getattr(other, name) in mine])


async def _forwards(rows: Sequence[Any], relation: Relation, query: Any, to_attr: str) -> None:
    column, key = relation.column.name, relation.target.key.name
    wanted = {getattr(row, column) for row in rows if has_key(row, column)}
    found = await query.filter(**{f"{key}__in": list(wanted)}) if wanted else []
    by_key = {getattr(row, key): row for row in found}
    for row in rows:
        _put(row, relation.name, to_attr, by_key.get(getattr(row, column)))


def _put(row: Any, name: str, to_attr: str, value: Any) -> None:
    if to_attr:
        make_annotated(row)
        row._extra[to_attr] = value
    else:
        related_of(row)[name] = value
