"""Operations on whole tables."""

from __future__ import annotations

import dataclasses
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

from trimaran.db.migrations.operations.base import Operation
from trimaran.db.migrations.tables import Column, Constraint, Index, Options, Table
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.migrations.state import State


@dataclass(frozen=True, eq=False)
class CreateTable(Operation):
    """Create a table with its constraints and indexes."""

    name: str
    _: KW_ONLY
    columns: Sequence[Column]
    constraints: Sequence[Constraint] = ()
    indexes: Sequence[Index] = ()
    comment: str | None = None
    options: Options = field(default_factory=dict)

    @classmethod
    def of(cls, table: Table) -> CreateTable:
        """Create this table."""
        return cls(
            table.name,
            columns=list(table.columns),
            constraints=list(table.constraints),
            indexes=list(table.indexes),
            comment=table.comment,
            options=table.options,
        )

    def apply(self, state: State) -> None:
        if self.name in state.tables:
            raise MigrationError(
                "TRI-MIGRATION-002",
                f"There is a table {self.name!r} already at this point of the migrations.",
                "Remove the operation, or drop the table first.",
            )
        state.put(
            Table(
                self.name,
                tuple(self.columns),
                tuple(self.constraints),
                tuple(self.indexes),
                self.comment,
                self.options,
            )
        )

    def inverse(self, before: State) -> Operation:
        del before
        return DropTable(self.name)

    def describe(self) -> str:
        return f"create table {self.name}"

    def slug(self) -> str:
        return self.name.replace(".", "_")


@dataclass(frozen=True, eq=False)
class DropTable(Operation):
    """Drop a table and its rows."""

    name: str

    def apply(self, state: State) -> None:
        state.table(self.name)
        del state.tables[self.name]

    def inverse(self, before: State) -> Operation:
        return CreateTable.of(before.table(self.name))

    def describe(self) -> str:
        return f"drop table {self.name}"

    def slug(self) -> str:
        return f"drop_{self.name}".replace(".", "_")


@dataclass(frozen=True, eq=False)
class RenameTable(Operation):
    """Give a table another name."""

    old: str
    new: str

    def apply(self, state: State) -> None:
        if self.new in state.tables:
            raise MigrationError(
                "TRI-MIGRATION-002",
                f"There is a table {self.new!r} already at this point of the migrations.",
                "Choose another name, or drop the table first.",
            )
        state.rename_table(self.old, self.new)

    def inverse(self, before: State) -> Operation:
        del before
        return RenameTable(self.new, self.old)

    def describe(self) -> str:
        return f"rename table {self.old} to {self.new}"

    def slug(self) -> str:
        return f"rename_{self.old}_{self.new}".replace(".", "_")


@dataclass(frozen=True, eq=False)
class SetComment(Operation):
    """Set or remove what the database says of a table."""

    table: str
    comment: str | None

    def apply(self, state: State) -> None:
        state.put(dataclasses.replace(state.table(self.table), comment=self.comment))

    def inverse(self, before: State) -> Operation:
        return SetComment(self.table, before.table(self.table).comment)

    def describe(self) -> str:
        return f"set comment of {self.table}"
