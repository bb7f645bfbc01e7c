"""Operations on the columns of a table."""

from __future__ import annotations

import dataclasses
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

from trimaran.db.migrations.mentions import constraint_uses, index_uses
from trimaran.db.migrations.operations.base import Operation, TableOperation

if TYPE_CHECKING:
    from trimaran.db.migrations.state import State
    from trimaran.db.migrations.tables import Column


@dataclass(frozen=True, eq=False)
class AddColumn(TableOperation):
    """Add a column; ``fill`` is what the rows that are there already get.

    fill: a Python value or ``Sql``; without it they get the column's own default, or null
    """

    table: str
    column: Column
    _: KW_ONLY
    fill: Any = None

    def apply(self, state: State) -> None:
        state.refuse_existing("column", self.table, self.column.name)
        table = state.table(self.table)
        state.put(dataclasses.replace(table, columns=(*table.columns, self.column)))

    def inverse(self, before: State) -> Operation:
        del before
        return DropColumn(self.table, self.column.name)

    def describe(self) -> str:
        return f"add column {self.table}.{self.column.name}"


@dataclass(frozen=True, eq=False)
class DropColumn(TableOperation):
    """Drop a column, and with it the constraints and indexes that use it."""

    table: str
    name: str

    def apply(self, state: State) -> None:
        state.column(self.table, self.name)
        table = state.table(self.table)
        state.put(
            dataclasses.replace(
                table,
                columns=tuple(column for column in table.columns if column.name != self.name),
                constraints=tuple(
                    item for item in table.constraints if not constraint_uses(item, self.name)
                ),
                indexes=tuple(item for item in table.indexes if not index_uses(item, self.name)),
            )
        )

    def inverse(self, before: State) -> Operation:
        return AddColumn(self.table, before.column(self.table, self.name))

    def describe(self) -> str:
        return f"drop column {self.table}.{self.name}"


@dataclass(frozen=True, eq=False)
class AlterColumn(TableOperation):
    """Make a column what is said here: its type, default, whether it may be null.

    fill:  what replaces null where the column may no longer be null: a Python value or ``Sql``
    using: SQL text that converts the old values (PostgreSQL; a cast where it is left out)
    """

    table: str
    column: Column
    _: KW_ONLY
    fill: Any = None
    using: str | None = None

    def apply(self, state: State) -> None:
        state.column(self.table, self.column.name)
        table = state.table(self.table)
        columns = tuple(
            self.column if column.name == self.column.name else column for column in table.columns
        )
        state.put(dataclasses.replace(table, columns=columns))

    def inverse(self, before: State) -> Operation:
        return AlterColumn(self.table, before.column(self.table, self.column.name))

    def describe(self) -> str:
        return f"alter column {self.table}.{self.column.name}"


@dataclass(frozen=True, eq=False)
class RenameColumn(Operation):
    """Give a column another name."""

    table: str
    old: str
    new: str

    def apply(self, state: State) -> None:
        state.refuse_existing("column", self.table, self.new)
        state.rename_column(self.table, self.old, self.new)

    def inverse(self, before: State) -> Operation:
        del before
        return RenameColumn(self.table, self.new, self.old)

    def describe(self) -> str:
        return f"rename column {self.table}.{self.old} to {self.new}"

    def slug(self) -> str:
        return f"rename_{self.table}_{self.old}_{self.new}".replace(".", "_")
