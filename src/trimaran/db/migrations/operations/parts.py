"""Operations on the constraints and indexes of a table."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimaran.db.migrations.operations.base import Operation, TableOperation

if TYPE_CHECKING:
    from trimaran.db.migrations.state import State
    from trimaran.db.migrations.tables import Constraint, Index


@dataclass(frozen=True, eq=False)
class AddConstraint(TableOperation):
    """Add a primary key, unique, check or foreign key constraint."""

    table: str
    constraint: Constraint

    def apply(self, state: State) -> None:
        state.refuse_existing("constraint", self.table, self.constraint.name)
        table = state.table(self.table)
        state.put(dataclasses.replace(table, constraints=(*table.constraints, self.constraint)))

    def inverse(self, before: State) -> Operation:
        del before
        return DropConstraint(self.table, self.constraint.name)

    def describe(self) -> str:
        return f"add constraint {self.constraint.name}"


@dataclass(frozen=True, eq=False)
class DropConstraint(TableOperation):
    """Drop a constraint by its name."""

    table: str
    name: str

    def apply(self, state: State) -> None:
        state.constraint(self.table, self.name)
        table = state.table(self.table)
        kept = tuple(item for item in table.constraints if item.name != self.name)
        state.put(dataclasses.replace(table, constraints=kept))

    def inverse(self, before: State) -> Operation:
        return AddConstraint(self.table, before.constraint(self.table, self.name))

    def describe(self) -> str:
        return f"drop constraint {self.name}"


@dataclass(frozen=True, eq=False)
class RenameConstraint(TableOperation):
    """Give a constraint another name."""

    table: str
    old: str
    new: str

    def apply(self, state: State) -> None:
        state.constraint(self.table, self.old)
        state.refuse_existing("constraint", self.table, self.new)
        table = state.table(self.table)
        renamed = tuple(
            dataclasses.replace(item, name=self.new) if item.name == self.old else item
            for item in table.constraints
        )
        state.put(dataclasses.replace(table, constraints=renamed))

    def inverse(self, before: State) -> Operation:
        del before
        return RenameConstraint(self.table, self.new, self.old)

    def describe(self) -> str:
        return f"rename constraint {self.old} to {self.new}"


@dataclass(frozen=True, eq=False)
class AddIndex(TableOperation):
    """Create an index."""

    table: str
    index: Index

    def apply(self, state: State) -> None:
        state.refuse_existing("index", self.table, self.index.name)
        table = state.table(self.table)
        state.put(dataclasses.replace(table, indexes=(*table.indexes, self.index)))

    def inverse(self, before: State) -> Operation:
        del before
        return DropIndex(self.table, self.index.name)

    def describe(self) -> str:
        return f"add index {self.index.name}"


@dataclass(frozen=True, eq=False)
class DropIndex(TableOperation):
    """Drop an index by its name."""

    table: str
    name: str

    def apply(self, state: State) -> None:
        state.index(self.table, self.name)
        table = state.table(self.table)
        kept = tuple(item for item in table.indexes if item.name != self.name)
        state.put(dataclasses.replace(table, indexes=kept))

    def inverse(self, before: State) -> Operation:
        return AddIndex(self.table, before.index(self.table, self.name))

    def describe(self) -> str:
        return f"drop index {self.name}"


@dataclass(frozen=True, eq=False)
class RenameIndex(TableOperation):
    """Give an index another name."""

    table: str
    old: str
    new: str

    def apply(self, state: State) -> None:
        state.index(self.table, self.old)
        state.refuse_existing("index", self.table, self.new)
        table = state.table(self.table)
        renamed = tuple(
            dataclasses.replace(item, name=self.new) if item.name == self.old else item
            for item in table.indexes
        )
        state.put(dataclasses.replace(table, indexes=renamed))

    def inverse(self, before: State) -> Operation:
        del before
        return RenameIndex(self.table, self.new, self.old)

    def describe(self) -> str:
        return f"rename index {self.old} to {self.new}"
