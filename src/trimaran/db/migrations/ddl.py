"""SQL text of schema changes, made by SQLAlchemy and Alembic without a connection."""

from __future__ import annotations

import copy
import io
from typing import TYPE_CHECKING

from alembic.runtime.migration import MigrationContext

from trimaran.db.migrations.building import TAB
from trimaran.db.migrations.values import value_literal

if TYPE_CHECKING:
    from typing import Any

    from alembic.ddl.impl import DefaultImpl
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine


class _Collector(io.StringIO):
    """Takes the statements that Alembic would print in its offline mode, one a call."""

    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []

    def write(self, text: str) -> int:
        self.statements.append(text.strip().removesuffix(";").strip().replace(TAB, "\t"))
        return len(text)


class Ddl:
    """Alembic's operations for one dialect; ``take`` returns the statements."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = offline(dialect)
        self._collector = _Collector()
        context = MigrationContext.configure(
            dialect=self.dialect, opts={"as_sql": True, "output_buffer": self._collector}
        )
        self.impl: DefaultImpl = context.impl
        self.quote = self.dialect.identifier_preparer.quote

    def emit(self, sql: str) -> None:
        """Add a statement that is written by hand."""
        self._collector.statements.append(sql)

    def take(self) -> list[str]:
        """The statements made since the last call."""
        statements, self._collector.statements = self._collector.statements, []
        return statements

    def literal(self, value: Any, type_: TypeEngine[Any]) -> str:
        """A Python value, or ``Sql``, as the SQL text of a column's value."""
        return value_literal(value, type_, self.dialect.name)


def offline(dialect: Dialect) -> Dialect:
    """The dialect as it is once connected to a database with today's defaults."""
    dialect = copy.copy(dialect)
    if dialect.name == "postgresql":
        # Unconnected, SQLAlchemy doubles backslashes in literals, as PostgreSQL before 9.1 needed.
        dialect._backslash_escapes = False  # type: ignore[attr-defined]  # the public way is to connect
    return dialect
