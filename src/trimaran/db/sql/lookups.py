"""Look-ups: what the keyword of a filter means, ``author__name__icontains``.

Every name comes from the model's own description: a keyword that is not one is refused, so nothing
that a client sends can become part of the SQL text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.db.sql import kinds
from trimaran.db.sql.cleaning import Fault, safe_text
from trimaran.db.sql.table import Back
from trimaran.db.sql.transforms import NAMES, Transform, transforms_of
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Column, Relation, Table

MAX_HOPS = 8
MAX_PATH = 30
_MOST_TRANSFORMS = 6
_CACHED_LOOKUPS = 1_000

# The groups of ``Kind.lookups`` and the look-ups that each allows.
_GROUPS: dict[str, tuple[str, ...]] = {
    "equal": ("exact", "in"),
    "order": ("gt", "gte", "lt", "lte", "range"),
    "text": (
        "iexact",
        "contains",
        "icontains",
        "startswith",
        "istartswith",
        "endswith",
        "iendswith",
        "regex",
        "iregex",
    ),
    "search": ("search", "trigram_similar", "trigram_word_similar"),
}
DOCUMENT_LOOKUPS = (
    "exact",
    "in",
    "isnull",
    "gt",
    "gte",
    "lt",
    "lte",
    "iexact",
    "icontains",
    "startswith",
    "istartswith",
    "endswith",
    "iendswith",
    "regex",
    "iregex",
    "contains",
    "contained_by",
    "has_key",
    "has_keys",
    "has_any_keys",
)
_PATTERNS = {
    "contains": "%{}%",
    "icontains": "%{}%",
    "startswith": "{}%",
    "istartswith": "{}%",
    "endswith": "%{}",
    "iendswith": "%{}",
    "iexact": "{}",
}
_PLAIN_ON_SQLITE = frozenset({"contains", "startswith", "endswith"})
_REGEX_LENGTH = 1_000


@dataclass(slots=True, eq=False)
class Lookup:
    """A comparison of one column with a value, ready to compile.

    hops:       foreign keys to follow from the queried table, outermost first
    transforms: ``year`` and the like, taken of the column before it is compared
    binds:      by vendor, makes the parameter
    path:       the keys to follow inside a JSON document
    """

    key: str
    hops: tuple[Relation | Back, ...]
    column: Column
    op: str
    transforms: tuple[Transform, ...]
    binds: dict[str, Callable[[Any], Any]]
    label: str
    path: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What is compared."""
        return self.transforms[-1].kind if self.transforms else self.column.kind

    @property
    def plain(self) -> bool:
        """Whether it names a column and nothing more."""
        return self.op == "exact" and not self.transforms and not self.path

    @property
    def nullable(self) -> bool:
        """Whether the comparison may be neither true nor false."""
        return self.column.null or any(hop.outer for hop in self.hops)

    def bind(self, value: Any, vendor: str) -> Any:
        """Return the parameter for a value; ``QueryError`` where the type is another."""
        try:
            return self.binds[vendor](value)
        except Fault as fault:
            raise QueryError(
                "TRI-QUERY-003",
                f"{self.label} cannot be compared with a value of type "
                f"{type(value).__name__}: {fault.msg}.",
                f"Give a value that fits {self.kind.name}.",
            ) from None


@dataclass(slots=True, frozen=True)
class Crossing:
    """A keyword that goes backwards over a foreign key: an author's ``books__title``."""

    hops: tuple[Relation | Back, ...]
    relation: Relation
    rest: str


def find(table: Table, key: str) -> Lookup | Crossing:
    """Return what a keyword means; raises ``QueryError`` with the names that exist."""
    known = table.lookups.get(key)
    if known is not None:
        return known  # type: ignore[no-any-return]  # Table.lookups is filled here alone
    found = _parse(table, key)
    if len(table.lookups) >= _CACHED_LOOKUPS:
        table.lookups.clear()
    table.lookups[key] = found
    return found


def find_joined(table: Table, key: str) -> Lookup:
    """Return what a keyword means where ways backwards are joined, as in an aggregate."""
    found = find(table, key)
    if isinstance(found, Lookup):
        return found
    known: Lookup | None = table.lookups.get(("joined", key))
    if known is None:
        inner = find_joined(found.relation.source, found.rest)
        hops = (*found.hops, Back(found.relation), *inner.hops)
        label = f"{table.label}.{key}"
        known = replace(inner, key=key, hops=hops, label=label)
        table.lookups["joined", key] = known
    return known


def _parse(table: Table, key: str) -> Lookup | Crossing:
    parts = key.split("__")
    hops: list[Relation | Back] = []
    here = table
    while True:
        name = parts.pop(0)
        relation = here.relations.get(name)
        if relation is not None and parts and _goes_on(relation.target, parts[0]):
            if len(hops) >= MAX_HOPS:
                raise _too_far(table, key)
            hops.append(relation)
            here = relation.target
            continue
        many = here.many.get(name)
        if many is not None:
            rest = ["pk", "isnull"] if parts == ["isnull"] else [many.far.name, *parts]
            return Crossing(tuple(hops), many.near, "__".join(rest))
        crossing = here.reverse.get(name)
        if crossing is not None and crossing.one:
            if not parts or (_is_lookup(parts[0]) and parts[0] not in crossing.source.columns):
                parts.insert(0, "pk")
            hops.append(Back(crossing))
            here = crossing.source
            continue
        if crossing is not None:
            if not parts or (_is_lookup(parts[0]) and parts[0] not in crossing.source.columns):
                parts.insert(0, "pk")
            return Crossing(tuple(hops), crossing, "__".join(parts))
        column = here.column(name)
        if column is None:
            raise here.unknown(name)
        return _of_column(table, key, tuple(hops), column, parts)


def _goes_on(target: Table, name: str) -> bool:
    """Tell whether ``author__NAME`` names a field of the author, rather than a look-up."""
    if any(
        name in known for known in (target.columns, target.relations, target.many, target.reverse)
    ):
        # The key of the target stands in the foreign key itself: no join is needed for it.
        return target.columns.get(name) is not target.key
    if name == "pk" or _is_lookup(name):
        return False
    raise target.unknown(name)


def _is_lookup(name: str) -> bool:
    return name == "isnull" or name in NAMES or any(name in group for group in _GROUPS.values())


def _of_column(
    table: Table, key: str, hops: tuple[Relation | Back, ...], column: Column, rest: list[str]
) -> Lookup:
    label = f"{table.label}.{key}"
    if column.relation is not None:
        target = column.relation.target
        if rest and rest[0] in ("pk", target.key.name):
            rest = rest[1:]
    if column.kind.sql == "json":
        return _of_document(key, hops, column, rest, label)
    transforms, kind, op = parse_rest(column.kind, rest, label)
    binds = {vendor: binder(op, kind, vendor) for vendor in kind.storages}
    return Lookup(key, hops, column, op, transforms, binds, label)


def parse_rest(kind: Kind, rest: list[str], label: str) -> tuple[tuple[Transform, ...], Kind, str]:
    """Return the transforms, the kind compared and the look-up of ``year__gte``."""
    transforms: list[Transform] = []
    first, here = kind, list(rest)
    while here and (transform := transforms_of(kind).get(here[0])) is not None:
        transforms.append(transform)
        kind = transform.kind
        del here[0]
        if len(transforms) > _MOST_TRANSFORMS:
            raise _no_lookup(label, "__".join(rest), first)
    op = here[0] if here else "exact"
    if here and (len(here) > 1 or op not in allowed_lookups(kind)):
        raise _no_lookup(label, "__".join(here), kind)
    return tuple(transforms), kind, op


def _of_document(
    key: str, hops: tuple[Relation | Back, ...], column: Column, rest: list[str], label: str
) -> Lookup:
    op = "exact"
    if rest and rest[-1] in DOCUMENT_LOOKUPS:
        op = rest[-1]
        rest = rest[:-1]
    if len(rest) > MAX_PATH:
        raise QueryError(
            "TRI-QUERY-004",
            f"{label[:120]} follows more than {MAX_PATH} keys of a document.",
            "Begin nearer to what is looked for.",
        )
    return Lookup(key, hops, column, op, (), {}, label, tuple(rest))


def allowed_lookups(kind: Kind) -> list[str]:
    """Return the look-ups that a column of this kind takes."""
    if kind.sql == "json":
        return list(DOCUMENT_LOOKUPS)
    groups = [name for group, names in _GROUPS.items() if group in kind.lookups for name in names]
    return [*groups, "isnull"]


def _no_lookup(label: str, rest: str, kind: Kind) -> QueryError:
    allowed = [*transforms_of(kind), *allowed_lookups(kind)]
    close = get_close_matches(rest, allowed, n=1)
    mend = f"Did you mean {close[0]!r}? " if close else ""
    return QueryError(
        "TRI-QUERY-002",
        f"{label[:120]}: a field of type {kind.name} has no look-up {rest[:80]!r}.",
        f"{mend}It has: {', '.join(sorted(allowed))}.",
    )


def _too_far(table: Table, key: str) -> QueryError:
    return QueryError(
        "TRI-QUERY-004",
        f"{table.label}.{key[:80]} follows more than {MAX_HOPS} relations.",
        "Begin the query at a model that is nearer.",
    )


# Parameters


def binder(op: str, kind: Kind, vendor: str) -> Callable[[Any], Any]:
    """Return the function that makes the parameter of a look-up."""
    bind = kind.storages[vendor].bind
    if op == "isnull":
        return bool
    if op == "in":
        return _list_binder(kind, vendor)
    if op in ("regex", "iregex"):
        return _regex
    if op in _GROUPS["search"]:
        return kinds.TEXT.storages[vendor].bind
    if op in _PATTERNS:
        if vendor == "sqlite" and op in _PLAIN_ON_SQLITE:
            return bind
        form = _PATTERNS[op]
        return lambda value: form.format(escape_like(bind(value)))
    return bind


def escape_like(text: str) -> str:
    """Return the text with the wildcards of LIKE escaped by a backslash."""
    if "%" in text or "_" in text or "\\" in text:
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return text


def _list_binder(kind: Kind, vendor: str) -> Callable[[Any], Any]:
    bind = kind.storages[vendor].bind
    if vendor == "postgresql":
        return lambda values: [bind(value) for value in values if value is not None]
    if kind is kinds.BYTES:
        bind = _upper_hex

    def as_json(values: Any) -> str:
        return msgspec.json.encode([bind(value) for value in values if value is not None]).decode()

    return as_json


def _upper_hex(value: Any) -> str:
    return bytes(value).hex().upper()


def _regex(value: Any) -> str:
    pattern = value.pattern if isinstance(value, re.Pattern) else value
    if not isinstance(pattern, str):
        raise Fault("string_type", "Input should be a regular expression")
    if len(pattern) > _REGEX_LENGTH:
        raise Fault("string_too_long", f"A pattern has at most {_REGEX_LENGTH} characters")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        raise Fault("string_pattern", "Input should be a valid regular expression") from None
    return safe_text(pattern)
