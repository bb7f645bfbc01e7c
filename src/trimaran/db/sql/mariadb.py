"""MariaDB's dialect of SQLAlchemy, with Trimaran's types. Import it lazily."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import base
from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect

from trimaran.db.sql.rendering.matching import COLLATION

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

    def visit_frame_clause(self, frameclause: Any, **kw: Any) -> str:
        """Write the ends of a frame as numbers: the server takes no parameters there."""
        kw["literal_binds"] = True
        made: str = super().visit_frame_clause(frameclause, **kw)  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        return made

    def visit_trimaran_utf32_func(self, function: Any, **kw: Any) -> str:
        """Return the character of a code point."""
        number = self.process(function.clauses.clauses[0], **kw)
        return f"CONVERT(CHAR({number} USING utf32) USING utf8mb4)"

    def visit_trimaran_group_concat_func(self, function: Any, **kw: Any) -> str:
        """Return texts joined by a separator, in an order."""
        words, separator, *order = function.clauses.clauses
        return (
            f"GROUP_CONCAT({self.process(words, **kw)}{self._order_inside(order, **kw)}"
            f" SEPARATOR {self.process(separator, **kw)})"
        )

    def visit_trimaran_json_arrayagg_func(self, function: Any, **kw: Any) -> str:
        """Return values as a list, in an order."""
        values, *order = function.clauses.clauses
        return f"JSON_ARRAYAGG({self.process(values, **kw)}{self._order_inside(order, **kw)})"

    def _order_inside(self, order: Any, **kw: Any) -> str:
        if not order:
            return ""
        return f" ORDER BY {', '.join(self.process(key, **kw) for key in order)}"

    def visit_trimaran_days_back_func(self, function: Any, **kw: Any) -> str:
        """Return the date so many days before."""
        moment, days = [self.process(part, **kw) for part in function.clauses.clauses]
        return f"(CAST({moment} AS DATE) - INTERVAL {days} DAY)"

    def visit_trimaran_quarters_on_func(self, function: Any, **kw: Any) -> str:
        """Return the date so many quarters later."""
        moment, count = [self.process(part, **kw) for part in function.clauses.clauses]
        return f"({moment} + INTERVAL ({count}) QUARTER)"

    def visit_trimaran_shift_func(self, function: Any, **kw: Any) -> str:
        """Return the moment so many microseconds later."""
        moment, span = [self.process(part, **kw) for part in function.clauses.clauses]
        return f"({moment} + INTERVAL ({span}) MICROSECOND)"

    def visit_trimaran_ord_func(self, function: Any, **kw: Any) -> str:
        """Return the code point of a character."""
        character = self.process(function.clauses.clauses[0], **kw)
        return f"CAST(CONV(HEX(CONVERT({character} USING utf32)), 16, 10) AS SIGNED)"


class Definitions(base.MySQLDDLCompiler):
    """How tables and indexes are created."""

    def get_column_specification(self, column: sa.Column[Any], **kw: Any) -> str:
        """Leave NOT NULL out of a generated column: MariaDB has no such words for one."""
        if column.computed is None or column.nullable:
            return super().get_column_specification(column, **kw)
        column.nullable = True
        try:
            return super().get_column_specification(column, **kw)
        finally:
            column.nullable = False

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
