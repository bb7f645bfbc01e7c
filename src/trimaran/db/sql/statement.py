"""A statement while it is made, and its text when it is; import it lazily."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql.types import column_type, parameter_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy.engine import Dialect

    from trimaran.db.sql import kinds
    from trimaran.db.sql.table import Table


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text, and where its parameters come from.

    order:     for each placeholder the index of its value; None where that is 0, 1, 2, …
    constants: values that SQLAlchemy adds of itself, such as SQLite's OFFSET 0; they are indexed
               after the query's own
    """

    sql: str
    order: tuple[int, ...] | None
    constants: tuple[Any, ...] = ()

    def parameters(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values in the order of the placeholders."""
        if self.order is None:
            return values
        if self.constants:
            values = [*values, *self.constants]
        return [values[index] for index in self.order]


class Compiler:
    """Makes one statement: hands out parameters in the order of the shape's names.

    subquery: makes the SELECT inside a ``Source`` from its shape
    """

    def __init__(self, dialect: Dialect, subquery: Callable[[Any, Any], Any]) -> None:
        self.dialect = dialect
        self.subquery = subquery
        self.names: dict[str, int] = {}
        self.aliases = 0

    @property
    def count(self) -> int:
        """How many parameters there are."""
        return len(self.names)

    def parameter(self, type_: Any) -> Any:
        """Return the next parameter."""
        name = f"value_{self.count}"
        self.names[name] = self.count
        return sa.bindparam(name, type_=type_)

    def integer(self) -> Any:
        """Return the next parameter, an integer of 64 bits."""
        return self.parameter(sa.BigInteger())

    def of_kind(self, kind: kinds.Kind) -> Any:
        """Return the next parameter, of the kind of a column."""
        return self.parameter(parameter_type(kind))

    def statement(self, clause: Any) -> Statement:
        """Return the text of a finished SQLAlchemy clause."""
        compiled = clause.compile(dialect=self.dialect)
        order: list[int] = []
        constants: list[Any] = []
        for name in compiled.positiontup or ():
            if name in self.names:
                order.append(self.names[name])
            else:
                order.append(self.count + len(constants))
                constants.append(compiled.params[name])
        text = str(compiled).replace(" \n ", " ").replace(" \n", " ").replace("\n", " ")
        plain = order == list(range(self.count))
        return Statement(text, None if plain else tuple(order), tuple(constants))


def constant(text: str) -> Any:
    """Return SQL text that is the same in every statement of a shape: never a value."""
    return sa.literal_column(text)


def light(table: Table) -> sa.TableClause:
    """Return the table for use in statements, without its constraints."""
    columns: Iterable[sa.ColumnClause[Any]] = [
        sa.column(column.db_name, column_type(column.kind)) for column in table.columns.values()
    ]
    return sa.table(table.name, *columns, schema=table.schema or None)
