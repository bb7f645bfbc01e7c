"""A state from SQLAlchemy's tables: what the models declare."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.functions import now

from trimaran.db.migrations import tables as spec
from trimaran.db.migrations.state import State
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

_LONGEST_NAME = 63  # PostgreSQL cuts longer names off, MariaDB refuses more than 64
_DIALECT = DefaultDialect(paramstyle="named")
_VARIANTS: tuple[Dialect, ...] = (
    PGDialect(),  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    SQLiteDialect(),
)
_ORDERINGS = (
    operators.desc_op,
    operators.asc_op,
    operators.nulls_first_op,
    operators.nulls_last_op,
)


def read_state(metadata: sa.MetaData) -> State:
    """The state that these tables are, in an order in which they can be created."""
    ordered = sorted(metadata.tables.values(), key=lambda table: table.key)
    return State(read_table(table) for table in ordered if table.info.get("managed", True))


def read_table(table: sa.Table) -> spec.Table:
    """What a table declares, its constraints and indexes sorted by kind and name."""
    rank = {spec.PrimaryKey: 0, spec.Unique: 1, spec.Check: 2, spec.ForeignKey: 3}
    declared = [
        *table.constraints,
        *(item for column in table.columns for item in column.constraints),
    ]
    read = (_read_constraint(item, table) for item in declared)
    constraints = [item for item in read if item is not None]
    return spec.Table(
        table.key,
        tuple(read_column(column) for column in table.columns),
        tuple(sorted(constraints, key=lambda item: (rank[type(item)], item.name))),
        tuple(
            sorted((_read_index(item, table) for item in table.indexes), key=lambda item: item.name)
        ),
        table.comment,
        _options(table.dialect_kwargs),
    )


def read_column(column: sa.Column[Any]) -> spec.Column:
    """What a column declares."""
    identity: bool | dict[str, Any] = False
    computed = stored = None
    if column.identity is not None:
        identity = _identity_options(column.identity) or True
    elif column.computed is not None:
        computed = sql_text(column.computed.sqltext)
        stored = column.computed.persisted
    return spec.Column(
        column.name,
        storage_type(column.type),
        null=bool(column.nullable),
        default=_default(column),
        identity=identity,
        autoincrement=False if column.primary_key and column.autoincrement is False else None,
        computed=computed,
        stored=stored,
        comment=column.comment,
    )


def storage_type(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """The plain type that a column is stored in.

    A type decorator is taken off, so that migration files name SQLAlchemy's own types and stay
    readable and valid when the program changes.
    """
    # SQLAlchemy's Interval is a decorator too, but one that migration files can name.
    if not isinstance(type_, sa.TypeDecorator) or type(type_).__module__.startswith("sqlalchemy."):
        return type_
    base: TypeEngine[Any] = storage_type(type_.impl_instance)
    variants: dict[str, TypeEngine[Any]] = {}
    for dialect in _VARIANTS:
        stored = type_.load_dialect_impl(dialect)
        stored = storage_type(stored) if isinstance(stored, sa.TypeDecorator) else stored
        if stored.compile(dialect=dialect) != base.compile(dialect=dialect):
            variants[dialect.name] = stored
    for name, variant in variants.items():
        base = base.with_variant(variant, name)
    return base


def sql_text(expression: Any) -> str:
    """An expression as SQL text that needs no parameters and names no table."""
    if isinstance(expression, str):
        return expression
    if isinstance(expression, now):
        return "CURRENT_TIMESTAMP"  # now() is not known to SQLite
    compiled = expression.compile(
        dialect=_DIALECT, compile_kwargs={"literal_binds": True, "include_table": False}
    )
    return str(compiled)


def _default(column: sa.Column[Any]) -> str | None:
    default = column.server_default
    if not isinstance(default, sa.DefaultClause):
        return None
    if isinstance(default.arg, str):
        return "'" + default.arg.replace("'", "''") + "'"
    return sql_text(default.arg)


def _identity_options(identity: sa.Identity) -> dict[str, Any]:
    names = ("always", "start", "increment", "minvalue", "maxvalue", "nominvalue", "nomaxvalue")
    options = {name: getattr(identity, name) for name in (*names, "cycle", "cache")}
    return {name: value for name, value in options.items() if value not in (None, False)}


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: _plain(value) for name, value in sorted(options.items())}
    return {name: value for name, value in plain.items() if value not in (None, False, {}, [])}


def _plain(value: Any) -> Any:
    if isinstance(value, sa.Column):
        return value.name
    if isinstance(value, sa.ClauseElement):
        return sql_text(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def _read_constraint(item: sa.Constraint, table: sa.Table) -> spec.Constraint | None:
    match item:
        case sa.PrimaryKeyConstraint():
            columns = [column.name for column in item.columns]
            if not columns:
                return None
            name = _name(item, table, "pk", ())
            return spec.PrimaryKey(columns, name=name, options=_options(item.dialect_kwargs))
        case sa.UniqueConstraint():
            columns = [column.name for column in item.columns]
            return spec.Unique(
                columns,
                name=_name(item, table, "uq", columns),
                deferrable=item.deferrable,
                initially=item.initially,
                options=_options(item.dialect_kwargs),
            )
        case sa.CheckConstraint():
            if getattr(item, "_type_bound", False):  # its column's type makes it again
                return None
            condition = sql_text(item.sqltext)
            digest = hashlib.sha256(condition.encode()).hexdigest()[:8]
            return spec.Check(condition, name=_name(item, table, "ck", [digest]))
        case sa.ForeignKeyConstraint():
            return _read_foreign_key(item, table)
    raise MigrationError(
        "TRI-MIGRATION-004",
        f"Table {table.key} has a {type(item).__name__}, which migrations do not know.",
        "Leave it out of the model, and create it with RunSQL in a migration of your own.",
    )


def _read_foreign_key(item: sa.ForeignKeyConstraint, table: sa.Table) -> spec.ForeignKey:
    columns = [element.parent.name for element in item.elements]
    return spec.ForeignKey(
        columns,
        item.referred_table.key,
        [element.column.name for element in item.elements],
        name=_name(item, table, "fk", [*columns, item.referred_table.name]),
        on_delete=item.ondelete,
        on_update=item.onupdate,
        deferrable=item.deferrable,
        initially=item.initially,
        match=item.match,
        options=_options(item.dialect_kwargs),
    )


def _read_index(index: sa.Index, table: sa.Table) -> spec.Index:
    options = dict(index.dialect_kwargs)
    where = options.pop("postgresql_where", None)
    sqlite_where = options.pop("sqlite_where", None)
    where = sqlite_where if where is None else where
    columns = [_index_part(part) for part in index.expressions]
    names = [part.text if isinstance(part, spec.Sql) else part for part in columns]
    return spec.Index(
        columns,
        name=_name(index, table, "ix", names),
        unique=bool(index.unique),
        where=None if where is None else sql_text(where),
        options=_options(options),
    )


def _index_part(part: Any) -> str | spec.Sql:
    if isinstance(part, sa.Column):
        return part.name
    if isinstance(part, UnaryExpression) and part.modifier in _ORDERINGS:
        return spec.Sql(sql_text(part))
    text = sql_text(part)
    # An expression needs parentheses, unless it is a call; more of them do no harm.
    return spec.Sql(text if isinstance(part, sa.TextClause) else f"({text})")


def _name(item: sa.Constraint | sa.Index, table: sa.Table, kind: str, parts: Iterable[str]) -> str:
    """The name that is given or follows from the naming convention, else one of the same kind.

    What has no name could never be dropped again.
    """
    given = item.name
    parts = (kind, table.name, *parts)
    name = str(given) if isinstance(given, str) and given else "_".join(parts)
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return name.encode()[: _LONGEST_NAME - 9].decode(errors="ignore") + "_" + digest


def read_fills(metadata: sa.MetaData) -> dict[tuple[str, str], Any]:
    """The value that present rows get, for each column with a default.

    A function is called once, as all rows of a table that exists get the same value; where each
    needs its own, there is none.
    """
    fills: dict[tuple[str, str], Any] = {}
    for table in metadata.tables.values():
        for column in table.columns:
            value = column.info.get("fill")
            default = column.default
            if isinstance(default, sa.ColumnDefault):
                clause = default.is_clause_element
                value = spec.Sql(sql_text(default.arg)) if clause else default.arg
                if default.is_callable:
                    value = functools.partial(default.arg, None)
            if callable(value):
                value = None if column.unique or column.primary_key else value()
            if value is not None:
                fills[table.key, column.name] = value
    return fills
