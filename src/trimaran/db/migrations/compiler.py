"""From operations to the steps that carry them out in one kind of database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.db.migrations.abilities import refuse_lacking
from trimaran.db.migrations.ddl import Ddl
from trimaran.db.migrations.mariadb import mariadb_steps
from trimaran.db.migrations.online import online_steps
from trimaran.db.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddIndex,
    CreateTable,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from trimaran.db.migrations.postgresql import postgresql_steps
from trimaran.db.migrations.sqlite import SqliteCompiler
from trimaran.db.migrations.steps import Call, Script, Statement
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Dialect

    from trimaran.db.migrations.operations import Operation
    from trimaran.db.migrations.state import State
    from trimaran.db.migrations.steps import Step

_TELL = {"postgresql": postgresql_steps, "mariadb": mariadb_steps}


def compile_steps(operations: Sequence[Operation], before: State, dialect: Dialect) -> list[Step]:
    """The steps that lead from one state over these operations to the next."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return _compile(operations, before, Ddl(dialect))
    except SQLAlchemyError as error:
        raise MigrationError(
            "TRI-MIGRATION-006",
            f"The operations cannot be said in {dialect.name}'s SQL: {error}.",
            "Use a type or an option that this database has.",
        ) from error


def _check(operation: Operation, after: State, vendor: str) -> None:
    match operation:
        case CreateTable(name=name):
            refuse_lacking(after.table(name), vendor)
        case AddColumn(table=table) | AddConstraint(table=table) | AddIndex(table=table):
            refuse_lacking(after.table(table), vendor)


def _compile(operations: Sequence[Operation], before: State, ddl: Ddl) -> list[Step]:
    compiler = _Compiler(ddl)
    return [*compiler.told(operations, before.copy()), *compiler.rest()]


class _Compiler:
    """Turns operations into steps, one after the other."""

    def __init__(self, ddl: Ddl) -> None:
        self._ddl = ddl
        self._sqlite = SqliteCompiler(ddl) if ddl.dialect.name == "sqlite" else None
        self._state: State

    def told(self, operations: Sequence[Operation], state: State) -> list[Step]:
        """The steps of operations; ``state`` is what stands before each."""
        steps: list[Step] = []
        for operation in operations:
            self._state = state
            after = state.copy()
            operation.apply(after)
            _check(operation, after, self._ddl.dialect.name)
            if isinstance(operation, SeparateDatabaseAndState):
                steps += self._barrier(state)
                steps += self.told(operation.database_operations, state.copy())
                steps += self.rest()
            else:
                steps += self._one(operation, state, after)
            state = after
        self._state = state
        return steps

    def rest(self) -> list[Step]:
        """What waited for more changes of the same table."""
        return self._barrier(self._state)

    def _barrier(self, state: State) -> list[Step]:
        return [] if self._sqlite is None else self._sqlite.flush(state)

    def _one(self, operation: Operation, before: State, after: State) -> list[Step]:
        own = online_steps(operation, before, after, self._ddl)
        if own is not None:
            return [*self._barrier(before), *own]
        if isinstance(operation, RunPython):
            return [*self._barrier(before), Call(operation.forward, after)]
        if isinstance(operation, RunSQL):
            script = [Script(operation.forward)] if operation.forward.strip() else []
            return [*self._barrier(before), *script]
        if self._sqlite is not None:
            return self._sqlite.add(operation, before, after)
        told = _TELL[self._ddl.dialect.name](operation, before, after, self._ddl)
        return [Statement(sql) for sql in told]
