"""An operation whose two sides are written apart: the database's and the state's."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from trimaran.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.migrations.state import State


@dataclass(frozen=True, eq=False)
class SeparateDatabaseAndState(Operation):
    """Do one thing to the database, and tell the migrations that come later another.

    For what is there already, or is done better in SQL of one's own::

        m.SeparateDatabaseAndState(
            database_operations=[m.RunSQL("ALTER TABLE ...", "ALTER TABLE ...")],
            state_operations=[m.AddColumn(...)],
        )
    """

    _: KW_ONLY
    database_operations: Sequence[Operation] = ()
    state_operations: Sequence[Operation] = ()

    def apply(self, state: State) -> None:
        for operation in self.state_operations:
            operation.apply(state)

    def inverse(self, before: State) -> Operation | None:
        database = _inverted(self.database_operations, before)
        state = _inverted(self.state_operations, before)
        if database is None or state is None:
            return None
        return SeparateDatabaseAndState(database_operations=database, state_operations=state)

    def describe(self) -> str:
        parts = [*self.state_operations, *self.database_operations]
        told = "; ".join(operation.describe() for operation in parts[:2])
        return f"apart: {told}" if told else "do nothing"

    def slug(self) -> str:
        parts = [*self.state_operations, *self.database_operations]
        return parts[0].slug() if parts else "nothing"


def _inverted(operations: Sequence[Operation], before: State) -> list[Operation] | None:
    state = before.copy()
    inverses: list[Operation] = []
    for operation in operations:
        inverse = operation.inverse(state)
        if inverse is None:
            return None
        inverses.append(inverse)
        operation.apply(state)
    return inverses[::-1]
