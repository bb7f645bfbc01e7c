"""Operations that change a table of PostgreSQL while others go on using it.

On SQLite and MariaDB each does what the ordinary one does.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

from trimaran.db.migrations.operations.base import Operation
from trimaran.db.migrations.operations.custom import RunSQL
from trimaran.db.migrations.operations.parts import (
    AddConstraint,
    AddIndex,
    DropConstraint,
    DropIndex,
)

if TYPE_CHECKING:
    from trimaran.db.migrations.state import State


@dataclass(frozen=True, eq=False)
class AddIndexConcurrently(AddIndex):
    """Create an index while rows are written; the migration needs ``atomic = False``.

    An attempt that was interrupted leaves an invalid index, which the next one drops first.
    """

    def inverse(self, before: State) -> Operation:
        del before
        return DropIndexConcurrently(self.table, self.index.name)

    def describe(self) -> str:
        return f"add index {self.index.name} concurrently"

    def slug(self) -> str:
        return f"add_index_{self.index.name}"


@dataclass(frozen=True, eq=False)
class DropIndexConcurrently(DropIndex):
    """Drop an index while rows are read and written; needs ``atomic = False``."""

    def inverse(self, before: State) -> Operation:
        return AddIndexConcurrently(self.table, before.index(self.table, self.name))

    def describe(self) -> str:
        return f"drop index {self.name} concurrently"

    def slug(self) -> str:
        return f"drop_index_{self.name}"


RemoveIndexConcurrently = DropIndexConcurrently
"""Django's name for it."""


@dataclass(frozen=True, eq=False)
class AddConstraintNotValid(AddConstraint):
    """Add a check or foreign key that binds new rows alone, until it is validated."""

    def inverse(self, before: State) -> Operation:
        del before
        return DropConstraint(self.table, self.constraint.name)

    def describe(self) -> str:
        return f"add constraint {self.constraint.name} not valid"

    def slug(self) -> str:
        return f"add_constraint_{self.constraint.name}"


@dataclass(frozen=True, eq=False)
class ValidateConstraint(Operation):
    """Check the rows that were there before a constraint, while others write."""

    table: str
    name: str

    def apply(self, state: State) -> None:
        state.constraint(self.table, self.name)

    def inverse(self, before: State) -> Operation:
        del before
        return RunSQL("", "")

    def describe(self) -> str:
        return f"validate constraint {self.name}"


@dataclass(frozen=True, eq=False)
class Backfill(Operation):
    """Give a column's NULLs a value, so many rows at a time.

    value: a Python value or ``Sql``
    size:  rows at a time; with ``atomic = False`` each time commits, and others may write between

    Undoing it leaves the values.
    """

    table: str
    column: str
    value: Any
    _: KW_ONLY
    size: int = 1_000

    def apply(self, state: State) -> None:
        state.column(self.table, self.column)

    def inverse(self, before: State) -> Operation:
        del before
        return RunSQL("", "")

    def describe(self) -> str:
        return f"backfill {self.table}.{self.column}"

    def slug(self) -> str:
        return f"backfill_{self.table}_{self.column}".replace(".", "_")
