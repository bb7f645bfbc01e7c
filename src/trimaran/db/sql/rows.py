"""Functions that make rows, dicts or tuples of a driver's rows, for each shape.

Where the driver already gives Python's own values a row is built in C; where it does not (SQLite's
dates, decimals, UUIDs) one generated expression converts and builds.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from itertools import starmap
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET

from trimaran.db.sql import kinds
from trimaran.db.sql.table import Column

if TYPE_CHECKING:
    from trimaran.db.sql.table import Back, Many, Relation, Table

Decode: TypeAlias = Callable[[Sequence[Sequence[Any]]], list[Any]]
DecodeRelated: TypeAlias = Callable[[Sequence[Sequence[Any]]], list[list[Any]]]
Hops: TypeAlias = "tuple[Relation | Back, ...]"
AnyHops: TypeAlias = "tuple[Relation | Back, ...]"


class _Names:
    """The names that generated code refers to."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        name = f"k{len(self.values)}"
        self.values[name] = value
        return name


def _reading(columns: Sequence[Column], vendor: str, names: _Names, first: int = 0) -> list[str]:
    """Return one expression a column, over the variables ``v0``, ``v1``, …"""
    parts = []
    for index, column in enumerate(columns, first):
        read = column.kind.storages[vendor].read
        variable = f"v{index}"
        if read is None:
            parts.append(variable)
        else:
            parts.append(f"None if {variable} is None else {names.add(read)}({variable})")
    return parts


def _compiled(source: str, names: _Names) -> Any:
    scope: dict[str, Any] = dict(names.values)
    exec(compile(source, "<trimaran row decoder>", "exec"), scope)  # noqa: S102  made of names above
    return scope["decode"]


def _targets(count: int) -> str:
    return "".join(f"v{index}, " for index in range(count))


def _comprehension(item: str, count: int, names: _Names) -> Decode:
    source = f"def decode(rows):\n    return [{item} for {_targets(count)} in rows]\n"
    decode: Decode = _compiled(source, names)
    return decode


def decode_rows(table: Table, vendor: str) -> Decode:
    """Return the function that builds a model's rows."""
    columns = list(table.columns.values())
    names = _Names()
    reading = _reading(columns, vendor, names)
    build = table.build
    if not names.values:
        return lambda rows: list(starmap(build, rows))
    return _comprehension(f"{names.add(build)}({', '.join(reading)})", len(columns), names)


def decode_row(table: Table, vendor: str) -> Callable[[Sequence[Any]], Any]:
    """Return the function that builds a single row."""
    columns = list(table.columns.values())
    names = _Names()
    reading = _reading(columns, vendor, names)
    build = names.add(table.build)
    if all(part.isidentifier() for part in reading):
        source = f"def decode(row):\n    return {build}(*row)\n"
    else:
        source = (
            f"def decode(row):\n    {_targets(len(columns))} = row\n"
            f"    return {build}({', '.join(reading)})\n"
        )
    decode: Callable[[Sequence[Any]], Any] = _compiled(source, names)
    return decode


def decode_related(
    table: Table,
    ways: Sequence[Hops],
    vendor: str,
    *,
    loaded: Sequence[Column] = (),
    annotations: Sequence[Column] = (),
) -> DecodeRelated:
    """Return the function that builds rows with related ones joined to them.

    It returns one list for the rows, then one for each way. A row's ``_related`` holds what stands
    beside it, None where its key is NULL.

    loaded:      the columns that are read, where those are not all
    annotations: hidden in ``_extra``; their values stand behind those of all tables
    """
    names = _Names()
    tables = [table, *[way[-1].target for way in ways]]
    lines: list[str] = []
    first = 0
    for number, part in enumerate(tables):
        columns = list(part.columns.values())
        if number == 0 and loaded:
            columns = list(loaded)
        reading = _reading(columns, vendor, names, first)
        build = part.build
        if number == 0 and (loaded or annotations):
            held = dict(zip(columns, reading, strict=True))
            unread = names.add(UNSET)
            reading = [held.get(column, unread) for column in part.columns.values()]
            missing = [name for name, column in part.columns.items() if column not in held]
            build = part.build_variant(bool(annotations), tuple(missing))
        made = f"{names.add(build)}({', '.join(reading)})"
        if number == 0:
            lines.append(f"o0 = {made}; l0(o0)")
        else:
            key = first + columns.index(part.key)
            lines.append(f"o{number} = None if v{key} is None else {made}")
            lines.append(f"if o{number} is not None: l{number}(o{number})")
        first += len(columns)
    lines += _attachments(ways)
    if annotations:
        pairs = _reading(annotations, vendor, names, first)
        held_names = [column.name for column in annotations]
        listed = ", ".join(f"{n!r}: {part}" for n, part in zip(held_names, pairs, strict=True))
        lines.append(f"o0._extra = {{{listed}}}")
        first += len(annotations)
    opening = [f"out = [[] for _ in range({len(tables)})]"]
    opening += [f"l{number} = out[{number}].append" for number in range(len(tables))]
    body = "".join(f"        {line}\n" for line in lines)
    source = (
        "def decode(rows):\n"
        + "".join(f"    {line}\n" for line in opening)
        + f"    for {_targets(first)} in rows:\n{body}    return out\n"
    )
    decode: DecodeRelated = _compiled(source, names)
    return decode


def _attachments(ways: Sequence[Hops]) -> list[str]:
    """Return the lines that put every related row beside the one that points to it."""
    positions = {(): 0, **{way: number for number, way in enumerate(ways, 1)}}
    children: dict[Hops, list[Hops]] = {}
    for way in ways:
        children.setdefault(way[:-1], []).append(way)
    lines = []
    for parent, below in children.items():
        pairs = ", ".join(f"{way[-1].name!r}: o{positions[way]}" for way in below)
        owner = f"o{positions[parent]}"
        lines.append(f"if {owner} is not None: {owner}._related = {{{pairs}}}")
    return lines


def decode_pairs(key: Column, table: Table, vendor: str) -> Decode:
    """Return the function that makes pairs of a key and a row, each row once."""
    names = _Names()
    columns = list(table.columns.values())
    owner, *parts = _reading([key, *columns], vendor, names)
    place = 1 + columns.index(table.key)
    source = (
        "def decode(rows):\n    out, seen = [], {}\n"
        f"    for {_targets(len(columns) + 1)} in rows:\n"
        f"        row = seen.get(v{place})\n        if row is None:\n"
        f"            row = seen[v{place}] = {names.add(table.build)}({', '.join(parts)})\n"
        f"        out.append(({owner}, row))\n    return out\n"
    )
    decode: Decode = _compiled(source, names)
    return decode


def decode_annotated(columns: Sequence[Column], table: Table, vendor: str) -> Decode:
    """Return the function that builds rows, what was annotated hidden in ``_extra``."""
    names = _Names()
    reading = _reading(columns, vendor, names)
    width = len(table.columns)
    pairs = [
        f"{column.name!r}: {part}"
        for column, part in zip(columns[width:], reading[width:], strict=True)
    ]
    source = (
        f"def decode(rows):\n    out = []\n    for {_targets(len(columns))} in rows:\n"
        f"        row = {names.add(table.build_variant(True, ()))}({', '.join(reading[:width])})\n"
        f"        row._extra = {{{', '.join(pairs)}}}\n        out.append(row)\n    return out\n"
    )
    decode: Decode = _compiled(source, names)
    return decode


def decode_dicts(columns: Sequence[Column], keys: Sequence[str], vendor: str) -> Decode:
    """Return the function that makes a dict of each row."""
    names = _Names()
    reading = _reading(columns, vendor, names)
    pairs = ", ".join(f"{key!r}: {part}" for key, part in zip(keys, reading, strict=True))
    return _comprehension(f"{{{pairs}}}", len(columns), names)


def decode_tuples(columns: Sequence[Column], vendor: str) -> Decode:
    """Return the function that makes a tuple of each row."""
    names = _Names()
    reading = _reading(columns, vendor, names)
    return _comprehension(f"({', '.join(reading)},)", len(columns), names)


def decode_named(columns: Sequence[Column], keys: Sequence[str], vendor: str) -> Decode:
    """Return the function that makes a named tuple of each row."""
    names = _Names()
    reading = _reading(columns, vendor, names)
    make: Any = namedtuple
    build = names.add(make("Row", keys, rename=True)._make)
    return _comprehension(f"{build}(({', '.join(reading)},))", len(columns), names)


def decode_flat(column: Column, vendor: str) -> Decode:
    """Return the function that takes the only value of each row."""
    names = _Names()
    return _comprehension(_reading([column], vendor, names)[0], 1, names)


class Projection:
    """What a SELECT returns and what becomes of it; one object each, to compare.

    columns: the way to each column, in the order of the SELECT; None: an annotation
    rows:    whether it makes rows of the model
    ways:    relations whose rows are built beside the main ones
    loaded:  the columns of the model that are read, where those are not all
    form:    ``dict``, ``tuple`` or ``flat`` and the names, where values were asked for
    """

    __slots__ = ("_decoders", "_make", "columns", "form", "loaded", "rows", "table", "ways")

    def __init__(
        self,
        table: Table,
        columns: Sequence[tuple[AnyHops | None, Column]],
        make: Callable[[str], Callable[..., Any]],
        *,
        rows: bool = False,
        ways: Sequence[Hops] = (),
        form: tuple[str, tuple[str, ...]] | None = None,
        loaded: tuple[str, ...] | None = None,
    ) -> None:
        self.loaded = loaded
        self.table = table
        self.form = form
        self.rows = rows
        self.columns = tuple(columns)
        self.ways = tuple(ways)
        self._make = make
        self._decoders: dict[str, Callable[..., Any]] = {}

    def decoder(self, vendor: str) -> Callable[..., Any]:
        """Return the function that makes the results of a vendor's rows."""
        found = self._decoders.get(vendor)
        if found is None:
            found = self._decoders[vendor] = self._make(vendor)
        return found


_KEPT_PROJECTIONS = 500


def _kept(table: Table, key: tuple[Any, ...], make: Callable[[], Projection]) -> Projection:
    found: Projection | None = table.projections.get(key)
    if found is None:
        if len(table.projections) >= _KEPT_PROJECTIONS:
            table.projections.clear()
        found = table.projections[key] = make()
    return found


def project_rows(
    table: Table,
    ways: tuple[Hops, ...] = (),
    *,
    loaded: tuple[str, ...] | None = None,
    annotations: tuple[tuple[str, Any], ...] = (),
) -> Projection:
    """Return the projection of a model's rows, and of some relations' beside them.

    loaded:      names of the columns that are read, where those are not all
    annotations: aliases and kinds of expressions
    """

    def make() -> Projection:
        held = [table.columns[name] for name in loaded] if loaded else list(table.columns.values())
        columns: list[tuple[AnyHops | None, Column]] = [((), column) for column in held]
        for way in ways:
            columns += [(way, column) for column in way[-1].target.columns.values()]
        made = [Column(alias, alias, kind or kinds.TEXT) for alias, kind in annotations]
        columns += [(None, column) for column in made]

        def read(vendor: str) -> Callable[..., Any]:
            if ways or loaded:
                few = held if loaded else ()
                return decode_related(table, ways, vendor, loaded=few, annotations=made)
            if annotations:
                return decode_annotated([column for _, column in columns], table, vendor)
            return decode_rows(table, vendor)

        return Projection(table, columns, read, rows=True, ways=ways, loaded=loaded)

    return _kept(table, ("rows", ways, loaded, annotations), make)


def project_pairs(many: Many) -> Projection:
    """Return the projection of keys at one end, each with a row of the other end."""
    through, far, target = many.through, many.far, many.target

    def make() -> Projection:
        columns: list[tuple[AnyHops, Column]] = [((), many.near.column)]
        columns += [((far,), column) for column in target.columns.values()]
        key = many.near.column
        return Projection(through, columns, lambda vendor: decode_pairs(key, target, vendor))

    return _kept(through, ("pairs", many), make)


def _values_maker(
    form: str, columns: Sequence[Column], keys: tuple[str, ...]
) -> Callable[[str], Decode]:
    if form == "dict":
        return lambda vendor: decode_dicts(columns, keys, vendor)
    if form == "tuple":
        return lambda vendor: decode_tuples(columns, vendor)
    if form == "named":
        return lambda vendor: decode_named(columns, keys, vendor)
    return lambda vendor: decode_flat(columns[0], vendor)


def project_values(
    table: Table, form: str, columns: Sequence[tuple[AnyHops, Column]], keys: tuple[str, ...]
) -> Projection:
    """Return the projection of some columns; ``form``: ``dict``, ``tuple``, ``flat``."""

    def make() -> Projection:
        plain = [column for _, column in columns]
        return Projection(table, columns, _values_maker(form, plain, keys), form=(form, keys))

    return _kept(table, (form, *keys), make)


def project_annotated(
    table: Table, form: str, items: Sequence[tuple[Any, Any]], keys: tuple[str, ...]
) -> Projection:
    """Return the projection of columns and annotations.

    items: the way to a column and the column, or an alias and its kind
    form:  as for ``project_values``
    """

    def make() -> Projection:
        columns: list[tuple[AnyHops | None, Column]] = []
        for way, held in items:
            if isinstance(way, str):
                columns.append((None, Column(way, way, held or kinds.TEXT)))
            else:
                columns.append((way, held))
        plain = [column for _, column in columns]
        return Projection(table, columns, _values_maker(form, plain, keys), form=(form, keys))

    return _kept(table, ("annotated", form, *keys, *items), make)
