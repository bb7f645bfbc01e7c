"""What changed between two states, as operations that lead from one to the other."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from trimaran.db.migrations import operations as ops
from trimaran.db.migrations.source import same
from trimaran.db.migrations.tables import ForeignKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trimaran.db.migrations.operations import Operation
    from trimaran.db.migrations.renames import Renames
    from trimaran.db.migrations.state import State
    from trimaran.db.migrations.tables import Constraint, Index, Table


def find_changes(
    old: State, new: State, *, renames: Renames, fills: Mapping[tuple[str, str], Any]
) -> list[Operation]:
    """The operations that make the new state of the old one.

    renames: knows or asks which table or column is an old one under a new name
    fills:   for a table and column, the value that its present rows get
    """
    return _Finder(old, new, renames, fills).find()


class _Finder:
    def __init__(
        self, old: State, new: State, renames: Renames, fills: Mapping[tuple[str, str], Any]
    ) -> None:
        self.state = old.copy()
        self.new = new
        self.renames = renames
        self.fills = fills
        self.found: list[Operation] = []

    def find(self) -> list[Operation]:
        self._rename()
        created = [name for name in self.new.tables if name not in self.state.tables]
        dropped = [name for name in self.state.tables if name not in self.new.tables]
        kept = [name for name in self.new.tables if name in self.state.tables]
        for name in kept:
            self._remove_parts(name)
        self._drop_tables(dropped)
        late = self._create_tables(created)
        for name in kept:
            self._change_columns(name)
        for name in kept:
            self._add_parts(name)
        for name in kept:
            self._add_foreign_keys(name)
        for name, key in late:
            self._do(ops.AddConstraint(name, key))
        for name in kept:
            self._set_comment(name)
        return self.found

    def _do(self, operation: Operation) -> None:
        operation.apply(self.state)
        self.found.append(operation)

    # Renames

    def _rename(self) -> None:
        for old, new in self.renames.tables(self.state, self.new):
            self._do(ops.RenameTable(old, new))
        for name, table in self.new.tables.items():
            if name not in self.state.tables:
                continue
            for old, new in self.renames.columns(self.state.tables[name], table):
                self._do(ops.RenameColumn(name, old, new))
        for name, table in self.new.tables.items():
            if name in self.state.tables:
                self._rename_parts(name, table)

    def _rename_parts(self, name: str, table: Table) -> None:
        present = self.state.table(name)
        for old, new in _renamed(present.constraints, table.constraints):
            self._do(ops.RenameConstraint(name, old, new))
        for old, new in _renamed(present.indexes, table.indexes):
            self._do(ops.RenameIndex(name, old, new))

    # What goes

    def _remove_parts(self, name: str) -> None:
        present, wanted = self.state.table(name), self.new.table(name)
        for index in present.indexes:
            if not _unchanged(index, wanted.index(index.name)):
                self._do(ops.DropIndex(name, index.name))
        # Foreign keys first: they stand on the unique constraints.
        for item in sorted(present.constraints, key=lambda item: not isinstance(item, ForeignKey)):
            if not _unchanged(item, wanted.constraint(item.name)):
                self._do(ops.DropConstraint(name, item.name))

    def _drop_tables(self, names: Sequence[str]) -> None:
        order, cut = creation_order([self.state.table(name) for name in names])
        for name, key in cut:
            self._do(ops.DropConstraint(name, key.name))
        for table in reversed(order):
            self._do(ops.DropTable(table.name))

    # What comes

    def _create_tables(self, names: Sequence[str]) -> list[tuple[str, ForeignKey]]:
        order, cut = creation_order([self.new.table(name) for name in names])
        late = {(name, key.name) for name, key in cut}
        for table in order:
            now = tuple(item for item in table.constraints if (table.name, item.name) not in late)
            self._do(ops.CreateTable.of(dataclasses.replace(table, constraints=now)))
        return cut

    def _change_columns(self, name: str) -> None:
        present, wanted = self.state.table(name), self.new.table(name)
        for column in wanted.columns:
            before = present.column(column.name)
            fill = self.fills.get((name, column.name))
            if before is None:
                needs = not column.null and column.default is None
                self._do(ops.AddColumn(name, column, fill=fill if needs else None))
            elif same(before, column):
                continue
            elif (before.computed, before.stored) != (column.computed, column.stored):
                self._do(ops.DropColumn(name, column.name))
                self._do(ops.AddColumn(name, column, fill=fill))
            else:
                needs = before.null and not column.null
                self._do(ops.AlterColumn(name, column, fill=fill if needs else None))
        for column in present.columns:
            if wanted.column(column.name) is None:
                self._do(ops.DropColumn(name, column.name))

    def _add_parts(self, name: str) -> None:
        wanted = self.new.table(name)
        for item in wanted.constraints:
            if not isinstance(item, ForeignKey):
                self._add_constraint(name, item)
        for index in wanted.indexes:
            if self.state.table(name).index(index.name) is None:
                self._do(ops.AddIndex(name, index))

    def _add_foreign_keys(self, name: str) -> None:
        for item in self.new.table(name).foreign_keys():
            self._add_constraint(name, item)

    def _add_constraint(self, name: str, item: Constraint) -> None:
        if self.state.table(name).constraint(item.name) is None:
            self._do(ops.AddConstraint(name, item))

    def _set_comment(self, name: str) -> None:
        wanted = self.new.table(name).comment
        if self.state.table(name).comment != wanted:
            self._do(ops.SetComment(name, wanted))


def creation_order(tables: Sequence[Table]) -> tuple[list[Table], list[tuple[str, ForeignKey]]]:
    """Tables, each after those it refers to, and the foreign keys left for later.

    Only a circle of references leaves any.
    """
    waiting = {table.name: table for table in tables}
    needs = {
        table.name: [key for key in table.foreign_keys() if key.target != table.name]
        for table in tables
    }
    ordered: list[Table] = []
    cut: list[tuple[str, ForeignKey]] = []
    while waiting:
        ready = _first(
            name for name in waiting if all(key.target not in waiting for key in needs[name])
        )
        if ready is None:
            ready = min(waiting, key=lambda name: (len(needs[name]), name))
            cut += [(ready, key) for key in needs[ready] if key.target in waiting]
        ordered.append(waiting.pop(ready))
    return ordered, cut


def _first(names: Iterable[str]) -> str | None:
    return next(iter(names), None)


def _unchanged(part: Constraint | Index, other: Constraint | Index | None) -> bool:
    return other is not None and same(part, other)


def _renamed(
    present: Sequence[Constraint] | Sequence[Index], wanted: Sequence[Constraint] | Sequence[Index]
) -> list[tuple[str, str]]:
    """Parts that differ by their name alone."""
    wanted_names = {item.name for item in wanted}
    present_names = {item.name for item in present}
    gone = [item for item in present if item.name not in wanted_names]
    pairs: list[tuple[str, str]] = []
    for item in wanted:
        if item.name in present_names:
            continue
        match = next(
            (old for old in gone if same(dataclasses.replace(old, name=item.name), item)), None
        )
        if match is not None:
            gone.remove(match)
            pairs.append((match.name, item.name))
    return pairs
