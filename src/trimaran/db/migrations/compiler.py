"""From operations to the steps that carry them out in one kind of database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.db.migrations.ddl import Ddl
from trimaran.db.migrations.mariadb import mariadb_steps
from trimaran.db.migrations.operations import RunPython, RunSQL
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


def _compile(operations: Sequence[Operation], before: State, ddl: Ddl) -> list[Step]:
    steps: list[Step] = []
    state = before.copy()
    sqlite = SqliteCompiler(ddl) if ddl.dialect.name == "sqlite" else None
    for operation in operations:
        after = state.copy()
        operation.apply(after)
        if isinstance(operation, RunSQL | RunPython):
            if sqlite is not None:
                steps += sqlite.flush(state)
            if isinstance(operation, RunPython):
                steps.append(Call(operation.forward, after))
            elif operation.forward.strip():
                steps.append(Script(operation.forward))
        elif sqlite is not None:
            steps += sqlite.add(operation, state, after)
        else:
            told = _TELL[ddl.dialect.name](operation, state, after, ddl)
            steps += [Statement(sql) for sql in told]
        state = after
    if sqlite is not None:
        steps += sqlite.flush(state)
    return steps
