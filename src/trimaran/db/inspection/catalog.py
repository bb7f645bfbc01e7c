"""The catalogues of the three databases, read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trimaran.db.inspection.description import ColumnFound, IndexFound, KeyFound, TableFound

if TYPE_CHECKING:
    from trimaran.db.backends.base import Database

_OURS = "trimaran_"


async def read_catalog(database: Database) -> list[TableFound]:
    """Return the tables and views of a database by name, without the framework's own."""
    read = {"postgresql": _postgresql, "sqlite": _sqlite, "mariadb": _mariadb}[database.vendor]
    tables = await read(database)
    return [tables[name] for name in sorted(tables) if not name.startswith(_OURS)]


# PostgreSQL

_PG_TABLES = """
SELECT c.relname::text, c.relkind::text, coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
"""
_PG_COLUMNS = """
SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attgenerated::text,
       coalesce(col_description(c.oid, a.attnum), ''),
       coalesce((SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e
                 WHERE e.enumtypid = a.atttypid), ARRAY[]::text[])
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = current_schema() AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
_PG_CONSTRAINTS = """
SELECT c.relname::text, o.conname::text, o.contype::text, f.relname::text, o.confdeltype::text,
       ARRAY(SELECT a.attname::text FROM unnest(o.conkey) WITH ORDINALITY k(n, place)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n ORDER BY k.place),
       ARRAY(SELECT a.attname::text FROM unnest(o.confkey) WITH ORDINALITY k(n, place)
             JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = k.n ORDER BY k.place)
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_class f ON f.oid = o.confrelid
WHERE n.nspname = current_schema() AND o.contype IN ('p', 'u', 'f') ORDER BY 1, 2
"""
_PG_INDEXES = """
SELECT c.relname::text, i.relname::text, x.indisunique,
       ARRAY(SELECT a.attname::text FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(n, place)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n ORDER BY k.place)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND x.indpred IS NULL AND x.indexprs IS NULL
AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = i.oid AND o.contype IN ('p', 'u'))
ORDER BY 1, 2
"""
_PG_ACTIONS = {"c": "cascade", "n": "set_null", "d": "set_default", "r": "restrict"}


async def _postgresql(database: Database) -> dict[str, TableFound]:
    tables = {
        name: TableFound(name, view=kind in "vm", comment=comment)
        for name, kind, comment in await database.fetch(_PG_TABLES)
    }
    for table, name, type_, full, default, identity, made, text, values in await database.fetch(
        _PG_COLUMNS
    ):
        if table not in tables:
            continue
        column = ColumnFound(name, type_, not full, default, values=list(values), comment=text)
        column.counts = bool(identity) or "nextval(" in (default or "")
        if made:
            column.computed, column.default, column.stored = default, None, made == "s"
        tables[table].columns.append(column)
    for table, name, kind, target, action, columns, far in await database.fetch(_PG_CONSTRAINTS):
        if table not in tables:
            continue
        found = tables[table]
        if kind == "p":
            found.key = list(columns)
        elif kind == "u":
            found.indexes.append(IndexFound(name, list(columns), unique=True))
        else:
            done = _PG_ACTIONS.get(action, "no_action")
            found.foreign_keys.append(KeyFound(list(columns), target, list(far), done))
    for table, name, unique, columns in await database.fetch(_PG_INDEXES):
        if table in tables:
            tables[table].indexes.append(IndexFound(name, list(columns), unique=unique))
    return tables


# SQLite

_ACTIONS = {
    "CASCADE": "cascade",
    "SET NULL": "set_null",
    "SET DEFAULT": "set_default",
    "RESTRICT": "restrict",
}


async def _sqlite(database: Database) -> dict[str, TableFound]:
    rows = await database.fetch(
        "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite_%'"
    )
    tables: dict[str, TableFound] = {}
    for name, type_, sql in rows:
        if re.match(r"\s*CREATE\s+VIRTUAL", sql or "", re.IGNORECASE):
            continue
        tables[name] = await _sqlite_table(database, TableFound(name, view=type_ == "view"))
    for table in tables.values():
        for key in table.foreign_keys:  # a reference without columns is to the key
            if None in key.target_columns and key.target in tables:
                key.target_columns = list(tables[key.target].key)
    return tables


async def _sqlite_table(database: Database, table: TableFound) -> TableFound:
    rows = await database.fetch("SELECT * FROM pragma_table_xinfo(?)", [table.name])
    keys: list[tuple[int, str]] = []
    for _, name, type_, full, default, place, hidden in rows:
        if hidden == 1:
            continue
        column = ColumnFound(name, (type_ or "").lower(), not full and not place, default)
        if hidden in (2, 3):
            column.type = column.type.replace("generated always", "").strip()
            column.computed, column.stored, column.default = "generated", hidden == 3, None
        table.columns.append(column)
        if place:
            keys.append((place, name))
    table.key = [name for _, name in sorted(keys)]
    if len(table.key) == 1:
        own = next(column for column in table.columns if column.name == table.key[0])
        own.counts = own.type == "integer"
    keys_found: dict[int, KeyFound] = {}
    for row in await database.fetch("SELECT * FROM pragma_foreign_key_list(?)", [table.name]):
        number, _, target, near, far, _, action, _ = row
        key = keys_found.setdefault(
            number, KeyFound([], target, [], _ACTIONS.get(action, "no_action"))
        )
        key.columns.append(near)
        key.target_columns.append(far)
    table.foreign_keys = list(keys_found.values())
    for _, name, unique, origin, partial in await database.fetch(
        "SELECT * FROM pragma_index_list(?)", [table.name]
    ):
        columns = [
            row[2] for row in await database.fetch("SELECT * FROM pragma_index_info(?)", [name])
        ]
        if origin != "pk" and not partial and None not in columns:
            given = "" if name.startswith("sqlite_") else name
            table.indexes.append(IndexFound(given, columns, unique=bool(unique)))
    return table


# MariaDB

_MY_TABLES = (
    "SELECT table_name, table_type, table_comment FROM information_schema.tables"
    " WHERE table_schema = DATABASE()"
)
_MY_COLUMNS = (
    "SELECT table_name, column_name, column_type, is_nullable, column_default, extra,"
    " column_comment, generation_expression FROM information_schema.columns"
    " WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"
)
_MY_CHECKS = (
    "SELECT table_name, check_clause FROM information_schema.check_constraints"
    " WHERE constraint_schema = DATABASE()"
)
_MY_KEYS = (
    "SELECT k.table_name, k.constraint_name, k.column_name, k.referenced_table_name,"
    " k.referenced_column_name, r.delete_rule FROM information_schema.key_column_usage k"
    " JOIN information_schema.referential_constraints r"
    " ON r.constraint_schema = k.table_schema AND r.constraint_name = k.constraint_name"
    " AND r.table_name = k.table_name"
    " WHERE k.table_schema = DATABASE() ORDER BY 1, 2, k.ordinal_position"
)
_MY_INDEXES = (
    "SELECT table_name, index_name, non_unique, column_name FROM information_schema.statistics"
    " WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index"
)


async def _mariadb(database: Database) -> dict[str, TableFound]:
    tables = {
        name: TableFound(name, view=kind == "VIEW", comment="" if kind == "VIEW" else comment)
        for name, kind, comment in await database.fetch(_MY_TABLES)
    }
    for table, name, type_, null, default, extra, comment, made in await database.fetch(
        _MY_COLUMNS
    ):
        column = ColumnFound(name, type_.lower(), null == "YES", default, comment=comment)
        column.counts = "auto_increment" in extra
        if default == "NULL":
            column.default = None
        if type_.lower().startswith("enum("):
            column.values = [text.replace("''", "'") for text in _quoted(type_)]
        if made:
            column.computed, column.default = made, None
            column.stored = "STORED" in extra.upper()
        tables[table].columns.append(column)
    await _mariadb_keys(database, tables)
    return tables


async def _mariadb_keys(database: Database, tables: dict[str, TableFound]) -> None:
    for table, clause in await database.fetch(_MY_CHECKS):
        # A column of JSON is a text with such a check.
        checked = re.match(r"json_valid\([`\"](.+)[`\"]\)", clause)
        for column in tables[table].columns:
            if checked is not None and column.name == checked.group(1):
                column.type = "json"
    keys: dict[tuple[str, str], KeyFound] = {}
    for table, name, near, target, far, action in await database.fetch(_MY_KEYS):
        key = keys.get((table, name))
        if key is None:
            key = KeyFound([], target, [], _ACTIONS.get(action, "no_action"))
            keys[table, name] = key
            tables[table].foreign_keys.append(key)
        key.columns.append(near)
        key.target_columns.append(far)
    indexes: dict[tuple[str, str], IndexFound] = {}
    for table, name, many, column_name in await database.fetch(_MY_INDEXES):
        if name == "PRIMARY":
            tables[table].key.append(column_name)
            continue
        index = indexes.get((table, name))
        if index is None:
            index = indexes[table, name] = IndexFound(name, [], unique=not many)
            tables[table].indexes.append(index)
        index.columns.append(column_name)


def _quoted(text: str) -> list[Any]:
    return re.findall(r"'((?:[^']|'')*)'", text)
