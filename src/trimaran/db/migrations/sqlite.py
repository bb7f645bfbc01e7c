"""Operations in SQLite's SQL: most of them rebuild the table.

The rebuild is SQLite's own recipe (https://www.sqlite.org/lang_altertable.html, section 7): a new
table, the rows copied, the old table dropped, the new one renamed. The folded state says what both
look like, so nothing is asked of the database. All changes of one table between two barriers
(renames, new and dropped tables, data steps) share one rebuild.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trimaran.db.migrations import operations as ops
from trimaran.db.migrations.building import build_alone, build_index, build_table
from trimaran.db.migrations.steps import Rebuild, Statement
from trimaran.db.migrations.tables import split_name
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from trimaran.db.migrations.ddl import Ddl
    from trimaran.db.migrations.operations import Operation
    from trimaran.db.migrations.state import State
    from trimaran.db.migrations.steps import Step
    from trimaran.db.migrations.tables import Column, Table

_TEMPORARY = "_trimaran_new_"
_CONSTANT = re.compile(r"[-+]?[\d.]+(?:e[-+]?\d+)?|'(?:[^']|'')*'|null|true|false", re.IGNORECASE)
"""The defaults that ALTER TABLE ADD COLUMN takes."""


@dataclass
class _Pending:
    """Changes of one table that wait for a barrier."""

    before: Table
    operations: list[ops.TableOperation] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    """For each column of the new table, the expression over the old one that fills it."""


class SqliteCompiler:
    """Gathers the changes of each table and turns them into as few steps as it can."""

    def __init__(self, ddl: Ddl) -> None:
        self._ddl = ddl
        self._pending: dict[str, _Pending] = {}

    def add(self, operation: Operation, before: State, after: State) -> list[Step]:
        """The steps that are due now that this operation follows."""
        if isinstance(operation, ops.TableOperation):
            self._gather(operation, before)
            return []
        if isinstance(operation, ops.SetComment):  # SQLite keeps no comments
            return []
        steps = self.flush(before)
        match operation:
            case ops.CreateTable(name=name):
                self._ddl.impl.create_table(build_alone(after, name))
            case ops.DropTable(name=name):
                self._ddl.impl.drop_table(build_alone(before, name))
            case ops.RenameTable(old=old, new=new):
                self._rename_table(old, new)
            case ops.RenameColumn(table=table, old=old, new=new):
                names = f"{self._ddl.quote(old)} TO {self._ddl.quote(new)}"
                place = self._ddl.quote(table)
                return [*steps, Statement(f"ALTER TABLE {place} RENAME COLUMN {names}")]
            case _:
                raise TypeError(operation)
        return steps + self._taken()

    def flush(self, after: State) -> list[Step]:
        """The steps of all changes that were gathered; ``after`` is what they lead to."""
        steps: list[Step] = []
        for name, pending in self._pending.items():
            if any(_needs_rebuild(operation) for operation in pending.operations):
                steps.append(self._rebuild(pending, after.table(name), after))
            else:
                for operation in pending.operations:
                    self._native(operation, after)
                steps += self._taken()
        self._pending = {}
        return steps

    def _taken(self) -> list[Step]:
        return [Statement(sql) for sql in self._ddl.take()]

    def _rename_table(self, old: str, new: str) -> None:
        if split_name(old)[0] is not None or split_name(new)[0] is not None:
            raise MigrationError(
                "TRI-MIGRATION-006",
                f"SQLite has no schemas to rename {old!r} to {new!r} in.",
                "Leave the schema out of the tables' names.",
            )
        self._ddl.impl.rename_table(old, new)

    def _gather(self, operation: ops.TableOperation, before: State) -> None:
        pending = self._pending.get(operation.table)
        if pending is None:
            table = before.table(operation.table)
            quoted = {column.name: self._ddl.quote(column.name) for column in table.columns}
            pending = self._pending[operation.table] = _Pending(table, sources=quoted)
        pending.operations.append(operation)
        sources = pending.sources
        match operation:
            case ops.AddColumn(column=column, fill=fill):
                if fill is not None:
                    sources[column.name] = self._ddl.literal(fill, column.type)
            case ops.DropColumn(name=name):
                sources.pop(name, None)
            case ops.AlterColumn(column=column, fill=fill):
                if fill is not None and not column.null and column.name in sources:
                    literal = self._ddl.literal(fill, column.type)
                    sources[column.name] = f"coalesce({sources[column.name]}, {literal})"

    def _native(self, operation: ops.TableOperation, after: State) -> None:
        built = build_alone(after, operation.table)
        match operation:
            case ops.AddColumn(column=column):
                self._ddl.impl.add_column(built.name, built.c[column.name], schema=built.schema)
            case ops.AddIndex(index=index):
                self._ddl.impl.create_index(build_index(index, built))
            case ops.DropIndex(name=name):
                self._ddl.emit(f"DROP INDEX {self._ddl.quote(name)}")
            case ops.RenameIndex(old=old, new=new):
                self._ddl.emit(f"DROP INDEX {self._ddl.quote(old)}")
                renamed = after.index(operation.table, new)
                self._ddl.impl.create_index(build_index(renamed, built))
            case _:
                raise TypeError(operation)

    def _rebuild(self, pending: _Pending, table: Table, after: State) -> Rebuild:
        ddl = self._ddl
        built = build_alone(after, table.name)
        temporary = _TEMPORARY + table.name
        bare = dataclasses.replace(table, indexes=())
        ddl.impl.create_table(build_table(bare, built.metadata, name=temporary))
        place, other = ddl.quote(table.name), ddl.quote(temporary)
        names = [
            column.name
            for column in table.columns
            if column.name in pending.sources and column.computed is None
        ]
        if names:
            into = ", ".join(ddl.quote(name) for name in names)
            values = ", ".join(pending.sources[name] for name in names)
            ddl.emit(f"INSERT INTO {other} ({into}) SELECT {values} FROM {place}")  # noqa: S608  names are quoted
        if _counts(table) and _counts(pending.before):
            self._keep_count(table.name, temporary)
        ddl.emit(f"DROP TABLE {place}")
        ddl.emit(f"ALTER TABLE {other} RENAME TO {place}")
        for index in sorted(built.indexes, key=lambda index: str(index.name)):
            ddl.impl.create_index(index)
        known = {index.name for index in (*pending.before.indexes, *table.indexes)}
        return Rebuild(table.name, tuple(ddl.take()), frozenset(known))

    def _keep_count(self, name: str, temporary: str) -> None:
        # AUTOINCREMENT promises never to give a number twice: the old table's count goes on.
        old, new = (f"'{text.replace(chr(39), chr(39) * 2)}'" for text in (name, temporary))
        self._ddl.emit(f"DELETE FROM sqlite_sequence WHERE name = {new}")  # noqa: S608  quoted
        self._ddl.emit(
            "INSERT INTO sqlite_sequence (name, seq) "  # noqa: S608  quoted
            f"SELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
        )


def _counts(table: Table) -> bool:
    return bool(table.options.get("sqlite_autoincrement"))


def _needs_rebuild(operation: ops.TableOperation) -> bool:
    match operation:
        case ops.AddColumn(column=column, fill=fill):
            return fill is not None or not _addable(column)
        case ops.AddIndex() | ops.DropIndex() | ops.RenameIndex():
            return False
    return True


def _addable(column: Column) -> bool:
    if column.computed is not None or column.identity is not False:
        return False
    if column.default is None:
        return column.null
    return _CONSTANT.fullmatch(column.default) is not None
