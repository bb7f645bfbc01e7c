"""The tables as they stand after some migrations."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from trimaran.db.migrations.mentions import Rename
from trimaran.db.migrations.tables import ForeignKey
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimaran.db.migrations.tables import Column, Constraint, Index, Table


class State:
    """All tables by name. Tables never change; a state's ``tables`` do.

    A state is folded from the operations of the migration files in their order, so it needs no
    database and loses nothing that a database could not be asked about.
    """

    __slots__ = ("tables",)

    def __init__(self, tables: Iterable[Table] = ()) -> None:
        self.tables: dict[str, Table] = {table.name: table for table in tables}

    def copy(self) -> State:
        """Another state with the same tables."""
        return State(self.tables.values())

    def table(self, name: str) -> Table:
        """The table of this name; a ``MigrationError`` where there is none."""
        table = self.tables.get(name)
        if table is None:
            raise MigrationError(
                "TRI-MIGRATION-001",
                f"There is no table {name!r} at this point of the migrations.",
                "Check the name and the order of the operations, or run `trimaran makemigrations`.",
            )
        return table

    def column(self, table: str, name: str) -> Column:
        """A table's column; a ``MigrationError`` where there is none."""
        column = self.table(table).column(name)
        if column is None:
            raise _missing("column", table, name)
        return column

    def constraint(self, table: str, name: str) -> Constraint:
        """A table's constraint; a ``MigrationError`` where there is none."""
        constraint = self.table(table).constraint(name)
        if constraint is None:
            raise _missing("constraint", table, name)
        return constraint

    def index(self, table: str, name: str) -> Index:
        """A table's index; a ``MigrationError`` where there is none."""
        index = self.table(table).index(name)
        if index is None:
            raise _missing("index", table, name)
        return index

    def refuse_existing(self, kind: str, table: str, name: str) -> None:
        """Raise a ``MigrationError`` if the table already has such a part."""
        part: object = getattr(self.table(table), kind)(name)
        if part is not None:
            raise MigrationError(
                "TRI-MIGRATION-002",
                f"Table {table!r} already has a {kind} {name!r} at this point of the migrations.",
                "Remove the operation, or drop what is there first.",
            )

    def put(self, table: Table) -> None:
        """Set or replace a table."""
        self.tables[table.name] = table

    def rename_table(self, old: str, new: str) -> None:
        """Give a table another name, in its place and in every foreign key."""
        self.table(old)

        def renamed(table: Table) -> Table:
            constraints = tuple(
                dataclasses.replace(item, target=new)
                if isinstance(item, ForeignKey) and item.target == old
                else item
                for item in table.constraints
            )
            name = new if table.name == old else table.name
            return dataclasses.replace(table, name=name, constraints=constraints)

        self.tables = {
            changed.name: changed for changed in (renamed(table) for table in self.tables.values())
        }

    def rename_column(self, table: str, old: str, new: str) -> None:
        """Give a column another name, in its table and in whatever refers to it."""
        self.column(table, old)
        rename = Rename(old, new)
        for name, held in list(self.tables.items()):
            own = name == table
            constraints = tuple(
                rename.in_constraint(item, table, own=own) for item in held.constraints
            )
            changed = dataclasses.replace(held, constraints=constraints)
            if own:
                changed = dataclasses.replace(
                    changed,
                    columns=tuple(rename.in_column(column) for column in held.columns),
                    indexes=tuple(rename.in_index(index) for index in held.indexes),
                )
            self.tables[name] = changed


def _missing(kind: str, table: str, name: str) -> MigrationError:
    return MigrationError(
        "TRI-MIGRATION-001",
        f"Table {table!r} has no {kind} {name!r} at this point of the migrations.",
        "Check the name and the order of the operations, or run `trimaran makemigrations`.",
    )
