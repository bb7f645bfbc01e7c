"""MariaDB's dialect of SQLAlchemy, with Trimaran's types. Import it lazily."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import base
from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect

from trimaran.db.sql.matching import COLLATION

_LONGEST_VARCHAR = 1_000
_KEY_PREFIX = 255
_WHOLE_KEY = 768


class Types(base.MySQLTypeCompiler):
    """What columns are created as."""

    def visit_datetime(self, type_: Any, **kw: Any) -> str:
        """Keep microseconds."""
        return "DATETIME(6)"

    def visit_time(self, type_: Any, **kw: Any) -> str:
        """Keep microseconds."""
        return "TIME(6)"

    def visit_type_decorator(self, type_: Any, **kw: Any) -> str:
        """Store a span of time as microseconds: TIME holds 35 days only."""
        if isinstance(type_, sa.Interval):
            return "BIGINT"
        made: str = super().visit_type_decorator(type_, **kw)
        return made

    def visit_text(self, type_: Any, **kw: Any) -> str:
        """Set no bound where none was asked for."""
        return "LONGTEXT"

    def visit_string(self, type_: Any, **kw: Any) -> str:
        """Keep long texts out of the row, which has room for 65,535 bytes."""
        if not type_.length or type_.length > _LONGEST_VARCHAR:
            return "LONGTEXT"
        return f"VARCHAR({type_.length})"

    visit_VARCHAR = visit_string  # noqa: N815  SQLAlchemy's name

    def visit_uuid(self, type_: Any, **kw: Any) -> str:
        """Store the text: the server's own type refuses some of them."""
        return "CHAR(36)"

    def visit_large_binary(self, type_: Any, **kw: Any) -> str:
        """Set no bound where none was asked for."""
        return "LONGBLOB"

    def visit_double(self, type_: Any, **kw: Any) -> str:
        """Keep 53 bits."""
        return "DOUBLE"


class Statements(base.MySQLCompiler):
    """How expressions are written."""

    def visit_typeclause(self, typeclause: Any, type_: Any = None, **kw: Any) -> Any:
        """Cast to the types that columns have; a bare DECIMAL would have no places."""
        to = (typeclause.type if type_ is None else type_).dialect_impl(self.dialect)
        if isinstance(to, sa.Float):
            return "DOUBLE"
        if isinstance(to, sa.Numeric) and to.precision is None:
            return "DECIMAL(65, 30)"
        if isinstance(to, sa.DateTime):
            return "DATETIME(6)"
        if isinstance(to, sa.Time):
            return "TIME(6)"
        return super().visit_typeclause(typeclause, type_, **kw)


class Definitions(base.MySQLDDLCompiler):
    """How tables and indexes are created."""

    def post_create_table(self, table: sa.Table) -> str:
        """Name engine and collation, whatever the server's defaults are."""
        return f" ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE={COLLATION}"

    def visit_create_index(
        self,
        create: Any,
        include_schema: bool = False,
        include_table_schema: bool = True,
        **kw: Any,
    ) -> Any:
        """Index the beginning of a text that is too long for a key."""
        index = create.element
        lengths = {
            column.name: _KEY_PREFIX
            for column in index.columns
            if not index.unique and _is_long(column.type)
        }
        if lengths:
            index.dialect_options[self.dialect.name]["length"] = lengths
        return super().visit_create_index(create, **kw)


def _is_long(type_: Any) -> bool:
    if isinstance(type_, sa.LargeBinary):
        return True
    return isinstance(type_, sa.String) and (not type_.length or type_.length > _WHOLE_KEY)


class MariaDB(MariaDBDialect):
    """The dialect, with ``?`` for parameters, of the oldest supported server."""

    name = "mariadb"
    supports_statement_cache = True
    type_compiler_cls = Types
    ddl_compiler = Definitions
    statement_compiler = Statements

    def __init__(self) -> None:
        super().__init__(paramstyle="qmark")
        self.server_version_info = (10, 7, 0)
        # The connections' sql_mode says so.
        self._backslash_escapes = False
